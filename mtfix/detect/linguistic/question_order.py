import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_ORDER = re.compile(
    r"(?:^|(?<=[.!?]\s)|(?<=[“\"]))(?P<wh>Why|When|Where|How|What)\s(?P<subject>he|she|it|they|we|you|I)\s"
    r"(?P<verb>is|are|was|were|can|could|will|would|should|must|has|have|had)\s(?P<rest>[^.?!,;:“”\"]{2,80})\?"
)
# "What you are doing is wrong?": a statement with a question mark.
_MAIN_CLAUSE = re.compile(r"\b(?:is|are|was|were|does|did|do|will|would|means|matters|makes|made|has)\b")


@detector(
    category=Category.WORD_ORDER,
    severity=Severity.MINOR,
    confidence=0.7,
    applicability=Applicability.UNSAFE,
    hint=True,
    bad=[
        Example("Why ⟦they are⟧ so late?", fixed="Why are they so late?"),
        Example("“Where ⟦he was⟧ yesterday?” she asked.", fixed="“Where was he yesterday?” she asked."),
    ],
    good=[
        Example("Why are they so late?"),
        Example("What he was doing is a secret? How it was done is unknown."),
        Example("Why he left is clear."),
    ],
)
def question_order(segment: Segment) -> Iterator[Hit]:
    """A question has the word order of a statement.

    In most languages "why" changes nothing in the order of words. A hint only: headlines and speech do so too.
    """
    for match in _ORDER.finditer(segment.hypothesis):
        if not _MAIN_CLAUSE.search(match["rest"]):
            yield Hit(Span(match.start("subject"), match.end("verb")), fix=f"{match['verb']} {match['subject']}")
