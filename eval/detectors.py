"""Measure detectors: false alarms on clean text, and precision on hits in real machine translation, read one by one.

    python -m eval.detectors hits ID --data DIR --on clean    show what it flags
    python -m eval.detectors read ID --data DIR               number 50 of its hits in real MT, to be read
    python -m eval.detectors mark ID yynyn... --data DIR      keep the verdicts (y: an editor would thank you)
    python -m eval.detectors measure [all,-ID] --data DIR      write mtfix/detect/measured.json

A verdict is kept under the hash of the segment, so no text of the sets gets into the repository.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

from eval.corpora import CORPORA, corpus, words
from mtfix.config import Settings
from mtfix.detect.api import Detector, Hit
from mtfix.detect.registry import builtin, choose
from mtfix.types import Document, Segment, Side

HERE = Path(__file__).parent
MEASURED = HERE.parent / "mtfix" / "detect" / "measured.json"
SAMPLE = 50


def find(detector: Detector, documents: list[Document], *, with_source: bool) -> Iterator[tuple[Segment, Hit]]:
    """Yield each hit with its segment."""
    for document in documents:
        if not with_source:
            document = Document(tuple(Segment(s.hypothesis) for s in document.segments), name=document.name)
        for index, hit in detector.run(document, Settings()):
            yield document.segments[index], hit


def show(segment: Segment, hit: Hit, width: int = 70) -> str:
    """Return the hit in its context on one line."""
    if hit.side is Side.SOURCE:
        return f"[source {hit.span.of(segment.source or '')!r}] {segment.hypothesis} ||| {segment.source}"
    text, span = segment.hypothesis, hit.span
    left, right = text[max(0, span.start - width) : span.start], text[span.end : span.end + width]
    fix = "" if hit.fix is None else f" => {hit.fix!r}"
    fix += "".join(f" [{s.of(text)!r}=>{t!r}]" for s, t in hit.edits)
    line = f"{left}⟦{span.of(text)}⟧{right}{fix} | {hit.message}"
    return line.replace("\n", "⏎")


def sample(detector: Detector, data: Path) -> list[tuple[Segment, Hit]]:
    """Return up to 50 hits in real MT, spread over the corpus, at most two with the same words."""
    hits, seen = [], dict[str, int]()
    found = list(find(detector, corpus("mt", data), with_source=True))
    random.Random(3).shuffle(found)
    for segment, hit in found:
        key = hit.span.of(segment.hypothesis).lower()
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= 2:
            hits.append((segment, hit))
    return hits[:SAMPLE]


def digest(segment: Segment, hit: Hit) -> str:
    """Return what stands for a hit in the readings."""
    return f"{hashlib.sha256(segment.hypothesis.encode()).hexdigest()[:16]}\t{hit.span.start}\t{hit.span.end}"


def readings(detector: Detector) -> dict[str, str]:
    """Return the kept verdicts."""
    path = HERE / "readings" / f"{detector.id}.tsv"
    if not path.exists():
        return {}
    return dict(line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").splitlines())


def measure(detector: Detector, data: Path) -> dict[str, float | int | None]:
    """Return false alarms and hints in 1,000 clean words, hits in real MT, and the precision of those read."""
    clean, machine = corpus("clean", data), corpus("mt", data)
    hits = [hit for _, hit in find(detector, clean, with_source=False)]
    alarms = [detector.hint if hit.hint is None else hit.hint for hit in hits]
    verdicts = readings(detector)
    found = [digest(s, h) for s, h in find(detector, machine, with_source=True)]
    read = [verdicts[d] for d in dict.fromkeys(found) if d in verdicts]
    return {
        "false_alarms_per_1000": round(1000 * alarms.count(False) / words(clean), 4),
        "hints_per_1000": round(1000 * alarms.count(True) / words(clean), 4),
        "mt_hits_per_1000": round(1000 * len(found) / words(machine), 4),
        "read": len(read),
        "precision": round(read.count("y") / len(read), 3) if read else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("hits", "read", "mark", "measure"))
    parser.add_argument("id", nargs="?", default="all")
    parser.add_argument("verdicts", nargs="?", default="")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--on", choices=CORPORA, default="clean")
    parser.add_argument("-n", type=int, default=50)
    options = parser.parse_args()
    detectors = choose(builtin(), options.id.split(","))
    if options.what == "measure":
        kept = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
        for detector in detectors:
            kept[detector.id] = measure(detector, options.data)
            print(detector.id, kept[detector.id], flush=True)
        MEASURED.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="utf-8")
        return
    for detector in detectors:
        if options.what == "hits":
            documents = corpus(options.on, options.data)
            found = list(find(detector, documents, with_source=options.on == "mt"))
            rate = 1000 * len(found) / words(documents)
            print(f"{detector.id}: {len(found)} hits in {words(documents)} words, {rate:.3f} in 1,000")
            random.Random(5).shuffle(found)
            for segment, hit in found[: options.n]:
                print("  ", show(segment, hit))
            continue
        found = sample(detector, options.data)
        if options.what == "read":
            for number, (segment, hit) in enumerate(found):
                print(number + 1, show(segment, hit))
        else:
            if len(options.verdicts) != len(found) or set(options.verdicts) - {"y", "n"}:
                raise SystemExit(f"{len(found)} verdicts are needed, each y or n; got {len(options.verdicts)}")
            lines = [f"{digest(s, h)}\t{v}" for (s, h), v in zip(found, options.verdicts, strict=True)]
            path = HERE / "readings" / f"{detector.id}.tsv"
            path.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
            print(f"{options.verdicts.count('y')} of {len(found)}")


if __name__ == "__main__":
    main()
