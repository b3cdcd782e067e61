"""A report as tracked changes: numbered notes, and each segment cut into pieces that refer to them.

The terminal, the HTML report and the page draw these; nothing here knows of colours or tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from mtfix.types import Applicability, Edit, Finding, Repair, Report, Severity, Side, Span, Verdict


class State(Enum):
    """What became of a finding."""

    FIXED = "fixed"
    SUGGESTED = "suggested"  # there is an edit, which waits for a yes
    HELD_BACK = "held back"  # there is an edit, which a guard stopped
    FLAGGED = "flagged"  # there is none


@dataclass(frozen=True, slots=True)
class Note:
    """A finding, or a model's edit without one, as a reader sees it. Numbers run through the document."""

    number: int
    segment: int
    span: Span
    state: State
    before: str
    after: str | None  # what stands there now, or is suggested; None: nothing is
    message: str
    detector: str
    category: str
    severity: Severity
    confidence: float
    alternatives: tuple[str, ...] = ()
    held_back_by: str = ""
    side: Side = Side.HYPOTHESIS
    edits: tuple[Edit, ...] = ()
    finding: int | None = None  # its id in the segment; None: a model's edit that answers none


class Kind(Enum):
    """What a piece of text is."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a segment. `notes` are those that it belongs to, `ends` those that end with it."""

    text: str
    kind: Kind
    notes: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


def notes(report: Report, *, hints: bool = False) -> tuple[Note, ...]:
    """Return the notes of a report in order of place; hints only if asked for."""
    out: list[Note] = []
    for index, repair in enumerate(report.repairs):
        for note in sorted(_notes(repair, index, hints=hints), key=lambda n: (n.span, n.detector)):
            out.append(replace(note, number=len(out) + 1))
    return tuple(out)


def pieces(repair: Repair, own: Sequence[Note]) -> tuple[Piece, ...]:
    """Cut a segment into pieces; `own` are the notes of this segment."""
    text = repair.segment.hypothesis
    flags = [n for n in own if n.state is not State.FIXED and n.side is Side.HYPOTHESIS]
    by_edit = {(e.span, e.text): tuple(n.number for n in own if e in n.edits) for e in repair.edits}
    cuts = {0, len(text)}
    for span in (*(e.span for e in repair.edits), *(n.span for n in flags)):
        cuts |= {span.start, span.end}
    points = sorted(cuts)
    out = [*_inserted(repair, by_edit, at=0, empty=True), *_places(flags, 0)]
    for start, end in pairwise(points):
        covering = [e for e in repair.edits if e.span.start <= start and end <= e.span.end and len(e.span)]
        numbers = by_edit[(covering[0].span, covering[0].text)] if covering else ()
        marks = tuple(n.number for n in flags if n.span.start <= start and end <= n.span.end)
        ends = tuple(n.number for n in flags if n.span.end == end and len(n.span))
        kind = Kind.DELETED if covering else Kind.SAME
        deleted_ends = numbers if covering and covering[0].span.end == end and not covering[0].text else ()
        out.append(Piece(text[start:end], kind, (*numbers, *marks), (*deleted_ends, *ends)))
        out += _inserted(repair, by_edit, at=end, empty=False)
        out += _inserted(repair, by_edit, at=end, empty=True) if end else ()
        out += _places(flags, end)
    return tuple(p for p in out if p.text or p.ends)


def groups(found: Sequence[Note]) -> tuple[tuple[Note, ...], ...]:
    """Return the notes that say the same of the same words, together, by the first's place.

    Where the words are gone, it matters little which they were.
    """
    together: dict[tuple[object, ...], list[Note]] = {}
    for note in found:
        words = "" if note.state is State.FIXED and not note.after else note.before
        key = (note.detector, words, note.after, note.message, note.state, note.alternatives, note.held_back_by)
        together.setdefault(key, []).append(note)
    return tuple(tuple(group) for group in together.values())


def _places(flags: Sequence[Note], at: int) -> list[Piece]:
    """Return the numbers of flags without width, as a missing word has."""
    return [Piece("", Kind.SAME, (n.number,), (n.number,)) for n in flags if n.span == Span(at, at)]


def _inserted(
    repair: Repair, by_edit: dict[tuple[Span, str], tuple[int, ...]], *, at: int, empty: bool
) -> Iterator[Piece]:
    for edit in repair.edits:
        if edit.text and edit.span.end == at and (not len(edit.span)) == empty:
            numbers = by_edit[(edit.span, edit.text)]
            yield Piece(edit.text, Kind.INSERTED, numbers, numbers)


