import html
import re
from collections.abc import Iterator
from html.entities import html5

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim, speaks_of_markup

_ENTITY = re.compile(
    r"""&\ ?(?:amp\ ?;\ ?)?                                   # &amp; & quot ; &amp;#39;
        (?:\#\ ?(?:\d{1,6}|[xX][0-9A-Fa-f]{1,5})|[A-Za-z][A-Za-z0-9]{1,30})\ ?;
      | &(?:nbsp|quot|amp)(?![\w=;])                          # the semicolon is lost
    """,
    re.VERBOSE,
)
# Spaced out ("A & B;"), only names that can be nothing else are entities.
_COMMON = frozenset(
    "amp nbsp quot apos lt gt mdash ndash hellip rsquo lsquo ldquo rdquo laquo raquo euro copy bull shy".split()
)


@detector(
    category=Category.TAG,
    severity=Severity.MINOR,
    confidence=0.98,
    touches=("tag", "number", "name", "url"),
    bad=[
        Example("Fish ⟦&amp;⟧ chips⟦& quot;⟧", fixed='Fish & chips"'),
        Example("It wasn⟦&#39;⟧t cold⟦&nbsp;⟧there.", fixed="It wasn't cold there."),
        Example("He said ⟦&amp;quot;⟧no⟦& quot ;⟧ twice.", fixed='He said "no" twice.'),
    ],
    good=[
        Example("AT&T; R&D; and B&B; see https://example.org/?a=1&amp;b=2 for more."),
        Example("In HTML, write &amp; for an ampersand."),
        Example("Tom &amp; Ann", source="Tom &amp; Anna"),
    ],
)
def entity_residue(segment: Segment) -> Iterator[Hit]:
    """A character stands in the text as a code of a web page.

    Text that is taken from a page and translated without decoding keeps `&amp;` and `&#39;`, and a
    tokeniser puts spaces into them. Names of entities: the HTML standard. One that the source has
    too belongs to the format.
    """
    text = segment.hypothesis
    if "&" not in text:
        return
    found = [m for m in _ENTITY.finditer(text) if not is_verbatim(text, *m.span())]
    if not found or speaks_of_markup(text):
        return
    for match in found:
        code = "".join(match.group().split())
        name = code.removeprefix("&amp;").strip("&;") or "amp"
        if segment.source and match.group() in segment.source:
            continue
        if not name.startswith("#") and (name not in _COMMON if " " in match.group() else name + ";" not in html5):
            continue
        char = html.unescape(f"&{name};").replace("\N{NO-BREAK SPACE}", " ").replace("\N{SOFT HYPHEN}", "")
        if not char or (char.startswith("&") and name != "amp"):
            continue
        how = UNSAFE if char in "<>" or not match.group().endswith(";") else None
        yield Hit(Span(*match.span()), fix=char, applicability=how)
