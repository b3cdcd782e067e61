"""What a corpus file is made of: records, and lines that are none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mtfix.ingest.bytes import MAX_SEGMENT
from mtfix.types import Segment

# The fields of a record that have a meaning for us; `--field hypothesis=mt` renames one.
FIELDS = ("hypothesis", "source", "id", "context", "source_lang", "pair", "system")
# Those that a segment does not hold, so that they pass through too.
PASSED = ("pair", "system")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a corpus is laid out.

    `names` are those of a table's columns, empty if they are counted; `header` is the row that has
    them, as it stands, and `end` the end of its line; `mark` is a UTF-8 byte order mark, if there is one.
    """

    format: str
    names: tuple[str, ...] = ()
    header: str = ""
    end: str = "\n"
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    r"""A record: its place in the corpus (from 1) and its segment.

    `other` holds the fields that pass through, by name, each as it stands in JSON: `"name": value`.
    `row` has the cells of a table's row, `raw` the row as it stands, `end` the end of its line.
    """

    number: int
    segment: Segment
    other: Mapping[str, str] = field(default_factory=dict)
    row: tuple[str, ...] = ()
    raw: str = ""
    end: str = "\n"
    pair: str = ""
    system: str = ""

    def value(self, name: str) -> str | None:
        """Return a field that passes through, as text; None if there is none of that name, or nothing in it."""
        value = json.loads(f"{{{self.other[name]}}}")[name] if name in self.other else None
        return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Bad:
    """A line or row that can't be used, with the reason and as much of it as may help."""

    number: int
    reason: str
    raw: str
    file: str = ""


def record(values: Mapping[str, Any], number: int, **more: Any) -> Record:
    """Return the record of these values of ours. Raises ValueError that says which is wrong."""
    system = "" if values.get("system") is None else str(values["system"])
    return Record(number, segment(values, number), pair=values.get("pair") or "", system=system, **more)


def segment(values: Mapping[str, Any], number: int) -> Segment:
    """Return the segment of a record's values. Raises ValueError that says which is wrong."""
    if "hypothesis" not in values:
        raise ValueError("it has no field 'hypothesis'")
    for name in ("hypothesis", "source", "context", "source_lang", "pair"):
        value = values.get(name)
        if not isinstance(value, str) and not (value is None and name != "hypothesis"):
            raise ValueError(f"its field {name!r} is not text")
    for name, value in values.items():
        if isinstance(value, str) and has_surrogate(value):
            raise ValueError(f"its field {name!r} has half a surrogate pair, which is no character")
    if len(values["hypothesis"]) > MAX_SEGMENT:
        raise ValueError(f"its hypothesis is longer than {MAX_SEGMENT:,} characters")
    pair = values.get("pair") or ""
    given = values.get("id")
    return Segment(
        values["hypothesis"],
        source=values.get("source"),
        source_lang=values.get("source_lang") or pair.split("-")[0],
        id=str(number) if given is None else str(given),
        context=values.get("context") or "",
    )


def member(name: str, value: Any) -> str:
    r"""Return a field as it stands in JSON.

    >>> member("n", 1.5)
    '"n": 1.5'
    """
    return f"{json.dumps(name, ensure_ascii=has_surrogate(name))}: {json.dumps(value, ensure_ascii=False)}"


def has_surrogate(text: str) -> bool:
    r"""Say whether a lone surrogate stands in the text.

    >>> has_surrogate("\ud800"), has_surrogate("😀")
    (True, False)
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
