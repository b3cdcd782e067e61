"""Cyrillic to Latin letters, as English writes Ukrainian and Russian names.

Ukrainian: the national system (Cabinet of Ministers, resolution 55 of 27 January 2010). Russian:
BGN/PCGN 1947 without the apostrophes for soft and hard signs, as newspapers write it.
"""

from __future__ import annotations

import re

_SHARED = {"а": "a", "б": "b", "в": "v", "д": "d", "з": "z", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o"}
_SHARED |= {"п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh"}
_SHARED |= {"щ": "shch", "ж": "zh"}
_UKRAINIAN = _SHARED | {"г": "h", "ґ": "g", "е": "e", "и": "y", "і": "i", "й": "i", "ь": "", "'": "", "’": "", "ʼ": ""}
_UKRAINIAN |= {"є": "ie", "ї": "i", "ю": "iu", "я": "ia"}
_UKRAINIAN_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_RUSSIAN = _SHARED | {"г": "g", "е": "e", "ё": "yo", "и": "i", "ы": "y", "э": "e", "ь": "", "ъ": "", "ю": "yu"}
_RUSSIAN |= {"я": "ya"}
_VOWELS = frozenset("аеёиоуыэюяьъ")
CYRILLIC = re.compile(r"[\u0400-\u04FF]")
_WORD = re.compile(r"[\u0400-\u04FF'’ʼ]+")


def from_ukrainian(text: str) -> str:
    """Return Ukrainian in Latin letters, capitals kept; what is not Cyrillic stays.

    >>> from_ukrainian("Запоріжжя, Київ, Згурівка, Ялта")
    'Zaporizhzhia, Kyiv, Zghurivka, Yalta'
    """
    return _WORD.sub(lambda m: _cased(m.group(), _ukrainian(m.group().lower())), text)


def from_russian(text: str, *, ye: bool = True) -> str:
    """Return Russian in Latin letters; `ye` writes е as "ye" after a vowel and at the start of a word.

    >>> from_russian("Харьков, Авдеевка, Николаев"), from_russian("Николаев", ye=False)
    ('Kharkov, Avdeyevka, Nikolayev', 'Nikolaev')
    """
    return _WORD.sub(lambda m: _cased(m.group(), _russian(m.group().lower(), ye=ye)), text)


def _ukrainian(word: str) -> str:
    out, last = [], ""
    for letter in word:
        if letter == "г" and last == "з":
            out.append("gh")
        elif not last and letter in _UKRAINIAN_FIRST:
            out.append(_UKRAINIAN_FIRST[letter])
        else:
            out.append(_UKRAINIAN.get(letter, letter))
        last = letter
    return "".join(out)


def _russian(word: str, *, ye: bool) -> str:
    out, last = [], ""
    for letter in word:
        if letter == "е" and ye and (not last or last in _VOWELS):
            out.append("ye")
        else:
            out.append(_RUSSIAN.get(letter, letter))
        last = letter
    return "".join(out).removesuffix("y") if word.endswith(("ый", "ий")) else "".join(out)


def _cased(word: str, latin: str) -> str:
    if len(word) > 1 and word.isupper():
        return latin.upper()
    return latin[:1].upper() + latin[1:] if word[:1].isupper() else latin
