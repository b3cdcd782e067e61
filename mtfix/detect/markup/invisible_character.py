import re
import unicodedata
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector

_NBSP = "\N{NO-BREAK SPACE}"
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b\x0e-\x1f\x7f"  # control characters that are no white space
    "\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}-\N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT EMBEDDING}-\N{RIGHT-TO-LEFT OVERRIDE}"
    "\N{WORD JOINER}\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}\N{ZERO WIDTH NO-BREAK SPACE}"
    "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]+"
    f"|(?: {_NBSP}|{_NBSP}[ {_NBSP}])[ {_NBSP}]*"
)
_SPACES = "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"
# The joiners join letters of scripts that need them, and emoji.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_LATIN_OR_SIGN = re.compile(r"[\x00-\u024f\u2000-\u206f]*")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@detector(
    category=Category.WHITESPACE,
    severity=Severity.MINOR,
    confidence=0.98,
    bad=[
        Example(
            "The coun⟦\N{SOFT HYPHEN}⟧cil met on⟦\N{ZERO WIDTH SPACE}⟧ Friday.", fixed="The council met on Friday."
        ),
        Example(
            "⟦\N{ZERO WIDTH NO-BREAK SPACE}⟧It cost 40⟦\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}⟧euros.",
            fixed="It cost 40 euros.",
        ),
    ],
    good=[
        Example("A family 👨\N{ZERO WIDTH JOINER}👩\N{ZERO WIDTH JOINER}👧 waved."),
        Example("The flag 🏳\N{VARIATION SELECTOR-16}\N{ZERO WIDTH JOINER}🌈 waved."),
        Example("It cost 40\N{NO-BREAK SPACE}euros."),
    ],
)
def invisible_character(segment: Segment) -> Iterator[Hit]:
    """A character that nobody sees stands in the text.

    Zero-width spaces, soft hyphens, byte-order marks and direction marks come along from web pages
    and PDF files; they break searching and copying. Joiners in emoji and in scripts that need them,
    and direction marks beside right-to-left letters, are left alone.
    """
    text = segment.hypothesis
    if text.isascii() and text.isprintable():
        return
    for match in _INVISIBLE.finditer(text):
        found = match.group()
        around = text[max(0, match.start() - 2) : match.start()] + text[match.end() : match.end() + 2]
        if _RIGHT_TO_LEFT.search(around) and all(unicodedata.category(c) == "Cf" for c in found):
            continue
        if any(c in _JOINERS for c in found) and not _LATIN_OR_SIGN.fullmatch(around):
            continue
        wide = any(c in _SPACES or c in f" {_NBSP}" for c in found)
        yield Hit(Span(*match.span()), fix=" " if wide else "")
