"""The score tab: two systems and a reference, with signatures, a paired bootstrap, a plot and the worst segments."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mtfix.config import Settings
from mtfix.errors import InputError, MtfixError, PairError
from mtfix.metrics import mqm
from mtfix.page import plots
from mtfix.scoring import Scored, score_systems
from mtfix.text.edits import diff
from mtfix.text.units import encodable
from mtfix.types import Repair, Score

MAX_LINES = 5_000
_SHOWN = 10
_A, _B = "System A", "System B"


@dataclass(frozen=True, slots=True)
class _View:
    """What is drawn: systems with the segments' values by one metric, and the reference, if there is one."""

    scored: tuple[Scored, ...]
    metric: str
    values: tuple[tuple[float, ...], ...]
    reference: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return [one.system for one in self.scored]


def compared(first: str, second: str, reference: str, settings: Settings) -> str:
    """Return the comparison as HTML, or the problem in words; all that a user gave is escaped."""
    try:
        view = _view(first, second, reference, settings)
    except MtfixError as error:
        said = f"<strong>{escape(error.message)}</strong> {escape(error.hint)}"
        return f'<div class="mx-problem" role="alert">{said}</div>'
    parts = [f"<h2>{_verdict(view)}</h2>", _table(view), _plot(view), _worst(view), _apart(view), _download(view)]
    return f'<div class="mx-sheet" role="region" aria-label="Scores" tabindex="0">{"".join(parts)}</div>'


def _view(first: str, second: str, reference: str, settings: Settings) -> _View:
    systems = {name: _lines(text) for name, text in ((_A, first), (_B, second)) if text.strip()}
    if _A not in systems:
        raise InputError("There is no text of system A yet.", "Paste one segment a line, or open a file.")
    lines = _lines(reference) if reference.strip() else []
    sizes = {name: len(rows) for name, rows in systems.items()} | ({"the reference": len(lines)} if lines else {})
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name} has {n:,}" for name, n in sizes.items())
        raise PairError(f"The numbers of lines differ: {said}.", "Line n of each must be the same segment.")
    scored = score_systems(systems, references={"reference": lines} if lines else None, settings=settings)
    metric = "chrF" if lines else "QE" if all(r.quality for s in scored for r in s.report.repairs) else "MQM"
    return _View(scored, metric, tuple(_values(one, metric, lines) for one in scored), tuple(lines))


def _lines(text: str) -> list[str]:
    lines = encodable(text).replace("\r\n", "\n").strip("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise InputError(f"The page compares {MAX_LINES:,} lines at most.", "Use `mtfix score` for more.")
    return lines


def _values(one: Scored, metric: str, reference: Sequence[str]) -> tuple[float, ...]:
    repairs = one.report.repairs
    if metric == "chrF":
        from sacrebleu.metrics.chrf import CHRF

        chrf = CHRF()
        pairs = zip(repairs, reference, strict=True)
        return tuple(chrf.sentence_score(r.segment.hypothesis, [line]).score for r, line in pairs)
    return tuple(_quality(r) if metric == "QE" else _penalty(r) for r in repairs)


def _quality(repair: Repair) -> float:
    return repair.quality[0].value if repair.quality else float("nan")


def _penalty(repair: Repair) -> float:
    return mqm.score(repair.findings, mqm.count_words([repair.segment.hypothesis])).value


# The table ------------------------------------------------------------------------------------


def _verdict(view: _View) -> str:
    """Say in a sentence which system is better, as far as that is more than luck."""
    if len(view.scored) < 2:
        return "Scores"
    if not view.reference:
        return "Two systems; a reference would tell which is better"
    second = view.scored[1]
    found = [(m, *second.against(m)) for m in ("chrF", "BLEU", "TER")]
    sure = [metric for metric, _, p in found if p is not None and p < 0.05]
    if not sure:
        return "No difference that is more than luck"
    winner = {_A if _of(view.scored[0], m) == _best(view, m) else _B for m in sure}
    return f"{winner.pop()} is better, by {', '.join(sure)}" if len(winner) == 1 else "The metrics disagree"


def _best(view: _View, metric: str) -> float:
    values = [_of(one, metric) for one in view.scored]
    higher = next(s.higher_is_better for s in view.scored[0].scores if s.metric == metric)
    return max(values) if higher else min(values)


def _of(one: Scored, metric: str) -> float:
    return next((s.value for s in one.scores if s.metric == metric), float("nan"))


def _table(view: _View) -> str:
    tested = any(one.comparisons for one in view.scored)
    head = ["Metric", *view.names, *(["p"] if tested else [])]
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    rows = "".join(_row(view, score, tested=tested) for score in view.scored[0].scores)
    said = "MQM-style and QE look at the English alone; they see fluency better than truth."
    if tested:
        said = (
            "± is half of the 95 % interval; p, by paired bootstrap over 1,000 samples, is how easily luck would give "
            f"such a difference. {said}"
        )
    if not view.reference:
        said = f"With a reference there are BLEU, chrF and TER too. {said}"
    table = f'<table class="mx-table"><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>'
    return f"{table}<p>{escape(said)}</p>"


def _row(view: _View, score: Score, *, tested: bool) -> str:
    signature = next((c.signature for o in view.scored for c in o.comparisons if c.metric == score.metric), "")
    better = "" if score.higher_is_better else " <small>(lower is better)</small>"
    cells = [
        f'<th scope="row">{escape(score.metric)}{better}'
        f'<span class="mx-signature">{escape(signature or score.signature)}</span></th>'
    ]
    for one in view.scored:
        half, _ = one.against(score.metric)
        value = f"{_of(one, score.metric):.2f}" + (f" <small>± {half:.2f}</small>" if half is not None else "")
        best = len(view.scored) > 1 and _of(one, score.metric) == _best(view, score.metric)
        cells.append(f"<td>{f'<strong>{value}</strong>' if best else value}</td>")
    if tested:
        p = view.scored[-1].against(score.metric)[1]
        cells.append("<td></td>" if p is None else f"<td>{p:.3f}{' *' if p < 0.05 else ''}</td>")
    return f"<tr>{''.join(cells)}</tr>"


# The segments ---------------------------------------------------------------------------------


def _plot(view: _View) -> str:
    title = f"<h2>Segments by {view.metric}</h2>"
    if len(view.values) == 1:
        return title + plots.histogram(view.values[0], view.metric)
    first, second = view.values
    pairs = list(zip(first, second, strict=True))
    ours, theirs = sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)
    equal = len(pairs) - ours - theirs
    said = f"A is better on {ours:,} segments (dots), B on {theirs:,} (triangles), equal on {equal:,}."
    return f"{title}<p>{said}</p>{plots.scatter(first, second, view.metric)}"


