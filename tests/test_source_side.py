"""Findings that lie in the source, which the marks of an example can't show."""

from __future__ import annotations

import pytest

from mtfix.config import Settings, Term
from mtfix.detect.registry import builtin
from mtfix.types import Document, Segment, Side

BY_ID = {d.id: d for d in builtin()}


@pytest.mark.parametrize(
    ("detector", "hypothesis", "source", "seen"),
    [
        ("accuracy.number-mismatch", "The club has many members.", "Im Klub sind 4.300 Mitglieder.", "4.300"),
        ("accuracy.number-mismatch", "He came in spring.", "Он приехал весной 1974 года.", "1974"),
        ("accuracy.url-mismatch", "More on our page.", "Mehr unter https://example.org/a.", "https://example.org/a"),
        ("accuracy.placeholder-mismatch", "Hello!", "Hallo, {name}!", "{name}"),
        ("accuracy.placeholder-mismatch", "Press Go.", "Drücke <b>Los.", "<b>"),
    ],
)
def test_is_missing(detector: str, hypothesis: str, source: str, seen: str) -> None:
    [(_, hit)] = BY_ID[detector].run(Document((Segment(hypothesis, source=source),)), Settings())
    assert hit.side is Side.SOURCE and hit.span.of(source) == seen and hit.fix is None


def test_too_short_is_shown_in_the_source() -> None:
    source = "Am Abend sprach der Minister lange mit den Bauern über die Preise, das Wetter und den Streik der Fahrer."
    [(_, hit)] = BY_ID["accuracy.length-mismatch"].run(Document((Segment("He spoke.", source=source),)), Settings())
    assert hit.side is Side.SOURCE and hit.span.of(source) == source


def test_a_preferred_term_is_missing() -> None:
    settings = Settings(terms=(Term("concern", "group", source="Konzern"),))
    segment = Segment("The company grew.", source="Der Konzern wuchs.")
    [(_, hit)] = BY_ID["terminology.glossary"].run(Document((segment,)), settings)
    assert hit.side is Side.SOURCE and hit.span.of(segment.source or "") == "Konzern"


def test_a_preferred_term_may_be_inflected() -> None:
    settings = Settings(terms=(Term("concern", "group", source="Konzern"),))
    segment = Segment("The groups grew.", source="Die Konzerne wuchsen.")
    assert not list(BY_ID["terminology.glossary"].run(Document((segment,)), settings))
