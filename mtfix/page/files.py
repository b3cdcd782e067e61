"""The report with the user's decisions in it -> a file to download. Nothing is written to a disk."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from mtfix.errors import InputError, MtfixError
from mtfix.render import docx, html
from mtfix.render.json import read_document

_TYPES = {
    "json": "application/json",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def export(kind: str, record: Mapping[str, Any]) -> dict[str, str]:
    """Return name, type and data (base64) of the file, or `problem` in words."""
    try:
        data = _bytes(kind, record)
    except MtfixError as error:
        return {"problem": str(error)}
    name = {"docx": "mtfix.docx", "html": "mtfix-report.html", "json": "mtfix-report.json"}[kind]
    return {"name": name, "type": _TYPES[kind], "data": base64.b64encode(data).decode("ascii")}


def _bytes(kind: str, record: Mapping[str, Any]) -> bytes:
    report = read_document(record)
    if kind == "docx":
        return docx.write(report)
    if kind == "html":
        return html.page(report).encode("utf-8")
    if kind == "json":
        return json.dumps(record, ensure_ascii=False, indent=1).encode("utf-8")
    raise InputError(f"There is no file of the kind {kind!r}.", f"Choose one of {', '.join(_TYPES)}.")