def _worst(view: _View) -> str:
    lowest = [min(values) for values in zip(*view.values, strict=True)]
    order = sorted(range(len(lowest)), key=lambda i: (lowest[i], i))[:_SHOWN]
    return "<h2>The worst segments</h2>" + _segments(view, order)


def _apart(view: _View) -> str:
    if len(view.values) < 2:
        return ""
    gaps = [abs(a - b) for a, b in zip(*view.values, strict=True)]
    order = [i for i in sorted(range(len(gaps)), key=lambda i: (-gaps[i], i))[:_SHOWN] if gaps[i]]
    body = _segments(view, order) if order else "<p>None differ.</p>"
    return f"<details class='mx-apart'><summary>Where the systems differ most</summary>{body}</details>"


def _segments(view: _View, order: Sequence[int]) -> str:
    said = ""
    if view.reference:
        said = "<p>Struck out is what only the reference has, underlined what only the system has.</p>"
    return said + "".join(_segment(view, i) for i in order)


def _segment(view: _View, i: int) -> str:
    rows = [f"<dt>Reference</dt><dd>{escape(view.reference[i])}</dd>"] if view.reference else []
    for one, values in zip(view.scored, view.values, strict=True):
        repair = one.report.repairs[i]
        text = repair.segment.hypothesis
        shown = _changed(view.reference[i], text) if view.reference else escape(text)
        why = "; ".join(dict.fromkeys(f.message for f in repair.findings if not f.hint))
        note = f"<small>{escape(why)}</small>" if why else ""
        rows.append(f"<dt>{escape(one.system)}<b>{values[i]:.1f}</b></dt><dd>{shown or '<i>empty</i>'}{note}</dd>")
    return f'<div class="mx-segment"><h3>Line {i + 1}</h3><dl>{"".join(rows)}</dl></div>'


def _changed(before: str, after: str) -> str:
    out, at = [], 0
    for edit in diff(before, after):
        old = edit.span.of(before)
        out.append(escape(before[at : edit.span.start]))
        out += [f"<del>{escape(old)}</del>"] if old else []
        out += [f"<ins>{escape(edit.text)}</ins>"] if edit.text else []
        at = edit.span.end
    return "".join([*out, escape(before[at:])])


def _download(view: _View) -> str:
    """Return a link with the scores of all segments in it: nothing is written to a disk."""
    names = ["line", "system", *dict.fromkeys(("MQM", "QE", view.metric))]
    rows = ["\t".join(names)]
    for one, values in zip(view.scored, view.values, strict=True):
        for i, repair in enumerate(one.report.repairs):
            known = {"MQM": _penalty(repair), "QE": _quality(repair), view.metric: values[i]}
            rows.append("\t".join([str(i + 1), one.system, *(f"{known[name]:.2f}" for name in names[2:])]))
    data = base64.b64encode(("\n".join(rows) + "\n").encode()).decode()
    return (
        f'<p><a class="mx-file" download="mtfix-segments.tsv" href="data:text/tab-separated-values;base64,{data}">'
        "Scores of all segments (.tsv)</a></p>"
    )
