import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_UNIT = (
    r"(?:%|percent\b|per ?cent\b|million|billion|trillion|times\b|degrees?\b|°|kilomet|met(?:er|re)s?\b|km\b|cm\b|mm\b|"
    r"m\b(?! \d)|kilo|kg\b|tons?\b|tonnes?\b|lit(?:er|re)s?\b|"
    r"hectares?\b|hours?\b|years?\b|points?\b|miles?\b|euros?\b|dollars?\b|"
    r"square\b|cubic\b|mph\b|GB\b|MW\b|GW\b|kWh?\b|percentage\b)"
)
_DECIMAL = re.compile(
    rf"(?<![\w.,/:$£€-])(?P<number>\d{{1,3}},\d{{1,2}})(?=[ -]?{_UNIT})|(?<![\w.,/:-])(?P<zero>0,\d{{1,3}})(?![\d,])"
)
_COMMA = re.compile(r"\d,\d{1,3}(?!\d)")
_COPIED = re.compile(r"(?<![\w.,/:-])(\d{1,4},\d{1,2})(?![\d,]|\.\d)")
_LIST = re.compile(
    r"(?:\b(?:pages?|articles?|chapters?|sections?|verses?|nos?|numbers?|rooms?|lines?)\.? "
    r"|\d, ?|\d and |\d[ \u00a0])$",
    re.I,
)


@detector(
    category=Category.NUMBER_FORMAT,
    severity=Severity.MAJOR,
    confidence=0.97,
    touches=("number", "unit"),
    bad=[
        Example("Prices rose by ⟦3,5⟧ percent and ⟦0,25⟧ points.", fixed="Prices rose by 3.5 percent and 0.25 points."),
        Example("It holds ⟦12,75⟧ million.", fixed="It holds 12.75 million."),
        Example("The quake was ⟦6,2⟧ strong.", fixed="The quake was 6.2 strong.", source="Das Beben war 6,2 stark."),
    ],
    good=[
        Example("See pages 3,5 and 7, and 1,000 percent more."),
        Example("He won 6,4 6,3 on 12,345 points."),
        Example("Psalm 23,4 is read.", source="Psalm 23,4 wird gelesen."),
    ],
)
def decimal_comma(segment: Segment) -> Iterator[Hit]:
    """A decimal number is written with a comma.

    Most languages of Europe write 3,5 for 3.5. Only before a percent sign or a unit, after a zero,
    or where the source has the same number and it is no list or verse. Forms: Unicode CLDR.
    """
    text = segment.hypothesis
    if "," not in text or not _COMMA.search(text):
        return
    found = {m.span("number" if m["number"] else "zero") for m in _DECIMAL.finditer(text)}
    if segment.source:
        found |= {m.span(1) for m in _COPIED.finditer(text) if m[1] in segment.source and _likely(text, *m.span())}
    for start, end in sorted(found):
        if is_verbatim(text, start, end) or _LIST.search(text[max(0, start - 12) : start]):
            continue
        yield Hit(Span(start, end), fix=text[start:end].replace(",", "."))


_VERSE = re.compile(r"\b[A-Z][a-z]+\.? $")


def _likely(text: str, start: int, end: int) -> bool:
    """Say whether a number that the source has too is no verse (Psalm 23,4) and no list (3,5 and 7)."""
    if text[end : end + 5] == " and " or text[end : end + 2] == ", ":
        return False
    return _VERSE.search(text[max(0, start - 20) : start]) is None
