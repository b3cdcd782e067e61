from functools import lru_cache

from rapidfuzz.distance import OSA

from mtfix.text.grammar import CLOSED, lemmas
from mtfix.text.tokens import words
from mtfix.types import Edit, Segment
from mtfix.verify.api import GuardExample, guard

_ALIKE = 0.6


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
    old = [s.of(segment.hypothesis).lower() for s in words(segment.hypothesis) if s.overlaps(edit.span)]
    new = [s.of(edit.text).lower() for s in words(edit.text)]
    gone, come = _content(old, new), _content(new, old)
    if len(gone) == 1 and len(come) == 1 and not _related(gone[0], come[0]):
        return f"{come[0]!r} would stand for {gone[0]!r}"
    return ""


def _content(some: list[str], others: list[str]) -> list[str]:
    return [w for w in some if w[:1].isalpha() and w not in CLOSED and w not in others]


@lru_cache(maxsize=4096)
def _related(a: str, b: str) -> bool:
    """Say whether two words look alike or are forms of one."""
    if OSA.normalized_similarity(a, b) > _ALIKE:
        return True
    return any(set(lemmas(a, kind)) & set(lemmas(b, kind)) for kind in ("VERB", "NOUN", "ADJ"))
