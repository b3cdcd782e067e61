"""Compare results with the floors; exit 1 if one is missed.

    python -m eval.gate results.json [--raise]

A floor is a path into the results with "min" or "max". `--raise` tightens the floors that were beaten;
nothing here ever loosens one.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).parent / "floors.json"


def value_at(results: Any, path: str) -> float | None:
    """Return the number at a path "a/b/c", None where it was not measured."""
    for key in path.split("/"):
        if not isinstance(results, dict) or key not in results:
            return None
        results = results[key]
    return float(results) if isinstance(results, int | float) else None


def judge(results: dict[str, Any], floors: dict[str, dict[str, float]]) -> list[tuple[str, str, bool]]:
    """Return (path, what was found, whether it is missed) for each floor."""
    out = []
    for path, floor in floors.items():
        value = value_at(results, path)
        if value is None:
            out.append((path, "not measured", False))
            continue
        missed = value < floor.get("min", value) or value > floor.get("max", value)
        out.append((path, f"{value:g} against {floor}", missed))
    return out


def tightened(results: dict[str, Any], floors: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return the floors, each moved to the value that was reached if that is better."""
    out = {}
    for path, floor in floors.items():
        value = value_at(results, path)
        new = dict(floor)
        if value is not None and "min" in floor:
            new["min"] = max(floor["min"], value)
        if value is not None and "max" in floor:
            new["max"] = min(floor["max"], value)
        out[path] = new
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--raise", dest="tighten", action="store_true")
    options = parser.parse_args()
    results = json.loads(options.results.read_text(encoding="utf-8"))
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    verdicts = judge(results, floors)
    for path, found, missed in verdicts:
        print(f"{'MISSED' if missed else 'ok':7} {path}: {found}")
    if options.tighten:
        FLOORS.write_text(json.dumps(tightened(results, floors), indent=1) + "\n", encoding="utf-8")
    sys.exit(any(missed for _, _, missed in verdicts))


if __name__ == "__main__":
    main()
