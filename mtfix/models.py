"""The models behind the pipeline: loaded at the first use, used where they are there, done without where they are not.

A model is looked for in the folder that the settings name, in the package, in the checkout and in
the user's cache, in this order.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mtfix.config import Settings
from mtfix.errors import ModelMissing
from mtfix.metrics import quality
from mtfix.repair import rewrite, tagged
from mtfix.runtime import card, fetch, languagetool
from mtfix.types import Edit, Finding, Score, Segment, Tagging

if TYPE_CHECKING:
    from mtfix.runtime.rewriter import Session
    from mtfix.runtime.tagger import Tagger

NONE = "none"
# What a rewriter must reach where its card says nothing.
_APPLY_AT, _SUGGEST_AT = 0.95, 0.5


def folders(settings: Settings) -> tuple[Path, ...]:
    """Return the folders in which models are looked for."""
    package = Path(__file__).parent
    own = (package / "model_files", package.parent / "models", fetch.cache_dir() / "models")
    return (Path(settings.models).expanduser(), *own) if settings.models else own


class Models:
    """The tagger and the rewriter of one pipeline. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._tagger: Tagger | None = None
        self._rewriter: Session | None = None
        self._trust: tagged.Trust | None = None
        self._loaded = False

    def load(self) -> None:
        """Load what the settings ask for.

        Raises ModelError if a model that was named is missing or faulty. The models that come with
        mtfix may be absent: then their tier is.
        """
        with self._lock:
            if self._loaded:
                return
            self._tagger = self._load_tagger()
            self._rewriter = self._load_rewriter()
            self._loaded = True

    def tag(self, texts: Sequence[str]) -> list[Tagging | None]:
        """Return one tagging a text, None without a tagger."""
        self.load()
        return [None] * len(texts) if self._tagger is None else list(self._tagger.tag(texts))

    def propose(self, segment: Segment, findings: Sequence[Finding], tagging: Tagging | None) -> tuple[Edit, ...]:
        """Return the edits of tiers 2 and 3."""
        edits: tuple[Edit, ...] = ()
        if self._tagger is not None and self._trust is not None:
            edits = tagged.propose(segment, findings, tagging, forms=self._tagger.forms, trust=self._trust)
        if self._rewriter is not None:
            apply_at = _APPLY_AT if self.settings.confidence is None else self.settings.confidence
            suggest_at = min(_SUGGEST_AT, apply_at)
            edits += rewrite.propose(
                segment, findings, tagging, self._rewriter, apply_at=apply_at, suggest_at=suggest_at
            )
        return edits

    def quality(self, before: Tagging | None, after: Tagging | None) -> tuple[Score, Score] | None:
        """Return the scores before and after, None without a tagger."""
        if self._tagger is None or before is None or after is None:
            return None
        model = self._tagger.signature
        return quality.score(before, model), quality.score(after, model)

    def mean_quality(self, scores: Sequence[Score], words: Sequence[int]) -> Score:
        """Return the mean, each segment weighed by its words."""
        return Score(scores[0].metric, round(quality.mean(scores, words), 2), scores[0].signature)

    def signatures(self) -> tuple[str, ...]:
        """Return what the models and engines add to a report's signature."""
        self.load()
        tagger = self._tagger.signature if self._tagger else NONE
        rewriter = self._rewriter.card.id if self._rewriter else NONE
        return (f"tagger:{tagger}", f"rewriter:{rewriter}", f"languagetool:{self.settings.languagetool}")

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know of the engines, each once."""
        return languagetool.door(self.settings).notices

    def _load_tagger(self) -> Tagger | None:
        name = self.settings.tagger
        if name == NONE:
            return None
        try:
            folder = card.find(name, folders(self.settings))
        except ModelMissing:
            if name == Settings().tagger:
                return None
            raise
        session = _tagger(folder)
        self._trust = _trust(session.card, self.settings.confidence)
        return session

    def _load_rewriter(self) -> Session | None:
        name = self.settings.rewriter
        if name == NONE:
            return None
        try:
            return _rewriter(name, folders(self.settings))
        except ModelMissing:
            if name == Settings().rewriter:
                return None
            raise


# Pipelines with other settings share what takes long to load.
@lru_cache(maxsize=2)
def _tagger(folder: Path) -> Tagger:
    from mtfix.runtime import tagger

    return tagger.load(folder)


@lru_cache(maxsize=2)
def _rewriter(name: str, where: tuple[Path, ...]) -> Session:
    from mtfix.runtime import rewriter

    return rewriter.load(name, folders=where)


def _trust(described: card.Card, confidence: float | None) -> tagged.Trust | None:
    """Return how far the tagger's edits are trusted, None if its card has no calibration."""
    edits = described.options.get("edits")
    if not isinstance(edits, dict) or "fitted" not in edits:
        return None
    trust = tagged.Trust(edits["fitted"], edits["apply_at"], edits["suggest_at"])
    if confidence is None:
        return trust
    return replace(trust, apply_at=confidence, suggest_at=min(trust.suggest_at, confidence))
