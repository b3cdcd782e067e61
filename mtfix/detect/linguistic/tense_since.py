import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_SINCE = re.compile(
    r"(?<![\w'’-])(?P<bad>[Ss]ince)\s(?=(?:already\s)?(?:two|three|four|five|six|seven|eight|nine|ten|several|many|a\sfew|\d{1,2})\s"
    r"(?:hours|days|weeks|months|years|decades|centuries)(?!\s(?:ago|before|earlier|after|old|have|has|passed|had|later|of|is|are|was|were|in)\b)(?!['’-]))"
)


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("She has lived here ⟦since⟧ three years.", fixed="She has lived here for three years."),
        Example("⟦Since⟧ two weeks nobody has come.", fixed="For two weeks nobody has come."),
    ],
    good=[
        Example("She has lived here for three years, since 2015."),
        Example("Much has changed since ten years have passed."),
        Example("Since four of them left, it is quiet."),
    ],
)
def tense_since(segment: Segment) -> Iterator[Hit]:
    """A length of time takes "for", not "since".

    German "seit", French "depuis" and Dutch "sinds" mean both: a point in time ("since 2015") and a
    length ("for three years").
    """
    for match in _SINCE.finditer(segment.hypothesis):
        yield Hit(Span(*match.span("bad")), fix="For" if match["bad"][0] == "S" else "for")
