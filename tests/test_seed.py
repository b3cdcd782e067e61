"""The real article that it all began with. It is not part of the project: skipped where it is absent.

Set MTFIX_SEED to its path, or put it at ../shared/seed/article.txt.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from mtfix.config import Settings
from mtfix.ingest.text import parse
from mtfix.pipeline import Pipeline
from mtfix.types import Finding, Report

SEED = Path(os.environ.get("MTFIX_SEED", Path(__file__).parents[2] / "shared" / "seed" / "article.txt"))
pytestmark = pytest.mark.skipif(not SEED.is_file(), reason="the seed article is not here")


@cache
def report() -> Report:
    return Pipeline(Settings()).run(parse(SEED.read_text(encoding="utf-8")))


def found(words: str) -> list[tuple[Finding, str]]:
    """Findings whose span is exactly these words, with their segment's text."""
    return [
        (f, r.segment.hypothesis)
        for r in report().repairs
        for f in r.findings
        if f.span.of(r.segment.hypothesis) == words and not f.hint
    ]


def test_nothing_crashes() -> None:
    assert report().failures == ()


@pytest.mark.parametrize("gone", ["{{", "We will contact you", "inbox", "Kiev", "Donbass", "territory ."])
def test_is_gone(gone: str) -> None:
    assert gone not in report().post_edit


@pytest.mark.parametrize("stays", ["Kyiv’s eastern Desnianskyi district", "Kyiv TV", "Donbas ", "Russian territory."])
def test_is_there(stays: str) -> None:
    assert stays in report().post_edit


@pytest.mark.parametrize(
    ("words", "dimension"),
    [
        ("were hit by the capital’s air defenses were intercepted", "linguistic"),
        ("impact", "style"),
        ("animal shelter", "accuracy"),
        ("formation operations", "accuracy"),
        ("high-speed rocket", "accuracy"),
        ("blew up, landed", "linguistic"),
        ("1,000-kilometer", "locale"),
    ],
)
def test_is_flagged(words: str, dimension: str) -> None:
    hits = found(words)
    assert hits, f"{words!r} is not flagged"
    assert dimension in {f.category.dimension for f, _ in hits}
    assert any(f.edits for f, _ in hits), "no suggestion"


@pytest.mark.parametrize(
    ("part", "dimension"),
    [("where that might lead.”", "locale"), ("Video Russia", "markup"), ("Oblast", "terminology")],
)
def test_is_flagged_within(part: str, dimension: str) -> None:
    hits = [
        f
        for r in report().repairs
        for f in r.findings
        if not f.hint and part in f.span.of(r.segment.hypothesis) and len(f.span) < len(part) + 20
    ]
    assert hits, f"{part!r} is not flagged"
    assert dimension in {f.category.dimension for f in hits}
    assert any(f.edits for f in hits), "no suggestion"


def test_good_sentences_are_left_alone() -> None:
    for sentence in (
        "The Ukraine-based Russian Volunteer Corps said it shelled the local Russian administrative building",
        "Podolyak tweeted: “Eyewitnesses said the man crouched over his granddaughter’s body until one of his",
        "Meanwhile, attacks by Russian partisans have increased since late May, including a drone attack on Moscow.",
        "Western sources said on Thursday ammunition, supplies and troops trained in close-range combat",
    ):
        assert sentence in report().post_edit
