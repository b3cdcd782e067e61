import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim, speaks_of_markup

_TAG = re.compile(
    r"\[ ?(?P<close>/?) ?(?P<name>b|i|u|s|url|img|quote|size|color|colour|center|code|list|email|font|spoiler|youtube)"
    r"(?P<value> ?= ?[^\[\]\n]{1,200})? ?\]",
    re.IGNORECASE,
)


@detector(
    category=Category.TAG,
    severity=Severity.MINOR,
    confidence=0.98,
    touches=("url", "name", "number"),
    bad=[
        Example("The ⟦[b]⟧old⟦[/b]⟧ harbour", fixed="The old harbour"),
        Example("See ⟦[url=https://example.org]⟧our page⟦[/ url]⟧.", fixed="See our page."),
        Example("Read the ⟦[ b ]⟧rules⟦[ / b ]⟧!", fixed="Read the [b]rules[/b]!", source="Lies die [b]Regeln[/b]!"),
    ],
    good=[
        Example("“[I]t was late,” she wrote, “[b]ut nobody slept.”"),
        Example("Sort the list [i] and the quote [u]."),
        Example("Lies and [b]rules[/b]", source="Lügen und [b]Regeln[/b]"),
    ],
)
def bbcode_residue(segment: Segment) -> Iterator[Hit]:
    """A tag of a forum post stands in the text, or is broken.

    Forum posts are translated with their BBCode. A bracket counts only if its partner, or a value
    after "=", shows that it is a tag: an editor's "[b]ut" is not. A tag that the source has gets its
    form back. Names of tags: phpBB's manual.
    """
    text, source = segment.hypothesis, segment.source or ""
    if "[" not in text or "]" not in text:
        return
    tags = [m for m in _TAG.finditer(text) if not is_verbatim(text, m.start(), m.start() + 1)]
    closed = {m["name"].lower() for m in tags if m["close"]}
    if not (closed or any(m["value"] for m in tags)) or speaks_of_markup(text):
        return
    for match in tags:
        form = "".join(match.group().split())
        if match.group() in source or not (match["name"].lower() in closed or match["value"]):
            continue
        yield Hit(Span(*match.span()), fix=form if form in source else "")
