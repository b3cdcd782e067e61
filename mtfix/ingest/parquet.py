"""Parquet: the columns are read in batches, and the results are new columns of the same rows.

Values that pass through to another format become what JSON or a cell can hold.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from mtfix.errors import FormatError
from mtfix.ingest import delimited
from mtfix.ingest.bytes import MAX_SEGMENT
from mtfix.ingest.packing import arrow
from mtfix.ingest.records import PASSED, Bad, Layout, Record, member, record
from mtfix.ingest.stream import MAX_LINE, raw_file

# Rows, and about how many bytes, that are held at once.
_BATCH, _BATCH_BYTES = 1024, 16_000_000
_RATIO, _UNCHECKED = 500, 256_000_000


def read(
    name: str, fields: Mapping[str, str], *, also: Sequence[str] | None = None, base: int = 0
) -> tuple[Layout, Iterator[Record | Bad]]:
    """Return the layout and an iterator of records and bad rows.

    Of the fields that pass through only those of `also` are given, if it is not None. Raises
    FormatError for a broken file, a column that is not there, and one that is not text.
    """
    with reading(name) as file:
        names = tuple(file.schema_arrow.names)
        if any(theirs.isdecimal() and theirs not in names for theirs in fields.values()):
            columns = delimited.counted(fields)
            if max(columns.values()) >= len(names):
                raise FormatError(f"{name} has {len(names)} columns.", "Name them: --field hypothesis=NAME.")
        else:
            columns = delimited.named(names, fields)
        _check(file, name, columns)
    used = {at for field, at in columns.items() if field not in PASSED}
    passed = [at for at in range(len(names)) if at not in used and (also is None or names[at] in also)]
    return Layout("parquet", names), _records(name, columns, passed, base)


def rows_of(name: str) -> int:
    """Return how many rows a file says that it has."""
    with reading(name) as file:
        return int(file.metadata.num_rows)


def schema_of(name: str) -> Any:
    """Return the schema of a file, to be compared with another's."""
    with reading(name) as file:
        return file.schema_arrow


# Reading ------------------------------------------------------------------------------------------


@contextmanager
def reading(name: str, *, folded: bool = False) -> Iterator[Any]:
    """Open a file. Raises FormatError for one that is broken, also while it is being read.

    `folded` gives texts as dictionaries: a long text that stands in many rows is then held once, as
    in the file.
    """
    pa = arrow("Parquet")
    with raw_file(name) as raw:
        try:
            with pa.parquet.ParquetFile(raw, buffer_size=1 << 16, pre_buffer=False) as file:
                _refuse_bombs(file.metadata, name, Path(name).stat().st_size)
                if not folded:
                    yield file
                    return
                texts = _texts(file)
            raw.seek(0)
            with pa.parquet.ParquetFile(raw, buffer_size=1 << 16, pre_buffer=False, read_dictionary=texts) as file:
                yield file
        except (pa.ArrowException, OSError, MemoryError, OverflowError) as error:
            why = str(error).strip().split("\n")[0].rstrip(".") or "it ends too early"
            raise FormatError(f"{name} is not Parquet, or is broken: {why}.", "Get the file again.") from error


def _texts(file: Any) -> list[str]:
    """Return the columns of texts and bytes."""
    columns = (file.schema.column(at) for at in range(len(file.schema)))
    return [c.path for c in columns if c.physical_type == "BYTE_ARRAY" and "." not in c.path]


def _refuse_bombs(metadata: Any, name: str, size: int) -> None:
    # Of a column's own metadata pyarrow must not be asked: where they are broken it ends the process.
    unpacked = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
    if unpacked > max(_UNCHECKED, _RATIO * size):
        raise FormatError(f"{name} unpacks to more than {_RATIO} times its size.", "Write it anew.")


def _check(file: Any, name: str, columns: Mapping[str, int]) -> None:
    """Raise FormatError unless the columns that we read are text."""
    types = arrow("Parquet").types
    for field, at in columns.items():
        kind = file.schema_arrow.field(at).type
        kind = kind.value_type if types.is_dictionary(kind) else kind
        text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
        if not text and not types.is_null(kind) and (field not in ("id", "system") or types.is_nested(kind)):
            raise FormatError(
                f"The column {file.schema_arrow.names[at]!r} of {name} is not text but {kind}.",
                f"--field {field}=NAME says which column is.",
            )


def batches(file: Any, columns: Sequence[int] | None = None) -> Iterator[Any]:
    """Yield the rows of a file in batches: all columns, or those that are numbered."""
    names = file.schema_arrow.names
    unique = len(set(names)) == len(names)
    chosen = [names[at] for at in columns] if columns is not None and unique else None
    metadata = file.metadata
    size = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
    rows = _BATCH_BYTES * max(metadata.num_rows, 1) // max(size, 1)
    yield from file.iter_batches(max(1, min(_BATCH, rows)), columns=chosen, use_threads=False)


def _records(name: str, columns: Mapping[str, int], passed: Sequence[int], number: int) -> Iterator[Record | Bad]:
    with reading(name, folded=True) as file:
        names = file.schema_arrow.names
        used = sorted({*columns.values(), *passed})
        for batch in batches(file, used):
            places = {at: batch.schema.get_field_index(names[at]) for at in used}
            cells = {at: batch.column(at if place < 0 else place) for at, place in places.items()}
            for row in range(batch.num_rows):
                number += 1
                try:
                    yield _record({at: column[row] for at, column in cells.items()}, number, columns, passed, names)
                except ValueError as error:
                    yield Bad(number, str(error), "")


def _record(
    row: Mapping[int, Any], number: int, columns: Mapping[str, int], passed: Sequence[int], names: Sequence[str]
) -> Record:
    try:
        ours = {name: _short(row[at], name) for name, at in columns.items()}
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    values = {at: _plain(row[at]) for at in passed} | {at: ours[name] for name, at in columns.items()}
    other = {names[at]: member(names[at], values[at]) for at in passed}
    cells = tuple(_cell(values.get(at)) for at in range(len(names)))
    return record(ours, number, other=other, row=cells)


def _short(scalar: Any, name: str) -> Any:
    """Return a value of ours. Raises ValueError for a text that is too long, without making it."""
    inner = getattr(scalar, "value", scalar)
    longest = MAX_SEGMENT if name == "hypothesis" else MAX_LINE
    if hasattr(inner, "as_buffer") and inner.is_valid and inner.as_buffer().size > 4 * longest:
        raise ValueError(f"its {name} is longer than {longest:,} characters")
    return scalar.as_py()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(scalar: Any) -> Any:
    """Return a value as JSON has it: a date as ISO writes it, bytes in base 64, what has no other form as text."""
    try:
        value = scalar.as_py()
        if value is None or isinstance(value, str | bool | int):
            return value
        if isinstance(value, float) and not isfinite(value):
            return None if isnan(value) else str(value)
        return json.loads(json.dumps(value, default=_odd))
    except UnicodeDecodeError:
        inner = getattr(scalar, "value", scalar)
        return bytes(inner.as_buffer()).decode("utf-8", "replace") if hasattr(inner, "as_buffer") else ""
    except (ValueError, OverflowError, ArithmeticError, TypeError):
        return str(scalar)


def _odd(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
