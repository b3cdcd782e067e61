r"""Running text, pasted or of a .txt file: a segment is a line, which is a paragraph.

Blank lines, the white space around lines and the line ends themselves are the layout. Lines end at
\n, \r\n and \r only: the other characters that Unicode calls line ends (form feed, NEL, U+2028)
stand inside paragraphs in real files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mtfix.types import Document, Segment

# A line's body runs from its first to its last character that is not white space. The two ends are
# found apart, as a single pattern with a lazy middle would be slow on a long run of spaces.
_LINE = re.compile(r"[^\r\n]+")


def parse(text: str, *, name: str = "") -> Document:
    r"""Return the text as a document. Separators + segments == text.

    >>> document = parse("One.\n\n Two.\n")
    >>> [s.hypothesis for s in document.segments], document.layout
    (['One.', 'Two.'], ('', '\n\n ', '\n'))
    """
    segments: list[Segment] = []
    layout, at = [], 0
    for match in _LINE.finditer(text):
        line = match.group()
        body = line.strip()
        if not body:
            continue
        start = match.start() + len(line) - len(line.lstrip())
        layout.append(text[at:start])
        segments.append(Segment(body, id=str(len(segments))))
        at = start + len(body)
    return Document(tuple(segments), name=name, format="text", layout=(*layout, text[at:]))


def write(document: Document, post_edits: Sequence[str]) -> str:
    r"""Return the document with its post-edits in the places of its segments.

    A segment that a repair emptied goes with the separator after it, so that no hole remains; the
    last ones go with the separator before them.

    >>> write(parse("One.\n\n{{x}}\n\nTwo.\n"), ["One.", "", "Two."])
    'One.\n\nTwo.\n'
    """
    kept = [bool(post.strip()) or not s.hypothesis for s, post in zip(document.segments, post_edits, strict=True)]
    if not any(kept):
        return document.layout[0] if all(kept) else ""
    last = len(kept) - 1 - kept[::-1].index(True)
    out = [document.layout[0]]
    for index, post in enumerate(post_edits):
        if kept[index]:
            out.append(post)
            if index < last:
                out.append(document.layout[index + 1])
    return "".join([*out, document.layout[-1]])
