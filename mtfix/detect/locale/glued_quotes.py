from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.quotes import STRAIGHT, Mark, marks
from mtfix.text.verbatim import is_verbatim

_ENDS = ",.:;!?"


@detector(
    category=Category.QUOTES,
    severity=Severity.MINOR,
    confidence=0.97,
    bad=[
        Example("The mayor added:⟦“⟧We will rebuild.”", fixed="The mayor added: “We will rebuild.”"),
        Example('She said⟦"⟧No," and left.', fixed='She said "No," and left.'),
        Example("“We will rebuild,⟦”⟧he said.", fixed="“We will rebuild,” he said."),
    ],
    good=[
        Example("He got two “A”s and wrote the “un”conference letter to (“us”)."),
        Example('He wrote name="x" and took the 5"x7" photo.'),
        Example("The mayor added: “We will rebuild,”—and they did."),
    ],
)
def glued_quotes(segment: Segment) -> Iterator[Hit]:
    """A space is missing beside a quotation mark.

    Chinese and Japanese have none there, and a detokeniser takes an opening mark for a closing one.
    Only where all marks of the segment are in pairs, so that it is known which of them opens.
    """
    text = segment.hypothesis
    found = marks(text)
    if not found:
        return
    paired = len(found) % 2 == 0 and all((m.role == "open") == (n % 2 == 0) for n, m in enumerate(found))
    if not paired:
        return
    for mark in found:
        if mark.role == "open" and _glued_before(text, mark):
            edit = Span(mark.at, mark.at)
        elif mark.role == "close" and _glued_after(text, mark):
            edit = Span(mark.at + 1, mark.at + 1)
        else:
            continue
        if not is_verbatim(text, mark.at, mark.at + 1):
            sure = mark.char != STRAIGHT or len(found) == 2 or not mark.shape
            how = None if sure else UNSAFE
            yield Hit(Span(mark.at, mark.at + 1), edits=((edit, " "),), applicability=how)


def _glued_before(text: str, mark: Mark) -> bool:
    """Say whether a word or a colon touches an opening mark: added:"We, said"No."""
    before, after = text[mark.at - 1 : mark.at], text[mark.at + 1 : mark.at + 2]
    if not after.isalpha() or not mark.at:
        return False
    start = text.rfind(" ", 0, mark.at) + 1
    word = text[start : mark.at]
    return (before.isalpha() and word.isalpha() and len(word) > 1) or (before in ",:;.?!" and word[:-1].isalpha())


def _glued_after(text: str, mark: Mark) -> bool:
    """Say whether a word touches a closing mark: "No,"he said. "A"s and "un"conference are meant."""
    before, after = text[mark.at - 1 : mark.at], text[mark.at + 1 : mark.at + 2]
    if not after.isalpha() or not after.isascii() or before.isspace():
        return False
    stop = text.find(" ", mark.at)
    word = text[mark.at + 1 : stop if stop > 0 else len(text)].rstrip(_ENDS)
    return word not in ("s", "es", "ed", "ing", "er") and (
        before in _ENDS or (word.isalpha() and len(word) > 1 and word in _WORDS)
    )


# After a mark without a comma, a word that can only be a new one.
_WORDS = frozenset(
    "and or but in on at of to for with from by as is are was were the a he she it they we I said has have had that "
    "which who when because after before program programme project movement group party".split()
)
