from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("Everything depends ⟦from⟧ the weather.", fixed="Everything depends on the weather."),
        Example("She is married ⟦with⟧ a doctor.", fixed="She is married to a doctor."),
        Example("They will contact⟦ with⟧ the office.", fixed="They will contact the office."),
        Example("He succeeded ⟦to win⟧ the race.", fixed="He succeeded in winning the race."),
        Example("We ⟦listened⟧ music all day.", fixed="We listened to music all day."),
    ],
    good=[
        Example("It depends on the weather; it consists of three parts."),
        Example("The lack of money was clear when he arrived to help."),
        Example("He is married with two children and succeeded to the throne."),
        Example("Contact with the office was short, and the attack on the town was over."),
    ],
)
def verb_preposition(segment: Segment) -> Iterator[Hit]:
    """A verb or adjective stands with the wrong preposition.

    The preposition of the source is translated word for word ("depend from", "married with"), or one
    is left out ("listen music"). The table is in lang/verb_prepositions.tsv: patterns that are
    wrong in every reading that we could think of, compiled from learners' and translators' usual faults.
    """
    yield from phrases("verb_prepositions", "“{found}” does not fit here: write “{better}”.")(segment)
