"""Which files a corpus is made of, and where its output goes."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from mtfix.errors import InputError


def split(names: Sequence[str], *, dry: bool = False) -> tuple[Sequence[str], str]:
    """Return the inputs and the output, which comes last.

    A dry run needs none; there, the last name is an input if it is a file that no run has made.
    """
    last = names[-1]
    made = Path(f"{last}.mtfix").is_dir()
    if dry and (len(names) == 1 or (Path(last).is_file() and not made)):
        return names, ""
    return (names[:-1], last) if len(names) > 1 else (names, "")


def plan(names: Sequence[str], output: str, *, dry: bool = False) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the runs: (inputs, output).

    As `cp` does it: if the output is a folder, or its name ends with a slash, each file becomes one of
    the same name in it. Else all inputs, in the order given, become one output. Raises InputError.
    """
    files = expand(names)
    if output in ("-", "") or not (output.endswith(("/", os.sep)) or Path(output).is_dir()):
        return ((files, output),)
    if "-" in files:
        raise InputError("Standard input has no name to take in a folder.", "Give OUT the name of a file.")
    targets = [str(Path(output) / Path(name).name) for name in files]
    if twice := next((t for t in targets if targets.count(t) > 1), ""):
        raise InputError(f"Two inputs would become {twice}.", "Run mtfix once for each, with folders of their own.")
    try:
        if not dry:
            Path(output).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{output} can't be made: {error.strerror}.", "Check its name and permissions.") from error
    return tuple(((name,), target) for name, target in zip(files, targets, strict=True))


def expand(names: Sequence[str]) -> tuple[str, ...]:
    """Return the files; a pattern that the shell did not expand ("*.tsv", "**/*.gz") is, in the order of names.

    Raises InputError for a pattern without a file, a file that is given twice, and `-` beside others.
    """
    files: list[str] = []
    for name in names:
        if name != "-" and Path(name).is_dir():
            raise InputError(f"{name} is a folder.", f"Give its files: '{Path(name) / '*'}'.")
        if name == "-" or not glob.has_magic(name) or Path(name).exists():
            files.append(name)
            continue
        # Path.glob takes no absolute pattern, and keeps no "./" before a name.
        found = sorted(f for f in glob.glob(name, recursive=True) if Path(f).is_file())  # noqa: PTH207
        if not found:
            raise InputError(f"There is no file like {name}.", "Check the pattern and the folder.")
        files += found
    if "-" in files and len(files) > 1:
        raise InputError("Standard input is given beside files.", "Give it alone: cat a b - | mtfix corpus - OUT.")
    real = [os.path.realpath(f) for f in files if f != "-"]
    if twice := next((f for f in real if real.count(f) > 1), ""):
        raise InputError(f"{twice} is given twice.", "Give each file once.")
    return tuple(files)
