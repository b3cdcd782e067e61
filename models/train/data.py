"""The training rows of the tagger: raw corpora -> JSON lines with words, word labels, edit tags, kinds and a score.

usage: python -m models.train.data --data DIR --out FOLDER [--scale 1.0]

A row: words; bad (1, 0, or -1 for "no label") or null; tags or null; kinds (index or -1) or null; score or null.
"""

import argparse
import difflib
import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from models.train.learner import Learner
from models.train.noise import KEYS, Forms, Noise, form_table, garbled
from mtfix.repair.tagged import CLOSED, plain

Row = dict
WORDS = re.compile(r"\d+(?:[.,:]\d+)*(?:-\w+)*|\w+(?:\.\w+)+\.?|\w+(?:['’-]\w+)*|[^\w\s]")
KINDS = ("grammar", "word-order", "word-choice", "function-word", "untranslated", "punctuation", "other")
KEEP, DELETE, CASE, REWRITE, SWAP, MERGE, HYPHEN = "KEEP", "DELETE", "CASE", "REWRITE", "SWAP", "MERGE", "HYPHEN"
BRACKETS = frozenset("()[]{}<>")
NEVER_TRAIN = frozenset(("liv-en", "uk-en", "ja-en"))
WEAK = re.compile(r"AIRC|ANVITA|Online-G|Online-M")


def read(path: Path) -> Iterator[dict]:
    """Yield the records of a JSON-lines file, packed with xz or not; nothing if it isn't there."""
    if path.exists():
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as f:
            for line in f:
                yield json.loads(line)


def similar(a: str, b: str) -> float:
    """Return how alike two words look, 0 to 1."""
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


