"""Reads British and American spellings (spelling.toml): families of words, written out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Variant:
    """What a word is ("uk" or "us") and what the other variant writes. `other` is "" where it is right in both."""

    variant: str
    other: str


@cache
def variants() -> dict[str, Variant]:
    """Return each word that shows a variant, in lower case.

    >>> variants()["colour"]
    Variant(variant='uk', other='color')
    """
    table: dict[str, Variant] = {}
    for british, american, one_way in _pairs():
        table[british] = Variant("uk", american)
        if not one_way:
            table.setdefault(american, Variant("us", british))
    return table


def _pairs() -> list[tuple[str, str, bool]]:
    data = tomllib.loads(files("mtfix.lang").joinpath("spelling.toml").read_text(encoding="utf-8"))
    found = []
    for family in data["family"]:
        british, american, one_way = family["british"], family["american"], family.get("one_way", False)
        for word in family.get("words", "").split():
            at = word.rindex(british)
            found.append((word, word[:at] + american + word[at + len(british) :], one_way))
        for stem in family.get("stems", "").split():
            found += [(stem + british + end, stem + american + end, one_way) for end in family["suffixes"]]
    for words in data["words"]:
        for pair in words["pairs"].split(","):
            british, american = pair.split()
            found.append((british, american, words.get("one_way", False)))
    return found
