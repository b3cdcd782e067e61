"""What repair does to real machine translation: TER to a human's correction, before and after, at each level.

    python -m eval.repair --data DIR [--limit N] [--languagetool off] [--tagger none] [--level safe,all]

Sets: mlqe_pe.dev (five languages into English, minimal human corrections), dev/roundtrips (clean
sentences through two engines and back). TER is counted on words and signs; lower is better; p is from a paired
bootstrap. The gain-to-edit ratio is what TER fell for each point of TER that was changed: 1 if a human made every edit
too. Edits are compared with the human's to the letter (precision, F0.5).
"Good" segments are those that the human left as they were: they must come back byte-identical.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.corpora import rows
from eval.measures import exact, gain
from mtfix.config import Settings
from mtfix.pipeline import Pipeline
from mtfix.types import Accept, Document, Repair, Segment


@dataclass(frozen=True, slots=True)
class Pair:
    """A segment with what it should have been."""

    hypothesis: str
    reference: str
    source: str | None = None
    source_lang: str = ""


def sets(data: Path, limit: int) -> dict[str, list[Pair]]:
    """Return the development sets, each cut to `limit` pairs (0: whole)."""
    out: dict[str, list[Pair]] = {}
    for r in rows(data / "pairs/mlqe_pe.dev.jsonl.xz"):
        lang = r["pair"][:2]
        out.setdefault(f"mlqe {lang}", []).append(Pair(r["hypothesis"], r["post_edit"], r["source"], lang))
    for r in rows(data / "dev/roundtrips.jsonl.xz"):
        out.setdefault(f"roundtrip {r['engine']}", []).append(Pair(r["hypothesis"], r["reference"]))
    return {name: pairs[: limit or None] for name, pairs in out.items()}


def repairs(pipeline: Pipeline, pairs: Sequence[Pair], accept: Accept, *, with_source: bool) -> list[Repair]:
    """Repair each pair as a document of its own."""
    out = []
    for pair in pairs:
        segment = Segment(pair.hypothesis, source=pair.source if with_source else None, source_lang=pair.source_lang)
        out += pipeline.run(Document((segment,)), accept=accept).repairs
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--languagetool", default="in-process")
    parser.add_argument("--tagger", default=Settings().tagger)
    parser.add_argument("--rewriter", default=Settings().rewriter)
    parser.add_argument("--with-source", action="store_true")
    parser.add_argument("--level", default="safe,all")
    parser.add_argument("--show", type=int, default=0, help="print so many segments that changed")
    options = parser.parse_args()
    pipeline = Pipeline(Settings(languagetool=options.languagetool, tagger=options.tagger, rewriter=options.rewriter))
    for level in map(Accept, options.level.split(",")):
        print(f"--accept {level.value}")
        chosen = sets(options.data, options.limit)
        result = measure(pipeline, chosen, level, with_source=options.with_source, show=options.show)
        for name, row in result["sets"].items():
            change = f"TER {row['before']:6.2f} -> {row['after']:6.2f} (p {row['p']:.3f})"
            said = f"gain/edit {row['gain_to_edit']}, exact precision {row['precision']}, F0.5 {row['f05']}"
            print(f"  {name:20} n {row['n']:5}  {change}  edits {row['edits']:5}  {said}")
        print(f"  good segments left alone: {result['good_kept']} of {result['good']}")
        print("  edits by:", result["edits_by"])


def measure(
    pipeline: Pipeline, sets: Mapping[str, list[Pair]], level: Accept, *, with_source: bool = False, show: int = 0
) -> dict[str, Any]:
    """Return TER before and after for each set, and how many good segments were left alone."""
    kept = good = 0
    makers: Counter[str] = Counter()
    table = {}
    for name, pairs in sets.items():
        done = repairs(pipeline, pairs, level, with_source=with_source)
        same = [r.post_edit == p.hypothesis for r, p in zip(done, pairs, strict=True) if p.hypothesis == p.reference]
        kept, good = kept + sum(same), good + len(same)
        for r in done:
            makers.update(f.detector for f in r.findings if any(f.id in e.reasons for e in r.edits))
            makers.update(e.by for e in r.edits if e.by != "rule")
        hypotheses, after = [p.hypothesis for p in pairs], [r.post_edit for r in done]
        change = gain(hypotheses, after, [p.reference for p in pairs])
        same_as = exact(hypotheses, after, [[p.reference] for p in pairs])
        table[name] = {
            "n": len(pairs),
            "before": change.before,
            "after": change.after,
            "p": change.p,
            "gain_to_edit": change.ratio,
            "precision": same_as["precision"],
            "f05": same_as["f05"],
            "edits": sum(len(r.edits) for r in done),
        }
        changed = [(p, r) for p, r in zip(pairs, done, strict=True) if r.edits]
        for p, r in changed[:show]:
            print("      H", p.hypothesis, "\n      P", r.post_edit, "\n      R", p.reference)
    return {"sets": table, "good": good, "good_kept": kept, "edits_by": dict(makers.most_common(25))}


if __name__ == "__main__":
    main()
