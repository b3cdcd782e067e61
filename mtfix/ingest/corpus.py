"""A corpus of any format, in one file or several: its layout and its records, one after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from mtfix.errors import ConfigError, FormatError
from mtfix.ingest import delimited, jsonl, lines, parquet, stream
from mtfix.ingest.records import Bad, Layout, Record


@contextmanager
def opened(
    names: Sequence[str], format: str, fields: Mapping[str, str], *, also: Sequence[str] | None = None
) -> Iterator[tuple[Layout, Iterator[Record | Bad]]]:
    """Open files of one format as one corpus; records are counted through.

    `fields` maps our names to those of the file. If `also` is given, of the other columns of Parquet
    only these are read. Raises InputError or FormatError, also while it is being read.
    """
    with ExitStack() as stack:
        layout, first = stack.enter_context(_one(names[0], format, fields, also))
        yield layout, _chained(names, layout, first, fields, also)


@contextmanager
def _one(
    name: str, format: str, fields: Mapping[str, str], also: Sequence[str] | None, base: int = 0
) -> Iterator[tuple[Layout, Iterator[Record | Bad]]]:
    if format == "parquet":
        if name == "-":
            raise FormatError("Parquet can't be read from standard input.", "Write it to a file first.")
        yield parquet.read(name, fields, also=also, base=base)
        return
    with stream.opened(name) as (file, mark):
        if format == "txt":
            if fields:
                raise ConfigError("A text file has no fields.", "--field is for .jsonl, .tsv, .csv and .parquet.")
            yield Layout("txt", mark=mark), lines.read(file, base)
        elif format == "jsonl":
            yield Layout("jsonl"), jsonl.read(file, fields, base)
        else:
            yield delimited.read(file, Layout(format, mark=mark), fields, base)


def _chained(
    names: Sequence[str],
    layout: Layout,
    first: Iterator[Record | Bad],
    fields: Mapping[str, str],
    also: Sequence[str] | None,
) -> Iterator[Record | Bad]:
    if len(names) == 1:
        yield from first
        return
    last = yield from _named(first, names[0], 0)
    for name in names[1:]:
        with _one(name, layout.format, fields, also, last) as (other, items):
            if other.names != layout.names or not _same_types(names[0], name, layout.format):
                raise FormatError(
                    f"The columns of {name} are not those of {names[0]}.",
                    "Give OUT as a folder, so that each file has its own output.",
                )
            last = yield from _named(items, name, last)


def _named(items: Iterator[Record | Bad], name: str, last: int) -> Generator[Record | Bad, None, int]:
    """Yield a file's records, the last with a line end, and bad ones with its name; return the last number."""
    for item in items:
        last = item.number
        yield replace(item, file=name) if isinstance(item, Bad) else replace(item, end=item.end or "\n")
    return last


def _same_types(one: str, other: str, format: str) -> bool:
    return format != "parquet" or bool(parquet.schema_of(one).equals(parquet.schema_of(other)))
