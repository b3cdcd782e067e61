"""A rewriter: a sequence-to-sequence or causal model that says what should stand in a suspect span.

A folder (CTranslate2, or Hugging Face) or a hub name becomes a callable; its card says how to ask. Each candidate
comes with its own log-probability and with that of leaving the text as it is, both under the same model, so
that a caller can weigh them.
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from mtfix.errors import CardInvalid, ModelMissing
from mtfix.text.edits import apply, diff
from mtfix.text.tokens import sentences
from mtfix.types import Span

__all__ = ["BEAM", "CANDIDATES", "Backend", "Candidate", "Card", "Request", "Rewriter", "Session", "find", "load"]

BEAM = 4
CANDIDATES = 3
BATCH = 16
_FIELD = re.compile(r"\{(text|left|span|right|source)\}")


@dataclass(frozen=True, slots=True)
class Request:
    """What to rewrite: a span of a hypothesis, with the source where known."""

    hypothesis: str
    span: Span
    source: str | None = None


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
    """A loaded model. Prompts and outputs are texts; `size` counts a text's tokens."""

    def size(self, text: str) -> int: ...

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[str]]: ...

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Card:
    """How a rewriter is to be asked: `card.toml` beside the weights.

    `backend` is "ctranslate2", "transformers" or "" (as the folder's files tell); `tokenizer` a file
    of the folder (a SentencePiece model or a tokenizer.json), "" to look for one. `max_length` counts
    tokens; a longer text is not cut but left alone.
    """

    kind: str = "seq2seq"
    prompt: str = "{text}"
    scope: str = "segment"
    max_length: int = 256
    tokenizer: str = ""
    backend: str = ""
    licence: str = ""
    id: str = ""

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
        return found


@dataclass(frozen=True, slots=True)
class _Task:
    """A request made ready: the prompt, what the model would write to keep the text, and where its answer goes."""

    index: int
    prompt: str
    kept: str
    where: Span


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
            answers = self._backend.generate([task.prompt for task in batch], limit=self.card.max_length)
            for task, texts in zip(batch, answers, strict=True):
                out[task.index] = self._candidates(requests[task.index], task, texts)
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
        prompt = _FIELD.sub(lambda m: values[m.group(1)], self.card.prompt)
        if self._backend.size(prompt) > self.card.max_length:
            return None
        if self.card.scope == "span":
            return _Task(index, prompt, values["span"], span)
        return _Task(index, prompt, text, window)

    def _batches(self, tasks: Sequence[_Task]) -> list[list[_Task]]:
        by_size: dict[int, list[_Task]] = {}
        for task in tasks:
            by_size.setdefault(self._backend.size(task.prompt), []).append(task)
        return [group[i : i + BATCH] for _, group in sorted(by_size.items()) for i in range(0, len(group), BATCH)]

    def _candidates(self, request: Request, task: _Task, texts: Sequence[str]) -> list[Candidate]:
        # A model's answer has no white space around it; the text that it replaces may have.
        bare = task.kept.strip()
        lead = task.kept[: len(task.kept) - len(task.kept.lstrip())]
        tail = task.kept[len(lead) + len(bare) :]
        texts = [text.strip() for text in texts]
        if self.card.scope == "segment":
            at = task.where.start + len(lead)
            near = Span(max(0, request.span.start - at), max(0, request.span.end - at))
            texts = [_only_near(bare, text, near) for text in texts if text]
        new = [text for text in dict.fromkeys(texts) if text != bare]
        if not new:
            return []
        kept, *scores = self._backend.score([(task.prompt, text) for text in (bare, *new)])
        before, after = request.hypothesis[: task.where.start], request.hypothesis[task.where.end :]
        found = [
            Candidate(f"{before}{lead}{text}{tail}{after}", round(score, 3), round(kept, 3))
            for text, score in zip(new, scores, strict=True)
        ]
        return sorted(found, key=lambda c: (-c.logprob, c.text))


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
    card = read_card(folder, name)
    faults = card.faults()
    if faults:
        raise CardInvalid(f"The card of the rewriter {name!r} is faulty: {'; '.join(faults)}.", "Mend its card.toml.")
    if folder is None and "/" not in name:
        raise ModelMissing(
            f"There is no rewriter {name!r}.",
            "Give a folder, a hub name such as 'grammarly/coedit-large', or 'none'.",
        )
    kind = card.backend or ("ctranslate2" if folder and (folder / "model.bin").is_file() else "transformers")
    return Session(_backend(kind, folder, name, card, threads), card)


def find(name: str, folders: Sequence[Path] = ()) -> Path | None:
    """Return the folder of a rewriter: the name itself as a path, or a folder of that name in one of the folders."""
    for path in (Path(name).expanduser(), *(folder / name for folder in folders)):
        if path.is_dir() and any((path / file).is_file() for file in ("card.toml", "config.json", "model.bin")):
            return path
    return None


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
    wrong = [k for k in wanted if k in mine and not isinstance(mine[k], int if k == "max_length" else str)]
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
