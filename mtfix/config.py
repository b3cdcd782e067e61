"""Settings: what a user may decide. Read at the edges, frozen, and passed down.

Later wins: defaults, `mtfix.toml` (the nearest one upwards from the working folder), environment
(`MTFIX_...`, `LANGUAGETOOL_URL`), flags. The library's own functions read none of these: they take
a `Settings`.
"""

from __future__ import annotations

import csv
import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from mtfix.errors import BadSetting, InputError, did_you_mean
from mtfix.types import Accept

VERSION = "0.1.0"
__all__ = ["VERSION", "Settings", "Term", "find_file", "from_environment", "load", "load_glossary"]


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a glossary: what must not stand in the text, and what should.

    With `source`, the term is only looked for where the source has that word. An empty `preferred`
    means: flag it, there is nothing to put in its place.
    """

    forbidden: str
    preferred: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a user can set, with defaults that suit a first use.

    `select` and `ignore` take detector ids ("locale.garbled-quotes") and categories ("locale").
    `confidence` moves the threshold from which a *model's* edit is applied alone; 0 to 1.
    `variant` is "us", "uk" or "" (as the document has it).
    `languagetool` is "in-process", "server" (one that mtfix starts), "off", or a server's URL.
    `keep` are words and names to leave alone, `terms` the glossary.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    accept: Accept = Accept.SAFE
    confidence: float | None = None
    hints: bool = False
    variant: str = ""
    source_lang: str = ""
    keep: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    names: str = "current"  # place names: "current", or "as-is" to leave former names alone
    languagetool: str = "in-process"
    models: str = ""  # a folder of models; empty: those that come with the package
    tagger: str = "tagger-en"  # "none" switches it off
    rewriter: str = "rewriter-en"
    strict: bool = False

    def __post_init__(self) -> None:
        if self.variant not in ("", "us", "uk"):
            raise BadSetting(f"variant is {self.variant!r}.", "Use 'us', 'uk', or leave it out.")
        if self.names not in ("current", "as-is"):
            raise BadSetting(f"names is {self.names!r}.", "Use 'current' or 'as-is'.")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise BadSetting(f"confidence is {self.confidence}.", "Use a number from 0 to 1.")
        known = ("in-process", "server", "off")
        if self.languagetool not in known and "://" not in self.languagetool:
            hint = did_you_mean(self.languagetool, known) or "Use 'in-process', 'server', 'off', or a URL."
            raise BadSetting(f"languagetool is {self.languagetool!r}.", hint)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where values came from, so that an error can name the file."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


def find_file(start: Path) -> Path | None:
    """Return the nearest `mtfix.toml` upwards from a folder, or None."""
    for folder in (start, *start.parents):
        if (path := folder / "mtfix.toml").is_file():
            return path
    return None


def load(path: Path, base: Settings | None = None) -> Settings:
    """Read an `mtfix.toml` over the given settings.

    Raises BadSetting that lists every unknown key and wrong value of the file at once.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadSetting(f"{path} is not valid TOML: {error}.", "Mend the file, or move it away.") from error
    except OSError as error:
        raise BadSetting(f"{path} can't be read: {error.strerror}.", "Check its name and permissions.") from error
    glossary = values.pop("glossary", None)
    settings = _apply(base or Settings(), _Source(str(path), values))
    if isinstance(glossary, str):
        settings = replace(settings, terms=(*settings.terms, *load_glossary(path.parent / glossary)))
    elif glossary is not None:
        raise BadSetting(f"{path}: glossary must be a file name.", 'Write glossary = "terms.csv".')
    return settings


def from_environment(environ: Mapping[str, str], base: Settings) -> Settings:
    """Apply `LANGUAGETOOL_URL` and `MTFIX_MODELS` over the given settings."""
    values: dict[str, Any] = {}
    if url := environ.get("LANGUAGETOOL_URL"):
        values["languagetool"] = url
    if models := environ.get("MTFIX_MODELS"):
        values["models"] = models
    return _apply(base, _Source("the environment", values))


def load_glossary(path: Path) -> tuple[Term, ...]:
    """Read a glossary: CSV with the columns forbidden, preferred and, if you like, source and note.

    Raises InputError for a missing file, a missing column, or an empty `forbidden`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if not {"forbidden", "preferred"} <= set(rows.fieldnames or ()):
                raise InputError(
                    f"{path} has no column 'forbidden' or none 'preferred'.",
                    "Its first line must name the columns: forbidden,preferred,source,note.",
                )
            terms = tuple(
                Term(*((row.get(name) or "").strip() for name in ("forbidden", "preferred", "source", "note")))
                for row in rows
            )
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Check its name and permissions.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is not UTF-8 CSV: {error}.", "Save it as CSV in UTF-8.") from error
    for line, term in enumerate(terms, 2):
        if not term.forbidden:
            raise InputError(f"{path}, line {line}: 'forbidden' is empty.", "Fill it in, or delete the line.")
    return terms


def _short(value: object) -> str:
    """Return a value as a message shows it: readable whatever stands in the file."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _apply(base: Settings, source: _Source) -> Settings:
    faults, changes = [], {}
    known = {f.name: f for f in fields(Settings)}
    for key, value in source.values.items():
        name = key.replace("-", "_")
        if name not in known or name == "terms":
            faults.append(f"there is no setting {_short(key)}. {did_you_mean(name, known)}".rstrip())
            continue
        try:
            changes[name] = _convert(name, value)
        except (TypeError, ValueError):
            faults.append(f"{key} can't be {_short(value)}")
    if faults:
        raise BadSetting(f"In {source.name}: {'; '.join(faults)}.", "See the settings in the README.")
    return replace(base, **changes)


def _convert(name: str, value: Any) -> Any:
    default = getattr(Settings(), name)
    if isinstance(default, Accept):
        return Accept(value)
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise TypeError(name)
        return tuple(value)
    if name == "confidence":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(name)
        return float(value)
    if type(value) is not type(default):
        raise TypeError(name)
    return value


def as_dict(settings: Settings) -> dict[str, Any]:
    """Return the settings as plain values, for signatures and manifests."""
    values = dataclasses.asdict(settings)
    values["accept"] = settings.accept.value
    return values
