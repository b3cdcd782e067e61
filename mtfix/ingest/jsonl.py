"""JSON lines: one record a line, with at least `hypothesis`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TextIO

from mtfix.ingest.records import FIELDS, Bad, Record, has_surrogate, segment
from mtfix.ingest.stream import MAX_LINE, lines


def read(file: TextIO, fields: Mapping[str, str]) -> Iterator[Record | Bad]:
    """Yield a record, or a bad line, for each line that is not blank. `fields` maps our names to theirs."""
    for number, (line, _) in enumerate(lines(file), 1):
        if not line.strip():
            continue
        try:
            yield _record(line, number, fields)
        except ValueError as error:
            yield Bad(number, str(error), line[:2000])


def _record(line: str, number: int, fields: Mapping[str, str]) -> Record:
    if len(line) > MAX_LINE:
        raise ValueError(f"the line is longer than {MAX_LINE:,} characters")
    if has_surrogate(line):
        raise ValueError("it is not UTF-8")
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("it is not a JSON object")
    theirs = {name: fields.get(name, name) for name in FIELDS}
    missing = [name for name in ("hypothesis", *fields) if theirs[name] not in values]
    if missing:
        raise ValueError(f"it has no field {theirs[missing[0]]!r}")
    ours = {name: values[key] for name, key in theirs.items() if key in values}
    # The pair is not a field of our records, so it passes through.
    used = {key for name, key in theirs.items() if name != "pair"}
    return Record(number, segment(ours, number), {k: v for k, v in values.items() if k not in used})
