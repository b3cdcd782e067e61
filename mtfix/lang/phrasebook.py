"""Reads the phrase books: senses, calques, false friends, idioms. The format is in `phrase_patterns.py` and below.

A book is TOML. `[sources]` names where its knowledge comes from, `[groups]` lists of cue words, and
each further table is an entry:
    find      phrase, or list of phrases; "phrase => replacement" for one with a replacement of its own, "=> -" for none
    meant     what should stand there, or a list (the first is the fix, the rest are alternatives)
    why       what the reader is told
    langs     source languages; with a known source language that is not among them, no finding
    cues      words that give the meant sense away ("@group" for a group, "dog*" any ending);
    need      how many of them (default 1), `within` "document" (default), "segment" or "sentence"
    unless    words that show that the text is right as it stands; `unless_near` in the same segment
    src       stems of the source word: where a source is known, one of them must be in it, and no cue is needed
    level     "safe", "unsafe" (default) or "hint"
    from      a key of [sources]
    example   a text of our own in which it is found
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from mtfix.errors import BadSetting
from mtfix.lang.phrase_patterns import PhraseIndex, article_edit, fill, fits, word_set
from mtfix.text.protect import protected
from mtfix.text.tokens import sentences
from mtfix.types import Segment, Span

LEVELS = ("safe", "unsafe", "hint")
LANGUAGES = {
    "ru": "Russian", "uk": "Ukrainian", "de": "German", "fr": "French", "es": "Spanish", "ro": "Romanian",
    "pt": "Portuguese", "zh": "Chinese", "it": "Italian", "pl": "Polish", "et": "Estonian", "cs": "Czech",
    "ja": "Japanese", "nl": "Dutch",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a book."""

    id: str
    find: tuple[str, ...]
    meant: tuple[str, ...]
    why: str
    langs: tuple[str, ...]
    source: str
    example: str
    cues: tuple[str, ...] = ()
    need: int = 1
    within: str = "document"
    unless: tuple[str, ...] = ()
    unless_near: tuple[str, ...] = ()
    src: tuple[str, ...] = ()
    level: str = "unsafe"


