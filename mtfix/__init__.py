"""mtfix finds, repairs and scores the faults of machine translation in English.

    >>> import mtfix
    >>> mtfix.fix("He went to the the market .").post_edit
    'He went to the market.'

The map
    types.py        the nouns: Segment, Finding, Edit, Repair, Report ...
    errors.py       the exceptions
    config.py       Settings
    text/           edits, tokens, protected spans: pure functions that keep offsets true
    lang/           what is true of English, as data
    runtime/        inference engines: the tagger, the rewriter, LanguageTool
    ingest/         bytes -> Document
    detect/         Segment or Document -> Finding: one detector a file
    repair/         findings and taggings -> proposed edits
    verify/         the guards: do no harm
    metrics/        MQM-style, BLEU, chrF, TER, QE, significance
    render/         Report -> text, JSON, HTML ...
    models.py       the models behind the pipeline, each used where it is there
    api.py          fix, check, score: three functions over one pipeline
    pipeline.py     detect -> repair -> verify -> score
    scoring.py      several systems scored and compared, corpora scored
    spread.py       the distribution, the worst segments, tables by system and pair
    batch.py        corpora
    audit.py        what each rule did to a corpus
    tally.py        counts and examples of bounded size, which merge
    workers.py      what the processes of a corpus run do
    manifest.py     how far a corpus run is, so that it goes on after a kill
    cli/            the command line
    page/           the page
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtfix.config import VERSION
from mtfix.errors import MtfixError
from mtfix.types import Document, Report, Segment

if TYPE_CHECKING:
    from mtfix.api import check, fix, score
    from mtfix.pipeline import Pipeline

__version__ = VERSION
__all__ = ["Document", "MtfixError", "Pipeline", "Report", "Segment", "check", "fix", "score"]

_LAZY = {"Pipeline": "mtfix.pipeline", "fix": "mtfix.api", "check": "mtfix.api", "score": "mtfix.api"}


def __getattr__(name: str) -> Any:
    # Detectors and engines are loaded at the first use, so that `import mtfix` is light.
    if name not in _LAZY:
        raise AttributeError(f"module 'mtfix' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
