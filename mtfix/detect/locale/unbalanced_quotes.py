import re
from collections.abc import Iterator, Sequence

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Segment, Severity, Span, document_detector
from mtfix.text.quotes import CLOSING, OPENING, STRAIGHT, Mark, flipped, marks, tails

_OPENERS = (STRAIGHT, OPENING, "„", "«", "'", "‘")
_SPEAKER = re.compile(
    r"(?:[\w.’'-]+ ){1,4}(?:said|says|told|tells|added|adds|asked|asks|wrote|writes|noted|stressed)\b"
)


@document_detector(
    category=Category.QUOTES,
    severity=Severity.MINOR,
    confidence=0.75,
    applicability=UNSAFE,
    bad=[
        Example("The mayor said: ⟦“⟧We will rebuild.", fixed="The mayor said: “We will rebuild.”"),
        Example('The parents ⟦"⟧meeting was long.', fixed="The parents' meeting was long."),
        Example("We will rebuild,⟦”⟧ the mayor said."),
    ],
    good=[
        Example("“We will rebuild.\n“The old one was weak.”"),
        Example("“We will rebuild,” the mayor said. “The old one was weak.”"),
        Example('He is 6\'2" tall, and his screen is 40" wide.'),
        Example('He said: "We', source='Er sagte: "Wir'),
    ],
)
def unbalanced_quotes(document: Document) -> Iterator[Hit]:
    """A quotation mark has no partner.

    Marks get lost when a quotation is split into sentences for translation, or when the system
    leaves one out. In a quotation of several paragraphs each opens with a mark and only the last
    closes; inch marks and apostrophes are not quotation marks. A source with an odd number of marks
    explains an odd number here. Russian MT also writes a quotation mark for a plural's apostrophe.
    """
    was_open = False
    for index, segment in enumerate(document.segments):
        text = segment.hypothesis
        found = marks(text)
        if not found:
            was_open = was_open and not text.strip()
            continue
        lost, is_open = _lost(found, was_open=was_open)
        goes_on = is_open and _next_opens(document.segments, index)
        was_open = is_open
        if goes_on and lost and lost[-1].role == "open":
            lost = lost[:-1]
        if not lost or flipped(text) or tails(text) or "„" in text or _odd_in_source(segment):
            continue
        # A mark that begins the segment opens one of several paragraphs, whose end may be elsewhere.
        if len(lost) > 2 or (lost[0].role == "open" and not text[: lost[0].at].strip()):
            continue
        for mark in lost:
            yield Hit(Span(mark.at, mark.at + 1), segment=index, edits=_edits(text, mark, found[-1]))


def _edits(text: str, mark: Mark, last: Mark) -> tuple[tuple[Span, str], ...]:
    """Return the likely repair: an apostrophe after a plural, or a closing mark at the end."""
    after = text[mark.at + 1 : mark.at + 60]
    if mark.role != "open" or not after or not (after[0].isalnum() or after[0] in "([¿¡"):
        return ()
    curly = mark.char != STRAIGHT
    if text[mark.at - 2 : mark.at] == "s " and text[mark.at + 1 : mark.at + 2].islower() and mark is last:
        return ((Span(mark.at - 1, mark.at + 1), "’ " if curly else "' "),)
    end = len(text.rstrip())
    before = text[mark.at - 2 : mark.at - 1]
    if before in ",.?!" and (after[0].islower() or _SPEAKER.match(after)):
        return ()  # "..., "he said": it closes a quotation whose opening mark is lost
    if mark is last and text[end - 1] in ".!?…" and len(text) - mark.at < 300 and text[mark.at - 1] == " ":
        return ((Span(end, end), CLOSING if curly else STRAIGHT),)
    return ()


def _lost(found: Sequence[Mark], *, was_open: bool) -> tuple[list[Mark], bool]:
    """Return the marks without a partner, and whether a quotation is open at the end."""
    lost: list[Mark] = []
    pending: list[Mark] = []
    for mark in found:
        if mark.role == "open":
            pending.append(mark)
        elif pending:
            pending.pop()
        elif not (was_open and mark is found[0]):
            lost.append(mark)
    return sorted([*lost, *pending], key=lambda m: m.at), bool(pending)


def _next_opens(segments: Sequence[Segment], index: int) -> bool:
    following = (s.hypothesis.lstrip() for s in segments[index + 1 :])
    return next((text.startswith(_OPENERS) for text in following if text), False)


def _odd_in_source(segment: Segment) -> bool:
    source = segment.source or ""
    return bool(source) and sum(source.count(c) for c in '"“”„«»「」‟') % 2 == 1
