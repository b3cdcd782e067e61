import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import CLOSED

# A word after a full stop, in lower case. What may join on ("and", "where") is a fragment: another detector's.
_AFTER_STOP = re.compile(
    r"(?<=[a-z]{3}[.!?]\s)(?P<word>the|he|she|it|they|we|you|this|that|these|those|there|his|her|their|its|our|my|a|an|"
    r"however|also|then|now|today|yesterday|some|many|most|all|both|another|each)(?=,?\s[A-Za-z])"
)
# A capital where there is no cause for one: an article or pronoun between a small preposition and a small word.
_STRAY = re.compile(
    r"(?<=[a-z]\s)(?:of|in|to|at|on|from|by|for|with|into|about|and|but|because)\s"
    r"(?P<word>The|This|These|His|Her|Their|Its|They|She|He|It|We)(?=\s[a-z]{2,}\s[a-z])"
)
# The same after a linking word and its comma.
_LINKED = re.compile(
    r"(?:^|(?<=[.!?]\s))(?:[A-Z][a-z]+ly|However|Moreover|Furthermore|Likewise|Therefore|Thus|Also|Hence|Besides|First"
    r"|Second|Third|In (?:addition|fact|general|conclusion)|For (?:example|instance)|On the other hand|As a result),\s"
    r"(?P<word>The|This|That|These|Those|His|Her|Their|Its|Our|My|They|She|He|It|We|You|There|When|If|Many|Some|People)"
    r"(?=\s[a-z]{2,}\s[a-z])"
)
_ABBREVIATION = re.compile(
    r"(?:\betc|\bapprox|\bdept|\bcorp|\bincl|\bvs|\best|\bmax|\bmin|\bfig|\bvol|\bart|\bsec|\bpar)\.\s$", re.I
)
_NOT_A_SENTENCE = "The words before the full stop are no sentence: a comma belongs here."


def _is_phrase(text: str, stop: int) -> bool:
    """Say whether what ends at this stop opens a sentence ("To that end. we agreed") or breaks off in it."""
    before = re.split(r"[.!?:]\s", text[max(0, stop - 60) : stop])[-1].split()
    if not before or before[-1].lower() in CLOSED:
        return bool(before)
    return len(before) <= 4 and before[0] in _OPENING


_OPENING = frozenset(
    "To In On At For From After Before Since With As By During However Today Now Yesterday Finally".split()
)


@detector(
    category=Category.CAPITALISATION,
    severity=Severity.MINOR,
    confidence=0.9,
    applicability=Applicability.UNSAFE,
    touches=("name",),  # a capital in the middle of a sentence looks like one
    bad=[
        Example("They left the house. ⟦the⟧ door was open.", fixed="They left the house. The door was open."),
        Example("To this end⟦. we⟧ built a wall.", fixed="To this end, we built a wall."),
        Example("He lives in ⟦The⟧ old part of town.", fixed="He lives in the old part of town."),
        Example("However, ⟦The⟧ next day he left.", fixed="However, the next day he left."),
    ],
    good=[
        Example("They left the house. The door was open."),
        Example("He reads The Times and lives in The Hague."),
        Example("Pens, ink, paper etc. the shop has all."),
        Example("Her play In The Rain runs, and the film It was shown. IN THE END IT WAS fine."),
    ],
)
def sentence_case(segment: Segment) -> Iterator[Hit]:
    """A sentence begins in lower case, or a small word inside one has a capital.

    Decoders that were trained on lower-cased or title-cased text carry its case over. Only words that
    are never names are looked at; a text without capitals is left alone.
    """
    text = segment.hypothesis
    if text[:1].islower():
        return
    for match in _AFTER_STOP.finditer(text):
        if not _ABBREVIATION.search(text, max(0, match.start() - 10), match.start()):
            word = match["word"]
            if text[match.start() - 2] == "." and _is_phrase(text, match.start() - 2):
                yield Hit(Span(match.start() - 2, match.end()), fix=f", {word}", message=_NOT_A_SENTENCE)
                continue
            yield Hit(Span(*match.span()), fix=word.capitalize())
    for match in (*_STRAY.finditer(text), *_LINKED.finditer(text)):
        yield Hit(Span(*match.span("word")), fix=match["word"].lower())
