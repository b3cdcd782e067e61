import re
from collections.abc import Iterator

from mtfix.detect.api import DISPLAY_ONLY, Category, Example, Hit, Segment, Severity, Side, Span, detector

# English characters for one of the source: medians of 26,000 segments of WMT21 and MLQE-PE.
_RATIOS = (
    (re.compile(r"[\u4e00-\u9fff]"), 4.2),
    (re.compile(r"[\u3040-\u30ff]"), 2.0),
    (re.compile(r"[\uac00-\ud7a3]"), 2.2),
)
_OTHER = 1.05
_LETTERS = re.compile(r"[^\W\d_]")
_SHORT, _LONG = 0.45, 2.1  # of the expected length: below the 0.3rd and above the 99.5th percentile of real MT
_LEAST = 65  # expected characters: below that, lengths vary freely


@detector(
    category=Category.OMISSION,
    severity=Severity.MAJOR,
    confidence=0.7,
    applicability=DISPLAY_ONLY,
    bad=[
        # Too short is shown in the source: tests/test_source_side.py.
        Example(
            "⟦Rain fell on the town, on the town, on the town, on the town, on the town, on the town, on the town, on "
            "the town, on the town, on the town, on the town, on the town, on the town.⟧",
            source="В пятницу в городе шёл сильный дождь, и улицы были совсем пусты.",
        ),
        Example(
            "⟦A report, a report of the report, a report of the report, a report of the report, a report of the "
            "report, a report of the report, a report of the report, and so on, until the end of the report.⟧",
            source="Der Ausschuss hat gestern Abend lange über den Bericht beraten.",
        ),
    ],
    good=[
        Example("The minister came to town.", source="Der Minister kam in die Stadt."),
        Example("China will hold the conference in the city next year.", source="中国明年将在该市举行会议。"),
        Example("Hello.", source="Здравствуйте, дорогие друзья."),
    ],
)
def length_mismatch(segment: Segment) -> Iterator[Hit]:
    """The translation is far shorter or longer than the source lets expect.

    A decoder that stops early drops the rest of the sentence; one that loops adds words. The length
    to be expected is the source's, times four for Chinese, nearly three for Japanese. Shown in the
    source where the translation is too short. Needs a source.
    """
    source, text = segment.source, segment.hypothesis.strip()
    if not source or not text:
        return
    source = re.sub(r"https?://\S+", "", source)
    if len(_LETTERS.findall(source[:300])) < 0.5 * len(source[:300]):
        return
    expected = _expected(source.strip())
    if expected < _LEAST:
        return
    ratio = len(text) / expected
    if ratio < _SHORT:
        said = f"The translation has about {ratio:.0%} of the length to be expected: something may be missing."
        yield Hit(Span(0, len(segment.source or "")), None, said, side=Side.SOURCE)
    elif ratio > _LONG:
        start = segment.hypothesis.find(text)
        said = f"The translation is {ratio:.1f} times as long as to be expected: something may be added."
        yield Hit(Span(start, start + len(text)), None, said, category=Category.ADDITION)


def _expected(source: str) -> float:
    rest, total = len(source), 0.0
    for script, ratio in _RATIOS if not source.isascii() else ():
        found = len(script.findall(source))
        total += ratio * found
        rest -= found
    return total + _OTHER * rest
