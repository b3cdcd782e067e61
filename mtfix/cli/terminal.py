"""What the commands read and write: files, standard input and output, the terminal."""

from __future__ import annotations

import contextlib
import json as jsonlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from mtfix.config import Settings
from mtfix.errors import FormatError, InputError, did_you_mean
from mtfix.types import Document, Report, Severity

_LOG_SECONDS = 60.0
_MISSING = "Give a file, `-` for standard input, or --sample for a try."

# In ---------------------------------------------------------------------------------------------


def document(path: Path | None, source: Path | None, settings: Settings, *, sample: bool, force: bool) -> Document:
    """Return the text as a document.

    Raises InputError or FormatError for one that can't be used, or is not English.
    """
    from mtfix.api import document_of
    from mtfix.ingest.bytes import MAX_SEGMENT
    from mtfix.ingest.english import doubt

    text, name = _sample() if sample else _read(path)
    document = replace(document_of(text, _read(source)[0] if source else None, settings), name=name)
    longest = max((len(s.hypothesis) for s in document.segments), default=0)
    if longest > MAX_SEGMENT:
        raise InputError(
            f"{name} has a paragraph of {longest:,} characters; the most is {MAX_SEGMENT:,}.",
            "Break it into paragraphs, one a line.",
        )
    if not force and (why := doubt(text)):
        raise FormatError(f"{name} does not look like English: {why}", "mtfix repairs English; --force goes on.")
    return document


def _sample() -> tuple[str, str]:
    return files("mtfix.lang").joinpath("sample.txt").read_text(encoding="utf-8"), "sample.txt"


def _read(path: Path | None) -> tuple[str, str]:
    from mtfix.ingest.bytes import read_file, read_stream

    if path is None and sys.stdin.isatty():
        raise InputError("There is no text.", _MISSING)
    if path is None or str(path) == "-":
        return read_stream(sys.stdin.buffer, name="standard input"), "standard input"
    if path.suffix.lower() in (".jsonl", ".ndjson", ".tsv", ".csv", ".parquet", ".pq", ".gz", ".xz", ".zst"):
        raise FormatError(f"{path} is not running text.", f"For a corpus: mtfix corpus {path} OUT.")
    return read_file(path), path.name


def lines_of(paths: Sequence[Path]) -> dict[str, tuple[str, ...]]:
    """Return the lines of files, by name."""
    from mtfix.ingest.bytes import read_file
    from mtfix.ingest.lines import split

    out: dict[str, tuple[str, ...]] = {}
    for path in paths:
        if str(path) in out:
            raise InputError(f"{path} is given twice.", "Give each file once.")
        out[str(path)] = split(read_file(path))
    return out


def severity_of(word: str | None) -> Severity | None:
    """Return the severity of that name."""
    if word is None:
        return None
    known = [s.name.lower() for s in Severity if s is not Severity.NEUTRAL]
    if word not in known:
        raise typer.BadParameter(f"{word!r}. {did_you_mean(word, known) or 'Use minor, major or critical.'}")
    return Severity[word.upper()]


def fields_of(pairs: Sequence[str]) -> dict[str, str]:
    """Return --field options as a mapping of our names to theirs."""
    out = {}
    for pair in pairs:
        ours, sign, theirs = pair.partition("=")
        if not sign or not ours or not theirs:
            raise typer.BadParameter(f"--field {pair}: write it as hypothesis=mt.")
        out[ours] = theirs
    return out


# Out --------------------------------------------------------------------------------------------


def console(*, stderr: bool = False) -> Console:
    """Return the terminal behind standard output or error."""
    return Console(stderr=stderr, highlight=False)


def is_terminal() -> bool:
    """Say whether standard output is a terminal."""
    return console().is_terminal


def show(renderable: RenderableType) -> None:
    """Print a table or report; on a pipe without colour and spaces at line ends."""
    screen = console()
    if screen.is_terminal:
        screen.print(renderable)
        return
    from mtfix.render.console import plain

    print_text(plain(renderable))


def show_report(report: Report, *, hints: bool) -> None:
    """Print tracked changes, findings and scores."""
    from mtfix.render.console import view

    screen = console()
    colour = screen.is_terminal and screen.color_system is not None and not screen.no_color
    show(view(report, colour=colour, hints=hints))


def print_text(text: str) -> None:
    """Write text as it is, in UTF-8: no line end is changed."""
    _put(text.encode("utf-8", "replace"))


def _put(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def print_json(report: Report, *, words: bool = False) -> None:
    """Print a report as JSON."""
    from mtfix.render.json import document_record

    indent = 1 if is_terminal() else None
    print_text(jsonlib.dumps(document_record(report, words=words), ensure_ascii=False, indent=indent) + "\n")


def say(message: str, *, style: str = "") -> None:
    """Print a message on standard error."""
    console(stderr=True).print(Text(message, style=style), soft_wrap=True)


def note(message: str) -> None:
    """Print what the user should know, on standard error."""
    say(f"note: {message}", style="yellow")


def tell(report: Report) -> None:
    """Print what the user should know of a report: notices, and what failed."""
    from mtfix.render.failures import lines

    for line in (*report.notices, *lines(report.failures)):
        note(line)


def summary(report: Report) -> str:
    """Return one line on what was done."""
    edits = sum(len(r.edits) for r in report.repairs)
    found = sum(not f.hint for r in report.repairs for f in r.findings)
    scores = ", ".join(
        f"{b.metric} {b.value:.1f} → {a.value:.1f}" for b, a in zip(report.before, report.after, strict=True)
    )
    return f"{found} findings, {edits} edits applied; {scores}"


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all; `-` is standard output."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    if str(path) == "-":
        _put(data)
        return
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder.", "Give the name of a file.")
        path = path.resolve()  # a link stays one
        if path.exists() and not path.is_file():  # a device or pipe
            path.write_bytes(data)
            return
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(data)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(file.name).chmod(mode)
        Path(file.name).replace(path)
    except OSError as error:
        raise InputError(
            f"{path} can't be written: {error.strerror}.", "Check the folder and its permissions."
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def progress_bar() -> Iterator[Any]:
    """Yield a function (what, done, of) that draws a bar on standard error; into a file it writes a line at times."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = console(stderr=True)
    if not screen.is_terminal:
        yield _Log()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of or None)


class _Log:
    """Progress for a log: a line every minute, with an estimate of what is left."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()
        self._first = -1

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if self._first < 0:
            self._first = done
        if now - self._said < _LOG_SECONDS:
            return
        self._said = now
        line = f"{done:,}{f' of {of:,}' if of else ''}; {what}"
        if of > done > self._first:
            left = (now - self._began) * (of - done) / (done - self._first)
            line += f"; about {left / 60:,.0f} min left"
        say(line)
