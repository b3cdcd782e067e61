"""QE: how good a text is, 0 to 100, without a reference or a source.

It measures how fluent the English is, not whether it says what the source said (Sun, Guzmán, Specia, ACL 2020).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mtfix.types import Score, Tagging

METRIC = "QE"
ERROR_FREE = ("score", "any", "worst", "second")
REMARK = "measures how fluent the English is, not whether it says what the source said"


def score(tagging: Tagging, model: str, how: Mapping[str, float] | None = None) -> Score:
    """Return the score of a segment; `detail` has the words it hangs on, as (start, end, probability).

    With `how`, the table [error_free] of the model's card, it says too whether the segment is free of errors.

    >>> from mtfix.types import Span
    >>> score(Tagging((Span(0, 2),), (0.9,), ((),), 40.0), "tagger-en:1").value
    40.0
    """
    worst = sorted(zip(tagging.words, tagging.suspect, strict=True), key=lambda x: (-x[1], x[0]))[:5]
    words = tuple((span.start, span.end, p) for span, p in sorted(worst))
    free: tuple[tuple[str, object], ...] = (("error_free", error_free(tagging, how)),) if how else ()
    if how and "precision" in how:
        free += (("error_free_precision", how["precision"]),)
    return Score(METRIC, tagging.score, signature(model), detail=(("words", words), *free))


def is_error_free(score: Score) -> bool | None:
    """Return whether a segment is free of errors, as far as its score says; None if that was not asked."""
    return dict(score.detail).get("error_free")


def error_free(tagging: Tagging, how: Mapping[str, float]) -> bool:
    """Say whether a post-editor would likely leave the segment as it is. A segment without words is none to judge."""
    if not tagging.words:
        return False
    row = error_free_features(tagging)
    odds = how["bias"] + sum(how.get(name, 0.0) * x for name, x in zip(ERROR_FREE, row, strict=True))
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, odds)))) >= how["threshold"]


def error_free_features(tagging: Tagging) -> tuple[float, ...]:
    """Return what the answer is computed from, in the order of ERROR_FREE.

    `any` is the log of the expected number of changes.
    """
    p = sorted((min(x, 0.999) for x in tagging.suspect), reverse=True) or [0.0]
    changes = -sum(math.log1p(-x) for x in p)
    return (
        tagging.score / 10,
        math.log(changes + 1e-3),
        _odds(p[0]),
        _odds(p[min(1, len(p) - 1)]),
    )


def _odds(p: float) -> float:
    p = min(max(p, 1e-5), 1 - 1e-5)
    return math.log(p / (1 - p))


def signature(model: str) -> str:
    """Return the signature: the model with its version, and what it looks at.

    >>> signature("tagger-en:1")
    'QE|tagger-en:1|target-only'
    """
    return f"{METRIC}|{model}|target-only"


def mean(scores: Sequence[Score], words: Sequence[int]) -> float:
    """Return the mean of scores, each weighed by its words.

    >>> mean([Score("QE", 100.0, ""), Score("QE", 40.0, "")], [2, 1])
    80.0
    """
    total = sum(words)
    return sum(s.value * n for s, n in zip(scores, words, strict=True)) / total if total else 0.0
