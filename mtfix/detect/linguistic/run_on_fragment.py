import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_OPENERS = "where|which|who|whose|whom|and|but|or|because|although|though|while|whereas|when|if|that|than"
_OPENERS += "|of|with|to|for|in|as|so"
_FRAGMENT = re.compile(
    rf"(?<=[a-z]{{4}})(?P<stop>\.\s+)(?P<fragment>(?P<word>{_OPENERS})\s[^.!?…“”\"]{{3,150}})(?P<end>[.!?…”\"]|$)"
)
_SUBORDINATE = frozenset(
    "where which who whose whom because although though while whereas when if that than and but".split()
)


@detector(
    category=Category.PUNCTUATION,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "They reached the river⟦. where⟧ the bridge had been.",
            fixed="They reached the river, where the bridge had been.",
        ),
        Example(
            "He wrote a letter⟦. because⟧ nobody had called.", fixed="He wrote a letter, because nobody had called."
        ),
    ],
    good=[
        Example("They reached the river, where the bridge had been."),
        Example("Bring tools, paper etc. and a pen. Where they are is clear."),
        Example("He works for Acme Corp. and for nobody else."),
        Example("It cost ten pounds approx. for each of them."),
    ],
)
def run_on_fragment(segment: Segment) -> Iterator[Hit]:
    """A part of a sentence stands alone after a full stop, in lower case.

    "... the territory. where that might lead": the source's clause was cut in two, or the decoder closed
    the sentence too soon. The stop becomes a comma. After a closing quotation mark the fault is
    another one, of the quotation. A text without capitals is left alone.
    """
    text = segment.hypothesis
    if ". " not in text:
        return
    for match in _FRAGMENT.finditer(text):
        before = text[max(0, match.start() - 12) : match.start()].split()
        if not before or before[-1].lower().rstrip(".") in _ABBREVIATED or before[-1][0].isupper():
            continue
        if not text[:1].isupper() and text[:1] not in "“\"'‘(":
            continue
        word = match["word"]
        comma = ", " if word in _SUBORDINATE and word != "that" else " "
        yield Hit(Span(match.start("stop"), match.end("word")), fix=comma + word)


_ABBREVIATED = frozenset("dept approx appt assoc corp univ govt capt prof resp incl excl max min fig vols pops".split())
