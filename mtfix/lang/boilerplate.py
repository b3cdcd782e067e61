"""Reads the lines of web pages that are not part of the text (boilerplate.tsv; its head says what the columns are)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of line: `cues` say cheaply where it may stand, `pattern` matches a whole sentence."""

    kind: str
    weight: int
    cues: tuple[str, ...]
    pattern: re.Pattern[str]
    wording: str
    origin: str


@cache
def lines() -> tuple[Line, ...]:
    """Return all the lines of the table."""
    text = files("mtfix.lang").joinpath("boilerplate.tsv").read_text(encoding="utf-8")
    rows = [row.split("\t") for row in text.splitlines() if row and not row.startswith("#")]
    return tuple(
        Line(kind, int(weight), tuple(cues.split(";")), re.compile(pattern, re.IGNORECASE), wording, origin)
        for kind, weight, cues, pattern, wording, origin in rows[1:]
    )


@cache
def by_cue() -> dict[str, tuple[Line, ...]]:
    """Return the lines by each of their cues."""
    table: dict[str, tuple[Line, ...]] = {}
    for line in lines():
        for cue in line.cues:
            table[cue] = (*table.get(cue, ()), line)
    return table
