"""Tables of phrases with a better wording, one a line: pattern, replacement, level, note.

A pattern is words with spaces between. `a|b` are alternatives, `V:make` any form of a verb, `@np` an
optional determiner and adjective, `@verb` a common verb, `@be` a form of "be", `@to` what a bare verb
follows ("to", "will", "they"), anything else a regular expression. [ ] mark what is replaced, by default
all; after `>>` stand the words of which one must follow (`@end`: the noun phrase must end). In the
replacement `V:commit` takes the form of the verb inside the [ ], `@ing` that of the common verb; `~`
deletes; `-` offers nothing. Levels: safe, unsafe, hint. Lines that begin with # are comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mtfix.lang.verbs import Forms, forms
from mtfix.text.grammar import vocabulary
from mtfix.text.number import AFTER_HEAD

_VERB = re.compile(r"V:([a-z]+)")
_LITERAL = re.compile(r"[a-z'-]+(?:\|[a-z'-]+)*")
_COMMON_VERBS = (
    "do|find|make|get|win|create|reach|build|escape|achieve|obtain|save|stop|avoid|take|solve|break|survive|open|keep|"
    "convince|bring|change|pass|be|have|go|leave|see|become|enter|work|use|pay|stay|come|know|return|produce|carry|"
    "handle|perform|give|run|understand|provide|speak|say|tell|kill|destroy|help|write|read|learn|live|buy|sell|play|"
    "wait|meet|hear|receive|visit|study|travel|develop|increase|reduce|move|fight|attack|defeat|capture|protect|eat|"
    "drink|talk|marry|join|try|continue|spread|fall|raise|hide|steal|commit|support|establish|gain|form"
)
_MONTH = re.compile(r"January|February|March|April|May|June|July|August|September|October|November|December")
_BE = "(?:is|are|was|were|be|been|being) (?:\\w+ly )?"
_TO = (
    "(?:to|please|will|can|could|would|should|must|may|might|not|cannot|they|we|you|i|who|let's|didn't|don't|doesn't) "
)
_NP = (
    r"(?:(?:a|an|the|this|that|these|those|my|your|his|her|its|our|their|some|any|no|such a|such an|many|several|two|"
    r"three|what a|all|one|another|of the|in the) )?(?:(?!of |to |and |or |in |on |for |that |is |was )\w[\w-]* )?"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table."""

    regex: re.Pattern[str]
    needs: tuple[frozenset[str], ...]  # of each set one word must stand in the text
    verb: Forms | None
    replacement: str
    level: str
    note: str


@dataclass(frozen=True, slots=True)
class Match:
    """Where an entry was found, and what should stand under start..end (None: nothing to offer)."""

    start: int
    end: int
    fix: str | None
    entry: Entry


def _entry(line: str) -> Entry:
    pattern, replacement, level, note = [*line.split("\t"), "", "", ""][:4]
    pattern, _, after = pattern.partition(" >> ")
    needs, verb = [], None
    for token in pattern.replace("| ", "|").replace("[", " ").replace("]", " ").split():
        if found := _VERB.fullmatch(token):
            needs.append(frozenset(forms(found[1]).all()))
        elif _LITERAL.fullmatch(token):
            needs.append(frozenset(token.split("|")))
    regex = re.sub(r"(?<![\w|(:=!])[a-z'-]+(?:\|[a-z'-]+)+(?![\w|)])", lambda m: f"(?:{m.group()})", pattern)
    if "[" not in regex:
        regex = f"[{regex}]"
    inside = _VERB.search(regex[regex.index("[") : regex.index("]")])
    if inside:
        verb = forms(inside[1])
        at = regex.index("[") + inside.start()
        name = "|".join(sorted(verb.all(), key=len, reverse=True))
        regex = f"{regex[:at]}(?P<verb>{name}){regex[at + len(inside.group()) :]}"
    regex = _VERB.sub(lambda m: "(?:" + "|".join(sorted(forms(m[1]).all(), key=len, reverse=True)) + ")", regex)
    regex = regex.replace("[", "(?P<span>").replace("]", ")").replace("@np ", _NP)
    regex = regex.replace("@to ", _TO).replace("@be ", _BE).replace("@verb", f"(?P<base>{_COMMON_VERBS})")
    follows = rf"(?= (?:{after})(?![\w’'-]))" if after else ""
    if "@end" in after:
        follows = rf"(?:{AFTER_HEAD}|{follows})"
    compiled = re.compile(rf"(?<![\w'’-]){regex}(?![\w’'-]){follows}", re.IGNORECASE)
    return Entry(compiled, tuple(needs), verb, replacement, level or "unsafe", note)


@cache
def table(name: str) -> tuple[Entry, ...]:
    """Return the entries of `name`.tsv."""
    text = files("mtfix.lang").joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return tuple(_entry(line) for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _index(name: str) -> dict[str, list[Entry]]:
    """Return word -> the entries that can't be found without it; the longest word of each is taken."""
    out: dict[str, list[Entry]] = {}
    for entry in table(name):
        for word in max(entry.needs, key=lambda need: min(map(len, need))):
            out.setdefault(word, []).append(entry)
    return out


@cache
def _keys(name: str) -> frozenset[str]:
    return frozenset(_index(name))


def _replacement(match: re.Match[str], entry: Entry) -> str | None:
    if entry.replacement == "-":
        return None
    if entry.replacement == "~":
        return ""
    text = entry.replacement
    if entry.verb is not None and (wanted := _VERB.search(text)):
        form = entry.verb.like(match["verb"].lower(), forms(wanted[1]))
        text = text[: wanted.start()] + form + text[wanted.end() :]
    if "@ing" in text:
        text = text.replace("@ing", forms(match["base"].lower()).ing)
    text = match.expand(text) if "\\" in text else text
    return text[:1].upper() + text[1:] if match["span"][:1].isupper() else text


def matches(name: str, text: str) -> Iterator[Match]:
    """Yield where the entries of a table stand in the text, in the order of the table.

    A match with a capital inside is a name ("Free Gift Company") and is passed over.
    """
    known = vocabulary(text)
    found = known & _keys(name)
    if not found:
        return
    index = _index(name)
    for entry in dict.fromkeys(entry for word in sorted(found) for entry in index[word]):
        if any(need.isdisjoint(known) for need in entry.needs):
            continue
        for match in entry.regex.finditer(text):
            inside = _MONTH.sub("", match.group()[1:])
            if inside == inside.lower():
                yield Match(*match.span("span"), _replacement(match, entry), entry)
