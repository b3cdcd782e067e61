import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_SPACES = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]"
_SPACE = re.compile(
    rf"""(?<=[\w)\]"”’%])          # after a word, a bracket or a quotation mark
         {_SPACES}{{1,3}}
         (?=(?:[.](?![.])|[,;]|[:](?![-)(DPp:/])|[?!]{{1,3}})   # no "...", no smiley
            (?:["”’)\]]|\s|$))""",
    re.VERBOSE,
)
# " . . ." is a way to write an ellipsis; "3 : 2" a score or a ratio.
_SPACED_DOTS = re.compile(r"\. ?\.")
_RATIO = re.compile(r"\d$")


@detector(
    category=Category.WHITESPACE,
    severity=Severity.MINOR,
    confidence=0.98,
    bad=[
        Example("The bridge was closed on Monday⟦ ⟧.", fixed="The bridge was closed on Monday."),
        Example("Who paid for it⟦ ⟧? Nobody knows⟦ ⟧, he said.", fixed="Who paid for it? Nobody knows, he said."),
    ],
    good=[
        Example("She works with .NET and lives on .5 acres."),
        Example("We were so happy :) and so tired ..."),
        Example("They won 3 : 2 after extra time."),
        Example("“I thought . . . I was sure,” she said."),
    ],
)
def space_before_punctuation(segment: Segment) -> Iterator[Hit]:
    """There is a space before a punctuation mark.

    Decoders write tokens, and a detokeniser that misses a rule leaves the space; French puts a
    space before : ; ! and ?, which has no place in English.
    """
    text = segment.hypothesis
    for match in _SPACE.finditer(text):
        sign = text[match.end()]
        if sign == "." and (_SPACED_DOTS.match(text, match.end()) or text[match.start() - 1] == "."):
            continue
        if sign == ":" and _RATIO.search(text[match.start() - 1 : match.start()]):
            continue
        if not is_verbatim(text, *match.span()):
            yield Hit(Span(*match.span()), fix="")
