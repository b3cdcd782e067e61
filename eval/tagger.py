"""Measure the tagger alone: words, scores, heat map, edits, confidence.

    python -m eval.tagger --data DIR --model FOLDER [--out results.json] [--most N] [--half 1] [--card]

What the card's numbers were fitted on (the even-numbered records) is left out with `--half 1`, the default; `--half -1`
takes all. Target-only, one threshold for all language pairs, chosen on the even halves. TER counts edits on words and
signs; lower is better. `--card` writes the figures into the card, and the reliability plot beside it.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.gleu import gleu
from eval.measures import exact, span_f1
from eval.measures import gain as gain_of
from eval.tagger_fit import Case, cases, distance, mcc, words, write_tables
from eval.tagger_sets import PAIRS, Pair, half, mlqe, post_edited, repairs, texts
from mtfix.metrics import quality as metric
from mtfix.render import plots
from mtfix.repair import tagged
from mtfix.runtime.suspicion import suspicion
from mtfix.runtime.tagger import REWRITE, Tagger, load, quality
from mtfix.text.edits import apply, select
from mtfix.types import Applicability, Edit, Segment
from mtfix.verify.registry import judge

PASSES = 3
SAFE, ALL = (Applicability.SAFE,), (Applicability.SAFE, Applicability.UNSAFE)


def trust_of(tagger: Tagger) -> tagged.Trust:
    """Return the trust that the card states."""
    edits = tagger.card.options["edits"]
    return tagged.Trust(edits["fitted"], edits["apply_at"], edits["suggest_at"], edits.get("context", {}))


def repaired(
    tagger: Tagger, hypotheses: Sequence[str], trust: tagged.Trust, accept: Sequence[Applicability]
) -> tuple[list[str], list[list[Edit]]]:
    """Return the texts after at most three passes, tagger alone with the guards, and the edits of the first pass."""
    now = list(hypotheses)
    first: list[list[Edit]] = [[] for _ in now]
    open_ = list(range(len(now)))
    for turn in range(PASSES):
        moved = []
        for n, tagging in zip(open_, tagger.tag([now[k] for k in open_]), strict=True):
            segment = Segment(now[n])
            edits = tagged.propose(segment, (), tagging, forms=tagger.forms, trust=trust)
            chosen = [e for e in edits if e.applicability in accept and judge(segment, e).accepted]
            if not chosen:
                continue
            if not turn:
                first[n] = chosen
            now[n] = apply(now[n], select(chosen))
            moved.append(n)
        open_ = moved
    return now, first


def ter(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Return TER on words and signs."""
    from sacrebleu.metrics.ter import TER

    joined = [" ".join(words(h)) for h in hypotheses], [[" ".join(words(r)) for r in references]]
    return round(float(TER(case_sensitive=True).corpus_score(*joined).score), 2)


def detection(tagger: Tagger, data: Path, which: int, most: int | None) -> dict[str, Any]:
    """Return word MCC at the card's threshold and correlations of the score, by pair."""
    threshold = tagger.card.options["suspect"]["threshold"]
    out: dict[str, Any] = {"threshold": threshold}
    for pair in PAIRS:
        rows = (mlqe(data, pair) if which < 0 else half(mlqe(data, pair), which))[:most]
        raws = tagger.raw([r.words for r in rows])
        suspects = [suspicion(w, r.words, tagger.reading.suspect) for r, w in zip(rows, raws, strict=True)]
        truth = np.concatenate([np.array(r.bad)[: len(s)] for r, s in zip(rows, suspects, strict=True)])
        guess = np.array([p for s in suspects for p in s])
        scores = [quality(w, r.words, s, tagger.reading.quality) for r, w, s in zip(rows, raws, suspects, strict=True)]
        best = max(mcc(guess > t, truth) for t in np.arange(0.1, 0.9, 0.02))
        out[pair] = {
            "mcc": round(mcc(guess > threshold, truth), 3),
            "mcc_own_threshold": round(best, 3),
            "pearson": round(float(np.corrcoef(scores, [r.z for r in rows])[0, 1]), 3),
            "spearman": round(float(np.corrcoef(ranks(scores), ranks([r.z for r in rows]))[0, 1]), 3),
            "word_ece": round(ece(guess, truth.astype(float)), 3),
            "span_f1": span_f1(
                [r.words for r in rows], [[p > threshold for p in s] for s in suspects], [r.bad for r in rows]
            ),
            "n": len(rows),
        }
    return out


