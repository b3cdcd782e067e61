import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_NEXT = r"(?:I|he|she|it|we|they|you|there|the|an?|this|that|these|those|his|her|their|its|our|my|[A-Z]\w+)"
_TWICE = re.compile(
    rf"""(?:^|(?<=[.!?]\s)|(?<=[“"]))
    (?:(?:Even\sthough|Although|Though)\s[^,;:.!?“”"]{{8,120}},\s(?P<but>but|yet)
     | Because\s(?!of\b)[^,;:.!?“”"]{{8,120}},\s(?P<so>so(?!\sthat)|therefore))
    (?=\s{_NEXT}\b)""",
    re.VERBOSE,
)


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MINOR,
    confidence=0.9,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("Although it rained, ⟦but⟧ the match went on.", fixed="Although it rained, the match went on."),
        Example("Because he was ill, ⟦so⟧ he stayed at home.", fixed="Because he was ill, he stayed at home."),
    ],
    good=[
        Example("Although it rained, the match went on, but few people came."),
        Example("It rained, but the match went on. Because of him, so many came."),
        Example("Although small but brave, they lost."),
    ],
)
def doubled_conjunction(segment: Segment) -> Iterator[Hit]:
    """Both clauses have a conjunction: "although ..., but ...", "because ..., so ...".

    Chinese, Vietnamese and Hindi mark both clauses (虽然 ... 但是), Russian and Ukrainian sometimes. Where one comma
    stands between them, the second is one too many.
    """
    text = segment.hypothesis
    for match in _TWICE.finditer(text):
        word = "but" if match["but"] else "so"
        start, end = match.span(word)
        yield Hit(Span(start, end), edits=((Span(start, end + 1), ""),))
