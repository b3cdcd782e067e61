import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.number import plural, singular

_DOUBLED = re.compile(
    r"(?:^|(?<=[.!?]\s))(?:The|My|His|Her|Their|Our|This|These)(?:\s[a-z]+)?\s(?P<noun>[a-z]{3,})\s(?P<bad>he|she|it|they)\s"
    r"(?:is|are|was|were|has|have|had|said|says|will|can|could|would)\b"
)
# "The day he was born", "the way it is", "the book they had": a relative clause without its pronoun. Persons only.
_PERSONS = frozenset(
    "president minister man woman brother sister father mother son daughter wife husband boy girl teacher doctor "
    "king queen prince princess officer soldier soldiers general boss friend driver priest judge lawyer actor "
    "actress singer author writer director chairman mayor governor emperor pope bishop child neighbor neighbour "
    "student students company government team police".split()
)


@detector(
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    confidence=0.6,
    applicability=Applicability.UNSAFE,
    hint=True,
    bad=[
        Example("The president⟦ he⟧ said no.", fixed="The president said no."),
        Example("My brother⟦ he⟧ is a doctor.", fixed="My brother is a doctor."),
    ],
    good=[
        Example("The day he was born it rained."),
        Example("The book they had was old."),
        Example("The president said he was ill."),
    ],
)
def doubled_subject(segment: Segment) -> Iterator[Hit]:
    """The subject stands twice: as a noun and as a pronoun.

    "My brother he is": a topic before the clause, as in Chinese, Turkish or spoken French. A hint
    only, since a relative clause without its pronoun looks the same ("the man she had met").
    """
    for match in _DOUBLED.finditer(segment.hypothesis):
        noun = match["noun"]
        if noun in _PERSONS and (plural(noun) if match["bad"] == "they" else singular(noun)):
            yield Hit(Span(match.start("bad") - 1, match.end("bad")), fix="")
