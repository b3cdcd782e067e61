from collections.abc import Iterable, Iterator, Sequence

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, Tagging, batch_detector

SURE = 0.75  # a word begins a finding
NEAR = 0.55  # a neighbour belongs to it
MOST = 12  # a longer run is a passage, not a slip: said differently
_KINDS: dict[str, tuple[Category, str]] = {
    "grammar": (Category.GRAMMAR, "The grammar is off here."),
    "word-order": (Category.WORD_ORDER, "The order of the words is off here."),
    "word-choice": (Category.MISTRANSLATION, "A word here hardly says what was meant."),
    "function-word": (Category.FUNCTION_WORDS, "An article, preposition or pronoun is missing, wrong or too much."),
    "untranslated": (Category.UNTRANSLATED, "This seems not to be translated."),
    "punctuation": (Category.PUNCTUATION, "The punctuation is off here."),
    "other": (Category.UNINTELLIGIBLE, "This reads as if something went wrong in translation."),
}


@batch_detector(
    category=Category.UNINTELLIGIBLE,
    severity=Severity.MINOR,
    hint=True,  # until its precision has been read on real hits
    bad=[Example("He ⟦have went⟧ in the home yesterday.", known_gap="a model may change its mind")],
    good=[
        Example("The committee will meet again on Thursday."),
        Example("She said that the results were better than expected."),
    ],
)
def suspect_span(segments: Sequence[Segment], taggings: Sequence[Tagging | None] = ()) -> list[Iterable[Hit]]:
    """Words that a post-editor would very likely change.

    A small encoder read machine translation with its human corrections, without the sources: it sees what no rule
    names, and it says less of why. It judges the English alone, so a fluent mistranslation escapes it, and a rare
    word may be taken for a wrong one. The heat map shows all its probabilities; a finding is made only where they
    are high.
    """
    if not taggings:
        return [() for _ in segments]
    return [() if t is None else tuple(_hits(t)) for _, t in zip(segments, taggings, strict=True)]


def runs(suspect: Sequence[float], *, sure: float = SURE, near: float = NEAR) -> list[tuple[int, int]]:
    """Return runs of words (start, end) that are all at least `near` suspect, with one that is `sure`.

    >>> runs([0.1, 0.6, 0.9, 0.2, 0.6])
    [(1, 3)]
    """
    out: list[tuple[int, int]] = []
    start = None
    for n, p in enumerate([*suspect, 0.0]):
        if p >= near:
            start = n if start is None else start
        elif start is not None:
            if max(suspect[start:n]) >= sure:
                out.append((start, n))
            start = None
    return out


def _hits(tagging: Tagging) -> Iterator[Hit]:
    for start, end in runs(tagging.suspect):
        some = tagging.kinds[start:end]
        kind = max(sorted(set(some)), key=some.count) if some else "other"
        category, message = _KINDS.get(kind, _KINDS["other"])
        sure = max(tagging.suspect[start:end])
        if end - start > MOST:
            category, message = Category.UNINTELLIGIBLE, "This passage reads as if it was not understood."
        yield Hit(
            Span(tagging.words[start].start, tagging.words[end - 1].end),
            message=message,
            category=category,
            severity=Severity.MAJOR if end - start > 3 and sure > 0.85 else Severity.MINOR,
            confidence=round(sure, 3),
        )
