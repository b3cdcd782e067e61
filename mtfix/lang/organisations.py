"""Literal renderings of official names, from `organisations.tsv` (its head says what the columns mean)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mtfix.text.phrases import Phrases, phrases


@dataclass(frozen=True, slots=True)
class Organisation:
    """A wrong form of an official name with the right one; `trust` is "safe", "unsafe" or "hint"."""

    wrong: str
    right: str
    source: str
    trust: str


@cache
def organisations() -> Phrases[Organisation]:
    """Return the organisations by wrong form."""
    text = files("mtfix.lang").joinpath("organisations.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    found = [
        Organisation(w, right, source, trust) for wrong, right, source, trust in lines[1:] for w in wrong.split("|")
    ]
    return phrases((o.wrong, o) for o in found)
