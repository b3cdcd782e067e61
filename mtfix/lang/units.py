"""Reads the pairs of units of two systems (units.toml) and converts between them with sensible rounding."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class UnitPair:
    """A metric and an imperial unit of one dimension. imperial = metric * factor + offset."""

    name: str
    metric: str
    imperial: str
    factor: float
    metric_stems: tuple[str, ...]
    imperial_stems: tuple[str, ...]
    metric_words: tuple[str, str]
    imperial_words: tuple[str, str]
    offset: float = 0.0

    def convert(self, value: float, *, to_imperial: bool) -> float:
        """Return the value in the other unit."""
        return value * self.factor + self.offset if to_imperial else (value - self.offset) / self.factor


@cache
def unit_pairs() -> tuple[UnitPair, ...]:
    """Return all pairs."""
    data = tomllib.loads(files("mtfix.lang").joinpath("units.toml").read_text(encoding="utf-8"))
    return tuple(UnitPair(**_frozen(pair)) for pair in data["pair"])


def _frozen(pair: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in pair.items()}


def rounded(value: float, *, like: str) -> str:
    """Return a converted value with about as many digits as the original had.

    A digit more is kept where rounding would change the value by more than 6%.

    >>> rounded(621.371, like="1,000"), rounded(12.43, like="20"), rounded(34.2, like="55")
    ('600', '12', '34')
    """
    digits = like.replace(",", "").replace("-", "").strip()
    significant = (
        len(digits.replace(".", "").strip("0") or "1")
        if "." not in digits
        else len(digits.replace(".", "").lstrip("0"))
    )
    for count in range(max(1, significant), 7):
        result = float(f"{value:.{count}g}")
        if value == 0 or abs(result - value) <= 0.06 * abs(value):
            break
    return f"{result:,.0f}" if abs(result) >= 10 or result == int(result) else f"{result:,.1f}"
