"""What each detector, guard and tier did to a corpus: counts, reasons and examples.

An `Audit` watches a run (`workers.Observer`). Parts merge, in any grouping, to the same whole: all
sums are of whole numbers, and of names and examples those with the smallest hashes are kept, so
that neither the number of processes nor where a run was cut can be seen in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from mtfix.ingest.records import Record
from mtfix.tally import Bounded, Example, Tally
from mtfix.types import Edit, Finding, Repair, Report, Score, Side, Verdict

# Characters that an example shows around a change, and of it.
_CONTEXT, _LONGEST = 60, 200
# Scores run from 0 to 100 in bins this wide; 100 itself has a bin of its own.
BIN = 5
GROUPS = ("pair", "system")
_WORD = re.compile(r"\w+")
# What a reason says of one place.
_PARTICULAR = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+""")


@dataclass(slots=True)
class Audit:
    """What was done to a corpus so far. `signatures` are those of its reports and scores."""

    totals: Counter[str] = field(default_factory=Counter)
    detectors: dict[str, Tally] = field(default_factory=dict)
    tiers: dict[str, Tally] = field(default_factory=dict)
    guards: dict[str, Tally] = field(default_factory=dict)
    bins: dict[str, Counter[str]] = field(default_factory=dict)
    groups: dict[str, Bounded] = field(default_factory=lambda: {name: Bounded() for name in GROUPS})
    signatures: dict[str, str] = field(default_factory=dict)

    def see(self, report: Report, records: Sequence[Record]) -> None:
        """Take note of a document; record n is repair n of the report."""
        self.signatures["report"] = report.signature
        for failure in report.failures:
            _of(self.detectors, failure.stage).counts["failed"] += 1
        for repair, record in zip(report.repairs, records, strict=True):
            self._segment(repair, record)
        known = [dict(_labels(record)) for record in records]
        for before, after in zip(report.before, report.after, strict=True):
            if before.metric == "MQM":
                self._count(_penalties(before, after), known if all(k == known[0] for k in known) else [])
                self._bin(before, after)

    def merge(self, later: Self) -> None:
        """Add what another audit saw."""
        self.totals.update(later.totals)
        for mine, theirs in (
            (self.detectors, later.detectors),
            (self.tiers, later.tiers),
            (self.guards, later.guards),
        ):
            for name, tally in theirs.items():
                _of(mine, name).merge(tally)
        for name, counts in later.bins.items():
            self.bins.setdefault(name, Counter()).update(counts)
        for name, bounded in later.groups.items():
            self.groups[name].merge(bounded)
        self.signatures |= later.signatures

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "totals": dict(self.totals),
            **{name: {k: t.as_dict() for k, t in sorted(getattr(self, name).items())} for name in _TALLIED},
            "bins": {name: dict(counts) for name, counts in sorted(self.bins.items())},
            "groups": {name: bounded.as_dict() for name, bounded in self.groups.items()},
            "signatures": self.signatures,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return one that goes on from what `as_dict` said; from an empty dict, one that saw nothing."""
        if not values:
            return cls()
        return cls(
            totals=Counter(values["totals"]),
            **{name: {k: Tally.from_dict(t) for k, t in values[name].items()} for name in _TALLIED},
            bins={name: Counter(counts) for name, counts in values["bins"].items()},
            groups={name: Bounded.from_dict(bounded) for name, bounded in values["groups"].items()},
            signatures=dict(values["signatures"]),
        )

    # One segment --------------------------------------------------------------------------------

    def _segment(self, repair: Repair, record: Record) -> None:
        findings = {finding.id: finding for finding in repair.findings}
        for finding in repair.findings:
            _of(self.detectors, finding.detector).counts.update(seen=1, hints=int(finding.hint))
        answered: set[int] = set()
        for edit, verdict, outcome in _outcomes(repair):
            answered |= set(edit.reasons)
            self._edit(repair, record, edit, verdict, outcome, [findings[i] for i in edit.reasons if i in findings])
        for finding in repair.findings:
            if finding.id not in answered:
                tally = _of(self.detectors, finding.detector)
                tally.counts["flagged"] += 1
                tally.show("flagged", _flagged(repair, record, finding))
        self._count(_sums(repair), [dict(_labels(record))])
        if repair.quality:
            self._bin(*repair.quality)

    def _edit(
        self,
        repair: Repair,
        record: Record,
        edit: Edit,
        verdict: Verdict,
        outcome: str,
        findings: Sequence[Finding],
    ) -> None:
        before = edit.span.of(repair.segment.hypothesis)
        counts = {"proposed": 1, outcome: 1}
        if outcome == "applied":
            gone = bool(repair.segment.hypothesis) and not repair.post_edit.strip()
            counts |= {"words_changed": words_changed(before, edit.text), "emptied": int(gone)}
        names = list(dict.fromkeys(f.detector for f in findings))
        why = verdict.reason if outcome == "rejected" else findings[0].message if findings else ""
        shown = _example(repair.segment.hypothesis, record, edit.span.start, edit.span.end)
        example = Example(**shown, after=_cut(edit.text), note=why, by=", ".join(names) or edit.by)
        tallies = [_of(self.detectors, name) for name in names] + [_of(self.tiers, edit.by)]
        for tally in tallies:
            tally.counts.update(counts)
            tally.show(outcome, example)
        if outcome == "rejected":
            reason = _PARTICULAR.sub("…", verdict.reason)
            for tally in tallies:
                tally.reasons.add(f"{verdict.guard}: {reason}" if reason else verdict.guard, {"edits": 1})
            stopping = _of(self.guards, verdict.guard)
            stopping.counts["rejected"] += 1
            stopping.reasons.add(reason or verdict.guard, {"edits": 1})
            stopping.show(outcome, example)
        self.totals.update({"proposed": 1, outcome: 1})

    def _count(self, counts: Mapping[str, int], labels: Sequence[Mapping[str, str]]) -> None:
        """Add to the totals, and to the groups that the labels name."""
        self.totals.update(counts)
        for name, label in (labels[0] if labels else {}).items():
            self.groups[name].add(label, counts)

    def _bin(self, before: Score, after: Score) -> None:
        self.signatures[before.metric] = before.signature
        for when, score in (("before", before), ("after", after)):
            place = str(int(min(100, max(0, score.value)) // BIN))
            self.bins.setdefault(f"{score.metric} {when}", Counter())[place] += 1


_TALLIED = ("detectors", "tiers", "guards")


def words_changed(before: str, after: str) -> int:
    """Return how many words an edit changes: those that go or those that come, whichever are more.

    >>> words_changed("the the", "the"), words_changed(" .", "."), words_changed("Kiev", "Kyiv")
    (1, 0, 1)
    """
    old, new = Counter(_WORD.findall(before)), Counter(_WORD.findall(after))
    return max((old - new).total(), (new - old).total())


def _outcomes(repair: Repair) -> Iterator[tuple[Edit, Verdict, str]]:
    """Yield each proposed edit with what became of it: applied, suggested (no guard stopped it), rejected."""
    applied = {(edit.span, edit.text) for edit in repair.edits}
    for edit, verdict in zip(repair.proposals, repair.verdicts, strict=True):
        done = (edit.span, edit.text) in applied
        yield edit, verdict, "applied" if done else "suggested" if verdict.accepted else "rejected"


def _sums(repair: Repair) -> dict[str, int]:
    hypothesis, post_edit = repair.segment.hypothesis, repair.post_edit
    words = len(hypothesis.split())
    out = {
        "segments": 1,
        "changed": int(post_edit != hypothesis),
        "emptied": int(bool(hypothesis) and not post_edit.strip()),
        "words": words,
        "words_changed": sum(words_changed(e.span.of(hypothesis), e.text) for e in repair.edits),
        "findings": sum(not f.hint for f in repair.findings),
        "hints": sum(f.hint for f in repair.findings),
        "edits": len(repair.edits),
    }
    if repair.quality:
        # In hundredths, weighed by words, as the mean of a report is.
        before, after = (round(100 * score.value) for score in repair.quality)
        kept = len(post_edit.split())
        out |= {"qe_words": words, "qe_before": before * words, "qe_words_after": kept, "qe_after": after * kept}
    return out


def _penalties(before: Score, after: Score) -> dict[str, int]:
    """Return penalties in tenths, the smallest there is, and the words they are for."""
    was, now = dict(before.detail), dict(after.detail)
    return {
        "penalty_before": round(10 * was["penalty"]),
        "penalty_after": round(10 * now["penalty"]),
        "words_before": was["words"],
        "words_after": now["words"],
    }


def _labels(record: Record) -> Iterator[tuple[str, str]]:
    lang = record.segment.source_lang
    if pair := record.pair or (f"{lang}-{record.segment.target_lang}" if lang else ""):
        yield "pair", pair
    if record.system:
        yield "system", record.system


def _flagged(repair: Repair, record: Record, finding: Finding) -> Example:
    segment = repair.segment
    text = segment.hypothesis if finding.side is Side.HYPOTHESIS else segment.source or ""
    shown = _example(text, record, finding.span.start, finding.span.end)
    return Example(**shown, after=None, note=finding.message, by=finding.detector)


def _example(text: str, record: Record, start: int, end: int) -> dict[str, Any]:
    left, right = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    if start > _CONTEXT:  # begin with a whole word, if there is one
        left = f"… {left.split(' ', 1)[-1]}"
    if end + _CONTEXT < len(text):
        right = f"{right.rsplit(' ', 1)[0]} …"
    place = {"record": record.number, "id": record.segment.id}
    return {**place, "left": left, "before": _cut(text[start:end]), "right": right}


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _of(tallies: dict[str, Tally], name: str) -> Tally:
    return tallies.setdefault(name, Tally())
