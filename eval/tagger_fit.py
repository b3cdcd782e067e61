"""Fit what turns the tagger's numbers into probabilities, a quality and confidences; choose its thresholds.

    python -m eval.tagger_fit --data DIR --model FOLDER [--most N] [--only PARTS]

Fitted on the even-numbered records of the development sets; `eval.tagger` measures on the odd ones. Writes the
tables [suspect], [quality], [tags], [edits] and [error_free] of FOLDER/card.toml anew and leaves the rest of the card
alone. `--only quality,error_free` fits these parts alone and keeps what the card says of the others.
"""

from __future__ import annotations

import argparse
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.damage import shuffled
from eval.tagger_sets import PAIRS, Pair, half, later, mlqe, post_edited, repairs, short_sentences, texts
from mtfix.repair import tagged
from mtfix.runtime.suspicion import FEATURES, Raw, features, logit, sigmoid, suspicion
from mtfix.runtime.tagger import REWRITE, WRECK, Tagger, load, surest, wreck
from mtfix.types import Tagging

Array = np.ndarray[Any, Any]
MOST_CLEAN = 0.018  # of clean words above the threshold
CALM = 0.2  # what clean news weighs, where a pair weighs 1
SHARP, MOST = 2.0, 10.0
DOUBT, TRUST = 52.0, 60.0  # of shuffled sentences 95 in 100 score less than the first before this
# Weights in the quality of the words' mean suspicion, of what the lexicon likes, of the likeliest change of a word.
HELD = (10.0, 8.0, -5.0)
DOUBLED = 4.0  # off the quality for each word that stands there twice; the network often overlooks it
PRECISION = 0.6  # of a "yes" to "is it free of errors?", on real translation of which a fifth is
LIKELY = 0.27  # an edit below this confidence tells nothing of those that are shown
PARTS = ("suspect", "quality", "tags", "edits", "error_free")


@dataclass(frozen=True, slots=True)
class Case:
    """One edit that a tag would make: its kind, the tag's probability, the context, whether the text comes nearer."""

    origin: str
    kind: str
    p: float
    around: tuple[float, ...]
    better: bool


def logistic(x: Array, y: Array, *, penalty: float = 1.0, centre: Array | None = None) -> Array:
    """Return the weights (bias last) of a logistic regression, by Newton's method, drawn towards `centre`."""
    x = np.column_stack([x, np.ones(len(x))])
    centre = np.zeros(x.shape[1]) if centre is None else centre
    w = centre.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (p - y) + penalty * (w - centre)
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + penalty * np.eye(len(w)), gradient)
        w -= step
        if np.abs(step).max() < 1e-6:
            break
    return w


def mcc(guess: Array, truth: Array) -> float:
    """Return Matthews' correlation of two boolean arrays."""
    tp, fp = float((guess & truth).sum()), float((guess & ~truth).sum())
    fn, tn = float((~guess & truth).sum()), float((~guess & ~truth).sum())
    under = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / under if under else 0.0


Windows = Sequence[tuple[list[str], Raw]]


def balanced(x: Array, y: Array, weight: Array, *, penalty: float = 10.0) -> Array:
    """Return the weights (bias last) of a logistic regression whose rows weigh differently; features are scaled."""
    middle, scale = x.mean(0), x.std(0) + 1e-6
    x = np.column_stack([(x - middle) / scale, np.ones(len(x))])
    weight, w = weight / weight.mean(), np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + penalty * np.eye(len(w))
        step = np.linalg.solve(curve, x.T @ (weight * (p - y)) + penalty * w)
        w -= step
        if np.abs(step).max() < 1e-6:
            break
    out = w[:-1] / scale
    return np.append(out, w[-1] - out @ middle)


def fit_suspect(windows: dict[str, Windows], truth: dict[str, list[Array]], clean: Windows) -> dict[str, float]:
    """Fit the suspicion, its scale, and the one threshold for all pairs with the best mean MCC.

    In some pairs every second word was changed, in others every eighth. A plain regression would learn which pair a
    text is of, and one threshold would be wrong for each. So in each pair the changed words weigh as much as the
    others, and the pairs weigh the same; clean news weighs a little. Then slope and bias make probabilities of it.
    """
    x = {p: np.concatenate([features(raw, words_) for words_, raw in some]) for p, some in windows.items()}
    calm = np.concatenate([features(raw, words_) for words_, raw in clean])
    flat = {p: np.concatenate(truth[p]) for p in truth}
    weight = [np.where(y, 0.5 / y.mean(), 0.5 / (1 - y.mean())) / len(y) for y in flat.values()]
    rows = np.concatenate([*x.values(), calm])
    labels = np.concatenate([*flat.values(), np.zeros(len(calm))]).astype(float)
    w = balanced(rows, labels, np.concatenate([*weight, np.full(len(calm), CALM / len(calm))]))
    z = {p: rows_ @ w[:-1] for p, rows_ in x.items()}
    every, still = np.concatenate(list(z.values())), calm @ w[:-1]
    steps = [t for t in np.quantile(every, np.arange(0.3, 0.95, 0.01)) if float((still > t).mean()) <= MOST_CLEAN]
    t = max(steps, key=lambda t: float(np.mean([mcc(z[p] > t, flat[p]) for p in z])))
    slope, bias = logistic(every[:, None], np.concatenate(list(flat.values())).astype(float), penalty=1.0)
    how = dict(zip(FEATURES, (round(float(v * slope), 4) for v in w[:-1]), strict=True))
    threshold = round(sigmoid(float(t) * float(slope) + float(bias)), 3)
    return {**how, "bias": round(float(bias), 4), "threshold": threshold}


