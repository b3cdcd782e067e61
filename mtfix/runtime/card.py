"""Model cards: `card.toml` beside the weights says what the files are, how they are to be used, and how they measured.

All faults of a card are reported at once. The checksums are verified when a model is loaded, so a file that was cut
short or swapped is an error and not a strange result.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mtfix.errors import CardInvalid, ChecksumMismatch, ModelMissing

__all__ = ["Card", "find", "read", "verify"]

TASKS = ("tagger", "rewriter")
_TEXTS = ("id", "version", "task", "licence", "base")
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says. `files` are names with their SHA-256; `options` the rest, as the task needs it."""

    id: str
    version: str
    task: str
    licence: str
    base: str
    max_length: int
    files: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        """Return what a report's signature says of the model."""
        return f"{self.id}:{self.version}"


def find(name: str, folders: tuple[Path, ...]) -> Path:
    """Return the first folder NAME with a card in it: a path, or a child of one of the folders.

    Raises ModelMissing that says where it looked.
    """
    for folder in (Path(name), *(f / name for f in folders)):
        if (folder / "card.toml").is_file():
            return folder
    looked = ", ".join(str(f) for f in folders) or "no folder"
    raise ModelMissing(f"There is no model {name!r} in {looked}.", "Name a folder that has a card.toml.")


def read(folder: Path, task: str) -> Card:
    """Read the card of a folder. Raises CardInvalid that lists all that is wrong with it."""
    path = folder / "card.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CardInvalid(f"{path} can't be read: {error.strerror}.", "A model needs a card.toml.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CardInvalid(f"{path} is not valid TOML: {error}.", "Mend the file.") from error
    faults = _faults(values, task, folder)
    if faults:
        raise CardInvalid(f"{path}: {'; '.join(faults)}.", "Mend the card, or fetch the model anew.")
    texts = {name: values.pop(name) for name in _TEXTS}
    return Card(**texts, max_length=values.pop("max_length"), files=values.pop("files"), options=values)


def _faults(values: Mapping[str, Any], task: str, folder: Path) -> list[str]:
    faults = [f"{name} is missing" for name in _TEXTS if name not in values]
    faults += [f"{name} must be a text" for name in _TEXTS if name in values and not isinstance(values[name], str)]
    if isinstance(values.get("task"), str) and values["task"] != task:
        faults.append(f"task is {values['task']!r}, wanted {task!r}")
    length = values.get("max_length")
    if not isinstance(length, int) or isinstance(length, bool) or length < 8:
        faults.append("max_length must be a whole number of at least 8")
    files = values.get("files")
    if not isinstance(files, dict) or not files:
        return [*faults, "files must name the model's files with their SHA-256"]
    for name, digest in files.items():
        if "/" in name or "\\" in name:
            faults.append(f"the file {name!r} must lie in the model's own folder")
        elif not (folder / name).is_file():
            faults.append(f"the file {name!r} is not there")
        if not isinstance(digest, str) or len(digest) != 64 or not set(digest) <= _HEX:
            faults.append(f"the checksum of {name!r} is not a SHA-256")
    return faults


def verify(folder: Path, card: Card) -> None:
    """Compare the files with the card's checksums. Raises ChecksumMismatch that names every file that differs."""
    wrong = [name for name, digest in card.files.items() if _sha256(folder / name) != digest]
    if wrong:
        raise ChecksumMismatch(
            f"{', '.join(wrong)} in {folder} differ from what the card says.", "Fetch the model anew; don't use it."
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
