"""Finds the phrases of a list in a text, however long the list: one look-up a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from mtfix.types import Span

T = TypeVar("T")
_CAPITAL = re.compile(r"(?<![\w@#/])[A-Z\u00C0-\u00DE][^\W\d_]*")
_ANY = re.compile(r"(?<![\w@#/])[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Phrases(Generic[T]):
    """Phrases with what is known of each, by first word, the longest first."""

    by_first: dict[str, tuple[tuple[str, T], ...]]
    scan: re.Pattern[str]

    def find(self, text: str) -> Iterator[tuple[T, Span]]:
        """Yield (what is known, span) for each phrase in the text, the longest at each place.

        Capitals count, but a text all in capitals matches too.

        >>> names = phrases([("New York", 1), ("New York Times", 2)])
        >>> [(n, (s.start, s.end)) for n, s in names.find("The New York Times, NEW YORK's paper")]
        [(2, (4, 18)), (1, (20, 28))]
        """
        end = 0
        for match in self.scan.finditer(text):
            start, word = match.span()[0], match.group()
            shout = len(word) > 2 and word.isupper()
            found = self.by_first.get(word) or (self.by_first.get(word.capitalize()) if shout else None)
            if not found or start < end:
                continue
            for phrase, known in found:
                stop = start + len(phrase)
                seen = text[start:stop]
                if (seen == phrase or (shout and seen == phrase.upper())) and not text[stop : stop + 1].isalnum():
                    end = stop
                    yield known, Span(start, stop)
                    break


def phrases(pairs: Iterable[tuple[str, T]]) -> Phrases[T]:
    """Return the phrases, indexed; if all begin with a capital, only capitalised words are looked up."""
    index: dict[str, list[tuple[str, T]]] = {}
    capital = True
    for phrase, known in pairs:
        match = _ANY.match(phrase)
        if not match:
            raise ValueError(f"a phrase begins with a letter: {phrase!r}")
        capital = capital and bool(_CAPITAL.match(phrase))
        index.setdefault(match.group(), []).append((phrase, known))
    ordered = {word: tuple(sorted(found, key=lambda p: -len(p[0]))) for word, found in index.items()}
    return Phrases(ordered, _CAPITAL if capital else _ANY)
