"""TSV and CSV: the first row names the columns, unless `--field hypothesis=2` counts them.

A TSV has no quotation: a field runs from tab to tab, and a quotation mark is a quotation mark, as in
the files of machine translation. A row is kept as it stands, so that its cells can be written back
with their own quotation marks and line ends.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol, TextIO

from mtfix.errors import FormatError, did_you_mean
from mtfix.ingest import stream
from mtfix.ingest.records import FIELDS, PASSED, Bad, Layout, Record, has_surrogate, member, record
from mtfix.ingest.stream import MAX_LINE


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its cells, the text it stands for, and the end of its last line."""

    cells: tuple[str, ...]
    raw: str
    end: str


class Rows(Protocol):
    """The rows of a table. Raises ValueError for one that can't be read; the next call goes on after it."""

    def next(self) -> Row | None:
        """Return the next row, or None at the end."""

    def split(self) -> bool:
        """Take back all lines of the last row but the first; say whether there were any."""


def read(
    file: TextIO, layout: Layout, fields: Mapping[str, str], base: int = 0
) -> tuple[Layout, Iterator[Record | Bad]]:
    """Return the layout with its columns, and an iterator of records and bad rows, numbered from `base` + 1.

    Raises FormatError if there is no column for the hypothesis or a field that was asked for.
    """
    rows: Rows = TabRows(file) if layout.format == "tsv" else CommaRows(file)
    if any(theirs.isdecimal() for theirs in fields.values()):
        return layout, _records(rows, counted(fields), (), base + 1)
    first = _header(rows)
    names = first.cells if first else ()
    if first:
        layout = replace(layout, names=names, header=first.raw, end=first.end or "\n")
    return layout, _records(rows, named(names, fields), names, base + 2)


def counted(fields: Mapping[str, str]) -> dict[str, int]:
    """Return the columns by number, from 0. Raises FormatError unless all are counted, from 1."""
    wrong = [f"{ours}={theirs}" for ours, theirs in fields.items() if not theirs.isdecimal() or int(theirs) == 0]
    if wrong or "hypothesis" not in fields:
        raise FormatError(
            f"Columns are counted in one field and not in another: {', '.join(wrong) or 'hypothesis'}.",
            "Count them all, from 1, or name them all.",
        )
    return {ours: int(theirs) - 1 for ours, theirs in fields.items()}


def named(names: tuple[str, ...], fields: Mapping[str, str]) -> dict[str, int]:
    """Return the columns by name. Raises FormatError for one that was asked for and is not there."""
    columns = {name: names.index(fields.get(name, name)) for name in FIELDS if fields.get(name, name) in names}
    for ours, theirs in {"hypothesis": "hypothesis", **fields}.items():
        if ours not in columns:
            raise FormatError(
                f"There is no column {theirs!r}. {did_you_mean(theirs, names)}".rstrip(),
                f"There is {', '.join(repr(n[:40]) for n in names[:20]) or 'none'}; "
                f"--field {ours}=NAME or {ours}=NUMBER says which.",
            )
    return columns


def _header(rows: Rows) -> Row | None:
    try:
        row = rows.next()
        if row and has_surrogate(row.raw):
            raise ValueError("it is not UTF-8")
        return row
    except ValueError as error:
        raise FormatError(f"The first row can't be read: {error}.", "It must name the columns.") from error


def _records(rows: Rows, columns: Mapping[str, int], names: tuple[str, ...], first: int) -> Iterator[Record | Bad]:
    width, blank = len(names), 0
    for number in count(first):
        row = None
        try:
            if (row := rows.next()) is None:
                return
            if row.cells == ("",) and width != 1:
                stream.check_blank(blank := blank + 1)
                continue  # a blank line is no row, unless there is but one column
            blank = 0
            width = width or len(row.cells)
            yield _record(row, number, columns, names, width)
        except ValueError as error:
            # A stray quotation mark swallows the rows after it: only its own line is bad.
            if row and len(row.cells) != width and rows.split():
                row = Row((), row.raw.split("\n", 1)[0], "\n")
            raw = row.raw if row else getattr(error, "raw", "")
            yield Bad(number, str(error), raw[:2000])


def _record(row: Row, number: int, columns: Mapping[str, int], names: tuple[str, ...], width: int) -> Record:
    cells = row.cells
    if len(cells) != width:
        raise ValueError(f"it has {len(cells)} columns, not {width}")
    if max(columns.values()) >= len(cells):
        raise ValueError(f"it has {len(cells)} columns, so none is number {max(columns.values()) + 1}")
    if has_surrogate(row.raw):
        raise ValueError("it is not UTF-8")
    used = {at for name, at in columns.items() if name not in PASSED}
    keys = names or [f"column_{at}" for at in range(1, width + 1)]
    other = {keys[at]: member(keys[at], cell) for at, cell in enumerate(cells) if at not in used}
    ours = {name: cells[at] for name, at in columns.items()}
    return record(ours, number, other=other, row=cells, raw=row.raw, end=row.end)


class TabRows:
    """The rows of a TSV."""

    def __init__(self, file: TextIO) -> None:
        self._lines = stream.lines(file)

    def next(self) -> Row | None:
        """Return the next row, or None at the end."""
        for line, end in self._lines:
            if len(line) > MAX_LINE:
                raise _Unreadable(f"the line is longer than {MAX_LINE:,} characters", line)
            return Row(tuple(line.split("\t")), line, end)
        return None

    def split(self) -> bool:
        """Say no: a row is a line."""
        return False


class CommaRows:
    """The rows of a CSV. Reading lines anew after a fault is bounded, so that a hostile file takes no longer."""

    def __init__(self, file: TextIO) -> None:
        csv.field_size_limit(MAX_LINE)
        self._lines = stream.lines(file)
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._length, self._budget = 0, 4 * MAX_LINE
        self._rows = csv.reader(self, strict=True)

    def __iter__(self) -> CommaRows:
        return self

    def __next__(self) -> str:
        if self._length > MAX_LINE:
            raise csv.Error(f"it is longer than {MAX_LINE:,} characters")
        if self._again:
            line = self._again.popleft()
        else:
            line = "".join(next(self._lines))
            self._budget += 4 * len(line)
        self._taken.append(line)
        self._length += len(line)
        if len(line) > MAX_LINE:
            raise csv.Error(f"it is longer than {MAX_LINE:,} characters")
        return line

    def next(self) -> Row | None:
        """Return the next row that is not blank, or None at the end."""
        for blank in count():
            stream.check_blank(blank)
            self._taken, self._length = [], 0
            try:
                cells = tuple(next(self._rows))
            except StopIteration:
                return None
            except csv.Error as error:
                taken = self._taken[:1] if self.split() else self._taken
                raw = "".join(taken)
                raise _Unreadable(f"the row can't be read: {error}", raw) from error
            if cells:
                return self._row(cells)
        return None

    def _row(self, cells: tuple[str, ...]) -> Row:
        raw = "".join(self._taken)
        end = "\r\n" if raw.endswith("\r\n") else raw[-1:] if raw.endswith(("\n", "\r")) else ""
        return Row(cells, raw.removesuffix(end), end)

    def split(self) -> bool:
        """Take back all lines of the last row but the first, if that is not too much; say whether."""
        rest = self._taken[1:]
        size = sum(map(len, rest))
        if not rest or size > self._budget:
            return False
        self._budget -= size
        self._again.extendleft(reversed(rest))
        return True


class _Unreadable(ValueError):
    """A row that can't be read, with its text."""

    def __init__(self, reason: str, raw: str) -> None:
        super().__init__(reason)
        self.raw = raw
