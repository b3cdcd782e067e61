"""Make a tagger's lexicon.npz: which words post-editors changed and which sentences people liked, by hashed features.

    python -m models.train.lexicon --data DIR --out models/tagger-en/lexicon.npz

In each pair of languages the changed words weigh as much as the others, and the pairs weigh the same; clean news and
speeches weigh a little, all of them unchanged. Direct assessments are standardised within each pair. Features are
dropped at random, so that nothing hangs on one alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from eval.corpora import rows
from mtfix.runtime.lexicon import RATED, keys
from mtfix.runtime.tagger import word_spans

SIZE = 1 << 18
CALM = 0.2  # what clean text weighs, where a pair weighs 1
DROP = 0.3
WORDS, SENTENCES = 8192, 256  # in a batch


@dataclass(frozen=True, slots=True)
class Text:
    """Words, where they are from, which of them were changed, and a direct assessment where there is one."""

    origin: str
    words: list[str]
    bad: np.ndarray
    da: float | None = None


def texts(data: Path) -> Iterator[Text]:
    """Yield the training texts."""
    for r in rows(data / "pairs/mlqe_pe.train.jsonl.xz"):
        yield Text(r["pair"], r["hypothesis_tok"].split(), np.array([t == "BAD" for t in r["tags"][1::2]]), r["da_z"])
    for name, where in (("news", lambda _: True), ("un_debates", lambda r: 2015 <= r["year"] < 2023)):
        some = [p for r in rows(data / f"mono/{name}.jsonl.xz") if where(r) for p in r["paragraphs"][1:4]]
        for p in some[:: max(1, len(some) // 4000)]:
            if words := [s.of(p) for s in word_spans(p)][:60]:
                yield Text("clean", words, np.zeros(len(words), bool))


def weights(some: list[Text]) -> np.ndarray:
    """Return what each word weighs."""
    out = []
    for origin in dict.fromkeys(t.origin for t in some):
        bad = np.concatenate([t.bad for t in some if t.origin == origin])
        share = bad.mean()
        each = np.where(bad, 0.5 / max(share, 1e-9), 0.5 / (1 - share)) if share else np.full(len(bad), CALM)
        out.append(each / len(bad))
    found = np.concatenate(out)
    return found / found.mean()


def table(size: int) -> nn.EmbeddingBag:
    made = nn.EmbeddingBag(size, 1, mode="sum")
    nn.init.zeros_(made.weight)
    return made


def kept(shape: torch.Size | tuple[int, ...]) -> Tensor:
    """Return what each feature counts: some are dropped, the others count the more."""
    return (torch.rand(shape) > DROP).float() / (1 - DROP)


def fit_words(x: Tensor, y: Tensor, weight: Tensor, size: int, epochs: int) -> tuple[nn.EmbeddingBag, float]:
    """Return the weights of features and the bias: a logistic regression."""
    net, bias = table(size), torch.zeros(1, requires_grad=True)
    best = torch.optim.Adagrad([net.weight, bias], lr=0.05)
    for _ in range(epochs):
        total = 0.0
        for at in torch.randperm(len(x)).split(WORDS):
            odds = net(x[at], per_sample_weights=kept(x[at].shape))[:, 0] + bias
            loss = nn.functional.binary_cross_entropy_with_logits(odds, y[at], weight=weight[at])
            best.zero_grad()
            loss.backward()
            best.step()
            total += loss.item() * len(at)
        print(f"words: loss {total / len(x):.4f}", flush=True)
    return net, bias.item()


def fit_scores(found: list[np.ndarray], z: Tensor, size: int, epochs: int) -> nn.EmbeddingBag:
    """Return the weights of features whose mean over a sentence's words is its score."""
    net = table(size)
    best = torch.optim.Adagrad(net.parameters(), lr=0.2)
    for _ in range(epochs):
        total = 0.0
        for at in torch.randperm(len(found)).split(SENTENCES):
            some = [found[int(n)][:, RATED].ravel() for n in at]
            sizes = torch.tensor([len(k) for k in some])
            starts = torch.cat([torch.zeros(1, dtype=torch.long), sizes.cumsum(0)[:-1]])
            share = (len(RATED) / sizes.float()).repeat_interleave(sizes)
            x = torch.tensor(np.concatenate(some))
            loss = ((net(x, starts, per_sample_weights=kept(x.shape) * share)[:, 0] - z[at]) ** 2).mean()
            best.zero_grad()
            loss.backward()
            best.step()
            total += loss.item() * len(at)
        print(f"scores: loss {total / len(found):.4f}", flush=True)
    return net


def whole(net: nn.EmbeddingBag) -> tuple[np.ndarray, np.float32]:
    """Return weights as bytes, and what one of them means."""
    w = net.weight.detach().numpy()[:, 0]
    scale = np.quantile(np.abs(w[w != 0]), 0.9995) / 127
    return np.clip(np.round(w / scale), -127, 127).astype(np.int8), np.float32(scale)


def made(data: Path, *, size: int, without: str = "") -> dict[str, np.ndarray]:
    """Return the arrays of the file."""
    torch.manual_seed(1)
    some = sorted((t for t in texts(data) if t.origin != without), key=lambda t: t.origin)
    found = [keys(t.words, size) for t in some]
    bad = torch.tensor(np.concatenate([t.bad for t in some]), dtype=torch.float32)
    weight = torch.tensor(weights(some), dtype=torch.float32)
    net, bias = fit_words(torch.tensor(np.concatenate(found)), bad, weight, size, 1)
    words, scale = whole(net)
    z, rated = [], []
    for origin in dict.fromkeys(t.origin for t in some if t.da is not None):
        das = np.array([t.da for t in some if t.origin == origin], float)
        z.append((das - das.mean()) / das.std())
        rated += [k for t, k in zip(some, found, strict=True) if t.origin == origin]
    liked, liked_scale = whole(fit_scores(rated, torch.tensor(np.concatenate(z), dtype=torch.float32), size, 3))
    return {"weights": words, "scale": scale, "bias": np.float32(bias), "liked": liked, "liked_scale": liked_scale}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--without", default="", help="a pair of languages to leave out")
    o = parser.parse_args()
    torch.set_num_threads(1)
    np.savez_compressed(o.out, **made(o.data, size=o.size, without=o.without))
    print(f"{o.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
