"""What a corpus file is made of: records, and lines that are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mtfix.ingest.bytes import MAX_SEGMENT
from mtfix.types import Segment

# The fields of a record that become a segment's; `--field hypothesis=mt` renames one.
FIELDS = ("hypothesis", "source", "id", "context", "source_lang", "pair")


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its place in the file (from 1) and its segment.

    `other` holds the fields that pass through, `row` all columns of a TSV or CSV row, `end` the end
    of a text line.
    """

    number: int
    segment: Segment
    other: Mapping[str, Any] = field(default_factory=dict)
    row: tuple[str, ...] = ()
    end: str = "\n"


@dataclass(frozen=True, slots=True)
class Bad:
    """A line or row that can't be used, with the reason and as much of it as may help."""

    number: int
    reason: str
    raw: str


def segment(values: Mapping[str, Any], number: int) -> Segment:
    """Return the segment of a record's values. Raises ValueError that says which is wrong."""
    if "hypothesis" not in values:
        raise ValueError("it has no field 'hypothesis'")
    for name in ("hypothesis", "source", "context", "source_lang", "pair"):
        value = values.get(name)
        if not isinstance(value, str) and not (value is None and name != "hypothesis"):
            raise ValueError(f"its field {name!r} is not text")
        if value and has_surrogate(value):
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
