"""What the examples picker offers: the sample article first, then the detectors' own examples by category."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from mtfix.detect.registry import builtin

SAMPLE = "Sample news article, machine-translated"
_NAMES = {
    "accuracy": "Accuracy: what is said wrongly",
    "linguistic": "Language: grammar and repetition",
    "terminology": "Terms and names",
    "style": "Style: what nobody would write",
    "locale": "Numbers, dates, units, quotes",
    "markup": "Markup and leftovers",
}
_MOST = 12


@cache
def examples() -> dict[str, str]:
    """Return name -> text, in the order of the picker."""
    found = {SAMPLE: files("mtfix.lang").joinpath("sample.txt").read_text(encoding="utf-8").strip()}
    for group, name in _NAMES.items():
        lines = [
            detector.bad[0].text
            for detector in builtin()
            if detector.id.split(".")[0] == group and detector.default and _plain(detector.bad)
        ]
        if lines:
            found[name] = "\n\n".join(lines[:_MOST])
    return found


def _plain(bad: tuple[object, ...]) -> bool:
    """Say whether the first example works as it is: without a source, on one line."""
    first = bad[0] if bad else None
    text = getattr(first, "text", "")
    return bool(text) and not getattr(first, "source", None) and "\n" not in text
