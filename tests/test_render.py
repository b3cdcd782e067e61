"""Tracked changes: what is drawn is the hypothesis and the post-edit, and every finding has its place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mtfix.ingest import text
from mtfix.render import console, html
from mtfix.render.diff import Kind, State, groups, notes, pieces
from mtfix.text.edits import apply, select
from mtfix.types import Applicability, Category, Edit, Finding, Repair, Report, Score, Severity, Span, Verdict


@st.composite
def repairs(draw: st.DrawFn) -> Report:
    """A report of one paragraph with edits and findings anywhere."""
    body = draw(st.text("ab <&😀“", min_size=1, max_size=20).map(lambda t: f"x{t}x"))
    cuts = st.integers(0, len(body))
    spans = st.tuples(cuts, cuts).map(lambda p: Span(min(p), max(p)))
    edits = [
        Edit(draw(spans), draw(st.text("yz ", max_size=3)), draw(st.sampled_from(list(Applicability))))
        for _ in range(draw(st.integers(0, 4)))
    ]
    findings, proposals = [], []
    for n, edit in enumerate(edits):
        one = Edit(edit.span, edit.text, edit.applicability, reasons=(n,))
        proposals.append(one)
        findings.append(Finding(n, "a.b", Category.GRAMMAR, Severity.MINOR, draw(spans), "m", edits=(one,)))
    applied = select(e for e in proposals if e.applicability is Applicability.SAFE)
    after = apply(body, applied)
    document = text.parse(body)
    repair = Repair(
        document.segments[0], after, applied, tuple(findings), tuple(proposals), tuple(Verdict(True) for _ in proposals)
    )
    score = Score("MQM", 50.0, "s", detail=(("words", 1), ("penalty", 1)))
    return Report(document, (repair,), after, (score,), (score,))


@settings(deadline=None)
@given(repairs())
def test_pieces_are_both_texts(report: Report) -> None:
    (repair,) = report.repairs
    drawn = pieces(repair, notes(report))
    assert "".join(p.text for p in drawn if p.kind is not Kind.INSERTED) == repair.segment.hypothesis
    assert "".join(p.text for p in drawn if p.kind is not Kind.DELETED) == repair.post_edit


@settings(deadline=None)
@given(repairs())
def test_each_note_has_its_number_in_the_text(report: Report) -> None:
    found = notes(report)
    assert [n.number for n in found] == list(range(1, len(found) + 1))
    drawn = {n for p in pieces(report.repairs[0], found) for n in p.ends}
    replaced = {n.number for n in found if n.state is not State.FIXED or any(e.text or len(e.span) for e in n.edits)}
    assert replaced <= drawn
    assert sum(len(group) for group in groups(found)) == len(found)


@settings(deadline=None)
@given(repairs())
def test_every_format_draws_it(report: Report) -> None:
    assert "scorecard" in console.plain(console.view(report, colour=False))
    page = html.page(report)
    assert page.count("<li id=") == len(notes(report)) and "<script" not in page
    assert console.picture(report).startswith("<svg")


def test_lines_and_columns() -> None:
    document = text.parse("One.\r\n\r\n  Two two.\rThree three.")
    found = [
        (Finding(0, "a.b", Category.DUPLICATION, Severity.MINOR, Span(4, 7), "Twice."),),
        (Finding(0, "a.b", Category.DUPLICATION, Severity.MINOR, Span(0, 5), "Twice."),),
    ]
    repairs = tuple(Repair(s, s.hypothesis, findings=f) for s, f in zip(document.segments, ((), *found), strict=True))
    lines = list(console.check_lines(Report(document, repairs, "")))
    assert [line.split(":")[1:3] for line in lines] == [["3", "7"], ["4", "1"]]
