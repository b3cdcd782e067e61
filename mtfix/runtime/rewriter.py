"""A rewriter: a sequence-to-sequence or causal model that says what should stand in a suspect span.

A folder (CTranslate2, or Hugging Face) or a hub name becomes a callable; its card says how to ask. Each candidate
comes with its own log-probability and with that of leaving the text as it is, both under the same model, so
that a caller can weigh them.
"""

from __future__ import annotations

import contextlib
import fnmatch
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from mtfix.errors import CardInvalid, ModelMissing
from mtfix.runtime import card as cards
from mtfix.runtime.card import verify
from mtfix.text.edits import apply, diff
from mtfix.text.tokens import sentences
from mtfix.text.units import encodable
from mtfix.types import Span

__all__ = ["BEAM", "CANDIDATES", "Backend", "Candidate", "Card", "Request", "Rewriter", "Session", "find", "load"]

BEAM = 4
CANDIDATES = 3
BATCH = 16
_FIELD = re.compile(r"\{(text|left|span|right|source)\}")


@dataclass(frozen=True, slots=True)
class Request:
    """What to rewrite: a span of a hypothesis, with the source where known.

    `also`: what others would put there; if the model would change the text, it weighs these beside its own answer.
    """

    hypothesis: str
    span: Span
    source: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hypothesis with the rewrite in it, and the log-probabilities of the rewrite and of the text as it was."""

    text: str
    logprob: float
    logprob_kept: float


class Rewriter(Protocol):
    """Anything that answers requests with candidates, the best first; none for a request it can't take."""

    def rewrite(self, requests: Sequence[Request]) -> list[list[Candidate]]: ...


class Backend(Protocol):
    """A loaded model. Prompts and outputs are texts; `size` counts a text's tokens.

    `generate` gives texts with the sums of their tokens' log-probabilities, `score` such sums for given answers.
    """

    def size(self, text: str) -> int: ...

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[tuple[str, float]]]: ...

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Card:
    """How a rewriter is to be asked: `card.toml` beside the weights.

    `backend` is "ctranslate2", "transformers" or "" (as the folder's files tell); `tokenizer` a file
    of the folder (a SentencePiece model or a tokenizer.json), "" to look for one. `max_length` counts
    tokens; a longer text is not cut but left alone. `beam` is the width of the search, and at most
    CANDIDATES of what it finds are kept. `trust`, `whole` and `ask` hold fitted numbers.
    """

    kind: str = "seq2seq"
    prompt: str = "{text}"
    scope: str = "segment"
    max_length: int = 256
    beam: int = BEAM
    tokenizer: str = ""
    backend: str = ""
    licence: str = ""
    id: str = ""
    version: str = ""
    trust: Mapping[str, float] = field(default_factory=dict)
    whole: Mapping[str, float] = field(default_factory=dict)
    ask: Mapping[str, float] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        """Return what a report's signature says of the model."""
        return f"{self.id}:{self.version}" if self.version else self.id

    def faults(self) -> list[str]:
        """Return what is wrong with the card, empty if nothing."""
        found = []
        for name, known in (
            ("kind", ("seq2seq", "causal")),
            ("scope", ("segment", "span")),
            ("backend", ("", "ctranslate2", "transformers")),
        ):
            if getattr(self, name) not in known:
                found.append(f"{name} is {getattr(self, name)!r}, not one of {', '.join(map(repr, known))}")
        wanted = "{span}" if self.scope == "span" else "{text}"
        if wanted not in self.prompt:
            found.append(f"prompt lacks {wanted}")
        if self.max_length < 8:
            found.append(f"max_length is {self.max_length}, less than 8")
        if self.beam < 1:
            found.append(f"beam is {self.beam}, less than 1")
        if any(not isinstance(v, int | float) for v in (*self.trust.values(), *self.whole.values())):
            found.append("trust holds something that is no number")
        return found


@dataclass(frozen=True, slots=True)
class _Task:
    """A request made ready: the prompt, what the model would write to keep the text, and where its answer goes."""

    index: int
    prompt: str
    kept: str
    where: Span
    size: int  # of the prompt, in tokens
    limit: int  # of the answer


