"""Says whether a text is English at all: mtfix repairs nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from mtfix.ingest.bytes import share_of_latin

_WORD = re.compile(r"[^\W\d_]+")
# The commonest words of English that other languages in Latin script hardly have.
_COMMON = frozenset(
    """
    the of and to that it for with was on as his he be at by this had not are but from or have an they which you
    were her she there would their we him been has when who will no more if out so said what about into than them
    can only other new some could time these two may then do first any my now such like our over me even most
    after also did many before must through where much should well people down own just because each those how is
    its your all up i
    """.split()
)
# Running English has 40 to 55 in 100; a list of names or headlines has fewer, another language hardly ten.
_ENOUGH = 0.12
_WORDS = 25


def doubt(text: str) -> str:
    """Return why the text seems not to be English, or an empty string. Says nothing of short texts.

    >>> doubt("Собака лает, караван идёт, и никто не знает, куда он придёт к вечеру.")
    'It is mostly in Cyrillic script.'
    >>> doubt("The dog barks, but the caravan goes on.")
    ''
    """
    if share_of_latin(text) < 0.5:
        return f"It is mostly in {_script(text)} script."
    words = [w.lower() for w in _WORD.findall(text[:20_000])]
    if len(words) < _WORDS:
        return ""
    share = sum(w in _COMMON for w in words) / len(words)
    if share >= _ENOUGH:
        return ""
    return f"Only {share:.0%} of its words are common English words; in English it is about half."


def _script(text: str) -> str:
    names = Counter(unicodedata.name(c, "?").split()[0].title() for c in text[:5000] if c.isalpha())
    return {"Cjk": "Chinese"}.get(names.most_common(1)[0][0], names.most_common(1)[0][0])
