"""Scores of systems: of line-aligned segments with the question whether a difference is luck, and of corpora."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mtfix.api import check
from mtfix.config import Settings
from mtfix.errors import PairError
from mtfix.ingest import lines
from mtfix.metrics import bleu, chrf, mqm, significance, ter
from mtfix.spread import Record, Spread, column
from mtfix.types import Accept, Repair, Report, Score, Segment

if TYPE_CHECKING:
    from mtfix.runtime.qe_hub import Estimator


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


# Distribution and corpora -------------------------------------------------------------------------


def spread_of(scored: Sequence[Scored]) -> Spread:
    """Return the distribution over the segments of all systems."""
    spread = Spread()
    for one in scored:
        for number, repair in enumerate(one.report.repairs, 1):
            spread.add(repair, number=number, system=one.system if len(scored) > 1 else "")
    return spread


def estimated(scored: Sequence[Scored], estimator: Estimator) -> Spread:
    """Return the same by a model of the hub. Raises PairError for a segment without a source."""
    spread = Spread()
    for one in scored:
        segments = [repair.segment for repair in one.report.repairs]
        for number, repair in enumerate(_estimated(segments, estimator), 1):
            spread.add(repair, number=number, system=one.system if len(scored) > 1 else "")
    return spread


def _estimated(segments: Sequence[Segment], estimator: Estimator) -> Iterator[Repair]:
    values = estimator.score([(s.source or "", s.hypothesis) for s in segments])
    for segment, value in zip(segments, values, strict=True):
        one = Score(estimator.card.metric, round(value, 2), estimator.signature)
        yield Repair(segment, segment.hypothesis, quality=(one, one))


@dataclass(slots=True)
class _WithHub(Spread):
    """A spread that has a model of the hub score too, a chunk of records at a time."""

    estimator: ClassVar[Estimator]
    hub: Spread = field(default_factory=Spread)
    waiting: list[Record] = field(default_factory=list)

    def see(self, report: Report, records: Sequence[Record]) -> None:
        Spread.see(self, report, records)
        self.waiting += records

    def merge(self, later: Self) -> None:
        Spread.merge(self, later)
        if missing := next((r for r in later.waiting if not r.segment.source), None):
            raise PairError(
                f"Record {missing.number} has no source, and the model of the hub reads it.",
                "--field source=NAME says which column has it.",
            )
        repairs = _estimated([r.segment for r in later.waiting], self.estimator)
        for record, repair in zip(later.waiting, repairs, strict=True):
            self.hub.add(repair, number=record.number, system=column(record, "system"), pair=column(record, "pair"))


def score_corpora(
    files: Sequence[str],
    settings: Settings,
    *,
    fields: Mapping[str, str],
    jobs: int = 1,
    sample: int = 0,
    estimator: Estimator | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[Spread]:
    """Score corpora in constant memory; with an estimator, a second spread has its scores.

    Several files are as many systems, unless a column names the system.
    Raises what `batch.run` raises, and PairError for a record without a source if an estimator needs one.
    """
    from mtfix import batch

    own, hub = Spread(), Spread()
    observer: type[Spread] = Spread
    if estimator is not None:
        observer = type("_Observer", (_WithHub,), {"estimator": estimator, "__slots__": ()})
    for name in files:
        job = batch.Job(
            name,
            settings=replace(settings, accept=Accept.NONE),
            fields=dict(fields),
            jobs=jobs,
            sample=sample,
            observer=observer,
        )
        result = batch.run(job, dry=True, progress=progress, tell=tell)
        if result.quarantined and tell:
            tell(f"{result.quarantined:,} of {result.records:,} records of {name} can't be used and are left out.")
        seen: Any = result.seen
        for total, spread in ((own, seen), (hub, getattr(seen, "hub", None))):
            if spread is not None:
                if len(files) > 1:
                    spread.named(name)
                total.merge(spread)
    return [own, hub] if estimator else [own]
