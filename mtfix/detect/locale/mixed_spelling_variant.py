import re
from collections.abc import Iterator

from mtfix.detect.api import SAFE, UNSAFE, Category, Document, Example, Hit, Settings, Severity, Span, document_detector
from mtfix.lang.spelling import Variant, variants
from mtfix.text.protect import protected
from mtfix.text.verbatim import is_verbatim

_WORD = re.compile(r"[a-z]{4,}")
_NAMES = {"uk": "British", "us": "American"}


@document_detector(
    category=Category.SPELLING_VARIANT,
    severity=Severity.MINOR,
    confidence=0.9,
    applicability=UNSAFE,
    bad=[
        Example(
            "The neighbours chose a colour.\nThe ⟦center⟧ is grey.",
            fixed="The neighbours chose a colour.\nThe centre is grey.",
        ),
        Example(
            "They ⟦traveled⟧ to the centre.", fixed="They travelled to the centre.", settings=Settings(variant="uk")
        ),
        Example("⟦Colours⟧ were ⟦analysed⟧.", fixed="Colors were analyzed.", settings=Settings(variant="us")),
    ],
    good=[
        Example("The neighbours chose a grey colour and organized a meeting.\nThey spoke of Pearl Harbor."),
        Example("The Labour Party and the Ministry of Defence agreed.", settings=Settings(variant="us")),
        Example("The color was gray."),
    ],
)
def mixed_spelling_variant(document: Document, settings: Settings) -> Iterator[Hit]:
    """British and American spellings are mixed.

    Systems are trained on both, and each sentence picks one. With the setting `variant` the other
    spelling is put right; without it the rarer one of the document is flagged. Names keep theirs
    (Pearl Harbor, Labour Party). -ize is right in both. The families are in lang/spelling.toml.
    """
    table = variants()
    keys = table.keys()
    found: list[tuple[int, re.Match[str], Variant]] = []
    for index, segment in enumerate(document.segments):
        low = segment.hypothesis.lower()
        if keys.isdisjoint(_WORD.findall(low)):
            continue
        for match in _WORD.finditer(low):
            variant = table.get(match.group())
            if variant and _common(segment.hypothesis, match, settings):
                found.append((index, match, variant))
    wanted = settings.variant or _majority(found)
    if not wanted:
        return
    for index, match, variant in found:
        if variant.variant == wanted:
            continue
        text = document.segments[index].hypothesis
        word = text[match.start() : match.end()]
        message = f"“{word}” is {_NAMES[variant.variant]} spelling" + (
            "." if settings.variant else f"; the text is {_NAMES[wanted]} elsewhere."
        )
        yield Hit(
            Span(*match.span()),
            fix=_cased(word, variant.other),
            message=message,
            segment=index,
            applicability=SAFE if settings.variant else None,
        )


def _majority(found: list[tuple[int, re.Match[str], Variant]]) -> str:
    """Return the variant of most words; of the first one where they are as many. "" if there is but one."""
    kinds = [variant.variant for _, _, variant in found]
    british = kinds.count("uk")
    if not kinds or british in (0, len(kinds)):
        return ""
    if 2 * british == len(kinds):
        return kinds[0]
    return "uk" if 2 * british > len(kinds) else "us"


def _common(text: str, match: re.Match[str], settings: Settings) -> bool:
    """Say whether the word is no name, no part of a hyphened or dotted form, and not to be kept."""
    start, end = match.span()
    if len(text.lower()) != len(text) or is_verbatim(text, start, end):
        return False
    if text[start].isupper() and (
        any(p.kind in ("name", "title") and p.span.start < end and start < p.span.end for p in protected(text))
        or text[end : end + 2].strip()[:1].isupper()
        or text[start:end].isupper()
    ):
        return False
    if (
        text[start:end].isupper()
        or text[start - 1 : start] in ("@", "#", "/", ".", "_", "-")
        or text[end : end + 1] in ("_", "@")
    ):
        return False
    return text[start:end] not in settings.keep


def _cased(word: str, other: str) -> str:
    return other.capitalize() if word[0].isupper() else other
