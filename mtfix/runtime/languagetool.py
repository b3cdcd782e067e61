"""One door to LanguageTool's rules, two engines behind it: in process (LingoTweaker, the default), or a real server.

A server that is absent, dies or answers late costs no result: the door says so once, in `notices`,
and goes on in process, where the same rules give the same matches.
"""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

from mtfix.config import Settings
from mtfix.errors import LanguageToolUnavailable
from mtfix.runtime import languagetool_server as server
from mtfix.text.tokens import sentences
from mtfix.text.units import encodable, from_utf8, from_utf16
from mtfix.types import Span

__all__ = ["Door", "Engine", "InProcess", "Match", "cores", "door", "limit"]

# LanguageTool's time grows with the square of a sentence's length: a long text is cut, at ends of sentences.
PIECE = 3000
SUGGESTIONS = 5
# LingoTweaker has the American dictionary only, so a server is asked for that too; British words are known as data.
LANGUAGE = "en-US"
REMEMBERED = 4096  # texts whose matches are kept: the pipeline checks a text again after each repair
WAIT = 60.0  # seconds that an answer may take


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule of LanguageTool says of a text. The span counts code points."""

    rule: str
    span: Span
    message: str
    suggestions: tuple[str, ...]
    category: str
    issue: str


class Engine(Protocol):
    """Either engine: a text without lone surrogates in, matches in order of place out."""

    name: str

    def check(self, text: str) -> list[Match]: ...


class InProcess:
    """LingoTweaker, a port of LanguageTool in Rust. Thread-safe; about 400 MB, loaded at the first check."""

    name = "in-process"

    def check(self, text: str) -> list[Match]:
        """Return the matches. Raises LanguageToolUnavailable if the package is not installed."""
        found = _lingotweaker().check(text)
        spans = from_utf8(text, [(m["offset"], m["offset"] + m["length"]) for m in found])
        return [
            Match(
                rule=m["rule_id"],
                span=span,
                message=_plain(m["message"]),
                suggestions=tuple(m["suggestions"][:SUGGESTIONS]),
                category=m["category_id"] or "",
                issue=m["issue_type"] or "",
            )
            for m, span in zip(found, spans, strict=True)
        ]


class Remote:
    """A server by its URL, through language-tool-python. `close` ends it if it is one that mtfix started."""

    name = "server"

    def __init__(self, url: str, *, wait: float = WAIT, process: server.Process | None = None) -> None:
        self.process = process
        self._client = server.client(url, LANGUAGE, wait=wait)

    def check(self, text: str) -> list[Match]:
        """Return the matches. Raises LanguageToolUnavailable if the server does not answer, or not in time."""
        found = self._client.raw_check(text)
        spans = from_utf16(text, [(m["offset"], m["offset"] + m["length"]) for m in found])
        return [
            Match(
                rule=m["rule"]["id"],
                span=span,
                message=_plain(m["message"]),
                suggestions=tuple(r["value"] for r in m["replacements"][:SUGGESTIONS]),
                category=m["rule"]["category"]["id"],
                issue=m["rule"]["issueType"],
            )
            for m, span in zip(found, spans, strict=True)
        ]

    def close(self) -> None:
        """End the server, if it is ours."""
        if self.process:
            self.process.close()


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_most = 0


def limit(threads: int) -> None:
    """Check at most so many texts at once in this process; 0: one on each core. No result depends on it."""
    global _most
    _most = threads


class Door:
    """What a detector asks. Holds the engine in use, what was checked lately, and the notices. Thread-safe."""

    def __init__(self, settings: Settings, *, wait: float = WAIT) -> None:
        self.notices: tuple[str, ...] = ()
        self._choice, self._strict, self._wait = settings.languagetool, settings.strict, wait
        self._fallback = InProcess()
        self._engine: Engine | None = None
        self._seen: OrderedDict[str, tuple[Match, ...]] = OrderedDict()
        self._lock = threading.RLock()

    @property
    def engine(self) -> str:
        """Return the name of the engine in use, "" before the first check."""
        return self._engine.name if self._engine else ""

    def check(self, texts: Sequence[str]) -> list[tuple[Match, ...]]:
        """Return the matches of each text, in order of place.

        Raises LanguageToolUnavailable if no engine can be used; under `strict`, also if the server
        that was asked for can't.
        """
        if self._choice == "off":
            return [() for _ in texts]
        threads = min(_most or cores(), len(texts))
        if threads < 2 or self._choice != "in-process":
            return [self._one(text) for text in texts]
        with ThreadPoolExecutor(threads) as pool:  # the engine works outside of Python's lock
            return list(pool.map(self._one, texts))

    def reopen(self) -> None:
        """Ask for the server again, after it was given up."""
        with self._lock:
            self.close()
            self._seen.clear()
            self.notices = ()

    def close(self) -> None:
        """End a server that mtfix started. The next check starts it again."""
        with self._lock:
            if isinstance(self._engine, Remote):
                self._engine.close()
            self._engine = None

    def _one(self, text: str) -> tuple[Match, ...]:
        with self._lock:
            if (known := self._seen.get(text)) is not None:
                self._seen.move_to_end(text)
                return known
            self._open()
        clean = encodable(text)
        found = tuple(match for piece in _pieces(clean) for match in self._piece(piece, clean))
        with self._lock:
            self._seen[text] = found
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return found

    def _piece(self, piece: Span, text: str) -> Iterator[Match]:
        body = piece.of(text)
        engine = self._engine or self._fallback
        try:
            found = engine.check(body)
        except LanguageToolUnavailable as error:
            if engine is self._fallback:
                raise
            self._give_up(error, engine)
            found = self._fallback.check(body)
        for match in sorted(found, key=lambda m: (m.span, m.rule)):
            yield replace(match, span=Span(match.span.start + piece.start, match.span.end + piece.start))

    def _open(self) -> None:
        if self._engine is not None:
            return
        if self._choice == "in-process":
            self._engine = self._fallback
            return
        try:
            process = server.Process.start() if self._choice == "server" else None
            url = process.url if process else self._choice
            self._engine = Remote(url, wait=self._wait, process=process)
        except LanguageToolUnavailable as error:
            self._give_up(error, None)

    def _give_up(self, error: LanguageToolUnavailable, engine: Engine | None) -> None:
        """Say once what happened, and go on in process."""
        with self._lock:
            if self._strict:
                self._engine = None
                raise error
            if engine is self._engine:  # else another thread has been here
                if isinstance(engine, Remote):
                    engine.close()
                self._engine = self._fallback
                self.notices += (f"{error} LanguageTool's rules were applied in process instead.",)


@cache
def _door(choice: Settings) -> Door:
    return Door(choice)


_opening = threading.Lock()


def door(settings: Settings) -> Door:
    """Return the door for the settings; the same one for the same engine and strictness."""
    with _opening:
        return _door(Settings(languagetool=settings.languagetool, strict=settings.strict))


_loading = threading.Lock()


def _lingotweaker() -> Any:
    with _loading:  # two threads must not load it twice
        return _load()


@cache
def _load() -> Any:
    try:
        import lt_py

        return lt_py.Engine(LANGUAGE)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise LanguageToolUnavailable(
            f"LanguageTool in process can't be loaded: {error}.",
            'Install it: pip install lingotweaker lingotweaker-data-en; or set languagetool = "off".',
        ) from error


_TAG = re.compile(r"</?suggestion>")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\N{NO-BREAK SPACE}": " "})


def _plain(message: str) -> str:
    """Return a message without markup, so that both engines say the same words."""
    return _TAG.sub('"', message).translate(_QUOTES).strip()


def _pieces(text: str) -> Iterator[Span]:
    """Cut a text into stretches that are short enough for LanguageTool."""
    if len(text) <= PIECE:
        if text.strip():
            yield Span(0, len(text))
        return
    start = end = 0
    for sentence in _short(text):
        if sentence.end - start > PIECE and end > start:
            yield Span(start, end)
            start = sentence.start
        end = sentence.end
    if end > start:
        yield Span(start, end)


def _short(text: str) -> Iterator[Span]:
    """Yield sentences, an endless one in parts that end at white space where there is any."""
    for sentence in sentences(text):
        at = sentence.start
        while sentence.end - at > PIECE:
            cut = text.rfind(" ", at + PIECE // 2, at + PIECE) + 1 or at + PIECE
            yield Span(at, cut)
            at = cut
        yield Span(at, sentence.end)
