"""A report as JSON, schema 1, and back. A field is added, never changed.

A record is what became of one segment: a line of a corpus, or an item of `segments` in a document.
Offsets count code points of the record's own `hypothesis`; `offset` says where that stands in the
document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from typing import Any

from mtfix.errors import FormatError
from mtfix.types import (
    Applicability,
    Category,
    Document,
    Edit,
    Failure,
    Finding,
    Repair,
    Report,
    Score,
    Segment,
    Severity,
    Side,
    Span,
    Tagging,
    Verdict,
)

SCHEMA = 1
# The names of a corpus record that are ours: another field of that name goes into `input`.
FIELDS = (
    "schema", "id", "hypothesis", "source", "source_lang", "target_lang", "context", "post_edit", "findings", "edits",
    "failures", "quality", "words", "offset", "input",
)  # fmt: skip


def segment_record(repair: Repair, *, failures: Sequence[Failure] = (), words: bool = False) -> dict[str, Any]:
    """Return the record of one segment; with `words`, how likely an editor would change each word too."""
    rows = list(_rows(repair))
    segment = repair.segment
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "id": segment.id,
        "hypothesis": segment.hypothesis,
        "source": segment.source,
        "post_edit": repair.post_edit,
        "findings": [_finding(finding, [row[0] for row in rows]) for finding in repair.findings],
        "edits": [_edit(*row) for row in rows],
        "failures": [{"stage": f.stage, "message": f.message} for f in failures],
        "quality": _quality(repair.quality),
    }
    record |= {key: value for key, value in _languages(segment).items() if value}
    if words and repair.tagging:
        record["words"] = [[span.start, span.end, round(p, 4)] for span, p in _suspect(repair, repair.tagging)]
    return record


def _suspect(repair: Repair, tagging: Tagging) -> Iterator[tuple[Span, float]]:
    """Yield words with the tagger's probability that they are changed, or a finding's there if that is surer."""
    found = [f for f in repair.findings if f.side is Side.HYPOTHESIS and not f.hint]
    for span, p in zip(tagging.words, tagging.suspect, strict=True):
        yield span, max([p, *(f.confidence for f in found if f.span.overlaps(span))])


def document_record(report: Report, *, words: bool = False) -> dict[str, Any]:
    """Return the record of a whole document."""
    segments = []
    offsets = _offsets(report.document)
    for index, repair in enumerate(report.repairs):
        own = [f for f in report.failures if f.segment == index]
        record = segment_record(repair, failures=own, words=words)
        record["offset"] = offsets[index] if offsets else None
        segments.append(record)
    document = {
        "name": report.document.name,
        "format": report.document.format,
        "layout": list(report.document.layout),
        "post_edit": report.post_edit,
        "before": [_score(score) for score in report.before],
        "after": [_score(score) for score in report.after],
        "failures": [{"stage": f.stage, "segment": f.segment, "message": f.message} for f in report.failures],
        "notices": list(report.notices),
        "signature": report.signature,
    }
    return {"schema": SCHEMA, "segments": segments, "document": document}


def read_segment(record: Mapping[str, Any]) -> Repair:
    """Return the repair that a record was made of, without the tagging.

    Raises FormatError for a record of another schema, or one that lacks a field.
    """
    try:
        return _read_segment(record)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise FormatError(
            f"This is not a record of schema {SCHEMA}: {type(error).__name__}: {error}.",
            "Give the JSON that `mtfix corpus` or `mtfix fix --json` wrote.",
        ) from error


def read_document(record: Mapping[str, Any]) -> Report:
    """Return the report that a document's record was made of, without the taggings.

    Raises FormatError as `read_segment` does.
    """
    try:
        about = record["document"]
        repairs = tuple(read_segment(segment) for segment in record["segments"])
        return Report(
            document=Document(
                tuple(r.segment for r in repairs), about["name"], about["format"], layout=tuple(about["layout"])
            ),
            repairs=repairs,
            post_edit=about["post_edit"],
            before=tuple(_read_score(score) for score in about["before"]),
            after=tuple(_read_score(score) for score in about["after"]),
            failures=tuple(Failure(f["stage"], f["segment"], f["message"]) for f in about["failures"]),
            notices=tuple(about["notices"]),
            signature=about["signature"],
        )
    except (KeyError, TypeError) as error:
        raise FormatError(
            f"This is not a document of schema {SCHEMA}: {type(error).__name__}: {error}.",
            "Give the JSON that `mtfix fix --json` wrote.",
        ) from error


def _rows(repair: Repair) -> Iterator[tuple[Edit, bool, Verdict | None]]:
    """Yield (edit, applied, verdict): proposals first, then applied edits and suggestions that are not among them.

    An applied edit is not a proposal when it was composed of those of several passes.
    """
    left = list(repair.edits)
    seen: list[Edit] = []
    for edit, verdict in zip(repair.proposals, repair.verdicts, strict=True):
        seen.append(edit)
        if applied := edit in left:
            left.remove(edit)
        yield edit, applied, verdict
    for edit in left:
        seen.append(edit)
        yield edit, True, None
    for finding in repair.findings:
        for edit in finding.edits:
            if _place(edit, seen, finding.id) is None:
                seen.append(edit)
                yield edit, False, None


def _place(edit: Edit, edits: Sequence[Edit], finding: int) -> int | None:
    """Return the index of a finding's edit, which may have joined those of other findings under their reasons."""
    for index, other in enumerate(edits):
        if edit in (other, replace(other, reasons=(finding,))):
            return index
    return None


