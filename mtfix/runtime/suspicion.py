"""From what the network says of a window's words to the probability that a post-editor would change each.

A logistic function of both heads' log-odds for the word and its neighbours, of how they lie in the whole window,
and of what kind of word it is. Its weights are in the model's card; `eval.tagger_fit` says how they are found.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["FEATURES", "Floats", "Ints", "Raw", "features", "logit", "odds", "sigmoid", "suspicion"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
FEATURES = (
    "word", "edit", "before", "after", "score", "level", "edit_level", "spread", "length", "mark", "name", "digit",
    "long", "lexicon"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raw:
    """What network and lexicon say of the words of one window. `tag_p` and `tag_id` are the likeliest tags but KEEP."""

    word: Floats
    keep: Floats
    kinds: Floats
    tag_p: Floats
    tag_id: Ints
    seen: npt.NDArray[np.bool_]  # False for a word that has no piece
    score: float
    lexicon: npt.NDArray[np.float64]  # its log-odds; 0 without one
    liked: float  # its score of the window


def logit(p: float) -> float:
    """Return the log-odds of a probability, kept finite."""
    p = min(max(p, 1e-5), 1 - 1e-5)
    return math.log(p / (1 - p))


def sigmoid(x: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, x))))


def odds(p: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return the log-odds of probabilities, kept finite."""
    p = np.clip(p.astype(np.float64), 1e-5, 1 - 1e-5)
    return np.log(p / (1 - p))


def features(raw: Raw, words: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return what the suspicion of a window's words is computed from: words x FEATURES.

    The log-odds of the word head and of a change by the edit head; the neighbours' ("before", "after"); the
    window's score, its mean log-odds ("level", "edit_level"), their standard deviation ("spread") and the log of
    its length; whether the word is a mark, a name, a number or long; and the lexicon's log-odds.
    """
    n = len(words)
    if not n:
        return np.zeros((0, len(FEATURES)))
    word, edit = odds(raw.word), odds(1 - raw.keep.astype(np.float64))
    window = (raw.score, word.mean(), edit.mean(), word.std(), math.log(n))
    first = [w[:1] for w in words]
    kind = [(not c.isalnum(), k > 0 and c.isupper(), c.isdigit(), len(words[k]) > 6) for k, c in enumerate(first)]
    near = (np.r_[word[:1], word[:-1]], np.r_[word[1:], word[-1:]])
    return np.column_stack([word, edit, *near, np.tile(window, (n, 1)), np.array(kind), raw.lexicon])


def suspicion(raw: Raw, words: Sequence[str], how: Mapping[str, float]) -> list[float]:
    """Return for each word of a window the probability that a post-editor would change it."""
    x = features(raw, words) @ np.array([how.get(name, 0.0) for name in FEATURES]) + how["bias"]
    p = np.where(raw.seen, 1 / (1 + np.exp(-np.clip(x, -40, 40))), 0.0)
    return [round(float(v), 4) for v in p]
