import re
from collections import Counter

from mtfix.types import Edit, Segment
from mtfix.verify.api import GuardExample, guard

_MARKS = re.compile(r"[()\[\]{}“”\"«»]")
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("“", "”"), ("«", "»"))
_DANGLING = re.compile(r"\b(?:an?|the)\s*(?:[.,;:!?)]|$)", re.IGNORECASE)


@guard(
    accepts=[GuardExample("He said “⟦I goes→I go⟧”."), GuardExample("He took ⟦the the→the⟧ book.")],
    rejects=[
        GuardExample("He said “I go⟦”→⟧."),
        GuardExample("The law ⟦(→⟧of 1990) holds."),
        GuardExample("He took the ⟦book→⟧."),
    ],
)
def nothing_orphaned(segment: Segment, edit: Edit) -> str:
    """A model's edit leaves no bracket or quotation mark without its partner, and no article without a noun."""
    if edit.by == "rule":
        return ""
    tail = segment.hypothesis[edit.span.end :]
    before = segment.hypothesis[: edit.span.start]
    if Counter(_MARKS.findall(edit.span.of(segment.hypothesis))) != Counter(_MARKS.findall(edit.text)) and not (
        _alone(before + edit.text + tail) < _alone(segment.hypothesis)
    ):
        return "a bracket or quotation mark would stand alone"
    now = f"{before[-12:]}{edit.text}{tail[:2]}"
    was = f"{before[-12:]}{edit.span.of(segment.hypothesis)}{tail[:2]}"
    if _DANGLING.search(now) and not _DANGLING.search(was):
        return "an article would stand without a noun"
    return ""


def _alone(text: str) -> int:
    """Return how many brackets and quotation marks have no partner."""
    return sum(abs(text.count(a) - text.count(b)) for a, b in _PAIRS) + text.count('"') % 2
