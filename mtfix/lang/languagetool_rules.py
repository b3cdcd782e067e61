"""What mtfix makes of LanguageTool's rules: which are shown, how far their suggestions are trusted, and why."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from importlib.resources import files
from typing import Any

from mtfix.types import Applicability, Category

__all__ = ["SPELLING", "Policy", "policy"]

# LanguageTool's spelling rule has an id for each variety of English.
SPELLING = "MORFOLOGIK_RULE_"
_TRUSTED = 0.4  # below it, a suggestion is shown and never applied


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of a rule's hits.

    `level` is "on", "hint" or "off"; where the place matches `safe`, the suggestion is SAFE, and where it
    matches `exempt`, there is no fault.
    """

    level: str
    applicability: Applicability
    category: Category
    confidence: float
    safe: re.Pattern[str] | None = None
    exempt: re.Pattern[str] | None = None

    def exempts(self, place: str) -> bool:
        """Say whether the rule is known to be wrong of such a place."""
        return bool(self.exempt and self.exempt.fullmatch(place))


@cache
def policy(rule: str, group: str) -> Policy:
    """Return what becomes of a rule, given LanguageTool's category of it."""
    table = _table()
    default = table["categories"].get(group) or table["categories"][""]
    level = str(default["level"])
    for name in ("on", "hint", "off", "ours"):
        if _patterns()[name].fullmatch(rule):
            level = "off" if name == "ours" else name
    sure = float(table["precision"].get(rule, default["confidence"]))
    named = bool(_patterns()["on"].fullmatch(rule)) or rule in table["precision"]
    how = Applicability.UNSAFE if default["suggestion"] == "unsafe" or named else Applicability.DISPLAY_ONLY
    if sure < _TRUSTED:
        how = Applicability.DISPLAY_ONLY
    category = Category.AGREEMENT if "AGREEMENT" in rule and "PART" not in rule else Category(default["category"])
    safe, exempt = (re.compile(place) if (place := table[name].get(rule)) else None for name in ("safe", "exempt"))
    return Policy(level, how, category, sure, safe, exempt)


@cache
def _table() -> dict[str, Any]:
    text = (files("mtfix.lang") / "languagetool_rules.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(map(translate, names))) for name, names in _table()["rules"].items()}
