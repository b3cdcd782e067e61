"""Line-aligned text files, as sacreBLEU takes them: line n of each is segment n."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from mtfix.errors import PairError
from mtfix.ingest import stream
from mtfix.ingest.records import Bad, Record, has_surrogate, record
from mtfix.types import Document, Segment


def split(text: str) -> tuple[str, ...]:
    r"""Return the lines. Only \n and \r\n end one, and the last needs no end.

    >>> split("a\r\n\nb\n")
    ('a', '', 'b')
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(line.removesuffix("\r") for line in lines)


def align(files: Mapping[str, Sequence[str]]) -> None:
    """Raise PairError unless all files, by name, have the same number of lines."""
    if len({len(lines) for lines in files.values()}) > 1:
        counts = ", ".join(f"{name} {len(lines):,}" for name, lines in files.items())
        raise PairError(f"The files have different numbers of lines: {counts}.", "Line n of each must be segment n.")


def parse(
    hypotheses: Sequence[str], *, sources: Sequence[str] | None = None, source_lang: str = "", name: str = ""
) -> Document:
    """Return a document with a segment a line, empty lines included."""
    pairs = zip(hypotheses, sources if sources is not None else [None] * len(hypotheses), strict=True)
    segments = (Segment(h, source=s, source_lang=source_lang, id=str(n)) for n, (h, s) in enumerate(pairs, 1))
    return Document(tuple(segments), name=name, format="lines")


def read(file: TextIO, base: int = 0) -> Iterator[Record | Bad]:
    """Yield a record, or a bad line, for each line of a corpus, empty lines included."""
    for number, (line, end) in enumerate(stream.lines(file), base + 1):
        try:
            if has_surrogate(line):
                raise ValueError("it is not UTF-8")
            yield record({"hypothesis": line}, number, raw=line, end=end)
        except ValueError as error:
            yield Bad(number, str(error), line[:2000])
