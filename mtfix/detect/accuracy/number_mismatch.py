import re
from collections.abc import Iterator
from dataclasses import dataclass

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Side, Span, detector
from mtfix.lang.number_words import calendar, languages, multipliers
from mtfix.text.numbers import Number, chinese_values, english_values, numbers, plain_digits

_CJK = re.compile(r"[\u3040-\u9fff]")
_ROMAN = re.compile(r"\b[IVXLC]{1,8}\b")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
# Japanese eras: year 1 of each.
_ERAS = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_ENGLISH_SCALE = re.compile(
    r"[\s\N{NO-BREAK SPACE}-]?(hundred|thousand|[mbt]illion|lakh|crore|mlrd|[mb]ln|k\b|[mb]n?\b|tn\b)", re.IGNORECASE
)
_CENTURY = re.compile(
    r"\.?(?:-\w{1,3})?\s?(?:stolet|век|ст\.|столет|століт|Jahrh|sajand|secol|siècle|siglo|século|世紀|世纪|शताब्दी)"
)
_CLEAR = re.compile(r"\s?(?:млн|млрд|тыс|тис|Mio|Mrd|[余多]?[万萬亿億])")
_LONGEST = 10_000  # characters: beyond that, numbers of two texts meet by chance
_IMPERIAL = re.compile(
    r"[\s-]?(?:square )?(?:miles?|mph|feet|foot|ft|inch|pounds?|lbs?|degrees|°|F\b|acres?|gallons?|ounces?|yards?"
    r"|p\.?m|a\.?m)"
)


@dataclass(frozen=True, slots=True)
class _Count:
    """A number with what a word behind it makes of it; `clear` if that word can mean nothing else."""

    span: Span
    values: frozenset[float]
    scaled: frozenset[float]
    clear: bool


@dataclass(frozen=True, slots=True)
class _Side:
    """The numbers of one text, and all the values that stand in it, in digits or words.

    In `strict`, "20" in "20 million" counts as twenty million only.
    """

    counts: tuple[_Count, ...]
    loose: frozenset[float]
    strict: frozenset[float]


@detector(
    category=Category.MISTRANSLATION,
    severity=Severity.MAJOR,
    confidence=0.8,
    applicability=UNSAFE,
    touches=("number",),
    bad=[
        Example(
            "Sales grew to ⟦4,523⟧ cars.", fixed="Sales grew to 4,253 cars.", source="Der Absatz stieg auf 4.253 Autos."
        ),
        Example("He was born in ⟦1978⟧.", fixed="He was born in 1987.", source="Он родился в 1987 году."),
    ],
    good=[
        Example(
            "It cost 1.5 million, at 2:30 p.m. on May 3, 2020.", source="Es kostete 1,5 Mio. am 3.5.2020 um 14:30 Uhr."
        ),
        Example("About thirty-four thousand people came.", source="Пришло около 34 тыс. человек."),
        Example("About 35,000 people came.", source="约3.5万人来了。"),
        Example("In the 1990s he moved.", source="В 90-х он переехал."),
    ],
)
def number_mismatch(segment: Segment) -> Iterator[Hit]:
    """A number differs from the one in the source.

    Engines copy numbers digit by digit, and slip on grouping, on units of ten thousand (万, lakh) and
    on long numbers. Every reading of a number counts: 1.000 as a thousand and as one; words; a time
    by both clocks; months by number. Shown where one number of each side finds no partner, or
    one of the source (13 and above) is not in the translation at all. Needs a source.
    """
    if not segment.source:
        return
    source, text = plain_digits(segment.source), segment.hypothesis
    if not any(c.isdigit() for c in source) or max(len(source), len(text)) > _LONGEST:
        return
    ours, theirs = _read(source, source=True), _read(text, source=False)
    if any(_is_lost(n, theirs) for n in ours.counts) or any(_is_added(n, ours) for n in theirs.counts):
        ours, theirs = _with_months(source, ours, source=True), _with_months(text, theirs, source=False)
    lost = [n for n in ours.counts if _is_lost(n, theirs) and not _CENTURY.match(source[n.span.end : n.span.end + 24])]
    added = [n for n in theirs.counts if _is_added(n, ours)]
    if len(lost) != 1 or len(added) > 1:
        return
    old = lost[0].span.of(source)
    if not added:
        if max(lost[0].values) >= 13 and not _may_be_left_out(lost[0].span, source, text):
            said = f"The source has the number {old}, the translation has not."
            yield Hit(lost[0].span, None, said, side=Side.SOURCE, category=Category.OMISSION, confidence=0.7)
        return
    new = added[0].span.of(text)
    if not _comparable(old, new, source, lost[0].span, text, added[0].span):
        return
    # A figure with a word behind it ("20万") is not to be copied without.
    fix = None if multipliers(source, lost[0].span.end) else _like(old, new)
    word = _CLEAR.match(source[lost[0].span.end :])
    said = f"The source has {old}{word.group() if word else ''}, the translation {new}."
    yield Hit(added[0].span, fix, said)


