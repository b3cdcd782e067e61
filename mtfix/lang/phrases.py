"""A small language for phrases in data files, and an index that finds them in one look at a text's words.

A phrase is words with a space between. A word may be
    ~make           any form of a verb            #shelter    singular or plural of a noun
    a|an|the        one of several                dog*        any ending
    {n} {w} {name}  a number, any word, a capitalised name: kept under that name for the replacement
and `?` after it makes it optional; `_` in it stands for a space. In a replacement, `~take` gets the
form that `~make` had, `#flat` that of `#apartment`, in order of place, and `{n}` what stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from mtfix.lang.inflect import noun_forms, verb_forms
from mtfix.types import Span

_KEPT = {
    "n": r"\d+(?:[.,]\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|"
    r"fifty|several|many",
    "w": r"[A-Za-z][A-Za-z'’-]*",
    "p": r"my|your|his|her|its|our|their|the",
    "o": r"me|you|him|her|us|them",
    "name": r"(?-i:[A-Z])[\w'’-]*(?:\s(?-i:[A-Z])[\w'’-]*){0,3}",
}
_AUXILIARY = re.compile(
    r"(?:\b(?:have|has|had|having|be|been|being|is|are|was|were|get|gets|got)|['’](?:ve|s|d|re)|n['’]t)"
    r"(?:\s+\w+){0,2}\s+$",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[a-z]+")
_COMMON = frozenset("the this that these those with from into their about which there have make take give other".split())
_ARTICLE = re.compile(r"(?<!\w)(an?)(\s+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase: its regex, the verbs and nouns in it by group, and the words one of which it needs."""

    regex: re.Pattern[str]
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    anchors: frozenset[str]


def compile_phrase(phrase: str) -> Pattern:
    """Compile a phrase.

    >>> p = compile_phrase("~make a|the photo")
    >>> p.regex.search("She made the photo.").group()
    'made the photo'
    """
    verbs: list[str] = []
    nouns: list[str] = []
    best: frozenset[str] = frozenset()
    parts: list[str] = []
    for token in phrase.split():
        optional, token = token.endswith("?"), token.removesuffix("?")
        body, anchors = _token(token, verbs, nouns)
        if not optional and _weight(anchors) > _weight(best):
            best = anchors
        parts.append(f"?{body}" if optional else body)
    if not best:
        raise ValueError(f"no word to look for in {phrase!r}")
    regex = r"(?<![\w-])" + _join(parts) + r"(?![\w-]|['’]\w)"
    return Pattern(re.compile(regex, re.IGNORECASE), tuple(verbs), tuple(nouns), best)


def _join(parts: list[str]) -> str:
    out, begun = "", False
    for part in parts:
        optional, body = part.startswith("?"), part.removeprefix("?")
        if begun:
            out += rf"(?:\s+{body})?" if optional else rf"\s+{body}"
        elif optional:
            out += rf"(?:{body}\s+)?"
        else:
            out, begun = out + body, True
    return out


def _token(token: str, verbs: list[str], nouns: list[str]) -> tuple[str, frozenset[str]]:
    if token.startswith("~"):
        verbs.append(token[1:])
        forms = verb_forms(token[1:])
        extra = ("am", "are", "were") if token == "~be" else ()
        return _group(f"v{len(verbs)}", (*forms, *extra)), _anchors(forms)
    if token.startswith("#"):
        nouns.append(token[1:])
        forms = noun_forms(token[1:])
        return _group(f"n{len(nouns)}", forms), _anchors(forms)
    if token.startswith("{"):
        name = token.strip("{}")
        return f"(?P<{name}>{_KEPT[name.rstrip('0123456789')]})", frozenset()
    options = token.split("|")
    body = "|".join(_literal(option) for option in options)
    anchors = frozenset() if any("*" in o for o in options) else _anchors(options)
    return (f"(?:{body})" if len(options) > 1 else body), anchors


def _group(name: str, forms: Iterable[str]) -> str:
    return f"(?P<{name}>{'|'.join(_literal(f) for f in sorted(set(forms), key=len, reverse=True))})"


