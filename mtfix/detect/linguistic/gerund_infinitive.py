from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.WORD_FORM,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("She enjoys ⟦to read⟧ and avoids ⟦to speak⟧.", fixed="She enjoys reading and avoids speaking."),
        Example("They made him ⟦to leave⟧.", fixed="They made him leave."),
    ],
    good=[
        Example("She enjoys reading and avoids speaking."),
        Example("It was made to look old; he was admitted to study law."),
        Example("She is suggested to be the author, and to suggest is not to know."),
    ],
)
def gerund_infinitive(segment: Segment) -> Iterator[Hit]:
    """This verb takes the -ing form (or the bare verb), not "to" with the infinitive.

    "enjoy to read", "suggest to go", "made him to leave": most languages have one infinitive for all
    of these. The table is in lang/gerund_infinitives.tsv.
    """
    yield from phrases("gerund_infinitives", "Here stands “{better}”, not “{found}”.")(segment)
