"""TSV and CSV: the first row names the columns, unless `--field hypothesis=2` counts them.

A TSV has no quotation: a field runs from tab to tab, and a quotation mark is a quotation mark, as in
the files of machine translation.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, TextIO

from mtfix.errors import FormatError, did_you_mean
from mtfix.ingest.records import FIELDS, Bad, Record, has_surrogate, segment
from mtfix.ingest.stream import MAX_LINE, skip_line

DIALECTS: dict[str, dict[str, Any]] = {
    "csv": {"delimiter": ",", "strict": True},
    "tsv": {"delimiter": "\t", "quoting": csv.QUOTE_NONE, "quotechar": None},
}


def read(file: TextIO, format: str, fields: Mapping[str, str]) -> tuple[tuple[str, ...], Iterator[Record | Bad]]:
    """Return the names of the columns, empty if they are counted, and an iterator of records and bad rows.

    Raises FormatError if there is no column for the hypothesis or a field that was asked for.
    """
    csv.field_size_limit(MAX_LINE)
    rows = csv.reader(_Lines(file), **DIALECTS[format])
    if any(theirs.isdigit() for theirs in fields.values()):
        wrong = [f"{ours}={theirs}" for ours, theirs in fields.items() if not theirs.isdigit() or theirs == "0"]
        if wrong or "hypothesis" not in fields:
            raise FormatError(
                f"Columns are counted in one field and not in another: {', '.join(wrong) or 'hypothesis'}.",
                "Count them all, from 1, or name them all.",
            )
        return (), _records(rows, {ours: int(theirs) - 1 for ours, theirs in fields.items()}, (), 1)
    names = _header(rows)
    columns = {name: names.index(fields.get(name, name)) for name in FIELDS if fields.get(name, name) in names}
    for ours, theirs in {"hypothesis": "hypothesis", **fields}.items():
        if ours not in columns:
            raise FormatError(
                f"There is no column {theirs!r}. {did_you_mean(theirs, names)}".rstrip(),
                f"The first row has {', '.join(map(repr, names[:20])) or 'nothing'}; "
                f"--field {ours}=NAME or {ours}=NUMBER says which.",
            )
    return names, _records(rows, columns, names, 2)


def _header(rows: Iterator[list[str]]) -> tuple[str, ...]:
    try:
        return tuple(next(rows, ()))
    except csv.Error as error:
        raise FormatError(f"The first row can't be read: {error}.", "It must name the columns.") from error


class _Lines:
    """The lines of a file for the csv module; one that is too long is an error, and the next is read."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_LINE and not line.endswith("\n"):
            skip_line(self._file)
            raise csv.Error(f"it is longer than {MAX_LINE:,} characters")
        return line


def _records(
    rows: Iterator[list[str]], columns: Mapping[str, int], names: tuple[str, ...], first: int
) -> Iterator[Record | Bad]:
    width = len(names)
    for number in count(first):
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Bad(number, f"the row can't be read: {error}", "")
            continue
        if not row:
            continue
        width = width or len(row)
        try:
            yield _record(row, number, columns, names, width)
        except ValueError as error:
            yield Bad(number, str(error), " | ".join(row)[:2000])


def _record(row: list[str], number: int, columns: Mapping[str, int], names: tuple[str, ...], width: int) -> Record:
    if len(row) != width:
        raise ValueError(f"it has {len(row)} columns, not {width}")
    if max(columns.values()) >= len(row):
        raise ValueError(f"it has {len(row)} columns, so none is number {max(columns.values()) + 1}")
    if has_surrogate("".join(row)):
        raise ValueError("it is not UTF-8")
    own = segment({name: row[at] for name, at in columns.items()}, number)
    used = {at for name, at in columns.items() if name != "pair"}
    other = {(names[at] if names else f"column_{at + 1}"): cell for at, cell in enumerate(row) if at not in used}
    return Record(number, own, other, tuple(row))
