import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_PAIRS = re.compile(
    r"""(?<=\w\s)
        (?P<pair>is\ was|was\ is|are\ were|were\ are|is\ has|was\ has|are\ have|were\ have
            |has\ have|have\ has|has\ had\ been\ had|will\ would|would\ will|can\ could|could\ can|should\ must
            |must\ should|can\ will|will\ can|is\ does|may\ can|can\ may|is\ are|are\ is
            |was\ were|were\ was|be\ was|will\ must|must\ will|does\ not\ is|do\ not\ are|did\ not\ was)
        (?=\s[a-z])""",
    re.VERBOSE,
)
# What it is is, the problem is is; "who we are is", "how it was is": the first verb closes a clause.
_WH = re.compile(r"\b(?:what|who|whom|how|where|why|that|which|when|whoever|whatever|all|the way|as|than|if)\b", re.I)


@detector(
    category=Category.GRAMMAR,
    severity=Severity.MAJOR,
    confidence=0.8,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The road ⟦is was⟧ closed.", fixed="The road was closed."),
        Example("They ⟦can will⟧ decide tomorrow.", fixed="They will decide tomorrow."),
    ],
    good=[
        Example("What he was is no secret."),
        Example("Who they are is unclear, and how it was is not known."),
        Example("The way things are is hard to change."),
    ],
)
def doubled_auxiliary(segment: Segment) -> Iterator[Hit]:
    """Two auxiliaries that can't stand together are written in a row.

    The decoder writes the tense twice, once for each way to translate it. After a clause with "what",
    "who" or "how" two verbs may meet ("what he was is no secret").
    """
    text = segment.hypothesis
    for match in _PAIRS.finditer(text):
        if _WH.search(text, max(0, match.start() - 80), match.start("pair")):
            continue
        first, _, second = match["pair"].rpartition(" ")
        yield Hit(
            Span(*match.span("pair")),
            fix=second,
            alternatives=(first,),
            message=f"“{match['pair']}”: one of the two verbs is too many.",
        )
