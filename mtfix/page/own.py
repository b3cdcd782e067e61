"""The user's lasting decisions: words to leave alone and detectors to switch off, kept in their mtfix.toml."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from mtfix.errors import BadSetting


def remember(path: Path, key: str, value: str) -> bool:
    """Add a value to the list `key` of a file that may not exist yet; say whether it was new.

    The rest of the file, comments too, stays as it is. Raises BadSetting where it can't be changed
    with certainty.
    """
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        values = tomllib.loads(before)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path.name} can't be read: {error}.", "Mend the file, or move it away.") from error
    known = values.get(key, [])
    if not isinstance(known, list):
        raise BadSetting(f"{path.name}: {key} is not a list.", f"Write {key} = [].")
    if value in known:
        return False
    line = f"{key} = [{', '.join(map(_quoted, [*known, value]))}]"
    after = _put(before, key, line)
    try:
        right = tomllib.loads(after) == {**values, key: [*known, value]}
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        raise BadSetting(f"{path.name} can't be changed automatically.", f"Write into it: {line}")
    part = path.with_suffix(".toml.part")
    part.write_text(after, encoding="utf-8")
    part.replace(path)
    return True


def _quoted(value: object) -> str:
    """Return a TOML string: as JSON's, but that TOML wants the DEL character escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _put(text: str, key: str, line: str) -> str:
    old = re.compile(rf"^{re.escape(key)}\s*=\s*\[[^\]]*\][^\n]*$", re.MULTILINE)
    if old.search(text):
        return old.sub(lambda _: line, text, count=1)
    # A key after a table's header would belong to the table.
    return f"{line}\n{text}"
