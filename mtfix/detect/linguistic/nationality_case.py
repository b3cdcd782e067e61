import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.lang.proper_adjectives import proper_adjectives
from mtfix.text.grammar import vocabulary

_WORD = re.compile(r"(?<![\w@#/.:_-])[a-z]{4,}(?!\w|[@/_]|\.\w|-[a-z])")
# Lower case for good: dishes and things ("french fries", "danish pastry", "saudi" is never).
_LOWER_AFTER = re.compile(
    r"\s(?:fries|fry|toast|doors?|windows?|pastr\w+|dressing|horn|press|bulldogs?|wheat|numerals?)"
)
_MAY_BE_LOWER = frozenset("french danish swiss german turkish english japanese".split())


@detector(
    category=Category.CAPITALISATION,
    severity=Severity.MINOR,
    confidence=0.97,
    touches=("name",),
    bad=[
        Example("The ⟦russian⟧ president came on ⟦monday⟧.", fixed="The Russian president came on Monday."),
        Example("In ⟦september⟧ she taught ⟦ukrainian⟧ again.", fixed="In September she taught Ukrainian again."),
    ],
    good=[
        Example("We may march in August and polish the china."),
        Example("They ate french fries with salt."),
        Example("Write to info@german.example or see www.french.example."),
        Example("Mail it to german@example.com."),
    ],
)
def nationality_case(segment: Segment) -> Iterator[Hit]:
    """A nationality, language, day or month is written small.

    Most languages write "russian", "monday", "september" small, and the translation keeps it. Words
    with a lower-case sense of their own ("may", "march", "polish") are not looked at, nor is a text
    that is all in lower case.
    """
    text = segment.hypothesis
    found = vocabulary(text) & proper_adjectives()
    if not found or text == text.lower():
        return
    for match in _WORD.finditer(text):
        word = match.group()
        if word not in found or (word in _MAY_BE_LOWER and _LOWER_AFTER.match(text, match.end())):
            continue
        yield Hit(Span(*match.span()), fix=word.capitalize())
