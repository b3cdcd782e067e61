"""How the scores of segments are spread, tables by pair, and the worst segments, for a terminal.

All is drawn from the record that `Spread.record` makes, the same that `--json` prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

_WIDTH = 40
_BLOCKS = "▏▎▍▌▋▊▉█"


def view(record: Mapping[str, Any], *, colour: bool) -> Iterator[RenderableType]:
    """Yield the distribution, what it measures, tables by pair, and the worst segments."""
    if record["distribution"]:
        yield Text(f"{record['metric']} of {sum(record['distribution']['counts']):,} segments", style="bold")
        yield histogram(**record["distribution"])
        yield Text("  ".join(_said(record)))
        yield Text(record["signature"], style="dim")
        yield ""
    if rows := record["by"].get("pair"):
        yield by("pair", rows)
    if record["worst"]:
        yield Text(f"The worst segments by {record['metric']}", style="bold")
        for bad in record["worst"]:
            yield from _segment(bad, colour=colour)


def histogram(step: int, counts: Sequence[int]) -> Table:
    """Return a bar for each step, from the first to the last that has segments."""
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    filled = [n for n, count in enumerate(counts) if count]
    for n in range(filled[0], filled[-1] + 1):
        style = "red" if n * step < 40 else "yellow" if n * step < 60 else "green"
        table.add_row(
            f"{n * step}-{(n + 1) * step}", Text(_bar(counts[n] / max(counts)), style=style), f"{counts[n]:,}"
        )
    return table


def by(name: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return a table with a row a value of a column."""
    metrics = list(dict.fromkeys(metric for row in rows for metric in row["scores"]))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column(name, overflow="fold")
    for head in ("segments", "words", *(f"{metric} ↑" for metric in metrics), "error-free"):
        table.add_column(head, justify="right")
    for row in rows:
        cells = [f"{row['segments']:,}", f"{row['words']:,}"]
        cells += [f"{row['scores'][m]:.1f}" if m in row["scores"] else "–" for m in metrics]
        free = row.get("error_free")
        table.add_row(Text(row["value"]), *cells, f"{free['segments'] / free['of']:.0%}" if free else "–")
    return table


def _bar(share: float) -> str:
    eighths = round(_WIDTH * 8 * share)
    rest = _BLOCKS[eighths % 8 - 1] if eighths % 8 else ""
    return "█" * (eighths // 8) + rest if eighths else "▏" if share else ""


def _said(record: Mapping[str, Any]) -> Iterator[str]:
    if record["measures"]:
        yield f"{record['metric']} {record['measures']}."
    if free := record["error_free"]:
        said = f"Free of errors, as far as the English shows: {free['segments']:,} of {free['of']:,} segments"
        if free["precision"] is not None:
            said += f" (on held-out machine translation {free['precision']:.0%} of such answers are right)"
        yield said + "."


def _segment(bad: Mapping[str, Any], *, colour: bool) -> Iterator[RenderableType]:
    head = Text(f"{bad['value']:5.1f}  ", style="bold red")
    where = [bad.get("system"), bad.get("pair"), f"segment {bad['number']}"]
    head.append(", ".join(part for part in where if part), style="not bold dim")
    yield head
    text, line, at = bad["hypothesis"], Text("       "), 0
    for start, end in _disjoint(bad["words"], len(text)):
        line.append(text[at:start])
        line.append(text[start:end] if colour else f"[?{text[start:end]}?]", style="underline red" if colour else "")
        at = end
    yield line.append(text[at:])
    if bad["messages"]:
        yield Text("       " + " ".join(bad["messages"]), style="dim")


def _disjoint(spans: Sequence[Sequence[int]], length: int) -> list[tuple[int, int]]:
    """Return the spans in order; those that overlap or meet as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((a, min(b, length)) for a, b in spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
