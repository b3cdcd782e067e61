import re
from collections import Counter
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Document, Example, Hit, Severity, Span, document_detector
from mtfix.text.tokens import sentences

_LONG = 6  # words: a shorter sentence may be meant twice
_SHORT, _OFTEN = 4, 3  # words, times: but hardly so often
_PARAGRAPH = 12
_SPACE = re.compile(r"\s+")


@document_detector(
    category=Category.DUPLICATION,
    severity=Severity.MAJOR,
    confidence=0.95,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "The bank opened a second branch in May. ⟦The bank opened a second branch in May.⟧ It closed in June.",
            fixed="The bank opened a second branch in May. It closed in June.",
        ),
        Example(
            "The council met on Monday and voted for the new school by a large majority.\n"
            "⟦The council met on Monday and voted for the new school by a large majority.⟧\nWork begins soon.",
        ),
    ],
    good=[
        Example("I was wrong. I was wrong. She was right."),
        Example("We will win. We will win. We will win it all."),
        Example("“We shall win this match today! We shall win this match today!” they sang."),
        Example("The shop is open.\nThe shop is open."),
    ],
)
def repeated_sentence(document: Document) -> Iterator[Hit]:
    """A sentence is repeated word for word.

    Loops of the decoder, and overlapping windows of a document that was cut for translation, give the
    same sentence twice. A long sentence that follows itself at once is taken out; a paragraph that
    repeats its neighbour, and a sentence that returns later in its paragraph, only on request.
    Questions, calls and quotations are left alone, and so is what the source repeats.
    """
    before, before_source = "", None
    for index, segment in enumerate(document.segments):
        text = segment.hypothesis
        bare = _SPACE.sub(" ", text).strip()
        same_source = segment.source is not None and segment.source == before_source
        if bare and bare == before and len(bare.split()) >= _PARAGRAPH and not same_source:
            yield Hit(Span(0, len(text)), fix="", message="The paragraph repeats the one before.", segment=index)
        before, before_source = bare, segment.source
        if text.count(". ") < 1:
            continue
        for hit in _inside(text, segment.source):
            yield Hit(hit.span, message=hit.message, edits=hit.edits, applicability=hit.applicability, segment=index)


def _inside(text: str, source: str | None) -> Iterator[Hit]:
    pieces = text.split(". ")
    if len(set(pieces)) == len(pieces) and not any(text.rstrip().endswith(f". {p}.") for p in pieces[:-1]):
        return
    spans = sentences(text)
    times = Counter(_SPACE.sub(" ", span.of(text)) for span in spans)
    seen: dict[str, int] = {}
    before = ""
    for number, span in enumerate(spans):
        said = _SPACE.sub(" ", span.of(text))
        first = seen.setdefault(said, number)
        last, before = before, said
        if first == number or said[-1] in "!?" or not said[0].isalnum():
            continue
        if len(said.split()) < (_SHORT if times[said] >= _OFTEN else _LONG):
            continue
        if _quoted(text, span.start) or (source and _repeats(source)):
            continue
        gone = Span(spans[number - 1].end, span.end)
        sure = said == last
        yield Hit(
            span,
            message="The sentence stands twice.",
            edits=((gone, ""),),
            applicability=Applicability.SAFE if sure else None,
        )


def _quoted(text: str, at: int) -> bool:
    left = text[:at]
    return left.count("“") > left.count("”") or left.count('"') % 2 == 1


def _repeats(source: str) -> bool:
    parts = [p.strip() for p in re.split(r"[.!?。！？।]\s*", source) if p.strip()]
    return len(set(parts)) < len(parts)
