"""Runs every example of every detector; needs no change for a new one."""

from __future__ import annotations

import pytest

from mtfix.config import Settings
from mtfix.detect.api import Applicability, Detector, Example
from mtfix.detect.registry import builtin
from mtfix.text.edits import apply, select
from mtfix.types import Document, Segment, Span

# Engines and models may change their mind; their examples run where they are present.
RULES = tuple(d for d in builtin() if not d.id.startswith("neural."))


def hits(detector: Detector, document: Document, settings: Settings) -> list[tuple[int, Span]]:
    return sorted((index, hit.span) for index, hit in detector.run(document, settings))


def marked(example: Example) -> list[tuple[int, Span]]:
    """The spans of ⟦ ⟧, as (line, span in the line)."""
    out = []
    for span in example.spans:
        before = example.text[: span.start]
        start = before.rfind("\n") + 1
        out.append((before.count("\n"), Span(span.start - start, span.end - start)))
    return sorted(out)


def repaired(detector: Detector, example: Example) -> str:
    document = example.document()
    edits: dict[int, list] = {}
    for index, hit in detector.run(document, example.settings):
        wanted = [e for e in detector.finding(hit).edits if e.applicability is not Applicability.DISPLAY_ONLY]
        edits.setdefault(index, []).extend(wanted)
    lines = [apply(s.hypothesis, select(edits.get(i, ()))) for i, s in enumerate(document.segments)]
    return "\n".join(lines)


def cases(kind: str) -> list:
    out = []
    for detector in RULES:
        for n, example in enumerate(getattr(detector, kind)):
            marks = [pytest.mark.xfail(strict=True, reason=example.known_gap)] if example.known_gap else []
            out.append(pytest.param(detector, example, id=f"{detector.id}-{n}", marks=marks))
    return out


@pytest.mark.parametrize(("detector", "example"), cases("bad"))
def test_bad_example(detector: Detector, example: Example) -> None:
    assert hits(detector, example.document(), example.settings) == marked(example)
    if example.fixed is None:
        return
    assert repaired(detector, example) == example.fixed
    after = Example(example.fixed, source=example.source, source_lang=example.source_lang, settings=example.settings)
    assert hits(detector, after.document(), example.settings) == [], "not silent after the fix"


@pytest.mark.parametrize(("detector", "example"), cases("good"))
def test_good_example(detector: Detector, example: Example) -> None:
    assert hits(detector, example.document(), example.settings) == []


@pytest.mark.parametrize(("other", "example"), cases("good"))
def test_others_are_silent_on_good_examples(other: Detector, example: Example) -> None:
    loud = {
        # A hint is not shown unless it is asked for.
        d.id: [h.span.of(example.text) for _, h in d.run(example.document(), example.settings) if not h.hint]
        for d in RULES
        if d.id != other.id and d.default and not d.hint
    }
    assert {k: v for k, v in loud.items() if v} == {}


@pytest.mark.parametrize("detector", RULES, ids=lambda d: d.id)
def test_is_complete(detector: Detector) -> None:
    assert detector.title.endswith(".") and len(detector.title) < 100
    assert detector.bad and len(detector.good) >= 2
    assert detector.doc, "say why it is an error, and how machine translation makes it"


@pytest.mark.parametrize("detector", RULES, ids=lambda d: d.id)
@pytest.mark.parametrize("text", ["", " ", "\n", "\ud800", "a" * 5000, "\x00", "שלום “", "😀" * 50, "((((", "“”‘’\"'"])
def test_survives_odd_text(detector: Detector, text: str) -> None:
    document = Document((Segment(text), Segment(text, source=text)))
    for index, hit in detector.run(document, Settings()):
        assert index in (0, 1)
        assert hit.span.end <= len(text)
