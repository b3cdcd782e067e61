"""Average two tagger checkpoints, weight by weight; rows of the edit head are matched by their tags.

usage: python -m models.train.average --new RUN --old FOLDER --share 0.5 --rows ROWS --tags 3300 --out FOLDER

A run that started from OLD drifts: its edits gain and its scores lose. The average keeps most of both (Wortsman et al.,
Robust fine-tuning of zero-shot models, CVPR 2022). The tags are those of both, of these the most frequent in ROWS.
A tag that one of them lacks is taken as the other has it.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from models.train.tagger import FIXED, save

Weights = dict[str, Tensor]


def read(folder: Path) -> tuple[Weights, list[str]]:
    """Return the weights of a checkpoint in full precision, and its tags."""
    weights = {name: value.float() for name, value in load_file(folder / "weights.safetensors").items()}
    return weights, json.loads((folder / "weights.vocab.json").read_text(encoding="utf-8"))


def fewer(weights: Weights, tags: list[str], count: Counter[str], most: int) -> tuple[Weights, list[str]]:
    """Return the checkpoint with the fixed tags and the most frequent of the others, in their order."""
    fixed = [n for n, tag in enumerate(tags) if tag in FIXED]
    others = sorted((n for n, tag in enumerate(tags) if tag not in FIXED), key=lambda n: (-count[tags[n]], n))
    kept = sorted(fixed + others[: max(0, most - len(fixed))])
    cut = {name: weights[name][kept] for name in ("edit.weight", "edit.bias")}
    return weights | cut, [tags[n] for n in kept]


def both(weights: Weights, tags: list[str], old: Weights, old_tags: list[str]) -> tuple[Weights, list[str]]:
    """Return the checkpoint with the tags that only the old one has, as the old one has them."""
    more = [n for n, tag in enumerate(old_tags) if tag not in set(tags)]
    wider = {name: torch.cat([weights[name], old[name][more]]) for name in ("edit.weight", "edit.bias")}
    return weights | wider, [*tags, *(old_tags[n] for n in more)]


def average(new: Weights, tags: list[str], old: Weights, old_tags: list[str], share: float) -> Weights:
    """Return `share` of the new weights and the rest of the old."""
    place = {tag: n for n, tag in enumerate(old_tags)}
    here = [n for n, tag in enumerate(tags) if tag in place]
    there = [place[tags[n]] for n in here]
    out: Weights = {}
    for name, value in new.items():
        other = old.get(name, value)
        if name.startswith("edit."):
            other = value.clone()
            other[here] = old[name][there]
        out[name] = torch.lerp(other, value, share)
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--new", type=Path, required=True)
    p.add_argument("--old", type=Path, required=True)
    p.add_argument("--share", type=float, default=0.5)
    p.add_argument("--rows", type=Path, required=True)
    p.add_argument("--tags", type=int, default=3300)
    p.add_argument("--out", type=Path, required=True)
    o = p.parse_args()
    with (o.rows / "rows.jsonl").open(encoding="utf-8") as f:
        count = Counter(tag for line in f for tag in json.loads(line)["tags"] or () if tag)
    old = read(o.old)
    new, tags = fewer(*both(*read(o.new), *old), count, o.tags)
    o.out.mkdir(parents=True, exist_ok=True)
    save(average(new, tags, *old, o.share), tags, o.out / "weights.safetensors")


if __name__ == "__main__":
    main()
