"""fix, check and score: three functions over one pipeline a setting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mtfix.config import Settings
from mtfix.errors import PairError
from mtfix.ingest import text as text_format
from mtfix.metrics import bleu, chrf, ter
from mtfix.pipeline import Pipeline
from mtfix.types import Document, Report, Score, Segment

__all__ = ["check", "fix", "score"]


@lru_cache(maxsize=8)
def pipeline(settings: Settings) -> Pipeline:
    """Return the pipeline of these settings, built once."""
    return Pipeline(settings)


def fix(text: str | Document, *, source: str | None = None, settings: Settings | None = None) -> Report:
    """Find and repair; `report.post_edit` is the repaired text.

    A text is a document with a segment a line; `source`, if given, has as many lines.
    Raises PairError if it has not.
    """
    return pipeline(settings or Settings()).run(document_of(text, source, settings or Settings()))


def check(text: str | Document, *, source: str | None = None, settings: Settings | None = None) -> Report:
    """Find, and change nothing."""
    return pipeline(settings or Settings()).check(document_of(text, source, settings or Settings()))


def score(
    hypotheses: str | Sequence[str],
    *,
    references: Sequence[Sequence[str]] = (),
    settings: Settings | None = None,
) -> tuple[Score, ...]:
    """Score a text or a list of segments: MQM-style (and QE, with a model); with references BLEU, chrF and TER too.

    Raises PairError if a reference set has another number of segments.
    """
    if isinstance(hypotheses, str):
        document = text_format.parse(hypotheses)
    else:
        document = Document(tuple(Segment(h, id=str(i)) for i, h in enumerate(hypotheses)))
    lines = [s.hypothesis for s in document.segments]
    for number, reference in enumerate(references, 1):
        if len(reference) != len(lines):
            raise PairError(
                f"Reference {number} has {len(reference)} segments, the hypothesis {len(lines)}.",
                "Segment n of each must be the same one.",
            )
    own = check(document, settings=settings).before
    if not references:
        return own
    return (*own, *(metric.score(lines, references) for metric in (bleu, chrf, ter)))


def document_of(text: str | Document, source: str | None, settings: Settings) -> Document:
    """Return the text as a document, with its source beside it."""
    if isinstance(text, Document):
        return text
    document = text_format.parse(text)
    if source is None:
        return document
    sources = [s.hypothesis for s in text_format.parse(source).segments]
    if len(sources) != len(document.segments):
        raise PairError(
            f"The source has {len(sources)} paragraphs, the hypothesis {len(document.segments)}.",
            "Each paragraph of one must stand in the same place in the other.",
        )
    segments = tuple(
        Segment(s.hypothesis, source=t, source_lang=settings.source_lang, id=s.id)
        for s, t in zip(document.segments, sources, strict=True)
    )
    return Document(segments, document.name, document.format, document.layout)
