import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_PAIR = re.compile(r"\(([ \N{NO-BREAK SPACE}]{0,3})([^()\n]{1,300}?)([ \N{NO-BREAK SPACE}]{0,3})\)")


@detector(
    category=Category.WHITESPACE,
    severity=Severity.MINOR,
    confidence=0.97,
    bad=[
        Example("The mayor (⟦ ⟧a former nurse⟦ ⟧) resigned.", fixed="The mayor (a former nurse) resigned."),
        Example("He moved to Graz (⟦ ⟧Austria) in May.", fixed="He moved to Graz (Austria) in May."),
    ],
    good=[
        Example("The mayor (a former nurse) resigned."),
        Example("Mark the box ( ) or write f( x ) on the board."),
    ],
)
def space_inside_brackets(segment: Segment) -> Iterator[Hit]:
    """There is a space inside a bracket, next to it.

    Decoders write tokens, and a detokeniser that misses a rule leaves the space.
    """
    text = segment.hypothesis
    if "( " not in text and " )" not in text and "\N{NO-BREAK SPACE}" not in text:
        return
    for match in _PAIR.finditer(text):
        if not match.group(2).strip() or text[match.start() - 1 : match.start()].strip(" “\"'‘—–-"):
            continue  # a tick box, a function call
        if is_verbatim(text, *match.span()):
            continue
        for group in (1, 3):
            if match.group(group):
                yield Hit(Span(*match.span(group)), fix="")
