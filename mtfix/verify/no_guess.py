from mtfix.text.edits import changed_words
from mtfix.text.grammar import CLOSED, related
from mtfix.types import Edit, Segment
from mtfix.verify.api import GuardExample, guard


@guard(
    accepts=[
        GuardExample("He ⟦choosed→chose⟧ the red one.", by="rewriter"),
        GuardExample("She ⟦has went→went⟧ home.", by="rewriter"),
        GuardExample("They ⟦goes→went⟧ home.", by="rewriter"),
        GuardExample("A ⟦group of control of gun→gun control group⟧ met.", by="rewriter"),
    ],
    rejects=[
        GuardExample("It was a rigid ⟦sailty→society⟧.", by="rewriter"),
        GuardExample("He found many ⟦works→jobs⟧.", by="rewriter"),
    ],
)
def no_guess(segment: Segment, edit: Edit) -> str:
    """A rewriter puts no content word in the place of an unrelated one: only the source could tell which."""
    if edit.by != "rewriter":
        return ""
    old, new = changed_words(segment.hypothesis, edit)
    gone, come = _content(old, new), _content(new, old)
    if len(gone) == 1 and len(come) == 1 and not related(gone[0], come[0]):
        return f"{come[0]!r} would stand for {gone[0]!r}"
    return ""


def _content(some: list[str], others: list[str]) -> list[str]:
    return [w for w in some if w[:1].isalpha() and w not in CLOSED and w not in others]