def error_free(tagger: Tagger, data: Path, which: int, most: int | None) -> dict[str, Any]:
    """Return precision and recall of "free of errors": a human changed nothing. By pair, and over all."""
    how = tagger.card.options["error_free"]
    pairs = post_edited(data) if which < 0 else half(post_edited(data), which)
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    some = [p for name in PAIRS for p in [q for q in pairs if q.origin == name][:most]]
    for pair, tagging in zip(some, tagger.tag([p.hypothesis for p in some]), strict=True):
        answer = metric.error_free(tagging, how), pair.hypothesis in pair.references
        found[pair.origin].append(answer)
        found["all"].append(answer)
    return {name: _precision(answers) for name, answers in found.items()}


def _precision(answers: Sequence[tuple[bool, bool]]) -> dict[str, Any]:
    right = sum(yes and good for yes, good in answers)
    said, true = sum(yes for yes, _ in answers), sum(good for _, good in answers)
    return {
        "precision": round(right / said, 3) if said else None,
        "recall": round(right / true, 3) if true else None,
        "yes": said,
        "share_good": round(true / len(answers), 3),
        "n": len(answers),
    }


def ranks(values: Sequence[float]) -> np.ndarray[Any, Any]:
    """Return the rank of each value; equal ones share the mean of theirs."""
    _, place, count = np.unique(np.array(values), return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])


