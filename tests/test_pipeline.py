"""The invariants of the flow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mtfix.config import Settings
from mtfix.detect.api import Category, Detector, Example, Hit, detector
from mtfix.errors import DetectorFailure
from mtfix.ingest.text import parse
from mtfix.pipeline import Pipeline
from mtfix.text.edits import apply
from mtfix.text.protect import protected
from mtfix.types import Accept, Applicability, Document, Edit, Repair, Segment, Severity, Span

QUIET = Settings(languagetool="off", tagger="none", rewriter="none")
PIPELINE = Pipeline(QUIET)
WORDS = st.sampled_from(
    'the The a an of he was were were hit by Kiev 1.000,5 5 km miles {{x}} “ ” " . , ; ( ) territory impact is '
    "&amp; shelter sirens missiles <b> Kharkov’s said "
    "that which and color colour \u00a0 😀 informations у нас 50$ Kyiv".split(" ")
)
SENTENCES = st.lists(WORDS, max_size=18).map(" ".join)
TEXTS = st.lists(SENTENCES, max_size=4).map("\n\n".join) | st.text(max_size=80)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def custom(function, **options) -> Detector:  # type: ignore[no-untyped-def]
    function.__module__ = "mtfix.detect.linguistic.custom"
    return detector(category=Category.GRAMMAR, severity=Severity.MINOR, **options)(function)


@FEW
@given(TEXTS, st.sampled_from(list(Accept)))
def test_post_edit_is_the_edits_applied(text: str, accept: Accept) -> None:
    report = PIPELINE.run(parse(text), accept=accept)
    assert report.failures == ()
    for repair in report.repairs:
        assert repair.post_edit == apply(repair.segment.hypothesis, repair.edits)
        assert len(repair.proposals) == len(repair.verdicts)
        assert set(repair.edits) <= set(repair.proposals)
        assert [f.id for f in repair.findings] == list(range(len(repair.findings)))
        for edit in repair.proposals:
            assert all(r < len(repair.findings) for r in edit.reasons)
        for finding in repair.findings:
            if finding.side.value == "hypothesis":
                assert finding.span.end <= len(repair.segment.hypothesis)


@FEW
@given(TEXTS, st.sampled_from([Accept.SAFE, Accept.ALL]))
@example("\n\n".join(["he said \u00a0 and ; ( ; a <b> an 50$ km 50$"] * 2), Accept.SAFE)
@example("\n\n".join(["a the a the the \u00a0 the a a the a a the the the the . a \u00a0"] * 2), Accept.ALL)
def test_a_second_run_changes_nothing(text: str, accept: Accept) -> None:
    once = PIPELINE.run(parse(text), accept=accept).post_edit
    assert PIPELINE.run(parse(once), accept=accept).post_edit == once


@FEW
@given(TEXTS)
def test_none_changes_nothing(text: str) -> None:
    assert PIPELINE.run(parse(text), accept=Accept.NONE).post_edit == text


@FEW
@given(st.lists(SENTENCES, min_size=2, max_size=4))
def test_alone_as_in_a_batch(lines: list[str]) -> None:
    pipeline = Pipeline(QUIET, detectors=[d for d in PIPELINE.detectors if d.scope != "document"])
    together = pipeline.run(Document(tuple(map(Segment, lines)))).repairs
    back = pipeline.run(Document(tuple(map(Segment, reversed(lines))))).repairs
    alone = [pipeline.run(Document((Segment(line),))).repairs[0] for line in lines]
    assert list(together) == alone == list(reversed(back))


@FEW
@given(SENTENCES)
def test_models_never_touch_protected_spans(text: str) -> None:
    class Eager(Pipeline):
        pass

    pipeline = Eager(QUIET, detectors=())
    edits = [Edit(p.span, "zzz", by="tagger") for p in protected(text)]
    pipeline.models.propose = lambda jobs, **_: [tuple(edits)] * len(jobs)  # type: ignore[method-assign, assignment]
    repair = pipeline.run(parse(text)).repairs
    assert "".join(r.post_edit for r in repair) == "".join(r.segment.hypothesis for r in repair)


def test_clean_in_identical_out() -> None:
    text = "The council met on Monday.\r\n\r\nIt voted 5 to 4 for the new bridge, “a long time coming”, he said.\n"
    report = PIPELINE.run(parse(text))
    assert report.post_edit == text
    assert report.before[0].value == 100


def test_a_crash_is_recorded_and_the_rest_goes_on() -> None:
    def crash(segment: Segment):  # type: ignore[no-untyped-def]
        """Crash."""
        if "boom" in segment.hypothesis:
            raise RuntimeError("boom")
        yield Hit(Span(0, 1))

    made = custom(crash)
    document = Document((Segment("fine"), Segment("boom"), Segment("fine")))
    report = Pipeline(QUIET, detectors=[made]).run(document)
    assert [(f.stage, f.segment) for f in report.failures] == [("linguistic.custom", 1)]
    assert [len(r.findings) for r in report.repairs] == [1, 0, 1]
    with pytest.raises(DetectorFailure, match="boom"):
        Pipeline(replace(QUIET, strict=True), detectors=[made]).run(document)


def test_an_edit_that_brings_a_major_finding_is_taken_back() -> None:
    def swap(segment: Segment):  # type: ignore[no-untyped-def]
        """Swap."""
        if (at := segment.hypothesis.find("good")) >= 0:
            yield Hit(Span(at, at + 4), fix="bad", severity=Severity.MINOR)

    def dislike(segment: Segment):  # type: ignore[no-untyped-def]
        """Dislike."""
        if (at := segment.hypothesis.find("bad")) >= 0:
            yield Hit(Span(at, at + 3), severity=Severity.MAJOR)

    first, second = custom(swap), custom(dislike)
    object.__setattr__(second, "id", "linguistic.other")
    repair = Pipeline(QUIET, detectors=[first, second]).run(Document((Segment("a good day"),))).repairs[0]
    assert repair.post_edit == "a good day"
    assert [v.guard for v in repair.verdicts] == ["no-new-finding"]


def test_what_never_rests_is_left_alone() -> None:
    def flip(segment: Segment):  # type: ignore[no-untyped-def]
        """Flip."""
        yield Hit(Span(0, 1), fix="b" if segment.hypothesis[0] == "a" else "a")

    repair = Pipeline(QUIET, detectors=[custom(flip)]).run(Document((Segment("a"),))).repairs[0]
    assert repair.post_edit == "a"
    assert "stable" in [v.guard for v in repair.verdicts]


def test_edits_of_one_finding_stand_or_fall_together() -> None:
    def pair(segment: Segment):  # type: ignore[no-untyped-def]
        """Pair."""
        if segment.hypothesis.startswith('"') and "Kiev" in segment.hypothesis:
            yield Hit(Span(0, 1), edits=((Span(0, 1), "“"), (Span(5, 9), "Kyiv")))

    repair = Pipeline(QUIET, detectors=[custom(pair)]).run(Document((Segment('"In, Kiev'),))).repairs[0]
    assert repair.post_edit == '"In, Kiev', "the name is protected, so the quotation mark stays too"


def test_a_dropped_segment_takes_its_separator_along() -> None:
    text = "Before.\n\n{{#ticker}}\n\n{{headline}}\n\nAfter.\n"
    assert PIPELINE.run(parse(text)).post_edit == "Before.\n\nAfter.\n"


def test_kept_words_are_left_alone() -> None:
    keep = Settings(languagetool="off", tagger="none", rewriter="none", keep=("Kiev",))
    report = Pipeline(keep).run(parse("The mayor of Kiev spoke in Kiev’s main square."))
    assert report.post_edit == "The mayor of Kiev spoke in Kiev’s main square."


def repair_of(text: str, accept: Accept) -> Repair:
    return PIPELINE.run(parse(text), accept=accept).repairs[0]


def test_levels() -> None:
    text = "The the incoming missiles were hit by the capital’s defenses were intercepted ."
    none, safe, every = (repair_of(text, a) for a in (Accept.NONE, Accept.SAFE, Accept.ALL))
    assert none.edits == ()
    assert {e.applicability for e in safe.edits} <= {Applicability.SAFE}
    assert len(every.edits) > len(safe.edits) > 0
    assert [f.span for f in none.findings] == [f.span for f in safe.findings][: len(none.findings)]


def test_example_marks() -> None:
    example = Example("a ⟦bb⟧ c\n⟦d⟧")
    assert example.text == "a bb c\nd"
    assert example.spans == (Span(2, 4), Span(7, 8))


def test_what_a_later_step_holds_back_is_shown_in_the_hypothesis() -> None:
    def first(segment: Segment):  # type: ignore[no-untyped-def]
        """First."""
        if segment.hypothesis.startswith("xxxx "):
            yield Hit(Span(0, 5), fix="")

    def second(segment: Segment):  # type: ignore[no-untyped-def]
        """Second."""
        if segment.hypothesis.startswith("good"):
            yield Hit(Span(0, 4), fix="bad", severity=Severity.MINOR)
        if segment.hypothesis.startswith("bad"):
            yield Hit(Span(0, 3), severity=Severity.MAJOR)

    one, two = custom(first), custom(second)
    object.__setattr__(two, "id", "linguistic.other")
    repair = Pipeline(QUIET, detectors=[one, two]).run(Document((Segment("xxxx good day"),))).repairs[0]
    assert repair.post_edit == "good day"
    held = [(e, v) for e, v in zip(repair.proposals, repair.verdicts, strict=True) if not v.accepted]
    assert [(e.span.of("xxxx good day"), v.guard) for e, v in held] == [("good", "no-new-finding")]
    assert all(r < len(repair.findings) for e, _ in held for r in e.reasons)


def test_an_engine_defers_to_a_detector() -> None:
    def made_for_it(segment: Segment):  # type: ignore[no-untyped-def]
        """Made for it."""
        if (at := segment.hypothesis.find("bad word")) >= 0:
            yield Hit(Span(at, at + 8), fix="good word")

    def engine(segment: Segment):  # type: ignore[no-untyped-def]
        """Engine."""
        yield Hit(Span(2, 5), fix="god")
        yield Hit(Span(0, 1), fix="A")

    one, two = custom(made_for_it), custom(engine)
    object.__setattr__(two, "id", "linguistic.languagetool")
    repair = Pipeline(QUIET, detectors=[one, two]).check(Document((Segment("a bad word"),))).repairs[0]
    assert [(f.detector, f.span) for f in repair.findings] == [
        ("linguistic.languagetool", Span(0, 1)),
        ("linguistic.custom", Span(2, 10)),
    ]