def fit_quality(raws: dict[str, list[Raw]], suspects: dict[str, list[list[float]]], da: dict[str, list[float]]) -> Any:
    """Fit the quality to direct assessments; within the pairs, since each pair was judged by its own people.

    Only the network's score is fitted. What words and the lexicon add is held at HELD: fitted too, Pearson is .001
    higher, but the score would prefer the damaged side of more pairs (`eval.pairs`). The numbers were chosen on
    even-numbered records and on the news that fitting uses.
    """
    xs, ys, means = [], [], []
    for pair, rs in raws.items():
        rows = zip(rs, suspects[pair], strict=True)
        x = np.array([(r.score, sum(s) / max(1, len(s)), r.liked, surest(r)) for r, s in rows])
        y = np.array(da[pair])
        means.append((x.mean(0), y.mean()))
        xs.append(x - x.mean(0))
        ys.append(y - y.mean())
    x, y = np.concatenate(xs), np.concatenate(ys) - np.concatenate(xs)[:, 1:] @ HELD
    w = np.array([x[:, 0] @ y / (x[:, 0] @ x[:, 0] + 1e-3), *HELD])
    bias = float(np.mean([m[1] - m[0] @ w for m in means]))
    return {
        "score": round(float(w[0]), 3),
        "suspect": round(float(w[1]), 3),
        "liked": round(float(w[2]), 3),
        "change": round(float(w[3]), 3),
        "bias": round(bias, 3),
        "doubled": DOUBLED,
    }


def fit_wreck(good: Windows, shuffled_: Windows, how: dict[str, float]) -> dict[str, float]:
    """Fit what tells shuffled text from text that is only bad, on windows of good and bad translation and of news.

    SHARP says how sure it must be (above 1 - 1 / SHARP) before the score falls, MOST to where it falls: far enough for
    shuffled text, and not to 0, since some headlines look shuffled. Above TRUST nothing falls.
    """
    rows = [wreck(raw, w, suspicion(raw, w, how)) for some in (good, shuffled_) for w, raw in some]
    x, y = np.array(rows), np.repeat([0.0, 1.0], [len(good), len(shuffled_)])
    middle, scale = x.mean(0), x.std(0)
    w = logistic((x - middle) / scale, y)
    weights = w[:-1] / scale
    out = {name: round(float(v), 4) for name, v in zip(WRECK, weights, strict=True)}
    return {
        **out,
        "bias": round(float(w[-1] - weights @ middle), 4),
        "sharp": SHARP,
        "most": MOST,
        "doubt": DOUBT,
        "trust": TRUST,
    }


def fit_error_free(taggings: Sequence[Tagging], good: Sequence[bool], precision: float) -> dict[str, float]:
    """Fit the probability that a human changed nothing, and the lowest threshold that keeps the precision."""
    from mtfix.metrics.quality import ERROR_FREE, error_free_features

    x = np.array([error_free_features(t) for t in taggings])
    y = np.array(good, float)
    middle, scale = x.mean(0), x.std(0)
    w = logistic((x - middle) / scale, y)
    p = 1 / (1 + np.exp(-((x - middle) / scale @ w[:-1] + w[-1])))
    order_ = np.argsort(-p)
    reached = np.where(np.cumsum(y[order_]) / np.arange(1, len(p) + 1) >= precision)[0]
    threshold = float(p[order_[reached[-1]]]) if len(reached) else 1.0
    weights = w[:-1] / scale
    out = {name: round(float(v), 4) for name, v in zip(ERROR_FREE, weights, strict=True)}
    return {**out, "bias": round(float(w[-1] - weights @ middle), 4), "threshold": round(threshold, 3)}


