"""JSON lines: one record a line, with at least `hypothesis`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, TextIO

from mtfix.ingest.records import FIELDS, PASSED, Bad, Record, has_surrogate, record
from mtfix.ingest.stream import MAX_LINE, check_blank, lines

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")


def read(file: TextIO, fields: Mapping[str, str], base: int = 0) -> Iterator[Record | Bad]:
    """Yield a record, or a bad line, for each line that is not blank.

    `fields` maps our names to theirs; `base` is the number of the line before the first.
    """
    blank = 0
    for number, (line, _) in enumerate(lines(file), base + 1):
        if not line.strip():
            check_blank(blank := blank + 1)
            continue
        blank = 0
        try:
            yield _record(line, number, fields)
        except ValueError as error:
            yield Bad(number, str(error), line[:2000])


def members(line: str) -> dict[str, str]:
    r"""Return the fields of a JSON object by name, each as it stands in the line: `"name": value`.

    So a number keeps its digits and a character its escape. The line must be valid.

    >>> members('{"a":1.50, "b" : "\\u00e9", "a": [1,2]}')
    {'a': '"a": [1,2]', 'b': '"b" : "\\u00e9"'}
    """
    out = {}
    at = _skip(line, line.index("{") + 1)
    while line[at] != "}":
        start = at
        name, at = scanstring(line, at + 1)
        _, at = _DECODER.raw_decode(line, _skip(line, _skip(line, at) + 1))
        out[name] = line[start:at]
        at = _skip(line, at)
        if line[at] == ",":
            at = _skip(line, at + 1)
    return out


def _record(line: str, number: int, fields: Mapping[str, str]) -> Record:
    values = _object(line)
    theirs = {name: fields.get(name, name) for name in FIELDS}
    missing = [name for name in ("hypothesis", *fields) if theirs[name] not in values]
    if missing:
        raise ValueError(f"it has no field {theirs[missing[0]]!r}")
    ours = {name: values[key] for name, key in theirs.items() if key in values}
    used = {key for name, key in theirs.items() if name not in PASSED}
    other = {name: text for name, text in members(line).items() if name not in used}
    return record(ours, number, other=other)


def _object(line: str) -> dict[str, Any]:
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
    return values


def _skip(line: str, at: int) -> int:
    match = _SPACE.match(line, at)
    return match.end() if match else at
