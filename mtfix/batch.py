"""Corpora on one machine: streaming, constant memory, order kept, goes on after a kill.

Each record is a document of its own, so the output depends neither on the number of processes nor
on where a run was cut. What is done so far lies in the folder OUT.mtfix (`manifest.py`); at the end
OUT and OUT.quarantine.jsonl appear at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from mtfix import __version__, manifest
from mtfix.config import Settings, as_dict
from mtfix.errors import ConfigError, InputError, ServiceError, did_you_mean
from mtfix.ingest import delimited, jsonl, lines, stream
from mtfix.ingest.english import doubt
from mtfix.ingest.records import FIELDS, Bad, Record
from mtfix.manifest import State
from mtfix.pipeline import Pipeline
from mtfix.render import corpus
from mtfix.types import Document

Progress = Callable[[str, int, int], None]
_CHUNK = 16
_CHECKPOINT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done. `fields` maps our names to those of the file, `format` is for `-`."""

    hypotheses: str
    output: str
    settings: Settings = field(default_factory=Settings)
    fields: dict[str, str] = field(default_factory=dict)
    format: str = ""
    words: bool = False
    jobs: int = 1

    @property
    def formats(self) -> tuple[str, str]:
        """Return the formats of input and output; `-` has that of the other one, or the one given."""
        known = [name for name in (self.hypotheses, self.output) if name != "-"]
        default = self.format or (stream.format_of(known[0]) if known else "jsonl")
        return stream.format_of(self.hypotheses, default), stream.format_of(self.output, default)


@dataclass(frozen=True, slots=True)
class Result:
    """What was done: records = written + quarantined."""

    records: int = 0
    written: int = 0
    quarantined: int = 0
    changed: int = 0
    edits: int = 0
    words: int = 0
    seconds: float = 0.0
    resumed_at: int = 0
    done_before: bool = False
    quarantine: str = ""

    def summary(self) -> str:
        """Return one sentence for the user."""
        if self.done_before:
            return f"Nothing to do: these {self.records:,} records were done before. --restart does them again."
        speed = self.words / self.seconds if self.seconds else 0
        out = f"{self.records:,} records, {self.changed:,} changed by {self.edits:,} edits"
        if self.quarantined:
            out += f", {self.quarantined:,} in quarantine" + (f" ({self.quarantine})" if self.quarantine else "")
        out += f"; {self.seconds:.1f} s, {speed:,.0f} words a second"
        return out + (f"; went on from record {self.resumed_at:,}" if self.resumed_at else "")


def run(
    job: Job, *, restart: bool = False, progress: Progress | None = None, tell: Callable[[str], None] | None = None
) -> Result:
    """Repair a corpus.

    Raises InputError for files that can't be read or written, FormatError for their formats,
    ConfigError if there is a half-done output of other settings.
    """
    if unknown := [name for name in job.fields if name not in FIELDS]:
        hint = did_you_mean(unknown[0], FIELDS) or f"There are {', '.join(FIELDS)}."
        raise ConfigError(f"There is no field {unknown[0]!r}.", hint)
    report, say = progress or (lambda *_: None), tell or (lambda _: None)
    if job.output == "-":
        return _to_stdout(job, report, say)
    if job.hypotheses != "-" and Path(job.hypotheses).resolve() == Path(job.output).resolve():
        raise InputError("IN and OUT are the same file.", "Give OUT another name.")
    with manifest.folder_of(Path(job.output)) as folder:
        return _to_file(job, folder, restart, report, say)


# One record ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A record's line, or why it has none."""

    line: str = ""
    bad: Bad | None = None
    edits: int = 0
    words: int = 0


class _Worker:
    """A pipeline with what is to be written; one in each process."""

    def __init__(self, settings: Settings, format: str, words: bool) -> None:
        self.pipeline = Pipeline(settings)
        self.format = format
        self.words = words

    def __call__(self, item: Record | Bad) -> _Outcome:
        if isinstance(item, Bad):
            return _Outcome(bad=item)
        try:
            return self._repaired(item)
        except (KeyboardInterrupt, MemoryError, ServiceError):
            raise
        except Exception as error:
            reason = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
            return _Outcome(bad=Bad(item.number, reason, item.segment.hypothesis[:2000]))

    def _repaired(self, item: Record) -> _Outcome:
        segment = item.segment
        if not segment.source_lang and self.pipeline.settings.source_lang:
            segment = replace(segment, source_lang=self.pipeline.settings.source_lang)
        report = self.pipeline.run(Document((segment,)))
        repair = report.repairs[0]
        if self.format == "txt":
            line = corpus.text_line(repair, item.end)
        elif self.format == "jsonl":
            line = corpus.json_line(repair, item.other, failures=report.failures, words=self.words)
        else:
            line = corpus.table_line(repair, item.row, item.other, self.format)
        return _Outcome(line, edits=len(repair.edits), words=len(segment.hypothesis.split()))


_worker: _Worker | None = None


