"""Measure a teacher of the tagger: what it sees, what the tagger sees, and what both see together.

    python -m eval.teacher --data DIR --teacher FOLDER [--model models/tagger-en]

Pearson with direct assessments and word MCC at one threshold, by pair, on the odd-numbered development records of
MLQE-PE; how much each counts, and the threshold, come from the even-numbered ones (`models.train.teacher`).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.tagger_fit import mcc
from eval.tagger_sets import PAIRS, half
from models.train.data import Row
from models.train.teacher import Opinion, judged, opinions, read_teacher, weigh
from mtfix.runtime.tagger import load

Array = np.ndarray


def measure(even: tuple[list[Row], list[Opinion]], odd: tuple[list[Row], list[Opinion]]) -> dict[str, dict[str, Array]]:
    """Return for tagger, teacher and both, by pair: Pearson, MCC."""
    score, word = weigh(*even)
    ways = {
        "tagger": ((1.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
        "teacher": ((0.0, 1.0, 0.0), (0.0, 1.0, 0.0)),
        "both": (score, word),
    }
    return {name: _by_pair(even, odd, np.array(s), np.array(w)) for name, (s, w) in ways.items()}


def _by_pair(
    even: tuple[list[Row], list[Opinion]], odd: tuple[list[Row], list[Opinion]], score: Array, word: Array
) -> dict[str, Array]:
    here = [_words(*even, word, pair) for pair in PAIRS]
    steps = np.quantile(np.concatenate([z for z, _ in here]), np.arange(0.3, 0.95, 0.01))
    at = max(steps, key=lambda t: float(np.mean([mcc(z > t, bad) for z, bad in here])))
    out = {}
    for pair in PAIRS:
        z, bad = _words(*odd, word, pair)
        some = [(score[:2] @ o[:2], r["score"]) for r, o in zip(*odd, strict=True) if r["from"] == pair]
        out[pair] = np.array([np.corrcoef(np.array(some).T)[0, 1], mcc(z > at, bad)])
    return out


def _words(rows: Sequence[Row], found: Sequence[Opinion], weights: Array, pair: str) -> tuple[Array, Array]:
    """Return the log-odds of a pair's words, and whether a human changed them."""
    here = [(r["bad"], o) for r, o in zip(rows, found, strict=True) if r["from"] == pair]
    words = np.concatenate([np.column_stack(o[2:]) for _, o in here])
    return words @ weights[:2], np.concatenate([np.array(bad, bool) for bad, _ in here])


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--model", type=Path, default=Path("models/tagger-en"))
    o = p.parse_args()
    tagger, (net, tokenizer) = load(o.model), read_teacher(o.teacher)
    halves = [half(list(judged(o.data, "dev")), which) for which in (0, 1)]
    read = [(rows, list(opinions(tagger, net, tokenizer, rows))) for rows in halves]
    for name, found in measure(*read).items():
        print(name, *(f"{pair[:2]} Pearson {v[0]:.3f} MCC {v[1]:.3f}" for pair, v in found.items()), sep="  ")


if __name__ == "__main__":
    main()
