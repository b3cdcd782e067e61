from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector
from mtfix.lang.phrasebook import look_up


@detector(
    category=Category.UNIDIOMATIC,
    severity=Severity.MINOR,
    confidence=0.8,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The tourists ⟦made a photo⟧ of the bridge.", fixed="The tourists took a photo of the bridge."),
        Example("We live here ⟦since three years⟧.", fixed="We live here for three years."),
    ],
    good=[
        Example("She made a photo album for her aunt."),
        Example("It is three years since we moved here."),
        Example("He explained to me how the pump works."),
    ],
)
def calque(segment: Segment) -> Iterator[Hit]:
    """A phrase is copied word for word from another language.

    Each word is right, the whole is not what English says: "make a photo" is German, Russian and
    French for taking one. The phrases are in `lang/calques.toml`, each with its source languages and
    where the knowledge comes from.

    Known problems: non-native English of the European institutions uses many of these, too; a quoted
    speaker may have said it so. Phrases that good English has now and then are hints.
    """
    for found in look_up("calques", segment, (segment.hypothesis,)):
        safe = found.entry.level == "safe"
        yield Hit(
            found.span,
            fix=found.fixes[0] if found.fixes else None,
            alternatives=found.fixes[1:],
            edits=found.beside,
            message=found.message(segment.hypothesis),
            applicability=Applicability.SAFE if safe else Applicability.UNSAFE,
            confidence=0.95 if safe else 0.8,
            hint=found.entry.level == "hint",
        )
