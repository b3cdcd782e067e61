import re
from collections.abc import Iterator

from mtfix.detect.api import (
    DISPLAY_ONLY,
    SAFE,
    UNSAFE,
    Category,
    Example,
    Hit,
    Segment,
    Settings,
    Severity,
    Span,
    detector,
)
from mtfix.lang.organisations import Organisation, organisations

# A capitalised word before or after shows a longer official name: "Food and Agriculture Organization of the
# United Nations", "United Nations Organization Stabilization Mission".
_LONGER_BEFORE = re.compile(r"(?:[A-Z][\w’'-]+(?: and| of| for| the)?|\band) $")
_LONGER_AFTER = re.compile(r"^ (?:for |of the |of )?[A-Z][a-z]+")
_OPENER = re.compile(r"(?:^|[.!?:;“\"(\n] ?)[A-Z][a-z]+(?: the| of| for)? $")
_AFTER_OK = re.compile(
    r"^ (?:for Refugees|for Human Rights|of (?:Russia|the Russian|Ukraine|the (?:USA?|UK|UN|United)|Great Britain)\b)"
)
_TRUST = {"safe": (SAFE, 0.95), "unsafe": (UNSAFE, 0.7), "hint": (DISPLAY_ONLY, 0.5)}


@detector(
    category=Category.WRONG_TERM,
    severity=Severity.MINOR,
    confidence=0.95,
    touches=("name",),
    bad=[
        Example(
            "The ⟦World Organization of Health⟧ sent doctors.", fixed="The World Health Organization sent doctors."
        ),
        Example("He wrote to the ⟦US Ministry of Defense⟧.", fixed="He wrote to the US Defense Department."),
        Example(
            "A loan from the ⟦International Monetary Foundation⟧.", fixed="A loan from the International Monetary Fund."
        ),
    ],
    good=[
        Example("The Food and Agriculture Organization of the United Nations warned of famine."),
        Example("The United Nations Organization Stabilization Mission in Congo left."),
        Example("The world organization of health workers met in Geneva."),
        Example("The Ministry of Defense in Warsaw said so."),
    ],
)
def organisation_name(segment: Segment, settings: Settings) -> Iterator[Hit]:
    """An official name is rendered word by word.

    A body has one name in English, which an engine that meets its name in another language may build
    anew from the words: "World Organization of Health". The names, with the body's own usage as
    source, are in mtfix/lang/organisations.tsv. Silent inside a longer official name.
    """
    text = segment.hypothesis
    keep = {name.lower() for name in settings.keep}
    for organisation, span in organisations().find(text):
        if organisation.wrong.lower() in keep or _is_longer(text, organisation, span):
            continue
        trust, sure = _TRUST[organisation.trust]
        right = organisation.right.upper() if span.of(text).isupper() else organisation.right
        said = f"“{organisation.wrong}” is a word-by-word rendering: the usual name is “{organisation.right}”."
        edits = _plain_article(text, right, span)
        yield Hit(span, right, said, edits=edits, applicability=trust, confidence=sure, hint=trust is DISPLAY_ONLY)


def _is_longer(text: str, organisation: Organisation, span: Span) -> bool:
    before, after = text[max(0, span.start - 40) : span.start], text[span.end : span.end + 40]
    generic = organisation.wrong.startswith(("Organi", "Commission", "Council", "Committee", "Ministry", "Parliament"))
    if _LONGER_AFTER.search(after) and not _AFTER_OK.search(after):
        # After a title such as "US Defense Minister" a person's name may follow.
        return not organisation.wrong.endswith(("Minister", "Secretary", "State", "Affairs", "Defense", "Defence"))
    return bool(generic and _LONGER_BEFORE.search(before) and not _OPENER.search(before))


def _plain_article(text: str, right: str, span: Span) -> tuple[tuple[Span, str], ...]:
    """Return an edit of "a" or "an" before the name where its first sound changes."""
    match = re.search(r"\b(a|an) $", text[max(0, span.start - 4) : span.start])
    if not match:
        return ()
    wanted = "an" if right[0] in "AEIO" and not right.startswith("Euro") else "a"
    start = span.start - len(match.group())
    return () if wanted == match.group(1) else ((Span(start, start + len(match.group(1))), wanted),)
