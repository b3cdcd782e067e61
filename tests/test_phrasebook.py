"""Each entry of a phrase book is found in its own example, and says where it comes from."""

from __future__ import annotations

import pytest

from mtfix.lang.phrase_patterns import PhraseIndex, article_edit, compile_phrase, fill, fits
from mtfix.lang.phrasebook import LANGUAGES, Entry, book, look_up
from mtfix.types import Segment

BOOKS = ("senses", "calques", "false_friends", "idioms", "hallucinations")
ENTRIES = [(name, entry) for name in BOOKS for entry in book(name).entries]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=lambda x: x.id if isinstance(x, Entry) else x)
def test_entry_is_found_in_its_example(name: str, entry: Entry) -> None:
    found = look_up(name, Segment(entry.example), (entry.example,))
    assert entry.id in [f.entry.id for f in found]
    assert entry.why and not entry.why.endswith(".")
    assert entry.langs, "say from which languages"


@pytest.mark.parametrize(("name", "least"), [("senses", 130), ("calques", 120), ("false_friends", 40), ("idioms", 40)])
def test_books_are_well_filled(name: str, least: int) -> None:
    assert len(book(name).entries) >= least


def test_senses_cover_the_languages() -> None:
    seen = {lang for entry in book("senses").entries for lang in entry.langs}
    assert {"ru", "uk", "de", "fr", "es", "ro", "pt", "zh"} <= seen
    assert set(LANGUAGES) >= {"ru", "uk", "de", "fr", "es", "ro", "pt", "zh"}


@pytest.mark.parametrize(
    ("phrase", "template", "text", "expected"),
    [
        ("~make {d:a|the} #photo", "~take {d} {noun1}", "They had made a photo.", "taken a photo"),
        ("~make {d:a|the} #photo", "~take {d} {noun1}", "They made the photos.", "took the photos"),
        ("since {n} #year [.]", "for {n} {noun1}", "I live here since five years.", "for five years"),
        ("~be sick for the {g:team}", "~support the {g}", "He is sick for the team", "supports the team"),
        ("~put {p:my|his} teeth", "~tighten {p} belt", "He will put his teeth", "tighten his belt"),
    ],
)
def test_forms_follow(phrase: str, template: str, text: str, expected: str) -> None:
    pattern = compile_phrase(phrase)
    match = next(pattern.matches(text))
    assert fits(template, pattern)
    assert fill(template, match, pattern) == expected


def test_neighbours_decide() -> None:
    pattern = compile_phrase("[!in|under] the direction of the {g:hospital|school} [said]")
    assert list(pattern.matches("The direction of the school said no."))
    assert not list(pattern.matches("In the direction of the school said."))
    assert not list(pattern.matches("The direction of the school is clear."))


def test_article_is_adjusted() -> None:
    text = "It is an animal shelter."
    (edit,) = article_edit(text, text.index("animal"), "bomb shelter")
    assert (edit[0].of(text), edit[1]) == ("an", "a")
    assert article_edit("It is a dog shelter.", 8, "bomb shelter") == ()


def test_name_is_not_a_phrase() -> None:
    index = PhraseIndex([(0, "free #gift")])
    assert list(index.find("A free gift came."))
    assert not list(index.find("The Free Gift Company closed."))


def test_long_nonsense_is_fast() -> None:
    for text in ("a" * 100_000, " " * 100_000, '"' * 100_000, "make a " * 15_000, "т" * 100_000, ". " * 50_000):
        for name in BOOKS:
            look_up(name, Segment(text), (text,))
