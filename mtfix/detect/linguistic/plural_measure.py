import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import CLOSED, is_noun

_NUMBER = r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty"
_NUMBER += r"|hundred)"
_ONE = {
    "years": "year", "months": "month", "weeks": "week", "days": "day", "hours": "hour", "minutes": "minute",
    "meters": "meter", "metres": "metre", "kilometers": "kilometer", "kilometres": "kilometre", "miles": "mile",
    "feet": "foot", "inches": "inch", "dollars": "dollar", "pounds": "pound", "degrees": "degree", "stars": "star",
    "floors": "floor", "rooms": "room", "stories": "story", "storeys": "storey", "pages": "page", "liters": "liter",
    "litres": "litre", "tons": "ton", "tonnes": "tonne",
}  # fmt: skip
_UNITS = "|".join(_ONE)
_JOINED = re.compile(
    rf"(?<![\w-]){_NUMBER}-(?P<unit>{_UNITS})(?=(?:-(?:long|old|high|wide|deep|tall|thick))?\s(?P<noun>[a-z]+)\b)"
)
_APART = re.compile(
    rf"(?<![\w'’-])(?:[Aa]|[Aa]n|[Tt]he|[Tt]his|his|her|its|their)\s(?P<all>(?P<number>{_NUMBER})\s(?P<unit>{_UNITS})\s"
    r"(?P<adjective>long|old|high|wide|deep|tall|thick))\s(?P<noun>[a-z]+)\b"
)


@detector(
    category=Category.WORD_FORM,
    severity=Severity.MINOR,
    confidence=0.9,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The two-⟦years⟧ course costs little.", fixed="The two-year course costs little."),
        Example("A ⟦five kilometers long⟧ tunnel was built.", fixed="A five-kilometer-long tunnel was built."),
        Example("She has a ⟦3 years old⟧ son.", fixed="She has a 3-year-old son."),
    ],
    good=[
        Example("The tunnel is five kilometers long, and the course takes two years."),
        Example("After two years’ work, a ten-year plan; the ten days old and new."),
        Example("The bridge is the two miles long that we walked."),
    ],
)
def plural_measure(segment: Segment) -> Iterator[Hit]:
    """A measure before a noun stands in the plural.

    Before a noun English has the singular, joined: "a two-year course", "a five-kilometer-long tunnel". Most languages
    have the plural there, or put the measure behind.
    """
    text = segment.hypothesis
    for match in _JOINED.finditer(text):
        if _is_head(match["noun"]):
            yield Hit(Span(*match.span("unit")), fix=_ONE[match["unit"]])
    for match in _APART.finditer(text):
        if _is_head(match["noun"]):
            fix = f"{match['number']}-{_ONE[match['unit']]}-{match['adjective']}"
            yield Hit(Span(*match.span("all")), fix=fix)


def _is_head(word: str) -> bool:
    return word not in CLOSED and is_noun(word)
