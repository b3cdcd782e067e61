"""A report as one HTML file that stands alone: no script, no request, light and dark, good on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mtfix.render.diff import Kind, Note, Piece, State, notes, pieces
from mtfix.render.failures import lines
from mtfix.types import Report, Score, Severity

if TYPE_CHECKING:
    from jinja2 import Template

_SHORT = {State.FIXED: "", State.SUGGESTED: "suggested", State.HELD_BACK: "held", State.FLAGGED: "flagged"}
_WEIGHED = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


def page(report: Report, *, hints: bool = False) -> str:
    """Return the report as an HTML page."""
    found = notes(report, hints=hints)
    by_number = {n.number: n for n in found}
    states = Counter(n.state for n in found)
    words = sum(len(s.hypothesis.split()) for s in report.document.segments)
    return _template().render(
        style=files("mtfix.render").joinpath("report.css").read_text(encoding="utf-8"),
        name=report.document.name or "Text",
        scores=[_score(b, a) for b, a in zip(report.before, report.after, strict=True)],
        counts=[(f"{words:,}", "words"), *((states[s], s.value) for s in State if states[s])],
        bars=_bars(found),
        severities=[s.name.lower() for s in Severity if any(n.severity is s for n in found)],
        paragraphs=[_paragraph(report, i, found, by_number) for i in range(len(report.repairs))],
        notes=[_note(n) for n in found],
        **_scorecard(report, found),
        notices=[*report.notices, *lines(report.failures)],
        signature=report.signature,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=False)
    return environment.from_string(files("mtfix.render").joinpath("report.html.jinja").read_text(encoding="utf-8"))


def _score(before: Score, after: Score) -> dict[str, str]:
    better = (after.value > before.value) == before.higher_is_better
    trend = "" if before.value == after.value else "better" if better else "worse"
    title = f"{before.metric}, of 100" if before.higher_is_better else f"{before.metric}, lower is better"
    return {"before": f"{before.value:.1f}", "after": f"{after.value:.1f}", "trend": trend, "title": title}


def _bars(found: Sequence[Note]) -> list[dict[str, Any]]:
    counts = Counter(n.category for n in found)
    most = max(counts.values(), default=1)
    bars = []
    for category, count in counts.most_common():
        parts, x = [], 0.0
        for severity in reversed(Severity):
            number = sum(n.category == category and n.severity is severity for n in found)
            width = round(100 * number / most, 2)
            if number:
                parts.append({"x": round(x, 2), "width": width, "severity": severity.name.lower(), "count": number})
            x += width
        bars.append({"category": category, "count": count, "parts": parts})
    return bars


def _paragraph(report: Report, index: int, found: Sequence[Note], by_number: dict[int, Note]) -> dict[str, Any]:
    repair = report.repairs[index]
    own = [n for n in found if n.segment == index]
    drawn = [_piece(p, by_number) for p in pieces(repair, own)]
    return {"pieces": drawn, "gone": not repair.post_edit and bool(repair.segment.hypothesis)}


def _piece(piece: Piece, by_number: dict[int, Note]) -> dict[str, Any]:
    own = [by_number[n] for n in piece.notes]
    marks = [_SHORT[n.state] for n in own if n.state is not State.FIXED]
    blank = "␣" if piece.kind is Kind.DELETED and not piece.text.strip() else ""
    return {
        "text": piece.text,
        "kind": piece.kind.value,
        "blank": blank,
        "ends": piece.ends,
        "mark": marks[0] if marks else "",
        "title": "\n".join(dict.fromkeys(_title(n) for n in own)),
    }


def _title(note: Note) -> str:
    then = f" → {note.after}" if note.after and note.state is not State.FIXED else ""
    return f"{note.number}. {note.message}{then} ({note.category}, {note.severity.name.lower()})"


def _note(note: Note) -> dict[str, Any]:
    return {
        "number": note.number,
        "before": note.before if note.before.strip() else "␣" * len(note.before),
        "after": note.after,
        "fixed": note.state is State.FIXED,
        "mark": _SHORT[note.state],
        "state": note.state.value,
        "message": note.message,
        "alternatives": ", ".join(note.alternatives),
        "held_back_by": note.held_back_by,
        "severity": note.severity.name.lower(),
        "category": note.category,
        "detector": note.detector,
        "confidence": f"{note.confidence:.2f}",
    }


def _scorecard(report: Report, found: Sequence[Note]) -> dict[str, Any]:
    """Return the rows of the table. Hints are counted and weigh nothing."""
    before, after = ({k: v for k, v in s[0].detail if "/" in k} if s else {} for s in (report.before, report.after))
    counts = Counter((n.category, n.severity) for n in found)
    rows = []
    for category in sorted({*before, *after, *(n.category for n in found)}):
        row = {"category": category} | {s.name.lower(): counts[category, s] for s in _WEIGHED}
        rows.append(row | {"before": f"{before.get(category, 0):g}", "after": f"{after.get(category, 0):g}"})
    total: dict[str, Any] = {s.name.lower(): sum(n.severity is s for n in found) for s in _WEIGHED}
    total |= {"before": f"{sum(before.values()):g}", "after": f"{sum(after.values()):g}"}
    signature = report.before[0].signature if report.before else ""
    explanation = f"The score is 100 × (1 − penalty / words). {signature}" if signature else ""
    return {"rows": rows, "total": total, "explanation": explanation}
