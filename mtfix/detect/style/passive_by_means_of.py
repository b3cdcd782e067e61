from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.AWKWARD,
    severity=Severity.MINOR,
    confidence=0.7,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The wall was painted ⟦by means of⟧ a roller.", fixed="The wall was painted with a roller."),
        Example("He was praised ⟦from the side of⟧ his boss.", fixed="He was praised by his boss."),
    ],
    good=[
        Example("The wall was painted with a roller by the owner."),
        Example("It is a mistake on the part of the owner."),
        Example("They cross by means of a bridge."),
    ],
)
def passive_by_means_of(segment: Segment) -> Iterator[Hit]:
    """The agent or tool of a passive is named in a roundabout way.

    "was praised from the side of" and "was painted by means of" translate prepositions such as
    "со стороны", "von Seiten", "mittels" word for word. The table is in lang/means_phrases.tsv.
    """
    yield from phrases("means_phrases", "After a passive “{better}” will do, instead of “{found}”.")(segment)
