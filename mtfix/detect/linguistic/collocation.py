import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases

_QUESTION = re.compile(r"[^.!?]*\?")


@detector(
    category=Category.UNIDIOMATIC,
    severity=Severity.MINOR,
    confidence=0.8,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The gang ⟦made⟧ a terrible crime.", fixed="The gang committed a terrible crime."),
        Example("He ⟦said⟧ the truth in the ⟦strong⟧ rain.", fixed="He told the truth in the heavy rain."),
        Example("Flats are sold at ⟦cheap⟧ prices.", fixed="Flats are sold at low prices."),
    ],
    good=[
        Example("He committed a crime and told a lie in heavy rain."),
        Example("They made party leaders nervous; she made a decision and did the dishes."),
        Example("They made a strong case and paid attention."),
    ],
)
def collocation(segment: Segment) -> Iterator[Hit]:
    """This word does not go with its noun.

    A noun takes one verb or adjective in English and another in the source: "make a crime", "strong
    rain", "cheap prices". The table is in lang/collocations.tsv, compiled from usual faults of
    translators and learners; good English wordings that only look like them were taken out by measuring.
    """
    text = segment.hypothesis
    for hit in phrases("collocations", "English says “{better}” here, not “{found}”.")(segment):
        # "Does a decision by the board bind us?": the verb of a question.
        if hit.span.of(text).lower() in ("do", "does", "did") and _QUESTION.match(text, hit.span.end):
            continue
        yield hit
