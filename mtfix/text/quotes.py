"""Double quotation marks of a text: where they are, and whether each opens or closes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

STRAIGHT, OPENING, CLOSING = '"', "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
_BEFORE_OPENING = frozenset(" \t\n\N{NO-BREAK SPACE}([{—–-/‘'…\N{ZERO WIDTH SPACE}")
_AFTER_CLOSING = frozenset(" \t\n\N{NO-BREAK SPACE})]},.;:!?—–-/…’'")


@dataclass(frozen=True, slots=True)
class Mark:
    """A double quotation mark. `role` is "open" or "close"; `shape` what its neighbours say: that, or ""."""

    at: int
    char: str
    role: str
    shape: str


@lru_cache(maxsize=256)
def marks(text: str) -> tuple[Mark, ...]:
    """Return the double quotation marks in order; inch marks are left out.

    A curly mark has its own role. A straight one takes it from its neighbours, and where these say
    nothing, from whether a quotation is open.

    >>> [(m.at, m.role) for m in marks('"No," he said')]
    [(0, 'open'), (4, 'close')]
    """
    if STRAIGHT not in text and OPENING not in text and CLOSING not in text:
        return ()
    found: list[Mark] = []
    is_open = False
    for at, char in enumerate(text):
        if char not in (STRAIGHT, OPENING, CLOSING):
            continue
        shape = _shape(text, at)
        if char == STRAIGHT:
            if not is_open and at and text[at - 1].isdigit() and shape != "open":
                continue  # 5'10", a 40" screen
            role = shape or ("close" if is_open else "open")
        else:
            role = "open" if char == OPENING else "close"
        is_open = role == "open"
        found.append(Mark(at, char, role, shape))
    return tuple(found)


def _shape(text: str, at: int) -> str:
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    opens = before in _BEFORE_OPENING
    closes = after in _AFTER_CLOSING
    if opens == closes:
        return ""
    if opens:
        return "open"
    return "close" if before not in _BEFORE_OPENING else ""


def flipped(text: str) -> tuple[Mark, ...]:
    """Return curly marks that point the wrong way: a closing one before a word, an opening one after it.

    >>> [m.at for m in flipped("He said: ”No.”")]
    [9]
    """
    if (CLOSING not in text and OPENING not in text) or "„" in text:
        return ()
    wrong, is_open = [], False
    for mark in marks(text):
        if mark.char == CLOSING and mark.shape == "open" and not is_open:
            wrong.append(mark)
            is_open = True
        elif mark.char == OPENING and mark.shape == "close" and is_open:
            wrong.append(mark)
            is_open = False
        else:
            is_open = mark.role == "open"
    return tuple(wrong)


def tails(text: str) -> tuple[tuple[int, int], ...]:
    """Return (mark, mark) for closing marks that follow another with no opening one between.

    The first closes a quotation of this text, so that the second closes nothing.

    >>> tails("“We go.” where to.”")
    ((7, 18),)
    """
    if flipped(text):
        return ()
    found = []
    depth, opened, previous = 0, False, -1
    for mark in marks(text):
        if mark.role == "open":
            depth, opened = depth + 1, True
        elif depth:
            depth -= 1
        elif opened:
            found.append((previous, mark.at))
        previous = mark.at
    return tuple(found)
