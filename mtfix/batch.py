"""Corpora on one machine: streaming, constant memory, order kept, goes on after a kill.

Each record, or each run of records with one `--group-by` value, is a document of its own, so the
output depends neither on the number of processes nor on where a run was cut. What is done so far
lies in the folder OUT.mtfix (`manifest.py`); at the end OUT and the files beside it appear at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from mtfix import __version__, manifest, workers
from mtfix.config import Settings, as_dict
from mtfix.errors import BadSetting, ConfigError, FormatError, InputError, TooManyErrors, did_you_mean
from mtfix.ingest import corpus as corpora
from mtfix.ingest import documents, packing, parquet, parquet_out, stream
from mtfix.ingest.documents import Group
from mtfix.ingest.english import doubt
from mtfix.ingest.records import FIELDS, Bad, Layout, Record
from mtfix.manifest import COUNTED, State
from mtfix.pipeline import Pipeline
from mtfix.render import corpus
from mtfix.workers import Observer, Outcome, Plan

# Called with how it goes, the records that are done, and how many there are (0: unknown).
Progress = Callable[[str, int, int], None]
_CHECKPOINT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done.

    `hypotheses` are a file or several of one format, read as one. `fields` maps our names to those
    of the file, `format` is for `-`. `drop_below` leaves out what
    has a lower QE after repair, `sample` takes so many records (0: all), `group_by` names the field
    whose neighbouring equal values make one document, `max_errors` is how many records may be bad.
    `observer` sees each report.
    """

    hypotheses: str | tuple[str, ...]
    output: str = ""
    settings: Settings = field(default_factory=Settings)
    fields: dict[str, str] = field(default_factory=dict)
    format: str = ""
    words: bool = False
    jobs: int = 1
    drop_below: float | None = None
    sample: int = 0
    group_by: str = ""
    max_errors: int | None = None
    observer: type[Observer] | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the files, or `-`."""
        return (self.hypotheses,) if isinstance(self.hypotheses, str) else self.hypotheses

    @property
    def formats(self) -> tuple[str, str]:
        """Return the formats of input and output; `-` has that of the other one, or the one given."""
        known = [name for name in (*self.inputs, self.output) if name not in ("-", "")]
        default = stream.format_of(known[0], self.format) if known else "jsonl"
        read = {stream.format_of(name, self.format, default=default) for name in self.inputs}
        if len(read) > 1:
            raise FormatError(
                f"The inputs are of different formats: {', '.join(sorted(read))}.",
                "Give OUT as a folder, so that each file has its own output.",
            )
        came = read.pop()
        return came, stream.format_of(self.output, self.format, default=default) if self.output else came

    def plan(self, layout: Layout) -> Plan:
        """Return what a process has to know."""
        came, goes = self.formats
        return Plan(self.settings, goes, self.words, self.drop_below, self.observer, came=came, names=layout.names)


@dataclass(frozen=True, slots=True)
class Result:
    """What was done: records = written + quarantined + dropped. `words` and `seconds` are of this run alone."""

    records: int = 0
    written: int = 0
    quarantined: int = 0
    dropped: int = 0
    changed: int = 0
    edits: int = 0
    findings: int = 0
    failures: int = 0
    words: int = 0
    repeated: int = 0
    seconds: float = 0.0
    resumed_at: int = 0
    done_before: bool = False
    dry: bool = False
    quarantine: str = ""
    seen: Observer | None = None

    def summary(self) -> str:
        """Return one sentence for the user."""
        if self.done_before:
            return f"Nothing to do: these {self.records:,} records were done before. --restart does them again."
        speed = self.words / self.seconds if self.seconds else 0
        parts = [f"{self.records:,} records, {self.changed:,} changed by {self.edits:,} edits"]
        if self.quarantined:
            parts.append(f"{self.quarantined:,} in quarantine" + (f" ({self.quarantine})" if self.quarantine else ""))
        if self.dropped:
            parts.append(f"{self.dropped:,} dropped")
        if self.failures:
            parts.append(f"{self.failures:,} failures of detectors")
        out = f"{', '.join(parts)}; {self.seconds:.1f} s, {speed:,.0f} words a second"
        if self.dry:
            out += "; nothing was written"
        return out + (f"; went on from record {self.resumed_at:,}" if self.resumed_at else "")


def run(
    job: Job,
    *,
    dry: bool = False,
    restart: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Result:
    """Repair a corpus; with `dry`, write nothing.

    Raises InputError for files that can't be read or written, FormatError for their formats,
    ConfigError for what can't be asked for, and for a half-done output of other settings,
    TooManyErrors, and DiskFull; after the last two the same call goes on.
    """
    _refuse(job, dry=dry)
    report, say = progress or (lambda *_: None), tell or (lambda _: None)
    if dry:
        return _streamed(job, None, report, say)
    if job.output == "-":
        return _streamed(job, sys.stdout.buffer, report, say)
    with manifest.folder_of(Path(job.output)) as folder:
        try:
            return _to_file(job, folder, restart, report, say)
        except KeyboardInterrupt:
            say(f"Stopped. The same command goes on from record {manifest.reached(folder):,}.")
            raise


def _refuse(job: Job, *, dry: bool) -> None:
    """Raise what is wrong with a job."""
    if unknown := [name for name in job.fields if name not in FIELDS]:
        hint = did_you_mean(unknown[0], FIELDS) or f"There are {', '.join(FIELDS)}."
        raise ConfigError(f"There is no field {unknown[0]!r}.", hint)
    if not job.output and not dry:
        raise ConfigError("There is no OUT.", "Name the file for the post-edits; --dry-run needs none.")
    if job.sample and "-" in job.inputs:
        raise ConfigError("Standard input can't be sampled: it can be read only once.", "Give a file.")
    if job.sample and job.group_by:
        raise ConfigError("--sample would tear the documents of --group-by apart.", "Leave one of them out.")
    if job.drop_below is not None and not 0 <= job.drop_below <= 100:
        raise BadSetting(f"drop-below is {job.drop_below:g}.", "QE runs from 0 to 100.")
    if job.output == "-" and job.formats[1] == "parquet" and not dry:
        raise FormatError("Parquet can't be written to standard output.", "Give OUT the name of a file.")
    real = [Path(name).resolve() for name in job.inputs if name != "-"]
    if job.output != "-" and not dry and Path(job.output).resolve() in real:
        raise InputError("IN and OUT are the same file.", "Give OUT another name.")


# A run --------------------------------------------------------------------------------------------


def _streamed(job: Job, out: Any, progress: Progress, say: Callable[[str], None]) -> Result:
    """Run with nothing kept for another run, and nothing written if `out` is None."""
    with _opened(job) as (layout, items):
        about, total = _about(job)
        going = _Going(State(), job, progress, say, total)
        if out:
            out.write(_header(job, layout).encode())
        for outcomes in going.over(_groups(items, job, about, say), layout):
            for outcome in outcomes if out else ():
                if outcome.bad:
                    say(f"record {outcome.bad.number} left out: {outcome.bad.reason}")
                elif not outcome.dropped:
                    out.write(outcome.line)
            if out:
                out.flush()
            going.check("Mend the input, or allow more.")
    return going.result(dry=out is None)


def _to_file(job: Job, folder: Path, restart: bool, progress: Progress, say: Callable[[str], None]) -> Result:
    output = Path(job.output)
    about, total = _about(job)
    state = manifest.resume(folder, about, output, restart=restart)
    going = _Going(state, job, progress, say, total)
    make = _maker(job)
    if state.done:
        return going.result(done_before=not manifest.finish(folder, output, make))
    if not state.records:
        manifest.begin(folder, about)
    with manifest.opened(folder, state) as files, _opened(job) as (layout, items):
        groups = _groups(items, job, about, say)
        if not state.records:
            files.part.write(_header(job, layout).encode())
        saved = time.monotonic()
        for outcomes in going.over(documents.skipped(groups, state.records), layout):
            for outcome in outcomes:
                files.put(outcome)
            if going.too_many or time.monotonic() - saved > _CHECKPOINT_SECONDS:
                manifest.save(folder, about, going.whole(), files)
                saved = time.monotonic()
            going.check(f"See {folder / 'quarantine.jsonl'}; with a higher --max-errors the same command goes on.")
        going.state.done = True
        manifest.save(folder, about, going.whole(), files)
    manifest.finish(folder, output, make)
    return going.result(quarantine=str(manifest.beside(output, "quarantine")))


class _Going:
    """A run under way: what was counted and seen, and how fast it goes."""

    def __init__(self, state: State, job: Job, progress: Progress, say: Callable[[str], None], total: int) -> None:
        self.state = state
        self._job, self._progress, self._say = job, progress, say
        self._total = min(job.sample, total) if job.sample and total else total
        self._seen = job.observer.from_dict(state.seen) if job.observer else None
        self._first, self._words, self._repeated = state.records, state.words, 0
        self._began = time.monotonic()
        self._notices = dict[str, None]()

    def over(self, groups: Iterator[Group], layout: Layout) -> Iterator[list[Outcome]]:
        """Yield the outcomes of some documents once they are counted. In between, the state is whole."""
        self._tell()
        for done in workers.done(groups, self._job.plan(layout), self._job.jobs):
            outcomes = [outcome for group in done.groups for outcome in group]
            for outcome in outcomes:
                self.state.count(outcome)
            self._repeated += sum(outcome.repeated for outcome in outcomes)
            if self._seen is not None and done.seen is not None:
                self._seen.merge(done.seen)
            for notice in [n for n in done.notices if n not in self._notices]:
                self._notices[notice] = None
                self._say(notice)
            yield outcomes
            self._tell()

    def whole(self) -> State:
        """Return the state with what was seen so far."""
        if self._seen is not None:
            self.state.seen = self._seen.as_dict()
        return self.state

    @property
    def too_many(self) -> bool:
        """Say whether more records are bad than may be."""
        return self._job.max_errors is not None and self.state.quarantined > self._job.max_errors

    def check(self, hint: str) -> None:
        """Raise TooManyErrors if there are."""
        if self.too_many:
            raise TooManyErrors(
                f"{self.state.quarantined:,} of {self.state.records:,} records can't be used; "
                f"--max-errors is {self._job.max_errors:,}.",
                hint,
            )

    def result(self, **more: Any) -> Result:
        """Return what was done."""
        values = {name: getattr(self.state, name) for name in COUNTED} | {
            "words": self.state.words - self._words,
            "repeated": self._repeated,
            "seconds": time.monotonic() - self._began,
            "resumed_at": self._first,
            "seen": self._seen,
        }
        return Result(**values | more)

    def _tell(self) -> None:
        seconds = time.monotonic() - self._began
        rate = (self.state.words - self._words) / seconds if seconds else 0.0
        how = f"{rate:,.0f} words/s, {self.state.findings:,} findings, {self.state.edits:,} edits"
        self._progress(how, self.state.records, self._total)


# The input ----------------------------------------------------------------------------------------


def _opened(job: Job) -> AbstractContextManager[tuple[Layout, Iterator[Record | Bad]]]:
    """Open the inputs. Columns of Parquet that stay where they are need not be read."""
    came, goes = job.formats
    if came == "txt" and job.group_by:
        raise ConfigError("A text file has no fields.", "--group-by is for .jsonl, .tsv, .csv and .parquet.")
    stays = came == goes == "parquet" and job.drop_below is None
    also = tuple(filter(None, (job.group_by,))) if stays else None
    return corpora.opened(job.inputs, came, job.fields, also=also)


def _groups(
    items: Iterator[Record | Bad], job: Job, about: dict[str, Any], say: Callable[[str], None]
) -> Iterator[Group]:
    """Return the documents that are to be repaired."""
    groups = documents.grouped(_asked(items, job, say), job.group_by)
    return documents.some(groups, _sample(job, about["input"])) if job.sample else groups


def _header(job: Job, layout: Layout) -> str:
    came, goes = job.formats
    mark, raw, end = (layout.mark, layout.header, layout.end) if came == goes else ("", "", "\n")
    return mark + corpus.header(goes, layout.names, tabular=came in ("tsv", "csv", "parquet"), raw=raw, end=end)


def _maker(job: Job) -> Callable[[Path, Path], None] | None:
    """Return what makes the output of the lines that were written, None if they are the output."""
    came, goes = job.formats
    if goes != "parquet":
        kind = packing.packing_of(job.output)
        return partial(packing.pack, packing=kind) if kind else None
    if came != "parquet":
        return partial(parquet_out.build, results=corpus.COLUMNS)
    return partial(parquet_out.widen, job.inputs, results=corpus.COLUMNS, rename=corpus.kept_names)


def _sample(job: Job, seed: str) -> set[int]:
    """Return the places of the sampled records: as good as random, but the same for the same input."""
    with _opened(job) as (_, items):
        total = sum(1 for _ in items)

    def rank(place: int) -> bytes:
        return hashlib.blake2b(f"{seed} {place}".encode(), digest_size=8).digest()

    return set(heapq.nsmallest(job.sample, range(total), key=rank))


def _asked(items: Iterable[Record | Bad], job: Job, say: Callable[[str], None]) -> Iterator[Record | Bad]:
    """Pass the records on, and say so if the first ones don't look like English.

    Raises ConfigError if none of them has the field that groups them.
    """
    items = iter(items)
    start = list(islice(items, 50))
    records = [item for item in start if isinstance(item, Record)]
    if why := doubt("\n".join(record.segment.hypothesis for record in records)):
        say(f"The hypotheses do not look like English: {why}")
    if job.group_by and records and all(documents.value_of(record, job.group_by) is None for record in records):
        hint = did_you_mean(job.group_by, records[0].other) or f"There are {', '.join(records[0].other) or 'none'}."
        raise ConfigError(f"There is no field {job.group_by!r} to group by.", hint)
    return chain(start, items)


def _about(job: Job) -> tuple[dict[str, Any], int]:
    """Return what an output depends on, and the number of lines of the input (0: unknown)."""
    given, total = "-" not in job.inputs, 0
    digest = hashlib.sha256()
    # A file that can't be read is told of when it is opened, which says it better.
    with contextlib.suppress(OSError, FormatError):
        for name in job.inputs if given else ():
            total += _hash(name, digest) - (job.formats[0] in ("tsv", "csv"))
    if job.formats[0] == "parquet":
        total = sum(map(parquet.rows_of, job.inputs))
    pipeline = Pipeline(job.settings)
    about = {
        "mtfix": __version__,
        "input": digest.hexdigest() if given else "",
        "formats": list(job.formats),
        "fields": job.fields,
        "words": job.words,
        "drop_below": job.drop_below,
        "sample": job.sample,
        "group_by": job.group_by,
        "observer": job.observer.__name__ if job.observer else "",
        "settings": as_dict(job.settings),
        "models": pipeline.models.digests(),
        "signature": pipeline.signature,
    }
    if job.drop_below is not None and not pipeline.models.scores:
        raise ConfigError("Without a tagger there is no QE to drop records by.", "Leave --rules-only out.")
    return json.loads(json.dumps(about)), total


def _hash(name: str, digest: Any) -> int:
    """Add a file to the hash, with its length behind it; return how many lines it has."""
    size = ends = 0
    packed = packing.packing_of(name)
    with Path(name).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
            ends += 0 if packed else block.count(b"\n")
    digest.update(f"|{size}".encode())
    if packed:
        with packing.reader(Path(name).open("rb"), packed, name) as file:
            while block := file.read(1 << 20):
                ends += block.count(b"\n")
    return ends
