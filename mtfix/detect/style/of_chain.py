import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_PART = r"(?:(?:the|a|an|this|its|his|her|their|our)\s)?"
_PART += r"(?:(?!of\b|and\b|or\b|in\b|on\b|to\b|is\b|was\b|that\b|consists?\b|made\b)[\w’'-]+\s){1,2}?"
_CHAIN = re.compile(rf"(?<![\w'’-])[a-z]+\s(?:of\s{_PART}){{3,}}of\s(?:the\s|an?\s)?[\w'’-]+")
# Numbers and kinds do not make a chain heavy: "one of the members of the House of Lords".
_LIGHT = re.compile(
    r"\b(?:one|some|many|most|all|number|part|kind|sort|lot|thousands|hundreds|millions|couple|out)\sof\b|of [A-Z]"
)


@detector(
    category=Category.AWKWARD,
    severity=Severity.MINOR,
    confidence=0.6,
    applicability=Applicability.DISPLAY_ONLY,
    hint=True,
    bad=[
        Example("It is the ⟦result of the work of the staff of the office of planning⟧."),
        Example("He saw the ⟦change of the colour of the skin of the arm of the child⟧."),
    ],
    good=[
        Example("One of the members of the House of Lords of England came."),
        Example("The end of the street of shops."),
    ],
)
def of_chain(segment: Segment) -> Iterator[Hit]:
    """Nouns hang on one another by "of" four times or more.

    A chain of genitives is easy in Slavic languages, Latin or German, and heavy in English, which would use a
    possessive, a compound or a verb. A hint: there is no repair by rule.
    """
    text = segment.hypothesis
    if text.count(" of ") < 4:
        return
    for match in _CHAIN.finditer(text):
        if len(re.findall(r"\bof\b", match.group())) - len(_LIGHT.findall(match.group())) >= 4:
            yield Hit(Span(*match.span()))
