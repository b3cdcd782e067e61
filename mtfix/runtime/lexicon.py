"""A word by its looks and its neighbours: how often post-editors changed it, how well people liked sentences with it.

Two linear models of hashed features beside the network: they remember words and pairs of words where the network
generalises, so they err in different places. The tables are in the model's folder; made by `models/train/lexicon.py`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

KEYS = 13  # features of a word
RATED = (0, 5)  # of these a sentence's score is made: the word, and the word with the one before


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Under the hash of each feature its weight for a word and for a sentence's score, in whole numbers of a scale."""

    weights: npt.NDArray[np.int8]
    scale: float
    bias: float
    liked: npt.NDArray[np.int8]
    liked_scale: float

    def read(self, words: Sequence[str]) -> tuple[npt.NDArray[np.float64], float]:
        """Return for each word the log-odds that it was changed, where every other word was, and the words' score.

        The score is in standard deviations of direct assessments, from the mean.
        """
        if not words:
            return np.zeros(0), 0.0
        places = keys(words, len(self.weights))
        odds = self.weights[places].sum(1, dtype=np.int64) * self.scale + self.bias
        return odds, float(self.liked[places[:, RATED]].sum(dtype=np.int64)) * self.liked_scale / len(words)


def read(path: Path) -> Lexicon:
    """Return the table of a file. Raises OSError or ValueError."""
    with np.load(path, allow_pickle=False) as content:
        weights = content["weights"], float(content["scale"]), float(content["bias"])
        return Lexicon(*weights, content["liked"], float(content["liked_scale"]))


def shape(word: str) -> str:
    """Return how a word is written.

    >>> shape("McCain"), shape("1,000"), shape("well-known")
    ('XxXxxx', 'd,ddd', 'xxxx-x')
    """
    return "".join("X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word[:6])


def keys(words: Sequence[str], size: int) -> npt.NDArray[np.int64]:
    """Return the places of the words' features in a table of `size`: words x KEYS."""
    low = ["<", "<", *(w.lower() for w in words), ">", ">"]
    length = min(len(words) // 6, 8)
    rows = []
    for n, word in enumerate(words, 2):
        w, before, after = low[n], low[n - 1], low[n + 1]
        rows.append(
            (
                f"w {w}", f"b {before}", f"a {after}", f"bb {low[n - 2]}", f"aa {low[n + 2]}", f"bw {before} {w}",
                f"wa {w} {after}", f"ba {before} {after}", f"bwa {before} {w} {after}", f"e {w[-3:]}", f"s {w[:3]}",
                f"l {shape(word)}", f"n {length}",
            )
        )  # fmt: skip
    crc = zlib.crc32
    return np.array([[crc(key.encode("utf-8", "replace")) % size for key in row] for row in rows], np.int64)
