"""Runs every example of every guard."""

from __future__ import annotations

import pytest

from mtfix.text.edits import apply
from mtfix.types import Category, Edit, Finding, Segment, Severity, Span
from mtfix.verify.api import Evidence, Guard, GuardExample
from mtfix.verify.registry import builtin, judge

EDIT_GUARDS = [g for g in builtin() if not g.of_result]


def cases(kind: str) -> list:
    return [pytest.param(g, e, id=f"{g.id}-{n}") for g in EDIT_GUARDS for n, e in enumerate(getattr(g, kind))]


@pytest.mark.parametrize(("guard", "example"), cases("accepts"))
def test_accepts(guard: Guard, example: GuardExample) -> None:
    assert guard.judge(example.segment, example.edit) == ""


@pytest.mark.parametrize(("guard", "example"), cases("rejects"))
def test_rejects(guard: Guard, example: GuardExample) -> None:
    assert guard.judge(example.segment, example.edit)


@pytest.mark.parametrize("guard", EDIT_GUARDS, ids=lambda g: g.id)
def test_has_examples(guard: Guard) -> None:
    assert guard.accepts and guard.rejects and guard.title.endswith(".")


def test_judge_names_the_guard() -> None:
    verdict = judge(Segment("He was in Kiev."), Edit(Span(10, 14), "Kyiv", by="tagger"))
    assert (verdict.accepted, verdict.guard) == (False, "protected-kept")


def finding(span: Span, severity: Severity = Severity.MAJOR) -> Finding:
    return Finding(0, "linguistic.x", Category.GRAMMAR, severity, span, "bad.")


def result_guard(id: str) -> Guard:
    return next(g for g in builtin() if g.id == id)


def test_no_new_finding_stops_the_edit_that_brought_it() -> None:
    segment = Segment("one two three")
    edits = [Edit(Span(0, 3), "uno"), Edit(Span(8, 13), "tres")]
    before = Evidence("one two three", [])
    after = Evidence("uno two tres", [finding(Span(8, 12))])
    assert list(result_guard("no-new-finding").judge_result(segment, edits, before, after)) == [1]


def test_no_new_finding_lets_a_rule_mend_a_word_of_a_longer_place_that_stays() -> None:
    segment, whole = Segment("one two three"), [finding(Span(0, 13))]
    for by, span, text, stopped in (
        ("rule", Span(0, 3), "uno", []),
        ("rule", Span(12, 13), "", []),
        ("tagger", Span(0, 3), "uno", [0]),
        ("rule", Span(0, 13), "uno due tre", [0]),
    ):
        edits = [Edit(span, text, by=by)]
        after = apply("one two three", edits)
        found = Evidence(after, [finding(Span(0, len(after)))])
        held = result_guard("no-new-finding").judge_result(segment, edits, Evidence("one two three", whole), found)
        assert list(held) == stopped, (by, text)


def test_no_new_finding_lets_old_and_small_ones_pass() -> None:
    segment = Segment("one two three")
    edits = [Edit(Span(0, 3), "uno")]
    before = Evidence("one two three", [finding(Span(4, 7))])
    after = Evidence("uno two three", [finding(Span(4, 7)), finding(Span(0, 3), Severity.MINOR)])
    assert result_guard("no-new-finding").judge_result(segment, edits, before, after) == {}


def test_not_worse_stops_only_the_models_edits() -> None:
    segment = Segment("one two three")
    edits = [Edit(Span(0, 3), "uno", by="rule"), Edit(Span(8, 13), "tres", by="tagger")]
    stopped = result_guard("not-worse").judge_result(segment, edits, Evidence("", [], 80.0), Evidence("", [], 60.0))
    assert list(stopped) == [1]
    assert result_guard("not-worse").judge_result(segment, edits, Evidence("", [], 80.0), Evidence("", [], 81.0)) == {}
