"""What becomes of a record, as a line of a corpus: text, JSON lines, TSV or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from mtfix.render.json import FIELDS, segment_record
from mtfix.types import Failure, Repair

# The columns that we add to a table; a column of the user's with such a name gets "input_" before it.
COLUMNS = ("post_edit", "findings", "edits", "quality_before", "quality_after")
# The columns of a table that was made from text or JSON lines.
_OWN = ("id", "hypothesis", "source", "other")
# JSON lets these stand as they are, but many a reader takes them for the end of a line.
_LINE_ENDS = {ord(c): f"\\u{ord(c):04x}" for c in "\x85\u2028\u2029"}


def header(format: str, names: Sequence[str], *, tabular: bool) -> str:
    """Return the first line of a table; empty for text and JSON lines, and for columns that are only counted.

    `tabular`: the input is a table too, with these names.
    """
    if format not in ("tsv", "csv") or (tabular and not names):
        return ""
    kept = [f"input_{name}" if name in COLUMNS else name for name in names] if tabular else list(_OWN)
    return table_row([*kept, *COLUMNS], format)


def json_line(
    repair: Repair, other: Mapping[str, Any], *, failures: Sequence[Failure] = (), words: bool = False
) -> str:
    """Return the record as JSON; fields that have a name of ours go into `input`."""
    record = segment_record(repair, failures=failures, words=words)
    record |= {key: value for key, value in other.items() if key not in FIELDS}
    if clash := {key: value for key, value in other.items() if key in FIELDS}:
        record["input"] = clash
    return json.dumps(record, ensure_ascii=False).translate(_LINE_ENDS) + "\n"


def text_line(repair: Repair, end: str) -> str:
    """Return the post-edit as a line. Raises ValueError if it has a line end in it."""
    if "\n" in repair.post_edit or "\r" in repair.post_edit:
        raise ValueError("its post-edit has several lines, and a text file one line for each record; use .jsonl")
    return repair.post_edit + end


def table_line(repair: Repair, row: Sequence[str], other: Mapping[str, Any], format: str) -> str:
    """Return the row with our columns behind it."""
    segment = repair.segment
    kept = row or (segment.id, segment.hypothesis, segment.source or "", json.dumps(other, ensure_ascii=False))
    found = sum(not finding.hint for finding in repair.findings)
    quality = [f"{score.value:.2f}" for score in repair.quality] if repair.quality else ["", ""]
    return table_row([*kept, repair.post_edit, str(found), str(len(repair.edits)), *quality], format)


def table_row(cells: Sequence[str], format: str) -> str:
    """Return cells as a row. In a TSV a tab or line end inside a cell becomes a space, as there is no escape."""
    if format == "tsv":
        return "\t".join(" ".join(cell.replace("\t", "\n").splitlines()) for cell in cells) + "\n"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