def rewrites(raws: Sequence[Raw], tag: int) -> Array:
    """Return the highest probability of the tag REWRITE in each segment."""
    return np.array([float(np.where(r.tag_id == tag, r.tag_p, 0.0).max(initial=0.0)) for r in raws])


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the number of words to insert, delete or replace."""
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(list(a), list(b)))


def cases(tagger: Tagger, pairs: Sequence[Pair], taggings: Sequence[Tagging]) -> Iterator[Case]:
    """Yield every edit that the tags would make alone, judged by the nearest reference."""
    from mtfix.text.edits import apply
    from mtfix.types import Edit, Segment
    from mtfix.verify.registry import judge

    for pair, tagging in zip(pairs, taggings, strict=True):
        before = min(distance(words(pair.hypothesis), words(r)) for r in pair.references)
        for n, tags in enumerate(tagging.tags):
            likely = tagged.meant(pair.hypothesis, tagging.words, n, tags, tagger.forms)
            for tag, p, made in likely[:1]:
                edit = Edit(made[0], made[1], by="tagger")
                if judge(Segment(pair.hypothesis), edit).accepted:
                    after = words(apply(pair.hypothesis, [edit]))
                    better = min(distance(after, words(r)) for r in pair.references) < before
                    kind = tagged.kind_of(pair.hypothesis, tagging.words, n, tag)
                    second = likely[1][1] if len(likely) > 1 else 0.0
                    yield Case(pair.origin, kind, p, tagged.context(pair.hypothesis, tagging, n, second), better)


def words(text: str) -> list[str]:
    """Return the words of a text, as the tagger sees them."""
    from mtfix.runtime.tagger import word_spans

    return [s.of(text) for s in word_spans(text)]


def fit_edits(found: Sequence[Case], calm: Sequence[Case] = ()) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Fit slope and intercept for each kind of edit, drawn towards those of all kinds, and the weights of CONTEXT.

    Most of `found` is translation that needs much work. Text that needs none is met far oftener, and there nearly
    every edit is wrong: `calm`, many edits of clean news, fits the last of CONTEXT ("good") when all else is fitted,
    so that it tells on segments with a good score alone.
    """
    count = Counter(c.kind for c in found)
    some = [c for c in found if count[c.kind] >= 15]
    kinds = sorted({c.kind for c in some})
    odds_ = np.array([[logit(c.p)] for c in some])
    one = np.array([[float(c.kind == k) for k in kinds] for c in some])
    x = np.column_stack([odds_, one, odds_ * one, np.array([c.around[:-1] for c in some])])
    w = balanced(x, np.array([float(c.better) for c in some]), np.ones(len(x)), penalty=5.0)
    slope, own, own_slope, rest = w[0], w[1 : 1 + len(kinds)], w[1 + len(kinds) : 1 + 2 * len(kinds)], w[-1]
    fitted = {
        k: [round(float(slope + own_slope[n]), 3), round(float(rest + own[n]), 3), count[k]]
        for n, k in enumerate(kinds)
        if slope + own_slope[n] > 0.05
    }
    weights = dict(zip(tagged.CONTEXT, (round(float(v), 4) for v in w[1 + 2 * len(kinds) : -1]), strict=False))
    trust = tagged.Trust(fitted, 1.0, 1.0, weights)
    every = [c for c in (*some, *calm) if c.kind in fitted]
    likely = [c for c in every if trust.confidence(c.kind, c.p, c.around) > LIKELY]
    z = np.array([logit(trust.confidence(c.kind, c.p, c.around)) for c in likely])
    good = offset(z, np.array([c.around[-1] for c in likely]), np.array([float(c.better) for c in likely]))
    return fitted, {**weights, tagged.CONTEXT[-1]: round(good, 4)}


def offset(z: Array, x: Array, y: Array) -> float:
    """Return the weight of one more feature, at most 0, where the log-odds `z` that the others give are held."""
    w = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(z + w * x, -30, 30)))
        step = float(x @ (p - y)) / (float((x * x) @ (p * (1 - p))) + 1.0)
        w -= max(-1.0, min(1.0, step))
        if abs(step) < 1e-6:
            break
    return min(0.0, w)


def toml_table(name: str, values: dict[str, Any]) -> str:
    """Return a table of numbers and lists as TOML."""
    lines = [f"[{name}]"]
    for key, value in values.items():
        lines.append(f"{key if re.fullmatch(r'[A-Za-z0-9_-]+', key) else repr(key)} = {value}")
    return "\n".join(lines)


def write_tables(card: Path, tables: dict[str, dict[str, Any]]) -> None:
    """Put tables into a card in the place of those of the same names."""
    text = card.read_text(encoding="utf-8")
    for name in tables:
        text = re.sub(rf"(?ms)^\[{re.escape(name)}\]\n.*?(?=^\[|\Z)", "", text)
    text = text.rstrip() + "\n\n" + "\n\n".join(toml_table(n, t) for n, t in tables.items()) + "\n"
    card.write_text(text, encoding="utf-8")


