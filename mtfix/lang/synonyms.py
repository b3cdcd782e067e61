"""A second noun for one that stands twice."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def noun_synonyms() -> dict[str, str]:
    """Return noun -> a noun that can stand in its place in most sentences."""
    text = files("mtfix.lang").joinpath("noun_synonyms.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())
