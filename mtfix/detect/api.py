"""All that a detector file imports: the decorators, `Hit`, `Example`, and the nouns they need.

A detector is a plain function with examples. Its id is its path: `detect/locale/garbled_quotes.py`
is `locale.garbled-quotes`. The examples are its documentation, its test and a smoke benchmark.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mtfix.config import Settings, Term
from mtfix.lang.phrase_tables import matches
from mtfix.types import (
    Applicability,
    Category,
    Document,
    Edit,
    Finding,
    Segment,
    Severity,
    Side,
    Span,
    Tagging,
)

__all__ = [
    "Applicability",
    "Category",
    "Detector",
    "Document",
    "Example",
    "Hit",
    "Segment",
    "Settings",
    "Severity",
    "Side",
    "Span",
    "Tagging",
    "Term",
    "batch_detector",
    "detector",
    "document_detector",
    "pattern",
    "phrases",
]

SAFE, UNSAFE, DISPLAY_ONLY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY
_MARK = re.compile("⟦(.*?)⟧", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a detector yields: where, and what it would do about it.

    `fix` replaces the span; `edits` are (span, text) pairs for edits elsewhere, made together with
    it. `alternatives` are further replacements of the span, shown but never applied alone. The rest
    overrides what the decorator says. `segment` is the index in the document, for a document
    detector.
    """

    span: Span
    fix: str | None = None
    message: str = ""
    edits: tuple[tuple[Span, str], ...] = ()
    alternatives: tuple[str, ...] = ()
    applicability: Applicability | None = None
    confidence: float | None = None
    severity: Severity | None = None
    category: Category | None = None
    hint: bool | None = None
    side: Side = Side.HYPOTHESIS
    segment: int = 0
    touches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the expected spans in ⟦ ⟧ and, for a bad one, what it becomes.

    For a document detector, lines are segments. `fixed` is the text after all edits of this
    detector, whatever their applicability (but not DISPLAY_ONLY ones); leave it out where there is
    no edit. An empty ⟦⟧ marks an empty span. `known_gap` makes it a strict expected failure.
    """

    marked: str
    fixed: str | None = None
    source: str | None = None
    source_lang: str = ""
    settings: Settings = field(default_factory=Settings)
    known_gap: str = ""

    @property
    def text(self) -> str:
        """Return the text without marks."""
        return _MARK.sub(r"\1", self.marked)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return the marked spans, as offsets into `text`."""
        spans, shift = [], 0
        for match in _MARK.finditer(self.marked):
            start = match.start() - shift
            spans.append(Span(start, start + len(match.group(1))))
            shift += 2
        return tuple(spans)

    def document(self) -> Document:
        """Return the text as a document of one segment a line."""
        lines = self.text.split("\n")
        segments = tuple(
            Segment(line, source=self.source, source_lang=self.source_lang, id=str(i)) for i, line in enumerate(lines)
        )
        return Document(segments, layout=("", *["\n"] * (len(lines) - 1), ""))


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector with all that is known of it. `scope` is "segment", "document" or "batch"."""

    id: str
    function: Callable[..., Iterable[Any]]
    scope: str
    category: Category
    severity: Severity
    title: str
    doc: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    default: bool = True
    hint: bool = False
    applicability: Applicability = SAFE
    confidence: float = 0.9
    touches: tuple[str, ...] = ()
    takes: frozenset[str] = frozenset()  # "settings", "taggings"

    def run(
        self, document: Document, settings: Settings, taggings: Sequence[Tagging | None] = ()
    ) -> Iterator[tuple[int, Hit]]:
        """Yield (index of the segment, hit) for the document, segment detectors included."""
        extra: dict[str, Any] = {"settings": settings} if "settings" in self.takes else {}
        if "taggings" in self.takes:
            extra["taggings"] = taggings
        if self.scope == "document":
            for hit in self.function(document, **extra):
                yield hit.segment, hit
        elif self.scope == "batch":
            for index, hits in enumerate(self.function(document.segments, **extra)):
                yield from ((index, hit) for hit in hits)
        else:
            for index, segment in enumerate(document.segments):
                yield from ((index, hit) for hit in self.function(segment, **extra))

    def finding(self, hit: Hit) -> Finding:
        """Return the hit as a finding; its id is 0 until the pipeline numbers it."""
        how = hit.applicability or self.applicability
        sure = self.confidence if hit.confidence is None else hit.confidence
        touches = (*self.touches, *hit.touches)
        pairs = list(hit.edits)
        if hit.fix is not None:
            pairs.append((hit.span, hit.fix))
        edits = [Edit(span, text, how, sure, touches=touches) for span, text in pairs]
        edits += [Edit(hit.span, text, DISPLAY_ONLY, sure / 2, touches=touches) for text in hit.alternatives]
        return Finding(
            id=0,
            detector=self.id,
            category=hit.category or self.category,
            severity=self.severity if hit.severity is None else hit.severity,
            span=hit.span,
            message=hit.message or self.title,
            side=hit.side,
            edits=tuple(edits),
            confidence=sure,
            hint=self.hint if hit.hint is None else hit.hint,
        )


def _make(scope: str, options: dict[str, Any]) -> Callable[[Callable[..., Iterable[Any]]], Detector]:
    def wrap(function: Callable[..., Iterable[Any]]) -> Detector:
        return _detector(scope, function, inspect.getdoc(function) or "", options)

    return wrap


def _detector(scope: str, function: Callable[..., Iterable[Any]], doc: str, options: dict[str, Any]) -> Detector:
    parts = function.__module__.split(".")
    title, _, rest = doc.partition("\n")
    takes = set(inspect.signature(function).parameters) & {"settings", "taggings"}
    options = {**options, "bad": tuple(options.get("bad", ())), "good": tuple(options.get("good", ()))}
    return Detector(
        id=".".join(parts[-2:]).replace("_", "-"),
        function=function,
        scope=scope,
        title=title.strip(),
        doc=rest.strip(),
        takes=frozenset(takes),
        **options,
    )


def detector(*, category: Category, severity: Severity, **options: Any) -> Callable[[Any], Detector]:
    """Make a detector of a function `(segment[, settings]) -> hits`.

    Options: bad, good (lists of Example), default (False: off unless selected), hint (shown only
    with --hints), applicability and confidence of its edits, touches (kinds of protected span that
    its edits may change).
    """
    return _make("segment", {"category": category, "severity": severity, **options})


def document_detector(*, category: Category, severity: Severity, **options: Any) -> Callable[[Any], Detector]:
    """Make a detector of a function `(document[, settings]) -> hits`, each with its `segment`."""
    return _make("document", {"category": category, "severity": severity, **options})


def batch_detector(*, category: Category, severity: Severity, **options: Any) -> Callable[[Any], Detector]:
    """Make a detector of a function `(segments[, settings, taggings]) -> one iterable of hits a segment`."""
    return _make("batch", {"category": category, "severity": severity, **options})


def pattern(
    regex: re.Pattern[str], fix: Callable[[re.Match[str]], str | None] | str | None = None, *, group: int = 0
) -> Callable[[Segment], Iterator[Hit]]:
    """Return a function that yields a hit for each match; `fix` is a template, or a function of the match.

    A fix that returns None means: no fault here.
    """

    def find(segment: Segment) -> Iterator[Hit]:
        for match in regex.finditer(segment.hypothesis):
            text = fix(match) if callable(fix) else match.expand(fix) if fix is not None else None
            if callable(fix) and text is None:
                continue
            yield Hit(Span(*match.span(group)), fix=text)

    return find


def phrases(name: str, note: str = "") -> Callable[[Segment], Iterator[Hit]]:
    """Return a function that yields a hit for each phrase of the table `name` (see lang/phrase_tables.py).

    The message is the entry's own note, else `note` with the phrase and the better wording put in
    for {found} and {better}, else the detector's title.
    """

    def find(segment: Segment) -> Iterator[Hit]:
        for match in matches(name, segment.hypothesis):
            span, entry = Span(match.start, match.end), match.entry
            better = (match.fix or "").strip()
            found = span.of(segment.hypothesis).strip()
            message = entry.note or (note.format(found=found, better=better) if better else "")
            yield Hit(
                span,
                fix=match.fix,
                message=message,
                applicability=SAFE if entry.level == "safe" else UNSAFE,
                hint=True if entry.level == "hint" else None,
            )

    return find


def renamed(detector: Detector, **changes: Any) -> Detector:
    """Return a copy of a detector with some fields changed."""
    return replace(detector, **changes)
