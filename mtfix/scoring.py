"""Scores of one or more systems on line-aligned segments, and whether their difference is luck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mtfix.api import check
from mtfix.config import Settings
from mtfix.ingest import lines
from mtfix.metrics import bleu, chrf, mqm, significance, ter
from mtfix.types import Report, Score


@dataclass(frozen=True, slots=True)
class Scored:
    """A system with its report (nothing applied), its scores, and its comparison with the first system."""

    system: str
    report: Report
    scores: tuple[Score, ...]
    comparisons: tuple[significance.Comparison, ...] = ()

    def against(self, metric: str) -> tuple[float | None, float | None]:
        """Return the half of the 95% interval and the p-value; None where nothing was compared."""
        found = next((c for c in self.comparisons if c.metric == metric), None)
        return (found.interval, found.p_value) if found else (None, None)


def score_systems(
    systems: Mapping[str, Sequence[str]],
    *,
    references: Mapping[str, Sequence[str]] | None = None,
    sources: Sequence[str] | None = None,
    settings: Settings | None = None,
) -> tuple[Scored, ...]:
    """Score each system; with references by BLEU, chrF and TER too, and with two systems by paired bootstrap.

    Raises PairError unless all have the same number of lines.
    """
    references = references or {}
    lines.align({**systems, **references, **({"source": sources} if sources is not None else {})})
    sets = list(references.values())
    compared: tuple[significance.Comparison, ...] = ()
    if sets and len(systems) > 1:
        compared = significance.compare(systems, sets, baseline=next(iter(systems)))
    out = []
    for name, hypotheses in systems.items():
        language = (settings or Settings()).source_lang
        document = lines.parse(hypotheses, sources=sources, source_lang=language, name=name)
        report = check(document, settings=settings)
        by_reference = tuple(metric.score(hypotheses, sets) for metric in (bleu, chrf, ter)) if sets else ()
        own = tuple(c for c in compared if c.system == name)
        out.append(Scored(name, report, (*report.before, *by_reference), own))
    return tuple(out)


def segment_scores(
    scored: Sequence[Scored], references: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
    """Return the names of the metrics and, for each system and segment, (system, number, score ...)."""
    names = ["MQM", *(["QE"] if any(r.quality for s in scored for r in s.report.repairs) else [])]
    if references:
        names += ["BLEU", "chrF", "TER"]

    def rows() -> Iterator[tuple[str, ...]]:
        for one in scored:
            for number, repair in enumerate(one.report.repairs):
                hypothesis = repair.segment.hypothesis
                values = [mqm.score(repair.findings, mqm.count_words([hypothesis])).value]
                if "QE" in names:
                    values.append(repair.quality[0].value if repair.quality else float("nan"))
                if references:
                    values += by_sacrebleu(hypothesis, [r[number] for r in references])
                yield (one.system, str(number + 1), *(f"{v:.2f}" for v in values))

    return tuple(names), rows()


def by_sacrebleu(hypothesis: str, references: Sequence[str]) -> list[float]:
    """Return sentence BLEU, chrF2 and TER of a segment."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    metrics = (BLEU(effective_order=True), CHRF(), TER())
    return [metric.sentence_score(hypothesis, list(references)).score for metric in metrics]
