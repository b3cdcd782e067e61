"""Failures of a report as lines, those of one stage together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtfix.types import Failure


def lines(failures: Sequence[Failure]) -> Iterator[str]:
    """Yield what failed, how often and why; a stage that fails on each segment takes one line."""
    together: dict[tuple[str, str], list[int]] = {}
    for failure in failures:
        together.setdefault((failure.stage, failure.message), []).append(failure.segment)
    for (stage, message), segments in together.items():
        where = f"paragraph {segments[0] + 1}" if len(segments) == 1 else f"{len(segments)} paragraphs"
        yield f"{stage} failed on {where}; the rest went on. {message}"
