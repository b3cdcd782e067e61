"""The corpus tab: a file in, the repaired file out, with progress and a way to stop."""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from mtfix import batch
from mtfix.config import Settings
from mtfix.errors import InputError, MtfixError

# Below this, starting processes takes longer than the work.
_SMALL = 300_000
_EVERY = 0.4


class _Stopped(Exception):
    """The user asked to stop, or left."""


@dataclass(slots=True)
class _Run:
    """One job: what its thread tells, and whether it should stop."""

    told: queue.Queue[tuple[int, int]] = field(default_factory=lambda: queue.Queue(maxsize=1))
    stop: threading.Event = field(default_factory=threading.Event)
    notes: list[str] = field(default_factory=list)
    result: batch.Result | None = None
    problem: str = ""

    def progress(self, _: str, done: int, total: int) -> None:
        """Tell how far the job is; called by the job."""
        if self.stop.is_set():
            raise _Stopped
        if self.told.empty():
            self.told.put((done, total))

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
        raise InputError("There is no file yet.", "Drop a .txt, .jsonl, .tsv or .csv file, packed or not.")
    path = Path(file)
    stem, dot, ending = path.name.partition(".")
    output = folder / f"{stem}.repaired{dot}{ending}"
    jobs = 1 if path.stat().st_size < _SMALL else 2
    named = {ours: theirs.strip() for ours, theirs in columns.items() if theirs.strip()}
    job = batch.Job(str(path), str(output), settings, fields=named, jobs=jobs)
    thread = threading.Thread(target=run.work, args=(job,), daemon=True)
    thread.start()
    began, done, total = time.monotonic(), 0, 0
    yield _meter(path.name, 0, 0, 0.0), []
    while thread.is_alive():
        try:
            done, total = run.told.get(timeout=_EVERY)
        except queue.Empty:
            continue
        yield _meter(path.name, done, total, time.monotonic() - began), []
        thread.join(_EVERY)
    if run.result is None:
        raise InputError(run.problem or "The job ended without a result.")
    yield _summary(path.name, run), [str(p) for p in sorted(folder.iterdir()) if p.is_file() and p.stat().st_size]


def stopped() -> str:
    """Return what is shown after a stop."""
    return '<div class="mx-sheet"><h2>Stopped</h2><p role="status">Nothing of this run was kept.</p></div>'


def _meter(name: str, done: int, total: int, seconds: float) -> str:
    rate = done / seconds if seconds else 0.0
    said = f"{done:,}{f' of {total:,}' if total else ''} records"
    if rate:
        said += f" · {rate:,.0f} a second"
        if total > done:
            said += f" · about {_time((total - done) / rate)} left"
    share = min(100.0, 100 * done / total) if total else 0.0
    bar = (
        f'<div class="mx-meter" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{share:.0f}"><span style="width:{share:.1f}%"></span></div>'
    )
    told = escape(said if done else "Starting …")
    return f'<div class="mx-sheet"><h2>{escape(name)}</h2>{bar}<p role="status">{told}</p></div>'


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _summary(name: str, run: _Run) -> str:
    lines = [run.result.summary() if run.result else "", *run.notes]
    said = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f'<div class="mx-sheet"><h2>{escape(name)} is done</h2>{said}</div>'


def _problem(said: str) -> str:
    return f'<div class="mx-problem" role="alert">{escape(said)}</div>'
