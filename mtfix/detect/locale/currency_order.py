import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

# Also as other languages write it ("1.250,50", "50 000"): that is a fault of its own.
_AMOUNT = r"\d{1,3}(?:[,. \u00a0]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_SCALE = r"(?:[ \u00a0](?:million|billion|trillion|thousand|hundred|mn|bn))?"
_SIGN = "[$€£¥₴₽₹]"
_CODES = {"USD": ("$", "dollars?"), "EUR": ("€", "euros?"), "GBP": ("£", "pounds?"), "US$": ("$", "dollars?")}
_MONEY = re.compile(
    rf"""(?<![\w$€£¥₴₽₹.,])(?:
        (?P<amount>{_AMOUNT})(?P<scale>{_SCALE})[ \u00a0\u202f]?(?P<sign>{_SIGN})(?![\w{{(]|\d)   # 100$, 5 million $
      | (?P<first>{_SIGN})[ \u00a0\u202f](?P<spaced>{_AMOUNT})(?![\d,.]*\d)                        # € 50
      | (?P<code>USD|EUR|GBP|US\$)[ ]?(?P<value>{_AMOUNT})(?P<large>{_SCALE})[ ](?P<word>dollars?|euros?|pounds?)\b
      | (?P<twice>[$€£])(?P<sum>{_AMOUNT})(?P<big>{_SCALE})[ ](?P<name>dollars?|euros?|pounds?)\b  # $5 million dollars
    )""",
    re.VERBOSE,
)
_NAMES = {"$": "dollar", "€": "euro", "£": "pound"}


@detector(
    category=Category.CURRENCY_FORMAT,
    severity=Severity.MINOR,
    confidence=0.97,
    touches=("number", "unit", "placeholder"),
    bad=[
        Example("He paid ⟦100$⟧ and she ⟦50 €⟧.", fixed="He paid $100 and she €50."),
        Example("It cost ⟦€ 50⟧, later ⟦5 million $⟧.", fixed="It cost €50, later $5 million."),
        Example("A loan of ⟦USD 5 million dollars⟧", fixed="A loan of $5 million"),
        Example("They owe ⟦$40 dollars⟧.", fixed="They owe $40."),
    ],
    good=[
        Example("He paid $100 and she €50 or 50 euros; the loan is USD 5 million."),
        Example("A US$50 note, A$20, and the pattern `100$`."),
        Example("From $5 to $10 million and £3.50 a head."),
    ],
)
def currency_order(segment: Segment) -> Iterator[Hit]:
    """A sum of money is written as in another language.

    Most languages put the sign after the sum (100 $), Dutch and German also before it with a space;
    English writes $100 and €50. A sum with both a sign and a name has one too many. Forms: Unicode CLDR.
    """
    text = segment.hypothesis
    if not any(sign in text for sign in "$€£¥₴₽₹") and "USD" not in text and "EUR" not in text and "GBP" not in text:
        return
    for match in _MONEY.finditer(text):
        if is_verbatim(text, *match.span()):
            continue
        span = Span(*match.span())
        if match["sign"]:
            after = text[match.end() : match.end() + 2]
            if after[:1].isdigit() or after.strip()[:1].isdigit():
                continue  # "from 5 $10": whose sign is it?
            gap = Span(match.end("scale"), match.end())
            yield Hit(span, edits=((Span(span.start, span.start), match["sign"]), (gap, "")))
        elif match["first"]:
            yield Hit(span, edits=((Span(match.end("first"), match.start("spaced")), ""),))
        elif match["code"]:
            sign, names = _CODES[match["code"]]
            if re.fullmatch(names, match["word"]):
                yield Hit(span, fix=f"{sign}{match['value']}{match['large']}")
        elif match["name"].startswith(_NAMES[match["twice"]]):
            yield Hit(span, fix=f"{match['twice']}{match['sum']}{match['big']}")
