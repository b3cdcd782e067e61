import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Settings, Severity, Span, document_detector
from mtfix.text.verbatim import is_verbatim

_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(_MONTHS)
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = re.compile(
    rf"""(?<![\w.,/-])(?:
        (?P<d>0?[1-9]|[12]\d|3[01])\.[ ]?(?P<m>0?[1-9]|1[0-2])\.[ ]?(?P<y>{_YEAR})(?![\w/-]|\.\d)      # 23.11.2026
      | (?P<y2>{_YEAR})\.(?P<m2>0?[1-9]|1[0-2])\.(?P<d2>0?[1-9]|[12]\d|3[01])(?![\w/-]|\.\d)   # 2026.11.23
      | (?P<y3>{_YEAR})[ ]?年(?:[ ]?(?P<m3>\d\d?)[ ]?月(?:[ ]?(?P<d3>\d\d?)[ ]?日)?)?   # 2026年11月23日
      | (?P<the>[Tt]he[ ])?(?P<d4>[1-9]|[12]\d|3[01])(?P<th>st|nd|rd|th)?
          \.?[ ](?P<of>of[ ])?(?P<m4>{_MONTH})(?P<ofy>,?[ ]of)?[ ](?P<y4>{_YEAR})\b
      | (?P<the5>[Tt]he[ ])(?P<d5>[1-9]|[12]\d|3[01])[ ]of[ ](?P<m5>{_MONTH})\b                        # the 5 of May
      | (?P<d6>[1-9]|[12]\d|3[01])\.[ ](?P<m6>{_MONTH})\b                                              # 5. May
      | (?P<in>[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Oo]f)[ ](?P<y7>{_YEAR})[ ]year\b
          (?![-\w]|[ ](?:old|olds|later|ago|after|before|end|in)\b)
      | (?P<y8>{_YEAR})[ ]г\.?(?![\w])                                                                 # 2026 г.
    )""",
    re.VERBOSE,
)
_PRECHECK = re.compile(rf"\d\.[ ]?\d\d?\.[ ]?\d|年|\d (?:year|г)\b|\d(?:st|nd|rd|th)?\.? (?:of )?(?:{_MONTH})\b")
# The Official Journal of the EU is cited with dots in English too: "OJ L 173, 12.6.2014, p. 1".
_JOURNAL = re.compile(r"\bOJ [A-Z]{1,2} ?\d+[A-Z]?, $")
_US = re.compile(rf"\b(?:{_MONTH}) \d\d?\b(?!\d)")
_UK = re.compile(rf"(?<!\.)\b\d\d? (?:{_MONTH})\b")


@document_detector(
    category=Category.DATE_FORMAT,
    severity=Severity.MINOR,
    confidence=0.95,
    touches=("number", "name", "unit", "url"),
    bad=[
        Example(
            "He left on ⟦23.11.2026⟧ by train.\nShe left on 4 May.",
            fixed="He left on 23 November 2026 by train.\nShe left on 4 May.",
        ),
        Example(
            "He left on ⟦23.11.2026⟧.\nShe left on May 4.", fixed="He left on November 23, 2026.\nShe left on May 4."
        ),
        Example("They met on ⟦the 5 of May⟧.", fixed="They met on May 5.", settings=Settings(variant="us")),
        Example(
            "It opened on ⟦23rd November of 2026⟧.",
            fixed="It opened on 23 November 2026.",
            settings=Settings(variant="uk"),
        ),
        Example(
            "It opened in ⟦2026年11月⟧ and closed ⟦in 2027 year⟧.",
            fixed="It opened in November 2026 and closed in 2027.",
        ),
    ],
    good=[
        Example("He left on 23 November 2026 and came back in May 2027, on the 5th of May."),
        Example("Version 2.11.2020-rc1 and section 3.4.2 apply; see 10.11.12.13."),
        Example("In 2020 year-end sales rose; the 2020 year was good."),
    ],
)
def date_format(document: Document, settings: Settings) -> Iterator[Hit]:
    """A date is written as in another language.

    23.11.2026, 2026年 and "in 2026 year" are carried over from the source. The date becomes November
    23, 2026 or 23 November 2026, as the setting or the document's other dates have it; where
    neither says, the American form is only proposed. Forms: Unicode CLDR date patterns.
    """
    style: str | None = None
    for index, segment in enumerate(document.segments):
        text = segment.hypothesis
        if not _PRECHECK.search(text):
            continue
        for match in _DATE.finditer(text):
            if is_verbatim(text, *match.span()) or not _wrong(match) or _JOURNAL.search(text[: match.start()]):
                continue
            if style is None:
                style = settings.variant or _style(document)
            fix, day = _english(match, style or "us")
            sure = bool(style) or not day
            yield Hit(Span(*match.span()), fix=fix, segment=index, applicability=None if sure else UNSAFE)


def _wrong(match: re.Match[str]) -> bool:
    if match["m4"]:
        # "5 May 2026", "the 5 May 2026 talks", "the 5th of May 2026" are English; "5 of May", "of 2026", "5. May" not.
        return bool(match["ofy"]) or (bool(match["of"]) and not match["th"]) or ". " in match.group()
    if match["m3"]:
        return 1 <= int(match["m3"]) <= 12
    return True


def _english(match: re.Match[str], style: str) -> tuple[str, str]:
    """Return the date in English, and its day ("" if it has none)."""
    for n in ("", "2", "3", "4", "5", "6"):
        year = match["y" + n] if "y" + n in match.re.groupindex else None
        day, month = match["d" + n], match["m" + n]
        if not (year or day or month):
            continue
        name = _MONTHS[int(month) - 1] if month and month.isdigit() else month or ""
        day = day.lstrip("0") if day else ""
        if style == "uk":
            return " ".join(part for part in (day, name, year) if part), day
        return f"{name} {day}".strip() + (f", {year}" if year and day else f" {year}" if year else "").rstrip(), day
    if match["y7"]:
        return f"{match['in']} {match['y7']}", ""
    return match["y8"], ""


def _style(document: Document) -> str:
    """Return how the document writes its other dates: "us", "uk" or "" for neither."""
    us = uk = 0
    for segment in document.segments:
        us += len(_US.findall(segment.hypothesis))
        uk += len(_UK.findall(segment.hypothesis))
    return "us" if us > uk else "uk" if uk > us else ""
