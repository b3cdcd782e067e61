"""Counts and examples of bounded size that merge, in any grouping, to the same whole.

Of names and examples those with the smallest hashes are kept: what is among them in the whole is
among them in each part, so no part throws away what the whole would keep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Self

# Names that are counted apart, and examples of each outcome, distinct in what they change.
_NAMES, _EXAMPLES = 200, 4


@dataclass(frozen=True, slots=True)
class Example:
    """A place that shows what a rule did. `after` is None if nothing was proposed; `note` says why."""

    record: int
    id: str
    left: str
    before: str
    after: str | None
    right: str
    note: str
    by: str


@dataclass(slots=True)
class Bounded:
    """Counts by name, of a bounded number of names: those with the smallest hashes. The rest is in `other`."""

    most: int = _NAMES
    names: dict[str, Counter[str]] = field(default_factory=dict)
    other: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, counts: Mapping[str, int]) -> None:
        """Add to the counts of a name."""
        self.names.setdefault(name, Counter()).update(counts)
        if len(self.names) > self.most:
            self.other.update(self.names.pop(max(self.names, key=_hash)))

    def merge(self, later: Bounded) -> None:
        """Add the counts of another."""
        for name, counts in later.names.items():
            self.add(name, counts)
        self.other.update(later.other)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"names": {n: dict(c) for n, c in sorted(self.names.items())}, "other": dict(self.other)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `as_dict` said."""
        return cls(names={n: Counter(c) for n, c in values["names"].items()}, other=Counter(values["other"]))


@dataclass(slots=True)
class Tally:
    """What one rule did: counts, why its edits were rejected, and examples by outcome."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Bounded = field(default_factory=Bounded)
    examples: dict[str, dict[str, Example]] = field(default_factory=dict)

    def show(self, outcome: str, example: Example) -> None:
        """Keep an example, if its hash is among the smallest of the outcome's; the same change is kept once."""
        kept = self.examples.setdefault(outcome, {})
        key = _hash(f"{example.before}\0{example.after}")
        if key in kept and kept[key].record <= example.record:
            return
        kept[key] = example
        if len(kept) > _EXAMPLES:
            del kept[max(kept)]

    def merge(self, later: Tally) -> None:
        """Add what another counted."""
        self.counts.update(later.counts)
        self.reasons.merge(later.reasons)
        for outcome, examples in later.examples.items():
            for example in examples.values():
                self.show(outcome, example)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        shown = {o: [asdict(e) for _, e in sorted(kept.items())] for o, kept in sorted(self.examples.items())}
        return {"counts": dict(self.counts), "reasons": self.reasons.as_dict(), "examples": shown}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `as_dict` said."""
        made = cls(Counter(values["counts"]), Bounded.from_dict(values["reasons"]))
        for outcome, examples in values["examples"].items():
            for example in examples:
                made.show(outcome, Example(**example))
        return made


@lru_cache(maxsize=4096)
def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
