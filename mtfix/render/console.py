"""A report on a terminal: tracked changes, findings, scorecard. Plain marks where there is no colour."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mtfix.render.diff import Kind, Note, Piece, State, groups, notes, pieces
from mtfix.types import Report, Score, Severity

SEVERITY_STYLE = {
    Severity.NEUTRAL: "dim",
    Severity.MINOR: "yellow",
    Severity.MAJOR: "red",
    Severity.CRITICAL: "bold white on red",
}
STATE_STYLE = {State.FIXED: "green", State.SUGGESTED: "cyan", State.HELD_BACK: "magenta", State.FLAGGED: "yellow"}
_KIND_STYLE = {Kind.SAME: "", Kind.DELETED: "red strike", Kind.INSERTED: "bold green"}
# What stands around a piece where colour can't: [-deleted-] {+inserted+} as wdiff writes, [?flagged?].
_MARKS = {Kind.DELETED: ("[-", "-]"), Kind.INSERTED: ("{+", "+}")}
_SPACE = str.maketrans({" ": "␣", "\N{NO-BREAK SPACE}": "⍽", "\t": "⇥", "\N{ZERO WIDTH SPACE}": "∅"})


def view(report: Report, *, colour: bool, hints: bool = False) -> Group:
    """Return the whole report: text with tracked changes, findings, scorecard."""
    found = notes(report, hints=hints)
    parts: list[RenderableType] = [_rule(report.document.name or "text"), ""]
    parts += [Padding(line, (0, 1, 1, 1)) for line in text(report, found, colour=colour)]
    parts += findings(found)
    parts += scorecard(report, found)
    return Group(*parts)


def text(report: Report, found: Sequence[Note], *, colour: bool) -> Iterator[Text]:
    """Yield each segment with its tracked changes."""
    for index, repair in enumerate(report.repairs):
        own = [n for n in found if n.segment == index]
        line = Text()
        for piece in pieces(repair, own):
            _append(line, piece, own, colour=colour)
        yield line


def findings(found: Sequence[Note]) -> list[RenderableType]:
    """Return the list of findings, those that say the same of the same words together."""
    if not found:
        return [_rule("findings"), Text("  Nothing found.", style="green"), ""]
    table = Table(box=None, padding=(0, 1), show_header=False, expand=False)
    table.add_column(justify="right", style="dim", no_wrap=True, min_width=4)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for group in groups(found):
        first = group[0]
        mark = Text("● ", style=SEVERITY_STYLE[first.severity])
        mark.append(first.severity.name.lower(), style=SEVERITY_STYLE[first.severity])
        table.add_row(_numbers(group), mark, _explained(group))
    return [_rule("findings"), "", table, ""]


def scorecard(report: Report, found: Sequence[Note]) -> list[RenderableType]:
    """Return what was found by category, what was done, and the scores before and after."""
    counts = Counter(n.state for n in found)
    done = Text(" ")
    for state in State:
        if counts[state]:
            done.append(f" {counts[state]} {state.value} ", style=STATE_STYLE[state])
            done.append(" ")
    if not found:
        done.append(" nothing to do", style="green")
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    by_category = Counter(n.category for n in found)
    most = max(by_category.values(), default=1)
    for category, count in by_category.most_common():
        bar = Text("━" * max(1, round(count / most * 28)), style=_worst(found, category))
        table.add_row(Text(category), str(count), bar)
    scores = Table(box=None, padding=(0, 1), show_header=False)
    for before, after in zip(report.before, report.after, strict=True):
        scores.add_row(Text(before.metric, style="bold"), *_both(before, after))
    return [_rule("scorecard"), "", table, "", scores, "", done, ""]


def check_lines(report: Report, *, hints: bool = False) -> Iterator[str]:
    """Yield the findings one a line, as compilers write theirs: name:line:column: severity: message [detector]."""
    name = report.document.name or "-"
    starts = list(_starts(report))
    for note in notes(report, hints=hints):
        line, column = starts[note.segment]
        then = f" Suggestion: {note.after!r}." if note.after is not None else ""
        if not then and note.alternatives:
            then = f" Perhaps: {', '.join(repr(a) for a in note.alternatives)}."
        where = f"{name}:{line}:{column + note.span.start}"
        yield f"{where}: {note.severity.name.lower()}: {note.before!r}: {note.message}{then} [{note.detector}]"


def _starts(report: Report) -> Iterator[tuple[int, int]]:
    """Yield line and column (from 1) of each segment."""
    document = report.document
    if not document.layout:
        yield from ((i + 1, 1) for i in range(len(document.segments)))
        return
    line, column = 1, 1
    for separator, segment in zip(document.layout, document.segments, strict=False):
        ends = separator.replace("\r\n", "\n").replace("\r", "\n")
        line += ends.count("\n")
        column = len(ends) - ends.rfind("\n") if "\n" in ends else column + len(ends)
        yield line, column
        column += len(segment.hypothesis)


def _append(line: Text, piece: Piece, own: Sequence[Note], *, colour: bool) -> None:
    shown = piece.text
    if piece.kind is not Kind.SAME and not shown.strip():
        shown = shown.translate(_SPACE)
    flag = [n for n in own if n.number in piece.notes and n.state is not State.FIXED]
    if colour:
        style = _KIND_STYLE[piece.kind]
        if flag and piece.kind is Kind.SAME:
            style = f"underline {STATE_STYLE[flag[0].state]}"
        line.append(shown, style=style)
    else:
        marks = _MARKS.get(piece.kind, ("[?", "?]") if flag else ("", ""))
        line.append(f"{marks[0]}{shown}{marks[1]}")
    if piece.ends:
        label = ",".join(str(n) for n in piece.ends)
        line.append(_raised(label) if colour else f"({label})", style="dim" if colour else "")


def _explained(group: Sequence[Note]) -> Text:
    note, times = group[0], len(group)
    words = list(dict.fromkeys(_visible(n.before) for n in group))
    out = Text()
    out.append(", ".join(words[:3]), style="red" if note.after is not None else "underline yellow")
    if len(words) > 3:
        out.append(f" and {len(words) - 3} more", style="red")
    if note.after is not None:
        out.append(" → ")
        out.append(_visible(note.after) or "(removed)", style="bold green" if note.after.strip() else "green")
    if times > 1:
        out.append(f"  ×{times}", style="bold")
    out.append(f"  {note.state.value}", style=STATE_STYLE[note.state])
    out.append(f"\n{note.message}")
    if note.alternatives:
        out.append(f" Perhaps: {', '.join(note.alternatives)}.", style="cyan")
    if note.held_back_by:
        out.append(f" Held back by {note.held_back_by}.", style="magenta")
    out.append(f"  {note.detector} {note.confidence:.2f}", style="dim")
    return out


def _visible(words: str, limit: int = 60) -> str:
    if not words.strip():
        return words.translate(_SPACE)
    flat = " ".join(words.split())
    return flat if len(flat) <= limit else f"{flat[: limit // 2].rstrip()} … {flat[-limit // 2 :].lstrip()}"


def _numbers(group: Sequence[Note]) -> str:
    """Return the numbers, those in a row as a range: "2, 3, 7-9"."""
    runs: list[list[int]] = []
    for note in group:
        if runs and note.number == runs[-1][-1] + 1:
            runs[-1].append(note.number)
        else:
            runs.append([note.number])
    shown = [str(run[0]) if len(run) == 1 else f"{run[0]}{'-' if len(run) > 2 else ', '}{run[-1]}" for run in runs]
    return ", ".join(shown if len(shown) < 4 else [*shown[:2], "…"])


def _both(before: Score, after: Score) -> tuple[Text, Text, Text]:
    better = (after.value > before.value) == before.higher_is_better
    style = "" if after.value == before.value else "bold green" if better else "bold red"
    note = "of 100" if before.higher_is_better else "lower is better"
    return Text(f"{before.value:.1f}"), Text(f"→ {after.value:.1f}", style=style), Text(note, style="dim")


def _worst(found: Sequence[Note], category: str) -> str:
    severity = max(n.severity for n in found if n.category == category)
    return "red" if severity is Severity.CRITICAL else SEVERITY_STYLE[severity]


def _raised(label: str) -> str:
    return label.translate(str.maketrans("0123456789,", "⁰¹²³⁴⁵⁶⁷⁸⁹˒"))


def _rule(title: str) -> Rule:
    return Rule(Text(title, style="bold"), align="left", style="dim", characters="─")


def plain(renderable: RenderableType, *, width: int = 120) -> str:
    """Return what a terminal of that width would show, without colour and without spaces at line ends."""
    console = Console(width=width, no_color=True, force_terminal=False, highlight=False, legacy_windows=False)
    with console.capture() as capture:
        console.print(renderable)
    return "".join(line.rstrip() + "\n" for line in capture.get().splitlines())


def picture(report: Report, *, hints: bool = False, width: int = 100) -> str:
    """Return what a terminal of that width shows, as SVG. No font is fetched: the reader's own are used."""
    console = Console(
        record=True, width=width, force_terminal=True, color_system="truecolor", highlight=False, file=io.StringIO()
    )
    console.print(view(report, colour=True, hints=hints))
    svg = console.export_svg(title="mtfix fix", unique_id="mtfix")
    return re.sub(r"\s*@font-face \{.*?\}\n", "", svg, flags=re.DOTALL)
