"""Packed files: gzip, xz and Zstandard, read as a stream with bounded memory, and written.

What is read may be hostile: a dictionary larger than `_XZ_MEMORY`, and a file that unpacks to more
than `_RATIO` times its size, are refused.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from mtfix.errors import ConfigError, FormatError

PACKINGS = (".gz", ".xz", ".zst")
# What `xz -9` makes needs 65 MB.
_XZ_MEMORY = 256_000_000
# Text packs to a third, logs to a fiftieth; only what is made to harm goes beyond.
_RATIO, _UNCHECKED = 500, 100_000_000
_BLOCK = 1 << 16
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError)


def packing_of(name: str) -> str:
    """Return ".gz", ".xz", ".zst" or an empty string."""
    suffix = Path(name).suffix.lower() if name != "-" else ""
    return suffix if suffix in PACKINGS else ""


def arrow(what: str) -> Any:
    """Return the module pyarrow. Raises ConfigError that says how to get it."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigError(
            f"{what} needs pyarrow, which is not installed.", "Install it: pip install 'mtfix[corpus]'."
        ) from error
    return pyarrow


def reader(raw: BinaryIO, packing: str, name: str) -> io.BufferedReader:
    """Return a file that unpacks `raw`, which it closes.

    Reading it raises FormatError for a file that is broken or was made to fill the memory.
    """
    return io.BufferedReader(_Unpacked(raw, packing, name), _BLOCK)


@contextlib.contextmanager
def writer(path: Path, packing: str) -> Iterator[IO[bytes]]:
    """Open a file for writing, packed. The same input gives the same bytes: no time and no name is in it."""
    with contextlib.ExitStack() as stack:
        if packing == ".gz":
            raw = stack.enter_context(path.open("wb"))
            yield cast(IO[bytes], stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0)))
        elif packing == ".xz":
            yield stack.enter_context(lzma.open(path, "wb"))
        else:
            yield stack.enter_context(arrow("Packing with Zstandard").CompressedOutputStream(str(path), "zstd"))


def pack(plain: Path, target: Path, *, packing: str) -> None:
    """Write a file packed."""
    with plain.open("rb") as source, writer(target, packing) as file:
        while block := source.read(1 << 20):
            file.write(block)


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a file."""

    def __init__(self, raw: BinaryIO, packing: str, name: str) -> None:
        self._raw, self._name, self._done = raw, name, 0
        self._inner: Any
        if packing == ".gz":
            self._inner = gzip.GzipFile(fileobj=raw)
        elif packing == ".xz":
            self._inner = _Xz(raw)
        else:
            self._inner = arrow("A file packed with Zstandard").CompressedInputStream(_Named(raw), "zstd")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read(len(buffer))
        except _BROKEN as error:
            why = str(error) or "it ends too early"
            if "memory usage limit" in why.lower():
                why = f"unpacking needs more than {_XZ_MEMORY // 1_000_000} MB of memory"
            raise FormatError(f"{self._name} is broken: {why}.", "Get the file again.") from error
        self._done += len(data)
        if self._done > _UNCHECKED and self._done > _RATIO * self._raw.tell():
            raise FormatError(
                f"{self._name} unpacks to more than {_RATIO} times its size.", "Unpack it yourself if you trust it."
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            with contextlib.suppress(*_BROKEN):
                self._inner.close()
            self._raw.close()
        super().close()


class _Named(io.RawIOBase):
    """A file for pyarrow, which wants to close what it reads and to know that it may read."""

    mode = "rb"

    def __init__(self, raw: BinaryIO) -> None:
        self._inner = raw

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(size)


class _Xz:
    """The `lzma` module's file sets no bound to the memory that a file may ask for; this one does."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self._rest = raw, b""
        self._inner = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end."""
        while True:
            if self._inner.eof and not self._next():
                return b""
            if self._inner.needs_input:
                given = self._rest or self._raw.read(_BLOCK)
                self._rest = b""
                if not given:
                    raise EOFError
            else:
                given = b""
            if data := self._inner.decompress(given, size):
                return data

    def _next(self) -> bool:
        """Begin the next stream of the file; there may be zeros before it."""
        rest = self._inner.unused_data.lstrip(b"\0")
        while not rest:
            if not (block := self._raw.read(_BLOCK)):
                return False
            rest = block.lstrip(b"\0")
        self._inner, self._rest = lzma.LZMADecompressor(memlimit=_XZ_MEMORY), rest
        return True

    def close(self) -> None:
        """Leave the file, which the owner closes."""
