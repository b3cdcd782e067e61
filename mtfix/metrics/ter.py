"""TER, by sacreBLEU."""

from __future__ import annotations

from collections.abc import Sequence

from mtfix.types import Score


def score(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> Score:
    """Return the Translation Edit Rate of a corpus, in edits for 100 reference words; lower is better.

    `references` holds one list a reference set, each as long as `hypotheses`.
    Source: Snover et al., AMTA 2006.

    >>> score(["a b c d"], [["a b c d"]]).value
    0.0
    """
    from sacrebleu.metrics.ter import TER

    metric = TER()
    value = metric.corpus_score(list(hypotheses), [list(r) for r in references]).score
    return Score("TER", round(value, 2), str(metric.get_signature()), higher_is_better=False)
