"""The flags that several commands share, and the settings that come of them."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from mtfix.config import Settings, find_file, from_environment, load, load_glossary
from mtfix.errors import BadSetting, did_you_mean
from mtfix.types import Accept

_PANEL = "Settings"


def _option(*names: str, help: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=help, metavar=metavar, rich_help_panel=_PANEL)


_FLAGS: dict[str, tuple[Any, Any]] = {
    "select": (
        Annotated[list[str], _option("--select", help="Run only these detectors or categories.", metavar="ID,…")],
        [],
    ),
    "ignore": (
        Annotated[list[str], _option("--ignore", help="Leave these detectors or categories out.", metavar="ID,…")],
        [],
    ),
    "accept": (
        Annotated[
            str | None, _option("--accept", help="Which edits to apply: safe, all or none.", metavar="safe|all|none")
        ],
        None,
    ),
    "confidence": (
        Annotated[
            float | None,
            _option("--confidence", help="How sure a model must be for its edit to be applied, 0 to 1.", metavar="X"),
        ],
        None,
    ),
    "glossary": (
        Annotated[
            list[Path],
            _option("--glossary", help="CSV with the columns forbidden,preferred[,source,note].", metavar="FILE"),
        ],
        [],
    ),
    "keep": (
        Annotated[list[str], _option("--keep", help="Words and names to leave alone.", metavar="WORD,…")],
        [],
    ),
    "names": (
        Annotated[
            str | None,
            _option("--names", help="Place names: current, or as-is to leave former names.", metavar="current|as-is"),
        ],
        None,
    ),
    "variant": (
        Annotated[str | None, _option("--variant", help="Spelling: us or uk.", metavar="us|uk")],
        None,
    ),
    "source_lang": (
        Annotated[str | None, _option("--source-lang", help="Language of the source, as uk or de.", metavar="CODE")],
        None,
    ),
    "languagetool": (
        Annotated[
            str | None,
            _option("--languagetool", help="in-process, server, off, or a server's URL.", metavar="ENGINE"),
        ],
        None,
    ),
    "rules_only": (
        Annotated[bool, _option("--rules-only", help="Use no model: neither tagger nor rewriter.")],
        False,
    ),
    "hints": (Annotated[bool, _option("--hints", help="Show hints too.")], False),
    "config": (
        Annotated[
            Path | None,
            _option("--config", help="Settings file; else the nearest mtfix.toml upwards.", metavar="FILE"),
        ],
        None,
    ),
}


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the shared flags; it gets what comes of them as `settings`."""
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.name != "settings"]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _FLAGS.items()
    ]

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        flags = {name: kwargs.pop(name) for name in _FLAGS}
        return command(*args, **kwargs, settings=settings_of(**flags))

    wrapped.__signature__ = signature.replace(parameters=[*own, *shared])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {p.name: p.annotation for p in (*own, *shared)}
    return wrapped


def settings_of(
    *, config: Path | None = None, glossary: list[Path] | None = None, rules_only: bool = False, **flags: Any
) -> Settings:
    """Return the settings: defaults, then mtfix.toml, then the environment, then flags.

    Raises BadSetting for a value that can't be.
    """
    path = config or find_file(Path.cwd())
    settings = from_environment(os.environ, load(path) if path else Settings())
    changes: dict[str, Any] = {k: v for k, v in flags.items() if v not in (None, [], False)}
    for name in ("select", "ignore", "keep"):
        if name in changes:
            changes[name] = tuple(part.strip() for text in changes[name] for part in text.split(",") if part.strip())
    if "keep" in changes:
        changes["keep"] = (*settings.keep, *changes["keep"])
    if "accept" in changes:
        changes["accept"] = _accept(changes["accept"])
    if rules_only:
        changes |= {"tagger": "none", "rewriter": "none"}
    terms = tuple(term for file in glossary or () for term in load_glossary(file))
    return replace(settings, **changes, terms=(*settings.terms, *terms))


def _accept(word: str) -> Accept:
    known = [a.value for a in Accept]
    if word not in known:
        raise BadSetting(f"accept is {word!r}.", did_you_mean(word, known) or "Use 'safe', 'all' or 'none'.")
    return Accept(word)
