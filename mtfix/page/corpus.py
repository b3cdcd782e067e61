"""The corpus tab: a file in; the repaired file and the audit out, with progress and a way to stop."""

from __future__ import annotations

import json
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from mtfix import batch
from mtfix.audit import Audit
from mtfix.config import Settings
from mtfix.detect.registry import builtin, choose
from mtfix.errors import InputError, MtfixError
from mtfix.render import audit
from mtfix.verify.registry import builtin as guards

# Below this, starting processes takes longer than the work.
_SMALL = 300_000
_EVERY = 0.4
_SHOWN = 8


class _Stopped(Exception):
    """The user asked to stop, or left."""


@dataclass(slots=True)
class _Run:
    """One job: what its thread tells, and whether it should stop."""

    told: queue.Queue[tuple[str, int, int]] = field(default_factory=lambda: queue.Queue(maxsize=1))
    stop: threading.Event = field(default_factory=threading.Event)
    notes: list[str] = field(default_factory=list)
    result: batch.Result | None = None
    problem: str = ""

    def progress(self, how: str, done: int, total: int) -> None:
        """Tell how far the job is; called by the job."""
        if self.stop.is_set():
            raise _Stopped
        if self.told.empty():
            self.told.put((how, done, total))

    def work(self, job: batch.Job) -> None:
        """Do the job, in a thread of its own."""
        try:
            self.result = batch.run(job, progress=self.progress, tell=self.notes.append)
        except _Stopped:
            self.problem = "Stopped."
        except MtfixError as error:
            self.problem = str(error)
        except Exception as error:
            self.problem = f"This went wrong: {type(error).__name__}. It is a fault of mtfix; please report it."


def repaired(file: str | None, columns: dict[str, str], settings: Settings) -> Iterator[tuple[str, list[str]]]:
    """Yield (what to show, files to take), the files in the last step; closing the iterator stops the job."""
    folder = Path(tempfile.mkdtemp(prefix="mtfix-corpus-"))
    run = _Run()
    try:
        yield from _repaired(file, columns, settings, folder, run)
    except MtfixError as error:
        yield _problem(str(error)), []
    finally:
        run.stop.set()
        shutil.rmtree(folder, ignore_errors=True)


def _repaired(
    file: str | None, columns: dict[str, str], settings: Settings, folder: Path, run: _Run
) -> Iterator[tuple[str, list[str]]]:
    if not file:
        raise InputError("There is no file yet.", "Drop a .txt, .jsonl, .tsv, .csv or .parquet file, packed or not.")
    path = Path(file)
    stem, dot, ending = path.name.partition(".")
    output = folder / f"{stem}.repaired{dot}{ending}"
    jobs = 1 if path.stat().st_size < _SMALL else 2
    named = {ours: theirs.strip() for ours, theirs in columns.items() if theirs.strip()}
    job = batch.Job(str(path), str(output), settings, fields=named, jobs=jobs, observer=Audit)
    thread = threading.Thread(target=run.work, args=(job,), daemon=True)
    thread.start()
    began = time.monotonic()
    yield _meter(path.name, "", 0, 0, 0.0), []
    while thread.is_alive():
        try:
            how, done, total = run.told.get(timeout=_EVERY)
        except queue.Empty:
            continue
        yield _meter(path.name, how, done, total, time.monotonic() - began), []
        thread.join(_EVERY)
    if run.result is None:
        raise InputError(run.problem or "The job ended without a result.")
    seen = _audited(path.name, run.result, settings)
    audits = [folder / f"{stem}.audit.html", folder / f"{stem}.audit.json"]
    audits[0].write_text(audit.page(seen), encoding="utf-8")
    audits[1].write_text(json.dumps(seen, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    others = [p for p in sorted(folder.iterdir()) if p.is_file() and p not in (output, *audits)]
    yield (
        _summary(path.name, run, seen),
        [str(p) for p in (output, *audits, *others) if p.exists() and p.stat().st_size],
    )


def _audited(name: str, result: batch.Result, settings: Settings) -> dict[str, Any]:
    counts = {key: getattr(result, key) for key in ("records", "written", "quarantined", "dropped", "changed", "edits")}
    seen = result.seen.as_dict() if result.seen else Audit().as_dict()
    detectors = [d.id for d in choose(builtin(), settings.select, settings.ignore)]
    return audit.record(seen, {"inputs": [name], **counts}, detectors=detectors, guards=[g.id for g in guards()])


def stopped() -> str:
    """Return what is shown after a stop."""
    return '<div class="mx-sheet"><h2>Stopped</h2><p role="status">Nothing of this run was kept.</p></div>'


def _meter(name: str, how: str, done: int, total: int, seconds: float) -> str:
    said = f"{done:,}{f' of {total:,}' if total else ''} records"
    if done and total > done:
        said += f" · about {_time((total - done) * seconds / done)} left"
    said += f" · {how}" if how else ""
    share = min(100.0, 100 * done / total) if total else 0.0
    bar = (
        f'<div class="mx-meter" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{share:.0f}"><span style="width:{share:.1f}%"></span></div>'
    )
    told = escape(said if done else "Starting …")
    return f'<div class="mx-sheet"><h2>{escape(name)}</h2>{bar}<p role="status">{told}</p></div>'


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _summary(name: str, run: _Run, seen: Mapping[str, Any]) -> str:
    lines = [run.result.summary() if run.result else "", *run.notes]
    said = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    totals = seen["totals"]
    tiles = [("words changed", f"{totals['words_changed']:,}", f"of {totals['words']:,}")] + [
        (s["metric"], f"{s['before']:.1f} → {s['after']:.1f}", "of 100, before and after") for s in seen["scores"]
    ]
    shown = "".join(f"<div><b>{escape(b)}</b><span>{escape(a)}, {escape(c)}</span></div>" for a, b, c in tiles)
    return (
        f'<div class="mx-sheet" role="region" aria-label="Result" tabindex="0"><h2>{escape(name)} is done</h2>{said}'
        f'<div class="mx-tiles">{shown}</div>{_found(seen["detectors"])}</div>'
    )


def _found(detectors: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of the detectors that saw most; the audit has all of them, with examples."""
    found = [row for row in detectors if row["seen"]]
    if not found:
        return "<p>Nothing was found.</p>"
    names = ("seen", "applied", "suggested", "rejected")
    head = "".join(f'<th scope="col">{cell}</th>' for cell in ("Detector", *map(str.capitalize, names)))
    rows = "".join(
        f'<tr><th scope="row">{escape(row["id"])}</th>{"".join(f"<td>{row[name]:,}</td>" for name in names)}</tr>'
        for row in found[:_SHOWN]
    )
    rest = f" {len(found) - _SHOWN} more detectors found something." if len(found) > _SHOWN else ""
    said = f"<p>The audit has examples, reasons and models.{rest}</p>"
    return f'<table class="mx-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{said}'


def _problem(said: str) -> str:
    return f'<div class="mx-problem" role="alert">{escape(said)}</div>'
