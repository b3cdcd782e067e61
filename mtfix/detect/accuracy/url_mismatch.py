import re
from collections.abc import Iterator

from rapidfuzz.distance import Levenshtein

from mtfix.detect.api import DISPLAY_ONLY, SAFE, Category, Example, Hit, Segment, Severity, Side, Span, detector

_URL = re.compile(
    r"""(?:https?://|www\.)[^\s<>"“”()\[\]\u3000-\u9fff\u0400-\u04ff]*[\w/]
      | (?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}""",
    re.VERBOSE | re.ASCII,
)
# What an engine makes of a URL: spaces let in around the signs.
_BROKEN = re.compile(
    r"(?:https?\s?:\s?/\s?/\s?|www\s?\.\s?)[\w-]+(?:\s?\\?\s?[./?=&_-]\s?[\w-]+)*(?:\s?/(?!\w))?"
    r"|(?<![\w.+-])[\w.+-]{1,64}\s?@\s?[\w-]+(?:\s?\.\s?[\w-]+)+",
    re.ASCII,
)


@detector(
    category=Category.DO_NOT_TRANSLATE,
    severity=Severity.MAJOR,
    confidence=0.97,
    applicability=SAFE,
    touches=("url", "name"),
    bad=[
        Example(
            "See ⟦https: // example.org / news⟧ now.",
            fixed="See https://example.org/news now.",
            source="Siehe https://example.org/news jetzt.",
        ),
        Example(
            "Write to ⟦info@exmple.org⟧.", fixed="Write to info@example.org.", source="Пишите на info@example.org."
        ),
    ],
    good=[
        Example("See https://example.org/news now.", source="Siehe https://example.org/news jetzt."),
        Example("See www.example.org.", source="Siehe http://www.example.org/."),
        Example("See our site.", source="См. наш сайт."),
    ],
)
def url_mismatch(segment: Segment) -> Iterator[Hit]:
    """An address of the source comes out changed, or not at all.

    Engines cut addresses into pieces, put spaces in, translate words of the path. An address is to be
    copied sign by sign. Needs a source.
    """
    if not segment.source or ("." not in segment.source):
        return
    ours = list(_URL.finditer(segment.source))
    text = segment.hypothesis
    lost = [m for m in ours if _core(m.group()) not in text]
    kept = [m.group() for m in ours if m not in lost]
    broken = [m for m in _BROKEN.finditer(text) if not any(_core(k) in m.group() for k in kept)]
    for url in lost:
        match = min(broken, key=lambda m: _distance(m.group(), url.group()), default=None)
        if match is not None and _distance(match.group(), url.group()) <= max(2, len(url.group()) // 4):
            broken.remove(match)
            yield Hit(Span(*match.span()), url.group(), f"The address in the source is {url.group()}.")
        elif _core(url.group()).lower() not in re.sub(r"\s", "", text).lower():
            said = f"The address {url.group()} of the source is missing."
            yield Hit(Span(*url.span()), None, said, side=Side.SOURCE, applicability=DISPLAY_ONLY, confidence=0.8)


def _core(url: str) -> str:
    return re.sub(r"^https?://", "", url).rstrip("/")


def _distance(one: str, other: str) -> int:
    return Levenshtein.distance(re.sub(r"\s", "", one).lower(), other.lower())
