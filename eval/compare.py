"""Side by side with the peers: what each does to machine translation, to learners' sentences and to clean news.

    python -m eval.compare --data DIR [--limit N] [--only NAME,...] [--out FILE]

Subjects: do nothing; the first suggestions of LanguageTool and Harper, applied blindly; quire-grammar, if it is
installed (`pip install quire-grammar quire-grammar-model`); mtfix at each level; and each tier of mtfix alone: what of
its first pass rules, tagger or rewriter would apply (SAFE), and the same with what they suggest (all).

TER to a human's correction (lower is better) with the gain-to-edit ratio, GLEU on JFLEG (higher), good segments left
as they are, and edits in 1,000 words of clean news, where nearly each is one too many. A dash: nothing was edited.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Any

from eval.gleu import gleu
from eval.measures import exact, gain
from eval.tagger_sets import Pair, repairs, texts
from mtfix.config import Settings
from mtfix.pipeline import Pipeline
from mtfix.text.edits import apply, diff, select
from mtfix.types import Accept, Applicability, Document, Edit, Segment, Span

Repairer = Callable[[str], str]
_TAKEN = {"safe": (Applicability.SAFE,), "all": (Applicability.SAFE, Applicability.UNSAFE)}
TIERS = ("rule", "tagger", "rewriter")


def first_suggestions(found: Iterable[tuple[Span, str]], text: str) -> str:
    """Apply suggestions, of those that overlap the first."""
    return apply(text, select([Edit(span, new) for span, new in found]))


def languagetool() -> Repairer:
    """LanguageTool's rules at their defaults, in process."""
    from mtfix.runtime.languagetool import InProcess

    engine = InProcess()
    return lambda text: first_suggestions(
        ((m.span, m.suggestions[0]) for m in engine.check(text) if m.suggestions), text
    )


def harper() -> Repairer:
    """Harper at its defaults."""
    import harper as engine

    linter: Any = engine.Linter(engine.Dialect.AMERICAN)

    def found(text: str) -> Iterator[tuple[Span, str]]:
        for lint in linter.lint(text):
            if not lint.suggestions:
                continue
            first = lint.suggestions[0]
            kind = str(first.kind).rsplit(".", 1)[-1]
            new = first.replacement_text or ""
            if "INSERT" in kind:
                yield Span(lint.span.end, lint.span.end), new
            else:
                yield Span(lint.span.start, lint.span.end), "" if "REMOVE" in kind else new

    return lambda text: first_suggestions(found(text), text)


def quire() -> Repairer:
    """quire-grammar, with its model if that is installed."""
    from quire_grammar import check

    return lambda text: first_suggestions(
        ((Span(c.start, c.end), c.suggestions[0]) for c in check(text) if c.suggestions), text
    )


class Mtfix:
    """One pipeline that answers for mtfix at each level and for each tier."""

    def __init__(self, settings: Settings) -> None:
        self.pipeline = Pipeline(settings)
        self.checked = cache(self._checked)

    def level(self, level: Accept, text: str) -> str:
        """Return what mtfix makes of a text."""
        return self.pipeline.run(Document((Segment(text),)), accept=level).post_edit

    def tier(self, by: str, level: str, text: str) -> str:
        """Return what one tier alone would make of it in its first pass."""
        chosen = [e for e in self.checked(text) if e.by == by and e.applicability in _TAKEN[level]]
        return apply(text, select(chosen))

    def _checked(self, text: str) -> tuple[Edit, ...]:
        [repair] = self.pipeline.check(Document((Segment(text),))).repairs
        return tuple(e for e, v in zip(repair.proposals, repair.verdicts, strict=True) if v.accepted)


def subjects(settings: Settings) -> dict[str, Repairer | None]:
    """Return what is compared; None for what is not installed."""
    own = Mtfix(settings)
    out: dict[str, Repairer | None] = {"do nothing": lambda text: text}
    for name, maker in (("LanguageTool", languagetool), ("Harper", harper), ("quire-grammar", quire)):
        try:
            out[name] = maker()
        except ImportError:
            out[name] = None
    for level in (Accept.SAFE, Accept.ALL):
        out[f"mtfix, {level.value}"] = partial(own.level, level)
    tagger_there = own.pipeline.models.tag(["Yes."])[0] is not None
    rewriter_there = "rewriter:none" not in own.pipeline.signature
    there = {"rule": True, "tagger": tagger_there, "rewriter": rewriter_there}
    for tier in TIERS:
        for level in _TAKEN:
            out[f"{tier} alone, {level}"] = partial(own.tier, tier, level) if there[tier] else None
    return out


def measure(repairer: Repairer, sets: dict[str, list[Pair]], clean: Sequence[str]) -> dict[str, Any]:
    """Return a subject's figures on each set."""
    out: dict[str, Any] = {}
    kept = good = 0
    for name, pairs in sets.items():
        hypotheses = [p.hypothesis for p in pairs]
        after = [repairer(h) for h in hypotheses]
        same = [a == p.hypothesis for a, p in zip(after, pairs, strict=True) if p.hypothesis in p.references]
        several = [p.references for p in pairs]
        out[name] = {"n": len(pairs), **exact(hypotheses, after, several)}
        if len(several[0]) > 1:
            out[name]["gleu"] = round(gleu(hypotheses, after, several, draws=100), 2)
        else:
            out[name].update(asdict(gain(hypotheses, after, [r[0] for r in several])))
            kept, good = kept + sum(same), good + len(same)
    edits = sum(len(diff(t, repairer(t))) for t in clean)
    out["good_kept"], out["good"] = kept, good
    out["clean_edits_per_1000"] = round(1000 * edits / sum(len(t.split()) for t in clean), 2) if clean else None
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=300, help="segments of each set, 0: all")
    parser.add_argument("--only", default="", help="subjects, by the first letters of their names")
    parser.add_argument("--rewriter", default=Settings().rewriter)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    sets = {name: pairs[: options.limit or None] for name, pairs in repairs(options.data).items()}
    clean = texts(options.data, "clean", options.limit or 1200)
    wanted = tuple(filter(None, options.only.split(",")))
    results: dict[str, Any] = {}
    print(f"{'':24}" + "".join(f"{name:>20}" for name in sets) + f"{'good kept':>12}{'clean/1000':>12}")
    for name, repairer in subjects(Settings(rewriter=options.rewriter)).items():
        if wanted and not name.startswith(wanted):
            continue
        if repairer is None:
            results[name] = {"skipped": "not installed"}
            print(f"{name:24}skipped: not installed")
            continue
        row = results[name] = measure(repairer, sets, clean)
        print(f"{name:24}" + "".join(f"{_cell(row[s]):>20}" for s in sets), end="")
        print(f"{row['good_kept']:>6} of {row['good']}{row['clean_edits_per_1000']:>10}", flush=True)
        if options.out:
            options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _cell(row: dict[str, Any]) -> str:
    precision = "–" if row["precision"] is None else f"{row['precision']:.2f}"
    if "gleu" in row:
        return f"GLEU {row['gleu']:.1f} P {precision}"
    ratio = "–" if row["ratio"] is None else f"{row['ratio']:+.2f}"
    return f"{row['after']:.2f}{'*' if row['p'] < 0.05 else ''} g/e {ratio} "


if __name__ == "__main__":
    main()
