import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

# A run of mojibake is all beyond ASCII, but a no-break space may have become a space ("Ã " for "à").
_RUN = re.compile(r"[^\x00-\x7f]+")
_ASKED = re.compile(
    r"(?<![\w?])(?:(?P<not>(?:[Dd]o|[Dd]oes|[Dd]id|[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Hh]as|[Hh]ave|[Hh]ad|[Cc]ould|[Ww]ould|[Ss]hould|"
    r"[Cc]a|[Ww]o)n)\?t|(?P<word>I|[Yy]ou|[Ww]e|[Tt]hey|[Hh]e|[Ss]he|[Ii]t|[Tt]hat|[Ww]hat|[Tt]here)\?(?P<end>s|m|re|ve|ll|d))\b"
)
_SIGNS = re.compile("[ÃÂâåæçÐÑïÄÅÎÏØÙ√‚¬€\x80-\x9f\ufffd]")
_LONG, _RUN_MAX = 5000, 60
_LOST = re.compile("\N{REPLACEMENT CHARACTER}+")


@detector(
    category=Category.ENCODING,
    severity=Severity.MAJOR,
    confidence=0.97,
    touches=("name", "title", "number", "unit"),
    bad=[
        Example("The mayor⟦â€™⟧s caf⟦Ã©⟧ is open.", fixed="The mayor’s café is open."),
        Example("⟦â€œ⟧We won,⟦â€\x9d⟧ she said ⟦â€“⟧ twice.", fixed="“We won,” she said – twice."),
        Example("He ⟦didn?t⟧ know that ⟦it?s⟧ late.", fixed="He didn’t know that it’s late."),
        Example("The caf⟦\N{REPLACEMENT CHARACTER}⟧ is open."),
    ],
    good=[
        Example("São Paulo, Ångström, façade, naïve, Ærø, “ÂNGELA” and £5 ± €2."),
        Example("Did he know? It’s late, isn’t it?"),
        Example("The Âge and the à in à la carte – “voilà…”"),
    ],
)
def encoding(segment: Segment) -> Iterator[Hit]:
    """Characters were read in the wrong encoding.

    UTF-8 that is read as Windows-1252 turns ’ into â€™ and é into Ã©. ftfy (R. Speer) knows these
    forms and undoes them; it leaves text alone that is more likely right. A question mark in
    "didn?t" was an apostrophe. A replacement character (�) can't be undone: the letter is lost.
    """
    text = segment.hypothesis
    if "?" in text:
        for match in _ASKED.finditer(text):
            fix = f"{match['not']}’t" if match["not"] else f"{match['word']}’{match['end']}"
            how = UNSAFE if match["word"] in ("that", "what", "there", "it") and match["end"] == "d" else None
            yield Hit(Span(*match.span()), fix=fix, applicability=how)
    if text.isascii() or not _SIGNS.search(text):
        return
    for match in _LOST.finditer(text):
        yield Hit(Span(*match.span()), message="A letter was lost in a wrong encoding.")
    yield from _undone(text)


def _undone(text: str) -> Iterator[Hit]:
    """Yield each run of letters beyond ASCII that ftfy changes; surest where it changes the whole text too."""
    import ftfy  # 0.1 s: only where a suspicious letter stands

    # Its time grows with the square of a stretch that it can't undo.
    whole = ftfy.fix_encoding(text) if len(text) <= _LONG else text
    short = [m for m in _RUN.finditer(text) if len(m.group()) <= _RUN_MAX and not is_verbatim(text, *m.span())]
    runs = [(m, ftfy.fix_encoding(m.group())) for m in short]
    runs = [(match, fixed) for match, fixed in runs if fixed != match.group()]
    for match, fixed in runs:
        yield Hit(Span(*match.span()), fix=fixed, applicability=None if whole != text or len(runs) > 2 else UNSAFE)
    if runs or whole == text:
        return
    start = next(i for i, (a, b) in enumerate(zip(text, whole + "\0" * len(text), strict=False)) if a != b)
    tail = 0
    while tail < min(len(text), len(whole)) - start and text[-1 - tail] == whole[-1 - tail]:
        tail += 1
    yield Hit(Span(start, len(text) - tail), fix=whole[start : len(whole) - tail], applicability=UNSAFE)
