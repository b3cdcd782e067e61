import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Severity, Span, document_detector
from mtfix.text.verbatim import is_verbatim, speaks_of_markup

_NAMES = (
    "abbr|article|aside|a|blockquote|br|big|b|center|code|del|div|em|figcaption|figure|font|footer|header|hr|h[1-6]|"
    "iframe|img|ins|i|li|mark|nav|ol|option|pre|p|script|section|small|span|strike|strong|style|sub|sup|svg|s|table|"
    "tbody|td|tfoot|thead|th|tr|ul|u|video|wbr"
)
_TAG = re.compile(
    rf"<(?P<a>\s?)(?P<close>/?)(?P<b>\s?)(?P<name>{_NAMES})(?P<attr>\s[^<>\n]{{0,300}})?(?P<void>\s?/\s?)?>",
    re.IGNORECASE,
)
_VOID = frozenset("br hr img wbr".split())
_FORM = frozenset("abbr b big code del em i ins mark s small strike strong sub sup u".split())
_ATTRIBUTES = re.compile(r"""\s+(?:[\w-]+\s*=\s*["'“”].*)?/?\s*""")


@document_detector(
    category=Category.TAG,
    severity=Severity.MAJOR,
    confidence=0.98,
    touches=("tag", "url", "number", "name"),
    bad=[
        Example("The harbour froze.⟦</p>⟧", fixed="The harbour froze."),
        Example("The harbour froze.⟦<br>⟧Nobody sailed.", fixed="The harbour froze. Nobody sailed."),
        Example("The ⟦< b >⟧old⟦< / b >⟧ harbour", fixed="The <b>old</b> harbour", source="Der <b>alte</b> Hafen"),
        Example("⟦<p>⟧The harbour froze.⟦</p>⟧", fixed="The harbour froze."),
        Example("It was ⟦< em >⟧very⟦< / em >⟧ cold.", fixed="It was very cold."),
    ],
    good=[
        Example("Press <b>Save</b> to go on.", source="Drücken Sie <b>Speichern</b>."),
        Example("In HTML a line ends with <br> and a paragraph with </p>."),
        Example("If a < b > c, stop; write `<br>` here; x <y and z> w."),
    ],
)
def tag_residue(document: Document) -> Iterator[Hit]:
    """A tag of a web page stands in the text, or is broken.

    Tags come along when a page is cut into sentences, and a tokeniser puts spaces into them. A tag
    that the source has gets its form back; one that it lacks, or that has no partner, is deleted. A
    pair of whole tags may be meant (software strings, a page's own code): a hint if it is one of
    form (b, i), else its deletion is proposed. In a document that is a page's code, with several
    attributes or with pairs over several lines, all whole tags are hints.
    """
    found = []
    for index, segment in enumerate(document.segments):
        text = segment.hypothesis
        if "<" not in text or ">" not in text:
            continue
        tags = [m for m in _TAG.finditer(text) if _looks_like_tag(m) and not is_verbatim(text, *m.span())]
        if tags and not speaks_of_markup(text):
            found += [(index, m) for m in tags]
    paired, over_lines = _paired(found)
    page = over_lines or sum("=" in (m["attr"] or "") for _, m in found) > 2
    for index, match in found:
        segment = document.segments[index]
        source, span = segment.source or "", Span(*match.span())
        if match.group() in source:
            continue
        spaced = bool(match["a"] or match["b"] or (match["attr"] or "").isspace())
        form = _form(match, source)
        if form is not None:
            yield Hit(span, fix=form, segment=index)
        elif not spaced and (page or (index, match.start()) in paired):
            hint = page or match["name"].lower() in _FORM
            yield Hit(span, fix="", segment=index, applicability=UNSAFE, hint=hint)
        elif not spaced or (index, match.start()) in paired or match["close"]:
            yield Hit(span, segment=index, edits=(_deleted(segment.hypothesis, match),))


def _form(match: re.Match[str], source: str) -> str | None:
    """Return the tag as the source writes it, if it does."""
    closed = f"<{match['close']}{match['name']}{(match['attr'] or '').rstrip()}{'/' if match['void'] else ''}>"
    at = source.lower().find(closed.lower())
    return source[at : at + len(closed)] if at >= 0 else None


def _looks_like_tag(match: re.Match[str]) -> bool:
    """Say whether it is a tag and not arithmetic: what follows the name must be attributes."""
    return _ATTRIBUTES.fullmatch(match["attr"] or " ") is not None


def _paired(found: list[tuple[int, re.Match[str]]]) -> tuple[set[tuple[int, int]], bool]:
    """Return the places (segment, start) of tags that have a partner, and whether a pair spans segments."""
    pending: dict[str, list[tuple[int, int]]] = {}
    paired: set[tuple[int, int]] = set()
    over_lines = False
    for index, match in found:
        name = match["name"].lower()
        if name in _VOID or match["void"]:
            continue
        if not match["close"]:
            pending.setdefault(name, []).append((index, match.start()))
        elif pending.get(name):
            partner = pending[name].pop()
            over_lines = over_lines or partner[0] != index
            paired |= {partner, (index, match.start())}
    return paired, over_lines


def _deleted(text: str, match: re.Match[str]) -> tuple[Span, str]:
    """Return the edit that deletes a tag: a space stays where it parted words, one goes where it had two."""
    start, end = match.span()
    before, after = text[start - 1 : start], text[end : end + 1]
    if before == " " and (match["close"] or match["void"]) and (after in " .,;:!?" or not after):
        start -= 1
    elif after == " " and (before in ' (“"' or not before):
        end += 1
    return Span(start, end), _instead(text, match)


def _instead(text: str, match: re.Match[str]) -> str:
    """Return a space where a tag parted two words or sentences, else nothing."""
    before, after = text[: match.start()], text[match.end() :]
    block = match["name"].lower() in ("br", "p", "div", "li", "hr", "td", "tr", "h1", "h2", "h3", "h4", "blockquote")
    return (
        " " if block and before.strip() and after.strip() and before[-1] != " " and after[0] not in " <,.;:!?" else ""
    )
