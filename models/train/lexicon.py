"""Make a tagger's lexicon.npz: a linear model of hashed features that knows which words post-editors changed.

    python -m models.train.lexicon --data DIR --out models/tagger-en/lexicon.npz

In each pair of languages the changed words weigh as much as the others, and the pairs weigh the same; clean news and
speeches weigh a little, all of them unchanged. Features are dropped at random, so that no word hangs on one alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from eval.corpora import rows
from mtfix.runtime.lexicon import KEYS, keys
from mtfix.runtime.tagger import word_spans

SIZE = 1 << 18
CALM = 0.2  # what clean text weighs, where a pair weighs 1


def texts(data: Path) -> Iterator[tuple[str, list[str], np.ndarray]]:
    """Yield where a text is from, its words, and which of them a post-editor changed."""
    for r in rows(data / "pairs/mlqe_pe.train.jsonl.xz"):
        yield r["pair"], r["hypothesis_tok"].split(), np.array([t == "BAD" for t in r["tags"][1::2]])
    for name, where in (("news", lambda _: True), ("un_debates", lambda r: 2015 <= r["year"] < 2023)):
        some = [p for r in rows(data / f"mono/{name}.jsonl.xz") if where(r) for p in r["paragraphs"][1:4]]
        for p in some[:: max(1, len(some) // 4000)]:
            if words := [s.of(p) for s in word_spans(p)][:60]:
                yield "clean", words, np.zeros(len(words), bool)


def made(data: Path, *, size: int, epochs: int, rate: float, drop: float, without: str = "") -> dict[str, np.ndarray]:
    """Return the arrays of the table."""
    some = [t for t in texts(data) if t[0] != without]
    x = torch.tensor(np.concatenate([keys(words, size) for _, words, _ in some]))
    y = np.concatenate([bad for _, _, bad in some])
    origin = np.concatenate([[name] * len(words) for name, words, _ in some])
    weight = np.zeros(len(y))
    for name in np.unique(origin):
        here = origin == name
        share = y[here].mean()
        each = np.where(y[here], 0.5 / max(share, 1e-9), 0.5 / (1 - share)) if share else np.full(here.sum(), CALM)
        weight[here] = each / here.sum()
    y_, weight_ = torch.tensor(y, dtype=torch.float32), torch.tensor(weight / weight.mean(), dtype=torch.float32)
    torch.manual_seed(1)
    table = torch.nn.EmbeddingBag(size, 1, mode="sum")
    torch.nn.init.zeros_(table.weight)
    bias = torch.zeros(1, requires_grad=True)
    best = torch.optim.Adagrad([table.weight, bias], lr=rate)
    for epoch in range(epochs):
        total = 0.0
        for at in torch.randperm(len(x)).split(8192):
            kept = (torch.rand(len(at), KEYS) > drop).float() / (1 - drop)
            odds = table(x[at], per_sample_weights=kept)[:, 0] + bias
            loss = (torch.nn.functional.binary_cross_entropy_with_logits(odds, y_[at], reduction="none") * weight_[at]).mean()
            best.zero_grad()
            loss.backward()
            best.step()
            total += loss.item() * len(at)
        print(f"epoch {epoch + 1}: loss {total / len(x):.4f}", flush=True)
    w = table.weight.detach().numpy()[:, 0]
    scale = np.quantile(np.abs(w[w != 0]), 0.9995) / 127
    whole = np.clip(np.round(w / scale), -127, 127).astype(np.int8)
    return {"weights": whole, "scale": np.float32(scale), "bias": np.float32(bias.item())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--drop", type=float, default=0.3)
    parser.add_argument("--without", default="", help="a pair of languages to leave out")
    o = parser.parse_args()
    torch.set_num_threads(1)
    found = made(o.data, size=o.size, epochs=o.epochs, rate=o.rate, drop=o.drop, without=o.without)
    np.savez_compressed(o.out, **found)
    print(f"{np.count_nonzero(found['weights']):,} weights, {o.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
