"""What `mtfix score` counts over segments in constant memory: distribution, worst segments, tables.

A Spread is an observer of a corpus run (`workers.Observer`), so corpora are scored by the machinery that repairs them.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

from mtfix.metrics import mqm, quality
from mtfix.types import Finding, Repair, Report, Score, Segment

BINS = 20  # of five points each
WORST = 100  # kept; fewer are shown
_LONGEST = 2_000
# The columns that tables are made by, and other names for them.
COLUMNS = {"system": ("engine",), "pair": ("lp", "lang_pair")}


class Record(Protocol):
    """A record of a corpus, as far as it is needed here."""

    @property
    def number(self) -> int:
        """Return its place in the file, from 1."""

    @property
    def segment(self) -> Segment:
        """Return what is scored."""

    @property
    def system(self) -> str:
        """Return the system that wrote it; empty if that isn't said."""

    @property
    def pair(self) -> str:
        """Return its languages, source first; empty if that isn't said."""

    def value(self, name: str) -> str | None:
        """Return a field that passes through, as text."""


@dataclass(slots=True)
class Part:
    """The sums over the segments of one system, one pair, or all. `weighed` is the sum of scores times weights."""

    segments: int = 0
    words: int = 0
    penalty: Counter[str] = field(default_factory=Counter)
    scored: int = 0
    weights: int = 0
    weighed: float = 0.0
    error_free: int = 0
    bins: list[int] = field(default_factory=lambda: [0] * BINS)

    def add(self, repair: Repair) -> None:
        """Count a segment."""
        self.segments += 1
        words = mqm.count_words([repair.segment.hypothesis])
        self.words += words
        for finding in repair.findings:
            self.penalty[finding.category.value] += mqm.weight(finding)  # type: ignore[assignment]
        if repair.quality:
            score = repair.quality[0]
            self.scored += 1
            # Our own QE is weighed by words, as in a report; that of a hub's model by segments, as its authors do.
            weight = words if score.metric == quality.METRIC else 1
            self.weights += weight
            self.weighed += score.value * weight
            self.error_free += bool(quality.is_error_free(score))
            self.bins[max(0, min(BINS - 1, int(score.value * BINS / 100)))] += 1

    def merge(self, later: Part) -> None:
        """Add the sums of another part."""
        self.segments += later.segments
        self.words += later.words
        self.penalty.update(later.penalty)
        self.scored += later.scored
        self.weights += later.weights
        self.weighed += later.weighed
        self.error_free += later.error_free
        self.bins = [a + b for a, b in zip(self.bins, later.bins, strict=True)]

    def mean(self, metric: str, signature: str) -> Score | None:
        """Return the mean of the segments' scores, None if none has one."""
        if not self.scored:
            return None
        detail = (("segments", self.scored), ("error_free", self.error_free))
        return Score(metric, round(self.weighed / (self.weights or 1), 2), signature, detail=detail)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {name: getattr(self, name) for name in self.__slots__} | {"penalty": dict(self.penalty)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Part:
        """Return the part that `as_dict` was made of."""
        return cls(**{**values, "penalty": Counter(values["penalty"]), "bins": list(values["bins"])})


@dataclass(frozen=True, slots=True)
class Bad:
    """A segment among the worst: its QE (MQM without a tagger), and (start, end) of what the score hangs on."""

    value: float
    number: int
    id: str
    hypothesis: str
    words: tuple[tuple[int, int], ...] = ()
    messages: tuple[str, ...] = ()
    system: str = ""
    pair: str = ""

    def record(self) -> dict[str, Any]:
        """Return it as plain values for JSON, `words` as pairs."""
        values = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) != ""}
        return values | {"words": [list(span) for span in self.words], "messages": list(self.messages)}