class Aligner:
    """Turns a pair of word lists into one edit tag a word; knows which words are forms of one another."""

    def __init__(self, forms: Forms) -> None:
        self.forms = forms

    def form_key(self, a: str, b: str) -> str | None:
        """Return the kind of form that `b` is of `a`, if any."""
        for key in KEYS:
            if self.forms.get(a, {}).get(key) == b:
                return key
        return None

    def cost(self, a: str, b: str) -> float:
        if a == b:
            return 0.0
        if self.form_key(a, b) or plain(a) == plain(b):
            return 0.3
        if (a in CLOSED) != (b in CLOSED) or a.isalnum() != b.isalnum():
            return 1.3
        return 0.6 if a in CLOSED or not a.isalnum() or similar(a, b) > 0.6 else 1.0

    def path(self, a: list[str], b: list[str]) -> list[tuple[int | None, int | None]]:
        """Align two short blocks; insertion and deletion cost .7."""
        n, m = len(a), len(b)
        best = [[0.0] * (m + 1) for _ in range(n + 1)]
        for i in range(n + 1):
            for j in range(m + 1):
                if i or j:
                    best[i][j] = min(
                        best[i - 1][j] + 0.7 if i else 9e9,
                        best[i][j - 1] + 0.7 if j else 9e9,
                        best[i - 1][j - 1] + self.cost(a[i - 1], b[j - 1]) if i and j else 9e9,
                    )
        out: list[tuple[int | None, int | None]] = []
        i, j = n, m
        while i or j:
            if i and j and abs(best[i][j] - best[i - 1][j - 1] - self.cost(a[i - 1], b[j - 1])) < 1e-9:
                i, j = i - 1, j - 1
                out.append((i, j))
            elif i and abs(best[i][j] - best[i - 1][j] - 0.7) < 1e-9:
                i -= 1
                out.append((i, None))
            else:
                j -= 1
                out.append((None, j))
        return out[::-1]

    def tags(self, a: list[str], b: list[str]) -> list[str]:
        """Return one tag for each word of `a`: the first pass of what turns it into `b`."""
        tags = [KEEP] * len(a)
        low_a, low_b = [w.lower() for w in a], [w.lower() for w in b]
        matcher = difflib.SequenceMatcher(None, low_a, low_b, autojunk=False)
        codes = matcher.get_opcodes()
        done: set[int] = set()
        for n, (op, i, j, k, m) in enumerate(codes):
            if n in done:
                continue
            if op == "equal":
                for x, y in zip(range(i, j), range(k, m), strict=True):
                    if a[x] != b[y] and a[x][1:] == b[y][1:] and tags[x] == KEEP:
                        tags[x] = CASE
            elif swap := _swap(codes, n, low_a, low_b):
                tags[swap] = SWAP
                done.update((n + 1, n + 2))
            else:
                self._block(tags, a, b, (i, j, k, m))
        return tags

    def _block(self, tags: list[str], a: list[str], b: list[str], block: tuple[int, int, int, int]) -> None:
        i, j, k, m = block
        if j - i > 12 or m - k > 12:
            tags[i:j] = [REWRITE] * (j - i)
            return
        if j - i > 1 and m - k == 1 and self._joined(tags, a, b[k], i, j):
            return
        inserted: dict[int, list[str]] = {}
        hard = 0
        last = i - 1
        for x, y in self.path([w.lower() for w in a[i:j]], [w.lower() for w in b[k:m]]):
            if x is None:
                inserted.setdefault(last, []).append(b[k + (y or 0)])
                continue
            last = i + x
            tags[last] = self.one(a, last, None if y is None else b[k + y])
            hard += tags[last] == REWRITE or (tags[last].startswith("R_") and a[last].lower() not in CLOSED)
        for at, words in inserted.items():
            self._insert(tags, at, words)
        if hard >= 3:  # a passage that says something else is not a sum of small edits
            tags[i:j] = [REWRITE] * (j - i)

    def _insert(self, tags: list[str], at: int, words: list[str]) -> None:
        hard = len(words) > 2 or any(c.isdigit() for w in words for c in w)
        hard = hard or any(w[:1].isupper() and at >= 0 for w in words)
        if at < 0:
            if tags[0] == KEEP:
                tags[0] = REWRITE if hard or len(words) > 1 else "P_" + words[0]
        elif tags[at] == KEEP:
            tags[at] = REWRITE if hard else "A_" + words[0]

    def _joined(self, tags: list[str], a: list[str], word: str, i: int, j: int) -> bool:
        if j - i == 2 and word.lower() in ("".join(a[i:j]).lower(), "-".join(a[i:j]).lower()):
            tags[i] = HYPHEN if "-" in word else MERGE
            return True
        return False

    def one(self, a: list[str], at: int, to: str | None) -> str:
        """Return the tag for one word that becomes `to` (None: it goes), within what a tag may do."""
        word, low = a[at], a[at].lower()
        if to is None:
            twice = low in (w.lower() for w in a[max(0, at - 2) : at] + a[at + 1 : at + 3])
            free = low in CLOSED or twice or (not word[0].isalnum() and word not in BRACKETS)
            return DELETE if free else REWRITE
        if plain(word) == plain(to):
            return CASE if word != to and word[1:] == to[1:] else KEEP
        if (
            any(c.isdigit() for c in word + to)
            or (word[:1].isupper() and at)
            or (to[:1].isupper() > word[:1].isupper())
        ):
            return REWRITE
        if word in BRACKETS or (word[:1].isalnum() != to[:1].isalnum()):
            return REWRITE
        key = self.form_key(low, to.lower())
        return "F_" + key if key else "R_" + (to if at else to.lower())

    def partial(self, a: list[str], b: list[str], rng: random.Random) -> list[str]:
        """Return a state between `a` and `b`: some of the differing blocks are corrected, as after a first pass."""
        out: list[str] = []
        for op, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            out += a[i:j] if op == "equal" or rng.random() < 0.5 else b[k:m]
        return out


