"""Our own suites: artefacts that must be found, traps that must be left alone.

    python -m eval.suites [--misses] [--languagetool off]

An artefact counts as found if a finding that is shown overlaps the marked place. A trap counts as
left alone if nothing is shown and nothing edited.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from mtfix.config import Settings
from mtfix.detect.api import Example
from mtfix.ingest.text import parse
from mtfix.pipeline import Pipeline
from mtfix.types import Accept, Span

HERE = Path(__file__).parent / "suites"


def lines(name: str) -> list[str]:
    """Return the lines of a suite, without comments."""
    texts = (HERE / name).read_text(encoding="utf-8").split("\n")
    return [t.replace("\\n", "\n") for t in texts if t.strip() and not t.startswith("#")]


def found_at(pipeline: Pipeline, text: str, *, hints: bool) -> list[tuple[Span, str]]:
    """Return (span in the whole text, detector) for each finding."""
    document = parse(text)
    report = pipeline.run(document, accept=Accept.NONE)
    out, at = [], len(document.layout[0])
    for repair, separator in zip(report.repairs, document.layout[1:], strict=True):
        for f in repair.findings:
            if hints or not f.hint:
                out.append((Span(at + f.span.start, at + f.span.end), f.detector))
        at += len(repair.segment.hypothesis) + len(separator)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--hints", action="store_true", help="count hints as found")
    parser.add_argument("--languagetool", default="in-process")
    parser.add_argument("--tagger", default=Settings().tagger)
    options = parser.parse_args()
    pipeline = Pipeline(Settings(languagetool=options.languagetool, tagger=options.tagger))
    result = measure(pipeline, hints=options.hints, misses=options.misses)
    print(f"artefacts found: {result['found']} of {result['artefacts']}")
    print("  missed by kind:", result["missed"])
    print(f"traps left alone: {result['left_alone']} of {result['traps']}")


def measure(pipeline: Pipeline, *, hints: bool = False, misses: bool = False) -> dict[str, Any]:
    """Return how many artefacts were found, those missed by kind, and how many traps were left alone."""
    asked, got = Counter[str](), Counter[str]()
    for line in lines("artefacts.tsv"):
        kind, marked = line.split("\t", 1)
        example = Example(marked)
        found = found_at(pipeline, example.text, hints=hints)
        for mark in example.spans or (Span(0, len(example.text)),):
            asked[kind] += 1
            hit = any(span.touches(mark) for span, _ in found)
            got[kind] += hit
            if misses and not hit:
                print(f"missed {kind}: {marked!r}  found: {[(s.of(example.text), d) for s, d in found]}")
    alarms = 0
    traps = lines("traps.txt")
    for text in traps:
        found = found_at(pipeline, text, hints=False)
        changed = pipeline.run(parse(text)).post_edit != text
        if found or changed:
            alarms += 1
            if misses:
                print(f"alarm: {text!r}  {[(s.of(text), d) for s, d in found]} {'EDITED' if changed else ''}")
    return {
        "artefacts": asked.total(),
        "found": got.total(),
        "missed": {k: f"{asked[k] - got[k]} of {asked[k]}" for k in asked if got[k] < asked[k]},
        "traps": len(traps),
        "left_alone": len(traps) - alarms,
    }


if __name__ == "__main__":
    main()
