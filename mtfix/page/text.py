"""Text in, and what the review draws out: the report's record with the words of its detectors."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from mtfix.api import check, document_of, pipeline
from mtfix.config import Settings
from mtfix.detect.registry import builtin
from mtfix.errors import EncodingError, InputError, MtfixError
from mtfix.ingest import english
from mtfix.render import json as record_format
from mtfix.render.diff import notes
from mtfix.text.units import encodable
from mtfix.types import Report

MAX_CHARACTERS = 400_000
MAX_PARAGRAPH = 100_000
_KEPT = 256
_LOG = logging.getLogger(__name__)


class Tokens:
    """The settings behind recent reports, so that the page can ask for a new score of an edited text.

    A token is a random word that only the page which got the report knows; no text is kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._settings: OrderedDict[str, Settings] = OrderedDict()

    def new(self, settings: Settings) -> str:
        """Remember the settings and return the token that stands for them."""
        token = secrets.token_urlsafe(12)
        with self._lock:
            self._settings[token] = settings
            while len(self._settings) > _KEPT:
                self._settings.popitem(last=False)
        return token

    def get(self, token: str) -> Settings | None:
        """Return the settings behind a token, None where they are forgotten."""
        with self._lock:
            return self._settings.get(token)


def review(text: str, source: str, settings: Settings, tokens: Tokens) -> dict[str, Any]:
    """Return what the review draws, or the problem in words. Never raises."""
    try:
        return _review(text or "", source or "", settings, tokens)
    except MtfixError as error:
        return problem(error.message, error.hint)
    except Exception:  # the page is an edge: a user is told, the log has the rest, without the text
        _LOG.exception("a text could not be reviewed")
        return problem("This went wrong, by a fault of mtfix.", "The text is still in the box. Please report it.")


def problem(message: str, hint: str = "") -> dict[str, Any]:
    """Return what the review draws where there is no report."""
    # The random word makes each answer a new one, so that the page draws it again.
    return {"problem": {"message": message, "hint": hint}, "token": secrets.token_urlsafe(6)}


def _review(text: str, source: str, settings: Settings, tokens: Tokens) -> dict[str, Any]:
    text, source = encodable(text), encodable(source)
    refuse(text)
    started = time.perf_counter()
    document = document_of(text, source if source.strip() else None, settings)
    report = pipeline(settings).run(document)
    record = record_format.document_record(report, words=True)
    return {
        "report": record,
        "notes": list(_notes(report, record, hints=settings.hints)),
        "detectors": _detectors(report),
        "warnings": _warnings(text),
        "hints": settings.hints,
        "words": len(text.split()),
        "seconds": round(time.perf_counter() - started, 3),
        "token": tokens.new(settings),
    }


def _notes(report: Report, record: dict[str, Any], *, hints: bool) -> Iterator[dict[str, Any]]:
    """Yield the notes of the HTML report, so that the page shows and counts the same.

    `edits` are the rows, in the segment's record, of what is decided as one; `choices` those of other wordings.
    """
    for note in notes(report, hints=hints):
        rows = record["segments"][note.segment]["edits"]
        known = {(*row["span"], row["text"]): n for n, row in reversed(list(enumerate(rows))) if _decidable(row)}
        mine = [known[e.span.start, e.span.end, e.text] for e in note.edits]
        others = [n for n in sorted(known.values()) if note.finding in rows[n]["reasons"] and n not in mine]
        yield {
            "segment": note.segment,
            "span": [note.span.start, note.span.end],
            "side": note.side.value,
            "held": note.held_back_by,
            "seen": note.before,
            "message": note.message,
            "detector": note.detector,
            "category": note.category,
            "severity": note.severity.name.lower(),
            "confidence": note.confidence,
            "edits": mine,
            "choices": [n for n in others if rows[n]["accepted"] and not rows[n]["applied"]],
        }


def _decidable(row: dict[str, Any]) -> bool:
    # A verdict is missing where an edit became part of another one.
    return row["applied"] or row["accepted"] is not None


def refuse(text: str) -> None:
    """Raise InputError for a text that the page can't take."""
    if not text.strip():
        raise InputError("There is no text yet.", "Paste some English, or choose an example.")
    if "\0" in text or _share_of_controls(text[:5000]) > 0.05:
        raise EncodingError("This is not plain text.", "Open the file in the program that made it, and copy its text.")
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"The text has {len(text):,} characters; the page takes {MAX_CHARACTERS:,}.",
            "Use the tab “Corpus”, or `mtfix corpus` on the command line: they take files of any size.",
        )
    if max(map(len, text.splitlines()), default=0) > MAX_PARAGRAPH:
        raise InputError(
            f"One paragraph has more than {MAX_PARAGRAPH:,} characters.", "Break the text into paragraphs first."
        )


def _share_of_controls(text: str) -> float:
    odd = sum(1 for c in text if (c < " " and c not in "\t\n\r\f\v") or c == "\N{REPLACEMENT CHARACTER}")
    return odd / max(len(text), 1)


def _warnings(text: str) -> list[str]:
    doubt = english.doubt(text)
    return [f"This may not be English. {doubt} mtfix knows English only."] if doubt else []


def _detectors(report: Report) -> dict[str, dict[str, str]]:
    """Return title and reasons of the detectors that found something."""
    found = {finding.detector for repair in report.repairs for finding in repair.findings}
    return {d.id: {"title": d.title, "why": d.doc} for d in builtin() if d.id in found}


def rescore(text: str, settings: Settings) -> list[dict[str, Any]]:
    """Return the scores of an edited text; raises InputError as `refuse` does."""
    refuse(encodable(text))
    report = check(encodable(text), settings=settings)
    scores: Iterable[Any] = record_format.document_record(report)["document"]["before"]
    return list(scores)
