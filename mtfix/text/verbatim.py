"""Text that is quoted or spoken of as it stands: code, URLs, sentences about markup. No repair there."""

from __future__ import annotations

import re
from functools import lru_cache

_VERBATIM = re.compile(r"`[^`\n]+`|(?:https?://|www\.)[^\s<>\"”\[\]]+|[\w.+-]+@[\w-]+\.[\w.-]*\w")
_ABOUT_MARKUP = re.compile(
    r"\b(?:HTML|XML|BBCode|[Mm]arkup|[Mm]arkdown|[Ww]ikitext|[Pp]laceholders?|[Tt]emplating|[Mm]ustache|[Hh]andlebars|"
    r"[Ss]yntax|[Ee]scap(?:e|ed|ing) (?:sequence|character)s?|[Ff]ormat (?:string|specifier)s?|"
    r"(?:opening|closing|open|close) tags?|printf|regex)\b"
)


@lru_cache(maxsize=64)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(m.span() for m in _VERBATIM.finditer(text))


def is_verbatim(text: str, start: int, end: int) -> bool:
    """Say whether a stretch lies in code, a URL or an e-mail address.

    >>> is_verbatim("Write `a  b` here.", 8, 10)
    True
    """
    return any(a < end and start < b for a, b in _spans(text))


def speaks_of_markup(text: str) -> bool:
    """Say whether the text explains markup, so that a tag or placeholder in it is its subject.

    >>> speaks_of_markup("In HTML, a line ends with <br>.")
    True
    """
    return _ABOUT_MARKUP.search(text) is not None
