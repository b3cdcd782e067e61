import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector

_REPEATED = re.compile(r"(?<![\w'’-])([A-Za-z]+)((?:[ \t]+\1)+)(?![\w'’-])", re.IGNORECASE)
# Words that good English writes twice: "had had", "that that", "very very", "a good good friend", "bye bye".
_MAY_REPEAT = frozenset(
    "had that very much many so really long far no yes bye ha la blah knock never again more out in on is do "
    "who her ho hear now there please go well good big bad way real "
    "aye boo choo chop doo dum goody hush night pooh tick tut yada".split()
)

_LOOP = 3  # further times: "very, very, very" is speech, more is a loop


@detector(
    category=Category.DUPLICATION,
    severity=Severity.MINOR,
    confidence=0.95,
    bad=[
        Example("He went to ⟦the the⟧ market.", fixed="He went to the market."),
        Example("They left ⟦of of⟧ fear.", fixed="They left of fear."),
    ],
    good=[
        Example("He had had enough."),
        Example("La la la la.", source="La la la la."),
        Example("Duran Duran played in Baden Baden."),
        Example("The minister is in deep doo doo, and he was a good good friend."),
    ],
)
def repeated_word(segment: Segment) -> Iterator[Hit]:
    """A word is written twice in a row.

    Neural decoders loop when attention collapses on short inputs. A repetition that the source has
    too is a translation of it, not an error.
    """
    for match in _REPEATED.finditer(segment.hypothesis):
        first, rest = match.group(1), match.group(2).split()
        word = first.lower()
        if (word in _MAY_REPEAT and len(rest) < _LOOP) or (first[0].isupper() and all(w[0].isupper() for w in rest)):
            continue
        if segment.source and segment.source.lower().count(word) > 1:
            continue
        yield Hit(Span(*match.span()), fix=first)
