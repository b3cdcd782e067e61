"""The face of a guard: one file, one function, with examples of what it lets pass and what it stops.

An *edit guard* looks at one edit: `(segment, edit) -> reason`, empty to let it pass. A *result
guard* looks at what the segment became: `(segment, edits, before, after) -> {index of edit: reason}`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mtfix.types import Edit, Finding, Segment, Span

_EDIT = re.compile("⟦(.*?)→(.*?)⟧", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GuardExample:
    """A text with one edit in it, as "He ⟦go→goes⟧ home."; `by` and `touches` are the edit's."""

    marked: str
    by: str = "tagger"
    touches: tuple[str, ...] = ()

    @property
    def segment(self) -> Segment:
        """Return the segment before the edit."""
        return Segment(_EDIT.sub(r"\1", self.marked))

    @property
    def edit(self) -> Edit:
        """Return the edit."""
        match = _EDIT.search(self.marked)
        if match is None:
            raise ValueError(f"no edit in {self.marked!r}")
        span = Span(match.start(), match.start() + len(match.group(1)))
        return Edit(span, match.group(2), by=self.by, touches=self.touches)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a text: its findings and, with a tagger, its score (0 to 100)."""

    text: str
    findings: Sequence[Finding]
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard with its documentation and examples."""

    id: str
    function: Callable[..., Any]
    title: str
    of_result: bool
    accepts: tuple[GuardExample, ...] = ()
    rejects: tuple[GuardExample, ...] = ()

    def judge(self, segment: Segment, edit: Edit) -> str:
        """Return why the edit is stopped, or an empty string."""
        return str(self.function(segment, edit))

    def judge_result(
        self, segment: Segment, edits: Sequence[Edit], before: Evidence, after: Evidence
    ) -> Mapping[int, str]:
        """Return the reason for each edit that is stopped, by its index."""
        result: Mapping[int, str] = self.function(segment, edits, before, after)
        return result


def guard(
    *, accepts: Sequence[GuardExample] = (), rejects: Sequence[GuardExample] = (), of_result: bool = False
) -> Callable[[Callable[..., Any]], Guard]:
    """Make a guard of a function; its id is the file's name."""

    def wrap(function: Callable[..., Any]) -> Guard:
        id = function.__module__.split(".")[-1].replace("_", "-")
        title = (inspect.getdoc(function) or "").partition("\n")[0]
        return Guard(id, function, title, of_result, tuple(accepts), tuple(rejects))

    return wrap
