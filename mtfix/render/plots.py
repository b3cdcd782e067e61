"""Plots as SVG or PNG, by matplotlib (the extra `plot`): how scores are spread, how well confidences hold."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mtfix.errors import ConfigError, FormatError

FORMATS = (".svg", ".png", ".pdf")
_MOST_LINES = 8


def format_of(path: Path) -> str:
    """Return "svg", "png" or "pdf". Raises FormatError for another name."""
    if path.suffix.lower() not in FORMATS:
        raise FormatError(f"{path} does not tell the format of a plot.", f"Name it with {', '.join(FORMATS)}.")
    return path.suffix.lower()[1:]


def histogram(record: Mapping[str, Any], format: str) -> bytes:
    """Return the histogram of a spread's record; with several systems, a line for each of the largest ones."""
    if not record["distribution"]:
        raise ConfigError("There are no scores of segments to draw.", "Leave --rules-only out: the tagger gives them.")
    figure, axes = _figure(6.4, 3.6)
    counts, step = record["distribution"]["counts"], record["distribution"]["step"]
    edges = [step * n for n in range(len(counts) + 1)]
    systems = sorted(record["by"].get("system", ()), key=lambda row: (-row["segments"], row["value"]))[:_MOST_LINES]
    if len(systems) > 1:
        for row in sorted(systems, key=lambda row: str(row["value"])):
            of = sum(row["counts"])
            axes.stairs([100 * c / (of or 1) for c in row["counts"]], edges, label=f"{row['value']} ({of:,})")
        axes.legend(frameon=False, fontsize="small")
        axes.set_ylabel("% of segments")
    else:
        axes.stairs(counts, edges, fill=True, alpha=0.7)
        axes.set_ylabel("segments")
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"{record['metric']}: {record['signature']}", fontsize="small")
    axes.set_title(f"{record['metric']} of {sum(counts):,} segments", loc="left", fontsize="medium")
    return _saved(figure, format)


def reliability(rows: Sequence[Sequence[float]], format: str, *, title: str) -> bytes:
    """Return how often edits were right against how sure they were: rows of (bin, mean confidence, right, number)."""
    figure, axes = _figure(4.2, 4.2)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle="--")
    axes.plot([row[1] for row in rows], [row[2] for row in rows], marker="o")
    for _, sure, right, number in rows:
        axes.annotate(f"{number:,.0f}", (sure, right), (6, -10), textcoords="offset points", fontsize="x-small")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_xlabel("confidence")
    axes.set_ylabel("share of edits nearer to the correction")
    axes.set_title(title, loc="left", fontsize="medium")
    return _saved(figure, format)


def _figure(width: float, height: float) -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError("Plots need matplotlib.", "Install it: pip install 'mtfix[plot]'.") from error
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _saved(figure: Any, format: str) -> bytes:
    import matplotlib

    context: Any = matplotlib.rc_context
    out = io.BytesIO()
    # Text as text, and nothing that differs from run to run.
    settings = {"svg.fonttype": "none", "svg.hashsalt": "mtfix"}
    with context(settings):
        stamp = {"Date": None} if format == "svg" else {"CreationDate": None} if format == "pdf" else {}
        figure.savefig(out, format=format, dpi=150, metadata=stamp)
    return out.getvalue()
