"""Properties of the text tools, on arbitrary Unicode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtfix.text.edits import apply, compose, diff, invert, locate, merge, select, trim
from mtfix.text.protect import protected
from mtfix.text.tokens import sentences, words
from mtfix.types import Applicability, Edit, Span

TEXT = st.text(max_size=60) | st.text("ab .,“”\"'\n1é😀", max_size=40)


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> tuple[Edit, ...]:
    """Disjoint edits of a text."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    made = [Edit(s, draw(st.text("xyz ", max_size=4)), confidence=draw(st.sampled_from([0.2, 0.9]))) for s in spans]
    return select(made)


@st.composite
def text_and_edits(draw: st.DrawFn) -> tuple[str, tuple[Edit, ...]]:
    text = draw(TEXT)
    return text, draw(edits_of(text))


@st.composite
def two_steps(draw: st.DrawFn) -> tuple[str, tuple[Edit, ...], tuple[Edit, ...]]:
    text = draw(TEXT)
    first = draw(edits_of(text))
    return text, first, draw(edits_of(apply(text, first)))


@given(TEXT)
def test_no_edits_change_nothing(text: str) -> None:
    assert apply(text, ()) == text


@given(TEXT, TEXT)
def test_diff_leads_from_one_to_the_other(a: str, b: str) -> None:
    edits = diff(a, b)
    assert apply(a, edits) == b
    assert (edits == ()) == (a == b)


@given(text_and_edits())
def test_order_does_not_matter(case: tuple[str, tuple[Edit, ...]]) -> None:
    text, edits = case
    assert apply(text, edits) == apply(text, reversed(edits))


@given(text_and_edits())
def test_invert_leads_back(case: tuple[str, tuple[Edit, ...]]) -> None:
    text, edits = case
    assert apply(apply(text, edits), invert(text, edits)) == text


@given(two_steps())
def test_compose_does_what_both_do(case: tuple[str, tuple[Edit, ...], tuple[Edit, ...]]) -> None:
    text, first, second = case
    assert apply(text, compose(text, first, second)) == apply(apply(text, first), second)


@given(two_steps())
def test_compose_never_gains_trust(case: tuple[str, tuple[Edit, ...], tuple[Edit, ...]]) -> None:
    text, first, second = case
    for edit in compose(text, first, second):
        assert edit.confidence in {e.confidence for e in (*first, *second)}


@given(text_and_edits())
def test_locate_stays_in_the_text(case: tuple[str, tuple[Edit, ...]]) -> None:
    text, edits = case
    new = apply(text, edits)
    for at in range(len(new)):
        assert locate(edits, Span(at, at + 1)).end <= len(text)


@given(text_and_edits())
def test_trim_changes_nothing_of_the_result(case: tuple[str, tuple[Edit, ...]]) -> None:
    text, edits = case
    for edit in edits:
        assert apply(text, [trim(text, edit)]) == apply(text, [edit])


@given(TEXT, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.text("ab", max_size=2)), max_size=8))
def test_select_never_overlaps(text: str, raw: list[tuple[int, int, str]]) -> None:
    made = [Edit(Span(min(a, b), max(a, b)), t) for a, b, t in raw]
    chosen = select(made)
    assert all(not a.span.overlaps(b.span) for a in chosen for b in chosen if a is not b)
    assert select(chosen) == chosen


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply("abcdef", [Edit(Span(0, 3), "x"), Edit(Span(2, 4), "y")])
    with pytest.raises(ValueError, match="leaves"):
        apply("abc", [Edit(Span(2, 4), "y")])


def test_select_prefers_trust_then_confidence() -> None:
    safe = Edit(Span(0, 3), "x", Applicability.SAFE, 0.5)
    bold = Edit(Span(0, 3), "y", Applicability.UNSAFE, 0.9)
    assert select([bold, safe]) == (safe,)
    assert merge([safe, bold]) == (safe, bold)


@given(TEXT)
def test_spans_are_true(text: str) -> None:
    for span in (*words(text), *sentences(text), *(p.span for p in protected(text))):
        assert 0 <= span.start <= span.end <= len(text)
    assert all(a.end <= b.start for a, b in zip(sentences(text), sentences(text)[1:], strict=False))
