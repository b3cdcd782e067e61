"""What a user chose in the settings drawer -> Settings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mtfix.config import Settings, load, load_glossary
from mtfix.detect.registry import builtin
from mtfix.errors import BadSetting, InputError
from mtfix.types import Accept

CATEGORIES = ("accuracy", "linguistic", "terminology", "style", "locale", "markup")
# A file that is handed in over the network may set what is looked for, never files, models or servers.
_STYLE_KEYS = frozenset(
    {"select", "ignore", "accept", "confidence", "hints", "variant", "source-lang", "keep", "names"}
)
_MAX_FILE = 2_000_000


@dataclass(frozen=True, slots=True)
class Form:
    """The drawer's fields, as they are at the first visit."""

    accept: str = "safe"
    categories: tuple[str, ...] = CATEGORIES
    off: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
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
    dropped = tuple(c for c in CATEGORIES if c not in form.categories)
    ids = {d.id for d in builtin()}
    off = tuple(name for name in form.off if name in ids)
    extra = tuple(name for name in form.extra if name in ids)
    select = settings.select or CATEGORIES if extra else settings.select
    # A field that was not touched leaves what the files say.
    return replace(
        settings,
        accept=Accept(form.accept) if form.accept != first.accept else settings.accept,
        select=(*select, *extra),
        ignore=tuple(dict.fromkeys((*settings.ignore, *dropped, *off))),
        variant=form.variant or settings.variant,
        names=settings.names if form.former_names else "as-is",
        hints=form.hints or settings.hints,
        keep=tuple(dict.fromkeys((*settings.keep, *words_of(form.keep)))),
        languagetool=settings.languagetool if form.languagetool else "off",
        rewriter=settings.rewriter if form.rewriter in ("shipped", "") else form.rewriter,
    )


def words_of(text: str) -> tuple[str, ...]:
    """Return the words and names of a field: one a line, or between commas.

    >>> words_of("Kiev, New  York\\n")
    ('Kiev', 'New York')
    """
    return tuple(" ".join(part.split()) for part in re.split(r"[\n,;]", text or "") if part.strip())


def detectors(*, default: bool) -> Sequence[tuple[str, str]]:
    """Return (title, id) of the detectors that are on, or off, by default."""
    return [(f"{d.id.split('.')[0]}: {d.title.rstrip('.')}", d.id) for d in builtin() if d.default is default]


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