def _literal(word: str) -> str:
    text = re.escape(word).replace("_", r"\s+").replace(r"\*", r"\w*")
    return text.replace("'", "['’]").replace(r"\-", "[-\N{NON-BREAKING HYPHEN}]")


def _anchors(forms: Iterable[str]) -> frozenset[str]:
    pieces = (_LETTERS.findall(form.lower()) for form in forms)
    return frozenset(max(p, key=lambda w: (w not in _COMMON, len(w))) for p in pieces if p)


def _weight(anchors: frozenset[str]) -> int:
    """Longer words are rarer; the shortest of the forms counts, and few forms are better than many."""
    if not anchors:
        return 0
    return 10 * min(len(a) - 3 * (a in _COMMON) for a in anchors) - len(anchors) + 40


def fill(template: str, match: re.Match[str], pattern: Pattern) -> str:
    """Return the replacement for a match, with its forms, its kept words and its first letter's case."""
    verbs = nouns = 0
    out: list[str] = []
    for token in template.split():
        if token.startswith("~") and verbs < len(pattern.verbs):
            verbs += 1
            form = _form(match, f"v{verbs}", pattern.verbs[verbs - 1])
            word, tail = _word(token[1:])
            out.append(verb_forms(word)[form] + tail)
        elif token.startswith("#") and nouns < len(pattern.nouns):
            nouns += 1
            said = (match[f"n{nouns}"] or "").lower()
            word, tail = _word(token[1:])
            out.append(noun_forms(word)[said != noun_forms(pattern.nouns[nouns - 1])[0]] + tail)
        elif token.startswith("{"):
            out.append(match[token.strip("{}")] or "")
        else:
            out.append(token.lstrip("~#"))
    text = " ".join(word for word in out if word)
    first = match.group()[0]
    return text[:1].upper() + text[1:] if first.isupper() else text


def _word(token: str) -> tuple[str, str]:
    found = re.match(r"[\w-]+", token)
    word = found.group() if found else token
    return word, token[len(word) :]


def _form(match: re.Match[str], group: str, base: str) -> int:
    """Return which form of the verb stands there; "made" is a participle after have or be."""
    said = (match[group] or base).lower()
    forms = verb_forms(base)
    if said not in forms:
        return 1 if said in ("am", "are") else 2
    if forms[2] == said == forms[3]:
        start = match.start(group)
        return 3 if _AUXILIARY.search(match.string, max(0, start - 40), start) else 2
    return forms.index(said)


def article_edit(text: str, start: int, replacement: str) -> tuple[tuple[Span, str], ...]:
    """Return the edit that turns "a" into "an", or back, before a replaced word; none where it fits."""
    found = _ARTICLE.search(text, max(0, start - 4), start)
    if not found or not replacement or not text[start : start + 1].isalpha():
        return ()
    was, now = text[start].lower() in "aeiou", replacement[0].lower() in "aeiou"
    said = found.group(1)
    if was == now or (len(said) == 2) != was:
        return ()
    return ((Span(*found.span(1)), (said[0] + "n") if now else said[0]),)


@lru_cache(maxsize=1024)
def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case, cut at hyphens and apostrophes."""
    return frozenset(_LETTERS.findall(text.lower()))


class PhraseIndex:
    """Finds which of many phrases stand in a text. `find` yields (key, pattern, match)."""

    def __init__(self, phrases: Iterable[tuple[int, str]]) -> None:
        self._by_word: dict[str, list[tuple[int, Pattern]]] = {}
        for key, phrase in phrases:
            pattern = compile_phrase(phrase)
            for anchor in pattern.anchors:
                self._by_word.setdefault(anchor, []).append((key, pattern))
        self._anchors = frozenset(self._by_word)

    def find(self, text: str) -> Iterator[tuple[int, Pattern, re.Match[str]]]:
        """Yield the matches in no order; the same place may come more than once."""
        present = word_set(text)
        if self._anchors.isdisjoint(present):
            return
        for anchor in sorted(self._anchors & present):
            for key, pattern in self._by_word[anchor]:
                for match in pattern.regex.finditer(text):
                    yield key, pattern, match
