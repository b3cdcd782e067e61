import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.lang.number_words import calendar, languages
from mtfix.text.numbers import plain_digits

_EAST = {
    "months": re.compile(r"(?<!\d)(1[0-2]|[1-9])\s?月(?!\w*間)"),
    "weekdays": re.compile(r"(?:星期|周|週)([一二三四五六日天])|([月火水木金土日])曜"),
}
_EAST_DAYS = (
    {c: n for n, c in enumerate("一二三四五六日", 1)} | {c: n for n, c in enumerate("月火水木金土", 1)} | {"天": 7}
)
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})[./-](\d{1,2})[./-](?:\d{4}|\d\d)(?!\d)|(?<!\d)\d{4}-(\d\d)-\d\d(?!\d)")
_NAMES = {
    "months": "January February March April May June July August September October November December".split(),
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}


@detector(
    category=Category.MISTRANSLATION,
    severity=Severity.MAJOR,
    confidence=0.8,
    applicability=UNSAFE,
    touches=("name",),
    bad=[
        Example(
            "They met on 5 ⟦June⟧.", fixed="They met on 5 July.", source="Sie trafen sich am 5. Juli.", source_lang="de"
        ),
        Example(
            "Trains stop on ⟦Tuesday⟧.",
            fixed="Trains stop on Monday.",
            source="Поезда встанут в понедельник.",
            source_lang="ru",
        ),
    ],
    good=[
        Example("They met on 5 July.", source="Sie trafen sich am 5. Juli.", source_lang="de"),
        Example("They met on 5 July.", source="Они встретились 05.07.2019.", source_lang="ru"),
        Example("He may march in April.", source="Er könnte im April marschieren.", source_lang="de"),
        Example("The match is on Friday.", source="比赛在星期五举行。", source_lang="zh"),
    ],
)
def date_mismatch(segment: Segment) -> Iterator[Hit]:
    """A month or a day of the week differs from the one in the source.

    Engines take one name of a closed set for its neighbour. Shown where the source names exactly one
    that the translation lacks, and the translation one that the source lacks. Needs a source; knows
    Russian, Ukrainian, German, French, Spanish, Portuguese, Romanian, Estonian, Czech, Icelandic,
    Hausa, Chinese and Japanese. Known problem: "the same month" for a name.
    """
    if not segment.source:
        return
    source = plain_digits(segment.source)
    for kind in ("months", "weekdays"):
        pattern = calendar(kind, "en")
        found = [] if pattern is None else list(pattern.finditer(segment.hypothesis))
        found = [m for m in found if not _is_other_word(segment.hypothesis, m)]
        if not found:
            continue
        theirs = {m.lastindex or 0 for m in found}
        ours, maybe = _in_source(kind, source, segment.source_lang)
        lost, added = ours - theirs, theirs - ours - maybe
        if len(lost) != 1 or len(added) != 1 or not _is_about_the_same(source, segment.hypothesis):
            continue
        (old,), (new,) = lost, added
        if kind == "weekdays" and (old - new) % 7 in (1, 6) and "night" in segment.hypothesis:
            continue  # "in der Nacht auf Sonntag" is Saturday night
        for match in found:
            if match.lastindex == new:
                name = _NAMES[kind][old - 1]
                said = f"The source says {name}, the translation {match.group()}."
                yield Hit(Span(*match.span()), name + ("s" if match.group().endswith("days") else ""), said)


def _is_about_the_same(source: str, text: str) -> bool:
    """Say whether the two share a number, if they have any: a sentence made up anew has other faults than its date."""
    ours, theirs = set(re.findall(r"\d+", plain_digits(source))), set(re.findall(r"\d+", text))
    return not theirs or bool(ours & theirs)


def _in_source(kind: str, source: str, lang: str) -> tuple[set[int], set[int]]:
    """Return what the source names, and what it may name besides (numeric dates)."""
    ours: set[int] = set()
    for name in (lang,) if lang in languages(kind) else languages(kind) if not lang else ():
        if name != "en" and (pattern := calendar(kind, name)):
            ours |= {m.lastindex or 0 for m in pattern.finditer(source)}
    for match in _EAST[kind].finditer(source) if lang in ("zh", "ja", "") else ():
        seen = match.group(1) or match.group(match.lastindex or 0)
        ours.add(int(seen) if seen.isdigit() else _EAST_DAYS[seen])
    maybe: set[int] = set()
    if kind == "months":
        for match in _NUMERIC.finditer(source):
            maybe |= {int(group) for group in match.groups() if group}
    return ours, maybe


def _is_other_word(text: str, match: re.Match[str]) -> bool:
    """Say whether "May", "March" or "August" is another word here: it begins a sentence, or a name follows."""
    if match.group() not in ("May", "March", "August"):
        return False
    before, after = text[: match.start()].rstrip(), text[match.end() : match.end() + 3]
    dated = re.match(r"\s?\d|,", after) or re.search(
        r"(?:\d|st|nd|rd|th|\bin|\bof|\buntil|\bsince|late|early|last)$", before
    )
    return not dated
