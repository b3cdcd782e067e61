"""Nouns that have no plural in English."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def plurals() -> dict[str, tuple[str, str]]:
    """Return wrong plural -> (right form, level)."""
    text = files("mtfix.lang").joinpath("uncountable.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[0]: (row[1], row[2]) for row in rows}
