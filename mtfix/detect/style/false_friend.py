from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector
from mtfix.lang.phrasebook import look_up


@detector(
    category=Category.UNIDIOMATIC,
    severity=Severity.MAJOR,
    confidence=0.75,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "Housing is an ⟦actual problem⟧ in the region.",
            fixed="Housing is a topical problem in the region.",
        ),
        Example("We spent a week in a ⟦sympathetic town⟧.", fixed="We spent a week in a pleasant town."),
    ],
    good=[
        Example("The actual cost was higher than planned."),
        Example("The judge was sympathetic to the town's case."),
        Example("Eventually they agreed."),
    ],
)
def false_friend(segment: Segment) -> Iterator[Hit]:
    """A word looks like the source word but means something else.

    "Actual" for German "aktuell" or Russian "актуальный" (current), "sympathetic" for French
    "sympathique" (nice). Only combinations that English hardly has are in `lang/false_friends.toml`;
    words that need the rest of the document to be judged are in accuracy.wrong-sense.

    Known problems: a rare literal use is flagged, too, so no edit is made alone.
    """
    for found in look_up("false_friends", segment, (segment.hypothesis,)):
        yield Hit(
            found.span,
            fix=found.fixes[0] if found.fixes else None,
            alternatives=found.fixes[1:],
            edits=found.beside,
            message=found.message(segment.hypothesis),
            hint=found.entry.level == "hint",
        )
