"""Reads the names of newspapers, agencies and broadcasters (outlets.txt)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def outlets() -> frozenset[str]:
    """Return the names in lower case."""
    text = files("mtfix.lang").joinpath("outlets.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().lower() for line in text.splitlines() if line and not line.startswith("#"))
