"""Finds the guards of this package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import mtfix.verify
from mtfix.types import Edit, Segment, Verdict
from mtfix.verify.api import Guard


@cache
def builtin() -> tuple[Guard, ...]:
    """Return every guard, sorted by id."""
    found: dict[str, Guard] = {}
    for module in pkgutil.iter_modules(mtfix.verify.__path__, "mtfix.verify."):
        loaded = importlib.import_module(module.name)
        found.update({g.id: g for g in vars(loaded).values() if isinstance(g, Guard)})
    return tuple(found[id] for id in sorted(found))


def judge(segment: Segment, edit: Edit) -> Verdict:
    """Return what the edit guards say: the first that stops the edit, or acceptance."""
    for guard in builtin():
        if not guard.of_result and (reason := guard.judge(segment, edit)):
            return Verdict(False, guard.id, reason)
    return Verdict(True)
