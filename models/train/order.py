"""Make mtfix/runtime/order.npz: which classes of words stand beside which, counted in English and machine translation.

    python -m models.train.order --data DIR [--out mtfix/runtime/order.npz]

Machine translation and its corrections are among the texts, so that its own order is not taken for a shuffled one.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from eval.corpora import rows
from mtfix.runtime.order import END, OTHER, SCALE, START, class_of
from mtfix.runtime.tagger import word_spans

OWN = 250  # so many words are classes of their own
MARKS = set(""". , ; : ! ? ( ) " “ ” ' ’ - – — / % $ £ €""".split())
SMOOTHING = 3.0


def texts(data: Path) -> Iterator[str]:
    """Yield paragraphs, always the same ones; nothing of the development sets or of 2023 and later."""
    rng = random.Random(1)
    for r in rows(data / "pairs/mlqe_pe.train.jsonl.xz"):
        yield r["hypothesis"]
        if rng.random() < 0.5:
            yield r["post_edit"]
    for r in rows(data / "mono/un_debates.jsonl.xz"):
        if 2015 <= r["year"] < 2023 and rng.random() < 0.15:
            yield from r["paragraphs"]
    for r in rows(data / "mono/books.jsonl.xz"):
        if rng.random() < 0.1:
            yield from rng.sample(r["paragraphs"], min(len(r["paragraphs"]), 300))
    for r in rows(data / "mono/news.jsonl.xz"):
        if rng.random() < 0.5:
            yield r["title"]
        if rng.random() < 0.2:
            yield from rng.sample(r["paragraphs"], min(5, len(r["paragraphs"])))


def count(paragraphs: Iterable[str], own: int = OWN) -> dict[str, np.ndarray]:
    """Return the arrays of the table."""
    said = [[s.of(p) for s in word_spans(p)] for p in paragraphs]
    frequent = Counter(w.lower() for words in said for w in words if w.isalpha())
    known = {w for w, _ in frequent.most_common(own)} | MARKS
    single, near, far = Counter[str](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for words in said:
        line = [START, *(class_of(w, known, first=n == 0) for n, w in enumerate(words)), END]
        single.update(line)
        near.update(itertools.pairwise(line))
        far.update(zip(line, line[2:], strict=False))
    classes = sorted({*single, *known, START, END, OTHER})
    total = sum(single.values())

    def ratios(pairs: Counter[tuple[str, str]]) -> np.ndarray:
        out = np.zeros((len(classes), len(classes)))
        for a, name in enumerate(classes):
            for b, other in enumerate(classes):
                expected = single[name] * single[other] / total
                out[a, b] = math.log((pairs[name, other] + SMOOTHING) / (expected + SMOOTHING))
        return np.clip(np.round(out * SCALE), -127, 127).astype(np.int8)

    return {"classes": np.array("\n".join(classes)), "near": ratios(near), "far": ratios(far)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("mtfix/runtime/order.npz"))
    options = parser.parse_args()
    made = count(texts(options.data))
    np.savez_compressed(options.out, **made)
    print(f"{len(made['near'])} classes, {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
