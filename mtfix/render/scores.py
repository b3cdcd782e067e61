"""Scores of systems, as JSON and for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mtfix.types import Score


@dataclass(frozen=True, slots=True)
class Compared:
    """A score, the half of its 95% interval, and the p-value against the first system; None: not compared."""

    score: Score
    interval: float | None = None
    p_value: float | None = None


def record(systems: Mapping[str, Sequence[Compared]]) -> dict[str, Any]:
    """Return the scores as JSON, schema 1."""
    return {
        "schema": 1,
        "systems": [{"system": name, "scores": [_record(c) for c in compared]} for name, compared in systems.items()],
    }


def view(systems: Mapping[str, Sequence[Compared]]) -> Iterator[RenderableType]:
    """Yield a table with a row a system, the reasons behind the first score, and the signatures."""
    first = next(iter(systems.values()))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("system", overflow="fold")
    for one in first:
        table.add_column(f"{one.score.metric} {'↑' if one.score.higher_is_better else '↓'}", justify="right")
    for name, compared in systems.items():
        table.add_row(Text(name), *(_cell(c) for c in compared))
    yield table
    if any(c.interval is not None for c in first):
        yield Text("± 95% interval; p by paired bootstrap against the first system, * below 0.05", style="dim")
        yield ""
    for name, compared in systems.items():
        yield _reasons(name, compared[0].score)
    yield ""
    for one in first:
        yield Text(f"{one.score.metric}: {one.score.signature}", style="dim")


def _record(one: Compared) -> dict[str, Any]:
    score = one.score
    return {
        "metric": score.metric,
        "value": score.value,
        "higher_is_better": score.higher_is_better,
        "signature": score.signature,
        "detail": dict(score.detail),
        "interval": one.interval,
        "p_value": one.p_value,
    }


def _cell(one: Compared) -> str:
    out = f"{one.score.value:.1f}"
    if one.interval is not None:
        out += f" ± {one.interval:.1f}"
    if one.p_value is not None:
        out += f"  p {one.p_value:.3f}{'*' if one.p_value < 0.05 else ''}"
    return out


def _reasons(name: str, score: Score) -> Text:
    detail = dict(score.detail)
    shares = sorted(((value, key) for key, value in detail.items() if "/" in key), reverse=True)
    out = Text(name, style="bold")
    out.append(f": penalty {detail.get('penalty', 0):g} in {detail.get('words', 0):,} words: ", style="not bold")
    out.append(", ".join(f"{key} {value:g}" for value, key in shares) or "nothing found", style="not bold")
    return out