def _notes(repair: Repair, index: int, *, hints: bool) -> Iterator[Note]:
    told: set[int] = set()
    for finding in repair.findings:
        if finding.hint and not hints and not any(finding.id in e.reasons for e in repair.edits):
            continue
        told.add(finding.id)
        yield _of_finding(repair, finding, index)
    for edit in repair.edits:
        if not told & set(edit.reasons):
            yield _of_edit(repair, edit, index, State.FIXED)
    for edit, verdict in zip(repair.proposals, repair.verdicts, strict=True):
        waits = edit.applicability is Applicability.UNSAFE and verdict.accepted and edit not in repair.edits
        if waits and not edit.reasons:
            yield _of_edit(repair, edit, index, State.SUGGESTED)


def _of_finding(repair: Repair, finding: Finding, index: int) -> Note:
    text = repair.segment.hypothesis
    mine = [(e, v) for e, v in zip(repair.proposals, repair.verdicts, strict=True) if finding.id in e.reasons]
    applied = tuple(e for e in repair.edits if finding.id in e.reasons)
    shown = [(e, v) for e, v in mine if e.applicability is not Applicability.DISPLAY_ONLY]
    passed = tuple(e for e, v in shown if v.accepted)
    stopped = [(e, v) for e, v in shown if not v.accepted]
    others = [e for e in finding.edits if e.applicability is Applicability.DISPLAY_ONLY]
    if applied:
        state, edits = State.FIXED, applied
    elif passed:
        state, edits = State.SUGGESTED, together(passed)
        others += [e for e in passed if e not in edits and e.span.touches(finding.span)]
    elif stopped:
        state, edits = State.HELD_BACK, tuple(e for e, _ in stopped)
    else:
        state, edits = State.FLAGGED, ()
    before, after = _change(text, edits) if edits else (finding.span.of(text), None)
    if finding.side is Side.SOURCE:
        before = finding.span.of(repair.segment.source or "")
    guard = _why(stopped[0][1]) if state is State.HELD_BACK else ""
    return Note(
        0, index, finding.span, state, before, after, finding.message, finding.detector, finding.category.value,
        finding.severity, finding.confidence, _wordings(text, edits, others), guard, finding.side, edits, finding.id,
    )  # fmt: skip


def together(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return those of a finding's open edits that are one suggestion.

    A rule's edits are made together, and so are those of one candidate of the rewriter. Each edit of
    the tagger stands alone: the surest is the suggestion, the others are other wordings.
    """
    for maker in ("rule", "rewriter"):
        own = [e for e in edits if e.by == maker]
        if own:
            best = max(e.confidence for e in own)
            return tuple(e for e in own if maker == "rule" or e.confidence == best)
    return (max(edits, key=lambda e: e.confidence),)


def _wordings(text: str, edits: Sequence[Edit], others: Sequence[Edit]) -> tuple[str, ...]:
    """Return what else could stand in the place of the suggestion, each once."""
    if not edits:
        return tuple(dict.fromkeys(e.text for e in others))
    place = Span(min(e.span.start for e in edits), max(e.span.end for e in edits))
    found = []
    for edit in others:
        if place.start <= edit.span.start and edit.span.end <= place.end:
            found.append(text[place.start : edit.span.start] + edit.text + text[edit.span.end : place.end])
        elif edit.text:
            found.append(edit.text)
    return tuple(dict.fromkeys(found))


def _of_edit(repair: Repair, edit: Edit, index: int, state: State) -> Note:
    before, after = _change(repair.segment.hypothesis, (edit,))
    message = f"The {edit.by} would write this otherwise." if edit.by != "rule" else "This was repaired."
    return Note(
        0, index, edit.span, state, before, after, message, f"neural.{edit.by}", "linguistic/grammar", Severity.MINOR,
        edit.confidence, edits=(edit,),
    )  # fmt: skip


def _change(text: str, edits: Sequence[Edit]) -> tuple[str, str]:
    """Return what several edits change, as one stretch before and after."""
    start, end = min(e.span.start for e in edits), max(e.span.end for e in edits)
    after, at = [], start
    for edit in sorted(edits, key=lambda e: (e.span, e.text)):
        if edit.span.start >= at:
            after += [text[at : edit.span.start], edit.text]
            at = edit.span.end
    return text[start:end], "".join(after) + text[at:end]


def _why(verdict: Verdict) -> str:
    return f"{verdict.guard}: {verdict.reason}" if verdict.reason else verdict.guard
