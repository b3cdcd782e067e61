from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.REDUNDANT,
    severity=Severity.MINOR,
    confidence=0.8,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("They repeated⟦ again⟧ that all were safe.", fixed="They repeated that all were safe."),
        Example("It costs ⟦approximately about⟧ ten pounds.", fixed="It costs about ten pounds."),
        Example("The ⟦reason is because⟧ he was late.", fixed="The reason is that he was late."),
    ],
    good=[
        Example("He repeated it. Again nobody came."),
        Example("It costs about ten pounds; the reason is that gold is dear."),
        Example("He returned to the back of the room."),
    ],
)
def redundant_phrase(segment: Segment) -> Iterator[Hit]:
    """One word of this phrase repeats another.

    Doubled sense ("repeat again", "joint collaboration") is carried over from the source or comes of
    two translations of one word. What careful English writers use too ("end result", "period of
    time") is a hint only. The table is in lang/redundant_phrases.tsv.
    """
    yield from phrases("redundant_phrases", "“{found}” says one thing twice: “{better}” is enough.")(segment)
