"""Names with several English spellings, from `name_variants.tsv`, and a key that is the same for such spellings."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

# In order: what one system of transliteration writes, and the plain letter for it.
_KEY = (
    ("tsch", "ch"), ("tch", "ch"), ("shch", "sh"), ("sch", "sh"), ("zh", "j"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("th", "t"), ("ck", "k"), ("q", "k"), ("w", "v"), ("ou", "u"), ("oo", "u"), ("yy", "i"), ("y", "i"), ("j", "i"),
    ("ii", "i"), ("ie", "e"), ("io", "o"), ("'", ""), ("’", ""), ("-", ""),
)  # fmt: skip


@cache
def variants() -> Mapping[str, tuple[str, str]]:
    """Return for each spelling (the first spelling of its class, kind)."""
    text = files("mtfix.lang").joinpath("name_variants.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {form: (forms.split("|")[0], kind) for forms, kind in lines[1:] for form in forms.split("|")}


@lru_cache(maxsize=65536)
def spelling_key(name: str) -> str:
    """Return what two spellings of one foreign name have in common.

    >>> spelling_key("Podolyak") == spelling_key("Podoliak"), spelling_key("Johnson") == spelling_key("Johnston")
    (True, False)
    """
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    for old, new in _KEY:
        plain = plain.replace(old, new)
    return "".join(c for i, c in enumerate(plain) if i == 0 or c != plain[i - 1])
