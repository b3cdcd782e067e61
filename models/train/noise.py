"""Errors of the kinds that machine translation makes, put into clean words.

Only real word forms are written (an inflection table made from the corpus and lemminflect), apart from
plain misspellings, which have their own operator.
"""

import random
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from mtfix.repair.tagged import CLOSED

Rng = random.Random
Forms = dict[str, dict[str, str]]

_PREPOSITIONS = "of in to for with on at from by about into over after under between against through"
PREPOSITIONS = tuple(_PREPOSITIONS.split())
ARTICLES = ("a", "an", "the")
_PRONOUNS = "he-him him-he she-her them-they they-them his-its their-his who-whom it-he its-it's which-who we-us us-we"
PRONOUNS = dict(pair.split("-") for pair in f"{_PRONOUNS} i-me me-i my-me your-you her-she".split())
AUXILIARIES = (
    ("is", "are", "was", "were", "be", "been", "being"),
    ("has", "have", "had", "having"),
    ("do", "does", "did"),
    ("can", "could", "may", "might", "will", "would", "should", "must"),
)
AUX_GROUP = {word: group for group in AUXILIARIES for word in group}
CONFUSED = (
    "their there they're|its it's|to too two|than then|your you're|affect effect|loose lose|whose who's"
    "|were where|quite quiet|accept except|advice advise|principal principle|weather whether|of off|form from"
    "|though through thought|were we're|live leave life|this these|that those|much many|fewer less|make do"
    "|say tell|learn teach|good well|economic economical|historic historical|every all|other another|some any"
    "|because because of|since for|during while|so such|like as|as than|have has|which what|who which|how what"
)
CONFUSION: dict[str, tuple[str, ...]] = {}
for _set in CONFUSED.split("|"):
    for _word in _set.split():
        CONFUSION[_word] = tuple({*CONFUSION.get(_word, ()), *(w for w in _set.split() if w != _word)})
WORD = re.compile(r"[A-Za-z][a-z'’-]*$")
KEYS = ("BASE", "S", "ED", "EN", "ING", "ADV", "ADJ", "ER", "EST")


def form_table(vocabulary: Iterable[str]) -> Forms:
    """Return word -> {kind of form: form} for lower-case words, from lemminflect; both must be in the vocabulary."""
    import lemminflect

    known = set(vocabulary)
    table: Forms = {}
    inflected = lru_cache(maxsize=None)(lambda lemma, part: lemminflect.getAllInflections(lemma, upos=part))
    for word in sorted(known):
        if word in CLOSED or not word.isalpha() or len(word) < 3:
            continue
        row = _forms_of(word, inflected, lemminflect)
        if word.endswith("ly") and word[:-2] in known:
            row.setdefault("ADJ", word[:-2])
        if word + "ly" in known:
            row.setdefault("ADV", word + "ly")
        row = {key: form for key, form in row.items() if form != word and form in known}
        if row:
            table[word] = row
    return table


def _forms_of(word: str, inflected: Callable, lemminflect) -> dict[str, str]:
    row: dict[str, str] = {}
    lemmas = lemminflect.getAllLemmas(word)
    for part, wanted in (
        ("VERB", (("BASE", "VB"), ("S", "VBZ"), ("ED", "VBD"), ("EN", "VBN"), ("ING", "VBG"))),
        ("NOUN", (("BASE", "NN"), ("S", "NNS"))),
        ("ADJ", (("BASE", "JJ"), ("ER", "JJR"), ("EST", "JJS"))),
    ):
        for lemma in lemmas.get(part, ())[:1]:
            forms = inflected(lemma, part)
            for key, tag in wanted:
                if forms.get(tag):
                    row.setdefault(key, forms[tag][0])
    if row.get("EN") == row.get("ED"):
        row.pop("EN", None)
    return row


def cased(form: str, like: str) -> str:
    """Give `form` the capital first letter of `like`."""
    return form[:1].upper() + form[1:] if like[:1].isupper() else form


