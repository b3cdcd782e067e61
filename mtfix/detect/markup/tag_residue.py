import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
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
_ATTRIBUTES = re.compile(r"""\s+(?:[\w-]+\s*=\s*["'“”].*)?/?\s*""")


@detector(
    category=Category.TAG,
    severity=Severity.MAJOR,
    confidence=0.98,
    touches=("tag", "url", "number", "name"),
    bad=[
        Example("The harbour froze.⟦</p>⟧", fixed="The harbour froze."),
        Example("The harbour froze.⟦<br>⟧Nobody sailed.", fixed="The harbour froze. Nobody sailed."),
        Example("The ⟦< b >⟧old⟦< / b >⟧ harbour", fixed="The <b>old</b> harbour", source="Der <b>alte</b> Hafen"),
        Example("It was ⟦< em >⟧very⟦< / em >⟧ cold.", fixed="It was very cold."),
    ],
    good=[
        Example("Press <b>Save</b> to go on.", source="Drücken Sie <b>Speichern</b>."),
        Example("In HTML a line ends with <br> and a paragraph with </p>."),
        Example("If a < b > c, stop; write `<br>` here; x <y and z> w."),
    ],
)
def tag_residue(segment: Segment) -> Iterator[Hit]:
    """A tag of a web page stands in the text, or is broken.

    Tags come along when a page is cut into sentences, and a tokeniser puts spaces into them. A tag
    that the source has gets its form back; one that it lacks, or that has no partner, is deleted. A
    pair of whole tags may be meant (software strings): shown as a hint.
    """
    text = segment.hypothesis
    if "<" not in text or ">" not in text:
        return
    tags = [m for m in _TAG.finditer(text) if _looks_like_tag(m) and not is_verbatim(text, *m.span())]
    if not tags or speaks_of_markup(text):
        return
    source = segment.source or ""
    paired = _paired(tags)
    for match in tags:
        span, spaced = Span(*match.span()), bool(match["a"] or match["b"] or (match["attr"] or "").isspace())
        closed = f"<{match['close']}{match['name']}{(match['attr'] or '').rstrip()}{'/' if match['void'] else ''}>"
        if match.group() in source:
            continue
        if closed in source or closed.lower() in source.lower():
            at = source.lower().index(closed.lower())
            yield Hit(span, fix=source[at : at + len(closed)])
        elif match.start() in paired and spaced and "/" not in text:
            continue
        elif match.start() in paired and not spaced:
            yield Hit(span, fix="", applicability=UNSAFE, hint=True)
        elif not spaced or match.start() in paired or match["close"]:
            yield Hit(span, edits=(_deleted(text, match),))


def _looks_like_tag(match: re.Match[str]) -> bool:
    """Say whether it is a tag and not arithmetic: what follows the name must be attributes."""
    return _ATTRIBUTES.fullmatch(match["attr"] or " ") is not None


def _paired(tags: list[re.Match[str]]) -> set[int]:
    """Return the starts of tags that have their partner in the segment."""
    open_tags: dict[str, list[int]] = {}
    paired: set[int] = set()
    for match in tags:
        name = match["name"].lower()
        if name in _VOID or match["void"]:
            continue
        if not match["close"]:
            open_tags.setdefault(name, []).append(match.start())
        elif open_tags.get(name):
            paired |= {open_tags[name].pop(), match.start()}
    return paired


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
