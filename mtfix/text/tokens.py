"""Words and sentences as spans. A library splits sentences; this keeps the offsets."""

from __future__ import annotations

import re
from functools import lru_cache

import sentencex

from mtfix.text.units import encodable
from mtfix.types import Span

# A number with its separators; an abbreviation with inner dots; a word, perhaps with an apostrophe; a sign.
_WORD = re.compile(
    r"""\d+(?:[.,:]\d+)*        # 1,000.5  11:30
      | \w+(?:\.\w+)+\.?        # U.S.  example.com
      | \w+(?:['\N{RIGHT SINGLE QUOTATION MARK}]\w+)?
      | [^\w\s]""",
    re.VERBOSE,
)


@lru_cache(maxsize=512)
def words(text: str) -> tuple[Span, ...]:
    """Return words, numbers and signs as spans.

    >>> [s.of("It's 1,000 km.") for s in words("It's 1,000 km.")]
    ["It's", '1,000', 'km', '.']
    """
    return tuple(Span(*m.span()) for m in _WORD.finditer(text))


@lru_cache(maxsize=512)
def sentences(text: str) -> tuple[Span, ...]:
    """Return sentences as spans, without the white space around them.

    >>> [s.of("He left. Mr. Smith stayed.") for s in sentences("He left. Mr. Smith stayed.")]
    ['He left.', 'Mr. Smith stayed.']
    >>> sentences("Half a \\ud800 character.")
    (Span(start=0, end=19),)
    """
    text, spans, at = encodable(text), [], 0
    for part in sentencex.segment("en", text):
        body = part.strip()
        if not body:
            continue
        # The library may normalise white space, so each part is looked up from where the last ended.
        start = text.find(body, at)
        if start < 0:
            return (Span(0, len(text)),) if text.strip() else ()
        spans.append(Span(start, start + len(body)))
        at = start + len(body)
    return tuple(spans)
