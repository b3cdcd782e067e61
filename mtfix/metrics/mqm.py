"""An MQM-style score from findings.

We call it MQM-style since the typology is ours. The weights are the usual ones of MQM and of WMT's
metrics tasks (Freitag et al., TACL 2021): minor 1, major 5, critical 25, minor punctuation 0.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mtfix.types import Category, Finding, Score, Severity

# Most specific first: (category or None for any, severity, weight).
WEIGHTS: tuple[tuple[Category | None, Severity, float], ...] = (
    (Category.PUNCTUATION, Severity.MINOR, 0.1),
    (Category.WHITESPACE, Severity.MINOR, 0.1),
    (None, Severity.NEUTRAL, 0.0),
    (None, Severity.MINOR, 1.0),
    (None, Severity.MAJOR, 5.0),
    (None, Severity.CRITICAL, 25.0),
)
SIGNATURE = "mqm-style|minor:1|major:5|critical:25|punctuation:0.1|per:word"


def weight(finding: Finding) -> float:
    """Return the penalty of one finding. Hints weigh nothing."""
    if finding.hint:
        return 0.0
    return next(w for c, s, w in WEIGHTS if s == finding.severity and c in (None, finding.category))


def count_words(texts: Iterable[str]) -> int:
    """Count words, split at white space.

    >>> count_words(["two words", "", "three"])
    3
    """
    return sum(len(text.split()) for text in texts)


def score(findings: Sequence[Finding], words: int) -> Score:
    """Return 100 x (1 - penalty / words), not below 0; `detail` has the penalty by category.

    An empty text has nothing wrong in it and scores 100.

    >>> score([], 10).value
    100.0
    """
    by_category: Counter[str] = Counter()
    for finding in findings:
        by_category[finding.category.value] += weight(finding)  # type: ignore[assignment]
    return of_penalties(by_category, words)


def of_penalties(by_category: Mapping[str, float], words: int) -> Score:
    """Return the score of penalties that were summed by category."""
    penalty = sum(by_category.values())
    value = max(0.0, 100.0 * (1 - penalty / words)) if words else 100.0 if not penalty else 0.0
    shares = tuple((name, round(part, 4)) for name, part in sorted(by_category.items()) if part)
    return Score("MQM", round(value, 2), SIGNATURE, detail=(("words", words), ("penalty", round(penalty, 4)), *shares))
