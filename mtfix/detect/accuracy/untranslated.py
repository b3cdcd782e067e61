import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

# Letters of scripts that English running text is not written in. Greek is taken from two letters on: "α-particles".
_SCRIPTS = (
    r"\u0400-\u052f"  # Cyrillic
    r"\u0530-\u058f\u10a0-\u10ff"  # Armenian, Georgian
    r"\u0590-\u06ff\u0750-\u077f\ufb1d-\ufdff\ufe70-\ufefc"  # Hebrew, Arabic
    r"\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1200-\u137f\u1780-\u17ff"  # South and South-East Asia, Ethiopic
    r"\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"  # Hangul, kana, Han
)
_RUN = re.compile(
    rf"""(?<![A-Za-z0-9])                       # a word of mixed letters is another fault
    (?:[{_SCRIPTS}]|[\u0370-\u03ff]{{2}})[{_SCRIPTS}\u0370-\u03ff\u0300-\u036f'’-]*
    (?:[ ,\u3000-\u303f\uff00-\uffef]{{1,3}}[{_SCRIPTS}\u0370-\u03ff][{_SCRIPTS}\u0370-\u03ff\u0300-\u036f'’-]*)*
    (?![A-Za-z0-9])""",
    re.VERBOSE,
)
_OPENERS = "([{“„«\"'‘《「『<【（"
# What says that the foreign word is meant as such.
_MENTION = re.compile(
    r"(?:call(?:ed|s)?|named?|means?|meaning|words?|characters?|letters?|writ(?:ten|es)|spell(?:ed|s)|pronounced|script|"
    r"hashtag|known as|Chinese|Russian|Ukrainian|Arabic|Hebrew|Japanese|Korean|Greek|Hindi|Cyrillic|sign|term|from|"
    r"original|native name|or|/|=|:)[\s:,]*$",
    re.IGNORECASE,
)


@detector(
    category=Category.UNTRANSLATED,
    severity=Severity.MAJOR,
    confidence=0.95,
    applicability=Applicability.DISPLAY_ONLY,
    bad=[
        Example("The mayor said that the ⟦тариф⟧ will rise in May."),
        Example("They drank ⟦牛奶⟧ and left."),
        Example("He went to the ⟦рынок за хлебом⟧ with his son."),
    ],
    good=[
        Example("The dish is called борщ in Ukraine."),
        Example("Kharkiv (Харків) lies in the east."),
        Example("An α-particle lost 5 μm; the angle Δ was small."),
        Example("The banner read “Слава” in red letters."),
    ],
)
def untranslated(segment: Segment) -> Iterator[Hit]:
    """A word in another script has been left in the English text.

    Subword models copy what they can't translate. Words in brackets or quotation marks, and words
    that the text speaks about ("is called ..."), are a gloss and meant. What should stand there is
    not known without the source, so there is no edit.

    Known problems: a list of foreign titles without quotation marks.
    """
    text = segment.hypothesis
    if text.isascii():
        return
    for match in _RUN.finditer(text):
        before = text[max(0, match.start() - 24) : match.start()]
        if before[-1:] in _OPENERS and before:
            continue
        if _inside(text, match.start()) or _MENTION.search(before):
            continue
        words = len(match.group().split())
        many = words > 3 or len(match.group()) > 30
        message = "A passage is not translated." if many else f"“{match.group()}” is not translated."
        yield Hit(Span(*match.span()), message=message, severity=Severity.CRITICAL if many else None)


def _inside(text: str, at: int) -> bool:
    """Say whether a bracket or quotation mark that was opened before is still open."""
    left = text[max(0, at - 200) : at]
    return any(left.count(o) > left.count(c) for o, c in ("()", "“”", "«»", "„“", "[]", "《》", "（）")) or (
        left.count('"') % 2 == 1
    )