def _swap(codes: list, n: int, a: list[str], b: list[str]) -> int | None:
    """Return the index of the first of two neighbours that change places, if that is what the three codes say."""
    if n + 2 >= len(codes) or codes[n + 1][0] != "equal":
        return None
    (op, i, j, k, m), (_, i2, j2, _, _), (op3, i3, j3, k3, m3) = codes[n : n + 3]
    if j2 - i2 != 1 or {op, op3} != {"insert", "delete"}:
        return None
    if op == "insert" and m - k == 1 and j3 - i3 == 1 and b[k] == a[i3]:
        return i2
    if op == "delete" and j - i == 1 and m3 - k3 == 1 and a[i] == b[k3]:
        return i
    return None


def kind_of(tag: str, word: str) -> int:
    """Return the kind of error that a tag mends, as an index into KINDS; -1 if the tag doesn't say."""
    low = word.lower()
    target = tag[2:].lower() if tag[1:2] == "_" else ""
    if tag in (KEEP, REWRITE):
        return -1
    if tag == SWAP:
        return KINDS.index("word-order")
    if tag.startswith("F_"):
        return KINDS.index("grammar")
    if tag in (CASE, MERGE, HYPHEN):
        return KINDS.index("other")
    if tag == DELETE or tag[:2] in ("A_", "P_"):
        target = target or low
        if not target[:1].isalnum():
            return KINDS.index("punctuation")
        return KINDS.index("function-word") if target in CLOSED else KINDS.index("word-choice")
    if not low[:1].isalnum():
        return KINDS.index("punctuation")
    if low in CLOSED:
        verb = low in ("is", "are", "was", "were", "has", "have", "had", "do", "does", "did", "be", "been", "being")
        return KINDS.index("grammar") if verb else KINDS.index("function-word")
    return KINDS.index("other") if similar(low, target) > 0.7 else KINDS.index("word-choice")


def row(words: list[str], bad: list[int] | None, tags: list[str] | None, score: float | None, origin: str) -> Row:
    """Make a row; kinds follow from the tags."""
    kinds = [kind_of(t, w) for t, w in zip(tags, words, strict=True)] if tags else None
    return {"words": words, "bad": bad, "tags": tags, "kinds": kinds, "score": score, "from": origin}


def labels(tags: list[str]) -> list[int]:
    return [int(t != KEEP) for t in tags]


def sentences(paragraph: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z\"“])", paragraph)


def capital(words: list[str]) -> list[str]:
    return [words[0][:1].upper() + words[0][1:], *words[1:]] if words else words


