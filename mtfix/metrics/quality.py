"""QE: how good a text is, 0 to 100, without a reference or a source.

It measures how fluent the English is, not whether it says what the source said (Sun, Guzmán, Specia, ACL 2020).
"""

from __future__ import annotations

from collections.abc import Sequence

from mtfix.types import Score, Tagging

METRIC = "QE"
REMARK = "measures how fluent the English is, not whether it says what the source said"


def score(tagging: Tagging, model: str) -> Score:
    """Return the score of a segment; `detail` has the words it hangs on, as (start, end, probability).

    >>> from mtfix.types import Span
    >>> score(Tagging((Span(0, 2),), (0.9,), ((),), 40.0), "tagger-en:1").value
    40.0
    """
    worst = sorted(zip(tagging.words, tagging.suspect, strict=True), key=lambda x: (-x[1], x[0]))[:5]
    words = tuple((span.start, span.end, p) for span, p in sorted(worst))
    return Score(METRIC, tagging.score, signature(model), detail=(("words", words),))


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
