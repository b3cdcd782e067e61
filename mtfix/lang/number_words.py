"""Multipliers, months and weekdays of the source languages, from `number_words.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files("mtfix.lang").joinpath("number_words.toml").read_text(encoding="utf-8"))


@cache
def _multipliers() -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple(
        (float(power), re.compile(rf"[\s\xa0-]?[余多]?(?:{'|'.join(map(_word, words))})", re.IGNORECASE))
        for power, words in _data()["multipliers"].items()
    )


def multipliers(text: str, end: int) -> frozenset[float]:
    """Return what the word right after a number at `end` may multiply it by.

    >>> multipliers("5 mil", 1) == {1e3, 1e6}
    True
    """
    after = text[end : end + 16]
    return frozenset(power for power, pattern in _multipliers() if pattern.match(after))


@cache
def calendar(kind: str, lang: str) -> re.Pattern[str] | None:
    """Return a pattern for the "months" or "weekdays" of a language, or None; its last group tells which."""
    words = _data()[kind].get(lang)
    if not words:
        return None
    groups = [f"({'|'.join(_word(form) for form in entry.split('|'))})" for entry in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})", 0 if lang in ("en", "de", "ha") else re.IGNORECASE)


def languages(kind: str) -> tuple[str, ...]:
    """Return the languages that have such words."""
    return tuple(_data()[kind])


def _word(form: str) -> str:
    if re.search(r"[\u3040-\u9fff]", form):
        return form
    return form[:-1] + r"\w*" if form.endswith("*") else form + r"(?!\w)"