class Builder:
    """Builds the mix from a data folder; one method a source, each with its share."""

    def __init__(self, data: Path, seed: int = 11) -> None:
        self.data = data
        self.rng = random.Random(seed)
        self.news = self._news()
        count: Counter[str] = Counter(w for s in self.news for w in s if w.islower())
        floor = 5 if len(self.news) > 5000 else 1
        self.forms = form_table(w for w, n in count.items() if n >= floor)
        self.align = Aligner(self.forms)
        self.noise = Noise(self.forms, {w for w, _ in count.most_common(2500)})
        self.learner = Learner(self.forms, [w for w, n in count.items() if n >= floor])

    def _news(self, most: int = 150_000) -> list[list[str]]:
        out = []
        for article in read(self.data / "mono/news.jsonl.xz"):
            if self.rng.random() > 0.75:
                continue
            for paragraph in article["paragraphs"][:9]:
                parts = sentences(paragraph)
                at = self.rng.randrange(len(parts))
                words = WORDS.findall(" ".join(parts[at : at + self.rng.choice((1, 1, 1, 2))]))
                if 5 < len(words) < 50:
                    out.append(words)
            if len(out) >= most:
                break
        self.rng.shuffle(out)
        return out

    def mlqe(self) -> Iterator[Row]:
        for r in read(self.data / "pairs/mlqe_pe.train.jsonl.xz"):
            words = r["hypothesis_tok"].split()
            bad = [int(t == "BAD") for t in r["tags"][1::2]]
            if len(words) != len(bad) or len(words) > 80:
                continue
            near = r["pair"][:2] in ("ro", "et", "ru")
            target = r["post_edit_tok"].split()
            yield row(words, bad, self.align.tags(words, target) if near else None, r["da_z"], "mlqe")
            if not near or not target or len(target) > 60:
                continue
            roll = self.rng.random()
            if roll < 0.1:
                yield row(target, None, [KEEP] * len(target), None, "mlqe-clean")
            elif roll < 0.2 and words != target:
                state = self.align.partial(words, target, self.rng)
                yield row(state, None, self.align.tags(state, target), None, "mlqe-partial")

    def wmt18(self) -> Iterator[Row]:
        for r in read(self.data / "pairs/wmt18_de_en.train.jsonl.xz"):
            words, target = capital(r["hypothesis_tok"].split()), capital(r["post_edit_tok"].split())
            if 5 < len(words) < 40 and target:
                tags = self.align.tags(words, target)
                yield row(words, labels(tags), tags, None, "wmt18")

    def wmt21(self) -> Iterator[Row]:
        for r in read(self.data / "pairs/wmt21.jsonl.xz"):
            if r["pair"] in NEVER_TRAIN:
                continue
            for system, text in r["hypotheses"].items():
                if not (WEAK.search(system) or r["pair"] in ("ha-en", "is-en")):
                    continue
                words = WORDS.findall(text)
                targets = [WORDS.findall(t) for t in r["references"].values()]
                ratio, target = max((similar(words, t), t) for t in targets)  # type: ignore[arg-type]
                if 5 < len(words) < 45 and 0.7 < ratio < 1:
                    yield row(words, None, self._mild(words, self.align.tags(words, target)), None, "wmt21")

    def round_trip(self, name: str, least: float) -> Iterator[Row]:
        for r in read(self.data / f"roundtrip/{name}.jsonl.xz"):
            words, target = WORDS.findall(r["hypothesis"]), WORDS.findall(r["reference"])
            if not 5 < len(words) < 40 or len(target) > 50 or self.rng.random() > 0.5:
                continue
            if least < similar(words, target) <= 1:  # type: ignore[arg-type]
                yield row(words, None, self._mild(words, self.align.tags(words, target)), None, name)

    def _mild(self, words: list[str], tags: list[str]) -> list[str]:
        """Take the label from what may be harmless paraphrase: one content word for another."""
        out = []
        for word, tag in zip(words, tags, strict=True):
            content = tag == REWRITE or (tag[:2] in ("R_", "A_") and word.lower() not in CLOSED)
            function = tag[2:].lower() in CLOSED or not tag[2:3].isalnum()
            out.append("" if content and not (tag[:2] == "A_" and function) else tag)
        return out

    def mqm(self) -> Iterator[Row]:
        seen: dict[tuple, dict] = {}
        for year in ("2020", "2021"):
            for r in read(self.data / f"spans/mqm_zh_en_{year}.jsonl.xz"):
                text = r["hypothesis"]
                half = len(text) // 2
                if len(text) > 40 and text[5:half].find(text[:25]) >= 0:
                    continue
                key = (r["set"], r["system"], r["doc"], r["seg"], r["rater"], text)
                seen.setdefault(key, {"text": text, "errors": []})["errors"].append(r)
        chosen: dict[str, list] = {}
        for group in seen.values():
            chosen.setdefault(group["text"], []).append(group["errors"])
        for text, raters in chosen.items():
            yield from self._mqm_row(text, raters)

    def _mqm_row(self, text: str, raters: list[list[dict]]) -> Iterator[Row]:
        found = list(WORDS.finditer(text))
        if not 5 < len(found) < 55:
            return
        votes = [0] * len(found)
        kinds = [-1] * len(found)
        for errors in raters:
            hit = [False] * len(found)
            for e in errors:
                kind = mqm_kind(e["category"])
                if not e["span"] or kind is None:
                    continue
                for n, m in enumerate(found):
                    if m.start() < e["span"][1] and e["span"][0] < m.end():
                        hit[n] = True
                        kinds[n] = kind if kind >= 0 else kinds[n]
            votes = [v + h for v, h in zip(votes, hit, strict=True)]
        bad = [1 if v * 2 > len(raters) else 0 if v == 0 else -1 for v in votes]
        tags = [KEEP] * len(found) if not any(votes) else None
        made = row([m.group() for m in found], bad, tags, None, "mqm")
        made["kinds"] = kinds if any(k >= 0 for k in kinds) else None
        yield made

    def noisy(self, pool: list[list[str]], origin: str) -> Iterator[Row]:
        for target in pool:
            if self.rng.random() < 0.4:
                words = self.learner.damage(target, self.rng, self.rng.choice((1, 1, 2, 3, 4)))
            else:
                rate = self.rng.choice((0.04, 0.08, 0.12, 0.2))
                words = self.noise.damage(target, self.rng, rate, misspelling=self.rng.random() < 0.25)
            if self.rng.random() < 0.1:
                words = self.align.partial(words, target, self.rng)
            tags = self.align.tags(words, target)
            bad = labels(tags)
            score = 0.9 - 4.0 * min(0.6, sum(bad) / len(bad)) if self.rng.random() < 0.4 else None
            yield row(words, bad, tags, score, origin)

    def clean(self, pool: list[list[str]], origin: str) -> Iterator[Row]:
        for words in pool:
            score = 0.9 if self.rng.random() < 0.15 else None
            yield row(words, [0] * len(words), [KEEP] * len(words), score, origin)

    def un(self) -> list[list[str]]:
        out = []
        for speech in read(self.data / "mono/un_debates.jsonl.xz"):
            if 2015 <= speech["year"] <= 2022:
                for paragraph in speech["paragraphs"]:
                    parts = sentences(paragraph)
                    words = WORDS.findall(" ".join(parts[: self.rng.choice((1, 1, 2))]))
                    if 5 < len(words) < 50:
                        out.append(words)
        self.rng.shuffle(out)
        return out

    def books(self) -> list[list[str]]:
        out = []
        for book in read(self.data / "mono/books.jsonl.xz"):
            for paragraph in self.rng.sample(book["paragraphs"], min(25, len(book["paragraphs"]))):
                words = WORDS.findall(sentences(paragraph)[0])
                if 5 < len(words) < 40:
                    out.append(words)
            if len(out) > 20_000:
                break
        self.rng.shuffle(out)
        return out

    def garbled(self, pool: list[list[str]]) -> Iterator[Row]:
        """Good sentences with one passage that went wrong as a whole; the rest stays good."""
        for words, other in pairwise(pool):
            if made := garbled(words, other, self.rng):
                text, wrong = made
                tags = [REWRITE if w else KEEP for w in wrong]
                yield row(text, [int(w) for w in wrong], tags, -0.3 if self.rng.random() < 0.5 else None, "garbled")

    def broken(self) -> Iterator[Row]:
        """Texts that are no English at all: foreign, shuffled, looped. They get the lowest score."""
        foreign = [r["source"] for r in read(self.data / "pairs/mlqe_pe.train.jsonl.xz")]
        self.rng.shuffle(foreign)
        for text in foreign[:1500]:
            words = WORDS.findall(text)[:40]
            if len(words) > 3:
                made = row(words, [1] * len(words), [REWRITE] * len(words), -2.2, "foreign")
                made["kinds"] = [KINDS.index("untranslated")] * len(words)
                yield made
        for words in self.news[-1500:]:
            if self.rng.random() < 0.5:
                mixed = self.rng.sample(words, len(words))
                yield row(mixed, [1] * len(mixed), None, -2.2, "shuffled")
            else:
                loop = words[:4] + words[2:4] * self.rng.randrange(3, 9)
                yield row(loop, [0] * 4 + [1] * (len(loop) - 4), None, -2.2, "loop")


