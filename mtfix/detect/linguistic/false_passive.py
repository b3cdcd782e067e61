from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.GRAMMAR,
    severity=Severity.MAJOR,
    confidence=0.9,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The accident ⟦was happened⟧ at noon.", fixed="The accident happened at noon."),
        Example("The castle ⟦is belonged⟧ to the duke.", fixed="The castle belongs to the duke."),
    ],
    good=[
        Example("The accident happened at noon; the castle belongs to the duke."),
        Example("What the plan was remained unclear."),
        Example("How it was appeared in the report."),
    ],
)
def false_passive(segment: Segment) -> Iterator[Hit]:
    """This verb has no passive, or stands after a needless form of "be".

    Reflexive and middle verbs of the source ("произойти", "acontecer-se") are taken for passives. The
    table is in lang/false_passives.tsv.
    """
    for hit in phrases("false_passives", "“{found}” is not a form of this verb: write “{better}”.")(segment):
        before = segment.hypothesis[max(0, hit.span.start - 50) : hit.span.start].lower()
        if not any(f" {word} " in f" {before}" for word in ("what", "how", "who", "where", "which", "that", "it")):
            yield hit
