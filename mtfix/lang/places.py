"""Former and foreign-derived place names, from `places.tsv` (its head says what the columns mean)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mtfix.text.phrases import Phrases, phrases


@dataclass(frozen=True, slots=True)
class Place:
    """One former spelling with its present name; `year` is 0 where no year can be given."""

    former: str
    current: str
    country: str
    year: int
    source: str
    kind: str
    exempt: tuple[str, ...] = ()


@cache
def places() -> Phrases[Place]:
    """Return the places by former name."""
    text = files("mtfix.lang").joinpath("places.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    found = []
    for former, current, country, year, source, kind, exempt in lines[1:]:
        kept = tuple(p.strip().lower() for p in exempt.split(";") if p.strip())
        found += [Place(name, current, country, int(year), source, kind, kept) for name in former.split("|")]
    return phrases((place.former, place) for place in found)


@cache
def former_names() -> Mapping[str, str]:
    """Return for each name of one word, former or current, the current one."""
    pairs = [(former, place.current) for found in places().by_first.values() for former, place in found]
    plain = [(f, c) for f, c in pairs if f.isalpha() and c.isalpha()]
    return {**dict(plain), **{c: c for _, c in plain}}
