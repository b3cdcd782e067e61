"""Plots of segment scores as SVG: shapes and words carry what is seen, never colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_MOST = 2_000
_BINS = 20


def scatter(first: Sequence[float], second: Sequence[float], metric: str) -> str:
    """Return a square with a mark a segment, A to the right and B upwards; on the line both are equal."""
    low = 10 * (min((*first[:_MOST], *second[:_MOST]), default=0) // 10)
    size, edge = 340, 46

    def at(value: float) -> float:
        return (value - low) / max(100 - low, 1) * size

    marks = []
    for i, (a, b) in enumerate(zip(first[:_MOST], second[:_MOST], strict=True), 1):
        x, y = edge + at(a), 10 + size - at(b)
        shape = f"M{x:.1f} {y - 5:.1f}l5 9h-10z" if b > a else f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"
        marks.append(f'<path d="{shape}"><title>Line {i}: A {a:.1f}, B {b:.1f}</title></path>')
    ticks = "".join(
        f'<text x="{edge + at(v):.0f}" y="{size + 28}" text-anchor="middle">{v:.0f}</text>'
        f'<text x="{edge - 8}" y="{14 + size - at(v):.0f}" text-anchor="end">{v:.0f}</text>'
        for v in (low, (low + 100) / 2, 100)
    )
    frame = f"M{edge} 10V{10 + size}H{edge + size}M{edge} {10 + size}L{edge + size} 10"
    body = (
        f'<path d="{frame}" fill="none" stroke="currentColor" opacity=".45"/><g class="mx-marks">{"".join(marks)}</g>'
        f'{ticks}<text x="{edge + size / 2}" y="{size + 46}" text-anchor="middle">System A, {escape(metric)}</text>'
        f'<text x="{-(10 + size / 2)}" y="12" transform="rotate(-90)" text-anchor="middle">'
        f"System B, {escape(metric)}</text>"
    )
    return _svg(body, edge + size + 14, size + 54, f"{metric} of each segment, system A across and system B upwards")


def histogram(values: Sequence[float], metric: str) -> str:
    """Return how many segments have which score, in bins of five."""
    bins = [0] * _BINS
    for value in values:
        if value == value:  # not NaN
            bins[min(_BINS - 1, max(0, int(value * _BINS / 100)))] += 1
    width, height, most = 600, 160, max([*bins, 1])
    step = width / _BINS
    bars = "".join(
        f'<rect x="{10 + i * step + 1:.1f}" y="{10 + height * (1 - n / most):.1f}" width="{step - 2:.1f}" '
        f'height="{height * n / most:.1f}"><title>{i * 5} to {i * 5 + 5}: {n} segments</title></rect>'
        for i, n in enumerate(bins)
    )
    counts = "".join(
        f'<text x="{10 + (i + 0.5) * step:.1f}" y="{6 + height * (1 - n / most):.1f}" text-anchor="middle">{n}</text>'
        for i, n in enumerate(bins)
        if n
    )
    axis = "".join(
        f'<text x="{10 + v * width / 100:.0f}" y="{height + 30}" text-anchor="middle">{v}</text>'
        for v in range(0, 101, 20)
    )
    body = f'<g class="mx-marks">{bars}</g>{counts}{axis}'
    return _svg(body, width + 20, height + 36, f"How many segments have which {metric}")


def _svg(body: str, width: float, height: float, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(label)}" fill="currentColor" '
        f'class="mx-plot" style="max-width:{width:.0f}px">{body}</svg>'
    )