class Session:
    """A backend with its card: builds prompts, batches by length, and puts answers back into the hypothesis."""

    def __init__(self, backend: Backend, card: Card) -> None:
        self.card = card
        self._backend = backend

    def rewrite(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        """Return candidates for each request, likeliest first, without the text as it is and without doubles.

        The answer to a request does not depend on those beside it: only prompts of the same number of
        tokens share a batch, so there is no padding, and log-probabilities are rounded.
        """
        tasks = [task for index, request in enumerate(requests) if (task := self._task(index, request))]
        out: list[list[Candidate]] = [[] for _ in requests]
        for batch in self._batches(tasks):
            answers = self._backend.generate([task.prompt for task in batch], limit=batch[0].limit)
            new = [self._new(requests[t.index], t, some) for t, some in zip(batch, answers, strict=True)]
            asked = [(task, some) for task, some in zip(batch, new, strict=True) if some]
            kept = self._backend.score([(task.prompt, encodable(task.kept.strip())) for task, _ in asked])
            for (task, some), score in zip(asked, kept, strict=True):
                out[task.index] = _candidates(requests[task.index], task, some, score)
        return out

    def _task(self, index: int, request: Request) -> _Task | None:
        window = _window(request.hypothesis, request.span)
        text, span = window.of(request.hypothesis), request.span
        values = {
            "text": text,
            "left": request.hypothesis[window.start : span.start],
            "span": span.of(request.hypothesis),
            "right": request.hypothesis[span.end : window.end],
            "source": request.source or "",
        }
        if not text.strip() or ("{source}" in self.card.prompt and not request.source):
            return None
        prompt = encodable(_FIELD.sub(lambda m: values[m.group(1)], self.card.prompt))
        size = self._backend.size(prompt)
        if size > self.card.max_length:
            return None
        kept, where = (values["span"], span) if self.card.scope == "span" else (text, window)
        # Room for half as much again; in steps, so that requests can share a batch.
        limit = min(self.card.max_length, 16 + self._backend.size(encodable(kept)) * 3 // 2 // 16 * 16)
        return _Task(index, prompt, kept, where, size, limit)

    def _batches(self, tasks: Sequence[_Task]) -> list[list[_Task]]:
        groups: dict[tuple[int, int], list[_Task]] = {}
        for task in tasks:
            groups.setdefault((task.size, task.limit), []).append(task)
        return [group[i : i + BATCH] for _, group in sorted(groups.items()) for i in range(0, len(group), BATCH)]

    def _new(self, request: Request, task: _Task, answers: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
        """Return the answers that are not the text as it is, without doubles, with their log-probabilities."""
        bare = task.kept.strip()
        if self.card.scope == "span":
            found: dict[str, float] = {}
            for text, score in answers:
                found.setdefault(text.strip(), score)
            own = [(text, score) for text, score in found.items() if text != bare]
            others = [text for text in request.also if text not in found and text != bare] if own else []
            scores = self._backend.score([(task.prompt, encodable(text)) for text in others]) if others else []
            return own + list(zip(others, scores, strict=True))
        at = task.where.start + len(task.kept) - len(task.kept.lstrip())
        near = Span(max(0, request.span.start - at), max(0, request.span.end - at))
        texts = [_only_near(bare, text.strip(), near) for text, _ in answers if text.strip()]
        texts = [text for text in dict.fromkeys(texts) if text != bare]
        return list(zip(texts, self._backend.score([(task.prompt, encodable(text)) for text in texts]), strict=True))


def _candidates(
    request: Request, task: _Task, answers: Sequence[tuple[str, float]], score_kept: float
) -> list[Candidate]:
    # A model's answer has no white space around it; the text that it replaces may have.
    bare = task.kept.strip()
    lead = task.kept[: len(task.kept) - len(task.kept.lstrip())]
    tail = task.kept[len(lead) + len(bare) :]
    before, after = request.hypothesis[: task.where.start], request.hypothesis[task.where.end :]
    found = [
        Candidate(_put(before, f"{lead}{text}{tail}", after), round(score, 3), round(score_kept, 3))
        for text, score in answers
    ]
    return sorted(found, key=lambda c: (-c.logprob, c.text))


def _put(before: str, text: str, after: str) -> str:
    """Put a text in its place; where nothing is to stand there, one space of the two around it goes."""
    if not text and before[-1:] in ("", " ") and after[:1] in ("", " ", ",", "."):
        return before.rstrip(" ") + (after if before else after.lstrip(" "))
    return before + text + after


def _window(text: str, span: Span) -> Span:
    """Return the sentences that a span touches."""
    near = [s for s in sentences(text) if s.touches(span)]
    if not near:
        return Span(0, len(text))
    return Span(min(near[0].start, span.start), max(near[-1].end, span.end))


def _only_near(before: str, after: str, span: Span) -> str:
    """Return the text with only those of its changes that touch the span: the others were not asked for."""
    near = Span(max(0, span.start - 1), span.end + 1)
    return apply(before, [edit for edit in diff(before, after) if edit.span.touches(near)])


def load(name: str, *, folders: Sequence[Path] = (), threads: int = 0) -> Session:
    """Load a rewriter: a folder, the id of a model in one of the `folders`, or a name on the Hugging Face hub.

    Raises ModelMissing that says how to get it, CardInvalid that lists the card's faults.
    """
    folder = find(name, folders)
    if folder is not None:
        _verify(folder)
    card = read_card(folder, name)
    faults = card.faults()
    if faults:
        raise CardInvalid(f"The card of the rewriter {name!r} is faulty: {'; '.join(faults)}.", "Mend its card.toml.")
    if folder is None and "/" not in name:
        raise ModelMissing(
            f"There is no rewriter {name!r}.",
            "Give a folder, a hub name such as 'grammarly/coedit-large', or 'none'.",
        )
    weights = folder and ((folder / "model.bin").is_file() or (folder / "model.bin.0").is_file())
    kind = card.backend or ("ctranslate2" if weights else "transformers")
    return Session(_backend(kind, folder, name, card, threads), card)


def find(name: str, folders: Sequence[Path] = ()) -> Path | None:
    """Return the folder of a rewriter: the name itself as a path, or a folder of that name in one of the folders."""
    for path in (Path(name).expanduser(), *(folder / name for folder in folders)):
        if path.is_dir() and any((path / file).is_file() for file in ("card.toml", "config.json", "model.bin")):
            return path
    return None


def _verify(folder: Path) -> None:
    """Compare the files with the checksums of a full card; a folder of one's own need not have one."""
    path = folder / "card.toml"
    with contextlib.suppress(OSError, ValueError):
        if "files" in tomllib.loads(path.read_text(encoding="utf-8")):
            verify(folder, cards.read(folder, "rewriter"))


def read_card(folder: Path | None, name: str) -> Card:
    """Return the card of a folder, or what is known of a hub name. Raises CardInvalid."""
    path = folder / "card.toml" if folder else None
    if path is None or not path.is_file():
        return _known(name)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CardInvalid(f"{path} can't be read: {error}.", "Mend the card.") from error
    # A card may hold more (checksums, floors, training data): that is for others to read.
    mine = {**values, **values["rewriter"]} if isinstance(values.get("rewriter"), dict) else values
    wanted = {f.name: f.type for f in fields(Card)}
    types = {"max_length": int, "beam": int, "trust": dict, "whole": dict, "ask": dict}
    wrong = [k for k in wanted if k in mine and not isinstance(mine[k], types.get(k, str))]
    if wrong:
        raise CardInvalid(f"In {path}, of the wrong type: {', '.join(wrong)}.", "Mend the card.")
    return Card(**{k: mine[k] for k in wanted if k in mine})


@cache
def _known(name: str) -> Card:
    text = (files("mtfix.runtime") / "rewriters.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return next(Card(**values) for pattern, values in table.items() if fnmatch.fnmatchcase(name, pattern))


def _backend(kind: str, folder: Path | None, name: str, card: Card, threads: int) -> Backend:
    from mtfix.runtime import rewriter_backends as backends

    make: Callable[..., Any]
    if kind == "ctranslate2":
        if folder is None:
            raise ModelMissing(f"{name!r} is not a folder.", "CTranslate2 reads a folder; convert the model first.")
        make = backends.CTranslate2Seq2Seq if card.kind == "seq2seq" else backends.CTranslate2Causal
        return make(folder, card, threads)
    make = backends.TransformersSeq2Seq if card.kind == "seq2seq" else backends.TransformersCausal
    return make(str(folder or name), card, threads)
