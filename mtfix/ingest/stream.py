"""Corpus files as streams of lines: packed or not, of any size, with bytes that may be anything."""

from __future__ import annotations

import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from mtfix.errors import EncodingError, FormatError, InputError, did_you_mean
from mtfix.ingest.bytes import MAX_SEGMENT, encoding_of, kind_of

FORMATS = ("txt", "jsonl", "tsv", "csv")
PACKED: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
# A line may hold a record of several long fields.
MAX_LINE = 8 * MAX_SEGMENT
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


def format_of(name: str, given: str = "") -> str:
    """Return the format of a file by its name, or the one that was given for `-`.

    Raises FormatError for one that we don't read.
    """
    suffixes = [s.lower() for s in Path(name).suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    found = suffixes[-1][1:] if suffixes and name != "-" else given
    if found in FORMATS:
        return found
    known = "Use .txt, .jsonl, .tsv or .csv, packed with .gz or .xz if you like; for `-` say --format."
    what = f"{found!r} is not a format of a corpus." if found else f"The name {name!r} does not tell the format."
    raise FormatError(what, " ".join(filter(None, (did_you_mean(found, FORMATS), known))))


def packing_of(name: str) -> str:
    """Return ".gz", ".xz" or an empty string."""
    suffix = Path(name).suffix.lower() if name != "-" else ""
    return suffix if suffix in PACKED else ""


@contextmanager
def opened(name: str) -> Iterator[TextIO]:
    """Open a corpus for reading as text, with bytes that are not UTF-8 kept as surrogates.

    UTF-16 with a byte order mark is read too. Raises InputError for what can't be read, FormatError
    for what is not text or is broken, also while it is being read.
    """
    try:
        with _bytes(name) as data:
            start = _peek(data)
            encoding, _ = encoding_of(start[:4])
            if encoding == "utf-8" and (kind := kind_of(start)):
                raise FormatError(f"{name} is not plain text: it is {kind}.", "Give .txt, .jsonl, .tsv or .csv.")
            codec = "utf-8-sig" if encoding == "utf-8" else encoding[:6]
            errors = "surrogateescape" if encoding == "utf-8" else "strict"
            with io.TextIOWrapper(data, codec, errors=errors, newline="\n") as file:
                yield file
    except _BROKEN as error:
        raise FormatError(f"{name} is broken: {error or 'it ends too early'}.", "Get the file again.") from error
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
    """Read to the end of the line without keeping it."""
    while (rest := file.readline(MAX_LINE)) and not rest.endswith("\n"):
        pass


def _bytes(name: str) -> BinaryIO:
    if name == "-":
        # Closing what we open must not close the real standard input.
        return _Unclosed(sys.stdin.buffer)
    if Path(name).is_dir():
        raise InputError(f"{name} is a folder.", "Give a file.")
    try:
        raw: Any = Path(name).open("rb")  # noqa: SIM115
    except FileNotFoundError as error:
        raise InputError(f"There is no file {name}.", "Check its name; `-` reads standard input.") from error
    except OSError as error:
        raise InputError(f"{name} can't be read: {error.strerror}.", "Check its name and permissions.") from error
    packing = packing_of(name)
    # The opener of a packed file takes a file object too, but leaves closing it to us.
    return io.BufferedReader(PACKED[packing](raw)) if packing else raw


class _Unclosed(io.BufferedReader):
    def __init__(self, inner: Any) -> None:
        super().__init__(_Raw(inner))


class _Raw(io.RawIOBase):
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
