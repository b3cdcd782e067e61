"""Tier 1: the edits that findings bring along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mtfix.repair.rewrite import misspelt
from mtfix.types import Applicability, Edit, Finding, Side


def propose(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """Return the edits of all findings, those of an engine's or rule's own making."""
    return tuple(edit for finding in findings if finding.side is Side.HYPOTHESIS for edit in finding.edits)


def guesses(edits: Iterable[Edit], findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """Return the edits that are a dictionary's guess at a misspelt word: made without a look at the context."""
    unknown = {f.id for f in findings if misspelt(f)}
    return tuple(e for e in edits if e.by == "rule" and e.reasons and set(e.reasons) <= unknown)


def outdone(edits: Sequence[Edit], findings: Sequence[Finding]) -> tuple[Edit, ...]:
    """Return the guesses in whose place a rewriter writes another of the dictionary's words, or is sure of its own."""
    known = {(e.span, e.text) for f in findings if misspelt(f) for e in f.edits}
    better = [
        e for e in edits if e.by == "rewriter" and (e.applicability is Applicability.SAFE or (e.span, e.text) in known)
    ]
    return tuple(g for g in guesses(edits, findings) if any(e.span.overlaps(g.span) for e in better))


def keep_whole(edits: Iterable[Edit], findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """Drop the edits of findings that need several edits, unless all of them are there.

    The two quotation marks of a pair are changed together or not at all.
    """
    chosen = list(edits)
    while True:
        present = {(e.span, e.text) for e in chosen}
        broken = {
            finding.id
            for finding in findings
            if len(needed := [e for e in finding.edits if e.applicability is not Applicability.DISPLAY_ONLY]) > 1
            and not all((e.span, e.text) in present for e in needed)
        }
        rest = [e for e in chosen if e.by != "rule" or not e.reasons or not set(e.reasons) <= broken]
        if len(rest) == len(chosen):
            return tuple(rest)
        chosen = rest
