import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_ORDINAL = re.compile(
    r"""(?<![\w.,-])(?:
        (?P<hyphen>\d{1,4})-(?P<end>st|nd|rd|th)\b(?!-)           # 3-th
      | (?P<number>\d{1,3})(?P<wrong>st|nd|rd|th)\b               # 21th
      | (?P<decade>(?:1[5-9]|20)?\d0)-?(?:ies|es|-s)\b   # 90-ies 1990-s
    )
      | \b(?P<lead>[Tt]he[ ]|[Oo]f[ ]|[Ii]n[ ]|[Ll]ate[ ]|[Ee]arly[ ]|[Mm]id-)
           (?=[IVX])(?P<roman>X?(?:IX|IV|V?I{0,3})|X{1,2}I?)[ ]century\b(?!-)              # the XX century
      | \b(?P<a>[Tt]he[ ])(?P<arabic>[1-9]|1\d|2[0-2])[ ](?P<age>century)\b(?!-)   # the 19 century
    """,
    re.VERBOSE,
)
_PRECHECK = re.compile(r"\d-?(?:st|nd|rd|th|ies|es|s)\b|centur")
_ROMAN = {"I": 1, "V": 5, "X": 10}


@detector(
    category=Category.NUMBER_FORMAT,
    severity=Severity.MINOR,
    confidence=0.97,
    touches=("number", "name"),
    bad=[
        Example("She came ⟦3-th⟧ on her ⟦21th⟧ birthday.", fixed="She came 3rd on her 21st birthday."),
        Example("Music of the ⟦90-ies⟧ and ⟦1980-s⟧", fixed="Music of the 90s and 1980s"),
        Example("A church of ⟦the XVIII century⟧", fixed="A church of the 18th century"),
        Example("In ⟦the 19 century⟧ the port grew.", fixed="In the 19th century the port grew."),
    ],
    good=[
        Example("The 11th, 12th, 113th, 21st, 22nd and 103rd guests came in the 1990s."),
        Example("The 8-5s and F-16s and the V century-old oak."),
    ],
)
def ordinal_format(segment: Segment) -> Iterator[Hit]:
    """An ordinal number, a decade or a century is written as in another language.

    Russian joins an ending with a hyphen (3-й, 90-е) and writes centuries in Roman figures; systems
    keep the hyphen and guess the ending.
    """
    text = segment.hypothesis
    if not _PRECHECK.search(text):
        return
    for match in _ORDINAL.finditer(text):
        if is_verbatim(text, *match.span()):
            continue
        span = Span(*match.span())
        if match["hyphen"]:
            yield Hit(span, fix=_ordinal(int(match["hyphen"])))
        elif match["number"]:
            right = _ordinal(int(match["number"]))
            if right != match.group():
                yield Hit(span, fix=right)
        elif decade := match["decade"]:
            yield Hit(span, fix=f"{decade}s")
        elif match["roman"]:
            number = _value(match["roman"])
            lead = (
                match["lead"]
                if match["lead"].lower() in ("the ", "mid-", "late ", "early ")
                else match["lead"] + "the "
            )
            yield Hit(span, fix=f"{lead}{_ordinal(number)} century")
        elif match["arabic"]:
            yield Hit(span, fix=f"{match['a']}{_ordinal(int(match['arabic']))} century")


def _ordinal(number: int) -> str:
    end = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{end}"


def _value(roman: str) -> int:
    total = 0
    for here, following in zip(roman, [*roman[1:], ""], strict=True):
        value = _ROMAN[here]
        total += -value if following and _ROMAN[following] > value else value
    return total
