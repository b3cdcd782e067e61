"""Code points <-> UTF-16 units <-> UTF-8 bytes, for the outside world only: inside mtfix an offset counts code points.

LanguageTool's server counts UTF-16 units (an emoji is two), its port in process UTF-8 bytes (an emoji is four).
An offset that falls inside a character is moved back to the character's start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtfix.types import Span

__all__ = ["encodable", "from_utf8", "from_utf16", "to_utf8", "to_utf16"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """Return the text with each lone surrogate, which no encoding has, as U+FFFD. The length stays.

    >>> encodable("a\\ud800b") == "a\\N{REPLACEMENT CHARACTER}b"
    True
    """
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def from_utf16(text: str, spans: Iterable[tuple[int, int]]) -> list[Span]:
    """Return spans (start, end) in UTF-16 units as spans in code points.

    >>> from_utf16("\\N{GRINNING FACE} hi", [(3, 5), (0, 2)])
    [Span(start=2, end=4), Span(start=0, end=1)]
    """
    return _from(text, spans, _UTF16_WIDTH)


def from_utf8(text: str, spans: Iterable[tuple[int, int]]) -> list[Span]:
    """Return spans (start, end) in UTF-8 bytes as spans in code points.

    >>> from_utf8("\\N{GRINNING FACE} hi", [(5, 7), (0, 4)])
    [Span(start=2, end=4), Span(start=0, end=1)]
    """
    return _from(text, spans, _UTF8_WIDTH)


def to_utf16(text: str, span: Span) -> tuple[int, int]:
    """Return a span in code points as (start, end) in UTF-16 units.

    >>> to_utf16("\\N{GRINNING FACE} hi", Span(2, 4))
    (3, 5)
    """
    return _to(text, span, "utf-16-le", 2)


def to_utf8(text: str, span: Span) -> tuple[int, int]:
    """Return a span in code points as (start, end) in UTF-8 bytes.

    >>> to_utf8("\\N{GRINNING FACE} hi", Span(2, 4))
    (5, 7)
    """
    return _to(text, span, "utf-8", 1)


def _to(text: str, span: Span, encoding: str, size: int) -> tuple[int, int]:
    start = len(text[: span.start].encode(encoding, "surrogatepass")) // size
    return start, start + len(span.of(text).encode(encoding, "surrogatepass")) // size


def _from(text: str, spans: Iterable[tuple[int, int]], table: bytes) -> list[Span]:
    pairs = list(spans)
    if text.isascii():
        return [_clamped(start, end, len(text)) for start, end in pairs]
    # One walk over the text for all the offsets that are asked for.
    wanted = sorted({offset for pair in pairs for offset in pair})
    found: dict[int, int] = {}
    at, next_ = 0, 0
    for index, char in enumerate(text):
        width = table[min(ord(char) >> 7, len(table) - 1)]
        while next_ < len(wanted) and wanted[next_] < at + width:
            found[wanted[next_]] = index
            next_ += 1
        if next_ == len(wanted):
            break
        at += width
    return [_clamped(found.get(start, len(text)), found.get(end, len(text)), len(text)) for start, end in pairs]


def _clamped(start: int, end: int, length: int) -> Span:
    start = max(0, min(start, length))
    return Span(start, max(start, min(end, length)))


# Width of a character by its number divided by 128: the limits 0x80, 0x800 and 0x10000 are multiples of it.
_UTF8_WIDTH = bytes([1]) + bytes([2]) * (0x800 // 128 - 1) + bytes([3]) * ((0x10000 - 0x800) // 128) + bytes([4])
_UTF16_WIDTH = bytes([1]) * (0x10000 // 128) + bytes([2])
