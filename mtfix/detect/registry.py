"""Finds the detectors: those in this package, and those of other packages (entry points `mtfix.detectors`)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import entry_points

import mtfix.detect
from mtfix.detect.api import Detector
from mtfix.errors import ConfigError, UnknownDetector, did_you_mean


@cache
def builtin() -> tuple[Detector, ...]:
    """Return every detector of the package and of installed plug-ins, sorted by id.

    Raises ConfigError if two have one id.
    """
    found = [*_walk(), *(point.load() for point in entry_points(group="mtfix.detectors"))]
    by_id: dict[str, Detector] = {}
    for detector in found:
        if detector.id in by_id:
            raise ConfigError(f"Two detectors have the id {detector.id!r}.", "Uninstall one of the plug-ins.")
        by_id[detector.id] = detector
    return tuple(by_id[id] for id in sorted(by_id))


def _walk() -> Iterable[Detector]:
    for package in pkgutil.iter_modules(mtfix.detect.__path__, "mtfix.detect."):
        if not package.ispkg:
            continue
        folder = importlib.import_module(package.name)
        for module in pkgutil.iter_modules(folder.__path__, package.name + "."):
            loaded = importlib.import_module(module.name)
            yield from (value for value in vars(loaded).values() if isinstance(value, Detector))


def choose(
    detectors: Sequence[Detector], select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[Detector, ...]:
    """Return the detectors to run.

    Without `select`: those on by default. A name is an id, a category ("locale"), or "all"; a minus
    before it ("-style") takes away. Raises UnknownDetector that names all unknown ones.
    """
    plus = [name for name in select if not name.startswith("-")]
    minus = [*ignore, *(name[1:] for name in select if name.startswith("-"))]
    known = {"all", *(d.id for d in detectors), *(d.id.split(".")[0] for d in detectors)}
    if unknown := [name for name in (*plus, *minus) if name not in known]:
        hints = " ".join(filter(None, (did_you_mean(name, known) for name in unknown)))
        names = ", ".join(repr(name) for name in unknown)
        raise UnknownDetector(f"There is no detector or category {names}.", hints or "See `mtfix detectors`.")

    def named(detector: Detector, names: Sequence[str]) -> bool:
        return any(name in ("all", detector.id, detector.id.split(".")[0]) for name in names)

    exact = set(plus)

    def wanted(detector: Detector) -> bool:
        if not plus:
            return detector.default
        # A category means its defaults; the id itself, or "all", switches on one that is off.
        return detector.id in exact or "all" in exact or (named(detector, plus) and detector.default)

    return tuple(d for d in detectors if wanted(d) and not named(d, minus))
