"""What a user chose in the settings drawer -> Settings."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from mtfix.config import Settings, load, load_glossary
from mtfix.detect.registry import builtin, choose
from mtfix.errors import BadSetting, InputError
from mtfix.types import Accept

# A file that is handed in over the network may set what is looked for, never files, models or servers.
_STYLE_KEYS = frozenset(
    {"select", "ignore", "accept", "confidence", "hints", "variant", "source-lang", "keep", "names"}
)
_MAX_FILE = 2_000_000


@dataclass(frozen=True, slots=True)
class Form:
    """The drawer's fields, as they are at the first visit."""

    accept: str = "safe"
    on: tuple[str, ...] | None = None  # the detectors; None: those of the settings
    variant: str = ""
    former_names: bool = True
    hints: bool = False
    keep: str = ""
    languagetool: bool = True
    rewriter: str = "shipped"
    style: str | None = None
    glossary: str | None = None


def settings_of(form: Form, base: Settings) -> Settings:
    """Return the settings of a form over the base; raises BadSetting or InputError for a faulty file."""
    settings = _styled(base, Path(form.style)) if form.style else base
    if form.glossary:
        path = _small(Path(form.glossary))
        settings = replace(settings, terms=(*settings.terms, *load_glossary(path)))
    first = Form()
    # A field that was not touched leaves what the files say.
    return replace(
        _selected(settings, form, base),
        accept=Accept(form.accept) if form.accept != first.accept else settings.accept,
        variant=form.variant or settings.variant,
        names=settings.names if form.former_names else "as-is",
        hints=form.hints or settings.hints,
        keep=tuple(dict.fromkeys((*settings.keep, *words_of(form.keep)))),
        languagetool=settings.languagetool if form.languagetool else "off",
        rewriter=settings.rewriter if form.rewriter in ("shipped", "") else form.rewriter.strip(),
    )


def words_of(text: str) -> tuple[str, ...]:
    """Return the words and names of a field: one a line, or between commas.

    >>> words_of("Kiev, New  York\\n")
    ('Kiev', 'New York')
    """
    return tuple(" ".join(part.split()) for part in re.split(r"[\n,;]", text or "") if part.strip())


def chosen(settings: Settings) -> frozenset[str]:
    """Return the ids of the detectors that run with these settings. Raises UnknownDetector."""
    return frozenset(d.id for d in choose(builtin(), settings.select, settings.ignore))


def detectors(group: str) -> list[tuple[str, str]]:
    """Return (title, id) of a group's detectors."""
    return [(d.title.rstrip("."), d.id) for d in builtin() if d.id.split(".")[0] == group]


def _selected(settings: Settings, form: Form, base: Settings) -> Settings:
    """Apply what was switched on and off since the page opened; what was not touched is as the files say."""
    if form.on is None:
        return settings
    first, now = chosen(base), chosen(settings)
    off, extra = first - set(form.on), (set(form.on) & {d.id for d in builtin()}) - first
    if extra - now:
        return replace(settings, select=tuple(sorted((now - off) | extra)), ignore=())
    return replace(settings, ignore=tuple(dict.fromkeys((*settings.ignore, *sorted(off))))) if off else settings


def _styled(base: Settings, path: Path) -> Settings:
    try:
        values = tomllib.loads(_small(path).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path.name} is not valid TOML: {error}.", "Mend the file, or leave it out.") from error
    if odd := sorted(key for key in values if key.replace("_", "-") not in _STYLE_KEYS):
        raise BadSetting(
            f"{path.name} sets {', '.join(map(repr, odd))}, which can't be set from the page.",
            f"It may hold {', '.join(sorted(_STYLE_KEYS))}; give a glossary in its own field.",
        )
    return load(path, base)


def _small(path: Path) -> Path:
    if path.stat().st_size > _MAX_FILE:
        raise InputError(f"{path.name} is larger than {_MAX_FILE // 1_000_000} MB.", "Give a smaller file.")
    return path
