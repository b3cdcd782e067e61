"""The lists of names are consistent: no line undoes another, every line has a source."""

from __future__ import annotations

import pytest

from mtfix.config import Settings
from mtfix.detect.registry import builtin
from mtfix.lang.organisations import organisations
from mtfix.lang.places import Place, places
from mtfix.lang.transliterated import transliterated
from mtfix.text.translit import from_russian, from_ukrainian
from mtfix.types import Document, Segment

PLACES: list[Place] = [place for found in places().by_first.values() for _, place in found]
KINDS = {"spelling", "place", "ukraine", "variant", "renamed", "renamed-ukraine", "foreign", "history", "usage", "keep"}
FORMER = next(d for d in builtin() if d.id == "terminology.former-place-name")


def test_every_place_has_a_kind_and_a_source() -> None:
    assert len(PLACES) > 300
    assert {p.kind for p in PLACES} <= KINDS
    assert not [p.former for p in PLACES if not p.source and p.kind != "keep"]
    assert not [p.former for p in PLACES if p.former == p.current]


def test_no_former_name_is_listed_twice() -> None:
    names = [p.former for p in PLACES]
    assert sorted(names) == sorted(set(names))


def test_no_current_name_is_flagged() -> None:
    texts = [f"Ukraine: she is in {p.current} today." for p in PLACES if p.kind != "keep"]
    document = Document(tuple(Segment(t) for t in texts))
    assert [texts[i] for i, hit in FORMER.run(document, Settings()) if not hit.hint] == []


@pytest.mark.parametrize(
    ("ukrainian", "russian"),
    [
        ("Харків", "Харьков"),
        ("Луганськ", "Луганск"),
        ("Бердичів", "Бердичев"),
        ("Ірпінь", "Ирпень"),
        ("Гостомель", "Гостомель"),
    ],
)
def test_places_follow_the_romanisation(ukrainian: str, russian: str) -> None:
    current = {p.former: p.current for p in PLACES}
    assert current[from_russian(russian)] == from_ukrainian(ukrainian)


def test_organisations_and_terms_have_what_they_need() -> None:
    bodies = [o for found in organisations().by_first.values() for _, o in found]
    assert len({o.right for o in bodies}) >= 30
    assert all(o.right and o.source and o.trust in ("safe", "unsafe", "hint") for o in bodies)
    assert not {o.wrong for o in bodies} & {o.right for o in bodies}
    assert all(english and langs for found in transliterated().by_first.values() for _, (_, english, langs) in found)
