"""The Word document: real revisions, whose acceptance gives the post-edit and whose rejection the hypothesis."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from mtfix.config import Settings
from mtfix.ingest import text as text_format
from mtfix.pipeline import Pipeline
from mtfix.text.edits import apply, diff
from mtfix.types import (
    Applicability,
    Category,
    Document,
    Edit,
    Finding,
    Repair,
    Report,
    Segment,
    Severity,
    Span,
    Verdict,
)

pytest.importorskip("docx")
from lxml import etree

from mtfix.render.docx import write

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SETTINGS = Settings(languagetool="off", tagger="none", rewriter="none")
TEXTS = [
    "He went to the the market in Kiev .",
    "First line .\n\n{{#banner}}\n\nLast \N{GRINNING FACE} the the line.",
    'A <b>bold</b> & "quoted" the the word.',
    "A tab\there, the the end.",
]


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def lines(data: bytes, drop: str) -> list[str]:
    """Return the paragraphs after all revisions were accepted (drop "del") or rejected (drop "ins")."""
    root = etree.fromstring(parts(data)["word/document.xml"])
    out = []
    for paragraph in root.iter(f"{W}p"):
        text = ""
        for node in paragraph.iter(f"{W}t", f"{W}delText", f"{W}tab", f"{W}br"):
            if not any(parent.tag == f"{W}{drop}" for parent in node.iterancestors()):
                text += {f"{W}tab": "\t", f"{W}br": "\n"}.get(node.tag, node.text or "")
        gone = paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None and drop == "del"
        if not gone:
            out.append(text)
    return out


def made(text: str, after: str) -> Report:
    edits = tuple(diff(text, after))
    repair = Repair(Segment(text), after, edits, proposals=edits, verdicts=(Verdict(True),) * len(edits))
    return Report(Document((repair.segment,), layout=("", "")), (repair,), after)


@pytest.mark.parametrize("text", TEXTS)
def test_revisions_lead_both_ways(text: str) -> None:
    report = Pipeline(SETTINGS).run(text_format.parse(text))
    data = write(report)
    assert lines(data, "ins") == [r.segment.hypothesis for r in report.repairs]
    assert lines(data, "del") == [r.post_edit for r in report.repairs if r.post_edit.strip()]


def test_each_edit_is_a_revision_with_its_author_and_reason() -> None:
    report = Pipeline(SETTINGS).run(text_format.parse(TEXTS[0]))
    files = parts(write(report))
    root = etree.fromstring(files["word/document.xml"])
    revisions = list(root.iter(f"{W}ins", f"{W}del"))
    assert revisions and {r.get(f"{W}author") for r in revisions} == {"mtfix"}
    ids = [r.get(f"{W}id") for r in revisions]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", r.get(f"{W}date")) for r in revisions)
    comments = etree.fromstring(files["word/comments.xml"])
    said = " ".join("".join(c.itertext()) for c in comments)
    assert "linguistic.repeated-word" in said and "linguistic/duplication" in said


def test_a_suggestion_is_a_comment_and_no_revision() -> None:
    text = "He went home."
    edit = Edit(Span(3, 7), "ran", Applicability.UNSAFE, 0.6, reasons=(0,))
    finding = Finding(0, "style.example", Category.AWKWARD, Severity.MINOR, Span(3, 7), "A better word.", edits=(edit,))
    repair = Repair(Segment(text), text, (), (finding,), (edit,), (Verdict(True),))
    files = parts(write(Report(Document((repair.segment,), layout=("", "")), (repair,), text)))
    assert b"w:ins" not in files["word/document.xml"] and b"w:del " not in files["word/document.xml"]
    assert "Suggestion: “ran”" in "".join(etree.fromstring(files["word/comments.xml"]).itertext())
    held = replace(repair, verdicts=(Verdict(False, "user", "rejected by hand"),))
    files = parts(write(Report(Document((held.segment,), layout=("", "")), (held,), text)))
    assert "word/comments.xml" not in files


def test_what_xml_has_no_place_for_is_replaced() -> None:
    data = write(made("a\x00b \x1b c \ud800 d\uffff e", "a\x00b \x1b c \ud800 d\uffff f\x07"))
    assert lines(data, "del") == ["a\ufffdb \ufffd c \ufffd d\ufffd f\ufffd"]


def test_many_edits_of_any_kind() -> None:
    before = "one  two\tthree \N{FAMILY} four <five> & six"
    after = "zero one two three \N{FAMILY}\N{GRINNING FACE} <5> & six."
    data = write(made(before, after))
    assert lines(data, "ins") == [before] and lines(data, "del") == [after]
    assert apply(before, diff(before, after)) == after


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_the_revisions(tmp_path: Path) -> None:
    report = Pipeline(SETTINGS).run(text_format.parse(TEXTS[1]))
    file = tmp_path / "mtfix.docx"
    file.write_bytes(write(report))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "fodt", "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    text = (tmp_path / "mtfix.fodt").read_text(encoding="utf-8")
    assert text.count("<text:changed-region") >= 3
    assert "<text:deletion" in text and "<dc:creator>mtfix</dc:creator>" in text
