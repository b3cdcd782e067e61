from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Severity, Span, document_detector
from mtfix.text.quotes import CLOSING, OPENING, STRAIGHT, marks


@document_detector(
    category=Category.QUOTES,
    severity=Severity.NEUTRAL,
    confidence=0.8,
    applicability=UNSAFE,
    hint=True,
    bad=[
        Example(
            '“Yes,” he said. “No,” she said.\nThey spoke of ⟦"⟧rain⟦"⟧.',
            fixed="“Yes,” he said. “No,” she said.\nThey spoke of “rain”.",
        ),
        Example(
            '"Yes," he said, "or no."\nThey spoke of ⟦“⟧rain⟦”⟧.',
            fixed='"Yes," he said, "or no."\nThey spoke of "rain".',
        ),
    ],
    good=[
        Example('"Yes," he said, "or no."\nThey spoke of "rain".'),
        Example('“Yes,” he said of the 40" screen.'),
    ],
)
def mixed_quotes(document: Document) -> Iterator[Hit]:
    """Straight and curly quotation marks are mixed in one document.

    Sentences that are translated apart come back with different marks. Careful papers mix them too
    (headlines, pasted tweets), so this is a hint; the rarer kind becomes the other.
    """
    found = [(i, m) for i, s in enumerate(document.segments) for m in marks(s.hypothesis)]
    straight = [pair for pair in found if pair[1].char == STRAIGHT]
    if not straight or len(straight) == len(found):
        return
    to_straight = 2 * len(straight) > len(found)
    for index, mark in found if to_straight else straight:
        if to_straight and mark.char == STRAIGHT:
            continue
        fix = STRAIGHT if to_straight else OPENING if mark.role == "open" else CLOSING
        yield Hit(Span(mark.at, mark.at + 1), fix=fix, segment=index)
