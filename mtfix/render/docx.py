"""A report as a Word document with real tracked changes: each applied edit is a revision by "mtfix".

python-docx has no revisions, so w:ins and w:del are written as XML into its paragraphs. What is
only suggested stands in a comment beside the text; so does the reason of each revision.
Source: ECMA-376, part 1, section 17.13.5.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mtfix.errors import ConfigError
from mtfix.types import Applicability, Edit, Finding, Repair, Report, Span

AUTHOR = "mtfix"
# XML 1.0 has no place for these.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"(\t|\r\n?|\n)")


def write(report: Report, *, date: datetime | None = None) -> bytes:
    """Return the document as bytes.

    Raises ConfigError where python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise ConfigError("Word files need the package python-docx.", "pip install 'mtfix[page]'") from error
    document = docx.Document()
    writer = _Writer(document, (date or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    for index, repair in enumerate(report.repairs):
        writer.segment(repair, gap=index > 0 and _blank_line(report, index))
    properties = document.core_properties
    properties.author, properties.title = AUTHOR, _legal(report.document.name) or "Post-edit"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _blank_line(report: Report, index: int) -> bool:
    layout = report.document.layout
    return not layout or layout[index].count("\n") > 1


class _Writer:
    """Numbers the revisions of one document and writes its paragraphs."""

    def __init__(self, document: Any, date: str) -> None:
        from docx.oxml.ns import qn
        from docx.oxml.parser import OxmlElement

        self.document, self.date, self.qn, self.make = document, date, qn, OxmlElement
        self.number = 0
        document.styles["Normal"].paragraph_format.space_after = 0

    def segment(self, repair: Repair, *, gap: bool) -> None:
        """Write one segment as a paragraph, with its edits as revisions."""
        paragraph = self.document.add_paragraph()
        if gap:
            paragraph.paragraph_format.space_before = self.document.styles["Normal"].font.size or 140_000
        text, at = repair.segment.hypothesis, 0
        for edit, applied in _in_order(repair):
            self._run(paragraph._p, text[at : edit.span.start])
            self._edit(paragraph._p, repair, edit, applied=applied)
            at = edit.span.end
        self._run(paragraph._p, text[at:])
        if text and not repair.post_edit.strip():
            self._mark_deleted(paragraph._p)

    def _edit(self, paragraph: Any, repair: Repair, edit: Edit, *, applied: bool) -> None:
        note = _reason(repair, edit)
        old = edit.span.of(repair.segment.hypothesis)
        if not applied:
            note = f"Suggestion: {f'“{edit.text}”' if edit.text else 'delete this'}. {note}"
        comment = self.document.comments.add_comment(text=_legal(note), author=AUTHOR, initials="mt")
        id = str(comment.comment_id)
        paragraph.append(self._tag("w:commentRangeStart", id=id))
        if not applied:
            self._run(paragraph, old)
        elif old:
            self._run(self._revision(paragraph, "w:del"), old, tag="w:delText")
        if applied and edit.text:
            self._run(self._revision(paragraph, "w:ins"), edit.text)
        paragraph.append(self._tag("w:commentRangeEnd", id=id))
        run = self.make("w:r")
        run.append(self._tag("w:commentReference", id=id))
        paragraph.append(run)

    def _revision(self, parent: Any, name: str) -> Any:
        self.number += 1
        node = self._tag(name, id=str(self.number), author=AUTHOR, date=self.date)
        parent.append(node)
        return node

    def _mark_deleted(self, paragraph: Any) -> None:
        """Make the end of the paragraph a deletion too, so that accepting it leaves no empty line."""
        properties = paragraph.get_or_add_pPr()
        marks = self.make("w:rPr")
        properties.append(marks)
        self._revision(marks, "w:del")

    def _run(self, parent: Any, text: str, *, tag: str = "w:t") -> None:
        if not text:
            return
        run = self.make("w:r")
        for part in _BREAKS.split(text):
            if part == "\t":
                run.append(self.make("w:tab"))
            elif _BREAKS.fullmatch(part):
                run.append(self.make("w:br"))
            elif part:
                node = self.make(tag)
                node.text = _legal(part)
                node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                run.append(node)
        parent.append(run)

    def _tag(self, name: str, **attributes: str) -> Any:
        node = self.make(name)
        for key, value in attributes.items():
            node.set(self.qn(f"w:{key}"), value)
        return node


def _in_order(repair: Repair) -> Iterator[tuple[Edit, bool]]:
    """Yield (edit, applied): the applied ones, and the suggestions that stand clear of them."""
    chosen = [(edit, True) for edit in repair.edits]
    taken: list[Span] = [edit.span for edit in repair.edits]
    for edit, verdict in zip(repair.proposals, repair.verdicts, strict=True):
        open_ = verdict.accepted and edit.applicability is not Applicability.DISPLAY_ONLY
        if open_ and edit not in repair.edits and not any(edit.span.overlaps(span) for span in taken):
            chosen.append((edit, False))
            taken.append(edit.span)
    yield from sorted(chosen, key=lambda pair: (pair[0].span, pair[0].text))


def _reason(repair: Repair, edit: Edit) -> str:
    by_id = {finding.id: finding for finding in repair.findings}
    reasons: list[Finding] = [by_id[id] for id in edit.reasons if id in by_id]
    if not reasons:
        return f"Proposed by the {edit.by}, confidence {edit.confidence:.0%}."
    first = reasons[0]
    said = " ".join(dict.fromkeys(f.message for f in reasons))
    return f"{said} ({first.category.value}, {first.detector}, confidence {edit.confidence:.0%})"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
