"""Forms of the verbs and nouns that phrase data names."""

from __future__ import annotations

import re
from functools import cache

from mtfix.lang.verbs import forms

_PLURALS = {
    "man": "men", "woman": "women", "person": "people", "child": "children", "foot": "feet", "knife": "knives",
    "life": "lives", "shelf": "shelves", "half": "halves", "spokesman": "spokesmen",
    "aircraft": "aircraft", "series": "series", "staff": "staff", "personnel": "personnel", "advice": "advice",
    "information": "information", "evidence": "evidence", "headquarters": "headquarters",
}  # fmt: skip


@cache
def verb_forms(base: str) -> tuple[str, ...]:
    """Return base, third person, past, past participle and -ing form.

    >>> verb_forms("carry")
    ('carry', 'carries', 'carried', 'carried', 'carrying')
    """
    verb = forms(base)
    return verb.base, verb.third, verb.past[0], verb.participle[0], verb.ing


@cache
def noun_forms(base: str) -> tuple[str, ...]:
    """Return singular and plural.

    >>> noun_forms("body"), noun_forms("crash")
    (('body', 'bodies'), ('crash', 'crashes'))
    """
    if base in _PLURALS:
        return base, _PLURALS[base]
    if re.search(r"[^aeiou]y$", base):
        return base, base[:-1] + "ies"
    return base, base + ("es" if re.search(r"(?:s|x|z|ch|sh)$", base) else "s")