def _may_be_left_out(span: Span, source: str, text: str) -> bool:
    """Say whether a number may go: in a longer word or markup ("250px"), a code ("0815"), per cent ("cikin 100")."""
    if span.start and (source[span.start - 1].isalnum() or source[span.start - 1] in "_-"):
        return True
    if source.startswith("px", span.end):
        return True
    if re.match(r"0\d", span.of(source)):
        return True
    return span.of(source) == "100" and bool(re.search(r"per ?cent|%", text))


def _read(text: str, *, source: bool) -> _Side:
    found = tuple(
        _counted(text, number, source=source)
        for number in numbers(text)
        if text[max(0, number.span.start - 2) : number.span.start] not in _ERAS
    )
    values = set(english_values(text)) | {float(_roman(m.group())) for m in _ROMAN.finditer(text)}
    if source and _CJK.search(text):
        values |= chinese_values(text)
        for era, first in _ERAS.items():
            for match in re.finditer(era + r"\s?(\d{1,2}|元)年", text):
                values |= {float(first if match.group(1) == "元" else first + int(match.group(1)) - 1)}
    strict = values.union(*(c.scaled if c.clear else c.scaled | c.values for c in found))
    return _Side(found, frozenset(strict.union(*(c.values for c in found))), frozenset(strict))


def _with_months(text: str, side: _Side, *, source: bool) -> _Side:
    found: set[float] = set()
    for lang in languages("months") if source else ("en",):
        if pattern := calendar("months", lang):
            found |= {float(m.lastindex or 0) for m in pattern.finditer(text)}
    return _Side(side.counts, side.loose | found, side.strict | found)


def _counted(text: str, number: Number, *, source: bool) -> _Count:
    if source:
        powers = multipliers(text, number.span.end)
        clear = bool(_CLEAR.match(text[number.span.end : number.span.end + 4]))
    else:
        match = _ENGLISH_SCALE.match(text[number.span.end : number.span.end + 12])
        powers = multipliers(" " + match.group(1), 0) if match else frozenset()
        clear = match is not None and len(match.group(1)) > 3 and bool(powers)
    scaled = frozenset(round(v * p, 6) for v in number.values for p in powers)
    return _Count(number.span, number.values, scaled, clear and bool(scaled))


def _is_lost(count: _Count, other: _Side) -> bool:
    """Say whether a number of the source is not in the translation. "20万" must be 200,000 there, not 20 million."""
    if count.clear:
        return not _meets(count.scaled, other.strict)
    return not _meets(count.values | count.scaled, other.loose)


def _is_added(count: _Count, other: _Side) -> bool:
    """Say whether a number of the translation is not in the source, which may have the word before it (Hausa)."""
    if count.clear:
        return not _meets(count.scaled, other.loose) and not _meets(count.values, other.strict)
    return not _meets(count.values | count.scaled, other.strict)


def _meets(mine: frozenset[float], theirs: frozenset[float]) -> bool:
    """Say whether a value is met on the other side, in the ways that texts rewrite numbers."""
    for value in mine:
        near = {value, value - 12, value + 12, value % 100 if value >= 1000 else value}
        near |= {1900 + value, 2000 + value, 1800 + value} if value < 100 and value.is_integer() else set()
        if near & theirs or any(abs(value - other) <= 1e-6 * abs(value) for other in theirs):
            return True
    return False


def _comparable(old: str, new: str, source: str, a: Span, text: str, b: Span) -> bool:
    """Say whether both are plain numbers of a like kind: not parts of a code, not one digit."""
    if re.search(r"[A-Za-z_]$", source[: a.start]) or re.search(r"[A-Za-z_]$", text[: b.start]):
        return False
    if re.match(r"\s?hours", text[b.end :]) and re.fullmatch(r"[0-2]\d[0-5]\d", new):
        return False  # 0800 hours
    if "/" in old + new:
        return False  # a date in another order
    if _IMPERIAL.match(text[b.end : b.end + 16]):
        return False  # converted on the way: 500 km, 300 miles
    digits = [re.sub(r"\D", "", token) for token in (old, new)]
    if digits[0].strip("0") == digits[1].strip("0"):
        return True  # the same figures, another power of ten
    return min(map(len, digits)) >= 2 and abs(len(digits[0]) - len(digits[1])) <= 1


def _like(old: str, new: str) -> str | None:
    """Return the source's number in the notation of the translation's, where that is plain."""
    digits = re.sub(r"\D", "", old)
    if old.isdigit() and (new.isdigit() or "," not in new):
        return digits
    if re.fullmatch(r"\d{1,3}(?:\D\d{3})+", old):
        return f"{int(digits):,}"
    if re.fullmatch(r"\d+[.,]\d{1,2}", old):
        return old.replace(",", ".")
    return None


def _roman(numeral: str) -> int:
    values = [_ROMAN_VALUES[c] for c in numeral]
    return sum(-v if v < max(values[i:], default=0) else v for i, v in enumerate(values))
