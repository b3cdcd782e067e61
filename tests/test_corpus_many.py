"""Many documents at once give what each gives alone, to the byte."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtfix.config import Settings
from mtfix.detect.api import Category, Hit, detector
from mtfix.errors import DetectorFailure
from mtfix.ingest.text import parse
from mtfix.models import folders
from mtfix.pipeline import Pipeline
from mtfix.render.json import document_record
from mtfix.repair.rewrite import Job
from mtfix.runtime.rewriter import find
from mtfix.types import Accept, Document, Edit, Report, Segment, Severity, Span, Tagging

QUIET = Settings(languagetool="off", tagger="none", rewriter="none")
SHIPPED = Path(__file__).parents[1] / "models" / "tagger-en" / "model.onnx"
REWRITER = find("rewriter-en", folders(Settings()))
WORDS = st.sampled_from(
    'The the A an of he was were hit by Kiev 1.000,5 km miles {{x}} {{#ticker}} “ ” " . , ; ( ) territory impact '
    "&amp; shelter missiles <b> Kharkov’s said that which and color colour 😀 informations у нас 50$ Kyiv".split(" ")
)
TEXTS = st.lists(st.lists(WORDS, max_size=40).map(" ".join), max_size=3).map("\n\n".join)
DOCUMENTS = st.lists(TEXTS.map(parse), max_size=8)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def dumped(report: Report) -> str:
    return json.dumps(document_record(report, words=True))


def of_one_text(text: str) -> Tagging:
    """Tag by the letters of the text, so that it matters whose text was tagged."""
    words = tuple(Span(i, i + 1) for i, c in enumerate(text) if not c.isspace())
    suspect = tuple(ord(text[w.start]) % 97 / 100 for w in words)
    return Tagging(words, suspect, ((),) * len(words), len(text) % 100, (1.0,) * len(words), ("OTHER",) * len(words))


def of_one_job(job: Job, *, thorough: bool) -> tuple[Edit, ...]:
    """Write another word for one that depends on the text, the findings and how much is asked."""
    if job.tagging is None or not job.tagging.words:
        return ()
    at = job.tagging.words[(len(job.findings) + thorough) % len(job.tagging.words)]
    return (Edit(at, job.segment.hypothesis[at.start].lower(), by="rewriter"),)


class Fake(Pipeline):
    """A pipeline whose models are functions; it keeps the batches that they saw."""

    def __init__(self) -> None:
        super().__init__(QUIET)
        self.batches: list[list[str]] = []
        self.asked: list[list[str]] = []
        self.models.tag = self._tag  # type: ignore[method-assign]
        self.models.propose = self._propose  # type: ignore[method-assign]

    def _tag(self, texts: Sequence[str]) -> list[Tagging | None]:
        self.batches.append(list(texts))
        return [of_one_text(text) for text in texts]

    def _propose(self, jobs: Sequence[Job], *, thorough: bool = False) -> list[tuple[Edit, ...]]:
        self.asked.append([job.segment.hypothesis for job in jobs])
        return [of_one_job(job, thorough=thorough) for job in jobs]


@FEW
@given(DOCUMENTS, st.sampled_from(list(Accept)))
def test_together_as_alone_with_a_fake(documents: list[Document], accept: Accept) -> None:
    pipeline = Fake()
    together = pipeline.run_many(documents, accept=accept)
    assert together == [pipeline.run(d, accept=accept) for d in documents]


def test_a_model_sees_one_batch_a_step() -> None:
    pipeline = Fake()
    texts = ["Fine.", "The the dog .", "{{x}}", "He sat."]
    pipeline.run_many([Document((Segment(t),)) for t in texts])
    assert pipeline.batches[0] == texts
    assert pipeline.asked[0] == texts
    assert "The dog." in " ".join(pipeline.batches[1]).replace("the", "The") and "{{x}}" not in pipeline.batches[1]


@pytest.mark.skipif(not SHIPPED.exists(), reason="the tagger is not here")
@settings(FEW, max_examples=8)
@given(DOCUMENTS)
def test_together_as_alone_with_the_shipped_tagger(documents: list[Document]) -> None:
    pipeline = Pipeline(Settings(languagetool="off", rewriter="none"))
    alone = Pipeline(Settings(languagetool="off", rewriter="none"), threads=1)
    together = pipeline.run_many(documents)
    assert list(map(dumped, together)) == [dumped(alone.run(d)) for d in documents]


@pytest.mark.skipif(REWRITER is None, reason="the rewriter is not here")
def test_together_as_alone_with_the_shipped_rewriter() -> None:
    texts = [
        "The missiles of the incoming were hit by the defenses of capital were intercepted.",
        "He is gone to home after that the rain has stopped of falling.",
        "The council met on Monday.",
        "It was make a decision on which the government it agreed with.",
        "In the the city were many peoples which was afraid from the war.",
    ]
    documents = [Document((Segment(text),)) for text in texts * 3]
    together = Pipeline(Settings(languagetool="off"), threads=1).run_many(documents, accept=Accept.ALL)
    alone = Pipeline(Settings(languagetool="off"))
    once = {text: dumped(alone.run(Document((Segment(text),)), accept=Accept.ALL)) for text in texts}
    assert [dumped(report) for report in together] == [once[text] for text in texts * 3]


def test_none_at_all() -> None:
    assert Fake().run_many([]) == []


def test_a_crash_stays_with_its_document() -> None:
    def crash(segment: Segment):  # type: ignore[no-untyped-def]
        """Crash."""
        if "boom" in segment.hypothesis:
            raise RuntimeError("boom")
        yield Hit(Span(0, 1))

    crash.__module__ = "mtfix.detect.linguistic.custom"
    made = detector(category=Category.GRAMMAR, severity=Severity.MINOR)(crash)
    documents = [Document((Segment("fine"), Segment("boom"))), Document((Segment("fine"),))]
    one, two = Pipeline(QUIET, detectors=[made]).run_many(documents)
    assert [(f.stage, f.segment) for f in one.failures] == [("linguistic.custom", 1)] and two.failures == ()
    assert len(two.repairs[0].findings) == 1
    with pytest.raises(DetectorFailure, match="boom"):
        Pipeline(Settings(languagetool="off", tagger="none", rewriter="none", strict=True), detectors=[made]).run_many(
            documents
        )
