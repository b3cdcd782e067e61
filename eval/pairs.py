"""Does the score see damage? Pairs of a sentence and the same damaged on purpose; and inputs that no score may like.

    python -m eval.pairs --data DIR [--model FOLDER] [--limit N] [--misses]

A table by kind of damage: the share of pairs in which QE is higher for the undamaged side. Sentences of clean news, of
human translations (UN speeches of 2023 and later) and human corrections of machine translation, of the half that
nothing was fitted on. Then the share of degenerate inputs that score below 20, and the highest score among them.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eval.corpora import rows
from eval.damage import OPERATORS, loop_of_one, loop_of_sentences, loop_of_words, shuffled
from eval.tagger_sets import half, post_edited, short_sentences, texts
from mtfix.runtime.tagger import Tagger, load

BELOW = 20.0
Scorer = Callable[[Sequence[str]], list[float]]


def sentences_of(data: Path, limit: int) -> dict[str, list[str]]:
    """Return undamaged sentences by origin; fitting used the first 500 paragraphs of the news and even records."""
    fixed = [p.references[0] for p in half(post_edited(data), 1) if p.origin[:2] in ("ro", "et", "ru")]
    found = {
        "clean news": short_sentences(texts(data, "clean", 1200)[500:]),
        "UN 2023": short_sentences(texts(data, "un", 500)),
        "post-edits": short_sentences(fixed),
    }
    rng = random.Random(11)
    return {name: rng.sample(some, min(limit, len(some))) for name, some in found.items()}


def damage(score: Scorer, origins: dict[str, list[str]], *, misses: bool = False) -> dict[str, Any]:
    """Return for each kind of damage the share of pairs in which the undamaged side scores higher, and their number."""
    whole = {name: dict(zip(some, score(some), strict=True)) for name, some in origins.items()}
    table: dict[str, Any] = {}
    for kind, operator in OPERATORS.items():
        rng = random.Random(13)
        won: dict[str, list[bool]] = {}
        for name, some in origins.items():
            made = [(t, d) for t in some if (d := operator(t, rng)) and d != t]
            hurt = score([d for _, d in made])
            won[name] = [whole[name][t] > q for (t, _), q in zip(made, hurt, strict=True)]
            for (_, d), better in zip(made, won[name], strict=True):
                if misses and not better:
                    print(f"    {kind}: {d}")
        every = [w for some in won.values() for w in some]
        table[kind] = {"all": share(every), "n": len(every), **{name: share(some) for name, some in won.items()}}
    return table


def share(of: Sequence[bool]) -> float | None:
    """Return the share that is true, None of nothing."""
    return round(sum(of) / len(of), 3) if of else None


def degenerate(data: Path, origins: dict[str, list[str]], limit: int) -> dict[str, list[str]]:
    """Return inputs that no score may like, by kind."""
    rng = random.Random(17)
    some = [t for texts_ in origins.values() for t in texts_]
    sources: dict[str, list[str]] = {}
    for r in half(list(rows(data / "pairs/mlqe_pe.dev.jsonl.xz")), 1):
        sources.setdefault(f"untranslated {r['pair'][:2]}", []).append(r["source"])

    def made(operator: Callable[[str, random.Random], str | None]) -> list[str]:
        return [d for t in some if (d := operator(t, rng))]

    return {
        "empty": ["", " ", "\n", "\N{ZERO WIDTH SPACE}", "\t \N{NO-BREAK SPACE}"],
        "loop of a word": made(loop_of_one),
        "loop of words": made(loop_of_words),
        "loop of sentences": made(loop_of_sentences),
        "shuffled": made(shuffled),
        **{name: some[:limit] for name, some in sources.items()},
    }


def below(score: Scorer, kinds: dict[str, list[str]], *, misses: bool = False) -> dict[str, Any]:
    """Return for each kind the share that scores below 20, the number, and the mean and highest score."""
    out = {}
    for kind, inputs in kinds.items():
        found = score(inputs)
        out[kind] = {
            "below": share([q < BELOW for q in found]),
            "n": len(found),
            "mean": round(sum(found) / len(found), 1),
            "most": round(max(found), 1),
        }
        for text, q in zip(inputs, found, strict=True):
            if misses and q >= BELOW:
                print(f"    {kind} {q:.0f}: {text[:160]}")
    return out


def measure(tagger: Tagger, data: Path, limit: int, *, misses: bool = False) -> dict[str, Any]:
    """Return both tables."""

    def score(inputs: Sequence[str]) -> list[float]:
        return [t.score for t in tagger.tag(inputs)]

    origins = sentences_of(data, limit)
    table = damage(score, origins, misses=misses)
    right = sum(row["all"] * row["n"] for row in table.values())
    bad = below(score, degenerate(data, origins, limit), misses=misses)
    return {
        "damaged": table,
        "damaged_all": round(right / sum(row["n"] for row in table.values()), 3),
        "below_20": bad,
        "below_20_least": min(row["below"] for row in bad.values()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("models/tagger-en"))
    parser.add_argument("--limit", type=int, default=300, help="sentences of each origin")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    result = measure(load(options.model), options.data, options.limit, misses=options.misses)
    print(f"{'damage':20}{'n':>6}{'undamaged preferred':>22}   clean news, UN 2023, post-edits")
    for kind, row in result["damaged"].items():
        parts = ", ".join(str(row[name]) for name in ("clean news", "UN 2023", "post-edits"))
        print(f"{kind:20}{row['n']:>6}{row['all']:>22}   {parts}")
    print(f"{'all':20}{'':6}{result['damaged_all']:>22}")
    print(f"\n{'input':20}{'n':>6}{'share below 20':>22}   mean, most")
    for kind, row in result["below_20"].items():
        print(f"{kind:20}{row['n']:>6}{row['below']:>22}   {row['mean']}, {row['most']}")


if __name__ == "__main__":
    main()
