import re
from collections.abc import Iterator

from mtfix.detect.api import DISPLAY_ONLY, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_HYPHEN = re.compile(r"(?<=[a-z,.”\"’)%] )(?:--?)(?= [A-Za-z“\"])")


@detector(
    category=Category.PUNCTUATION,
    severity=Severity.NEUTRAL,
    confidence=0.8,
    applicability=DISPLAY_ONLY,
    hint=True,
    bad=[
        Example("The bridge ⟦-⟧ an old one ⟦-⟧ fell."),
        Example("He left ⟦--⟧ too late."),
    ],
    good=[
        Example("The bridge – an old one — fell."),
        Example("- first item\nA well-known 3 - 2 win"),
    ],
)
def hyphen_as_dash(segment: Segment) -> Iterator[Hit]:
    """A hyphen stands for a dash.

    Keyboards have no dash, and sources and corpora are normalised to hyphens. Agencies write it so
    on purpose: a hint.
    """
    text = segment.hypothesis
    if " - " not in text and " -- " not in text:
        return
    for match in _HYPHEN.finditer(text):
        if not is_verbatim(text, *match.span()):
            yield Hit(Span(*match.span()), fix="\N{EN DASH}")
