"""Damage done to a sentence on purpose: fixed operators, real words only. Each returns None where it finds no place.

Also inputs that no score may like: a loop, a shuffled sentence, foreign text, nothing at all.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from functools import cache

from mtfix.runtime.tagger import word_spans
from mtfix.text.edits import apply
from mtfix.types import Edit, Span

Rng = random.Random
_PRONOUNS = "he-him him-he she-her they-them them-they we-us us-we i-me me-i who-whom"
PRONOUNS = dict(pair.split("-") for pair in _PRONOUNS.split())
_TENSES = ("VB", "VBZ", "VBD", "VBN", "VBG")


@cache
def _real(word: str) -> bool:
    import wordfreq

    return float(wordfreq.zipf_frequency(word, "en")) >= 2.5


@cache
def _other_forms(word: str, part: str) -> tuple[str, ...]:
    """Return the other forms of a noun's number or a verb's tense, those that texts use."""
    import lemminflect

    if len(word) < 3 or not word.isalpha() or not word.islower():
        return ()
    lemmas = lemminflect.getAllLemmas(word)
    # A word that may be both would often come out as good English again.
    if set(lemmas) & {"NOUN", "VERB", "ADJ", "AUX"} != {part}:
        return ()
    forms = lemminflect.getAllInflections(lemmas[part][0], upos=part)
    wanted = ("NN", "NNS") if part == "NOUN" else _TENSES
    found = dict.fromkeys(f for tag in wanted for f in forms.get(tag, ()) if f.isalpha())
    return tuple(f for f in found if f != word and _real(f))


def _cased(new: str, like: str) -> str:
    return new[:1].upper() + new[1:] if like[:1].isupper() else new


def _plain(text: str) -> list[Span]:
    """Return the words that are made of letters."""
    return [s for s in word_spans(text) if s.of(text).isalpha()]


def repeated(text: str, rng: Rng) -> str | None:
    """Write a word twice."""
    places = [s for s in _plain(text) if s.of(text).lower() not in ("had", "that", "very", "ha", "so")]
    if not places:
        return None
    span = rng.choice(places)
    word = span.of(text)
    again = word[:1].lower() + word[1:] if not text[: span.start].strip() and word != "I" else word
    return apply(text, [Edit(Span(span.end, span.end), f" {again}")])


def dropped(text: str, rng: Rng) -> str | None:
    """Leave a word out."""
    places = [s for s in _plain(text)[1:] if text[s.start - 1] == " "]
    if not places:
        return None
    span = rng.choice(places)
    return apply(text, [Edit(Span(span.start - 1, span.end), "")])


def swapped(text: str, rng: Rng) -> str | None:
    """Let two neighbours change places."""
    words = _plain(text)[1:]
    pairs = [
        (a, b)
        for a, b in itertools.pairwise(words)
        if text[a.end : b.start] == " " and a.of(text).lower() != b.of(text).lower()
    ]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return apply(text, [Edit(Span(a.start, b.end), f"{b.of(text)} {a.of(text)}")])


def case(text: str, rng: Rng) -> str | None:
    """Put a pronoun into the wrong case."""
    return _changed(text, rng, lambda w: PRONOUNS.get(w.lower()))


def number(text: str, rng: Rng) -> str | None:
    """Put a noun into the other number."""
    return _changed(text, rng, lambda w: next(iter(_other_forms(w, "NOUN")), None))


def tense(text: str, rng: Rng) -> str | None:
    """Put a verb into another form."""

    def other(word: str) -> str | None:
        forms = _other_forms(word, "VERB")
        return rng.choice(forms) if forms else None

    return _changed(text, rng, other)


def scrambled(text: str, rng: Rng) -> str | None:
    """Shuffle five words in a row."""
    words = _plain(text)
    runs = [
        words[k : k + 5]
        for k in range(1, len(words) - 4)
        if all(text[a.end : b.start] == " " for a, b in zip(words[k : k + 5], words[k + 1 : k + 5], strict=False))
    ]
    if not runs:
        return None
    run = rng.choice(runs)
    new = _other_order([s.of(text) for s in run], rng)
    return new and apply(text, [Edit(Span(run[0].start, run[-1].end), " ".join(new))])


def _changed(text: str, rng: Rng, other: Callable[[str], str | None]) -> str | None:
    made = [(s, new) for s in _plain(text) if (new := other(s.of(text)))]
    if not made:
        return None
    span, new = rng.choice(made)
    word = span.of(text)
    new = "I" if new == "i" else _cased(new, word if word != "I" or not span.start else "i")
    return apply(text, [Edit(span, new)])


def _other_order(words: Sequence[str], rng: Rng) -> list[str] | None:
    if len({w.lower() for w in words}) < 2:
        return None
    new = list(words)
    while new == list(words):
        rng.shuffle(new)
    return new


OPERATORS: dict[str, Callable[[str, Rng], str | None]] = {
    f.__name__: f for f in (repeated, dropped, swapped, case, number, tense, scrambled)
}


# What no score may like ---------------------------------------------------------------------------


def shuffled(text: str, rng: Rng) -> str | None:
    """Shuffle all words; the last sign stays, the first word gets the capital."""
    words = text.split()
    end = words[-1][-1] if words and words[-1][-1] in ".!?" else ""
    words = [w.rstrip(".!?") if n == len(words) - 1 else w for n, w in enumerate(words)]
    new = _other_order(words, rng)
    return new and _cased(" ".join(new), "X") + end


def loop_of_words(text: str, rng: Rng) -> str | None:
    """Begin well, then say two to six words over and over."""
    words = text.split()
    size = rng.randrange(2, 7)
    if len(words) < size + 3:
        return None
    start = rng.randrange(3, max(4, len(words) - size))
    return " ".join(words[:start] + words[start : start + size] * rng.randrange(6, 12))


def loop_of_one(text: str, rng: Rng) -> str | None:
    """Say one word over and over."""
    words = [s.of(text) for s in _plain(text)]
    return " ".join([rng.choice(words)] * rng.randrange(8, 40)) if words else None


def loop_of_sentences(text: str, rng: Rng) -> str | None:
    """Say the sentence four to eight times."""
    return " ".join([text] * rng.randrange(4, 9))
