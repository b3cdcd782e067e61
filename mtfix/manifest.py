"""The folder beside an output: how far a run is, so that the same command goes on after a kill.

`part` is the output so far, not packed; `quarantine.jsonl` what was left out; `manifest.json` says
what went in, under which settings, and how many bytes of the other two are whole.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from mtfix.errors import ConfigError, InputError
from mtfix.ingest import stream


@dataclass(slots=True)
class State:
    """What the manifest says: how far the run is, and how many bytes of the files are whole."""

    records: int = 0
    written: int = 0
    quarantined: int = 0
    changed: int = 0
    edits: int = 0
    words: int = 0
    part_bytes: int = 0
    quarantine_bytes: int = 0
    done: bool = False


@contextlib.contextmanager
def folder_of(output: Path) -> Iterator[Path]:
    """Make the folder beside an output, and keep a second run out of it while this one is going."""
    if output.is_dir():
        raise InputError(f"{output} is a folder.", "Give the name of a file.")
    folder = Path(f"{output}.mtfix")
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(exist_ok=True)
            lock = stack.enter_context((folder / "lock").open("w"))
        except OSError as error:
            raise InputError(f"{folder} can't be made: {error.strerror}.", "Check the folder of OUT.") from error
        if not _locked(lock):
            raise InputError(f"Another run is writing {output}.", "Wait for it, or give OUT another name.")
        yield folder


def resume(folder: Path, about: dict[str, Any], output: Path, *, restart: bool) -> State:
    """Return how far an earlier run of the same command came; `about` is what the output depends on.

    Raises ConfigError if what is there comes of another input or other settings.
    """
    known = _read(folder)
    if restart:
        return State()
    if known is None:
        if output.exists():
            raise ConfigError(f"{output} exists, and no earlier run of mtfix made it.", "--restart replaces it.")
        return State()
    before, state = known
    part = folder / "part"
    if state.done and not output.exists() and not part.exists():
        return State()
    if not about["input"] and not state.done:
        return State()  # standard input can't be read twice
    if before != about or not about["input"]:
        raise ConfigError(
            f"{output} was begun with another {_difference(before, about)}.",
            "Run the command as before, or with --restart to begin anew, or give OUT another name.",
        )
    whole = part.exists() and part.stat().st_size >= state.part_bytes
    return state if state.done or whole else State()


def open_at(path: Path, size: int) -> BinaryIO:
    """Open a file for writing behind its first `size` bytes; what stood there is cut off."""
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(size)
    file.seek(size)
    return file


def save(folder: Path, about: dict[str, Any], state: State, files: tuple[BinaryIO, BinaryIO]) -> None:
    """Write how far the run is, once what it wrote is on the disk."""
    for file in files:
        file.flush()
        os.fsync(file.fileno())
    state.part_bytes, state.quarantine_bytes = (file.tell() for file in files)
    new = folder / "manifest.new"
    new.write_text(json.dumps({"about": about, "state": asdict(state)}, indent=1) + "\n", encoding="utf-8")
    new.replace(folder / "manifest.json")


def finish(folder: Path, output: Path) -> None:
    """Put the output in its place, packed if it is to be. May be repeated after a kill."""
    part, bad, packed = folder / "part", folder / "quarantine.jsonl", folder / "packed"
    quarantine = quarantine_of(output)
    if bad.exists() and bad.stat().st_size:
        bad.replace(quarantine)
    elif bad.exists():
        bad.unlink()
        quarantine.unlink(missing_ok=True)
    if not (packing := stream.packing_of(str(output))):
        part.replace(output)
        return
    with part.open("rb") as plain, _packer(packed, packing) as file:
        while block := plain.read(1 << 20):
            file.write(block)
    packed.replace(output)
    part.unlink()


def quarantine_of(output: Path) -> Path:
    """Return the file for what is left out."""
    return Path(f"{output}.quarantine.jsonl")


def _read(folder: Path) -> tuple[dict[str, Any], State] | None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return dict(manifest["about"]), State(**manifest["state"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _difference(before: dict[str, Any], now: dict[str, Any]) -> str:
    """Return what differs, most telling first."""
    if before.get("input") != now["input"] or not now["input"]:
        return "input"
    was, are = before.get("settings", {}), now["settings"]
    changed = [f"{k} (then {was.get(k)!r}, now {are[k]!r})" for k in are if was.get(k) != are[k]]
    if changed:
        return f"setting: {'; '.join(changed)}"
    return next((f"{k} (then {before.get(k)!r}, now {now[k]!r})" for k in now if before.get(k) != now[k]), "command")


def _locked(file: IO[str]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: no lock
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _packer(path: Path, packing: str) -> Iterator[Any]:
    if packing == ".gz":
        # No time and no name in the file: the same input gives the same bytes.
        with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            yield file
    else:
        with stream.PACKED[packing](path, "wb") as file:
            yield file
