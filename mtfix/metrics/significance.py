"""Paired bootstrap: is one system better than another, or was it luck? By sacreBLEU.

Source: Koehn, EMNLP 2004.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mtfix.errors import PairError


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system's score by one metric, with its 95% interval, and the p-value against the baseline (None for it)."""

    system: str
    metric: str
    value: float
    interval: float
    p_value: float | None
    signature: str


def compare(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[Sequence[str]],
    *,
    baseline: str,
    samples: int = 1000,
) -> tuple[Comparison, ...]:
    """Compare systems with a baseline by BLEU, chrF2 and TER, resampling segments.

    Raises PairError if the baseline is not among the systems or lengths differ.
    """
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER
    from sacrebleu.significance import PairedTest

    if baseline not in systems:
        raise PairError(f"The baseline {baseline!r} is not among the systems.", f"They are: {', '.join(systems)}.")
    files = {**systems, **{f"reference {i}": r for i, r in enumerate(references, 1)}}
    lengths = {name: len(lines) for name, lines in files.items()}
    if len(set(lengths.values())) != 1:
        raise PairError(f"The files have different numbers of lines: {lengths}.", "Line n of each must be segment n.")
    names = [baseline, *(name for name in systems if name != baseline)]
    metrics = {"BLEU": BLEU(), "chrF": CHRF(), "TER": TER()}
    named = [(name, list(systems[name])) for name in names]
    refs = [list(r) for r in references]
    test = PairedTest(named, metrics, refs, test_type="bs", n_samples=samples)  # type: ignore[arg-type]
    signatures, scores = test()
    out = []
    for metric in metrics:
        key = next(k for k in scores if k != "System" and k.startswith(metric))
        for name, result in zip(names, scores[key], strict=True):
            if isinstance(result, str):
                continue
            interval = float(result.ci or 0.0)
            out.append(Comparison(name, metric, float(result.score), interval, result.p_value, str(signatures[key])))
    return tuple(out)
