import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_GAP = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]"
_NUMBER = re.compile(
    rf"""(?<![\w.,/:-])(?:
        (?P<point>\d{{1,3}}(?:\.\d{{3}})+,\d{{1,2}})(?![\d.,]*\d)        # 1.000,5
      | (?P<points>\d{{1,3}}(?:\.\d{{3}}){{2,}})(?![\d.,]*\d)            # 1.234.567
      | (?P<swiss>\d{{1,3}}(?:['’]\d{{3}})+)(?![\w'’])                   # 1'000'000
      | (?P<gaps>[1-9]\d{{0,2}}(?:{_GAP}\d{{3}}){{2,}}(?:,\d{{1,2}})?)(?![\d{_GAP[1:-1]}]*\d)   # 1 000 000
      | (?P<gap>[1-9]\d{{0,2}}{_GAP}\d{{3}}(?:,\d{{1,2}})?)(?=\s[a-z€$%]|[.,;)]|$)(?!{_GAP}?\d)                 # 10 000
      | (?P<dot>[1-9]\d{{0,2}}\.\d{{3}})(?![\d.,%:/]*\d|[\w%])                                      # 180.000
      | (?P<many>\d+(?:[.,]\d+)*)\s?(?P<short>Mio|Mrd|Mill|Mlrd|mlrd|Tsd)\b\.?        # 5 Mio.
      | (?P<lakh>\d+(?:[.,]\d+)*|one|two|three|four|five|six|seven|eight|nine|ten)\s(?P<indian>lakhs?|crores?)\b
    )""",
    re.VERBOSE,
)
_PRECHECK = re.compile(r"\d['’.\s\u00a0\u202f\u2009]\d{3}|\d\s?(?:Mio|Mrd|Mill|[Mm]lrd|Tsd)\b|lakh|crore")
_KINDS = ("point", "points", "swiss", "gaps", "gap", "dot", "many", "lakh")
# Languages that part thousands with a point.
_POINT_LANGUAGES = frozenset("de es it pt nl ro tr da id el sr hr sl vi is".split())
_SHORT = {
    "Mio": "million",
    "Mill": "million",
    "Mrd": "billion",
    "Mlrd": "billion",
    "mlrd": "billion",
    "Tsd": "thousand",
}
# What has no third decimal: money and people.
_COUNTED = re.compile(
    r" ?[€£](?!\d)| (?:euros|dollars|rubles|hryvnias?|lei|zlotys|yen|yuan|people|persons|inhabitants|residents|"
    r"soldiers|men|women|children|workers|students|refugees|deaths|cases|houses|homes)\b"
)
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_WORDS = {w: n for n, w in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_SKIP = re.compile(
    r"\b(?:tel|phone|fax|call|no|number|version|article|section|paragraph|chapter|ISBN|IP|in|year)\b\.? ?$", re.I
)


@detector(
    category=Category.NUMBER_FORMAT,
    severity=Severity.MAJOR,
    confidence=0.97,
    touches=("number", "unit", "name"),
    bad=[
        Example("It cost ⟦1.250,50⟧ euros.", fixed="It cost 1,250.50 euros."),
        Example("About ⟦1.300.000⟧ people and ⟦2 500 000⟧ birds.", fixed="About 1,300,000 people and 2,500,000 birds."),
        Example(
            "They spent ⟦5 Mio.⟧ on it and ⟦2,5 Mrd.⟧ more.", fixed="They spent 5 million on it and 2.5 billion more."
        ),
        Example("A town of ⟦12 000⟧ people and ⟦15.000⟧ cows", fixed="A town of 12,000 people and 15,000 cows"),
    ],
    good=[
        Example("Version 1.200.300 runs at 192.168.100.200 since May."),
        Example("Call 020 123 4567 or 1 800 555 0100; in 2020 300 people came."),
        Example("It cost 1,250.50 euros and grew by 1.250 percent."),
    ],
)
def number_format(segment: Segment) -> Iterator[Hit]:
    """A number is written as in another language.

    German, Spanish or Russian part thousands with points or spaces and decimals with a comma, and
    shorten million to Mio. or Mrd.; English readers take 1.250,50 for a slip. One gap ("12 000") is
    also the style of the SI, so it is only proposed unless the source has the same digits. Lakh and
    crore are Indian English: a hint. Forms: Unicode CLDR number patterns.
    """
    text = segment.hypothesis
    if not _PRECHECK.search(text):
        return
    for match in _NUMBER.finditer(text):
        kind = next(k for k in _KINDS if match[k])
        if is_verbatim(text, *match.span()) or _SKIP.search(text[max(0, match.start() - 12) : match.start()]):
            continue
        span, found = Span(*match.span()), match.group()
        if kind == "many":
            word = _SHORT[match["short"]]
            # The abbreviation's stop is the sentence's too at its end.
            ends = found.endswith(".") and re.match(r"$|\s+[A-Z]", text[match.end() :])
            yield Hit(span, fix=f"{_english(match['many'])} {word}{'.' if ends else ''}")
        elif kind == "lakh":
            yield from _indian(match, span)
        elif (kind == "dot" and not _thousands(segment, match)) or (kind == "points" and _address(found)):
            continue
        else:
            copied = segment.source is not None and found in segment.source
            sure = kind in ("point", "gaps", "swiss") or copied or (kind == "points" and " " in text[: match.start()])
            yield Hit(span, fix=_english(found), applicability=None if sure else UNSAFE)


def _address(found: str) -> bool:
    """Say whether the groups may be those of an IP address."""
    parts = found.split(".")
    return len(parts) >= 4 and all(int(part) < 256 for part in parts)


def _thousands(segment: Segment, match: re.Match[str]) -> bool:
    """Say whether 180.000 means thousands: it ends in zeros before a noun, or is the source's own form."""
    if segment.source and match.group() in segment.source and segment.source_lang in _POINT_LANGUAGES:
        return True
    after = segment.hypothesis[match.end() : match.end() + 40]
    if _COUNTED.match(after):
        return True
    return re.fullmatch(r"[1-9]\d{1,2}\.000", match.group()) is not None and (
        re.match(r"(?: [a-z]+)? [a-z]{3,}s\b| people\b| men\b", after) is not None
    )


def _english(number: str) -> str:
    """Return the number with commas between thousands and a point before decimals."""
    digits = re.sub(rf"{_GAP}|['’]", "", number)
    comma = digits.rfind(",")
    if comma >= 0 and len(digits) - comma - 1 == 3 and "." not in digits:
        return number  # 1,000
    whole, _, rest = (
        digits.replace(".", "").partition(",")
        if comma > digits.rfind(".") or digits.count(".") > 1
        else (digits, "", "")
    )
    if comma < 0 and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", digits):
        whole, rest = digits.replace(".", ""), ""
    if not whole.isdigit():
        return number
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


def _indian(match: re.Match[str], span: Span) -> Iterator[Hit]:
    """Yield a hint with what the Indian number is in millions."""
    text = match["lakh"].replace(",", "")
    try:
        count = float(_WORDS.get(text, text))
    except ValueError:
        return
    total = count * (100_000 if match["indian"].startswith("lakh") else 10_000_000)
    scale, word = next(((s, w) for s, w in _SCALES if total >= s), (1.0, ""))
    value = f"{total / scale:.10g} {word}" if word else f"{total:,.0f}"
    message = f"Indian numbering: {match.group()} is {value}."
    yield Hit(span, fix=value, message=message, hint=True, applicability=UNSAFE, severity=Severity.NEUTRAL)
