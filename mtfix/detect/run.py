"""Runs detectors over a document and numbers what they find."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mtfix.config import Settings
from mtfix.detect.api import Detector, Hit
from mtfix.errors import DetectorFailure, MtfixError
from mtfix.types import Applicability, Document, Failure, Finding, Segment, Side, Tagging


def detect(
    document: Document,
    detectors: Sequence[Detector],
    settings: Settings,
    taggings: Sequence[Tagging | None] = (),
) -> tuple[list[list[Finding]], list[Failure]]:
    """Return the findings of each segment, sorted by place, and the failures.

    A detector that crashes on a segment is recorded and the rest goes on; under `settings.strict`
    DetectorFailure is raised.
    """
    found: list[list[Finding]] = [[] for _ in document.segments]
    failures: list[Failure] = []
    for detector in detectors:
        for index, finding in _findings(detector, document, settings, taggings, failures):
            if not _kept(finding, document.segments[index], settings):
                found[index].append(finding)
    return [number(findings) for findings in found], failures


def number(findings: Iterable[Finding], start: int = 0) -> list[Finding]:
    """Return the findings sorted by place, with ids from `start`, and their edits' reasons set to these."""
    ordered = sorted(findings, key=lambda f: (f.span, -f.severity, f.detector))
    return [with_id(finding, id) for id, finding in enumerate(ordered, start)]


# Engines and models say less of why than a detector made for the fault.
_GENERAL = ("linguistic.languagetool", "neural.suspect-span")


def defer(findings: Sequence[Finding]) -> list[Finding]:
    """Drop what an engine or a model says of a place where a detector says it too, with an edit as good."""
    own = [f for f in findings if f.detector not in _GENERAL and not f.hint and f.side is Side.HYPOTHESIS]

    def said(finding: Finding) -> bool:
        mends = any(e.applicability is not Applicability.DISPLAY_ONLY for e in finding.edits)
        return any(f.span.overlaps(finding.span) and (f.edits or not mends) for f in own)

    return [f for f in findings if f.detector not in _GENERAL or not said(f)]


def with_id(finding: Finding, id: int) -> Finding:
    """Return the finding under another id."""
    return replace(finding, id=id, edits=tuple(replace(e, reasons=(id,)) for e in finding.edits))


def _findings(
    detector: Detector,
    document: Document,
    settings: Settings,
    taggings: Sequence[Tagging | None],
    failures: list[Failure],
) -> Iterator[tuple[int, Finding]]:
    # A segment's detector is run segment by segment, so that a crash costs one segment.
    parts = range(len(document.segments)) if detector.scope == "segment" else (-1,)
    for part in parts:
        one = document if part < 0 else Document((document.segments[part],))
        tags = taggings if part < 0 else taggings[part : part + 1]
        try:
            hits: list[tuple[int, Hit]] = list(detector.run(one, settings, tags))
        except MtfixError:
            raise
        except Exception as error:
            if settings.strict:
                where = document.segments[max(part, 0)].id or str(max(part, 0))
                raise DetectorFailure(
                    f"Detector {detector.id} crashed on segment {where}: {error!r}.", "Please report this text."
                ) from error
            failures.append(Failure(detector.id, max(part, 0), f"{type(error).__name__}: {error}"))
            continue
        for index, hit in hits:
            yield (index if part < 0 else part), detector.finding(hit)


def _kept(finding: Finding, segment: Segment, settings: Settings) -> bool:
    """Say whether the finding is about a word that the user wants left alone."""
    if not settings.keep or finding.side is Side.SOURCE:
        return False
    text = re.sub(r"['\N{RIGHT SINGLE QUOTATION MARK}]s?$", "", finding.span.of(segment.hypothesis).strip())
    return text in settings.keep
