"""Tier 3: a rewriter writes what should stand in suspect spans; its candidates become minimal edits.

The spans are those that the tagger marks for rewriting, and major findings that no safe edit answers. A segment
without one never meets the rewriter. The guards decide what becomes of the edits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from mtfix.runtime.rewriter import Candidate, Request, Rewriter
from mtfix.text.edits import diff, select
from mtfix.types import Applicability, Edit, Finding, Segment, Severity, Side, Span, Tagging

__all__ = ["REWRITE", "confidence", "propose", "spans"]

REWRITE = "REWRITE"


def propose(
    segment: Segment,
    findings: Sequence[Finding],
    tagging: Tagging | None,
    rewriter: Rewriter,
    *,
    apply_at: float,
    suggest_at: float,
) -> tuple[Edit, ...]:
    """Return edits of the hypothesis, none overlapping another, in order of place.

    An edit at or above `apply_at` in confidence is SAFE, at or above `suggest_at` UNSAFE, else
    DISPLAY_ONLY. Its reasons are the ids of the findings whose spans it touches.
    """
    wanted = spans(findings, tagging)
    if not wanted:
        return ()
    text = segment.hypothesis
    answers = rewriter.rewrite([Request(text, span, segment.source) for span in wanted])
    edits: list[Edit] = []
    for span, candidates in zip(wanted, answers, strict=True):
        if candidates:
            best = max(candidates, key=lambda c: (c.logprob, c.text))
            edits += _edits(text, span, best, apply_at=apply_at, suggest_at=suggest_at)
    named = [replace(edit, reasons=_reasons(edit, findings)) for edit in edits]
    return select(named)


def spans(findings: Sequence[Finding], tagging: Tagging | None) -> tuple[Span, ...]:
    """Return the spans to rewrite, in order, those that touch made one."""
    wanted = [f.span for f in findings if _unanswered(f)]
    if tagging is not None:
        wanted += [
            word for word, tags in zip(tagging.words, tagging.tags, strict=True) if tags and tags[0][0] == REWRITE
        ]
    out: list[Span] = []
    for span in sorted(wanted):
        # Neighbouring words are one gap for the model: a space may lie between.
        if out and span.start <= out[-1].end + 1:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return tuple(out)


def confidence(candidate: Candidate) -> float:
    """Return the probability of the candidate when the only other choice is to keep the text.

    The logistic function of the difference of the two log-probabilities.
    """
    gain = candidate.logprob - candidate.logprob_kept
    if gain < -700:
        return 0.0
    return 1 / (1 + math.exp(-gain))


def _unanswered(finding: Finding) -> bool:
    return (
        finding.severity >= Severity.MAJOR
        and finding.side is Side.HYPOTHESIS
        and not finding.hint
        and not any(edit.applicability is Applicability.SAFE for edit in finding.edits)
    )


def _edits(text: str, span: Span, candidate: Candidate, *, apply_at: float, suggest_at: float) -> list[Edit]:
    """Return the candidate's edits that touch the span: what it would change elsewhere was not asked for."""
    sure = confidence(candidate)
    how = Applicability.DISPLAY_ONLY
    if sure >= suggest_at:
        how = Applicability.UNSAFE
    if sure >= apply_at:
        how = Applicability.SAFE
    near = Span(max(0, span.start - 1), min(len(text), span.end + 1))
    return [
        replace(edit, applicability=how, confidence=round(sure, 4), by="rewriter")
        for edit in diff(text, candidate.text)
        if edit.span.touches(near)
    ]


def _reasons(edit: Edit, findings: Sequence[Finding]) -> tuple[int, ...]:
    return tuple(sorted({f.id for f in findings if f.side is Side.HYPOTHESIS and f.span.touches(edit.span)}))