@dataclass(slots=True)
class Spread:
    """All that is counted. `by` has a table for each of COLUMNS that the records have."""

    whole: Part = field(default_factory=Part)
    by: dict[str, dict[str, Part]] = field(default_factory=dict)
    worst: list[Bad] = field(default_factory=list)
    metric: str = quality.METRIC
    signature: str = ""
    precision: float | None = None  # of "free of errors", as the model's card states it

    def see(self, report: Report, records: Sequence[Record]) -> None:
        """Count the segments of a document; record n is repair n of the report."""
        for repair, record in zip(report.repairs, records, strict=True):
            named = {name: column(record, name) for name in COLUMNS}
            self.add(repair, number=record.number, **named)

    def add(self, repair: Repair, *, number: int, system: str = "", pair: str = "") -> None:
        """Count one segment."""
        self.whole.add(repair)
        for name, value in (("system", system), ("pair", pair)):
            if value:
                self.by.setdefault(name, {}).setdefault(value, Part()).add(repair)
        if repair.quality:
            self.metric, self.signature = repair.quality[0].metric, repair.quality[0].signature
            stated = dict(repair.quality[0].detail).get("error_free_precision")
            self.precision = self.precision if stated is None else stated
        if repair.segment.hypothesis.strip():
            self.worst.append(_bad(repair, number, system, pair))
        if len(self.worst) > 2 * WORST:
            self._cut()

    def merge(self, later: Self) -> None:
        """Add what another one counted after this one."""
        self.whole.merge(later.whole)
        for name, parts in later.by.items():
            for value, part in parts.items():
                self.by.setdefault(name, {}).setdefault(value, Part()).merge(part)
        self.worst += later.worst
        if later.signature:
            self.metric, self.signature = later.metric, later.signature
        self.precision = later.precision if self.precision is None else self.precision
        self._cut()

    def scores(self, part: Part) -> tuple[Score, ...]:
        """Return MQM and, where there is one, the mean QE of a part."""
        mean = part.mean(self.metric, self.signature)
        return (mqm.of_penalties(part.penalty, part.words), *([mean] if mean else []))

    def by_system(self) -> dict[str, tuple[Score, ...]]:
        """Return the scores by system, or of all if no column says of which system a record is."""
        parts = self.by.get("system") or {"all": self.whole}
        return {name: self.scores(part) for name, part in sorted(parts.items())}

    def named(self, system: str) -> None:
        """Take all for the segments of one system, unless a column says of which they are."""
        if "system" not in self.by:
            self.by["system"] = {system: self.whole}
            self.worst = [replace(bad, system=system) for bad in self.worst]

    def lowest(self, most: int) -> list[Bad]:
        """Return the worst segments, worst first."""
        return heapq.nsmallest(most, self.worst, key=_rank)

    def _cut(self) -> None:
        self.worst = self.lowest(WORST)

    def record(self, most: int) -> dict[str, Any]:
        """Return what is shown: plain values, with so many of the worst segments."""
        whole, own = self.whole, self.metric == quality.METRIC
        return {
            "segments": whole.segments,
            "words": whole.words,
            "metric": self.metric if whole.scored else "MQM",
            "signature": self.signature if whole.scored else mqm.SIGNATURE,
            "measures": quality.REMARK if whole.scored and own else "",
            "distribution": {"step": 100 // BINS, "counts": whole.bins} if whole.scored else None,
            "error_free": self._free(whole) if whole.scored and own else None,
            "by": {name: [self._row(v, p) for v, p in sorted(parts.items())] for name, parts in self.by.items()},
            "worst": [bad.record() for bad in self.lowest(most)],
        }

    def _free(self, part: Part) -> dict[str, Any]:
        return {"segments": part.error_free, "of": part.scored, "precision": self.precision}

    def _row(self, value: str, part: Part) -> dict[str, Any]:
        scores = {s.metric: s.value for s in self.scores(part)}
        row = {"value": value, "segments": part.segments, "words": part.words, "scores": scores, "counts": part.bins}
        return row | ({"error_free": self._free(part)} if part.scored and self.metric == quality.METRIC else {})

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "whole": self.whole.as_dict(),
            "by": {name: {v: p.as_dict() for v, p in parts.items()} for name, parts in self.by.items()},
            "worst": [{name: getattr(bad, name) for name in Bad.__slots__} for bad in self.lowest(WORST)],
            "metric": self.metric,
            "signature": self.signature,
            "precision": self.precision,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return one that goes on from what `as_dict` said; from an empty dict, one that counted nothing."""
        if not values:
            return cls()
        return cls(
            Part.from_dict(values["whole"]),
            {n: {v: Part.from_dict(p) for v, p in parts.items()} for n, parts in values["by"].items()},
            [
                Bad(**{**b, "words": tuple(map(tuple, b["words"])), "messages": tuple(b["messages"])})
                for b in values["worst"]
            ],
            values["metric"],
            values["signature"],
            values["precision"],
        )


def _rank(bad: Bad) -> tuple[float, str, int]:
    return bad.value, bad.system, bad.number


def _bad(repair: Repair, number: int, system: str, pair: str) -> Bad:
    text = repair.segment.hypothesis
    shown = [f for f in repair.findings if not f.hint]
    if repair.quality:
        value = repair.quality[0].value
        words = dict(repair.quality[0].detail).get("words", ())
        spans = tuple((start, end) for start, end, p in words if p >= 0.3)
    else:
        value = mqm.score(shown, mqm.count_words([text])).value
        spans = ()
    spans = tuple(sorted({*spans, *_spans(shown)}))
    messages = tuple(dict.fromkeys(f.message for f in shown))[:3]
    return Bad(value, number, repair.segment.id, text[:_LONGEST], spans, messages, system, pair)


def _spans(findings: Sequence[Finding]) -> list[tuple[int, int]]:
    return [(f.span.start, f.span.end) for f in findings if f.side.value == "hypothesis"]


def column(record: Record, name: str) -> str:
    """Return a record's value of one of COLUMNS, also under its other names; empty if it has none."""
    own = record.system if name == "system" else record.pair
    return own or next((value for also in COLUMNS[name] if (value := record.value(also))), "")
