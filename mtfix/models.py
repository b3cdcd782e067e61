"""The models behind the pipeline: loaded at the first use, used where they are there, done without where they are not.

A model is looked for in the folder that the settings name, in the package, in the checkout and in
the user's cache, in this order.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mtfix.config import Settings
from mtfix.errors import ModelMissing
from mtfix.metrics import quality
from mtfix.repair import rewrite, tagged
from mtfix.runtime import card, fetch, languagetool
from mtfix.types import Edit, Score, Segment, Tagging
from mtfix.verify.registry import judge

if TYPE_CHECKING:
    from mtfix.runtime.rewriter import Session
    from mtfix.runtime.tagger import Tagger

NONE = "none"


def folders(settings: Settings) -> tuple[Path, ...]:
    """Return the folders in which models are looked for."""
    package = Path(__file__).parent
    # Models that are packages of their own lie in the name space mtfix_models.
    spec = importlib.util.find_spec("mtfix_models")
    apart = tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()
    own = (package / "model_files", package.parent / "models", *apart, fetch.cache_dir() / "models")
    return (Path(settings.models).expanduser(), *own) if settings.models else own


class Models:
    """The tagger and the rewriter of one pipeline, each on so many threads (0: as it sees fit). Thread-safe."""

    def __init__(self, settings: Settings, *, threads: int = 0) -> None:
        self.settings = settings
        self._threads = threads
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

    def read_ahead(self, texts: Sequence[str]) -> None:
        """Have LanguageTool's rules read the texts, one on each core, since their detector sees one document at a time.

        What goes wrong is for the detector to say, which meets it again. More than is remembered would be read twice.
        """
        if self.settings.languagetool == "in-process" and len(texts) <= languagetool.REMEMBERED:
            with suppress(Exception):
                languagetool.door(self.settings).check(texts)

    def propose(self, jobs: Sequence[rewrite.Job], *, thorough: bool = False) -> list[tuple[Edit, ...]]:
        """Return the edits of tiers 2 and 3 for each segment; the rewriter is asked once for all of them.

        `thorough`: it is asked about less suspect words too.
        """
        self.load()
        edits: list[tuple[Edit, ...]] = [()] * len(jobs)
        if self._tagger is not None and self._trust is not None:
            forms, own = self._tagger.forms, self._trust
            edits = [tagged.propose(j.segment, j.findings, j.tagging, forms=forms, trust=own) for j in jobs]
        if self._rewriter is not None:
            trust = self._rewriter_trust()
            how = trust.thorough() if thorough else trust
            tag = self.tag if self._tagger else None
            asked = rewrite.propose(jobs, self._rewriter, trust=how, tag=tag, allowed=_allowed)
            edits = [a + b for a, b in zip(edits, asked, strict=True)]
        return edits

    def _rewriter_trust(self) -> rewrite.Trust:
        """Return how far the rewriter is trusted: as its card says, or by the gain in log-probability alone."""
        trust = (
            rewrite.trust_of(self._rewriter.card.trust, self._rewriter.card.whole, self._rewriter.card.ask)
            if self._rewriter
            else rewrite.Trust()
        )
        sure = self.settings.confidence
        return trust if sure is None else replace(trust, apply_at=sure, suggest_at=min(trust.suggest_at, sure))

    def quality(self, before: Tagging | None, after: Tagging | None) -> tuple[Score, Score] | None:
        """Return the scores before and after, None without a tagger."""
        if self._tagger is None or before is None or after is None:
            return None
        model, free = self._tagger.signature, self._tagger.card.options.get("error_free")
        return quality.score(before, model, free), quality.score(after, model, free)

    def mean_quality(self, scores: Sequence[Score], words: Sequence[int]) -> Score:
        """Return the mean, each segment weighed by its words."""
        return Score(scores[0].metric, round(quality.mean(scores, words), 2), scores[0].signature)

    def signatures(self) -> tuple[str, ...]:
        """Return what the models and engines add to a report's signature."""
        self.load()
        tagger = self._tagger.signature if self._tagger else NONE
        rewriter = self._rewriter.card.signature if self._rewriter else NONE
        return (f"tagger:{tagger}", f"rewriter:{rewriter}", f"languagetool:{self.settings.languagetool}")

    @property
    def scores(self) -> bool:
        """Say whether there is a model that says how good a segment is."""
        self.load()
        return self._tagger is not None

    @property
    def writes(self) -> bool:
        """Say whether there is a rewriter."""
        self.load()
        return self._rewriter is not None

    def digests(self) -> dict[str, str]:
        """Return a hash of each model's card, which has those of its files; empty for one without a card."""
        where = folders(self.settings)
        names = {"tagger": self.settings.tagger, "rewriter": self.settings.rewriter}
        return {kind: _digest(name, where) for kind, name in names.items()}

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
        session = _tagger(folder, self._threads)
        self._trust = _trust(session.card, self.settings.confidence)
        return session

    def _load_rewriter(self) -> Session | None:
        name = self.settings.rewriter
        if name == NONE:
            return None
        try:
            return _rewriter(name, folders(self.settings), self._threads)
        except ModelMissing:
            if name == Settings().rewriter:
                return None
            raise


# Pipelines with other settings share what takes long to load.
@lru_cache(maxsize=2)
def _tagger(folder: Path, threads: int) -> Tagger:
    from mtfix.runtime import tagger

    return tagger.load(folder, threads=threads)


@lru_cache(maxsize=2)
def _rewriter(name: str, where: tuple[Path, ...], threads: int) -> Session:
    from mtfix.runtime import rewriter

    return rewriter.load(name, folders=where, threads=threads)


def _digest(name: str, where: tuple[Path, ...]) -> str:
    """Return the SHA-256 of a model's card, empty if there is none."""
    if name == NONE:
        return ""
    for folder in (Path(name).expanduser(), *(f / name for f in where)):
        if (path := folder / "card.toml").is_file():
            return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


def _trust(described: card.Card, confidence: float | None) -> tagged.Trust | None:
    """Return how far the tagger's edits are trusted, None if its card has no calibration."""
    edits = described.options.get("edits")
    if not isinstance(edits, dict) or "fitted" not in edits:
        return None
    trust = tagged.Trust(edits["fitted"], edits["apply_at"], edits["suggest_at"], edits.get("context", {}))
    if confidence is None:
        return trust
    return replace(trust, apply_at=confidence, suggest_at=min(trust.suggest_at, confidence))


def _allowed(segment: Segment, edit: Edit) -> bool:
    return judge(segment, edit).accepted
