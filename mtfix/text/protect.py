"""Spans that no repair may touch: numbers, names, units, URLs, placeholders, tags, code, titles in quotation marks.

A rule's edit may change the kinds that its detector declares in `touches`; a model's edit none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mtfix.types import Span

KINDS = ("url", "code", "tag", "placeholder", "number", "unit", "name", "title")

_UNITS = (
    "km|kilomet(?:er|re)s?|m|met(?:er|re)s?|cm|centimet(?:er|re)s?|mm|millimet(?:er|re)s?|miles?|mi|yards?|feet|foot|ft|"
    "inch(?:es)?|kg|kilograms?|kilos?|grams?|g|tons?|tonnes?|lbs?|pounds?|ounces?|oz|lit(?:er|re)s?|l|ml|gallons?|"
    "hectares?|acres?|°[CF]|degrees?|percent|per cent|%|mph|km/h|kW|MW|GW|kWh|MB|GB|TB"
)
_PATTERNS = {
    "url": r"(?:https?://|www\.)[^\s<>\"”]+[^\s<>\"”.,;:!?)]|[\w.+-]+@[\w-]+\.[\w.-]*\w|(?<!\w)[@#]\w+",
    "code": r"`[^`\n]+`",
    "tag": r"</?[A-Za-z][^<>\n]{0,200}>|&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,6});",
    "placeholder": r"\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\{\w*\}|%(?:\(\w+\))?[sd](?!\w)|%\d\$[sd]",
    "number": r"(?<![\w.])[-+]?[$€£¥]?\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|s|%|[a-z]{0,2})?(?!\w)|\b\w*\d\w*\b",
    "unit": rf"(?<=\d)[\s-]?(?:{_UNITS})(?!\w)",
}
_RE = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}
# A name: capitalised words in a row that do not just begin a sentence. "of the" may stand inside.
_NAME = re.compile(
    r"[A-Z][\w'’]*[\w](?:\.(?=[A-Z]))?(?:[ -](?:(?:of|de|von|van|al|bin|del|da|la|le)[ -](?:the )?)?[A-Z][\w'’]*)*"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:…][\"”’)]?\s+|[\"“‘(]|\n\s*|[•*–-]\s)$")
# Title case inside quotation marks: at least two words, no lower-case word longer than a preposition.
_TITLE = re.compile(
    r"[“\"‘]([A-Z][\w'’]*(?:[ ,:-]+(?:[A-Z0-9][\w'’]*|of|the|and|in|a|an|to|for|on|at|from|by|with))+)[”\"’]"
)


@dataclass(frozen=True, slots=True)
class Protected:
    """A span with the kind of thing that stands there."""

    span: Span
    kind: str


@lru_cache(maxsize=512)
def protected(text: str) -> tuple[Protected, ...]:
    """Return the protected spans in order of place. They may overlap (a number inside a URL).

    >>> text = "In Kyiv, 300 km away."
    >>> [(p.span.of(text), p.kind) for p in protected(text)]
    [('Kyiv', 'name'), ('300', 'number'), (' km', 'unit')]
    """
    found = [Protected(Span(*m.span()), kind) for kind, pattern in _RE.items() for m in pattern.finditer(text)]
    found += [Protected(Span(*m.span(1)), "title") for m in _TITLE.finditer(text)]
    found += [Protected(span, "name") for span in names(text)]
    return tuple(sorted(found, key=lambda p: (p.span, p.kind)))


@lru_cache(maxsize=512)
def names(text: str) -> tuple[Span, ...]:
    """Return capitalised words, in a row, that are not capitalised just because a sentence begins.

    At the start of a sentence a single word counts as a name only if the text has it elsewhere too,
    inside a sentence.

    >>> [s.of(t) for t in ["When Anna Berg met Klaus, Klaus left."] for s in names(t)]
    ['Anna Berg', 'Klaus', 'Klaus']
    """
    inner: set[str] = set()
    starts: list[Span] = []
    found: list[Span] = []
    for match in _NAME.finditer(text):
        span = Span(*match.span())
        if match.group() in ("I", "I'm", "I’m"):
            continue
        if not _SENTENCE_START.search(text, max(0, span.start - 6), span.start) and span.start:
            found.append(span)
            inner.add(match.group())
        elif " " in match.group() or "-" in match.group():
            rest = span.start + len(match.group().split()[0]) + 1
            found.append(Span(min(rest, span.end), span.end) if " " in match.group() else span)
            starts.append(Span(span.start, min(rest - 1, span.end)))
        else:
            starts.append(span)
    found += [s for s in starts if s.of(text) in inner]
    return tuple(sorted(found))
