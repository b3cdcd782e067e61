from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.AWKWARD,
    severity=Severity.MINOR,
    confidence=0.5,
    applicability=Applicability.UNSAFE,
    hint=True,
    bad=[
        Example("They ⟦carried out an inspection of⟧ the ship.", fixed="They inspected the ship."),
        Example("We ⟦made an attempt to⟧ leave.", fixed="We tried to leave."),
    ],
    good=[Example("They inspected the ship."), Example("The inspection of the ship was short; they carried on.")],
)
def nominal_style(segment: Segment) -> Iterator[Hit]:
    """A noun with an empty verb says what one verb would.

    Russian, Ukrainian and German official prose prefer nouns ("провести осмотр"), and the translation
    keeps them. Good English in small doses, so a hint only. The table is in lang/nominal_phrases.tsv.
    """
    yield from phrases("nominal_phrases", "“{found}”: the verb “{better}” says it.")(segment)
