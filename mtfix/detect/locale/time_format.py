import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_TIME = re.compile(
    r"""(?<![\w.:,-])(?:
        (?P<h>[01]?\d|2[0-4])[ ]?h[ ]?(?P<m>[0-5]\d)(?:[ ]?min)?\b                        # 14h30
      | (?P<h2>[01]?\d|2[0-4])[:.](?P<m2>[0-5]\d)[ ](?P<clock>o['’]clock|hours|uhr|Uhr)\b   # 14:30 o'clock
      | (?P<h3>1[3-9]|2[0-4])[ ](?:o['’]clock)(?:[ ](?P<m3>[0-5]\d)(?:[ ]minutes)?)?\b      # 20 o'clock
      | (?P<h4>[1-9]|1[0-2])[ ](?:o['’]clock)[ ](?P<m4>[0-5]\d)(?:[ ]minutes)?\b            # 8 o'clock 30
      | (?P<h5>[01]?\d|2[0-4])[ ](?:hours|o['’]clock)[ ](?:and[ ])?(?P<m5>[0-5]?\d)[ ]minutes
          (?=[ ](?:local|Moscow|Kyiv|in[ ]the[ ](?:morning|evening|afternoon)))
      | (?P<h6>\d\d?)[ ]?(?:Uhr|uhr|heures)\b
    )""",
    re.VERBOSE,
)
_PRECHECK = re.compile(r"\d ?h ?\d|clock|\d ?[Uu]hr|\d heures|\d hours")


@detector(
    category=Category.DATE_FORMAT,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=UNSAFE,
    touches=("number", "unit"),
    bad=[
        Example("The train leaves at ⟦14h30⟧.", fixed="The train leaves at 2:30 p.m."),
        Example("It began at ⟦8 o'clock 30⟧.", fixed="It began at 8:30."),
        Example(
            "It began at ⟦20 o'clock⟧ and ended at ⟦22.15 o'clock⟧ sharp.",
            fixed="It began at 8 p.m. and ended at 10:15 p.m. sharp.",
        ),
    ],
    good=[
        Example("It began at 8 o'clock and at 14:30 it was over."),
        Example("The race took 4 hours 30 minutes, or 4h30m."),
    ],
)
def time_format(segment: Segment) -> Iterator[Hit]:
    """A time of day is written as in another language.

    French writes 14h30, German 20 Uhr ("20 o'clock"). English writes 2:30 p.m. or 14:30.
    """
    text = segment.hypothesis
    if not _PRECHECK.search(text):
        return
    for match in _TIME.finditer(text):
        number = next(n for n in ("", "2", "3", "4", "5", "6") if match["h" + n])
        if is_verbatim(text, *match.span()) or (match["clock"] == "hours" and ":" not in match.group()):
            continue
        minutes = match["m" + number] if "m" + number in match.re.groupindex else None
        if match["clock"] == "hours" or int(match["h" + number]) > 24:
            continue
        yield Hit(
            Span(*match.span()),
            fix=_english(int(match["h" + number]), minutes, last=match.end() == len(text) - 1 and text.endswith(".")),
        )


def _english(hour: int, minutes: str | None, *, last: bool) -> str:
    """Return the time with p.m. after noon; the last stop of a sentence counts as its stop."""
    tail = f":{int(minutes):02d}" if minutes and int(minutes) else ""
    if hour in (0, 24):
        return "midnight" if not tail else f"12{tail} a.m" + ("" if last else ".")
    if hour == 12 or hour < 12:
        return f"{hour}{tail}"
    return f"{hour - 12}{tail} p.m" + ("" if last else ".")