def _edit(edit: Edit, applied: bool, verdict: Verdict | None) -> dict[str, Any]:
    return {
        "span": [edit.span.start, edit.span.end],
        "text": edit.text,
        "applicability": edit.applicability.value,
        "confidence": edit.confidence,
        "applied": applied,
        "reasons": list(edit.reasons),
        "guard": verdict.guard or None if verdict else None,
        "guard_reason": verdict.reason if verdict else "",
        "accepted": verdict.accepted if verdict else None,
        "by": edit.by,
        "touches": list(edit.touches),
    }


def _finding(finding: Finding, edits: Sequence[Edit]) -> dict[str, Any]:
    return {
        "id": finding.id,
        "detector": finding.detector,
        "category": finding.category.value,
        "severity": finding.severity.name.lower(),
        "side": finding.side.value,
        "span": [finding.span.start, finding.span.end],
        "message": finding.message,
        "confidence": finding.confidence,
        "hint": finding.hint,
        "edits": [_place(edit, edits, finding.id) for edit in finding.edits],
    }


def _languages(segment: Segment) -> dict[str, str]:
    target = "" if segment.target_lang == "en" else segment.target_lang
    return {"source_lang": segment.source_lang, "target_lang": target, "context": segment.context}


def _quality(quality: tuple[Score, Score] | None) -> dict[str, Any] | None:
    if quality is None:
        return None
    before, after = quality
    free = [dict(score.detail).get("error_free") for score in quality]
    row = {"before": before.value, "after": after.value, "metric": before.metric, "signature": before.signature}
    return row if None in free else row | {"error_free": dict(zip(("before", "after"), free, strict=True))}


def _score(score: Score) -> dict[str, Any]:
    return {
        "metric": score.metric,
        "value": score.value,
        "signature": score.signature,
        "higher_is_better": score.higher_is_better,
        "detail": {key: list(value) if isinstance(value, tuple) else value for key, value in score.detail},
    }


def _offsets(document: Document) -> list[list[int]]:
    if not document.layout:
        return []
    parts = chain.from_iterable(zip(document.layout, (s.hypothesis for s in document.segments), strict=False))
    ends = list(accumulate(len(part) for part in parts))
    return [[ends[i], ends[i + 1]] for i in range(0, len(ends) - 1, 2)]


def _read_segment(record: Mapping[str, Any]) -> Repair:
    if record["schema"] != SCHEMA:
        raise ValueError(f"its schema is {record['schema']!r}")
    edits = tuple(_read_edit(e) for e in record["edits"])
    rows = tuple(zip(edits, record["edits"], strict=True))
    applied = [edit for edit, row in rows if row["applied"]]
    put = [(edit, row) for edit, row in rows if row["accepted"] is not None]
    quality = record["quality"]
    return Repair(
        segment=Segment(
            record["hypothesis"],
            source=record["source"],
            source_lang=record.get("source_lang", ""),
            target_lang=record.get("target_lang", "en"),
            id=record["id"],
            context=record.get("context", ""),
        ),
        post_edit=record["post_edit"],
        edits=tuple(sorted(applied, key=lambda e: (e.span, e.text))),
        findings=tuple(_read_finding(f, edits) for f in record["findings"]),
        proposals=tuple(edit for edit, _ in put),
        verdicts=tuple(Verdict(row["accepted"], row["guard"] or "", row["guard_reason"]) for _, row in put),
        quality=_read_quality(quality) if quality else None,
    )


def _read_edit(row: Mapping[str, Any]) -> Edit:
    return Edit(
        Span(*row["span"]),
        row["text"],
        Applicability(row["applicability"]),
        row["confidence"],
        tuple(row["reasons"]),
        tuple(row["touches"]),
        row["by"],
    )


def _read_finding(row: Mapping[str, Any], edits: Sequence[Edit]) -> Finding:
    return Finding(
        id=row["id"],
        detector=row["detector"],
        category=Category(row["category"]),
        severity=Severity[row["severity"].upper()],
        span=Span(*row["span"]),
        message=row["message"],
        side=Side(row["side"]),
        edits=tuple(_of_finding(edits[i], row["id"]) for i in row["edits"]),
        confidence=row["confidence"],
        hint=row["hint"],
    )


def _of_finding(edit: Edit, finding: int) -> Edit:
    return replace(edit, reasons=(finding,)) if edit.reasons else edit


def _read_quality(row: Mapping[str, Any]) -> tuple[Score, Score]:
    def score(when: str) -> Score:
        free = row.get("error_free")
        detail = (("error_free", free[when]),) if free else ()
        return Score(row["metric"], row[when], row["signature"], detail=detail)

    return score("before"), score("after")


def _read_score(row: Mapping[str, Any]) -> Score:
    detail = tuple((key, tuple(v) if isinstance(v, list) else v) for key, v in row["detail"].items())
    return Score(row["metric"], row["value"], row["signature"], row["higher_is_better"], detail)
