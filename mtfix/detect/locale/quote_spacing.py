from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.quotes import STRAIGHT, marks
from mtfix.text.verbatim import is_verbatim

_SPACE = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"


@detector(
    category=Category.QUOTES,
    severity=Severity.MINOR,
    confidence=0.97,
    bad=[
        Example("They called it “⟦ ⟧progress⟦ ⟧” at first.", fixed="They called it “progress” at first."),
        Example('They played "⟦ ⟧Morning Song" and left.', fixed='They played "Morning Song" and left.'),
    ],
    good=[
        Example("They called it “progress” at first, then ‘ruin’."),
        Example("“She said ‘no’ ” is how the book prints it."),
        Example('A 6" pipe and an 8" one lay there.'),
    ],
)
def quote_spacing(segment: Segment) -> Iterator[Hit]:
    """There is a space between a quotation mark and what it quotes.

    French has spaces inside its quotation marks, and a detokeniser that doesn't know whether a
    straight mark opens or closes leaves one. A straight mark counts only where the marks of the
    segment are in pairs and nothing else is unclear.
    """
    text = segment.hypothesis
    found = marks(text)
    if not found or len(found) % 2:
        return
    paired = all((m.role == "open") == (n % 2 == 0) for n, m in enumerate(found))
    if not paired:
        return
    for opening, closing in zip(found[::2], found[1::2], strict=True):
        if not text[opening.at + 1 : closing.at].strip(_SPACE) or is_verbatim(text, opening.at, closing.at):
            continue
        if text[: opening.at].rstrip()[-1:].isdigit() and opening.char == STRAIGHT:
            continue  # seconds of arc, inches
        # ‘ ’ ” : a thin gap between two closing marks is a printer's habit.
        after = _run(text, opening.at + 1, step=1)
        before = _run(text, closing.at - 1, step=-1)
        glued = opening.at > 0 and text[opening.at - 1].isalpha()
        if after and not (glued and opening.char == STRAIGHT) and text[opening.at + 1 + after] not in "‘'":
            yield Hit(Span(opening.at + 1, opening.at + 1 + after), fix="")
        follows = text[closing.at + 1 : closing.at + 2]
        if text[: closing.at].rstrip()[-3:] == ". .":
            before = 0  # a spaced ellipsis
        if before and not follows.isalpha() and text[closing.at - 1 - before] not in "’'":
            yield Hit(Span(closing.at - before, closing.at), fix="")


def _run(text: str, at: int, *, step: int) -> int:
    """Count the spaces from a place on, at most three."""
    count = 0
    while 0 <= at < len(text) and text[at] in _SPACE and count < 4:
        count, at = count + 1, at + step
    return count if count < 4 else 0
