"""Parquet, written at the end of a run.

A Parquet file can't be appended to, so a run writes its results as JSON lines first, the journal.
`widen` puts them beside the columns of the input, which keep their types, order and metadata;
`build` makes a file of the journal alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from mtfix.ingest import parquet
from mtfix.ingest.packing import arrow

# Rows, and bytes, of a row group; it is held in memory.
_GROUP, _GROUP_BYTES = 65_536, 64_000_000
_BATCH, _PART_BYTES = 1024, 16_000_000
# The key of a journal line that says which row of the input it belongs to.
NUMBER = "record"


def widen(
    inputs: Sequence[str], journal: Path, target: Path, results: Mapping[str, str], rename: Callable[..., list[str]]
) -> None:
    """Write the rows of the inputs that the journal knows, with its results as columns behind theirs.

    `results` maps names to Arrow types, `rename` makes room for them among the names of the input.
    """
    pa = arrow("Parquet")
    with journal.open(encoding="utf-8") as file:
        lines = map(json.loads, file)
        with parquet.reading(inputs[0]) as first:
            given = first.schema_arrow
        fields = [given.field(at).with_name(name) for at, name in enumerate(rename(given.names))]
        added = [pa.field(name, pa.type_for_alias(kind)) for name, kind in results.items()]
        schema = pa.schema([*fields, *added], metadata=given.metadata)
        with _writer(target, schema) as write:
            line, number = next(lines, None), 0
            for batch in _rows(inputs, given):
                kept, cells = [], []
                for row in range(batch.num_rows):
                    number += 1
                    if line is not None and line[NUMBER] == number:
                        kept.append(row)
                        cells.append(line)
                        line = next(lines, None)
                old = batch.take(pa.array(kept, pa.int64())).columns
                new = [pa.array([c[f.name] for c in cells], f.type) for f in added]
                write(pa.record_batch([*old, *new], schema=schema))


def build(journal: Path, target: Path, results: Mapping[str, str]) -> None:
    """Write the journal's lines as rows. A column has the type of all its values, or it is JSON text."""
    pa = arrow("Parquet")
    kinds = dict.fromkeys(_names(journal, results), "")
    with journal.open(encoding="utf-8") as file:
        for line in file:
            for name, value in json.loads(line).items():
                kinds[name] = _joined(kinds[name], _kind(value))
    types = {name: results.get(name) or kind or "string" for name, kind in kinds.items()}
    schema = pa.schema([(name, pa.type_for_alias(kind.replace("json", "string"))) for name, kind in types.items()])
    with journal.open(encoding="utf-8") as file, _writer(target, schema) as write:
        while rows := [json.loads(line) for line in islice(file, _BATCH)]:
            arrays = [pa.array([_fit(r.get(n), k) for r in rows], schema.field(n).type) for n, k in types.items()]
            write(pa.record_batch(arrays, schema=schema))


def _names(journal: Path, results: Mapping[str, str]) -> Iterator[str]:
    """Yield the names of all columns as they come, then those of the results."""
    seen: dict[str, None] = {}
    with journal.open(encoding="utf-8") as file:
        for line in file:
            seen |= dict.fromkeys(json.loads(line))
    yield from (name for name in seen if name not in results)
    yield from results


def _kind(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return "json"
    return {str: "string", bool: "bool", int: "int64", float: "double"}.get(type(value), "json")


def _joined(one: str, other: str) -> str:
    if not one or not other or one == other:
        return one or other
    return "double" if {one, other} == {"int64", "double"} else "json"


def _fit(value: Any, kind: str) -> Any:
    if value is None or kind != "json":
        return float(value) if kind == "double" and value is not None else value
    return json.dumps(value, ensure_ascii=False)


def _rows(inputs: Sequence[str], schema: Any) -> Iterator[Any]:
    """Yield the rows in batches of bounded size, with the types of the schema."""
    pa = arrow("Parquet")
    for name in inputs:
        with parquet.reading(name, folded=True) as file:
            for batch in parquet.batches(file):
                for part in _parts(batch):
                    pairs = zip(part.columns, schema, strict=True)
                    columns = [column if column.type == f.type else _unfolded(column, f.type) for column, f in pairs]
                    yield pa.record_batch(columns, schema=schema)


def _is_text(kind: Any) -> bool:
    types = arrow("Parquet").types
    known = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(is_kind(kind) for is_kind in known)


def _unfolded(column: Any, kind: Any) -> Any:
    return (column.dictionary_decode() if hasattr(column, "dictionary_decode") else column).cast(kind)


def _parts(batch: Any) -> Iterator[Any]:
    """Cut a batch into parts that are not too large once long texts are written out in each row."""
    pa = arrow("Parquet")
    from pyarrow import compute

    sizes = [0] * batch.num_rows
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and _is_text(column.type.value_type):
            lengths = compute.binary_length(column.dictionary).take(column.indices).to_pylist()
            sizes = [size + (length or 0) for size, length in zip(sizes, lengths, strict=True)]
    start = held = 0
    for row, size in enumerate(sizes):
        if held and held + size > _PART_BYTES:
            yield batch.slice(start, row - start)
            start, held = row, 0
        held += size
    yield batch.slice(start)


@contextmanager
def _writer(target: Path, schema: Any) -> Iterator[Callable[[Any], None]]:
    """Yield a function that takes batches; they are written as row groups of bounded size."""
    pa = arrow("Parquet")
    held: list[Any] = []
    with pa.parquet.ParquetWriter(str(target), schema, compression="zstd") as file:

        def flush() -> None:
            if held:
                file.write_table(pa.Table.from_batches(held, schema))
                held.clear()

        def write(batch: Any) -> None:
            held.append(batch)
            if sum(b.num_rows for b in held) >= _GROUP or sum(b.nbytes for b in held) >= _GROUP_BYTES:
                flush()

        yield write
        flush()
