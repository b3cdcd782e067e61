"""Measure the rewriter: its edits and their confidence, and what it adds to the rules and the tagger.

    python -m eval.rewriter confidence --cases CASES.jsonl --card models/rewriter-en/card.toml
    python -m eval.rewriter gain --data DIR [--limit N] [--sets apertium,ro-en,...] [--level safe,all]

`confidence` reads what `eval.rewriter_fit collect` wrote, takes the odd-numbered records (the card was fitted on the
even ones), and puts its figures into the card. `gain` runs the whole of mtfix without and with the rewriter at both
levels and tests the difference (TER, paired bootstrap by sacreBLEU; for JFLEG GLEU; for WMT22 chrF of the weakest
three systems of each pair). TER: lower is better.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.gleu import gleu
from eval.rewriter_fit import DEFAULT, arrays, asks, read, suggested
from eval.tagger import draw, ece
from eval.tagger_fit import words, write_tables
from eval.tagger_sets import Pair, repairs
from eval.tagger_sets import read as rows
from mtfix.config import Settings
from mtfix.metrics.significance import compare
from mtfix.pipeline import Pipeline
from mtfix.repair import rewrite
from mtfix.runtime.rewriter import read_card
from mtfix.types import Accept, Document, Segment

WEAKEST, NEVER_TRAINED = 3, ("liv-en", "uk-en", "ja-en")


def trust_of(card: Path) -> rewrite.Trust:
    """Return the trust that a card states."""
    described = read_card(card.parent, card.parent.name)
    return rewrite.trust_of(described.trust, described.whole, described.ask)


def confidence(cases: Path, card: Path) -> dict[str, Any]:
    """Return calibration, and precision and coverage at .8 and at the card's levels, on the odd-numbered records."""
    trust = trust_of(card)
    odd = [c for c in read(cases) if c["record"] % 2]
    default, odd = [c for c in odd if c["level"] == DEFAULT], [c for c in odd if c["level"] != DEFAULT]
    made = [c for c in odd if c["edit"] and not c["guard"]]
    p = np.array([rewrite.confidence(c["features"], trust) for c in made])
    y = arrays(odd)[1].astype(float)
    out: dict[str, Any] = {"spans": len(odd), "edits": len(made), "confidence_ece": round(ece(p, y), 4)}
    out["spans_in_question_asked_useful_kept"] = asks(default, trust)
    whole = np.array([bool(c["features"]["whole"]) for c in made])
    out["ranked_spans_sentences"] = [ranked(p[~whole], y[~whole]), ranked(p[whole], y[whole])]
    shown = [suggested(c, trust) for c in made]
    for name, on in (("0_8", p >= 0.8), ("apply", p >= trust.apply_at), ("suggest", np.array(shown))):
        share = round(float(on.sum()) / max(1, len(made)), 3)
        out[f"nearer_of_at_{name}"] = [int(y[on].sum()), int(on.sum()), share]
    bins = [(b / 10, (p >= b / 10) & (p < (b + 1) / 10)) for b in range(10)]
    out["reliability"] = [
        [b, round(float(p[on].mean()), 3), round(float(y[on].mean()), 3), int(on.sum())] for b, on in bins if on.any()
    ]
    for name in sorted({c["set"] for c in made}):
        some = [c["nearer"] for on, c in zip(shown, made, strict=True) if c["set"] == name and on]
        out[f"{name}_suggested_nearer_worse"] = [len(some), sum(n > 0 for n in some), sum(n < 0 for n in some)]
    return out


