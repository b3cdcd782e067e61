"""Bytes to text: UTF-8 with or without a mark, UTF-16 with one, and a clear error for what is neither."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path
from typing import BinaryIO

from mtfix.errors import EncodingError, FormatError, InputError

# A paragraph this long takes LanguageTool some ten seconds; a text without line ends may be one.
MAX_SEGMENT = 200_000
MAX_BYTES = 20_000_000
_BINARY = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive, or a .docx, .xlsx or .odt file"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "an RTF file"),
)
_SIXTEEN = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_THIRTY_TWO = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def read_file(path: Path, *, limit: int = MAX_BYTES) -> str:
    """Return the text of a file.

    Raises InputError for a file that can't be read or is too large, FormatError or EncodingError for
    one that is not text.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder.", "Give a file; for several, run mtfix once for each.")
        with path.open("rb") as file:
            return read_stream(file, name=str(path), limit=limit)
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.", "Check its name; `-` reads standard input.") from error
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Check its name and permissions.") from error


def read_stream(file: BinaryIO, *, name: str, limit: int = MAX_BYTES) -> str:
    """Return the text of a stream of bytes; raises as `read_file` does."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise InputError(
            f"{name} is larger than {limit // 1_000_000} MB.", "Use `mtfix corpus`, which reads files of any size."
        )
    return decode(data, name=name)


def decode(data: bytes, *, name: str = "the input") -> str:
    r"""Return the text; a byte order mark at its start is left out.

    >>> decode(b"\xef\xbb\xbfabc"), decode("abc".encode("utf-16"))
    ('abc', 'abc')

    Raises FormatError for a known kind of file that is not text, EncodingError for other bytes.
    """
    encoding, start = encoding_of(data[:4])
    if encoding == "utf-8" and (kind := kind_of(data)):
        raise FormatError(f"{name} is not plain text: it is {kind}.", "Save it as plain text (.txt, UTF-8) first.")
    try:
        text = data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        at = error.start + start
        raise EncodingError(
            f"{name} is not text in {encoding.upper()}: byte {at} is 0x{data[at]:02x}.",
            "Save it as UTF-8, or convert it: iconv -f ENCODING -t UTF-8.",
        ) from error
    if "\0" in text:
        raise EncodingError(
            f"{name} has a NUL character at position {text.index(chr(0))}, so it is not plain text.",
            "If it is UTF-16 without a byte order mark, convert it: iconv -f UTF-16LE -t UTF-8.",
        )
    return text


def encoding_of(start: bytes) -> tuple[str, int]:
    """Return the encoding that the first four bytes tell, and how many of them are its mark."""
    if start in _THIRTY_TWO:
        return "utf-32-le" if start == codecs.BOM_UTF32_LE else "utf-32-be", 4
    if start[:3] == codecs.BOM_UTF8:
        return "utf-8", 3
    return (_SIXTEEN[start[:2]], 2) if start[:2] in _SIXTEEN else ("utf-8", 0)


def kind_of(data: bytes) -> str:
    """Return what kind of binary file it is, or an empty string for what may be text."""
    for magic, kind in _BINARY:
        if data.startswith(magic):
            return kind
    sample = data[:4096]
    # NUL is not counted: in UTF-16 without a mark every other byte is one.
    odd = sum(1 for byte in sample if 0 < byte < 32 and byte not in b"\t\n\f\r\x1b")
    return "binary" if b"\0" in sample and odd > len(sample) * 0.05 else ""


def share_of_latin(text: str) -> float:
    """Return the share of Latin letters among the letters of the first 5,000 characters; 1.0 without letters.

    >>> share_of_latin("abв1")
    0.6666666666666666
    """
    letters = [c for c in text[:5000] if c.isalpha()]
    if not letters:
        return 1.0
    return sum("LATIN" in unicodedata.name(c, "") for c in letters) / len(letters)
