from mtfix.text.tokens import words
from mtfix.types import Edit, Segment, Span
from mtfix.verify.api import GuardExample, guard

# Words that turn a statement round or change how much is stated.
_NEGATION = frozenset("not no never none nobody nothing neither nor without cannot hardly n't".split())
_QUANTITY = frozenset(
    "one two three four five six seven eight nine ten eleven twelve hundred thousand million billion dozen half "
    "all every each both most many few several some any more less fewer least double twice".split()
)


def _weighty(text: str) -> list[str]:
    found = []
    for span in words(text):
        word = span.of(text).lower().replace("’", "'")
        if word.endswith("n't"):
            word = "not"
        if word in _NEGATION or word in _QUANTITY:
            found.append("not" if word in ("no", "cannot") else word)
    return sorted(found)


@guard(
    accepts=[GuardExample("He ⟦do not→does not⟧ know."), GuardExample("He ⟦don't→does not⟧ know.")],
    rejects=[
        GuardExample("He ⟦does not know→knows⟧."),
        GuardExample("⟦All men→Some men⟧ left."),
        GuardExample("He saw ⟦three dogs→dogs⟧."),
    ],
)
def meaning_kept(segment: Segment, edit: Edit) -> str:
    """A model's edit keeps negations and words of quantity."""
    if edit.by == "rule":
        return ""
    old, new = edit.span.of(segment.hypothesis), edit.text
    # A doubled word may go: compare as sets where the old text has it twice in a row.
    if set(_weighty(old)) != set(_weighty(new)) and not _doubled(segment.hypothesis, edit.span):
        return f"negation or quantity differs: {old!r} to {new!r}"
    return ""


def _doubled(text: str, span: Span) -> bool:
    word = span.of(text).strip().lower()
    left, right = text[: span.start].lower().split(), text[span.end :].lower().split()
    return bool(word) and ((bool(left) and left[-1] == word) or (bool(right) and right[0] == word))
