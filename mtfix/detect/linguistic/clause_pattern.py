from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("He said⟦ about that⟧ they would leave.", fixed="He said that they would leave."),
        Example(
            "⟦Despite of⟧ the rain we saw ⟦how it looks like⟧.", fixed="Despite the rain we saw what it looks like."
        ),
        Example("⟦On my opinion⟧ it is ⟦too much⟧ expensive.", fixed="In my opinion it is too expensive."),
    ],
    good=[
        Example("He said that they would leave, despite the rain."),
        Example("She thought about that man and how it looks."),
        Example("He spent too much money, and not many people know how big it is."),
    ],
)
def clause_pattern(segment: Segment) -> Iterator[Hit]:
    """English builds this clause in another way.

    A clause or set phrase keeps the small words of the source: "said about that", "despite of", "how it
    looks like", "on my opinion". The table is in lang/clause_patterns.tsv.
    """
    yield from phrases("clause_patterns", "“{found}” is not English here: write “{better}”.")(segment)