def misspelt(word: str, rng: Rng) -> str:
    """Return the word with one slip of the pen."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(5)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 3:
        vowels = "aeiou"
        return word[:at] + (rng.choice(vowels) if word[at] in vowels else word[at - 1]) + word[at + 1 :]
    return re.sub(r"(.)\1", r"\1", word, count=1)


SOUNDS = (
    ("ie", "ei"), ("ei", "ie"), ("tion", "sion"), ("sion", "tion"), ("able", "ible"), ("ence", "ance"),
    ("ible", "able"), ("ance", "ence"), ("ent", "ant"), ("ant", "ent"), ("ph", "f"), ("ck", "k"), ("wh", "w"),
    ("ea", "ee"), ("ee", "ea"),
    ("ou", "o"), ("er", "ar"), ("ar", "er"), ("or", "er"), ("c", "s"), ("s", "c"), ("y", "i"), ("i", "e"), ("e", "i"),
    ("a", "e"), ("u", "o"), ("kn", "n"), ("gh", "g"), ("qu", "kw"), ("ll", "l"), ("ss", "s"), ("tt", "t"), ("mm", "m"),
)  # fmt: skip


def sounded(word: str, rng: Rng) -> str:
    """Return the word as someone writes it who only heard it."""
    fits = [(a, b) for a, b in SOUNDS if a in word[1:]]
    if not fits:
        return misspelt(word, rng)
    a, b = rng.choice(fits)
    at = rng.choice([m.start() for m in re.finditer(f"(?={a})", word) if m.start()])
    return word[:at] + b + word[at + len(a) :]


class Noise:
    """Damages lists of words; the table of forms and the set of frequent words are its state."""

    def __init__(self, forms: Forms, frequent: set[str]) -> None:
        self.forms = forms
        self.frequent = frequent

    def damage(self, words: list[str], rng: Rng, rate: float, *, misspelling: bool = False) -> list[str]:
        """Return a damaged copy; about `rate` of the words are touched. `misspelling`: some of them misspelt."""
        out: list[str] = []
        at = 0
        while at < len(words):
            word = words[at]
            if rng.random() > rate:
                out.append(word)
                at += 1
                continue
            new, used = self._one(words, at, rng, misspelling)
            out += new
            at += used
        if rng.random() < rate:
            out = self._quotes(out, rng)
        return out or list(words)

    def _one(self, words: list[str], at: int, rng: Rng, misspelling: bool) -> tuple[list[str], int]:
        word = words[at]
        low = word.lower()
        after = words[at + 1] if at + 1 < len(words) else ""
        roll = rng.random()
        if low in ARTICLES and at:
            return ([], 1) if roll < 0.5 else ([rng.choice([a for a in ARTICLES if a != low])], 1)
        if low in AUX_GROUP:
            if roll < 0.7:
                return [cased(rng.choice([w for w in AUX_GROUP[low] if w != low]), word)], 1
            if roll < 0.85 and at:
                return [], 1
            return ([word, rng.choice(("is", "was", "has", low))], 1) if roll < 0.93 else ([word], 1)
        if low in PREPOSITIONS and at:
            if roll < 0.6:
                return [rng.choice([p for p in PREPOSITIONS[:12] if p != low])], 1
            return ([], 1) if roll < 0.88 else ([word, word], 1)
        if low in CONFUSION and roll < 0.35:
            return [cased(rng.choice(CONFUSION[low]), word)], 1
        if low in PRONOUNS and roll < 0.7:
            return [cased(PRONOUNS[low], word)] if roll < 0.5 or not at else [], 1
        if word in (",", ".", ";", ":"):
            return self._mark(word, after, rng)
        if not WORD.match(word):
            return [word], 1
        if word.islower():
            return self._content(words, at, rng, misspelling)
        if at == 0 and roll < 0.2:
            return [word.lower()], 1
        return [word], 1

    def _mark(self, mark: str, after: str, rng: Rng) -> tuple[list[str], int]:
        roll = rng.random()
        if mark == "," and roll < 0.6:
            return [], 1
        if mark == "." and after and roll < 0.3:
            return [","], 1
        return [mark], 1

    def _content(self, words: list[str], at: int, rng: Rng, misspelling: bool) -> tuple[list[str], int]:
        word = words[at]
        after = words[at + 1] if at + 1 < len(words) else ""
        forms = list(self.forms.get(word, {}).values())
        roll = rng.random()
        if misspelling and roll < 0.45 and len(word) > 3 and word in self.frequent:
            return [misspelt(word, rng)], 1
        if forms and roll < 0.62:
            return [rng.choice(forms)], 1
        if roll < 0.68:
            return [rng.choice(("the", "the", "a")), word], 1
        if roll < 0.73:
            return [word, word], 1
        if roll < 0.83 and after.islower() and after.isalpha():
            return [after, word], 2
        if roll < 0.88 and at:
            return [rng.choice(PREPOSITIONS[:8]), word], 1
        if roll < 0.91 and at:
            return [rng.choice(("is", "was", "has", "that", "it", "to", "be")), word], 1
        if roll < 0.94:
            return [word.capitalize()], 1
        if "-" in word and roll < 0.97:
            return word.split("-"), 1
        return [word], 1

    def _quotes(self, words: list[str], rng: Rng) -> list[str]:
        """Lose, double or move one quotation mark."""
        marks = [i for i, w in enumerate(words) if w in '"“”']
        if not marks:
            return words
        at = rng.choice(marks)
        out = list(words)
        mark = out.pop(at)
        if rng.random() < 0.4:
            out.insert(min(len(out), max(0, at + rng.choice((-1, 1)))), mark)
        return out


_SUBORDINATE = "who which how that where when before after because while if what why"
SUBORDINATE = frozenset(_SUBORDINATE.split())
_FINITE = "is are was were has have had will would could can"
FINITE = frozenset(_FINITE.split())


def predicate(words: list[str]) -> list[str]:
    """Return a short predicate of a sentence, "were shot down", or nothing."""
    for at, word in enumerate(words[:-2]):
        if word in FINITE and words[at + 1].endswith(("ed", "en", "ing", "own", "ne")):
            more = words[at + 2] in ("down", "out", "up", "off", "by", "on", "in", "to", "away", "back")
            return words[at : at + 2 + more]
    return []


def garbled(words: list[str], other: list[str], rng: Rng) -> tuple[list[str], list[bool]] | None:
    """Return words with a passage that went wrong as a whole, and which words are part of it.

    A second predicate for one subject, the tail of another sentence after the full stop, or two halves that do not
    belong together: what is left when a decoder loses its place.
    """
    way = rng.random()
    ends = [n for n, w in enumerate(words) if w in (".", ",", ";") and n > 5]
    if way < 0.55:
        extra = predicate(other)
        if not extra or not ends or not any(w in FINITE for w in words[: ends[-1]]):
            return None
        at = rng.choice(ends)
        return words[:at] + extra + words[at:], [False] * at + [True] * len(extra) + [False] * (len(words) - at)
    if way < 0.75:
        starts = [n for n, w in enumerate(other) if w in SUBORDINATE and n > 2]
        if not starts or words[-1] != ".":
            return None
        tail = other[rng.choice(starts) :]
        return words + tail, [False] * len(words) + [True] * len(tail)
    if len(words) < 12 or len(other) < 12:
        return None
    cut, go = rng.randrange(4, len(words) - 4), rng.randrange(4, len(other) - 4)
    joined = words[:cut] + other[go:]
    if not (words[cut - 1].isalpha() and other[go].isalpha() and other[go].islower()):
        return None
    return joined, [cut - 2 <= n < cut + 3 for n in range(len(joined))]