def ece(p: np.ndarray[Any, Any], y: np.ndarray[Any, Any], bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins."""
    at = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [abs(float(p[at == b].mean() - y[at == b].mean())) * float((at == b).mean()) for b in set(at.tolist())]
    return float(sum(gaps))


def calm(tagger: Tagger, paragraphs: Sequence[str], trust: tagged.Trust) -> dict[str, Any]:
    """Return what is flagged and edited in good text."""
    threshold = tagger.card.options["suspect"]["threshold"]
    above = total = rewrites = edits = suggested = 0
    for text, tagging in zip(paragraphs, tagger.tag(paragraphs), strict=True):
        above += sum(p > threshold for p in tagging.suspect)
        total += len(tagging.words)
        rewrites += any(t and t[0][0] == REWRITE for t in tagging.tags)
        made = tagged.propose(Segment(text), (), tagging, forms=tagger.forms, trust=trust)
        passed = [e for e in made if judge(Segment(text), e).accepted]
        edits += sum(e.applicability in SAFE for e in passed)
        suggested += sum(e.applicability in ALL for e in passed)
    return {
        "words": total,
        "above": round(above / total, 4),
        "segments_with_rewrite": round(rewrites / len(paragraphs), 4),
        "edits_per_1000": round(1000 * edits / total, 3),
        "edits_per_1000_all": round(1000 * suggested / total, 3),
    }


def gain(tagger: Tagger, pairs: Sequence[Pair], trust: tagged.Trust) -> dict[str, Any]:
    """Return TER (GLEU for a set with several references) before and after, at both levels."""
    hypotheses = [p.hypothesis for p in pairs]
    out: dict[str, Any] = {"n": len(pairs)}
    several = len(pairs[0].references) > 1

    def measure(texts_: Sequence[str]) -> float:
        if several:
            return round(gleu(hypotheses, texts_, [p.references for p in pairs], draws=100), 2)
        return ter(texts_, [p.references[0] for p in pairs])

    out["metric"] = "GLEU" if several else "TER"
    out["before"] = measure(hypotheses)
    for name, accept in (("safe", SAFE), ("all", ALL)):
        after, first = repaired(tagger, hypotheses, trust, accept)
        out[name] = measure(after)
        references = [p.references for p in pairs]
        out[name + "_exact"] = exact(hypotheses, after, references)
        if not several:
            change = gain_of(hypotheses, after, [r[0] for r in references])
            out[name + "_gain_to_edit"], out[name + "_p"] = change.ratio, change.p
        alone = [_nearer(p, e) for p, edits in zip(pairs, first, strict=True) for e in edits]
        out[name + "_edits"], out[name + "_nearer"] = len(alone), sum(alone)
        good = [(p.hypothesis, a) for p, a in zip(pairs, after, strict=True) if p.hypothesis in p.references]
        out[name + "_good_untouched"] = [sum(h == a for h, a in good), len(good)]
    return out


def _nearer(pair: Pair, edit: Edit) -> bool:
    before = min(distance(words(pair.hypothesis), words(r)) for r in pair.references)
    after = words(apply(pair.hypothesis, [edit]))
    return min(distance(after, words(r)) for r in pair.references) < before


def confidence(found: Sequence[Case], trust: tagged.Trust) -> dict[str, Any]:
    """Return how well the confidences hold, by level and by kind."""
    sure = np.array([trust.confidence(c.kind, c.p, c.around) for c in found])
    better = np.array([float(c.better) for c in found])
    kinds = np.array([c.kind for c in found])
    known = np.array([c.kind in trust.fitted for c in found])
    sure, better, kinds = sure[known], better[known], kinds[known]
    out: dict[str, Any] = {"ece": round(ece(sure, better), 4), "n": len(sure)}
    for level in (0.5, 0.65, 0.8, 0.9):
        on = sure >= level
        out[f"at_{level}"] = [round(float(better[on].mean()), 3) if on.any() else None, int(on.sum())]
    bins: dict[str, list[float]] = {}
    for b in range(10):
        on = (sure >= b / 10) & (sure < b / 10 + 0.1)
        if on.any():
            bins[f"{b / 10:.1f}"] = [
                round(float(sure[on].mean()), 3),
                round(float(better[on].mean()), 3),
                int(on.sum()),
            ]
    out["reliability"] = bins
    by_kind: dict[str, Any] = defaultdict(list)
    for kind in sorted(set(kinds.tolist())):
        on = (kinds == kind) & (sure >= trust.apply_at)
        by_kind[kind] = [round(float(better[on].mean()), 3) if on.any() else None, int(on.sum())]
    out["at_apply_by_kind"] = dict(by_kind)
    return out


def coverage(found: Sequence[Case], pairs: Sequence[Pair], tagger: Tagger, trust: tagged.Trust) -> dict[str, Any]:
    """Return how many of the edits that round trips through Apertium need, and that tags can say, are made.

    At a confidence of 0.8, and at the lowest one above which 80% of all edits bring the text nearer ("level").
    """
    from models.train.data import KEEP, Aligner

    sure = np.array([trust.confidence(c.kind, c.p, c.around) for c in found])
    better = np.array([c.better for c in found])
    here = np.array([c.origin == "apertium" for c in found])
    order = np.argsort(-sure)
    right = np.where(np.cumsum(better[order]) / np.arange(1, len(order) + 1) >= 0.8)[0]
    level = float(sure[order[right[-1]]]) if len(right) else 1.0
    known = set(tagger.reading.tags) - {KEEP, REWRITE}
    align = Aligner(tagger.forms)
    gold = sum(t in known for p in pairs for t in align.tags(words(p.hypothesis), words(p.references[0])))
    made = {str(at): int((here & better & (sure >= at)).sum()) for at in (0.8, round(level, 3))}
    return {"level": round(level, 3), "right_at": made, "wanted": gold}


def summary(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figures that a card states, flat: numbers and short lists."""
    out: dict[str, Any] = {}
    for pair, row in results.get("detection", {}).items():
        if isinstance(row, dict):
            out.update({f"{pair}_word_mcc": row["mcc"], f"{pair}_pearson": row["pearson"]})
            out.update({f"{pair}_spearman": row["spearman"], f"{pair}_span_f1": row["span_f1"]})
    for pair, row in results.get("error_free", {}).items():
        out[f"{pair}_error_free"] = [row["precision"] or 0.0, row["recall"] or 0.0, row["yes"], row["n"]]
    for name in ("clean_news", "un_2023"):
        for key, value in results.get(name, {}).items():
            out[f"{name}_{key}"] = value
    for name, row in results.items():
        if isinstance(row, dict) and "metric" in row:
            short = f"{name}_{row['metric'].lower()}"
            out[short] = [row["before"], row["safe"], row["all"]]
            out[f"{name}_edits_nearer_of"] = [
                row["safe_nearer"],
                row["safe_edits"],
                row["all_nearer"],
                row["all_edits"],
            ]
            out[f"{name}_good_untouched"] = row["safe_good_untouched"]
    if row := results.get("confidence"):
        out["confidence_ece"] = row["ece"]
        out["apertium_coverage_level_right_wanted"] = [
            row["coverage"]["level"], *row["coverage"]["right_at"].values(), row["coverage"]["wanted"]
        ]  # fmt: skip
        out["confidence_precision_at_0_8"] = row["at_0.8"]
        out["reliability"] = [[float(k), *v] for k, v in row["reliability"].items()]
    return out


def measure(
    tagger: Tagger,
    data: Path,
    which: int,
    most: int | None,
    *,
    only: str = "detection,error_free,calm,gain,confidence",
    show: Callable[[str, Any], None] = lambda *_: None,
) -> dict[str, Any]:
    """Return all figures; `show` is told each as it comes."""
    trust = trust_of(tagger)
    results: dict[str, Any] = {"model": tagger.signature, "half": which}

    def put(name: str, value: Any) -> None:
        results[name] = value
        show(name, value)

    if "detection" in only:
        put("detection", detection(tagger, data, which, most))
    if "error_free" in only and "error_free" in tagger.card.options:
        put("error_free", error_free(tagger, data, which, most))
    if "calm" in only:
        # Fitting used the first paragraphs of the news, so those are left out.
        put("clean_news", calm(tagger, texts(data, "clean", 1200)[500:][:most], trust))
        put("un_2023", calm(tagger, texts(data, "un", most or 500), trust))
    found: list[Case] = []
    for name, pairs in repairs(data).items():
        some = (pairs if which < 0 else half(pairs, which))[:most]
        if "gain" in only:
            put(name, gain(tagger, some, trust))
        if "confidence" in only:
            found += cases(tagger, some, tagger.tag([p.hypothesis for p in some]))
    if found:
        trips = repairs(data)["apertium"]
        covered = coverage(found, (trips if which < 0 else half(trips, which))[:most], tagger, trust)
        put("confidence", {**confidence(found, trust), "coverage": covered})
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("models/tagger-en"))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--half", type=int, default=1)
    parser.add_argument("--card", action="store_true", help="write the figures into the model's card")
    parser.add_argument("--only", default="detection,error_free,calm,gain,confidence")
    parser.add_argument("--plot", type=Path, help="the reliability plot; --only none draws the card's figures")
    o = parser.parse_args()
    tagger = load(o.model)
    shown: dict[str, Any] = {}

    def show(name: str, value: Any) -> None:
        shown[name] = value
        print(name, json.dumps(value), flush=True)
        if o.out:
            o.out.write_text(json.dumps(shown, indent=1) + "\n", encoding="utf-8")

    results = measure(tagger, o.data, o.half, o.most or None, only=o.only, show=show)
    if o.card:
        write_card(o.model, tagger, results)
    if o.plot or (o.card and "confidence" in results):
        measured = summary(results) if "confidence" in results else tagger.card.options["measured"]
        draw(measured, o.plot or o.model / "reliability.svg", tagger.signature)


def write_card(folder: Path, tagger: Tagger, results: dict[str, Any]) -> None:
    """Put the figures into the card; what was not measured now stays as it was."""
    measured = dict(tagger.card.options.get("measured", {})) | summary(results)
    tables: dict[str, dict[str, Any]] = {"measured": measured}
    if row := results.get("error_free"):
        stated = {"precision": row["all"]["precision"] or 0.0, "recall": row["all"]["recall"] or 0.0}
        tables["error_free"] = dict(tagger.card.options["error_free"]) | stated
    write_tables(folder / "card.toml", tables)


def draw(measured: dict[str, Any], path: Path, signature: str) -> None:
    """Draw how often edits were right against how sure they were, from the figures of a card."""
    rows = measured["reliability"]
    title = f"{signature}: {sum(row[3] for row in rows):,} edits, ECE {measured['confidence_ece']:.3f}"
    path.write_bytes(plots.reliability(rows, plots.format_of(path), title=title))


if __name__ == "__main__":
    main()
