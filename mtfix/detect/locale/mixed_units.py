import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Severity, Span, document_detector
from mtfix.lang.units import UnitPair, rounded, unit_pairs
from mtfix.text.quotes import marks
from mtfix.text.verbatim import is_verbatim

_WORDS = {
    w: n
    for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}
_VAGUE = ("tens of", "dozens of", "hundreds of", "thousands of", "several", "a few", "many")
_NUMBER = (
    r"(?<![\w.,/$€£])(?P<number>-?\d{1,3}(?:,\d{3})+|-?\d+(?:\.\d+)?|"
    + "|".join([*list(_WORDS)[1:], *_VAGUE])
    + r")(?P<scale>[ -](?:million|thousand|hundred))?"
)
# Races, calibres, engines, screens and laboratories have their own units.
_SPORT = re.compile(
    r"\b(?:race|races|racing|runn?(?:er|ers|ing)?|ran|marathon|sprint\w*|swim\w*|freestyle|butterfly|breaststroke|backstroke|"
    r"medley|relay|hurdles|steeplechase|dash|track|Olympic\w*|championships?|record|cycl\w+|ski\w*|stage|stadium|penalty|goal|"
    r"striker|metres final|meters final|heat|pool|calibres?|calibers?|rifles?|guns?|howitzers?|mortars?|shells?|"
    r"ammunition|cannons?|engines?|per|altitude|planes?|aircraft|airliners?|jets?|helicopters?|bombers?|pilots?|"
    r"lab|laborator\w+|airgun|air rifle|pound sterling|sterling|pounds? of flesh|square foot|"
    r"square feet|nautical)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"£|\b(?:sterling|pence|euros?|exchange rate|Bank of England|quid|GBP)\b")
_WEIGHS = re.compile(
    r"\b(?:weigh\w*|weight|heav\w+|load|lift\w*|bomb|lost|gain\w*|bag|package|cargo|kilo\w*|kg|of [a-z]+)\b", re.I
)


@dataclass(frozen=True, slots=True)
class _Mention:
    """A quantity with its unit; `system` is "metric" or "imperial"."""

    segment: int
    match: re.Match[str]
    pair: UnitPair
    system: str


@document_detector(
    category=Category.MEASUREMENT,
    severity=Severity.MINOR,
    confidence=0.8,
    applicability=UNSAFE,
    touches=("number", "unit"),
    bad=[
        Example(
            "The village is six miles from the border.\nTroops hold a ⟦300-kilometer⟧ line.",
            fixed="The village is six miles from the border.\nTroops hold a 190-mile line.",
        ),
        Example(
            "The dam is 40 metres high and 90 metres long.\nA boat lies ⟦60 feet⟧ away.",
            fixed="The dam is 40 metres high and 90 metres long.\nA boat lies 18 metres away.",
        ),
        Example(
            "It fell to 14 degrees Fahrenheit.\nBy noon it was ⟦20 °C⟧.",
            fixed="It fell to 14 degrees Fahrenheit.\nBy noon it was 68 degrees Fahrenheit.",
        ),
    ],
    good=[
        Example("The village is six miles (10 kilometers) from the border.\nThe line is 200 miles, or 320 km, long."),
        Example("The town is 12 miles away.\nShe won the 10-kilometer race and the 100-meter dash."),
        Example("The town is 12 miles away.\n“We drove 40 kilometers,” he said."),
        Example("The fine was 50 pounds.\nHe carried 20 kilograms of flour."),
    ],
)
def mixed_units(document: Document) -> Iterator[Hit]:
    """Units of two systems are mixed.

    A translation keeps the source's kilometers in one sentence and converts them in another, so the
    reader can't compare. The rarer system of the document is flagged, with the other's value,
    rounded as the original is. Exempt: a quantity that is given in both, quotations, races, weapons,
    money. Factors are in lang/units.toml.
    """
    every = [m for index, s in enumerate(document.segments) for m in _mentions(index, s.hypothesis)]
    if len({m.system for m in every}) < 2:
        return
    found = [m for m in every if not _exempt(document.segments[m.segment].hypothesis, m, every)]
    for pair in unit_pairs():
        both = [m for m in found if m.pair is pair]
        metric = [m for m in both if m.system == "metric"]
        imperial = [m for m in both if m.system == "imperial"]
        if not metric or not imperial:
            continue
        rare = metric if len(metric) <= len(imperial) else imperial
        for mention in rare:
            yield _hit(document.segments[mention.segment].hypothesis, mention, british=_british(document))


@cache
def _patterns() -> tuple[tuple[UnitPair, str, tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (
            pair,
            system,
            getattr(pair, system + "_stems"),
            re.compile(rf"{_NUMBER}[ -]?(?P<unit>{getattr(pair, system)})(?![\w²³/]| (?:per|an) hour)"),
        )
        for pair in unit_pairs()
        for system in ("metric", "imperial")
    )


def _mentions(index: int, text: str) -> Iterator[_Mention]:
    for pair, system, stems, pattern in _patterns():
        if not any(stem in text for stem in stems):
            continue
        for match in pattern.finditer(text):
            if not is_verbatim(text, *match.span()):
                yield _Mention(index, match, pair, system)


def _exempt(text: str, mention: _Mention, found: list[_Mention]) -> bool:
    """Say whether a mention is given in both systems, quoted, or of a field that has its own units."""
    start, end = mention.match.span()
    for other in found:
        if other.segment != mention.segment or other.system == mention.system:
            continue
        a, b = other.match.span()
        if (0 <= a - end <= 25 or 0 <= start - b <= 25) and _same(mention, other):
            return True
    if re.match(r"\s?\([^)]{0,40}\d", text[end : end + 50]) or text.rfind("(", 0, start) > text.rfind(")", 0, start):
        return True  # "(... 30 km)" gives the other system's value
    if _quoted(text, start) or _SPORT.search(text[max(0, start - 60) : end + 60]):
        return True
    if mention.pair.name == "weight" and "pound" in mention.match["unit"]:
        return bool(_MONEY.search(text)) or not _WEIGHS.search(text[max(0, start - 40) : end + 40])
    return mention.match["number"] in _VAGUE[-3:]


def _same(one: _Mention, other: _Mention) -> bool:
    """Say whether two neighbouring mentions are one quantity in both systems, near enough."""
    if one.pair.factor != other.pair.factor:
        return False
    numbers = (_value(one), _value(other))
    if None in numbers:
        return True
    metric, imperial = numbers if one.system == "metric" else numbers[::-1]
    converted = one.pair.convert(metric or 0, to_imperial=True)
    return abs(converted - (imperial or 0)) <= 0.3 * max(abs(converted), abs(imperial or 0), 1)


def _value(mention: _Mention) -> float | None:
    """Return the number in the pair's own units (yards as feet); None if it is vague."""
    number = mention.match["number"]
    if number in _VAGUE:
        return None
    value = float(_WORDS[number] if number in _WORDS else number.replace(",", ""))
    return value * 3 if "yard" in mention.match["unit"] else value


def _quoted(text: str, at: int) -> bool:
    depth = 0
    for mark in marks(text):
        if mark.at > at:
            break
        depth = depth + 1 if mark.role == "open" else max(0, depth - 1)
    return depth > 0


def _british(document: Document) -> bool:
    return any("metre" in s.hypothesis or "litre" in s.hypothesis for s in document.segments)


def _hit(text: str, mention: _Mention, *, british: bool) -> Hit:
    """Return the hit with the conversion in the message and as an edit."""
    match, pair = mention.match, mention.pair
    to_imperial = mention.system == "metric"
    words = pair.imperial_words if to_imperial else pair.metric_words
    if british and not to_imperial:
        words = (
            words[0].replace("meter", "metre").replace("liter", "litre"),
            words[1].replace("meter", "metre").replace("liter", "litre"),
        )
    number, scale = match["number"], match["scale"] or ""
    joined = "-" in match.group()[len(number) :]
    base = _value(mention)
    if base is None:
        value, factor = number, 2.0
    else:
        like = str(int(base)) if number in _WORDS else number
        result = pair.convert(base, to_imperial=to_imperial)
        value = rounded(result, like="10" * 1 if pair.offset and len(like) < 2 else "11" if pair.offset else like)
        factor = float(value.replace(",", ""))
    first = _RANGE.search(text[max(0, match.start() - 20) : match.start()]) if base is not None else None
    start = match.start() - len(first.group()) if first else match.start()
    unit = words[0] if joined or (abs(factor) == 1 and not scale) else words[1]
    fix = f"{value}{scale}-{unit.replace(' ', '-')}" if joined else f"{value}{scale} {unit}"
    if first:
        low = pair.convert(float(first[1].replace(",", "")), to_imperial=to_imperial)
        fix = f"{rounded(low, like='11' if pair.offset else first[1])}{first[2]}{fix}"
    other = "miles" if pair.name == "distance" and to_imperial else words[1]
    message = f"The text has {other} elsewhere: {text[start : match.end()]} is about {fix}."
    return Hit(
        Span(start, match.end()), fix=fix, message=message, segment=mention.segment, edits=_article(text, start, fix)
    )


_RANGE = re.compile(r"(?<![\w.,/$€£])(\d{1,3}(?:,\d{3})*(?:\.\d+)?)( to | or | and |–|-)$")
_EIGHT = re.compile(r"8|11(?!\d\d(?:,|\b)\d?\d?\d)|18(?!\d)|eight|eleven|eighteen")


def _article(text: str, start: int, fix: str) -> tuple[tuple[Span, str], ...]:
    """Return the edit of an a/an before the number, if it must change."""
    before = re.search(r"\b([Aa]n?) $", text[max(0, start - 3) : start])
    if before is None:
        return ()
    wanted = before[1][0] + ("n" if _EIGHT.match(fix) else "")
    if wanted == before[1]:
        return ()
    at = max(0, start - 3) + before.start(1)
    return ((Span(at, at + len(before[1])), wanted),)
