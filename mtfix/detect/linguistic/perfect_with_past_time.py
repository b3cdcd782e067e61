import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import CLAUSE_OPENERS, MODALS, inflected, is_participle, lemmas

_UNIT = r"(?:minutes?|hours?|days?|weeks?|months?|years?|decades?|centuries)"
_AGO = rf"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|several|many|few|a\sfew|\d+)\s{_UNIT}\sago"
_LAST = r"last\s(?:night|week|month|year|summer|winter|spring|autumn|fall|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
_TIME = rf"(?:yesterday|{_LAST}|{_AGO})\b(?!['’-])"
_WORD = r"[\w'’-]+"
_PERFECT = r"(?P<have>has|have)\s(?P<not>not\s)?(?P<adverb>(?:just|already|\w+ly)\s)?(?P<verb>[a-z]+)"
_AFTER = re.compile(rf"(?<![\w'’-]){_PERFECT}\b(?P<between>(?:\s{_WORD}){{0,5}}?)\s{_TIME}")
_BEFORE = re.compile(
    rf"(?:^|(?<=[.!?]\s))(?i:{_TIME}),?(?P<subject>(?:\s{_WORD}){{1,4}})\s{_PERFECT}(?=[\s.,])(?P<between>)"
)
# "Since last year", "compared with last week", "the best of last year": the time is no time of the deed.
_NOT_BETWEEN = frozenset(
    "since from until till than of over through before after by with to between for on at what as or in into about "
    "is are was were be".split()
)
_STOPS = CLAUSE_OPENERS | _NOT_BETWEEN
_NO_FINITE = MODALS | frozenset("to not having n't might".split())


def _past(match: re.Match[str], left: str) -> str | None:
    """Return what should stand for "has done", or None."""
    verb = match["verb"]
    if verb == "been":
        was = "was" if match["have"] == "has" or re.search(r"\bI\s$", left) else "were"
        return f"{was} {match['not'] or ''}{match['adverb'] or ''}".rstrip()
    bases = [base for base in lemmas(verb, "VERB") if verb in inflected(base, "VBN")]
    if not bases:
        return None
    rest = match["adverb"] or ""
    return f"did not {rest}{bases[0]}" if match["not"] else f"{rest}{inflected(bases[0], 'VBD')[0]}"


@detector(
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("He ⟦has arrived⟧ two days ago.", fixed="He arrived two days ago."),
        Example("Yesterday I ⟦have seen⟧ him.", fixed="Yesterday I saw him."),
        Example("The shops ⟦have been⟧ closed last week.", fixed="The shops were closed last week."),
        Example("The letter ⟦has not come⟧ yesterday.", fixed="The letter did not come yesterday."),
        Example(
            "She ⟦has read⟧ it yesterday. I ⟦have found⟧ it last week.",
            fixed="She read it yesterday. I found it last week.",
        ),
    ],
    good=[
        Example("He has lived here since last year, and she must have seen him yesterday."),
        Example("Prices have risen more than last year. The firm has grown from two years ago."),
        Example("She has read that he came yesterday; it has improved compared with last week."),
        Example("They have yesterday's paper and have last week's too."),
        Example("They have spent the last week at home and have broken a promise made last year."),
    ],
)
def perfect_with_past_time(segment: Segment) -> Iterator[Hit]:
    """The present perfect stands with a time that is over.

    German, French, Italian and Romanian tell what happened yesterday in the perfect ("hat gestern gesehen"); English
    takes the past tense as soon as the time is named. Nothing may stand between that could open another clause.
    """
    text = segment.hypothesis
    for regex in (_AFTER, _BEFORE):
        for match in regex.finditer(text):
            left = text[: match.start("have")]
            before = re.findall(r"[\w'’]+", left[-40:])[-2:]
            beside = match["between"].lower().split()
            if regex is _BEFORE:
                beside += match["subject"].lower().split()
            # "Have spent the last week", "have broken a promise made last year".
            if beside and (beside[-1] == "the" or (match["verb"] != "been" and is_participle(beside[-1]))):
                continue
            if _STOPS & set(beside) or any(w.lower() in _NO_FINITE or w.endswith(("n't", "n’t")) for w in before):
                continue
            if fix := _past(match, left):
                yield Hit(Span(match.start("have"), match.end("verb")), fix=fix)
