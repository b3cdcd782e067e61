"""False alarms on clean news, beside LanguageTool and Harper alone at their defaults.

    python -m eval.alarms --data DIR [--articles 400] [--each]

What is flagged in clean, edited news is a false alarm, near enough. Counted a thousand words:
findings shown by default, SAFE edits made. `--each` adds a line a detector.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import Any

from eval.corpora import corpus, words
from mtfix.config import Settings
from mtfix.pipeline import Pipeline
from mtfix.types import Document, Report


def shown(report: Report) -> list[tuple[str, str]]:
    """Return (detector, the line) for each finding that a user sees by default."""
    out = []
    for repair in report.repairs:
        text = repair.segment.hypothesis
        for f in repair.findings:
            if not f.hint:
                left, right = text[max(0, f.span.start - 50) : f.span.start], text[f.span.end : f.span.end + 50]
                out.append((f.detector, f"{left}⟦{f.span.of(text)}⟧{right}"))
    return out


def edits(report: Report) -> list[tuple[str, str]]:
    """Return (maker, the change) for each edit that was made."""
    out = []
    for repair in report.repairs:
        text = repair.segment.hypothesis
        for e in repair.edits:
            ids = {f.detector for f in repair.findings if f.id in e.reasons} or {e.by}
            left, right = text[max(0, e.span.start - 40) : e.span.start], text[e.span.end : e.span.end + 40]
            out.append((",".join(sorted(ids)), f"{left}[-{e.span.of(text)}-]{{+{e.text}+}}{right}"))
    return out


def languagetool(documents: list[Document]) -> int:
    """Count the matches of LanguageTool's rules at their defaults, spelling included."""
    import lt_py

    engine: Any = lt_py.Engine("en-US")
    return sum(len(engine.check(s.hypothesis)) for d in documents for s in d.segments)


def harper(documents: list[Document]) -> int | None:
    """Count Harper's lints at their defaults; None where it is not installed."""
    try:
        import harper as engine
    except ImportError:
        return None
    linter: Any = engine.Linter(engine.Dialect.AMERICAN)
    return sum(len(linter.lint(s.hypothesis)) for d in documents for s in d.segments)


def measure(
    pipeline: Pipeline, documents: list[Document], *, peers: bool
) -> tuple[dict[str, Any], list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the table, the findings shown and the edits made."""
    found: list[tuple[str, str]] = []
    made: list[tuple[str, str]] = []
    crashed = 0
    for document in documents:
        report = pipeline.run(document)
        found += shown(report)
        made += edits(report)
        crashed += len(report.failures)
    rate = 1000 / words(documents)
    table: dict[str, float | None] = {
        "mtfix, findings shown": round(len(found) * rate, 3),
        "mtfix, SAFE edits": round(len(made) * rate, 3),
    }
    if peers:
        table["LanguageTool, its defaults"] = round(languagetool(documents) * rate, 3)
        lints = harper(documents)
        table["Harper, its defaults"] = None if lints is None else round(lints * rate, 3)
    return {"words": words(documents), "failures": crashed, "in_1000_words": table}, found, made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--on", default="clean")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--languagetool", default="in-process")
    parser.add_argument("--tagger", default=Settings().tagger)
    parser.add_argument("--rewriter", default=Settings().rewriter)
    options = parser.parse_args()
    documents = corpus(options.on, options.data)[: options.articles]
    pipeline = Pipeline(Settings(languagetool=options.languagetool, tagger=options.tagger, rewriter=options.rewriter))
    result, found, made = measure(pipeline, documents, peers=not options.no_peers)
    print(f"{len(documents)} articles, {result['words']} words; failures of detectors: {result['failures']}")
    print(f"{'':32}{'in 1,000 words':>16}")
    for name, value in result["in_1000_words"].items():
        print(f"{name:32}" + (f"{value:>16.3f}" if value is not None else "   not installed"))
    rate = 1000 / result["words"]
    if options.each:
        rng = random.Random(1)
        for title, items in (("findings", found), ("SAFE edits", made)):
            print(f"\n{title}")
            for name, count in Counter(n for n, _ in items).most_common():
                print(f"  {name:44}{count:>6}{count * rate:>9.3f}")
                some = [line for n, line in items if n == name]
                for line in rng.sample(some, min(4, len(some))):
                    print("        " + line.replace("\n", "⏎"))


if __name__ == "__main__":
    main()
