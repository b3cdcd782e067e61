"""The development sets as the tagger's measures need them."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from eval.gleu import detokenised
from mtfix.text.tokens import sentences

PAIRS = ("ro-en", "et-en", "ru-en", "ne-en", "si-en")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tagged:
    """A segment in words: which of them a post-editor changed, and how good people found it (z-score, and 0-100)."""

    words: list[str]
    bad: list[bool]
    z: float
    da: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A hypothesis with its corrections."""

    origin: str
    hypothesis: str
    references: tuple[str, ...]


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a JSON-lines file, packed with xz or not."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def half(rows: Sequence[T], which: int) -> list[T]:
    """Return the even-numbered (0) or odd-numbered (1) rows."""
    return list(rows[which::2])


def mlqe(data: Path, pair: str) -> list[Tagged]:
    """Return the development set of a pair."""
    out = []
    for r in read(data / "pairs/mlqe_pe.dev.jsonl.xz"):
        if r["pair"] == pair:
            bad = [t == "BAD" for t in r["tags"][1::2]]
            out.append(Tagged(r["hypothesis_tok"].split(), bad, r["da_z"], r["da"]))
    return out


def post_edited(data: Path) -> list[Pair]:
    """Return the hypotheses of all five languages with their human corrections, in the order of the file."""
    found = read(data / "pairs/mlqe_pe.dev.jsonl.xz")
    return [Pair(r["pair"], r["hypothesis"], (r["post_edit"],)) for r in found]


def short_sentences(paragraphs: Sequence[str]) -> list[str]:
    """Return the sentences of 8 to 45 words."""
    spans = ((p, s) for p in paragraphs for s in sentences(p))
    return [s.of(p) for p, s in spans if 8 <= len(s.of(p).split()) <= 45]


def repairs(data: Path) -> dict[str, list[Pair]]:
    """Return hypotheses with corrections: real translations, round trips, learners' sentences."""
    out: dict[str, list[Pair]] = {}
    for r in read(data / "pairs/mlqe_pe.dev.jsonl.xz"):
        if r["pair"] in PAIRS[:3]:
            out.setdefault(r["pair"], []).append(Pair(r["pair"], r["hypothesis"], (r["post_edit"],)))
    for r in read(data / "dev/roundtrips.jsonl.xz"):
        out.setdefault(r["engine"], []).append(Pair(r["engine"], r["hypothesis"], (r["reference"],)))
    for r in read(data / "dev/jfleg.dev.jsonl"):
        references = tuple(detokenised(x) for x in r["references"])
        out.setdefault("jfleg", []).append(Pair("jfleg", detokenised(r["source"]), references))
    return out


def texts(data: Path, name: str, most: int) -> list[str]:
    """Return clean paragraphs: news, or human translations of speeches of 2023 and later."""
    out: list[str] = []
    if name == "clean":
        articles = json.loads((data / "dev/clean_news.json").read_text(encoding="utf-8"))
        out = [p for k in range(3) for a in articles for p in a["paragraphs"][k : k + 1] if p.strip()]
    else:
        speeches = [s["paragraphs"] for s in read(data / "mono/un_debates.jsonl.xz") if s["year"] >= 2023]
        out = [p for k in (3, 8, 1) for s in speeches for p in s[k : k + 1] if p.strip()]
    return out[:most]


def later(data: Path) -> list[str]:
    """Return what comes after the third paragraph of every second clean article: `texts` has none of it."""
    articles = json.loads((data / "dev/clean_news.json").read_text(encoding="utf-8"))
    return [p for a in articles[::2] for p in a["paragraphs"][3:] if p.strip()]
