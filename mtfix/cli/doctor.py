"""What `mtfix doctor` looks at: is everything there, and does it work?"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from mtfix import __version__
from mtfix.config import Settings, find_file, load
from mtfix.errors import MtfixError

# (state, what, detail); a state is "ok", "note" (something optional is not there) or "fault".
Check = tuple[str, str, str]


def examine(settings: Settings) -> Iterator[Check]:
    """Yield what was found, one check after another, none of which stops the rest."""
    yield (
        "ok",
        "mtfix",
        f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}",
    )
    for check in (_settings, _detectors, _repair, _installed):
        yield from _guarded(check, settings)
    yield from _terminal()


def _guarded(check: Callable[[Settings], Iterator[Check]], settings: Settings) -> Iterator[Check]:
    name = check.__name__.strip("_")
    try:
        yield from check(settings)
    except MtfixError as error:
        yield "fault", name, str(error)
    except Exception as error:
        yield "fault", name, f"{type(error).__name__}: {error}"


def _settings(_: Settings) -> Iterator[Check]:
    path = find_file(Path.cwd())
    if path is None:
        yield "ok", "settings", "defaults (there is no mtfix.toml here or above)"
    else:
        load(path)
        yield "ok", "settings", str(path)


def _detectors(settings: Settings) -> Iterator[Check]:
    from mtfix.detect.registry import builtin, choose

    chosen = choose(builtin(), settings.select, settings.ignore)
    yield "ok", "detectors", f"{len(builtin())}, of which {len(chosen)} run"


def _repair(settings: Settings) -> Iterator[Check]:
    from mtfix.api import fix

    report = fix("He went to the the market .", settings=settings)
    right = report.post_edit == "He went to the market."
    yield "ok" if right else "fault", "repair", f"a test text becomes {report.post_edit!r}"
    for part in report.signature.split("|"):
        kind, _, name = part.partition(":")
        if kind in ("tagger", "rewriter"):
            missing = name in ("", "none")
            without = "rules only" if kind == "tagger" else "no passage is written anew"
            yield "note" if missing else "ok", kind, f"not there: {without}" if missing else name
    for notice in report.notices:
        yield "note", "notice", notice
    for failure in report.failures:
        yield "fault", failure.stage, failure.message


def _installed(settings: Settings) -> Iterator[Check]:
    from mtfix.models import folders
    from mtfix.runtime import fetch

    for check in fetch.status(folders(settings)):
        state = "fault" if not check.ok else "note" if check.hint else "ok"
        if check.name == "LanguageTool server" and settings.languagetool == "server" and check.hint:
            state = "fault"  # it is not optional for one who asks for it
        yield state, check.name, f"{check.detail}. {check.hint}" if check.hint else check.detail


def _terminal() -> Iterator[Check]:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    fine = encoding == "utf8"
    yield "ok" if fine else "note", "terminal", f"{sys.stdout.encoding}" + ("" if fine else "; PYTHONUTF8=1 helps")
    if "NO_COLOR" in os.environ:
        yield "note", "colour", "switched off by NO_COLOR"
