import re
from collections.abc import Iterator

from mtfix.detect.api import DISPLAY_ONLY, Category, Example, Hit, Segment, Severity, Span, detector

_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"://|www\.|@")
_ENGLISH = frozenset(
    "the of and to in a is that for on was with as it by at from be are this an or have has not which were but his "
    "he they their will its you we she her had been who would there all one more can if about no up out so said".split()
)


@detector(
    category=Category.UNTRANSLATED,
    severity=Severity.CRITICAL,
    confidence=0.9,
    applicability=DISPLAY_ONLY,
    bad=[
        Example(
            "⟦Der Minister sprach gestern mit den Bauern.⟧",
            source="Der Minister sprach gestern mit den Bauern.",
            source_lang="de",
        ),
        Example("⟦Министр вчера говорил с крестьянами.⟧", source="Министр вчера говорил с крестьянами."),
    ],
    good=[
        Example("Real Madrid, FC Porto, Ajax", source="Real Madrid, FC Porto, Ajax", source_lang="es"),
        Example("The minister spoke with farmers.", source="The minister spoke with farmers."),
        Example("The minister spoke yesterday.", source="Der Minister sprach gestern.", source_lang="de"),
        Example("www.example.org 2020", source="www.example.org 2020", source_lang="ru"),
    ],
)
def source_copied(segment: Segment) -> Iterator[Hit]:
    """The source is copied instead of translated.

    Engines copy what they don't know, whole sentences among them (learned from untranslated pairs in
    their training text). Shown where four in five of the words that are not names are the
    source's own, and are not English. Needs a source.
    """
    source, text = segment.source, segment.hypothesis.strip()
    if not source or not text or segment.source_lang.startswith("en") or not 0.6 < len(text) / len(source) < 1.6:
        return
    words = _WORD.findall(" ".join(part for part in text.split() if not _ADDRESS.search(part)))
    small = [w for w in words if not w[0].isupper()]
    if len({w.lower() for w in small}) < 4 or sum(w.lower() in _ENGLISH for w in words) > 0.2 * len(words):
        return
    theirs = {w.lower() for w in _WORD.findall(source)}
    if sum(w.lower() in theirs for w in small) < 0.8 * len(small):
        return
    start = segment.hypothesis.find(text)
    yield Hit(Span(start, start + len(text)))
