"""The phrase tables: every line can be read, and what it marks is always there."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from mtfix.lang.phrase_tables import matches, table

NAMES = sorted(
    path.name.removesuffix(".tsv")
    for path in files("mtfix.lang").iterdir()
    if path.name.endswith((
        "verb_prepositions.tsv", "collocations.tsv", "_phrases.tsv", "_articles.tsv", "clause_patterns.tsv",
        "gerund_infinitives.tsv", "false_passives.tsv",
    ))
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_read(name: str) -> None:
    for entry in table(name):
        assert entry.needs, f"{entry.regex.pattern}: no word to look it up by"
        assert entry.replacement, entry.regex.pattern
        assert entry.level in ("safe", "unsafe", "hint"), entry.regex.pattern


@pytest.mark.parametrize("name", NAMES)
def test_alternatives_are_grouped(name: str) -> None:
    """An alternative outside of brackets would match without what is to be replaced."""
    for entry in table(name):
        text = re.sub(r"\\.|\[[^]]*\]", "", entry.regex.pattern)
        while (shorter := re.sub(r"\([^()]*\)", "", text)) != text:
            text = shorter
        assert "|" not in text, entry.regex.pattern


def test_the_verb_keeps_its_form() -> None:
    found = list(matches("collocations", "They were making a crime."))
    assert [(match.start, match.end, match.fix) for match in found] == [(10, 16, "committing")]


def test_a_name_is_passed_over() -> None:
    assert not list(matches("redundant_phrases", "The New Innovation Prize"))
