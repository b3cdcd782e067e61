"""Measure LanguageTool's rules, compare its two engines, and see what its suggestions do to learners' sentences.

    python -m eval.languagetool rules --data DIR        a table: a rule, its level, false alarms on clean news, hits in
                                                        real MT, share of first suggestions nearer to a human reference
    python -m eval.languagetool engines [--data DIR]    the same findings from both, on a text with emoji (and on news)
    python -m eval.languagetool jfleg --data DIR        GLEU on JFLEG dev, by what is applied

`--words N` takes only as many words of each corpus.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from eval.corpora import corpus, rows
from eval.gleu import detokenised, gleu, tokens
from mtfix.config import Settings
from mtfix.detect.api import Applicability, Segment
from mtfix.detect.linguistic.languagetool import languagetool
from mtfix.lang.languagetool_rules import SPELLING, policy
from mtfix.runtime.languagetool import Door, Match
from mtfix.text.edits import apply, select

FACE, FIRE, FLAG = "\N{GRINNING FACE}", "\N{FIRE}", "\N{REGIONAL INDICATOR SYMBOL LETTER U}" * 2
FAMILY = "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{GIRL}"
EMOJI = (
    f"{FACE} The ministers will meet in Friday {FIRE} becuase it don’t works.",
    f"{FLAG} She have two car and they goes fast. \N{THUMBS UP SIGN}",
    f"\N{MATHEMATICAL SCRIPT CAPITAL X} He said “that café” are closed — every one know. {FAMILY} I has a apple.",
    "Both sides signed it \N{WHITE HEAVY CHECK MARK} in March 4, and the bridge opened on 12 may 1964.",
)


@dataclass
class Row:
    """What is known of a rule."""

    group: str = ""
    clean: int = 0
    machine: int = 0
    right: int = 0
    judged: int = 0


def texts(name: str, data: Path, most: int) -> list[str]:
    """Return segments of a corpus, up to a number of words."""
    out, count = [], 0
    for document in corpus(name, data):
        for segment in document.segments:
            if count >= most:
                return out
            out.append(segment.hypothesis)
            count += len(segment.hypothesis.split())
    return out


def referenced(data: Path, most: int) -> Iterator[tuple[str, list[str]]]:
    """Yield texts with human references: JFLEG, MLQE-PE post-edits, and round trips with what they began as."""
    for r in rows(data / "dev/jfleg.dev.jsonl"):
        yield detokenised(r["source"]), [detokenised(x) for x in r["references"]]
    pairs = [(r["hypothesis"], [r["post_edit"]]) for r in rows(data / "pairs/mlqe_pe.dev.jsonl.xz")]
    pairs += [(r["hypothesis"], [r["reference"]]) for r in rows(data / "roundtrip/apertium.jsonl.xz")]
    random.Random(11).shuffle(pairs)
    count = 0
    for text, references in pairs:
        if (count := count + len(text.split())) > most:
            return
        yield text, references


def nearer(text: str, match: Match, references: Sequence[str]) -> bool:
    """Say whether the first suggestion brings the text nearer to a reference, in tokens."""
    after = text[: match.span.start] + match.suggestions[0] + text[match.span.end :]
    wanted = [tokens(r) for r in references]
    return distance(tokens(after), wanted) < distance(tokens(text), wanted)


def distance(words: Sequence[str], references: Iterable[Sequence[str]]) -> int:
    return min(Levenshtein.distance(words, reference) for reference in references)


def rules(data: Path, most: int) -> None:
    """Print a line for each rule that fired, the most frequent in MT first."""
    door, table = Door(Settings()), defaultdict[str, Row](Row)
    size = {}
    for name in ("clean", "mt"):
        segments = texts(name, data, most)
        size[name] = sum(len(s.split()) for s in segments) / 1000
        for found in door.check(segments):
            for match in found:
                row = table[match.rule]
                row.group = match.category
                row.clean += name == "clean"
                row.machine += name == "mt"
    for text, references in referenced(data, most):
        for match in door.check([text])[0]:
            if match.suggestions:
                row = table[match.rule]
                row.group = match.category
                row.judged += 1
                row.right += nearer(text, match, references)
    print("rule\tcategory\tlevel\tclean/1000\tmt/1000\tright\tof")
    for rule, row in sorted(table.items(), key=lambda item: (-item[1].machine, item[0])):
        level = "judged by word" if rule.startswith(SPELLING) else policy(rule, row.group).level
        rates = f"{row.clean / size['clean']:.4f}\t{row.machine / size['mt']:.4f}"
        print(f"{rule}\t{row.group}\t{level}\t{rates}\t{row.right}\t{row.judged}")
    shown = [alarms(texts("clean", data, most), hints=hints) / size["clean"] for hints in (False, True)]
    print(f"\nFindings on clean news in 1,000 words: {shown[0]:.3f} shown, {shown[1]:.3f} with hints")


def alarms(segments: Sequence[str], *, hints: bool) -> int:
    """Count findings, each text a document of its own."""
    found = (hit for text in segments for hits in languagetool.function([Segment(text)], Settings()) for hit in hits)
    return sum(1 for hit in found if hints or not hit.hint)


def engines(data: Path | None, most: int) -> None:
    """Print what the two engines find alike, and each difference."""
    segments = list(EMOJI) + (texts("clean", data, most) if data else [])
    door = Door(Settings(languagetool="server", strict=True))
    inside, outside = Door(Settings()).check(segments), door.check(segments)
    door.close()
    same = 0
    for text, one, two in zip(segments, inside, outside, strict=True):
        left, right = ({(m.rule, m.span, m.suggestions) for m in found} for found in (one, two))
        same += len(left & right)
        for name, only in (("in process", left - right), ("server", right - left)):
            for rule, span, suggestions in sorted(only):
                print(f"only {name}: {rule} {span.of(text)!r} {suggestions[:2]} in {text[:60]!r}")
    print(f"{same} matches alike, of {sum(map(len, inside))} in process and {sum(map(len, outside))} of the server")


def jfleg(data: Path) -> None:
    """Print GLEU of the unchanged sentences, of what is shown and applied, and of all that may be applied."""
    records = list(rows(data / "dev/jfleg.dev.jsonl"))
    sources = [detokenised(r["source"]) for r in records]
    references = [[detokenised(x) for x in r["references"]] for r in records]
    print(f"unchanged               {gleu(sources, sources, references):.2f}")
    for name, hints in (("shown, UNSAFE and SAFE", False), ("with the hints' edits", True)):
        outputs = [repaired(text, hints=hints) for text in sources]
        print(f"{name:23} {gleu(sources, outputs, references):.2f}")


def repaired(text: str, *, hints: bool) -> str:
    """Apply all edits but the DISPLAY_ONLY ones."""
    [hits] = languagetool.function([Segment(text)], Settings())
    findings = [languagetool.finding(hit) for hit in hits if hints or not hit.hint]
    edits = [e for f in findings for e in f.edits if e.applicability is not Applicability.DISPLAY_ONLY]
    return apply(text, select(edits))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("rules", "engines", "jfleg"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--words", type=int, default=500_000)
    options = parser.parse_args()
    if options.data is None and options.what != "engines":
        parser.error(f"{options.what} needs --data DIR")
    if options.what == "rules":
        rules(options.data, options.words)
    elif options.what == "engines":
        engines(options.data, options.words)
    else:
        jfleg(options.data)


if __name__ == "__main__":
    main()
