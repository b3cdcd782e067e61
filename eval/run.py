"""Measure everything and write it as JSON with signatures.

    python -m eval.run [--data DIR] [--out results.json] [--quick]

Without `--data` only our own suites are measured; a suite that is not there is reported as skipped.
`python -m eval.gate results.json` compares with the floors.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval import alarms, pairs, repair, speed, suites, tagger
from eval.corpora import corpus
from mtfix.config import Settings
from mtfix.models import folders
from mtfix.pipeline import Pipeline
from mtfix.runtime.card import find
from mtfix.runtime.tagger import load
from mtfix.types import Accept


def plan(pipeline: Pipeline, data: Path | None, *, quick: bool) -> dict[str, tuple[str, Callable[[], Any]]]:
    """Return what can be measured: name -> (the file it needs below DATA, how)."""
    limit, articles = (100, 40) if quick else (0, 400)
    base = data or Path()
    rules = Pipeline(Settings(tagger="none", rewriter="none"))
    folder = find(Settings().tagger, folders(Settings()))

    def level(accept: Accept) -> Any:
        return repair.measure(pipeline, repair.sets(base, limit), accept)

    return {
        "suites": ("", lambda: suites.measure(pipeline)),
        "alarms": (
            "dev/clean_news.json",
            lambda: alarms.measure(rules, corpus("clean", base)[:articles], peers=True)[0],
        ),
        "alarms_all_tiers": (
            "dev/clean_news.json",
            lambda: alarms.measure(pipeline, corpus("clean", base)[:articles], peers=False)[0],
        ),
        "speed": ("dev/clean_news.json", lambda: speed.measure(speed.some(base, 8_000 if quick else 40_000), 5)),
        "tagger_speed": (
            "dev/clean_news.json",
            lambda: speed.tagger(speed.some(base, 4_000 if quick else 20_000), folder, 3),
        ),
        "tagger": ("dev/roundtrips.jsonl.xz", lambda: tagger.measure(load(folder), base, 1, limit or None)),
        "damaged": ("pairs/mlqe_pe.dev.jsonl.xz", lambda: pairs.measure(load(folder), base, limit or 300)),
        "repair_safe": ("pairs/mlqe_pe.dev.jsonl.xz", lambda: level(Accept.SAFE)),
        "repair_all": ("pairs/mlqe_pe.dev.jsonl.xz", lambda: level(Accept.ALL)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("results.json"))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    pipeline = Pipeline(Settings())
    results: dict[str, Any] = {"signature": pipeline.signature, "quick": options.quick}
    for name, (needs, measure) in plan(pipeline, options.data, quick=options.quick).items():
        if options.only and name not in options.only.split(","):
            continue
        if needs and not (options.data and (options.data / needs).exists()):
            results[name] = {"skipped": f"needs --data DIR with {needs}"}
            print(f"{name}: skipped, needs --data DIR with {needs}")
            continue
        start = time.perf_counter()
        results[name] = measure()
        print(f"{name} ({time.perf_counter() - start:.0f} s): {json.dumps(results[name])}", flush=True)
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
