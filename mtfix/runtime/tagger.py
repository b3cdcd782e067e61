"""The tagger: for each word how suspect it is and what would mend it, for the segment a score, in one encoder pass.

ONNX Runtime in eight bits with static scales. Windows are padded to steps of eight pieces and only windows of one
width share a batch, so each is computed in the same shapes alone and in company, and gives the same result.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mtfix.errors import CardInvalid
from mtfix.runtime import lexicon
from mtfix.runtime.card import Card, read, verify
from mtfix.runtime.order import doubled, fresh, order
from mtfix.runtime.suspicion import Floats, Ints, Raw, odds, sigmoid, suspicion
from mtfix.text.tokens import sentences
from mtfix.text.units import encodable
from mtfix.types import Span, Tagging

__all__ = ["KEEP", "REWRITE", "Tagger", "decode", "load", "windows", "word_spans"]

KEEP, REWRITE = "KEEP", "REWRITE"
LEXICON = "lexicon.npz"  # of the model's folder; a model need not have one
STEP = 8  # widths are multiples of it
BATCH = 16
WINDOW_WORDS = 48
# The same words as in training: numbers with their separators, words with apostrophes and hyphens, signs.
_WORD = re.compile(r"\d+(?:[.,:]\d+)*(?:-\w+)*|\w+(?:\.\w+)+\.?|\w+(?:['’-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Reading:
    """How numbers become a Tagging: from the card, fitted on held-out text."""

    tags: tuple[str, ...]
    kinds: tuple[str, ...]
    suspect: Mapping[str, float]
    quality: Mapping[str, Any]
    floor: float
    rewrite_floor: float


def word_spans(text: str) -> list[Span]:
    """Return the words of a text as the tagger sees them.

    >>> [s.of("It's a well-known 1,000.") for s in word_spans("It's a well-known 1,000.")]
    ["It's", 'a', 'well-known', '1,000', '.']
    """
    return [Span(*m.span()) for m in _WORD.finditer(text)]


def windows(text: str, words: Sequence[Span], *, most: int = WINDOW_WORDS) -> list[tuple[int, int]]:
    """Cut words into runs of whole sentences of at most `most` words; a longer sentence stands alone, uncut."""
    if len(words) <= most:
        return [(0, len(words))] if words else []
    ends: list[int] = []
    at = 0
    for sentence in sentences(text):
        while at < len(words) and words[at].start < sentence.end:
            at += 1
        if not ends or ends[-1] < at:
            ends.append(at)
    if not ends or ends[-1] < len(words):
        ends.append(len(words))
    out: list[tuple[int, int]] = []
    start = 0
    for previous, end in zip([0, *ends], ends, strict=False):
        if previous > start and end - start > most:
            out.append((start, previous))
            start = previous
    return [*out, (start, ends[-1])]


WRECK = ("score", "edit", "suspect", "spread", "order", "far", "mean", "length")


def wreck(raw: Raw, words: Sequence[str], suspect: Sequence[float]) -> tuple[float, ...]:
    """Return what tells a shuffled window from one that is only bad, in the order of WRECK."""
    near, far = order(words)
    n = max(1, len(words))
    edit = float(odds(1 - raw.keep.astype(np.float64)).sum()) / n
    mean = sum(suspect) / n
    spread = math.sqrt(sum((p - mean) ** 2 for p in suspect) / n)
    return raw.score, edit, mean, spread, near, far, near / n, math.log(n)


def surest(raw: Raw) -> float:
    """Return the probability of the likeliest change of a word, 0 in an empty window."""
    return float(1.0 - raw.keep.min(initial=1.0))


def quality(raw: Raw, words: Sequence[str], suspect: Sequence[float], how: Mapping[str, Any]) -> float:
    """Return the quality of a window, 0 to 100. How shuffled text is told is in `how["wreck"]`, which may be absent.

    One damaged word weighs little in a score and in a mean, but its edit is sure: so the surest one counts too.
    """
    mean = sum(suspect) / len(suspect) if suspect else 0.0
    value: float = how["bias"] + how["score"] * raw.score + how["suspect"] * mean + how.get("liked", 0.0) * raw.liked
    value += how.get("change", 0.0) * surest(raw)
    value = min(100.0, max(0.0, value))
    # A loop may please word by word. Good text of a window's length repeats fewer than half of its words.
    distinct = len({w.lower() for w in words}) / len(words) if len(words) > 5 else 1.0
    value = value * min(1.0, 2 * distinct) - how.get("doubled", 0.0) * doubled(words)
    if weights := how.get("wreck"):
        row = wreck(raw, words, suspect)
        p = sigmoid(weights["bias"] + sum(weights.get(name, 0.0) * x for name, x in zip(WRECK, row, strict=True)))
        # Headlines look shuffled too; what the network likes well enough is left alone.
        liked = (value - weights["doubt"]) / (weights["trust"] - weights["doubt"])
        sound = min(1.0, max(liked, (1 - p) * weights["sharp"]))
        value = sound * value + (1 - sound) * min(value, weights["most"])
    return max(0.0, value)


def decode(text: str, words: Sequence[Span], raws: Sequence[Raw], how: Reading) -> Tagging:
    """Join what was said of the windows of a segment into one Tagging."""
    suspect: list[float] = []
    values: list[tuple[float, int]] = []
    tags: list[tuple[tuple[str, float], ...]] = []
    keep: list[float] = []
    kinds: list[str] = []
    for raw in raws:
        start = len(suspect)
        window = [s.of(text) for s in words[start : start + len(raw.word)]]
        these = suspicion(raw, window, how.suspect)
        values.append((quality(raw, window, these, how.quality), int(raw.seen.sum())))
        suspect += these
        for n in range(len(these)):
            tags.append(_likely(raw.tag_id[n], raw.tag_p[n], how) if raw.seen[n] else ())
            keep.append(round(float(raw.keep[n]), 4) if raw.seen[n] else 1.0)
            kinds.append(how.kinds[int(raw.kinds[n].argmax())])
    total = sum(n for _, n in values)
    score = sum(v * n for v, n in values) / total if total else 0.0
    score *= fresh([s.of(text) for s in words])  # a loop may be longer than a window
    return Tagging(tuple(words), tuple(suspect), tuple(tags), round(score, 2), tuple(keep), tuple(kinds))


def _likely(ids: Ints, p: Floats, how: Reading) -> tuple[tuple[str, float], ...]:
    named = [(how.tags[int(i)], round(float(x), 4)) for i, x in zip(ids, p, strict=True)]
    return tuple((t, x) for t, x in named if x >= (how.rewrite_floor if t == REWRITE else how.floor))


class Tagger:
    """A loaded model. `tag` may be called from several threads."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        self.folder = folder
        self.card: Card = read(folder, "tagger")
        verify(folder, self.card)
        content = json.loads((folder / "tags.json").read_text(encoding="utf-8"))
        self.reading = _reading(self.card, content)
        self.forms: dict[str, dict[str, str]] = content.get("forms", {})
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._lexicon = lexicon.read(folder / LEXICON) if LEXICON in self.card.files else None
        self._threads = threads
        self._session: Any = None
        self._lock = threading.Lock()

    @property
    def signature(self) -> str:
        """Return what a report's signature says of the tagger."""
        return self.card.signature

    def tag(self, texts: Sequence[str]) -> list[Tagging]:
        """Return one Tagging a text, in order."""
        spans = [word_spans(t) for t in texts]
        cuts = [self._cut(t, s) for t, s in zip(texts, spans, strict=True)]
        whole = zip(texts, spans, cuts, strict=True)
        jobs = [[s.of(t) for s in words[a:b]] for t, words, cut in whole for a, b in cut]
        raws = iter(self.raw(jobs))
        return [
            decode(text, words, [next(raws) for _ in cut], self.reading)
            for text, words, cut in zip(texts, spans, cuts, strict=True)
        ]

    def raw(self, windows: Sequence[Sequence[str]]) -> list[Raw]:
        """Return what the network says of windows, given as words; each must fit max_length."""
        encoded = self._tokenizer.encode_batch([list(map(encodable, w)) for w in windows], is_pretokenized=True)
        out: list[Raw | None] = [None] * len(windows)
        for group in _groups([len(e.ids) for e in encoded]):
            for at, raw in zip(group, self._run([encoded[n] for n in group], [windows[n] for n in group]), strict=True):
                out[at] = raw
        return [r for r in out if r is not None]

    def _cut(self, text: str, words: Sequence[Span]) -> list[tuple[int, int]]:
        """Cut into windows of sentences; halve, and halve again, a sentence that has too many pieces."""
        out: list[tuple[int, int]] = []
        todo = windows(text, words)[::-1]
        while todo:
            a, b = todo.pop()
            # A piece is at least one code point: most windows need no count.
            short = words[b - 1].end - words[a].start + 2 <= self.card.max_length
            if b - a > 1 and not short and self._pieces(text, words[a:b]) > self.card.max_length:
                middle = (a + b) // 2
                todo += [(middle, b), (a, middle)]
            else:
                out.append((a, b))
        return out

    def _pieces(self, text: str, words: Sequence[Span]) -> int:
        return len(self._tokenizer.encode([w.of(text) for w in words], is_pretokenized=True).ids)

    def _run(self, encoded: Sequence[Any], words: Sequence[Sequence[str]]) -> Iterator[Raw]:
        width = -(-max(len(e.ids) for e in encoded) // STEP) * STEP
        limit = self.card.max_length
        width = min(width, -(-limit // STEP) * STEP)
        ids = np.zeros((len(encoded), width), np.int64)
        mask = np.zeros_like(ids)
        # A word of signs that the tokenizer drops has no piece: there may be more words than pieces.
        first = np.zeros((len(encoded), max(width, -(-max(map(len, words)) // STEP) * STEP)), np.int64)
        seen = np.zeros(first.shape, np.bool_)
        for b, e in enumerate(encoded):
            # Only a single word of more pieces than max_length is cut here: nothing else is that long.
            n = min(len(e.ids), width)
            ids[b, :n] = e.ids[:n]
            mask[b, :n] = 1
            for at in range(n - 1, -1, -1):
                if (w := e.word_ids[at]) is not None:
                    first[b, w], seen[b, w] = at, True
        feed = {"input_ids": ids, "attention_mask": mask, "first": first}
        names = ("word", "keep", "kinds", "tag_p", "tag_id", "score")
        word, keep, kinds, tag_p, tag_id, score = self._loaded().run(list(names), feed)
        for b, these in enumerate(words):
            n = len(these)
            said = (word[b, :n], keep[b, :n], kinds[b, :n], tag_p[b, :n], tag_id[b, :n], seen[b, :n])
            known = self._lexicon.read(these) if self._lexicon else (np.zeros(n), 0.0)
            yield Raw(*said, float(score[b]), *known)

    def _loaded(self) -> Any:
        with self._lock:
            if self._session is None:
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.log_severity_level = 3
                path = str(self.folder / "model.onnx")
                self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            return self._session


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    """Return indices in batches of one padded width each."""
    by_width: dict[int, list[int]] = {}
    for n, size in enumerate(sizes):
        by_width.setdefault(-(-size // STEP), []).append(n)
    return [some[k : k + BATCH] for _, some in sorted(by_width.items()) for k in range(0, len(some), BATCH)]


def _reading(card: Card, content: Mapping[str, Any]) -> Reading:
    options = card.options
    faults = [
        f"[{part}] needs {name}"
        for part, names in (
            ("suspect", ("word", "edit", "score", "bias", "threshold")),
            ("quality", ("score", "suspect", "bias")),
            ("tags", ("floor", "rewrite")),
        )
        for name in names
        if not isinstance(options.get(part, {}).get(name), int | float)
    ]
    if faults:
        raise CardInvalid(f"The card of {card.id!r}: {'; '.join(faults)}.", "Fetch the model anew.")
    return Reading(
        tags=tuple(content["tags"]),
        kinds=tuple(content["kinds"]),
        suspect=options["suspect"],
        quality=options["quality"],
        floor=options["tags"]["floor"],
        rewrite_floor=options["tags"]["rewrite"],
    )


def load(folder: Path, *, threads: int = 0) -> Tagger:
    """Return the tagger of a folder. Raises ModelError if its card or files are faulty."""
    return Tagger(folder, threads=threads)
