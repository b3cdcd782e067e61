"""What becomes of a record, as a line of a corpus: text, JSON lines, TSV or CSV, or a line of Parquet's journal."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mtfix.render.json import FIELDS, segment_record
from mtfix.types import Failure, Repair

# The columns that we add to a table, with their types in Parquet; a column of the user's with such a
# name gets "input_" before it.
COLUMNS = {
    "post_edit": "string", "findings": "int32", "edits": "int32", "quality_before": "double", "quality_after": "double",
}  # fmt: skip
# The columns of a table that was made from text or JSON lines.
_OWN = ("id", "hypothesis", "source", "other")
_BREAK = re.compile(r"\r\n|[\t\r\n]")
# JSON lets these stand as they are, but many a reader takes them for the end of a line.
_LINE_ENDS = {ord(c): f"\\u{ord(c):04x}" for c in "\x85\u2028\u2029"}


def header(format: str, names: Sequence[str], *, tabular: bool, raw: str = "", end: str = "\n") -> str:
    """Return the first line of a table; empty for other formats, and for columns that are only counted.

    `tabular`: the input is a table too, with these names; `raw`: its row of names, if it is of the
    same format, without its `end`.
    """
    if format not in ("tsv", "csv") or (tabular and not names):
        return ""
    kept = kept_names(names) if tabular else list(_OWN)
    return table_row([*kept, *COLUMNS], format, raw=raw if kept == list(names) else "", known=len(kept), end=end)


def kept_names(names: Sequence[str]) -> list[str]:
    """Return the names of a table's columns, changed where one of ours has the same.

    >>> kept_names(["id", "edits", "input_edits"])
    ['id', 'input_input_edits', 'input_edits']
    """
    out, taken = [], {*names, *COLUMNS}
    for name in names:
        own = name
        if name in COLUMNS:
            while own in taken:
                own = f"input_{own}"
            taken.add(own)
        out.append(own)
    return out


def results(repair: Repair) -> dict[str, Any]:
    """Return the values of our columns."""
    found = sum(not finding.hint for finding in repair.findings)
    before, after = (round(score.value, 2) for score in repair.quality) if repair.quality else (None, None)
    return dict(zip(COLUMNS, (repair.post_edit, found, len(repair.edits), before, after), strict=True))


def json_line(
    repair: Repair, other: Mapping[str, str], *, failures: Sequence[Failure] = (), words: bool = False
) -> str:
    """Return the record as JSON. Fields that pass through stand as they stood; what has a name of ours, in `input`.

    `other` has them by name, each as `"name": value`.
    """
    own = json.dumps(segment_record(repair, failures=failures, words=words), ensure_ascii=False)
    members = [own[1:-1].translate(_LINE_ENDS), *(text for name, text in other.items() if name not in FIELDS)]
    if clash := ", ".join(text for name, text in other.items() if name in FIELDS):
        members.append(f'"input": {{{clash}}}')
    return f"{{{', '.join(members)}}}\n"


def text_line(repair: Repair, end: str) -> str:
    """Return the post-edit as a line. Raises ValueError if it has a line end that the hypothesis had not."""
    if "\n" in repair.post_edit or ("\r" in repair.post_edit and "\r" not in repair.segment.hypothesis):
        raise ValueError("its post-edit has several lines, and a text file one line for each record; use .jsonl")
    return repair.post_edit + end


def table_line(
    repair: Repair, row: Sequence[str], other: Mapping[str, str], format: str, *, raw: str = "", end: str = "\n"
) -> str:
    """Return the row with our columns behind it. `raw` is the row as it stood, if it is of the same format."""
    segment = repair.segment
    kept = row or (segment.id, segment.hypothesis, segment.source or "", f"{{{', '.join(other.values())}}}")
    cells = ["" if v is None else f"{v:.2f}" if isinstance(v, float) else str(v) for v in results(repair).values()]
    return table_row([*kept, *cells], format, raw=raw, known=len(kept), end=end)


def table_row(cells: Sequence[str], format: str, *, raw: str = "", known: int = 0, end: str = "\n") -> str:
    """Return cells as a row; if `raw` is given, it stands for the first `known` of them.

    In a TSV a tab or line end inside a cell becomes a space, as there is no escape.
    """
    if raw:
        cells = cells[known:]
    if format == "tsv":
        own = "\t".join(_BREAK.sub(" ", cell) for cell in cells)
        return (f"{raw}\t{own}" if raw else own) + end
    out = io.StringIO()
    # The csv module quotes the line ends of its own terminator only.
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    own = out.getvalue().removesuffix("\r\n")
    return (f"{raw},{own}" if raw else own) + end


def journal_line(repair: Repair, names: Sequence[str], row: Sequence[str], other: Mapping[str, str]) -> str:
    """Return what becomes a row of Parquet: the row of a table, or the record's fields, and our columns."""
    if row:
        columns = kept_names(names or [f"column_{n}" for n, _ in enumerate(row, 1)])
        kept: dict[str, Any] = dict(zip(columns, row, strict=True))
    else:
        segment = repair.segment
        kept = {"id": segment.id, "hypothesis": segment.hypothesis, "source": segment.source}
        passed = json.loads(f"{{{', '.join(other.values())}}}")
        free = kept_names([name if name not in kept else f"input_{name}" for name in passed])
        kept |= dict(zip(free, passed.values(), strict=True))
    return json.dumps(kept | results(repair), ensure_ascii=True) + "\n"


def result_line(repair: Repair, number: int) -> str:
    """Return our columns for the row of that number of a Parquet file."""
    return json.dumps({"record": number} | results(repair), ensure_ascii=True) + "\n"
