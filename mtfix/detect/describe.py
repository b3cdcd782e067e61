"""What is known of a detector as plain values: for `mtfix explain`, `mtfix detectors --json` and the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from mtfix.detect.api import Detector, Example
from mtfix.errors import UnknownDetector, did_you_mean


@cache
def measured() -> dict[str, dict[str, Any]]:
    """Return the figures that `python -m eval.detectors measure` wrote, by id; empty where it never ran."""
    path = files("mtfix.detect").joinpath("measured.json")
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def describe(detector: Detector) -> dict[str, Any]:
    """Return id, title, documentation, examples and measured figures (None: not measured)."""
    return {
        "id": detector.id,
        "title": detector.title,
        "doc": detector.doc,
        "category": detector.category.value,
        "severity": detector.severity.name.lower(),
        "edits": detector.applicability.value,
        "default": detector.default,
        "hint": detector.hint,
        "bad": [_example(e) for e in detector.bad],
        "good": [_example(e) for e in detector.good],
        "measured": measured().get(detector.id),
    }


def find(name: str, detectors: Sequence[Detector]) -> Detector:
    """Return the detector of that id, or of that last part of an id if only one has it.

    Raises UnknownDetector.
    """
    wanted = name.strip().lower().replace("_", "-")
    found = [d for d in detectors if wanted in (d.id, d.id.split(".")[1])]
    if len(found) == 1:
        return found[0]
    known = [*(d.id for d in detectors), *(d.id.split(".")[1] for d in detectors)]
    raise UnknownDetector(
        f"There is no detector {name!r}.", did_you_mean(wanted, known) or "`mtfix detectors` lists them."
    )


def _example(example: Example) -> dict[str, str | None]:
    return {
        "marked": example.marked,
        "fixed": example.fixed,
        "source": example.source,
        "known_gap": example.known_gap or None,
    }