def _start(settings: Settings, format: str, words: bool) -> None:
    """Build this process's worker. An interrupt is the parent's business."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker = _Worker(settings, format, words)


def _work(chunk: list[Record | Bad]) -> list[_Outcome]:
    if _worker is None:
        raise RuntimeError("the process was not started by _start")
    return [_worker(item) for item in chunk]


def _outcomes(items: Iterator[Record | Bad], job: Job) -> Iterator[_Outcome]:
    """Yield what becomes of the records, in order, with a bounded number of them under way."""
    arguments = (job.settings, job.formats[1], job.words)
    if job.jobs == 1:
        worker = _Worker(*arguments)
        yield from map(worker, items)
        return
    pool = ProcessPoolExecutor(
        job.jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=arguments
    )
    try:
        under_way: deque[Any] = deque()
        for chunk in iter(lambda: list(islice(items, _CHUNK)), []):
            under_way.append(pool.submit(_work, chunk))
            if len(under_way) >= 3 * job.jobs:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
    except BrokenProcessPool as error:
        raise ServiceError(
            "A process ended before its work was done, perhaps for lack of memory.",
            "Run the same command again with fewer --jobs: it goes on from where it was.",
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


# A run --------------------------------------------------------------------------------------------


def _to_stdout(job: Job, progress: Progress, say: Callable[[str], None]) -> Result:
    state, began = State(), time.monotonic()
    out = sys.stdout.buffer
    with stream.opened(job.hypotheses) as file:
        names, items = _records(file, job)
        out.write(_header(job, names).encode())
        for outcome in _outcomes(_asked(items, say), job):
            _count(state, outcome)
            if outcome.bad:
                say(f"record {outcome.bad.number} left out: {outcome.bad.reason}")
            out.write(outcome.line.encode())
            out.flush()
            progress("records", state.records, 0)
    return _result(state, seconds=time.monotonic() - began)


def _to_file(job: Job, folder: Path, restart: bool, progress: Progress, say: Callable[[str], None]) -> Result:
    output, began = Path(job.output), time.monotonic()
    about, total = _about(job)
    state = manifest.resume(folder, about, output, restart=restart)
    if state.done and not (folder / "part").exists():
        return _result(state, done_before=True)
    first, words = state.records, state.words
    with (
        stream.opened(job.hypotheses) as file,
        manifest.open_at(folder / "part", state.part_bytes) as part,
        manifest.open_at(folder / "quarantine.jsonl", state.quarantine_bytes) as bad,
    ):
        names, items = _records(file, job)
        if not first:
            part.write(_header(job, names).encode())
        saved = time.monotonic()
        for outcome in _outcomes(_asked(islice(items, first, None), say), job):
            _count(state, outcome)
            part.write(outcome.line.encode())
            if outcome.bad:
                bad.write(_quarantined(outcome.bad))
            progress("records", state.records, total)
            if time.monotonic() - saved > _CHECKPOINT_SECONDS:
                manifest.save(folder, about, state, (part, bad))
                saved = time.monotonic()
        state.done = True
        manifest.save(folder, about, state, (part, bad))
    manifest.finish(folder, output)
    result = _result(state, seconds=time.monotonic() - began, resumed_at=first)
    return replace(result, words=state.words - words, quarantine=str(manifest.quarantine_of(output)))


def _count(state: State, outcome: _Outcome) -> None:
    state.records += 1
    if outcome.bad:
        state.quarantined += 1
        return
    state.written += 1
    state.edits += outcome.edits
    state.words += outcome.words
    state.changed += outcome.edits > 0


def _result(state: State, **more: Any) -> Result:
    names = ("records", "written", "quarantined", "changed", "edits", "words")
    return Result(**{name: getattr(state, name) for name in names}, **more)


def _records(file: TextIO, job: Job) -> tuple[tuple[str, ...], Iterator[Record | Bad]]:
    format = job.formats[0]
    if format == "txt":
        if job.fields:
            raise ConfigError("A text file has no fields.", "--field is for .jsonl, .tsv and .csv.")
        return (), lines.read(file)
    if format == "jsonl":
        return (), jsonl.read(file, job.fields)
    return delimited.read(file, format, job.fields)


def _header(job: Job, names: tuple[str, ...]) -> str:
    return corpus.header(job.formats[1], names, tabular=job.formats[0] in ("tsv", "csv"))


def _asked(items: Iterable[Record | Bad], say: Callable[[str], None]) -> Iterator[Record | Bad]:
    """Pass the records on, and say so if the first ones don't look like English."""
    items = iter(items)
    start = list(islice(items, 50))
    text = "\n".join(item.segment.hypothesis for item in start if isinstance(item, Record))
    if why := doubt(text):
        say(f"The hypotheses do not look like English: {why}")
    return chain(start, items)


def _quarantined(bad: Bad) -> bytes:
    raw = bad.raw.encode("utf-8", "surrogateescape" if _escaped(bad.raw) else "backslashreplace")
    record = {"record": bad.number, "reason": bad.reason, "raw": raw.decode("utf-8", "backslashreplace")}
    return (json.dumps(record, ensure_ascii=False) + "\n").encode()


def _escaped(text: str) -> bool:
    """Say whether all surrogates in the text stand for bytes that were not UTF-8."""
    return all(0xDC80 <= ord(c) <= 0xDCFF for c in text if 0xD800 <= ord(c) <= 0xDFFF)


def _about(job: Job) -> tuple[dict[str, Any], int]:
    """Return what an output depends on, and the number of lines of the input (0: unknown)."""
    digest, size, ends = hashlib.sha256(), 0, 0
    # A file that can't be read is told of by `stream.opened`, which says it better.
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        if job.hypotheses != "-":
            file = stack.enter_context(Path(job.hypotheses).open("rb"))
            while block := file.read(1 << 20):
                digest.update(block)
                size += len(block)
                ends += block.count(b"\n")
    about = {
        "mtfix": __version__,
        "input": "" if job.hypotheses == "-" else digest.hexdigest(),
        "formats": list(job.formats),
        "fields": job.fields,
        "words": job.words,
        "settings": as_dict(job.settings),
        "signature": Pipeline(job.settings).signature,
    }
    counted = job.hypotheses != "-" and not stream.packing_of(job.hypotheses)
    return json.loads(json.dumps(about)), ends - (job.formats[0] in ("tsv", "csv")) if counted else 0
