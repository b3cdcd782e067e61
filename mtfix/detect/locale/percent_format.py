import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_PERCENT = re.compile(
    r"""(?<![\w.])(?P<spaced>\d[\d.,]*(?<=\d))[ \u00a0\u202f\u2009]%(?![\w%]|[ ]?\()      # 50 %
      | (?<![\w%])%[ ]?(?P<before>\d[\d.,]*(?<=\d))(?![\w$%])                            # %50
      | (?<=\d)[ -](?P<plural>per[ ]?cents|percents)\b                                    # 50 percents
      | \b(?P<pct>\d[\d.,]*(?<=\d))[ ](?P<of>pro[ ]?cents?|procents?)\b""",
    re.VERBOSE,
)


@detector(
    category=Category.NUMBER_FORMAT,
    severity=Severity.MINOR,
    confidence=0.97,
    touches=("number", "unit", "placeholder"),
    bad=[
        Example("Turnout was ⟦50 %⟧, up from ⟦%40⟧.", fixed="Turnout was 50%, up from 40%."),
        Example("It fell by 12⟦ percents⟧.", fixed="It fell by 12 percent."),
    ],
    good=[
        Example("Turnout was 50%, up from 40 percent."),
        Example("Each percent counts; the URL ends in %20 and the format in %5d.", source="%20 %5d"),
        Example("The two percents differ."),
    ],
)
def percent_format(segment: Segment) -> Iterator[Hit]:
    """A percentage is written as in another language.

    French, German and Russian put a space before the sign, Turkish the sign before the number, and
    many languages have a plural of percent. English writes 50% or 50 percent. Forms: Unicode CLDR.
    """
    text = segment.hypothesis
    if "%" not in text and "cent" not in text:
        return
    for match in _PERCENT.finditer(text):
        if is_verbatim(text, *match.span()):
            continue
        if match["before"]:
            if segment.source and match.group() in segment.source and segment.source_lang != "tr":
                continue
            # Only the sign moves: the number may have a fault of its own.
            edits = ((Span(match.start(), match.start("before")), ""), (Span(match.end(), match.end()), "%"))
            yield Hit(Span(*match.span()), edits=edits)
        elif match["plural"]:
            gap = match.group()[0]
            yield Hit(Span(*match.span()), fix=gap + ("per cent" if " " in match["plural"] else "percent"))
        elif match["pct"]:
            yield Hit(Span(*match.span()), fix=match["pct"] + " percent")
        else:
            yield Hit(Span(*match.span()), edits=((Span(match.end("spaced"), match.end() - 1), ""),))
