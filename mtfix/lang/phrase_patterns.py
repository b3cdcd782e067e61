"""A small language for phrases in data files, and an index that finds them in one look at a text's words.

A phrase is words with a space between. A word may be
    ~make|take      any form of a verb            #shelter    singular or plural of a noun
    a|an|the        one of several                dog*        any ending
    {n} {w} {name}  a number, any word, a capitalised name: kept under that name for the replacement
    {g:red|blue}    one of several, kept as {g}
and `?` after it makes it optional; `_` in it stands for a space. At either end, `[in_the|of]` must
stand beside the phrase, `[!in_the|of]` must not, and `[.]` at the end wants the clause to end there, `[,]` a comma.
In a replacement, `~take` gets the form that `~make` had, `#flat` that of `#apartment`, in order of
place, and `{n}` what stood there; `{verb1}`, `{noun1}` are the first verb and noun as they stood.
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
_CAPITAL = re.compile(r"(?!\bI\b)[A-Z]")
_BE = frozenset(("am", "are", "were"))
_LETTERS = re.compile(r"[a-z]+")
_COMMON = frozenset("the this that these those with from into their about which there have make take give".split())
_ARTICLE = re.compile(r"(?<!\w)(an?)(\s+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase: its regex, the verbs and nouns in it by group, and the words one of which it needs."""

    regex: re.Pattern[str]
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    anchors: frozenset[str]
    before: tuple[tuple[bool, re.Pattern[str]], ...] = ()
    plain: bool = True

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches that have the right words before them.

        A capital inside a phrase that has none makes it a name ("Free Gift Company").
        """
        for match in self.regex.finditer(text):
            said = match.group()[1:]
            if self.plain and said != said.lower() and _CAPITAL.search(said):
                continue
            left = text[max(0, match.start() - 40) : match.start()]
            if all(bool(regex.search(left)) is wanted for wanted, regex in self.before):
                yield match


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
    before: list[tuple[bool, re.Pattern[str]]] = []
    after = ""
    for token in phrase.split():
        if token.startswith("[") and not parts:
            before.append((token[1] != "!", re.compile(rf"(?<![\w-])(?:{_options(token)})\s+$", re.IGNORECASE)))
        elif token.startswith("["):
            after += _after(token)
        else:
            optional, token = token.endswith("?"), token.removesuffix("?")
            body, anchors = _token(token, verbs, nouns)
            if not optional and _weight(anchors) > _weight(best):
                best = anchors
            parts.append(f"?{body}" if optional else body)
    if not best:
        raise ValueError(f"no word to look for in {phrase!r}")
    plain = phrase == phrase.lower() and "{name" not in phrase and "{w" not in phrase
    regex = r"(?<![\w-])" + _join(parts) + r"(?![\w-]|['’]\w)" + after
    return Pattern(re.compile(regex, re.IGNORECASE), tuple(verbs), tuple(nouns), best, tuple(before), plain)


def _options(token: str) -> str:
    return "|".join(map(_literal, token.strip("[!]").split("|")))


def _after(token: str) -> str:
    options = token.strip("[!]").split("|")
    choices = [r"\s+(?:" + "|".join(map(_literal, words)) + r")(?![\w-])"] if (words := _words(options)) else []
    if "." in options:
        choices.append(r"\s*(?:[.,;:!?)”\"]|$)")
    elif "," in options:
        choices.append(r"\s*,")
    return rf"(?{'!' if token[1] == '!' else '='}{'|'.join(choices)})"


def _words(options: list[str]) -> list[str]:
    return [option for option in options if option not in (".", ",")]


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
        forms = [form for base in token[1:].split("|") for form in verb_forms(base)]
        forms += ["am", "are", "were"] if token == "~be" else []
        return _group(f"verb{len(verbs)}", forms), _anchors(forms)
    if token.startswith("#"):
        nouns.append(token[1:])
        forms = [form for base in token[1:].split("|") for form in noun_forms(base)]
        return _group(f"noun{len(nouns)}", forms), _anchors(forms)
    if token.startswith("{"):
        inside, _, tail = token[1:].partition("}")
        name, _, options = inside.partition(":")
        words = options.split("|") if options else []
        body = "|".join(map(_literal, words)) if words else _KEPT[name.rstrip("0123456789")]
        return f"(?P<{name}>{body}){re.escape(tail)}", _anchors(words)
    words = token.split("|")
    body = "|".join(map(_literal, words))
    anchors = frozenset() if any("*" in o for o in words) else _anchors(words)
    return (f"(?:{body})" if len(words) > 1 else body), anchors


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


def fits(template: str, pattern: Pattern) -> bool:
    """Say whether a replacement says all that the phrase says: each verb and each kept word, and no other."""
    kept = {t[1:].partition("}")[0] for t in template.split() if t.startswith("{")}
    marks = [t[0] for t in template.split()]
    open_kinds = {k for k in pattern.regex.groupindex if k.rstrip("0123456789") in _KEPT}
    return (
        kept <= pattern.regex.groupindex.keys()
        and open_kinds <= kept
        and marks.count("~") + sum(k.startswith("verb") for k in kept) == len(pattern.verbs)
        and marks.count("#") <= len(pattern.nouns)
    )


def fill(template: str, match: re.Match[str], pattern: Pattern) -> str:
    """Return the replacement for a match, with its forms, its kept words and its first letter's case."""
    verbs = nouns = 0
    out: list[str] = []
    for token in template.split():
        word, tail = _word(token[1:])
        if token.startswith("~") and verbs < len(pattern.verbs):
            verbs += 1
            said = match[f"verb{verbs}"].lower()
            form = _form(match, f"verb{verbs}", pattern.verbs[verbs - 1])
            out.append((said if word == "be" and said in _BE else verb_forms(word)[form]) + tail)
        elif token.startswith("#") and nouns < len(pattern.nouns):
            nouns += 1
            said = (match[f"noun{nouns}"] or "").lower()
            out.append(noun_forms(word)[said not in pattern.nouns[nouns - 1].split("|")] + tail)
        elif token.startswith("{"):
            name, _, rest = token[1:].partition("}")
            out.append((match[name] or "") + rest)
        else:
            out.append(token.lstrip("~#"))
    text = " ".join(word for word in out if word)
    return text[:1].upper() + text[1:] if match.group()[0].isupper() else text


def _word(token: str) -> tuple[str, str]:
    found = re.match(r"[\w-]+", token)
    word = found.group() if found else token
    return word, token[len(word) :]


def _form(match: re.Match[str], group: str, bases: str) -> int:
    """Return which form of the verb stands there; "made" is a participle after have or be."""
    said = match[group].lower()
    forms = next((verb_forms(b) for b in bases.split("|") if said in verb_forms(b)), ())
    if not forms:
        return 1 if said in ("am", "are") else 2
    if forms[2] == said == forms[3]:
        start = match.start(group)
        if _AUXILIARY.search(match.string, max(0, start - 40), start):
            return 3
        return 0 if forms[0] == said else 2
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
                for match in pattern.matches(text):
                    yield key, pattern, match
