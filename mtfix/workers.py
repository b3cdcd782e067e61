"""The work on a corpus, in this process or in several: documents in, what became of their records out, in order.

A process loads the models once and takes chunks of documents, whose segments share the tagger's
batches. At most `_AHEAD` chunks a process are under way, so memory is constant.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, Self

from mtfix.config import Settings
from mtfix.errors import ConfigError, ModelError, ServiceError
from mtfix.ingest.documents import Group
from mtfix.ingest.records import Bad, Record
from mtfix.pipeline import Pipeline
from mtfix.render import corpus
from mtfix.runtime import languagetool
from mtfix.types import Document, Failure, Repair, Report, Segment

_CHUNK, _CHUNK_CHARS = 48, 12_000
_AHEAD = 3
# Reports that a process keeps for equal documents, counted in words.
_KEPT_WORDS, _KEPT_LONGEST = 50_000, 500
# These are not about a record: going on would fill the quarantine.
_FATAL = (MemoryError, ServiceError, ModelError, ConfigError)


class Observer(Protocol):
    """What sees each report of a corpus, in order; the audit is one.

    Each chunk gets a new one, in the process that does it; then they are merged in order. So the
    result must not depend on where chunks begin. It is kept in the manifest as plain values.
    """

    def see(self, report: Report, records: Sequence[Record]) -> None:
        """Take note of a document; record n is repair n of the report."""

    def merge(self, later: Self) -> None:
        """Add what another one saw after this one."""

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain values for JSON."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return one that goes on from what `as_dict` said; from an empty dict, one that saw nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process has to know. `threads` are those of a model, 0 for as it sees fit.

    `format` is that of the output, `came` that of the input, if it is another; `names` are the
    input's columns.
    """

    settings: Settings
    format: str
    words: bool = False
    drop_below: float | None = None
    observer: type[Observer] | None = None
    threads: int = 0
    came: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A record's line, or why it has none: it is bad, or it was dropped and `line` is for those."""

    line: bytes = b""
    bad: Bad | None = None
    dropped: bool = False
    edits: int = 0
    findings: int = 0
    failures: int = 0
    words: int = 0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk: the outcomes of each document's records, what was seen of them, and the engines' notices."""

    groups: tuple[tuple[Outcome, ...], ...]
    seen: Observer | None = None
    notices: tuple[str, ...] = ()


class Worker:
    """A pipeline with what is to be written; one in each process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.pipeline = Pipeline(plan.settings, threads=plan.threads)
        self._known: OrderedDict[tuple[Segment, ...], Report] = OrderedDict()
        self._words = 0

    def __call__(self, chunk: Sequence[Group]) -> Done:
        documents = [self._document(group) for group in chunk]
        seen = self.plan.observer.from_dict({}) if self.plan.observer else None
        groups, notices = [], dict[str, None]()
        for group, document, (found, repeated) in zip(chunk, documents, self._reports(documents), strict=True):
            if isinstance(found, str):
                groups.append(tuple(_refused(item, found) for item in group))
                continue
            report = _of(found, document)
            notices |= dict.fromkeys(report.notices)
            groups.append(tuple(self._outcomes(group, report, repeated=repeated)))
            if seen and document.segments:
                seen.see(report, [item for item in group if isinstance(item, Record)])
        return Done(tuple(groups), seen, tuple(notices))

    def _document(self, group: Group) -> Document:
        segments = [item.segment for item in group if isinstance(item, Record)]
        lang = self.plan.settings.source_lang
        return Document(tuple(s if s.source_lang else replace(s, source_lang=lang) for s in segments))

    def _reports(self, documents: Sequence[Document]) -> list[tuple[Report | str, bool]]:
        """Return the report of each, or why there is none, and whether an equal document was met before."""
        keys = [tuple(replace(s, id="") for s in document.segments) for document in documents]
        fresh = {k: d for k, d in zip(keys, documents, strict=True) if k not in self._known}
        made = dict(zip(fresh, self._run(list(fresh.values())), strict=True))
        out: list[tuple[Report | str, bool]] = []
        for key in keys:
            if key in made:
                out.append((made[key], fresh.pop(key, None) is None))
            else:
                self._known.move_to_end(key)
                out.append((self._known[key], True))
        for key, report in made.items():
            self._keep(key, report)
        return out

    def _run(self, documents: Sequence[Document]) -> list[Report | str]:
        """Run the documents at once; if that can't be, one by one, so that a crash costs one of them."""
        try:
            return list(self.pipeline.run_many(documents))
        except _FATAL:
            raise
        except Exception as error:
            if len(documents) == 1:
                return [f"{type(error).__name__}: {error}"]
            return [found for document in documents for found in self._run([document])]

    def _keep(self, key: tuple[Segment, ...], report: Report | str) -> None:
        """Keep a report for the equal documents to come, and forget those that were not asked for longest."""
        size = _size(key)
        if isinstance(report, str) or size > _KEPT_LONGEST:
            return
        self._known[key] = report
        self._words += size
        while self._words > _KEPT_WORDS:
            self._words -= _size(self._known.popitem(last=False)[0])

    def _outcomes(self, group: Group, report: Report, *, repeated: bool) -> Iterator[Outcome]:
        repairs = iter(enumerate(report.repairs))
        for item in group:
            if isinstance(item, Bad):
                yield Outcome(bad=item)
                continue
            index, repair = next(repairs)
            failures = [f for f in report.failures if f.segment == index]
            try:
                yield self._outcome(item, repair, failures, repeated=repeated)
            except ValueError as error:
                yield _refused(item, str(error))

    def _outcome(self, item: Record, repair: Repair, failures: Sequence[Failure], *, repeated: bool) -> Outcome:
        dropped = self._too_bad(repair)
        format = "jsonl" if dropped else self.plan.format
        return Outcome(
            _line(item, repair, failures, replace(self.plan, format=format)).encode(),
            dropped=dropped,
            edits=len(repair.edits),
            findings=sum(not finding.hint for finding in repair.findings),
            failures=len(failures),
            words=len(repair.segment.hypothesis.split()),
            repeated=repeated,
        )

    def _too_bad(self, repair: Repair) -> bool:
        if self.plan.drop_below is None:
            return False
        if not repair.post_edit.strip():
            return True  # nothing is left that could have a score
        return repair.quality is not None and repair.quality[1].value < self.plan.drop_below


