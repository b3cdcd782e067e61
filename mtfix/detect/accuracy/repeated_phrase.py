import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LONGEST = 14  # words in one round of a loop
# English repeats these on purpose: "on and on", "again and again and again", "step by step".
_ON_PURPOSE = frozenset("and or by after to in on upon over again more no never never very ha la na blah yes".split())


@detector(
    category=Category.DUPLICATION,
    severity=Severity.MAJOR,
    confidence=0.95,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "The bridge ⟦was built in 1902 and was built in 1902 and⟧ repaired twice.",
            fixed="The bridge was built in 1902 and repaired twice.",
        ),
        Example(
            "It lies on ⟦the coast of the coast of the coast of⟧ Norway.",
            fixed="It lies on the coast of Norway.",
        ),
        Example(
            "He sold ⟦the house, the house, the house⟧ last year.",
            fixed="He sold the house last year.",
        ),
    ],
    good=[
        Example("They went on and on and on about the match."),
        Example("Row, row, row your boat, she sang again and again."),
        Example("“Lock the door! Lock the door!” he shouted."),
        Example("The numbers were 1 2 3 1 2 3."),
    ],
)
def repeated_phrase(segment: Segment) -> Iterator[Hit]:
    """A phrase is repeated at once.

    The decoder falls into a loop: attention stays where it was and the same words come again. A
    phrase that comes three times, or one of five words or more, is taken back to once; a shorter one
    only on request. Chants and verses (an end of a sentence between, or quotation marks) are left
    alone, and so is a text whose source has such a repetition.

    Source of the method: copies in a row, as Raunak et al. 2021 describe oscillatory hallucinations.
    """
    text = segment.hypothesis
    words = list(_WORD.finditer(text))
    if len(words) < 6:
        return
    said = [w.group().lower() for w in words]
    triples = list(zip(said, said[1:], said[2:], strict=False))
    if len(set(triples)) == len(triples) or (segment.source and _loops(segment.source)):
        return
    at = 0
    while at < len(said) - 3:
        size, rounds = _loop(said, at)
        if not size:
            at += 1
            continue
        first, last = words[at], words[at + size * rounds - 1]
        between = text[words[at + size - 1].end() : words[at + size].start()]
        if not _on_purpose(said[at : at + size], rounds) and _plain(text, first.start(), last.end(), between):
            span = Span(first.start(), last.end())
            sure = (rounds >= 3 or size >= 5) and "," not in between
            yield Hit(
                span,
                fix=text[first.start() : words[at + size - 1].end()],
                message=f"A phrase of {size} words stands {rounds} times in a row.",
                applicability=Applicability.SAFE if sure else None,
                hint=rounds == 2 and size < 5 and "," in between,  # people say things twice
            )
        at += size * rounds


def _loop(said: list[str], at: int) -> tuple[int, int]:
    """Return the length of the phrase that is repeated from here on, and how often it stands."""
    for size in range(2, _LONGEST + 1):
        if said[at : at + size] != said[at + size : at + 2 * size]:
            continue
        rounds = 2
        while said[at + rounds * size : at + (rounds + 1) * size] == said[at : at + size]:
            rounds += 1
        if size > 2 or rounds > 2:
            return size, rounds
    return 0, 0


def _loops(source: str) -> bool:
    said = [w.lower() for w in _WORD.findall(source)]
    return any(_loop(said, at)[0] for at in range(len(said)))


def _on_purpose(phrase: list[str], rounds: int) -> bool:
    if len(set(phrase)) == 1 or (any(word.isdigit() for word in phrase) and len(phrase) < 4):
        return True
    return rounds < 5 and len(phrase) <= 3 and not _ON_PURPOSE.isdisjoint(phrase)


def _plain(text: str, start: int, end: int, between: str) -> bool:
    """Say whether the loop lies in running text: nothing but spaces and commas between the rounds, no quotation."""
    if between.strip(" ,\N{NO-BREAK SPACE}"):
        return False
    left = text[max(0, start - 300) : start]
    if any(mark in text[start:end] for mark in '“”"'):
        return False
    return left.count("“") <= left.count("”") and left.count('"') % 2 == 0 and left[-1:] not in ("‘", "'", "♪")