def ranked(p: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> float:
    """Return how often a right edit is surer than a wrong one: the area under the ROC curve."""
    right, wrong = p[y > 0][:, None], p[y == 0][None]
    return round(float(((right > wrong) + (right == wrong) / 2).mean()), 3) if right.size and wrong.size else 0.5


def sets(data: Path, limit: int) -> dict[str, list[Pair]]:
    """Return the development sets, and the weakest systems of the pairs of WMT22 that nothing was trained on."""
    out = {name: pairs[: limit or None] for name, pairs in repairs(data).items()}
    for pair in NEVER_TRAINED:
        some = list(weakest(data, pair))
        random.Random(7).shuffle(some)
        if some:
            out[f"wmt22 {pair}"] = some[: limit or None]
    return out


def weakest(data: Path, pair: str) -> Sequence[Pair]:
    """Return the segments of the three systems of a pair that have the lowest chrF."""
    from sacrebleu.metrics.chrf import CHRF

    segments = [r for r in rows(data / "pairs/wmt22.jsonl.xz") if r["pair"] == pair]
    systems = sorted({name for r in segments for name in r["hypotheses"]})
    score = {}
    for name in systems:
        have = [r for r in segments if name in r["hypotheses"]]
        references = [next(iter(r["references"].values())) for r in have]
        score[name] = CHRF().corpus_score([r["hypotheses"][name] for r in have], [references]).score
    chosen = sorted(systems, key=lambda n: score[n])[:WEAKEST]
    return [
        Pair(pair, r["hypotheses"][n], tuple(r["references"].values())[:1])
        for r in segments
        for n in chosen
        if n in r["hypotheses"]
    ]


def post_edits(pipeline: Pipeline, pairs: Sequence[Pair], accept: Accept) -> list[str]:
    """Return what mtfix makes of each hypothesis, each a document of its own."""
    documents = [Document((Segment(p.hypothesis),)) for p in pairs]
    reports = [r for k in range(0, len(documents), 64) for r in pipeline.run_many(documents[k : k + 64], accept=accept)]
    return [r.repairs[0].post_edit for r in reports]


def gain(pairs: Sequence[Pair], without: Pipeline, whole: Pipeline, name: str, levels: Sequence[Accept]) -> None:
    """Print the figures of a set: nothing done, without the rewriter, with it; at each level."""
    hypotheses = [p.hypothesis for p in pairs]
    for accept in levels:
        one, two = post_edits(without, pairs, accept), post_edits(whole, pairs, accept)
        changed = sum(a != b for a, b in zip(hypotheses, two, strict=True))
        good = [a == b for a, b, p in zip(hypotheses, two, pairs, strict=True) if a == p.references[0]]
        head = f"{name} {accept.value} n {len(pairs)} changed {changed} good untouched {sum(good)} of {len(good)}"
        if name == "jfleg":
            references = [list(p.references) for p in pairs]
            figures = [round(gleu(hypotheses, t, references), 2) for t in (hypotheses, one, two)]
            print(head, "GLEU nothing, without, with:", *figures, flush=True)
            continue
        texts = {"nothing": hypotheses, "without": one, "with": two}
        split = {n: [" ".join(words(t)) for t in some] for n, some in texts.items()}
        references = [[" ".join(words(p.references[0])) for p in pairs]]
        for base, others in (("nothing", ("with",)), ("without", ("with",))):
            for c in compare({n: split[n] for n in (base, *others)}, references, baseline=base):
                if c.metric in ("TER", "chrF"):
                    # The test counts ties as wins: of two equal systems it would say .001.
                    sure = 1.0 if split[base] == split[c.system] else c.p_value
                    p = "" if c.p_value is None else f" p {sure:.4f} against {base}"
                    print(head, c.system, c.metric, f"{c.value:.2f}{p}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("confidence", "gain"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--card", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--sets", default="")
    parser.add_argument("--level", default="safe,all")
    parser.add_argument("--languagetool", default="in-process")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--models", default="", help="a folder in which models are looked for first")
    o = parser.parse_args()
    if o.what == "confidence":
        measured = confidence(o.cases, o.card)
        for name, value in measured.items():
            print(name, value)
        write_tables(o.card, {"measured": measured})
        draw(measured, o.card.parent / "reliability.svg", read_card(o.card.parent, o.card.parent.name).signature)
        return
    without = Pipeline(Settings(languagetool=o.languagetool, models=o.models, rewriter="none"), threads=o.threads)
    whole = Pipeline(Settings(languagetool=o.languagetool, models=o.models), threads=o.threads)
    for name, pairs in sets(o.data, o.limit).items():
        if not o.sets or name in o.sets.split(","):
            gain(pairs, without, whole, name, [Accept(level) for level in o.level.split(",")])


if __name__ == "__main__":
    main()
