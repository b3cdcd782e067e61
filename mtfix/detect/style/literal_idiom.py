from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector
from mtfix.lang.phrasebook import look_up


@detector(
    category=Category.UNIDIOMATIC,
    severity=Severity.MAJOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("Stop ⟦hanging noodles on my ears⟧.", fixed="Stop pulling my leg."),
        Example("Taxes are ⟦not my beer⟧.", fixed="Taxes are not my business."),
    ],
    good=[
        Example("The noodles hang on a wooden rack to dry."),
        Example("That is not my beer mug."),
        Example("There are tomatoes on the table and patches over her eyes."),
    ],
)
def literal_idiom(segment: Segment) -> Iterator[Hit]:
    """An idiom of another language is translated word for word.

    The words are English, the image is not: nobody is understood to be joking who "hangs noodles on
    ears". The idioms are in `lang/idioms.toml`, each with its meaning.

    Known problems: texts that explain a foreign saying quote it so; quoted titles are left alone.
    """
    for found in look_up("idioms", segment, (segment.hypothesis,)):
        yield Hit(
            found.span,
            fix=found.fixes[0] if found.fixes else None,
            alternatives=found.fixes[1:],
            edits=found.beside,
            message=found.message(segment.hypothesis),
            hint=found.entry.level == "hint",
        )
