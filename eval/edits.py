"""A page of random edits for a human to read: would an editor accept them?

    python -m eval.edits --data DIR --n 100 [--tier tagger] [--level safe] [--out edits.html]

Takes edits at the default level over the development sets (MLQE-PE ro, et, ru, both round trips, JFLEG, clean news), as
many from each set as there are in turn, and writes them with their context, confidence and the correction where there
is one. `--tier` takes those of one tier: rule, tagger or rewriter. A name that ends in .txt gives plain text.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment

from eval.tagger_sets import Pair, repairs, texts
from mtfix.config import Settings
from mtfix.pipeline import Pipeline
from mtfix.types import Accept, Document, Edit, Repair, Segment

_AROUND = 90
_BATCH = 32
_PAGE = """<!doctype html><meta charset="utf-8"><title>{{ title }}</title>
<style>body{font:15px/1.5 system-ui;max-width:60em;margin:2em auto}li{margin:.9em 0}
del{background:#fdd}ins{background:#dfd;text-decoration:none;font-weight:600}small{color:#666}</style>
<h1>{{ title }}</h1><ol>
{% for s in shown %}<li>{{ s.left }}<del>{{ s.before }}</del><ins>{{ s.after }}</ins>{{ s.right }}<br>
<small>{{ s.origin }} · {{ s.by }} · {{ "%.2f"|format(s.confidence) }}{% if s.reference %}<br>{% endif %}
{{ s.reference }}</small></li>
{% endfor %}</ol>
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """An edit with what stands around it."""

    origin: str
    left: str
    before: str
    after: str
    right: str
    by: str
    confidence: float
    reference: str

    def line(self) -> str:
        """Return it as plain text."""
        marked = f"{self.left}[-{self.before}-]{{+{self.after}+}}{self.right}"
        said = f"{self.origin}, {self.by}, {self.confidence:.2f}"
        return f"{marked}\n    {said}" + (f"\n    = {self.reference}" if self.reference else "")


def show(repair: Repair, edit: Edit, pair: Pair) -> Shown:
    """Return an edit as it is shown."""
    text, span = repair.segment.hypothesis, edit.span
    left = text[max(0, span.start - _AROUND) : span.start]
    reference = next((r for r in pair.references if r != text), "")
    right = text[span.end : span.end + _AROUND]
    return Shown(pair.origin, left, span.of(text), edit.text, right, edit.by, edit.confidence, reference[:400])


def sets(data: Path, limit: int, rng: random.Random) -> dict[str, list[Pair]]:
    """Return the sets, each in random order and cut to `limit`."""
    found = {**repairs(data), "clean news": [Pair("clean news", t, ()) for t in texts(data, "clean", 1200)]}
    return {name: rng.sample(some, min(limit, len(some))) for name, some in found.items()}


def edits(pipeline: Pipeline, pairs: Sequence[Pair], level: Accept, tier: str) -> Iterator[Shown]:
    """Yield the edits that are made, one segment after the other."""
    for start in range(0, len(pairs), _BATCH):
        some = pairs[start : start + _BATCH]
        reports = pipeline.run_many([Document((Segment(p.hypothesis),)) for p in some], accept=level)
        for pair, report in zip(some, reports, strict=True):
            [repair] = report.repairs
            yield from (show(repair, e, pair) for e in repair.edits if not tier or e.by == tier)


def collect(pipeline: Pipeline, found: dict[str, list[Pair]], level: Accept, tier: str, n: int) -> list[Shown]:
    """Take edits from the sets in turn until there are `n`, or no more."""
    running = [edits(pipeline, pairs, level, tier) for pairs in found.values()]
    out: list[Shown] = []
    while running and len(out) < n:
        for stream in list(running):
            one = next(stream, None)
            if one is None:
                running.remove(stream)
            elif len(out) < n:
                out.append(one)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--limit", type=int, default=1000, help="segments of each set at most")
    parser.add_argument("--tier", choices=("rule", "tagger", "rewriter"), default="")
    parser.add_argument("--level", choices=("safe", "all"), default="safe")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tagger", default=Settings().tagger)
    parser.add_argument("--rewriter", default=Settings().rewriter)
    parser.add_argument("--out", type=Path, default=Path("edits.html"))
    options = parser.parse_args()
    rng = random.Random(options.seed)
    # Without the rules the other tiers are quicker, and propose the same; so is the tagger without the rewriter.
    select = ("neural",) if options.tier in ("tagger", "rewriter") else ()
    rewriter = "none" if options.tier == "tagger" else options.rewriter
    pipeline = Pipeline(Settings(select=select, tagger=options.tagger, rewriter=rewriter))
    chosen = sets(options.data, options.limit, rng)
    shown = collect(pipeline, chosen, Accept(options.level), options.tier, options.n)
    rng.shuffle(shown)
    title = f"{len(shown)} edits at --accept {options.level}" + (f", {options.tier} alone" if options.tier else "")
    if options.out.suffix == ".txt":
        page = "\n\n".join(f"{n}. {one.line()}" for n, one in enumerate(shown, 1)) + "\n"
    else:
        page = Environment(autoescape=True).from_string(_PAGE).render(title=title, shown=shown)
    options.out.write_text(page, encoding="utf-8")
    print(f"{title}: {options.out}; {pipeline.signature}")


if __name__ == "__main__":
    main()
