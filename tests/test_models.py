"""Models are used where they are, done without where they are not, and missed aloud where they were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtfix.config import Settings
from mtfix.detect.api import Example, Hit, detector
from mtfix.errors import CardInvalid, ModelMissing
from mtfix.ingest.text import parse
from mtfix.models import Models, folders
from mtfix.pipeline import Pipeline
from mtfix.types import Accept, Applicability, Category, Edit, Segment, Severity, Span, Tagging

WITHOUT = {"languagetool": "off"}


def test_nothing_is_loaded_before_it_is_needed() -> None:
    models = Models(Settings(tagger="no-such-model", **WITHOUT))
    assert models.settings.tagger == "no-such-model"
    with pytest.raises(ModelMissing, match="no-such-model"):
        models.tag(["text"])


def test_none_switches_off() -> None:
    models = Models(Settings(tagger="none", rewriter="none", **WITHOUT))
    assert models.tag(["a", "b"]) == [None, None]
    assert models.quality(None, None) is None
    assert "tagger:none" in models.signatures()


def test_a_named_folder_comes_first(tmp_path: Path) -> None:
    (tmp_path / "tagger-en").mkdir()
    (tmp_path / "tagger-en" / "card.toml").write_text('id = "x"\n', encoding="utf-8")
    settings = Settings(models=str(tmp_path), rewriter="none", **WITHOUT)
    assert folders(settings)[0] == tmp_path
    with pytest.raises(CardInvalid, match="version"):
        Models(settings).load()


class Fake(Models):
    """A tagger that takes "bad" for suspect and would write "good"; the score falls or rises as told."""

    def __init__(self, after: float) -> None:
        super().__init__(Settings(tagger="none", rewriter="none", **WITHOUT))
        self.after = after

    def tag(self, texts):  # type: ignore[no-untyped-def]
        return [Tagging((Span(0, len(t)),), (0.5,), ((),), 60.0 if "bad" in t else self.after) for t in texts]

    def propose(self, jobs, *, thorough=False):  # type: ignore[no-untyped-def]
        places = [job.segment.hypothesis.find("bad") for job in jobs]
        return [() if at < 0 else (Edit(Span(at, at + 3), "good", confidence=0.9, by="tagger"),) for at in places]


@pytest.mark.parametrize(("after", "wanted"), [(70.0, "a good day"), (30.0, "a bad day")])
def test_a_models_edit_must_not_lower_the_score(after: float, wanted: str) -> None:
    pipeline = Pipeline(Settings(tagger="none", rewriter="none", **WITHOUT), detectors=())
    pipeline.models = Fake(after)
    repair = pipeline.run(parse("a bad day")).repairs[0]
    assert repair.post_edit == wanted
    assert isinstance(repair.segment, Segment)
    if wanted == "a bad day":
        assert [v.guard for v in repair.verdicts] == ["not-worse"]


class Writer(Models):
    """A rewriter that would write "which" for "wich"."""

    def __init__(self, sure: float, word: str = "which") -> None:
        super().__init__(Settings(tagger="none", rewriter="none", **WITHOUT))
        self.sure, self.word = sure, word

    @property
    def writes(self) -> bool:
        return True

    def propose(self, jobs, *, thorough=False):  # type: ignore[no-untyped-def]
        how = Applicability.UNSAFE if self.sure >= 0.5 else Applicability.DISPLAY_ONLY
        places = [job.segment.hypothesis.find("wich") if job.written else -1 for job in jobs]
        return [
            () if at < 0 else (Edit(Span(at, at + 4), self.word, how, self.sure, (0,), by="rewriter"),) for at in places
        ]


@detector(category=Category.SPELLING, severity=Severity.MINOR, confidence=0.75, bad=[Example("the ⟦wich⟧ bridge")])
def dictionary(segment, settings):  # type: ignore[no-untyped-def]
    """The word is not in the dictionary."""
    at = segment.hypothesis.find("wich")
    if at >= 0:
        yield Hit(Span(at, at + 4), fix="with", alternatives=("which",), applicability=Applicability.UNSAFE)


@pytest.mark.parametrize(
    ("models", "wanted"),
    [
        (Writer(0.6), "the bridge, which fell"),
        (Writer(0.6, "it"), "the bridge, with fell"),  # neither sure nor one of the dictionary's words
        (Writer(0.4), "the bridge, with fell"),
        (None, "the bridge, with fell"),
    ],
)
def test_a_dictionarys_guess_yields_to_a_rewriter(models: Models | None, wanted: str) -> None:
    pipeline = Pipeline(Settings(tagger="none", rewriter="none", **WITHOUT), detectors=[dictionary])
    pipeline.models = models or pipeline.models
    assert pipeline.run(parse("the bridge, wich fell"), accept=Accept.ALL).post_edit == wanted
    assert pipeline.run(parse("the bridge, wich fell")).post_edit == "the bridge, wich fell"


class Both(Writer):
    """A tagger whose edit lowers the score, and a rewriter whose edit doesn't."""

    def tag(self, texts):  # type: ignore[no-untyped-def]
        return [Tagging((Span(0, len(t)),), (0.5,), ((),), 20.0 if "A bridge" in t else 60.0) for t in texts]

    def propose(self, jobs, *, thorough=False):  # type: ignore[no-untyped-def]
        worse = Edit(Span(0, 3), "A", Applicability.UNSAFE, 0.6, by="tagger")
        return [
            (*edits, worse) if job.segment.hypothesis.startswith("The") else edits
            for job, edits in zip(jobs, super().propose(jobs), strict=True)
        ]


def test_an_edit_that_does_harm_keeps_no_segment_from_the_rewriter() -> None:
    pipeline = Pipeline(Settings(tagger="none", rewriter="none", **WITHOUT), detectors=())
    pipeline.models = Both(0.6)
    [repair] = pipeline.run(parse("The bridge, wich fell"), accept=Accept.ALL).repairs
    assert repair.post_edit == "The bridge, which fell"
    assert [v.guard for e, v in zip(repair.proposals, repair.verdicts, strict=True) if e.by == "tagger"] == [
        "not-worse"
    ]
