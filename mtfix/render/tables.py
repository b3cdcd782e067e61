"""Tables for a terminal: the detectors, one detector, and what `doctor` found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mtfix.render.console import SEVERITY_STYLE
from mtfix.types import Severity

_MARK = re.compile("⟦(.*?)⟧", re.DOTALL)
_EDITS = {"safe": "applied", "unsafe": "suggested", "display": "none"}
_TRUST = {"safe": "green", "unsafe": "cyan", "display": "dim"}


def detectors(described: Iterable[Mapping[str, Any]]) -> Table:
    """Return the table of the detectors with their measured figures."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", expand=False)
    table.add_column("detector, and what it finds", ratio=1)
    table.add_column("edits", no_wrap=True)
    table.add_column("false alarms\na 1,000 words", justify="right", no_wrap=True)
    table.add_column("right of\nhits read", justify="right", no_wrap=True)
    last = ""
    for one in described:
        kind = one["id"].split(".")[0]
        if last and kind != last:
            table.add_section()
        last = kind
        name = Text(one["id"], style="bold")
        name.append("" if one["default"] else "  off by default", style="yellow")
        name.append("  a hint" if one["hint"] else "", style="yellow")
        name.append(f"\n{one['title']}", style="not bold dim")
        edits = Text(_EDITS[one["edits"]], style=_TRUST[one["edits"]])
        table.add_row(name, edits, *figures(one))
    return table


def figures(one: Mapping[str, Any]) -> tuple[str, str]:
    """Return false alarms in 1,000 words and precision, as text; a dash where nothing was measured."""
    known = one["measured"]
    if not known:
        return "–", "–"
    alarms = known.get("false_alarms_per_1000")
    precision, read = known.get("precision"), known.get("read") or 0
    return (
        "–" if alarms is None else f"{alarms:.3f}",
        "–" if precision is None else f"{precision:.0%} of {read}",
    )


def explain(one: Mapping[str, Any]) -> Group:
    """Return all that is known of one detector."""
    head = Text(one["id"], style="bold")
    head.append(f"  {one['title']}")
    facts = Text()
    facts.append(f"{one['category']}  ", style="dim")
    facts.append(f"{one['severity']}  ", style=SEVERITY_STYLE[Severity[one["severity"].upper()]])
    facts.append({"safe": "edits are applied", "unsafe": "edits are suggested", "display": "flags only"}[one["edits"]])
    facts.append("" if one["default"] else f"  off by default: --select {one['id']}", style="yellow")
    facts.append("  shown with --hints" if one["hint"] else "", style="yellow")
    alarms, precision = figures(one)
    measured = Text("measured: ", style="dim")
    measured.append(f"{alarms} false alarms in 1,000 words of clean news; right in {precision} of its hits in real MT")
    parts: list[RenderableType] = [head, facts, "", Text(_flow(one["doc"])), "", Text("It finds", style="bold")]
    for example in one["bad"]:
        parts += [Padding(part, (0, 0, 0, 2)) for part in _bad(example)]
    parts += ["", Text("It leaves alone", style="bold")]
    for example in one["good"]:
        parts.append(Padding(Text(_one_line(f"  {example['marked']}")), (0, 0, 0, 2)))
    return Group(*parts, "", measured if one["measured"] else Text("not measured yet", style="dim"))


def checks(found: Iterable[tuple[str, str, str]]) -> Table:
    """Return the table of `doctor`: (state, what, detail); a state is ok, note or fault."""
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    marks = {"ok": ("✓", "green"), "note": ("–", "yellow"), "fault": ("✗", "bold red")}
    for state, what, detail in found:
        sign, style = marks[state]
        table.add_row(Text(sign, style=style), Text(what), Text(detail))
    return table


def _bad(example: Mapping[str, Any]) -> list[Text]:
    text, at = Text("- ", style=""), 0
    marked = _one_line(example["marked"])
    for match in _MARK.finditer(marked):
        text.append(marked[at : match.start()])
        text.append(match.group(1) or "‸", style="red underline")
        at = match.end()
    text.append(marked[at:])
    if example["source"]:
        text.append(f"   source: {example['source']}", style="dim")
    out = [text]
    if example["fixed"] is not None:
        out.append(Text("+ ").append(_one_line(example["fixed"]) or "(removed)", style="green"))
    if example["known_gap"]:
        out.append(Text(f"  known gap: {example['known_gap']}", style="yellow"))
    return out


def _one_line(text: str) -> str:
    return text.replace("\n", " ⏎ ")


def _flow(doc: str) -> str:
    """Join the lines of each paragraph, so that the terminal wraps them."""
    return "\n\n".join(" ".join(part.split()) for part in doc.split("\n\n"))
