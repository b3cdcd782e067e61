"""What `mtfix corpus` tells of its work: the audit as files, and a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mtfix.audit import Audit
from mtfix.batch import Result
from mtfix.cli.terminal import console, say, show, write
from mtfix.config import Settings
from mtfix.detect.registry import builtin, choose
from mtfix.errors import InputError
from mtfix.render import audit as render
from mtfix.verify.registry import builtin as guards

_COUNTED = ("records", "written", "quarantined", "dropped")


def targets(path: Path | None) -> tuple[Path, ...]:
    """Return the files for an audit: the one that is named, .json or .html, or both in a folder, which is made.

    Raises InputError for a folder that can't be made.
    """
    if path is None:
        return ()
    named = path.suffix.lower() in (".json", ".html") and not path.is_dir()
    folder = path.parent if named else path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} can't be made: {error.strerror}.", "Give --audit another name.") from error
    return (path,) if named else (path / "audit.json", path / "audit.html")


def tell(results: Sequence[Result], inputs: Sequence[str], settings: Settings, files: Sequence[Path]) -> None:
    """Write the audit of all runs of a command into the files, and show what was found most."""
    whole = Audit()
    for result in results:
        if isinstance(result.seen, Audit):
            whole.merge(result.seen)
    dry = any(result.dry for result in results)
    counts = {name: sum(getattr(result, name) for result in results) for name in _COUNTED}
    about = {"inputs": list(inputs), "dry": dry, **counts}
    detectors = [d.id for d in choose(builtin(), settings.select, settings.ignore)]
    record = render.record(whole.as_dict(), about, detectors=detectors, guards=[g.id for g in guards()])
    for file in files:
        as_html = file.suffix.lower() == ".html"
        write(file, render.page(record) if as_html else json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    if dry:
        show(render.table(record))
    elif console(stderr=True).is_terminal and not all(result.done_before for result in results):
        console(stderr=True).print(render.table(record))
    if files:
        say(f"audit: {', '.join(map(str, files))}")
