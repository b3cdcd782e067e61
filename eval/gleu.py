"""GLEU, for grammatical correction: n-grams shared with a reference, less those kept from the source that it lacks.

Napoles, Sakaguchi, Post, Tetreault: Ground Truth for Grammatical Error Correction Metrics, ACL 2015; without
tuning, as in their note of 2016 (GLEU Without Tuning, arXiv 1605.02592). With several references, one is drawn
for each sentence, and the mean over the draws is the score. Higher is better; 0 to 100.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["detokenised", "gleu", "tokens"]

ORDER = 4
_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokens(text: str) -> list[str]:
    """Return the tokens that n-grams are made of: words and signs, so that the spaces before signs don't count."""
    return _TOKEN.findall(text)


def detokenised(text: str) -> str:
    """Return a sentence of a tokenised set as running text: no space before a sign or a clitic."""
    text = re.sub(r" (?=[.,:;!?%)]|n't\b|'(?:s|re|ve|ll|d|m)\b)|(?<=[($]) ", "", text.strip())
    return re.sub(r'" ([^"]*?) "', r'"\1"', text)


def gleu(
    sources: Sequence[str],
    outputs: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    draws: int = 500,
    seed: int = 0,
) -> float:
    """Return the score of outputs, given the sentence before and one or several references for each."""
    table = [
        [_counts(tokens(source), tokens(output), tokens(reference)) for reference in several]
        for source, output, several in zip(sources, outputs, references, strict=True)
    ]
    rng = random.Random(seed)
    return 100 * sum(_score([rng.choice(row) for row in table]) for _ in range(draws)) / draws


def _counts(source: list[str], output: list[str], reference: list[str]) -> list[int]:
    """Return length of output, length of reference, then for each n the matches and the n-grams of the output."""
    row = [len(output), len(reference)]
    for n in range(1, ORDER + 1):
        out, src, ref = (_grams(words, n) for words in (output, source, reference))
        kept = Counter({gram: count for gram, count in src.items() if gram not in ref})
        matches = (out & ref).total() - (out & kept).total()
        row += [max(matches, 0), max(len(output) + 1 - n, 0)]
    return row


def _grams(words: list[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _score(rows: list[list[int]]) -> float:
    total = [sum(column) for column in zip(*rows, strict=True)]
    if not total or min(total) == 0:
        return 0.0
    precision = sum(math.log(total[2 + 2 * n] / total[3 + 2 * n]) for n in range(ORDER)) / ORDER
    return math.exp(precision + min(0.0, 1 - total[1] / total[0]))
