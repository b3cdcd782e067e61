"""chrF2, by sacreBLEU."""

from __future__ import annotations

from collections.abc import Sequence

from mtfix.types import Score


def score(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Score:
    """Return chrF2 of a corpus, 0 to 100.

    `references` holds one list a reference set, each as long as `hypotheses`.
    Source: Popovic, WMT 2015.

    >>> score(["a b c d"], [["a b c d"]]).value
    100.0
    """
    from sacrebleu.metrics.chrf import CHRF

    metric = CHRF()
    value = metric.corpus_score(list(hypotheses), [list(r) for r in references]).score
    return Score("chrF", round(value, 2), str(metric.get_signature()))
