"""Word order: does each word stand where such words stand in running text, or was the text shuffled?

Words fall into classes: some 250 frequent words and signs are classes of their own, others go by their ending,
a capital, a digit. For each pair of classes, neighbours and next but one, the table holds the log of how much more
often they meet than chance would have it. The mean is near 0.8 in English and below 0 in shuffled English.
Made by `models/train/order.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

START, END, OTHER = "^", "$", "-"
ENDINGS = tuple("tion ment ness ity ing ed ly ers er est ous ive al ful able ies es ss s y e".split())
SCALE = 16  # the table holds whole numbers: sixteenths
_NGRAM = 4
_PERIOD = 8
_TWICE = frozenset("had that very so no yes ha bye is now there many".split())


@dataclass(frozen=True, slots=True)
class Table:
    """The classes and, for neighbours and for words next but one, the log-ratios times SCALE."""

    classes: dict[str, int]
    near: npt.NDArray[np.int8]
    far: npt.NDArray[np.int8]


def class_of(word: str, known: Any, *, first: bool) -> str:
    """Return the class of a word. `known` holds those that are classes of their own.

    >>> [class_of(w, {"the"}, first=False) for w in ("The", "London", "1999", "12", "walked", "ox", "§")]
    ['the', 'A', '#4', '#', '-ed', '-', '·']
    """
    low = word.lower()
    if low in known:
        return low
    if word[:1].isdigit():
        return "#4" if len(word) == 4 and word.isdigit() else "#"
    if not word[:1].isalnum():
        return "·"
    if word[:1].isupper() and not first:
        return "As" if low.endswith("s") else "A"
    return next((f"-{e}" for e in ENDINGS if low.endswith(e) and len(low) > len(e) + 1), OTHER)


@cache
def table() -> Table:
    """Return the table that comes with mtfix."""
    with files("mtfix.runtime").joinpath("order.npz").open("rb") as file, np.load(file, allow_pickle=False) as content:
        names = str(content["classes"]).split("\n")
        return Table({name: n for n, name in enumerate(names)}, content["near"], content["far"])


def order(words: Sequence[str]) -> tuple[float, float]:
    """Return the sums of the log-ratios of neighbours and of words next but one."""
    if not words:
        return 0.0, 0.0
    known = table()
    other = known.classes[OTHER]
    inner = [known.classes.get(class_of(w, known.classes, first=n == 0), other) for n, w in enumerate(words)]
    at = np.array([known.classes[START], *inner, known.classes[END]])
    near = known.near[at[:-1], at[1:]].sum(dtype=np.int64)
    far = known.far[at[:-2], at[2:]].sum(dtype=np.int64)
    return float(near) / SCALE, float(far) / SCALE


def fresh(words: Sequence[str]) -> float:
    """Return 1 for a text that hardly repeats itself, down to 0 for a loop.

    Counted in runs of four words: in good text nine of ten are new; a sentence said three times has a third. A phrase
    said four times on end is a loop, however much good text stands before it.

    >>> fresh("He left the house and went to the sea".split()), fresh(["no"] * 40)
    (1.0, 0.0)
    >>> round(fresh(("He left the house and went to the sea " + "of the sea " * 4).split()), 2)
    0.19
    """
    low = [w.lower() for w in words]
    runs = [tuple(low[n : n + _NGRAM]) for n in range(len(low) - _NGRAM + 1)]
    new = min(1.0, max(0.0, (len(set(runs)) / len(runs) - 0.5) / 0.3)) if len(runs) >= _NGRAM else 1.0
    return min(new, 0.2) if any(_said_again(low, n) >= 3 * n for n in range(1, _PERIOD + 1)) else new


def doubled(words: Sequence[str]) -> int:
    """Count words that stand twice in a row and seldom do so in good text.

    >>> doubled("He had had the the book".split())
    1
    """
    low = [w.lower() for w in words]
    return sum(a == b and a.isalpha() and a not in _TWICE for a, b in itertools.pairwise(low))


def _said_again(words: Sequence[str], period: int) -> int:
    """Return the longest run of words that are each the same as the word `period` before."""
    longest = now = 0
    for a, b in zip(words, words[period:], strict=False):
        now = now + 1 if a == b else 0
        longest = max(longest, now)
    return longest
