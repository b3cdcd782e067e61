"""The folder beside an output: how far a run is, so that the same command goes on after a kill.

`part` is the output so far, not packed; `quarantine.jsonl` and `dropped.jsonl` what was left out;
`manifest.json` says what went in, under which settings, and how many bytes of the others are whole.
What the manifest says is on the disk before the manifest is, and a file is on the disk before it
gets its name, so a loss of power costs no more than the work since the last save.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

from mtfix.errors import ConfigError, DiskFull, InputError
from mtfix.ingest.records import Bad
from mtfix.workers import Outcome

# The counts of a state that a result has too.
COUNTED = ("records", "written", "quarantined", "dropped", "changed", "edits", "findings", "failures", "words")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BESIDE = ("quarantine", "dropped")


@dataclass(slots=True)
class State:
    """What the manifest says: how far the run is, and how many bytes of the files are whole."""

    records: int = 0
    written: int = 0
    quarantined: int = 0
    dropped: int = 0
    changed: int = 0
    edits: int = 0
    findings: int = 0
    failures: int = 0
    words: int = 0
    part_bytes: int = 0
    quarantine_bytes: int = 0
    dropped_bytes: int = 0
    done: bool = False
    seen: dict[str, Any] = field(default_factory=dict)  # by the observer

    def count(self, outcome: Outcome) -> None:
        """Add what became of a record."""
        self.records += 1
        if outcome.bad:
            self.quarantined += 1
            return
        self.dropped += outcome.dropped
        self.written += not outcome.dropped
        self.edits += outcome.edits
        self.findings += outcome.findings
        self.failures += outcome.failures
        self.words += outcome.words
        self.changed += outcome.edits > 0


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run, open behind what is whole of them."""

    part: BinaryIO
    quarantine: BinaryIO
    dropped: BinaryIO

    def put(self, outcome: Outcome) -> None:
        """Write what became of a record where it belongs."""
        if outcome.bad:
            self.quarantine.write(_quarantined(outcome.bad))
        else:
            (self.dropped if outcome.dropped else self.part).write(outcome.line)


@contextlib.contextmanager
def folder_of(output: Path) -> Iterator[Path]:
    """Make the folder beside an output, and keep a second run out of it while this one is going."""
    if output.is_dir():
        raise InputError(f"{output} is a folder.", "Give the name of a file.")
    folder = Path(f"{output}.mtfix")
    with contextlib.ExitStack() as stack:
        try:
            with _room(folder):
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
    if not state.records and not state.done:
        return State()  # it came to nothing, perhaps as the command was wrong
    if state.done and not output.exists() and not (folder / "part").exists():
        return State()
    if not about["input"] and not state.done:
        return State()  # standard input can't be read twice
    if before != about or not about["input"]:
        raise ConfigError(
            f"{output} was begun with another {_difference(before, about)}.",
            "Run the command as before, or with --restart to begin anew, or give OUT another name.",
        )
    return state if state.done or _whole(folder, state) else State()


def reached(folder: Path) -> int:
    """Return how many records are done and on the disk."""
    known = _read(folder)
    return known[1].records if known else 0


def begin(folder: Path, about: dict[str, Any]) -> None:
    """Say that a run begins, before anything of an earlier one is cut off. Raises DiskFull."""
    with _room(folder):
        _write(folder, about, State())


@contextlib.contextmanager
def opened(folder: Path, state: State) -> Iterator[Files]:
    """Open the files behind what is whole of them; what stands there is cut off.

    Raises DiskFull if there is no room for what is written.
    """
    with _room(folder), contextlib.ExitStack() as stack:
        sizes = {"part": state.part_bytes, "quarantine": state.quarantine_bytes, "dropped": state.dropped_bytes}
        yield Files(*(stack.enter_context(_open_at(_of(folder, name), size)) for name, size in sizes.items()))


def save(folder: Path, about: dict[str, Any], state: State, files: Files) -> None:
    """Write how far the run is, once what it wrote is on the disk."""
    if state.records != state.written + state.quarantined + state.dropped:
        raise RuntimeError(f"records were lost or doubled: {state}")
    for file in (files.part, files.quarantine, files.dropped):
        file.flush()
        os.fsync(file.fileno())
    state.part_bytes, state.quarantine_bytes = files.part.tell(), files.quarantine.tell()
    state.dropped_bytes = files.dropped.tell()
    _write(folder, about, state)


def finish(folder: Path, output: Path, make: Callable[[Path, Path], None] | None = None) -> bool:
    """Put the files of a run that is done in their places; say whether there was anything to do.

    `make` turns what was written into the output, as packed. May be repeated after a kill. Raises
    DiskFull if there is no room for that.
    """
    part, made = folder / "part", folder / "made"
    if not part.exists():
        return False
    with _room(folder):
        for name in _BESIDE:
            _place(_of(folder, name), beside(output, name))
        if make:
            make(part, made)
            _sync(made)
            made.replace(output)
            part.unlink()
        else:
            part.replace(output)
        _sync(output.parent)
        _sync(folder)
    return True


def beside(output: Path, name: str) -> Path:
    """Return the file for what was left out: "quarantine" or "dropped"."""
    return Path(f"{output}.{name}.jsonl")


def _of(folder: Path, name: str) -> Path:
    return folder / (name if name == "part" else f"{name}.jsonl")


def _place(made: Path, wanted: Path) -> None:
    """Give a file its name; an empty one takes away what an earlier run left there."""
    if not made.exists():
        return  # it was done before a kill
    if made.stat().st_size:
        made.replace(wanted)
    else:
        wanted.unlink(missing_ok=True)
        made.unlink()


def _open_at(path: Path, size: int) -> BinaryIO:
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(size)
    file.seek(size)
    return file


def _whole(folder: Path, state: State) -> bool:
    sizes = {"part": state.part_bytes, "quarantine": state.quarantine_bytes, "dropped": state.dropped_bytes}
    paths = {_of(folder, name): size for name, size in sizes.items()}
    return all(path.exists() and path.stat().st_size >= size for path, size in paths.items())


def _sync(path: Path) -> None:
    """See to it that a file's bytes, or the names in a folder, are on the disk."""
    with contextlib.suppress(PermissionError):  # folders of Windows
        known = os.open(path, os.O_RDONLY)
        try:
            os.fsync(known)
        finally:
            os.close(known)


@contextlib.contextmanager
def _room(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise DiskFull(
            f"There is no room left for {folder}: {error.strerror}.",
            f"Make room; the same command goes on from record {reached(folder):,}.",
        ) from error


def _quarantined(bad: Bad) -> bytes:
    raw = bad.raw.encode("utf-8", "surrogateescape" if _escaped(bad.raw) else "backslashreplace")
    record = {"record": bad.number, "reason": bad.reason, "raw": raw.decode("utf-8", "backslashreplace")}
    record |= {"file": bad.file} if bad.file else {}
    return (json.dumps(record, ensure_ascii=False) + "\n").encode()


def _escaped(text: str) -> bool:
    """Say whether all surrogates in the text stand for bytes that were not UTF-8."""
    return all(0xDC80 <= ord(c) <= 0xDCFF for c in text if 0xD800 <= ord(c) <= 0xDFFF)


def _write(folder: Path, about: dict[str, Any], state: State) -> None:
    new = folder / "manifest.new"
    with new.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"about": about, "state": asdict(state)}, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / "manifest.json")
    _sync(folder)


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
    for name in now:
        if before.get(name) != now[name]:
            return f"{name} (then {before.get(name)!r}, now {now[name]!r})"
    return "command"


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
