"""Speed, as words a second and as a ratio to Harper on the same text in the same run.

    python -m eval.speed --data DIR [--words 40000] [--each]
    python -m eval.speed --data DIR --tagger models/tagger-en [--words 20000]

One process, one core if pinned (`taskset -c 0`). Rules are all detectors that run by default, without
LanguageTool and models; the figures are medians of runs that take turns. `--tagger` measures that model alone on two
cores: words a second beside Harper, the time to load it, and the memory of a process that holds it and nothing else.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.corpora import corpus, words
from mtfix.config import Settings
from mtfix.detect.api import Detector
from mtfix.detect.run import detect
from mtfix.pipeline import Pipeline
from mtfix.text import protect, tokens
from mtfix.types import Document


def forget() -> None:
    """Empty the caches of the text tools, so that each run pays its own way."""
    for function in (tokens.words, tokens.sentences, protect.protected, protect.names):
        function.cache_clear()


def timed(run: Callable[[], object]) -> float:
    forget()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def harper(documents: list[Document]) -> Callable[[], object] | None:
    try:
        import harper as engine
    except ImportError:
        return None

    def run() -> None:
        linter: Any = engine.Linter(engine.Dialect.AMERICAN)  # a new one each time: it remembers what it has read
        for document in documents:
            for segment in document.segments:
                linter.lint(segment.hypothesis)

    return run


def import_seconds() -> float:
    code = "import time; t = time.perf_counter(); import mtfix; print(time.perf_counter() - t)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(7)]
    return statistics.median(float(r.stdout) for r in runs)


def pipeline() -> Pipeline:
    return Pipeline(Settings(languagetool="off", tagger="none", rewriter="none"))


def rule_detectors(rules: Pipeline) -> list[Detector]:
    return [d for d in rules.detectors if not d.id.startswith("neural.") and d.id != "linguistic.languagetool"]


def some(data: Path, wanted: int) -> list[Document]:
    """Return clean articles of about so many words."""
    documents: list[Document] = []
    for document in corpus("clean", data):
        documents.append(document)
        if words(documents) >= wanted:
            break
    return documents


def measure(documents: list[Document], runs: int) -> dict[str, Any]:
    """Return words a second of each subject, the ratios to Harper, and the time of the import."""
    rules = pipeline()
    detectors = rule_detectors(rules)
    subjects: dict[str, Callable[[], object]] = {
        f"mtfix, {len(detectors)} rule detectors": lambda: [detect(d, detectors, rules.settings) for d in documents],
        "mtfix fix, rules only": lambda: [rules.run(d) for d in documents],
    }
    if peer := harper(documents):
        subjects["Harper"] = peer
    for run in subjects.values():
        run()  # warm: data loaded, patterns compiled
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(runs):
        for name, run in subjects.items():
            times[name].append(timed(run))
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    ratios = {name: middle["Harper"] / m for name, m in middle.items()} if peer else {}
    total = words(documents)
    return {
        "words": total,
        "words_a_second": {name: round(total / m) for name, m in middle.items()},
        "times_harper": {name: round(r, 2) for name, r in ratios.items()},
        "import_ms": round(import_seconds() * 1000),
    }


_LOADED = """
import re, sys, time
from pathlib import Path
from mtfix.runtime.tagger import load
start = time.perf_counter()
model = load(Path(sys.argv[1]), threads=2)
model.tag(["A sentence."])
ready = time.perf_counter() - start
model.tag(["This is a sentence of nine words for it. " * 5] * 64)
# The peak of this process alone: what getrusage says counts the one that started it.
print(ready, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def tagger(documents: list[Document], folder: Path, runs: int) -> dict[str, Any]:
    """Return the tagger's words a second on two cores, the ratio to Harper, seconds to load, and memory in MB."""
    from mtfix.runtime.tagger import load

    model = load(folder, threads=2)
    paragraphs = [s.hypothesis for d in documents for s in d.segments]
    subjects: dict[str, Callable[[], object]] = {"tagger": lambda: model.tag(paragraphs)}
    if peer := harper(documents):
        subjects["Harper"] = peer
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(runs):
        for name, run in subjects.items():
            times[name].append(timed(run))
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    command = [sys.executable, "-c", _LOADED, str(folder)]
    alone = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(3)]
    total = words(documents)
    return {
        "words": total,
        "words_a_second": {name: round(total / m) for name, m in middle.items()},
        "times_harper": round(middle["Harper"] / middle["tagger"], 2) if peer else None,
        "load_seconds": round(statistics.median(float(a[0]) for a in alone), 2),
        "memory_mb": round(max(float(a[1]) for a in alone)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--words", type=int, default=40_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--each", action="store_true", help="microseconds a hundred words, for each detector")
    parser.add_argument("--tagger", type=Path, help="measure this model alone")
    options = parser.parse_args()
    documents = some(options.data, options.words)
    if options.tagger:
        print(tagger(documents, options.tagger, options.runs))
        return
    result = measure(documents, options.runs)
    print(f"{result['words']} words, median of {options.runs} runs taken in turn")
    for name, speed in result["words_a_second"].items():
        ratio = result["times_harper"].get(name)
        print(f"  {name:34}{speed:>12,.0f} words/s" + (f"{ratio:>8.2f} x Harper" if ratio else ""))
    print(f"  {'import mtfix':34}{result['import_ms']:>12.0f} ms")
    if options.each:
        rules = pipeline()
        for detector in sorted(rule_detectors(rules), key=lambda d: d.id):
            taken = statistics.median(
                timed(lambda d=detector: [detect(x, [d], rules.settings) for x in documents]) for _ in range(3)
            )
            print(f"    {detector.id:44}{1e8 * taken / result['words']:>9.0f} µs/100 words")


if __name__ == "__main__":
    main()
