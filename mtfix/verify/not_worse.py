from collections.abc import Mapping, Sequence

from mtfix.types import Edit, Segment
from mtfix.verify.api import Evidence, guard

# A score moves a little with any change of words; a fall beyond this is a verdict.
_TOLERANCE = 1.0


@guard(of_result=True)
def not_worse(_: Segment, edits: Sequence[Edit], before: Evidence, after: Evidence) -> Mapping[int, str]:
    """The model's edits do not lower the segment's score."""
    if before.score is None or after.score is None or after.score >= before.score - _TOLERANCE:
        return {}
    reason = f"the score would fall from {before.score:.0f} to {after.score:.0f}"
    return {i: reason for i, edit in enumerate(edits) if edit.by != "rule"}
