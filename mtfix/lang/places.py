"""Former and foreign-derived place names, from `places.tsv` (its head says what the columns mean)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


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
def places() -> Mapping[str, tuple[Place, ...]]:
    """Return the places by the first word of the former name, the longest name first."""
    text = files("mtfix.lang").joinpath("places.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    index: dict[str, list[Place]] = {}
    for former, current, country, year, source, kind, exempt in lines[1:]:
        phrases = tuple(p.strip().lower() for p in exempt.split(";") if p.strip())
        for name in former.split("|"):
            place = Place(name, current, country, int(year), source, kind, phrases)
            index.setdefault(first_word(name), []).append(place)
    return {word: tuple(sorted(found, key=lambda p: -len(p.former))) for word, found in index.items()}


def first_word(name: str) -> str:
    """Return the letters that a name begins with.

    >>> first_word("Ivano-Frankovsk")
    'Ivano'
    """
    end = next((i for i, c in enumerate(name) if not c.isalpha()), len(name))
    return name[:end]
