"""Which part of the tagger's training mix earns its place: short runs, each without one part, from the same start.

usage: python -m eval.ablation --data DIR --base DISTILBERT --rows ROWS --out DIR [--steps 400] [--parts a,b]

Each run makes the same number of steps; what is left out is made up for by more of the rest. A row of the table tells,
on the development sets: word MCC at one threshold for all pairs (mean), Pearson of the score (mean), the share of words
of clean news above that threshold, and of the edits with a probability of at least .5 how many bring round trips and
learners' sentences nearer to the correction. A run that is there already isn't made again.
"""

import argparse
import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import torch
from transformers import DistilBertModel

from eval.tagger_fit import distance
from eval.tagger_fit import words as words_of
from eval.tagger_sets import Pair, repairs
from models.train.data import Row
from models.train.tagger import (
    PAIRS,
    Tagger,
    batches,
    encode,
    evaluate,
    label,
    load_tokenizer,
    run,
    tag_list,
)
from mtfix.repair import tagged
from mtfix.runtime.tagger import word_spans
from mtfix.text.edits import apply
from mtfix.types import Edit

# What is left out, as the beginnings of the rows' "from".
PARTS = {
    "nothing": (),
    "other translations (wmt18, wmt21, nmt_pt)": ("wmt", "nmt_pt"),
    "mqm spans": ("mqm",),
    "rule-based round trips": ("apertium",),
    "noise": ("noise",),
    "clean text": ("clean", "mlqe-clean"),
    "garbled and broken": ("garbled", "foreign", "loop", "shuffled"),
}


def train(o: Namespace, rows: list[Row], tags: list[str], name: str) -> Tagger:
    """Make the run without a part, or load it."""
    folder = o.out / name.split()[0]
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(o.seed)
    net = Tagger(DistilBertModel.from_pretrained(o.base), len(tags))
    for part in (net.enc.embeddings, *net.enc.transformer.layer[: o.freeze]):
        part.requires_grad_(False)
    some = [r for r in rows if not r["from"].startswith(PARTS[name])] if PARTS[name] else rows
    settings = {
        "out": folder, "data": o.data, "steps": o.steps, "hours": 0.0, "every": 600.0, "look": 1e9, "lr": o.lr,
        "head_factor": 10.0, "score": 0.5,
    }  # fmt: skip
    run(Namespace(**settings), net, load_tokenizer(o.base), batches(some, o.seed, 32), tags, tell=False)
    return net


def nearer(net: Tagger, o: Namespace, tags: list[str], forms: dict[str, dict[str, str]], pairs: list[Pair]) -> str:
    """Return how many of the edits with a probability of at least .5 bring a text nearer, of how many."""
    tokenizer, good, made = load_tokenizer(o.base), 0, 0
    net.eval()
    for pair in pairs:
        spans = word_spans(pair.hypothesis)
        if not spans:
            continue
        ids, mask, first, _ = encode(tokenizer, [[s.of(pair.hypothesis) for s in spans]])
        with torch.no_grad():
            p, best = torch.softmax(net.edit(net.features(ids, mask, first)[0]), -1)[0].max(-1)
        before = min(distance(words_of(pair.hypothesis), words_of(r)) for r in pair.references)
        for n in range(min(len(spans), len(p))):
            edit = tagged.edit_of(pair.hypothesis, spans, n, tags[int(best[n])], forms) if p[n] >= 0.5 else None
            if edit is not None:
                after = words_of(apply(pair.hypothesis, [Edit(*edit, by="tagger")]))
                made += 1
                good += min(distance(after, words_of(r)) for r in pair.references) < before
    return f"{good} of {made}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--most", type=int, default=300, help="segments of each development set")
    parser.add_argument("--parts", default=",".join(n.split()[0] for n in PARTS))
    parser.add_argument("--freeze", type=int, default=2)
    parser.add_argument("--lr", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    rows = [json.loads(line) for line in (o.rows / "rows.jsonl").open(encoding="utf-8")]
    forms = json.loads((o.rows / "forms.json").read_text(encoding="utf-8"))
    tags = tag_list(rows)
    label(rows, tags)
    sets = repairs(o.data)
    for name in PARTS:
        if name.split()[0] not in o.parts.split(","):
            continue
        net = train(o, rows, tags, name)
        found = evaluate(net, load_tokenizer(o.base), o.data, o.most)
        mcc, pearson = (round(float(np.mean([found[p][k] for p in PAIRS if p in found])), 3) for k in (0, 2))
        edits = ", ".join(f"{s} {nearer(net, o, tags, forms, sets[s][: o.most])}" for s in ("apertium", "jfleg"))
        print(f"| {name} | {mcc} | {pearson} | {found['clean news above']:.1%} | {edits} |", flush=True)


if __name__ == "__main__":
    main()