def mqm_kind(category: str) -> int | None:
    """Return the index of our kind, -1 for an error whose kind can't be seen in the English, None for no error."""
    name = category.lower()
    if "no-error" in name or "source" in name:
        return None
    for part, kind in (
        ("grammar", "grammar"),
        ("punctuation", "punctuation"),
        ("untranslated", "untranslated"),
        ("awkward", "word-choice"),
        ("terminology", "word-choice"),
        ("mistranslation", "word-choice"),
        ("spelling", "other"),
        ("locale", "other"),
    ):
        if part in name:
            return KINDS.index(kind)
    return -1


SHARES: dict[str, int] = {
    "mlqe": 40_000,
    "wmt18": 2_000,
    "wmt21": 2_000,
    "apertium": 9_000,
    "nmt_pt": 1_500,
    "mqm": 4_000,
    "noise-news": 34_000,
    "noise-un": 2_000,
    "noise-books": 2_000,
    "clean-news": 9_000,
    "clean-un": 4_000,
    "clean-books": 1_000,
    "garbled": 5_000,
    "broken": 1_200,
}


def build(data: Path, scale: float, seed: int = 11) -> tuple[list[Row], Forms]:
    """Return the shuffled mix and the table of forms."""
    b = Builder(data, seed)
    un, books, news = b.un(), b.books(), b.news
    n = {k: max(20, int(v * scale)) for k, v in SHARES.items()}
    cut = len(news) // 4
    sources: dict[str, Callable[[], Iterator[Row]]] = {
        "mlqe": b.mlqe,
        "wmt18": b.wmt18,
        "wmt21": b.wmt21,
        "apertium": lambda: b.round_trip("apertium", 0.62),
        "nmt_pt": lambda: b.round_trip("nmt_pt", 0.55),
        "mqm": b.mqm,
        "noise-news": lambda: b.noisy(news[cut:][: n["noise-news"]], "noise-news"),
        "noise-un": lambda: b.noisy(un[n["clean-un"] :][: n["noise-un"]], "noise-un"),
        "noise-books": lambda: b.noisy(books[n["clean-books"] :][: n["noise-books"]], "noise-books"),
        "clean-news": lambda: b.clean(news[:cut][: n["clean-news"]], "clean-news"),
        "clean-un": lambda: b.clean(un[: n["clean-un"]], "clean-un"),
        "clean-books": lambda: b.clean(books[: n["clean-books"]], "clean-books"),
        "garbled": lambda: b.garbled(news[-12_000:]),
        "broken": b.broken,
    }
    rows: list[Row] = []
    for name, source in sources.items():
        some = list(source())
        b.rng.shuffle(some)
        rows += some[: n[name]]
        print(name, len(some), "rows,", min(len(some), n[name]), "taken", flush=True)
    b.rng.shuffle(rows)
    return rows, b.forms


