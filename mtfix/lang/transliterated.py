"""Foreign words for offices and units that engines copy, from `transliterated.tsv`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from mtfix.text.phrases import Phrases, phrases


@cache
def transliterated() -> Phrases[tuple[str, str, tuple[str, ...]]]:
    """Return (foreign word, English word, source languages) by foreign word."""
    text = files("mtfix.lang").joinpath("transliterated.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    found = [(term, english, tuple(langs.split())) for term, english, langs in lines[1:]]
    return phrases((entry[0], entry) for entry in found)
