from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Document, Example, Hit, Severity, document_detector
from mtfix.lang.phrasebook import look_up


@document_detector(
    category=Category.MISTRANSLATION,
    severity=Severity.MAJOR,
    confidence=0.75,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "When the siren went off, the family hid in an ⟦animal shelter⟧ until the missile had passed.",
            fixed="When the siren went off, the family hid in a bomb shelter until the missile had passed.",
        ),
        Example(
            "The brigade is preparing a counteroffensive.\nIts troops have begun ⟦formation operations⟧.",
            fixed="The brigade is preparing a counteroffensive.\nIts troops have begun shaping operations.",
        ),
    ],
    good=[
        Example("After the air raid siren, volunteers carried the dogs of the animal shelter to the basement."),
        Example("The animal shelter is open on Saturdays."),
        Example("The car broke down, and a mechanic repaired the machine at the mill."),
    ],
)
def wrong_sense(document: Document) -> Iterator[Hit]:
    """A word has been translated in the wrong one of its senses.

    A source word with two senses is turned into the English word for the commoner one, though the
    rest of the text is about the other: Ukrainian "укриття" in a text about sirens is a bomb
    shelter, not a home for stray cats. Each entry of `lang/senses.toml` says which words of the
    document give the meant sense away, and which show that the text is right as it stands.

    Known problems: a text can be about both senses, so no edit is made alone. What is not in the
    data is not seen.
    """
    texts = tuple(segment.hypothesis for segment in document.segments)
    for index, segment in enumerate(document.segments):
        for found in look_up("senses", segment, texts):
            yield Hit(
                found.span,
                fix=found.fixes[0] if found.fixes else None,
                alternatives=found.fixes[1:],
                edits=found.beside,
                message=found.message(segment.hypothesis),
                hint=found.entry.level == "hint",
                segment=index,
            )
