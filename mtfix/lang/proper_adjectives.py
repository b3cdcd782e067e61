"""Words that English always writes with a capital: nationalities, languages, days and months."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def proper_adjectives() -> frozenset[str]:
    """Return the words in lower case.

    Those with a second, lower-case sense (march, may, august, polish, china) are left out.
    """
    return frozenset(files("mtfix.lang").joinpath("proper_adjectives.txt").read_text(encoding="utf-8").split())
