"""Words of other languages: small words that give a passage away, and loan phrases that don't."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _small_words(column: int) -> dict[str, frozenset[str]]:
    text = files("mtfix.lang").joinpath("foreign_words.tsv").read_text(encoding="utf-8")
    out: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        language, *columns = line.split("\t")
        for word in " ".join(columns[:column]).split():
            out.setdefault(word, set()).add(language)
    return {word: frozenset(languages) for word, languages in out.items()}


def strong_words() -> dict[str, frozenset[str]]:
    """Return small words that English does not have, each with its languages."""
    return _small_words(1)


def small_words() -> dict[str, frozenset[str]]:
    """Return all the small words, those too that English has now and then."""
    return _small_words(2)


@cache
def loan_phrases() -> frozenset[str]:
    """Return phrases that English uses as its own, and the words of them."""
    text = files("mtfix.lang").joinpath("loan_phrases.txt").read_text(encoding="utf-8")
    phrases = [line for line in text.splitlines() if line and not line.startswith("#")]
    return frozenset([*phrases, *(word for phrase in phrases for word in phrase.split())])


@cache
def common(language: str) -> frozenset[str]:
    """Return the words with at least one use in a million, from wordfreq; none where it has no list."""
    import wordfreq  # a third of a second, so only once it is needed

    if language not in wordfreq.available_languages("small"):
        return frozenset()
    return frozenset(wordfreq.get_frequency_dict(language, "small"))


@cache
def rarity(word: str) -> float:
    """Return how common a word is in English texts: the Zipf scale, 0 (never) to 8 ("the")."""
    import wordfreq

    return float(wordfreq.zipf_frequency(word, "en"))
