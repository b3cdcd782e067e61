from mtfix.types import Edit, Segment
from mtfix.verify.api import GuardExample, guard

_LONGEST = 3  # times the words that stood there, and some more for short spans


@guard(
    accepts=[GuardExample("He ⟦go to home→went home⟧."), GuardExample("She is ⟦→a ⟧doctor.")],
    rejects=[
        GuardExample("He ⟦left→left the house in the morning and went to the market⟧."),
        GuardExample("He ⟦left the house in the morning and went to the market→left⟧."),
    ],
)
def plausible_length(segment: Segment, edit: Edit) -> str:
    """A model's replacement is about as long as what stood there."""
    if edit.by == "rule":
        return ""
    old, new = len(edit.span.of(segment.hypothesis).split()), len(edit.text.split())
    if new > _LONGEST * old + 2:
        return f"{new} words for {old}"
    if old > _LONGEST * max(new, 1) + 2:
        return f"only {new} words for {old}"
    return ""