def statistics(rows: list[Row]) -> None:
    """Print what is in the mix."""
    tags = Counter(t for r in rows if r["tags"] for t in r["tags"])
    print(len(rows), "rows", sum(len(r["words"]) for r in rows), "words;", tags.most_common(60))
    for origin, n in Counter(r["from"] for r in rows).most_common():
        some = [r for r in rows if r["from"] == origin]
        bad = [x for r in some if r["bad"] for x in r["bad"] if x >= 0]
        print(f"  {origin}: {n} rows, bad {sum(bad) / max(1, len(bad)):.3f}")
        for r in some[:2]:
            marks = r["tags"] or [("!" if x else KEEP) for x in r["bad"] or [0] * len(r["words"])]
            print("    ", " ".join(w if t == KEEP else f"{w}[{t}]" for w, t in zip(r["words"], marks, strict=True)))


def write(rows: list[Row], forms: Forms, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / "rows.jsonl").open("w", encoding="utf-8") as f:
        for r in rows:
            f.write(json.dumps(r, ensure_ascii=False) + "\n")
    (out / "forms.json").write_text(json.dumps(forms, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    rows, forms = build(options.data, options.scale, options.seed)
    statistics(rows)
    write(rows, forms, options.out)


if __name__ == "__main__":
    main()
