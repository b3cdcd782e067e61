from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.AWKWARD,
    severity=Severity.MINOR,
    confidence=0.5,
    applicability=Applicability.UNSAFE,
    hint=True,
    bad=[
        Example("The shop is checked ⟦on a daily basis⟧.", fixed="The shop is checked daily."),
        Example("She ⟦has the ability to⟧ swim.", fixed="She can swim."),
    ],
    good=[Example("The shop is checked daily."), Example("He has great ability, and the basis is sound.")],
)
def wordy_phrase(segment: Segment) -> Iterator[Hit]:
    """A long phrase stands where a short word would do.

    Official style of the source ("im Rahmen von", "в целях") is kept word for word. Good English, so
    a hint only. The table is in lang/wordy_phrases.tsv.
    """
    yield from phrases("wordy_phrases", "“{found}” is long-winded: “{better}” would do.")(segment)
