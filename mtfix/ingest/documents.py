"""Records -> the documents that they make: each its own, or neighbours with one value of a field together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from mtfix.ingest.records import Bad, Record

Group = Sequence[Record | Bad]  # the records of one document, with the bad ones that lie among them
_WINDOW, _WINDOW_CHARS = 200, 100_000


def grouped(items: Iterator[Record | Bad], field: str) -> Iterator[Group]:
    """Yield documents: each record alone, or neighbours with the same value of a field in a bounded window.

    Where a window ends depends only on what stands in it, so a run may begin after any of them.
    """
    if not field:
        for item in items:
            yield (item,)
        return
    group: list[Record | Bad] = []
    value: str | None = None
    chars = 0
    for item in items:
        if isinstance(item, Record):
            now = value_of(item, field)
            size = len(item.segment.hypothesis)
            known = any(isinstance(other, Record) for other in group)
            full = len(group) >= _WINDOW or chars + size > _WINDOW_CHARS
            if group and ((known and (now is None or now != value)) or full):
                yield group
                group, chars = [], 0
            value, chars = now, chars + size
        elif len(group) >= _WINDOW:
            yield group
            group, chars = [], 0
        group.append(item)
    if group:
        yield group


def value_of(record: Record, field: str) -> str | None:
    """Return a field of a record as text, None if it has none of that name."""
    if field in record.other:
        return record.value(field)
    own = {"source_lang": record.segment.source_lang, "context": record.segment.context}
    return own.get(field) or None


def some(groups: Iterator[Group], numbers: set[int]) -> Iterator[Group]:
    """Yield only the items whose places, counted from 0, are among the numbers."""
    for place, group in enumerate(groups):
        if place in numbers:
            yield group


def skipped(groups: Iterator[Group], records: int) -> Iterator[Group]:
    """Leave out the documents of the first records, which were done by an earlier run."""
    while records > 0 and (group := next(groups, None)):
        records -= len(group)
    return islice(groups, None)
