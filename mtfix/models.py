"""The models behind the pipeline: loaded lazily, each used where it is there, and done without where it is not."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from mtfix.config import Settings
from mtfix.types import Edit, Finding, Score, Segment, Tagging


class Models:
    """The tagger and the rewriter of one pipeline."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._tagger: Any = None
        self._loaded = False

    def tag(self, texts: Sequence[str]) -> list[Tagging | None]:
        """Return one tagging a text, None without a tagger."""
        return [None] * len(texts)

    def propose(self, segment: Segment, findings: Sequence[Finding], tagging: Tagging | None) -> tuple[Edit, ...]:
        """Return the edits of tiers 2 and 3."""
        return ()

    def quality(self, before: Tagging | None, after: Tagging | None) -> tuple[Score, Score] | None:
        """Return the scores before and after, None without a tagger."""
        return None

    def mean_quality(self, scores: Sequence[Score], words: Sequence[int]) -> Score:
        """Return the mean, each segment weighed by its words."""
        total = sum(words) or 1
        value = sum(s.value * n for s, n in zip(scores, words, strict=True)) / total
        return Score(scores[0].metric, round(value, 2), scores[0].signature)

    def signatures(self) -> tuple[str, ...]:
        """Return what the models add to a report's signature."""
        return ("tagger:none", "rewriter:none")

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know of engines and models, each once."""
        return ()
