"""The training examples of the rewriter: raw corpora -> JSON lines with a text, a span and what should stand there.

usage: python -m models.train.spans --data DIR --out FILE [--scale 1.0]

An example: text; span [start, end) in code points; answer (maybe the same words, maybe nothing); from. Where a human
changed what can't be known from the English alone (another noun, another name), the answer is mostly the same words:
that teaches restraint.
"""

import argparse
import difflib
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from models.train.data import CLOSED, NEVER_TRAIN, WEAK, WORDS, Builder, read, sentences, similar
from models.train.noise import FINITE, misspelt, predicate, sounded
from mtfix.repair.tagged import plain

Example = dict
LONGEST_TEXT, LONGEST_SPAN = 260, 90
LONGEST_WHOLE = 190
ESSAY = re.compile(r"\b(?:I|you|we|people|they|should|because|students?)\b")
NO_SPACE_BEFORE = frozenset(".,;:!?)]}%”’")
NO_SPACE_AFTER = frozenset("([{“$£€")


def found(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Return the words of a text as spans and as strings."""
    places = [m.span() for m in WORDS.finditer(text)]
    return places, [text[a:b] for a, b in places]


def respell(text: str, words: list[str]) -> str:
    """Write a damaged list of words as text, with the white space that `text` has between the words that stayed."""
    places, old = found(text)
    out: list[str] = []
    for op, i, _, k, m in difflib.SequenceMatcher(None, old, words, autojunk=False).get_opcodes():
        for n in range(k, m):
            at = i + n - k
            if op == "equal" and at and n and words[n - 1] == old[at - 1]:
                gap = text[places[at - 1][1] : places[at][0]]
            elif n == 0 or words[n] in NO_SPACE_BEFORE or words[n - 1] in NO_SPACE_AFTER:
                gap = ""
            else:
                gap = " "
            out.append(gap + words[n])
    return "".join(out)


class Maker:
    """Turns pairs of a faulty and a good text into examples."""

    def __init__(self, data: Path, seed: int = 5) -> None:
        self.builder = Builder(data, seed)
        self.data = data
        self.rng = random.Random(seed)
        self.align, self.noise = self.builder.align, self.builder.noise
        self.known = Counter(w.lower() for s in self.builder.news for w in s)

    def knowable(self, old: list[str], new: list[str]) -> bool:
        """Say whether a change can be made from the English alone: function words, forms, order, spelling."""
        left = Counter(w.lower() for w in new if w.lower() not in CLOSED and w[0].isalnum())
        gone = [w.lower() for w in old if w.lower() not in CLOSED and w[0].isalnum()]
        strange = 0
        for word in gone:
            if left[word]:
                left[word] -= 1
                continue
            near = next((w for w, n in left.items() if n and self._akin(word, w)), None)
            if near is not None:
                left[near] -= 1
            elif self.known[word] < 2 or word in (w.lower() for w in new):
                strange += 1  # no English word, or one that stood twice
            else:
                return False
        return sum(left.values()) <= strange

    def _akin(self, a: str, b: str) -> bool:
        return plain(a) == plain(b) or self.align.form_key(a, b) is not None or (len(a) > 3 and similar(a, b) > 0.75)

    def blocks(self, text: str, good: str, widen: int) -> list[tuple[int, int, str, bool]]:
        """Return the changed regions of a text: start, end, what should stand there, whether that can be known."""
        places, old = found(text)
        there, new = found(good)
        out: list[tuple[int, int, str, bool]] = []
        for i, j, k, m in merged(difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes(), widen):
            left, right = (self.rng.randint(0, widen) if widen else 0 for _ in range(2))
            if i == j or k == m:  # a gap is shown with its neighbours
                left, right = max(left, 1), max(right, 1)
            left, right = min(left, i, k), min(right, len(old) - j, len(new) - m)
            i, j, k, m = i - left, j + right, k - left, m + right
            if i < j:
                answer = good[there[k][0] : there[m - 1][1]] if k < m else ""
                out.append((places[i][0], places[j - 1][1], answer, self.knowable(old[i:j], new[k:m])))
        return out

    def example(self, text: str, good: str, origin: str, *, trust: float) -> Iterator[Example]:
        """Yield at most one example of a pair; `trust`: how often a change that can't be known is still taught."""
        if text == good or not 20 < len(text) < LONGEST_TEXT or "[[" in text or "\n" in text + good:
            return
        some = [b for b in self.blocks(text, good, self.rng.choice((0, 0, 1, 2))) if b[1] - b[0] < LONGEST_SPAN]
        some = [b for b in some if len(b[2]) < LONGEST_SPAN + 20]
        if not some:
            return
        start, end, answer, known = self.rng.choice(some)
        if not known and self.rng.random() >= trust:
            answer = text[start:end]
        yield {"text": text, "span": [start, end], "answer": answer, "from": origin}

    def fine(self, text: str, good: str, origin: str) -> Iterator[Example]:
        """Yield a span that is right, answered by the same words; the rest of the text may be faulty."""
        places, old = found(text)
        if len(old) < 6 or not 20 < len(text) < LONGEST_TEXT or "[[" in text or "\n" in text:
            return
        new = found(good)[1]
        codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        runs = [(i, j) for op, i, j, _, _ in codes if op == "equal" and j - i > 3]
        if runs:
            i, j = self.rng.choice(runs)
            at = self.rng.randrange(i + 1, j - 1)
            last = min(j - 1, at + self.rng.choice((1, 1, 2, 3, 5)))
            start, end = places[at][0], places[last - 1][1]
            yield {"text": text, "span": [start, end], "answer": text[start:end], "from": origin}

    # The sources -----------------------------------------------------------------------------

    def post_edits(self) -> Iterator[Example]:
        for r in read(self.data / "pairs/mlqe_pe.train.jsonl.xz"):
            if r["pair"][:2] in ("ro", "et", "ru") and r["hter"] <= 0.5:
                yield from self.entire(r["hypothesis"], r["post_edit"], "post-edit", 0.1, 0.35)

    def weak(self) -> Iterator[Example]:
        for r in read(self.data / "pairs/wmt21.jsonl.xz"):
            if r["pair"] in NEVER_TRAIN:
                continue
            for system, text in r["hypotheses"].items():
                if WEAK.search(system) or r["pair"] in ("ha-en", "is-en"):
                    near = [(similar(text.split(), t.split()), t) for t in r["references"].values()]  # type: ignore[arg-type]
                    ratio, good = max(near)
                    if 0.7 < ratio < 1:
                        yield from self.either(text, good, "wmt21", 0.1, 0.2)

    def round_trips(self, name: str, least: float, trust: float) -> Iterator[Example]:
        for r in read(self.data / f"roundtrip/{name}.jsonl.xz"):
            if self.rng.random() > 0.6:
                continue
            text, good = r["hypothesis"], r["reference"]
            if least < similar(text.split(), good.split()) <= 1:  # type: ignore[arg-type]
                yield from self.entire(text, good, name, trust, 0.15)

    def entire(self, text: str, good: str, origin: str, trust: float, calm: float) -> Iterator[Example]:
        """Yield now and then a whole sentence, mended as far as can be known, else what `either` yields."""
        fits = text != good and 20 < max(len(text), len(good)) < LONGEST_WHOLE and "[[" not in text + good
        if fits and "\n" not in text + good and self.rng.random() < 0.5:
            better = self.partly(text, good, trust / 2)
            if better != text or self.rng.random() < 0.5:
                yield {"text": text, "span": [0, len(text)], "answer": better, "from": origin + "-whole"}
        else:
            yield from self.either(text, good, origin, trust, calm)

    def partly(self, text: str, good: str, trust: float) -> str:
        """Return the text with those changes that can be known, and of the others a share of `trust`."""
        out, at = [], 0
        for start, end, answer, known in self.blocks(text, good, 0):
            if start >= at and (known or self.rng.random() < trust):
                out += [text[at:start], answer]
                at = end
        return "".join(out) + text[at:]

    def either(self, text: str, good: str, origin: str, trust: float, calm: float) -> Iterator[Example]:
        """Yield an example of a change, or of a span that is fine in the faulty or in the good text."""
        if text == good or self.rng.random() < calm:
            yield from self.fine(text if self.rng.random() < 0.6 else good, good, origin + "-fine")
        else:
            yield from self.example(text, good, origin, trust=trust)

    def noisy(self, texts: list[str], origin: str, *, misspelling: float, whole: float) -> Iterator[Example]:
        for good in texts:
            rate = self.rng.choice((0.05, 0.1, 0.15, 0.25))
            words = self.noise.damage(found(good)[1], self.rng, rate, misspelling=self.rng.random() < misspelling)
            text = respell(good, words)
            if text != good and self.rng.random() < whole and len(text) < 180:
                yield {"text": text, "span": [0, len(text)], "answer": good, "from": origin + "-whole"}
            elif self.rng.random() < whole * 0.25 and len(good) < 180:
                yield {"text": good, "span": [0, len(good)], "answer": good, "from": origin + "-whole-fine"}
            else:
                yield from self.either(text, good, origin, 1.0, 0.25)

    def learners(self, texts: list[str]) -> Iterator[Example]:
        """Sentences with several errors of learners, mostly to be written anew as a whole."""
        for good in sorted(texts, key=lambda t: not ESSAY.search(t)):  # what reads like an essay first
            words = self.builder.learner.damage(found(good)[1], self.rng, self.rng.choice((1, 2, 2, 3, 4, 5, 6)))
            text, roll = respell(good, words), self.rng.random()
            if len(good) > LONGEST_WHOLE or len(text) > LONGEST_WHOLE or "[[" in text:
                continue
            if roll < 0.08:
                yield {"text": good, "span": [0, len(good)], "answer": good, "from": "learner-fine"}
            elif roll < 0.8 and text != good:
                yield {"text": text, "span": [0, len(text)], "answer": good, "from": "learner-whole"}
            else:
                yield from self.either(text, good, "learner", 1.0, 0.2)

    def spelling(self, texts: list[str]) -> Iterator[Example]:
        """Words misspelt as they sound or by a slip, one or a few in a sentence; now and then with other noise."""
        for good in texts:
            words = found(good)[1]
            if self.rng.random() < 0.4:
                words = self.noise.damage(words, self.rng, 0.08, misspelling=True)
            some = [n for n, w in enumerate(words) if w.isalpha() and w.islower() and len(w) > 4]
            if not some:
                continue
            for n in self.rng.sample(some, min(len(some), self.rng.choice((1, 1, 2, 3, 4)))):
                for _ in range(self.rng.choice((1, 1, 2))):
                    words[n] = (sounded if self.rng.random() < 0.6 else misspelt)(words[n], self.rng)
            yield from self.either(respell(good, words), good, "spelling", 1.0, 0.1)

    def garbled(self, texts: list[str]) -> Iterator[Example]:
        """Clauses that went wrong as a whole: a second predicate, no verb, scrambled, a tail that belongs elsewhere."""
        for good, other in pairwise(texts):
            way = self.rng.choice((self.doubled, self.doubled, self.unverbed, self.scrambled, self.tailed, self.twice))
            made = way(good, other)
            if made and len(made[0]) < LONGEST_TEXT and "[[" not in made[0]:
                text, start, end, answer = made
                yield {"text": text, "span": [start, end], "answer": answer, "from": "garbled-" + way.__name__}

    def doubled(self, good: str, other: str) -> tuple[str, int, int, str] | None:
        """ "were hit by the guns were shot down": the span from the first verb to the end of the second."""
        places, words = found(good)
        extra = predicate(found(other)[1])
        verbs = [n for n, w in enumerate(words) if w in FINITE and n > 1]
        ends = [n for n, w in enumerate(words) if w in (".", ",", ";") and n > 5]
        if not extra or not verbs or not ends:
            return None
        first = self.rng.choice(verbs)
        later = [n for n in ends if 2 < n - first < 14]
        if not later:
            return None
        at = places[later[0] - 1][1]
        text = f"{good[:at]} {' '.join(extra)}{good[at:]}"
        end = at + 1 + len(" ".join(extra))
        start = places[first][0] if self.rng.random() < 0.7 else places[later[0] - 1][0]
        return text, start, end, good[start:at]

    def unverbed(self, good: str, _: str) -> tuple[str, int, int, str] | None:
        places, words = found(good)
        verbs = [n for n, w in enumerate(words[:-2]) if w in FINITE and n > 1]
        if not verbs:
            return None
        at = self.rng.choice(verbs)
        a, b = places[max(0, at - 1)][0], places[at + 1][1]
        gap = " "
        kept = good[a : places[at - 1][1]] + gap + good[places[at + 1][0] : b]
        return good[:a] + kept + good[b:], a, a + len(kept), good[a:b]

    def scrambled(self, good: str, _: str) -> tuple[str, int, int, str] | None:
        places, words = found(good)
        runs = [n for n in range(1, len(words) - 5) if all(w.isalpha() and w.islower() for w in words[n : n + 4])]
        if not runs:
            return None
        at = self.rng.choice(runs)
        size = self.rng.choice((3, 4))
        some = words[at : at + size]
        mixed = self.rng.sample(some, size)
        if mixed == some:
            return None
        a, b = places[at][0], places[at + size - 1][1]
        text = good[:a] + " ".join(mixed) + good[b:]
        return text, a, a + len(" ".join(mixed)), good[a:b]

    def tailed(self, good: str, other: str) -> tuple[str, int, int, str] | None:
        """The tail of another sentence behind the full stop, perhaps with a stray quotation mark."""
        starts = [m.start() for m in re.finditer(r"\b(?:where|which|who|that|because|when|and)\b", other[10:])]
        if not starts or good[-1:] not in ".”":
            return None
        tail = other[10 + self.rng.choice(starts) :][:70]
        tail = tail[: tail.rfind(" ")] if len(tail) > 65 else tail
        text = f"{good} {tail}"
        start = len(good) - (1 if self.rng.random() < 0.5 else 0)
        return text, start, len(text), good[start:]

    def twice(self, good: str, _: str) -> tuple[str, int, int, str] | None:
        """A phrase is said twice, the second time a little otherwise."""
        places, words = found(good)
        if len(words) < 9:
            return None
        at = self.rng.randrange(1, len(words) - 6)
        size = self.rng.choice((2, 3, 4))
        some = words[at : at + size]
        if not all(w[:1].isalnum() for w in some):
            return None
        again = [w for w in some if self.rng.random() < 0.85] or some
        a, b = places[at][0], places[at + size - 1][1]
        text = f"{good[:b]} {' '.join(again)}{good[b:]}"
        return text, a, b + 1 + len(" ".join(again)), good[a:b]

    def texts(self, name: str, most: int) -> list[str]:
        """Return single good sentences of a corpus, shuffled."""
        out: list[str] = []
        for item in read(self.data / f"mono/{name}.jsonl.xz"):
            if name == "un_debates" and not 2015 <= item["year"] <= 2022:
                continue
            if name == "news" and self.rng.random() > 0.5:
                continue
            for paragraph in self.rng.sample(item["paragraphs"], min(6, len(item["paragraphs"]))):
                text = self.rng.choice(sentences(paragraph)).strip()
                if 30 < len(text) < 220 and text[-1] in ".?!”" and "\n" not in text:
                    out.append(text)
            if len(out) > most:
                break
        self.rng.shuffle(out)
        return out


def merged(codes: list, near: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield changed blocks; those with at most `near` equal words between them are one."""
    last: tuple[int, int, int, int] | None = None
    for op, i, j, k, m in codes:
        if op == "equal":
            continue
        if last is not None and i - last[1] <= near:
            last = (last[0], j, last[2], m)
            continue
        if last is not None:
            yield last
        last = (i, j, k, m)
    if last is not None:
        yield last


SHARES = {
    "post-edit": 7_000,
    "wmt21": 2_000,
    "apertium": 20_000,
    "nmt_pt": 1_500,
    "noise-news": 5_000,
    "noise-un": 1_500,
    "noise-books": 2_000,
    "garbled": 4_000,
    "spelling": 4_000,
    "learner": 28_000,
}


def build(data: Path, scale: float, seed: int = 5) -> list[Example]:
    """Return the shuffled mix."""
    maker = Maker(data, seed)
    news = maker.texts("news", max(200, int(90_000 * scale)))
    cut = len(news) // 3
    essays = [*news[cut * 2 :], *maker.texts("un_debates", 6_000), *maker.texts("books", 6_000)]
    sources: dict[str, Callable[[], Iterator[Example]]] = {
        "post-edit": maker.post_edits,
        "wmt21": maker.weak,
        "apertium": lambda: maker.round_trips("apertium", 0.55, 0.35),
        "nmt_pt": lambda: maker.round_trips("nmt_pt", 0.6, 0.0),
        "noise-news": lambda: maker.noisy(news[:cut], "noise-news", misspelling=0.5, whole=0.2),
        "noise-un": lambda: maker.noisy(maker.texts("un_debates", 8_000), "noise-un", misspelling=0.2, whole=0.1),
        "noise-books": lambda: maker.noisy(maker.texts("books", 8_000), "noise-books", misspelling=0.5, whole=0.2),
        "garbled": lambda: maker.garbled(news[cut : cut + cut // 2]),
        "spelling": lambda: maker.spelling(news[cut + cut // 2 : cut * 2]),
        "learner": lambda: maker.learners(essays),
    }
    out: list[Example] = []
    for name, source in sources.items():
        most = max(20, int(SHARES[name] * scale))
        some: list[Example] = []
        for example in source():
            some.append(example)
            if len(some) >= most * 2:
                break
        maker.rng.shuffle(some)
        out += some[:most]
        print(name, len(some), "examples,", min(len(some), most), "taken", flush=True)
    maker.rng.shuffle(out)
    return out


def statistics(examples: list[Example]) -> None:
    """Print what is in the mix: by origin how many answers are the same words, or nothing, and samples."""
    for origin, n in Counter(e["from"] for e in examples).most_common():
        some = [e for e in examples if e["from"] == origin]
        same = sum(e["answer"] == e["text"][slice(*e["span"])] for e in some)
        none = sum(not e["answer"] for e in some)
        print(f"{origin}: {n}, the same words {same / n:.2f}, nothing {none / n:.2f}")
        for e in some[:3]:
            a, b = e["span"]
            print(f"    {e['text'][:a]}[[{e['text'][a:b]}]]{e['text'][b:]} => {e['answer']!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=5)
    o = parser.parse_args()
    examples = build(o.data, o.scale, o.seed)
    statistics(examples)
    o.out.parent.mkdir(parents=True, exist_ok=True)
    with o.out.open("w", encoding="utf-8") as f:
        f.writelines(json.dumps(e, ensure_ascii=False) + "\n" for e in examples)


if __name__ == "__main__":
    main()
