"""BLEU, by sacreBLEU."""

from __future__ import annotations

from collections.abc import Sequence

from mtfix.types import Score


def score(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Score:
    """Return BLEU of a corpus, 0 to 100.

    `references` holds one list a reference set, each as long as `hypotheses`.
    Source: Papineni et al., ACL 2002; Post, WMT 2018.

    >>> score(["the cat sat on the mat"], [["the cat sat on the mat"]]).value
    100.0
    """
    from sacrebleu.metrics.bleu import BLEU

    metric = BLEU()
    value = metric.corpus_score(list(hypotheses), [list(r) for r in references]).score
    return Score("BLEU", round(value, 2), str(metric.get_signature()))
