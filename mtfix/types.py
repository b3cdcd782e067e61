"""The nouns: what travels between the stages. Immutable values; no I/O; imports nothing from mtfix.

Every offset counts code points of the segment's own *hypothesis*, end-exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

__all__ = [
    "Accept",
    "Applicability",
    "Category",
    "Document",
    "Edit",
    "Failure",
    "Finding",
    "Repair",
    "Report",
    "Score",
    "Segment",
    "Severity",
    "Side",
    "Span",
    "Tagging",
    "Verdict",
]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text, `start` to `end` (exclusive), in code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def of(self, text: str) -> str:
        """Return the text under the span."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Say whether two spans share a code point, or an empty one lies strictly inside the other.

        Two insertions at one place overlap too: their order would be a guess.
        """
        if self == other:
            return True
        if self.start == self.end:
            return other.start < self.start < other.end
        if other.start == other.end:
            return self.start < other.start < self.end
        return self.start < other.end and other.start < self.end

    def touches(self, other: Span) -> bool:
        """Say whether two spans overlap or meet."""
        return self.start <= other.end and other.start <= self.end

    def __len__(self) -> int:
        return self.end - self.start


class Severity(IntEnum):
    """How much an error hurts; the weights of a score are in `score/mqm.py`."""

    NEUTRAL = 0
    MINOR = 1
    MAJOR = 2
    CRITICAL = 3


class Side(Enum):
    """Where a finding's span lies. An omission is seen in the source."""

    HYPOTHESIS = "hypothesis"
    SOURCE = "source"


class Applicability(Enum):
    """How far an edit may be trusted."""

    SAFE = "safe"  # may be applied alone
    UNSAFE = "unsafe"  # a good guess: applied only if asked
    DISPLAY_ONLY = "display"  # a hint: never applied


class Accept(Enum):
    """Which edits are applied."""

    SAFE = "safe"
    ALL = "all"
    NONE = "none"


class Category(Enum):
    """The MQM-style error types that we use, as a path: dimension/type."""

    MISTRANSLATION = "accuracy/mistranslation"
    OMISSION = "accuracy/omission"
    ADDITION = "accuracy/addition"
    UNTRANSLATED = "accuracy/untranslated"
    DO_NOT_TRANSLATE = "accuracy/do-not-translate"
    GRAMMAR = "linguistic/grammar"
    WORD_FORM = "linguistic/word-form"
    AGREEMENT = "linguistic/agreement"
    FUNCTION_WORDS = "linguistic/function-words"
    WORD_ORDER = "linguistic/word-order"
    SPELLING = "linguistic/spelling"
    PUNCTUATION = "linguistic/punctuation"
    CAPITALISATION = "linguistic/capitalisation"
    DUPLICATION = "linguistic/duplication"
    UNINTELLIGIBLE = "linguistic/unintelligible"
    ENCODING = "linguistic/encoding"
    WRONG_TERM = "terminology/wrong-term"
    INCONSISTENT_TERM = "terminology/inconsistent"
    AWKWARD = "style/awkward"
    UNIDIOMATIC = "style/unidiomatic"
    REDUNDANT = "style/redundant"
    NUMBER_FORMAT = "locale/number-format"
    DATE_FORMAT = "locale/date-format"
    CURRENCY_FORMAT = "locale/currency-format"
    MEASUREMENT = "locale/measurement"
    QUOTES = "locale/quotes"
    SPELLING_VARIANT = "locale/spelling-variant"
    PLACEHOLDER = "markup/placeholder"
    TAG = "markup/tag"
    BOILERPLATE = "markup/boilerplate"
    WHITESPACE = "markup/whitespace"

    @property
    def dimension(self) -> str:
        """Return the part before the slash: accuracy, linguistic, terminology, style, locale or markup."""
        return self.value.split("/")[0]


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a document: a paragraph of a pasted text, a record's hypothesis in a corpus."""

    hypothesis: str
    source: str | None = None
    source_lang: str = ""
    target_lang: str = "en"
    id: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Segments in order.

    `layout` holds the separators around them, one more than segments, so that
    `layout[0] + segment 0 + layout[1] + ...` is the input, byte for byte. Empty for a document
    that did not come from running text.
    """

    segments: tuple[Segment, ...]
    name: str = ""
    format: str = "text"
    layout: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what stands under `span` by `text`; an empty text deletes, an empty span inserts.

    `reasons` are the ids of the findings that it answers; `touches` the kinds of protected span
    that its maker may change; `by` is "rule", "tagger" or "rewriter".
    """

    span: Span
    text: str
    applicability: Applicability = Applicability.SAFE
    confidence: float = 1.0
    reasons: tuple[int, ...] = ()
    touches: tuple[str, ...] = ()
    by: str = "rule"


@dataclass(frozen=True, slots=True)
class Finding:
    """An MQM-style annotation: what is wrong, where, how bad, how sure.

    `hint` marks one that is shown only when hints are asked for.
    """

    id: int
    detector: str
    category: Category
    severity: Severity
    span: Span
    message: str
    side: Side = Side.HYPOTHESIS
    edits: tuple[Edit, ...] = ()
    confidence: float = 1.0
    hint: bool = False


@dataclass(frozen=True, slots=True)
class Tagging:
    """What one pass of the tagger says of a segment.

    `words` are spans in order; `suspect[i]` is the probability that a post-editor would change
    word i; `tags[i]` the edit tags of word i that are likelier than a floor, surest first, with
    their probabilities; `keep[i]` the probability that it stays; `kinds[i]` the likeliest kind of
    error; `score` the quality, 0 to 100.
    """

    words: tuple[Span, ...]
    suspect: tuple[float, ...]
    tags: tuple[tuple[tuple[str, float], ...], ...]
    score: float
    keep: tuple[float, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guards say of an edit. `guard` is empty when all of them let it pass."""

    accepted: bool
    guard: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A number with its metric and signature. Higher is better unless it says otherwise (TER)."""

    metric: str
    value: float
    signature: str
    higher_is_better: bool = True
    detail: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A stage that crashed on a segment: recorded, shown, counted."""

    stage: str
    segment: int
    message: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A segment with what was found, proposed, decided and applied.

    `verdicts[i]` belongs to `proposals[i]`; `edits` are the ones that were applied, in order, and
    `post_edit` is `apply(segment.hypothesis, edits)`.
    """

    segment: Segment
    post_edit: str
    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    proposals: tuple[Edit, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    tagging: Tagging | None = None
    quality: tuple[Score, Score] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a document. `before` and `after` hold the same metrics in the same order."""

    document: Document
    repairs: tuple[Repair, ...]
    post_edit: str
    before: tuple[Score, ...] = ()
    after: tuple[Score, ...] = ()
    failures: tuple[Failure, ...] = ()
    notices: tuple[str, ...] = ()
    signature: str = ""