def windows_of(tagger: Tagger, sentences_: Sequence[str]) -> list[tuple[list[str], Raw]]:
    """Return sentences as words with what the network says of them."""
    split = [words(t)[:120] for t in sentences_]
    return list(zip(split, tagger.raw(split), strict=True))


def fit_reading(tagger: Tagger, data: Path, most: int | None, parts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the tables that turn numbers into suspicion, quality and a floor for REWRITE."""
    rows = {p: half(mlqe(data, p), 0)[:most] for p in PAIRS}
    raws = {p: tagger.raw([r.words for r in some]) for p, some in rows.items()}
    windows = {p: [(r.words, w) for r, w in zip(rows[p], raws[p], strict=True)] for p in PAIRS}
    clean = windows_of(tagger, texts(data, "clean", most or 500))
    how = dict(tagger.card.options["suspect"])
    out: dict[str, dict[str, Any]] = {}
    if "suspect" in parts:
        how = fit_suspect(windows, {p: [np.array(r.bad) for r in rows[p]] for p in PAIRS}, clean)
        out["suspect"] = how
    if "quality" in parts:
        suspects = {p: [suspicion(raw, words_, how) for words_, raw in windows[p]] for p in PAIRS}
        out["quality"] = fit_quality(raws, suspects, {p: [r.da for r in rows[p]] for p in PAIRS})
        rng = random.Random(5)
        good = short_sentences(texts(data, "clean", most or 500))[: most or 1000]
        mt = [p.hypothesis for p in half(post_edited(data), 0)][: most and 5 * most : 2]
        bad = windows_of(tagger, [s for t in (*good, *mt) if (s := shuffled(t, rng))])
        sound = [*(w for p in PAIRS for w in windows[p]), *windows_of(tagger, good)]
        out["quality.wreck"] = fit_wreck(sound, bad, how)
    if "tags" in parts:
        rewrite = rewrites([raw for _, raw in clean], tagger.reading.tags.index(REWRITE))
        # Of clean segments 4% have one.
        out["tags"] = {"floor": 0.05, "rewrite": round(float(max(0.3, np.quantile(rewrite, 0.96))), 2)}
    return out


def fit_tags(tagger: Tagger, data: Path, most: int | None, *, apply_at: float, suggest_at: float) -> dict[str, Any]:
    """Return the tables of the edits' confidence."""
    found: list[Case] = []
    # The first paragraphs of clean news, as for the suspicion; `eval.tagger` measures on the others.
    clean = [Pair("clean", t, (t,)) for t in texts(data, "clean", most or 500)]
    for name, some in {**{n: half(pairs, 0)[:most] for n, pairs in repairs(data).items()}, "clean": clean}.items():
        these = list(cases(tagger, some, tagger.tag([p.hypothesis for p in some])))
        print(name, len(these), "edits,", sum(c.better for c in these), "nearer", flush=True)
        found += these
    news = [Pair("news", t, (t,)) for t in later(data)[:most]]
    calm = list(cases(tagger, news, tagger.tag([p.hypothesis for p in news])))
    print("clean news, further down", len(calm), "edits", flush=True)
    fitted, around = fit_edits(found, calm)
    print(fitted, around, flush=True)
    levels = {"apply_at": apply_at, "suggest_at": suggest_at}
    return {"edits": levels, "edits.fitted": fitted, "edits.context": around}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--apply-at", type=float, default=0.8)
    parser.add_argument("--suggest-at", type=float, default=0.45)
    parser.add_argument("--precision", type=float, default=PRECISION, help="of error-free segments")
    o = parser.parse_args()
    parts, most, card = o.only.split(","), o.most or None, o.model / "card.toml"
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}; not {', '.join(sorted(unknown))}")
    if {"suspect", "quality", "tags"} & set(parts):
        tables = fit_reading(load(o.model), o.data, most, parts)
        print(tables, flush=True)
        write_tables(card, tables)
    if "error_free" in parts:
        rows = half(post_edited(o.data), 0)[: most and 5 * most]
        taggings = load(o.model).tag([p.hypothesis for p in rows])
        found = fit_error_free(taggings, [p.hypothesis in p.references for p in rows], o.precision)
        print("error_free", found, flush=True)
        write_tables(card, {"error_free": found})
    if "edits" in parts:
        write_tables(card, fit_tags(load(o.model), o.data, most, apply_at=o.apply_at, suggest_at=o.suggest_at))


if __name__ == "__main__":
    main()
