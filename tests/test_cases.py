"""Cases written apart from the data: one case, one test. See cases/README.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtfix.config import Settings
from mtfix.detect.api import Example
from mtfix.detect.registry import builtin
from mtfix.text.edits import apply, select
from mtfix.types import Applicability, Span

BY_ID = {d.id: d for d in builtin()}


def load() -> list:
    out = []
    for path in sorted((Path(__file__).parent / "cases").glob("*.json")):
        for n, case in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            gap = case.get("known_gap")
            marks = [pytest.mark.xfail(strict=True, reason=gap)] if gap else []
            out.append(pytest.param(case, id=f"{path.stem}-{n}", marks=marks))
    return out


def spans_by_line(example: Example) -> list[tuple[int, Span]]:
    out = []
    for span in example.spans:
        before = example.text[: span.start]
        start = before.rfind("\n") + 1
        out.append((before.count("\n"), Span(span.start - start, span.end - start)))
    return sorted(out)


@pytest.mark.parametrize("case", load())
def test_case(case: dict) -> None:
    settings = Settings(**{k: tuple(v) if isinstance(v, list) else v for k, v in case.get("settings", {}).items()})
    example = Example(case["marked"], source=case.get("source"), source_lang=case.get("source_lang", ""))
    document = example.document()
    found = list(BY_ID[case["detector"]].run(document, settings))
    assert bool(example.spans) == (case["kind"] == "positive"), "a positive has marks, a negative none"
    assert sorted((i, h.span) for i, h in found) == spans_by_line(example)
    if "fixed" in case:
        detector = BY_ID[case["detector"]]
        edits: dict[int, list] = {}
        for index, hit in found:
            wanted = [e for e in detector.finding(hit).edits if e.applicability is not Applicability.DISPLAY_ONLY]
            edits.setdefault(index, []).extend(wanted)
        lines = [apply(s.hypothesis, select(edits.get(i, ()))) for i, s in enumerate(document.segments)]
        assert "\n".join(lines) == case["fixed"]


@pytest.mark.parametrize("id", sorted({p.stem for p in (Path(__file__).parent / "cases").glob("*.json")} & set(BY_ID)))
def test_has_enough_cases(id: str) -> None:
    cases = json.loads((Path(__file__).parent / "cases" / f"{id}.json").read_text(encoding="utf-8"))
    kinds = [c["kind"] for c in cases if c["detector"] == id]
    assert kinds.count("positive") >= 10 and kinds.count("negative") >= 10
