"""Measures of repair and of error spans: bootstrap of TER, gain-to-edit ratio, exact edits, characters of spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtfix.text.edits import diff
from mtfix.text.tokens import words

SAMPLES = 1000


def tokenised(text: str) -> str:
    """Return words and signs with spaces between them, as the post-edits are tokenised."""
    return " ".join(s.of(text) for s in words(text))


def edit_counts(hypotheses: Sequence[str], references: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return for each segment TER's edits, and the length of its reference."""
    from sacrebleu.metrics.ter import TER

    metric = TER(case_sensitive=True)
    pairs = [(tokenised(h), tokenised(r)) for h, r in zip(hypotheses, references, strict=True)]
    found = [metric.sentence_score(h, [r]) for h, r in pairs]
    return np.array([f.num_edits for f in found], float), np.array([f.ref_length for f in found], float)


@dataclass(frozen=True, slots=True)
class Gain:
    """TER before and after; `edited` is the TER between hypothesis and post-edit.

    `ratio` is WMT's gain-to-edit ratio: what TER fell for each point of TER that was changed; 1: every edit was one
    that the human made too. None if nothing was changed. `p` is the share of resampled sets in which it did not fall.
    """

    before: float
    after: float
    edited: float
    ratio: float | None
    p: float


def gain(hypotheses: Sequence[str], post_edits: Sequence[str], references: Sequence[str]) -> Gain:
    """Measure what repair did, with a paired bootstrap over segments (Koehn, EMNLP 2004)."""
    before, length = edit_counts(hypotheses, references)
    changed = [n for n, (h, p) in enumerate(zip(hypotheses, post_edits, strict=True)) if h != p]
    after = before.copy()
    edited = 0.0
    if changed:
        some = [post_edits[n] for n in changed]
        after[changed] = edit_counts(some, [references[n] for n in changed])[0]
        edited = float(edit_counts([hypotheses[n] for n in changed], some)[0].sum())
    saved, total = float((before - after).sum()), float(length.sum())
    drawn = np.random.default_rng(12345).integers(0, len(before), (SAMPLES, len(before)))
    worse = float(((before - after)[drawn].sum(1) <= 0).mean())
    return Gain(
        before=round(100 * float(before.sum()) / total, 2),
        after=round(100 * float(after.sum()) / total, 2),
        edited=round(100 * edited / total, 2),
        ratio=round(saved / edited, 3) if edited else None,
        p=round(worse, 4),
    )


def exact(
    hypotheses: Sequence[str], post_edits: Sequence[str], references: Sequence[Sequence[str]]
) -> dict[str, float | int | None]:
    """Return precision, recall and F0.5 of edits that are to the letter those of a correction; the nearest counts.

    Both sides are the minimal edits between two texts, as ERRANT compares them, without its types.
    """
    right = made = wanted = 0
    for hypothesis, post_edit, several in zip(hypotheses, post_edits, references, strict=True):
        own = {(e.span, e.text) for e in diff(hypothesis, post_edit)}
        golds = [{(e.span, e.text) for e in diff(hypothesis, r)} for r in several]
        best = max(golds, key=lambda gold: (len(own & gold), -len(gold)))
        right, made, wanted = right + len(own & best), made + len(own), wanted + len(best)
    precision, recall = (right / made if made else None), (right / wanted if wanted else None)
    f = 1.25 * right / (0.25 * wanted + made) if made + wanted else None
    return {
        "precision": precision if precision is None else round(precision, 3),
        "recall": recall if recall is None else round(recall, 3),
        "f05": f if f is None else round(f, 3),
        "made": made,
        "wanted": wanted,
    }


def span_f1(words_: Sequence[Sequence[str]], guess: Sequence[Sequence[bool]], truth: Sequence[Sequence[bool]]) -> float:
    """Return the F1 of the characters of error spans over all segments, as at WMT23; severities alike.

    Neighbouring words of a kind make a span, with the space between them.
    """
    both = guessed = true = 0
    for some, one, two in zip(words_, guess, truth, strict=True):
        ours, theirs = (_characters(some, flags) for flags in (one, two))
        both, guessed, true = both + len(ours & theirs), guessed + len(ours), true + len(theirs)
    return round(2 * both / (guessed + true), 3) if guessed + true else 0.0


def _characters(words_: Sequence[str], flags: Sequence[bool]) -> set[int]:
    out: set[int] = set()
    at = 0
    for n, (word, flag) in enumerate(zip(words_, flags, strict=True)):
        if flag:
            joined = n > 0 and flags[n - 1]
            out.update(range(at - 1 if joined else at, at + len(word)))
        at += len(word) + 1
    return out
