"""The texts that detectors are measured on, read from `--data DIR` (see eval/README.md for the layout)."""

from __future__ import annotations

import json
import lzma
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mtfix.types import Document, Segment

# Hard negatives: articles of clean news in which a detector of names, units or quotations has every chance to go wrong.
_TOPICS: dict[str, re.Pattern[str]] = {
    "ukraine": re.compile(r"\b(?:Ukrain|Kiev|Kyiv|Donbas|Odessa|Crimea)"),
    "india": re.compile(r"\b(?:India|Mumbai|Bombay|Delhi|Calcutta|Kolkata|Myanmar|Burma|China|Beijing)"),
    "travel": re.compile(r"\b(?:miles|kilomet(?:er|re)s|feet|met(?:er|re)s|hotel|degrees)\b"),
    "interviews": re.compile(r"[“”]"),
    "british": re.compile(r"\b(?:colour|centre|organis|favour|programme|labour|defence)\w*"),
}
CORPORA = ("clean", "mt", *_TOPICS, "un")


def rows(path: Path) -> Iterator[Any]:
    """Yield the records of a JSON-lines file, packed with xz or not."""
    opener: Callable[..., Any] = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def corpus(name: str, data: Path) -> list[Document]:
    """Return the documents of a corpus, always the same ones in the same order."""
    cache = Path(tempfile.gettempdir()) / "mtfix-eval" / f"{name}.json"
    if cache.exists():
        texts = json.loads(cache.read_text(encoding="utf-8"))
    else:
        texts = _texts(name, data)
        cache.parent.mkdir(exist_ok=True)
        cache.write_text(json.dumps(texts), encoding="utf-8")
    return [
        Document(tuple(Segment(h, source=s, source_lang=lang) for h, s, lang in document), name=f"{name}-{i}")
        for i, document in enumerate(texts)
    ]


def words(documents: list[Document]) -> int:
    """Count words, split at white space."""
    return sum(len(s.hypothesis.split()) for d in documents for s in d.segments)


def _texts(name: str, data: Path) -> list[list[tuple[str, str | None, str]]]:
    if name == "clean":
        articles = json.loads((data / "dev/clean_news.json").read_text(encoding="utf-8"))
        return [[(p, None, "") for p in a["paragraphs"]] for a in articles]
    if name == "mt":
        return _machine(data)
    if name == "un":
        speeches = [r for r in rows(data / "mono/un_debates.jsonl.xz") if r["year"] >= 2023]
        return [[(p, None, "") for p in r["paragraphs"]] for r in speeches[:200]]
    found = []
    for article in rows(data / "mono/news.jsonl.xz"):
        if len(_TOPICS[name].findall(" ".join(article["paragraphs"]))) >= 6:
            found.append([(p, None, "") for p in article["paragraphs"]])
    return random.Random(7).sample(found, min(300, len(found)))


def _machine(data: Path) -> list[list[tuple[str, str | None, str]]]:
    """Real machine translation: MLQE-PE train and dev, and one system a segment of WMT21."""
    rng = random.Random(7)
    out = []
    for part in ("train", "dev"):
        for r in rows(data / f"pairs/mlqe_pe.{part}.jsonl.xz"):
            if rng.random() < 0.5:
                out.append([(r["hypothesis"], r["source"], r["pair"][:2])])
    for r in rows(data / "pairs/wmt21.jsonl.xz"):
        if r["hypotheses"]:
            name = rng.choice(sorted(r["hypotheses"]))
            out.append([(r["hypotheses"][name], r["source"], r["pair"][:2])])
    rng.shuffle(out)
    return out
