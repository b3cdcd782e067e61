"""Corpus files as streams of lines: packed or not, of any size, with bytes that may be anything."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from mtfix.errors import EncodingError, FormatError, InputError, did_you_mean
from mtfix.ingest import packing
from mtfix.ingest.bytes import MAX_SEGMENT, encoding_of, kind_of

FORMATS = ("txt", "jsonl", "tsv", "csv", "parquet")
_ALSO = {"ndjson": "jsonl", "pq": "parquet"}
# A line may hold a record of several long fields.
MAX_LINE = 8 * MAX_SEGMENT
# What has longer lines has none: it is another kind of file, or one that unpacks without end.
_ENDLESS = 64 * MAX_LINE
_BLANK = 1_000_000


def format_of(name: str, given: str = "", *, default: str = "") -> str:
    """Return the format of a file by its name; else the one that was given; else, of `-`, the default.

    Raises FormatError for one that we don't read.
    """
    suffixes = [s.lower()[1:] for s in Path(name).suffixes] if name != "-" else []
    packed = bool(packing.packing_of(name))
    if packed:
        suffixes.pop()
    told = suffixes[-1] if suffixes else ""
    told = _ALSO.get(told, told)
    found = told if told in FORMATS else given or told or default
    if packed and found == "parquet":
        raise FormatError(f"{name} is Parquet in a packed file.", "Unpack it: Parquet is packed inside.")
    if found in FORMATS:
        return found
    known = (
        "Use .txt, .jsonl, .tsv or .csv, packed with .gz, .xz or .zst if you like, or .parquet; "
        "for `-` and other names say --format."
    )
    what = f"{found!r} is not a format of a corpus." if found else f"The name {name!r} does not tell the format."
    raise FormatError(what, " ".join(filter(None, (did_you_mean(found, FORMATS), known))))


@contextmanager
def opened(name: str) -> Iterator[tuple[TextIO, str]]:
    """Open a corpus for reading as text, with bytes that are not UTF-8 kept as surrogates.

    Yields the text and its UTF-8 byte order mark, if it has one. UTF-16 with a mark is read too.
    Raises InputError for what can't be read, FormatError for what is not text or is broken, also
    while it is being read.
    """
    try:
        with _bytes(name) as data:
            start = _peek(data)
            encoding, mark = encoding_of(start[:4])
            if encoding == "utf-8" and (kind := kind_of(start)):
                raise FormatError(f"{name} is not plain text: it is {kind}.", _hint(kind))
            codec = "utf-8-sig" if encoding == "utf-8" else encoding[:6]
            errors = "surrogateescape" if encoding == "utf-8" else "strict"
            with io.TextIOWrapper(data, codec, errors=errors, newline="\n") as file:
                yield file, "\N{ZERO WIDTH NO-BREAK SPACE}" if codec == "utf-8-sig" and mark else ""
    except UnicodeDecodeError as error:
        raise EncodingError(f"{name} is not text in {error.encoding}.", "Convert it to UTF-8.") from error


def lines(file: TextIO) -> Iterator[tuple[str, str]]:
    r"""Yield (line, end) where the end is "\n", "\r\n" or, of the last line, "".

    Of a line longer than MAX_LINE the first MAX_LINE + 1 characters are yielded, so that it can be
    refused; the rest is skipped.
    """
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE and not line.endswith("\n"):
            skip_line(file)
            yield line, "\n"
            continue
        end = "\r\n" if line.endswith("\r\n") else "\n" if line.endswith("\n") else ""
        yield line.removesuffix(end), end


def skip_line(file: TextIO) -> None:
    """Read to the end of the line without keeping it. Raises FormatError if it seems to have none."""
    skipped = 0
    while (rest := file.readline(MAX_LINE)) and not rest.endswith("\n"):
        skipped += len(rest)
        if skipped > _ENDLESS:
            raise FormatError(
                f"The input has a line of more than {_ENDLESS:,} characters.", "Write each record on a line of its own."
            )


def check_blank(run: int) -> None:
    """Raise FormatError if so many blank lines in a row can only be a file that unpacks without end."""
    if run > _BLANK:
        raise FormatError(f"The input has more than {_BLANK:,} blank lines in a row.", "Leave them out.")


def _hint(kind: str) -> str:
    if kind.startswith("packed"):
        return "Give it its ending (.gz, .xz, .zst), or unpack it on the way in: zcat FILE | mtfix corpus - OUT."
    return "Name it .parquet." if "Parquet" in kind else "Give .txt, .jsonl, .tsv, .csv or .parquet."


def raw_file(name: str) -> BinaryIO:
    """Open a file for reading as it is. Raises InputError that says why it can't be."""
    if Path(name).is_dir():
        raise InputError(f"{name} is a folder.", f"Give its files: '{Path(name) / '*'}'.")
    try:
        return Path(name).open("rb")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {name}.", "Check its name; `-` reads standard input.") from error
    except OSError as error:
        raise InputError(f"{name} can't be read: {error.strerror}.", "Check its name and permissions.") from error
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{name!r} is not the name of a file.", "Check its name.") from error


def _bytes(name: str) -> BinaryIO:
    if name == "-":
        # Closing what we open must not close the real standard input.
        return io.BufferedReader(_Unclosed(sys.stdin.buffer))
    raw = raw_file(name)
    kind = packing.packing_of(name)
    return packing.reader(raw, kind, name) if kind else raw


class _Unclosed(io.RawIOBase):
    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read1(len(buffer)) if hasattr(self._inner, "read1") else self._inner.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _peek(data: BinaryIO) -> bytes:
    return bytes(data.peek(4096)[:4096])  # type: ignore[attr-defined]
