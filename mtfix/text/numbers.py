"""The numbers of a text in any language and notation, each as the set of values that it may stand for.

Meant for comparing two texts: what may be read in two ways ("1.000") has two values, so that a
mismatch is only seen where no reading fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mtfix.types import Span

# Groups may be parted by a full stop, comma, apostrophe or (thin, no-break) space.
_DIGITS = re.compile(r"\d+(?:[.,:/’'\u00a0\u202f\u2009 ](?=\d)\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:([.,’'\u00a0\u202f\u2009 ])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$")
_INDIAN = re.compile(r"\d{1,3}(?:,\d{2})+,\d{3}$")
_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_TENS |= {word[:-1] + "ies": value for word, value in _TENS.items()}  # "the nineties"
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_LOOSE = {"dozen": 12, "dozens": 12, "half": 0.5, "quarter": 0.25, "score": 20, "single": 1, "both": 2, "twice": 2}
_LOOSE |= {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100, "decade": 10, "century": 100, "once": 1}
_HALF = re.compile(r"\bhalf[ -]a?[ -]?(thousand|million|billion|trillion)")
_ENGLISH = re.compile(r"[A-Za-z]+")
_CHINESE = re.compile(r"[〇零一二三四五六七八九十百千两]{1,12}")
_CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_SCALES = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in digits: its span, and every value that its notation may stand for."""

    span: Span
    values: frozenset[float]


def plain_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as 0 to 9; lengths are kept.

    >>> plain_digits("२०२० ２５")
    '2020 25'
    """
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in text)


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers that stand in digits.

    >>> [sorted(n.values) for n in numbers("1.000,5 or 1.000 at 14:30")]
    [[1000.5], [1.0, 1000.0], [-151.0]]
    """
    for match in _DIGITS.finditer(text):
        yield from _split(match.group(), match.start())


def _split(token: str, start: int) -> Iterator[Number]:
    whole = _whole(token) | _clock(token)
    if whole:
        yield Number(Span(start, start + len(token)), whole)
        return
    values = frozenset(float(part) for part in re.findall(r"\d+", token))
    if re.search(r"[\s’']", token):
        # Two numbers beside each other, as in "in 2015 300 people": each for itself.
        for part in re.finditer(r"\d+(?:[.,:/]\d+)*", token):
            inner = _whole(part.group()) | _clock(part.group()) or frozenset(
                float(p) for p in re.findall(r"\d+", part.group())
            )
            yield Number(Span(start + part.start(), start + part.end()), inner)
        return
    yield Number(Span(start, start + len(token)), values)


def _whole(token: str) -> frozenset[float]:
    """Return the values of a token that is one number, or nothing."""
    values: set[float] = set()
    if token.isdigit():
        return frozenset([float(token)])
    if _GROUPED.match(token) or _INDIAN.match(token):
        tail = re.search(r"[.,]\d+$", token)
        separators = re.findall(r"\D", token)
        decimal = tail and len(set(separators)) > 1 and separators[-1] not in separators[:-1]
        body, rest = (token[: tail.start()], token[tail.start() + 1 :]) if decimal and tail else (token, "")
        values.add(float(re.sub(r"\D", "", body) + ("." + rest if rest else "")))
    if re.fullmatch(r"\d{1,2},(?:1[89]|20)\d\d", token):
        return frozenset()  # "January 1,2020": a day and a year
    if re.fullmatch(r"\d+[.,]\d+", token):
        values.add(float(token.replace(",", ".")))
    if re.fullmatch(r"\d{4,},\d{3}", token):
        values.add(float(token.replace(",", "")))
    return frozenset(values)


def _clock(token: str) -> frozenset[float]:
    """Return one value for a time of day, the same on both clocks; negative, so that it is no other number."""
    match = re.fullmatch(r"(\d{1,2})[.:](\d\d)", token)
    if not match or int(match.group(1)) > 24 or int(match.group(2)) > 59:
        return frozenset()
    value = -1.0 - int(match.group(1)) % 12 * 60 - int(match.group(2))
    # "17:00" may be "17 Uhr" on the other side.
    return frozenset([value, float(match.group(1))] if match.group(2) == "00" else [value])


def english_values(text: str) -> frozenset[float]:
    """Return every value that number words of an English text may mean, alone or together.

    >>> sorted(english_values("two hundred and five, twenty-one"))
    [1.0, 2.0, 5.0, 20.0, 21.0, 100.0, 200.0, 205.0]
    """
    values = {0.5 * _SCALES[m.group(1)] for m in _HALF.finditer(text)}
    total = current = 0.0
    running = False
    for match in _ENGLISH.finditer(text):
        word = match.group().lower()
        value = _UNITS.get(word, _TENS.get(word, _ORDINALS.get(word)))
        if value is not None:
            if running and current and current % 10 and current % 100:
                total = current = 0.0
            current, running = current + value, True
            values.update((float(value), current, total + current))
        elif word.rstrip("s") in _SCALES:
            scale = _SCALES[word.rstrip("s")]
            current = (current or 1) * scale
            values.update((float(scale), current, total + current))
            if scale >= 1000:
                total, current = total + current, 0.0
            running = True
        elif word in _LOOSE:
            values.add(float(_LOOSE[word]))
        elif word != "and":
            total, current, running = 0.0, 0.0, False
    return frozenset(values)


def chinese_values(text: str) -> frozenset[float]:
    """Return the values of Chinese and Japanese numerals below 10,000.

    >>> sorted(chinese_values("二〇二〇年，三十五人"))
    [35.0, 2020.0]
    """
    return frozenset(float(_chinese(m.group())) for m in _CHINESE.finditer(text))


def _chinese(numeral: str) -> int:
    if not set(numeral) & set(_CHINESE_SCALES):
        return int("".join(str(_CHINESE_DIGITS[c]) for c in numeral))
    total = digit = 0
    for char in numeral:
        if char in _CHINESE_SCALES:
            total += (digit or 1) * _CHINESE_SCALES[char]
            digit = 0
        else:
            digit = _CHINESE_DIGITS[char]
    return total + digit
