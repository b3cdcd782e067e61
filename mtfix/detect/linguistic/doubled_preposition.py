import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

# Pairs whose first word neither belongs to a verb ("log in at") nor is left behind by a relative ("agreed to in").
_PAIRS = (
    "at in|at on|at to|in into|into in|into at|in during|during in|for from|for at|of from|of for|of at|from in|from at"
)
_DOUBLED = re.compile(rf"(?<=[a-z]\s)(?P<pair>{_PAIRS})\s(?=(?:the|a|an|this|these|his|her|its|our|their|my)\s[a-z])")
_STRANDING = re.compile(
    r"\b(?:that|which|what|who|whom|where|disposed?|disposing|taken|take|care|ask\w*|look\w*|stood|stand\w*|accounted|"
    r"heard|paid|aim\w*|speak\w*|spoke\w*|cared|vot\w+|advantage|up|get|from|drawn?)\b",
    re.IGNORECASE,
)


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MINOR,
    confidence=0.6,
    hint=True,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("They met ⟦at in⟧ the old town.", fixed="They met in the old town."),
        Example("The price ⟦of for⟧ the ticket rose.", fixed="The price for the ticket rose."),
    ],
    good=[
        Example("They checked in at the hotel."),
        Example("He was born in about 1900 and lived on until the war."),
        Example("From under the bed came a cry."),
    ],
)
def doubled_preposition(segment: Segment) -> Iterator[Hit]:
    """Two prepositions stand where one is needed.

    The decoder gives both the literal preposition and the idiomatic one. Many pairs are good English
    because the first belongs to the verb ("log in at the"), so only a short list is looked at.
    """
    text = segment.hypothesis
    for match in _DOUBLED.finditer(text):
        if _STRANDING.search(text, max(0, match.start() - 60), match.start()):
            continue
        first, second = match["pair"].split()
        yield Hit(
            Span(*match.span("pair")),
            fix=second,
            alternatives=(first,),
            message=f"“{first} {second}”: one preposition is enough.",
        )
