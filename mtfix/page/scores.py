"""The score tab: two systems and a reference, with signatures, a paired bootstrap and the worst segments."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mtfix.api import score
from mtfix.config import Settings
from mtfix.errors import InputError, MtfixError, PairError
from mtfix.metrics.significance import Comparison, compare
from mtfix.text.units import encodable

MAX_LINES = 5_000
_WORST = 10


def compared(first: str, second: str, reference: str, settings: Settings) -> str:
    """Return the comparison as HTML, or the problem in words; all that a user gave is escaped."""
    try:
        return _compared(first, second, reference, settings)
    except MtfixError as error:
        said = f"<strong>{escape(error.message)}</strong> {escape(error.hint)}"
        return f'<div class="mx-problem" role="alert">{said}</div>'


def _compared(first: str, second: str, reference: str, settings: Settings) -> str:
    systems = {name: _lines(text) for name, text in (("System A", first), ("System B", second)) if text.strip()}
    if "System A" not in systems:
        raise InputError("There is no text of system A yet.", "Paste one segment a line, or open a file.")
    lines = _lines(reference) if reference.strip() else []
    sizes = {name: len(rows) for name, rows in systems.items()} | ({"the reference": len(lines)} if lines else {})
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name} has {n:,}" for name, n in sizes.items())
        raise PairError(f"The numbers of lines differ: {said}.", "Line n of each must be the same segment.")
    parts = [_own(systems, settings)]
    if lines:
        parts += [_referenced(systems, lines), _plot(systems, lines), _worst(systems, lines)]
    else:
        parts.append("<p>Give a reference for BLEU, chrF and TER, the paired bootstrap and the worst segments.</p>")
    return f'<div class="mx-sheet" role="region" aria-label="Scores" tabindex="0">{"".join(parts)}</div>'


def _lines(text: str) -> list[str]:
    lines = encodable(text).replace("\r\n", "\n").strip("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise InputError(f"The page compares {MAX_LINES:,} lines at most.", "Use `mtfix score` for more.")
    return lines


def _own(systems: dict[str, list[str]], settings: Settings) -> str:
    rows = [
        (name, s.metric, f"{s.value:.2f}", s.signature)
        for name, lines in systems.items()
        for s in score(lines, settings=settings)
    ]
    return "<h2>Without a reference</h2>" + _table(("System", "Metric", "Score", "Signature"), rows)


def _referenced(systems: dict[str, list[str]], reference: list[str]) -> str:
    found = compare(systems, [reference], baseline="System A") if len(systems) > 1 and len(reference) > 1 else ()
    if not found:
        rows = [
            (name, s.metric, f"{s.value:.2f}", s.signature)
            for name, lines in systems.items()
            for s in score(lines, references=[reference])[1:]
        ]
        return "<h2>Against the reference</h2>" + _table(("System", "Metric", "Score", "Signature"), rows)
    head = ("System", "Metric", "Score ± 95 %", "p against A", "Signature")
    said = "Paired bootstrap, 1,000 samples. A small p means that the difference is hardly luck; TER: lower is better."
    return f"<h2>Against the reference</h2><p>{said}</p>" + _table(head, [_row(c) for c in found])


def _row(found: Comparison) -> tuple[str, ...]:
    p = "" if found.p_value is None else f"{found.p_value:.3f}{' *' if found.p_value < 0.05 else ''}"
    return found.system, found.metric, f"{found.value:.2f} ± {found.interval:.2f}", p, found.signature


def _segments(lines: Sequence[str], reference: Sequence[str]) -> list[float]:
    from sacrebleu.metrics.chrf import CHRF

    metric = CHRF()
    return [metric.sentence_score(h, [r]).score for h, r in zip(lines, reference, strict=True)]


def _plot(systems: dict[str, list[str]], reference: list[str]) -> str:
    """Return the segments' chrF as dots, each system in a row of its own, with the numbers in words."""
    width, rows = 640, []
    for index, (name, lines) in enumerate(systems.items()):
        values = _segments(lines, reference)
        y = 34 + index * 52
        shape = '<circle cx="{x:.1f}" cy="{y}" r="4"/>' if index == 0 else '<path d="M{x:.1f} {t}l4 8h-8z"/>'
        dots = "".join(
            shape.format(x=_x(value, width), y=y + (n % 5 - 2) * 4, t=y - 4 + (n % 5 - 2) * 4)
            for n, value in enumerate(values[:1000])
        )
        mean = sum(values) / len(values)
        rows.append(f'<text x="0" y="{y + 4}">{name}</text><g fill-opacity=".45">{dots}</g>')
        rows.append(f'<path d="M{_x(mean, width):.1f} {y - 17}v34" stroke="currentColor" stroke-width="2"/>')
    height = 34 + len(systems) * 52
    axis = "".join(
        f'<text x="{_x(v, width)}" y="{height}" text-anchor="middle">{v}</text>' for v in (0, 25, 50, 75, 100)
    )
    label = "chrF of each segment; the upright line is the mean. The worst segments stand below in words."
    return (
        f"<h2>Segments by chrF</h2><p>{label}</p>"
        f'<svg viewBox="0 0 {width} {height + 8}" role="img" aria-label="{label}" fill="currentColor" '
        f'style="max-width:{width}px;width:100%;font-size:12px">{"".join(rows)}{axis}</svg>'
    )


def _x(value: float, width: int) -> float:
    return 80 + value * (width - 100) / 100


def _worst(systems: dict[str, list[str]], reference: list[str]) -> str:
    name, lines = list(systems.items())[-1]
    values = _segments(lines, reference)
    worst = sorted(range(len(values)), key=lambda i: (values[i], i))[:_WORST]
    rows = [(str(i + 1), f"{values[i]:.1f}", lines[i], reference[i]) for i in worst]
    return f"<h2>Worst segments of {name}</h2>" + _table(("Line", "chrF", "Text", "Reference"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="mx-table"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