def _line(item: Record, repair: Repair, failures: Sequence[Failure], plan: Plan) -> str:
    """Return what is written of a record. A row that stays in its format stays as it stood."""
    came = plan.came or plan.format
    raw, end = (item.raw, item.end) if came == plan.format else ("", "\n")
    if plan.format == "txt":
        return corpus.text_line(repair, end)
    if plan.format == "jsonl":
        return corpus.json_line(repair, item.other, failures=failures, words=plan.words)
    if plan.format != "parquet":
        return corpus.table_line(repair, item.row, item.other, plan.format, raw=raw, end=end)
    if came == "parquet":
        return corpus.result_line(repair, item.number)
    return corpus.journal_line(repair, plan.names, item.row, item.other)


def _of(report: Report, document: Document) -> Report:
    """Return the report of an equal document as that of this one: their ids may differ."""
    if report.document is document:
        return report
    repairs = (replace(r, segment=s) for r, s in zip(report.repairs, document.segments, strict=True))
    return replace(report, document=document, repairs=tuple(repairs))


def _refused(item: Record | Bad, reason: str) -> Outcome:
    return Outcome(bad=item if isinstance(item, Bad) else Bad(item.number, reason, item.segment.hypothesis[:2000]))


def _size(segments: Sequence[Segment]) -> int:
    return sum(1 + s.hypothesis.count(" ") for s in segments)


# Processes ----------------------------------------------------------------------------------------


def done(groups: Iterator[Group], plan: Plan, jobs: int) -> Iterator[Done]:
    """Yield what becomes of the documents, in order.

    Raises ServiceError if a process ends before its work is done.
    """
    if jobs == 1:
        yield from map(Worker(plan), _chunks(groups))
        return
    plan = replace(plan, threads=max(1, languagetool.cores() // jobs))
    spawn = multiprocessing.get_context("spawn")
    # Closing our end tells the processes to end at once, whatever they are at.
    theirs, ours = spawn.Pipe(duplex=False)
    pool = ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_start, initargs=(plan, theirs))
    try:
        under_way: deque[Future[Done]] = deque()
        for chunk in _chunks(groups):
            with _no_interrupt():
                under_way.append(pool.submit(_work, chunk))
            if len(under_way) >= _AHEAD * jobs:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool as error:
        raise ServiceError(
            "A process ended before its work was done, perhaps for lack of memory.",
            "Run the same command again with fewer --jobs: it goes on from where it was.",
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        ours.close()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold an interrupt back meanwhile; a process that begins inherits this, until `_start` has taken over."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _chunks(groups: Iterator[Group]) -> Iterator[list[Group]]:
    """Yield documents together, of a bounded number of records and characters, but at least one."""
    chunk: list[Group] = []
    records = chars = 0
    for group in groups:
        chunk.append(group)
        records += len(group)
        chars += sum(len(item.segment.hypothesis) for item in group if isinstance(item, Record))
        if records >= _CHUNK or chars >= _CHUNK_CHARS:
            yield chunk
            chunk, records, chars = [], 0, 0
    if chunk:
        yield chunk


_worker: Worker | None = None


def _start(plan: Plan, until: Connection) -> None:
    """Build this process's worker. An interrupt is the parent's business; when it closes the pipe, all is over."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RAYON_NUM_THREADS"] = str(plan.threads)  # of the tokenizer, which reads no settings
    languagetool.limit(plan.threads)
    threading.Thread(target=_end, args=(until,), daemon=True).start()
    _worker = Worker(plan)


def _end(until: Connection) -> None:
    """End this process when the one that started it says so or was killed: nobody else would."""
    parent = multiprocessing.parent_process()
    wait([until, parent.sentinel] if parent else [until])
    os._exit(0)


def _work(chunk: list[Group]) -> Done:
    if _worker is None:
        raise RuntimeError("the process was not started by _start")
    return _worker(chunk)