@dataclass(frozen=True, slots=True)
class Book:
    """A book with its index, whose keys are the places in `owners` and `meant`: one for each phrase."""

    name: str
    entries: tuple[Entry, ...]
    sources: tuple[tuple[str, str], ...]
    owners: tuple[Entry, ...]
    meant: tuple[tuple[str, ...], ...]
    index: PhraseIndex


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that matches in a segment: where, and what should stand there, with edits beside it."""

    entry: Entry
    span: Span
    fixes: tuple[str, ...]
    beside: tuple[tuple[Span, str], ...] = ()

    def message(self, text: str) -> str:
        """Return what the user is told."""
        said = self.span.of(text)
        better = f"; perhaps “{self.fixes[0]}”" if self.fixes and self.fixes[0] else ""
        return f"“{said}”: {self.entry.why}{better}."


@cache
def book(name: str) -> Book:
    """Return a book of `mtfix/lang`, all its faults reported at once."""
    data = tomllib.loads((files("mtfix.lang") / f"{name}.toml").read_text(encoding="utf-8"))
    sources, groups = data.pop("sources", {}), data.pop("groups", {})
    entries, faults = [], []
    for key, raw in data.items():
        faults += [f"{key}: {fault}" for fault in _faults(raw, sources, groups)]
        if not faults:
            entries.append(_entry(key, raw, groups))
    if faults:
        raise BadSetting(f"{name}.toml: " + "; ".join(faults))
    phrases = [(entry, phrase) for entry in entries for phrase in entry.find]
    index = PhraseIndex((number, phrase.split(" => ")[0]) for number, (_, phrase) in enumerate(phrases))
    meant = tuple(_meant(entry, phrase) for entry, phrase in phrases)
    return Book(name, tuple(entries), tuple(sources.items()), tuple(e for e, _ in phrases), meant, index)


def _meant(entry: Entry, phrase: str) -> tuple[str, ...]:
    _, arrow, own = phrase.partition(" => ")
    return () if own == "-" else (own,) if arrow else entry.meant


def _faults(raw: dict[str, Any], sources: dict[str, str], groups: dict[str, Any]) -> Iterator[str]:
    yield from (f"{need} is missing" for need in ("find", "why", "langs", "from", "example") if need not in raw)
    if raw.get("from") not in sources:
        yield f"unknown source {raw.get('from')!r}"
    if raw.get("level", "unsafe") not in LEVELS:
        yield f"unknown level {raw['level']!r}"
    known = {*Entry.__dataclass_fields__, "from"}
    yield from (f"unknown field {key!r}" for key in raw if key not in known)
    cues = " ".join(str(raw.get(key, "")) for key in ("cues", "unless", "unless_near")).split()
    yield from (f"unknown group {cue}" for cue in cues if cue.startswith("@") and cue[1:] not in groups)


def _entry(key: str, raw: dict[str, Any], groups: dict[str, str]) -> Entry:
    def listed(name: str) -> tuple[str, ...]:
        value = raw.get(name, ())
        return (value,) if isinstance(value, str) else tuple(value)

    def cues(name: str) -> tuple[str, ...]:
        given = raw.get(name, "").split()
        return tuple(c for cue in given for c in (groups[cue[1:]].split() if cue.startswith("@") else [cue]))

    return Entry(
        id=key,
        find=listed("find"),
        meant=listed("meant"),
        why=raw["why"],
        langs=tuple(raw["langs"].split()),
        source=raw["from"],
        example=raw["example"],
        cues=cues("cues"),
        need=raw.get("need", 1),
        within=raw.get("within", "document"),
        unless=cues("unless"),
        unless_near=cues("unless_near"),
        src=tuple(raw.get("src", "").split()),
        level=raw.get("level", "unsafe"),
    )


def look_up(name: str, segment: Segment, document: tuple[str, ...]) -> list[Found]:
    """Return what a book finds in a segment, the longest at each place, in order.

    `document` holds the hypotheses of the whole document, for the cues.
    """
    found, text = [], segment.hypothesis
    data = book(name)
    for number, pattern, match in data.index.find(text):
        entry = data.owners[number]
        span = Span(*match.span())
        if not _fits(entry, segment, span, document):
            continue
        fixes = tuple(fill(m, match, pattern) for m in data.meant[number] if fits(m, pattern))
        beside = article_edit(text, span.start, fixes[0]) if fixes else ()
        found.append(Found(entry, span, fixes, beside))
    if not found:
        return found
    titles = [p.span for p in protected(text) if p.kind in ("title", "url", "code", "tag")]
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (f.span.start, -f.span.end)):
        if any(one.span.overlaps(t) for t in titles) or (kept and one.span.start < kept[-1].span.end):
            continue
        kept.append(one)
    return kept


def _fits(entry: Entry, segment: Segment, span: Span, document: tuple[str, ...]) -> bool:
    """Say whether source language, source words and cues allow the entry here."""
    if segment.source_lang and segment.source_lang[:2] not in entry.langs:
        return False
    if segment.source and entry.src:
        source = segment.source.lower()
        if segment.source_lang or not source.isascii():
            return any(stem in source for stem in entry.src)
    text = segment.hypothesis
    if entry.unless_near or entry.unless:
        # What the phrase itself says does not excuse it ("dog" in "dog shelter").
        rest = text[: span.start] + " " + text[span.end :]
        if _count(entry.unless_near, (rest,)) or _count(entry.unless, (rest,)):
            return False
        others = tuple(t for t in document if t is not text)
        if entry.unless and others and _count(entry.unless, others):
            return False
    if not entry.cues:
        return True
    where = document
    if entry.within == "segment":
        where = (text,)
    elif entry.within == "sentence":
        where = tuple(s.of(text) for s in sentences(text) if s.start <= span.start < s.end)
    return _count(entry.cues, where) >= entry.need


def _count(cues: Iterable[str], texts: tuple[str, ...]) -> int:
    words, ordered = _vocabulary(texts)
    return sum(1 for cue in cues if _present(cue, words, ordered, texts))


@cache
def _split(cue: str) -> tuple[str, bool]:
    return cue.rstrip("*"), cue.endswith("*")


def _present(cue: str, words: frozenset[str], ordered: list[str], texts: tuple[str, ...]) -> bool:
    stem, open_end = _split(cue)
    if "_" in stem or "-" in stem:
        phrase = stem.replace("_", " ")
        return any(phrase in text.lower() for text in texts)
    if not open_end:
        return stem in words
    at = bisect_left(ordered, stem)
    return at < len(ordered) and ordered[at].startswith(stem)


@lru_cache(maxsize=16)
def _vocabulary(texts: tuple[str, ...]) -> tuple[frozenset[str], list[str]]:
    """Return the words of the texts as a set and sorted."""
    words = frozenset().union(*(word_set(t) for t in texts))
    return words, sorted(words)
