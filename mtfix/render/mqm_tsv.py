"""Findings as TSV in the layout of Google's MQM sets, and scores of segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mtfix.types import Finding, Report, Side

COLUMNS = ("system", "doc", "doc_id", "seg_id", "rater", "source", "target", "category", "severity")


def findings(reports: Mapping[str, Report]) -> Iterator[str]:
    """Yield the lines: a row a finding, the span between <v> and </v>; a segment without one is "no-error".

    Source of the layout: Freitag et al., TACL 2021. Tabs and line ends in a text become spaces, as
    the layout has no escape. Hints are left out.
    """
    yield "\t".join(COLUMNS)
    for system, report in reports.items():
        for number, repair in enumerate(report.repairs, 1):
            shown = [f for f in repair.findings if not f.hint]
            head = (system, report.document.name, "1", str(number), "mtfix")
            source, target = repair.segment.source or "", repair.segment.hypothesis
            if not shown:
                yield _row(*head, source, target, "No-error", "No-error")
            for finding in shown:
                sides = _marked(finding, source, target)
                yield _row(*head, *sides, finding.category.value, finding.severity.name.title())


def segments(names: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table of segment scores: system, seg_id, then the scores of `names`."""
    yield "\t".join(("system", "seg_id", *names))
    for row in rows:
        yield _row(*row)


def _marked(finding: Finding, source: str, target: str) -> tuple[str, str]:
    text = source if finding.side is Side.SOURCE else target
    start, end = finding.span.start, finding.span.end
    marked = f"{text[:start]}<v>{text[start:end]}</v>{text[end:]}"
    return (marked, target) if finding.side is Side.SOURCE else (source, marked)


def _row(*cells: str) -> str:
    return "\t".join(" ".join(cell.replace("\t", " ").splitlines()) for cell in cells)
