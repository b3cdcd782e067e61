import re
from collections.abc import Iterator

from mtfix.detect.api import DISPLAY_ONLY, Category, Example, Hit, Segment, Settings, Severity, detector
from mtfix.lang.transliterated import transliterated

_EXPLAINED = re.compile(r"^[”\"’]?,? ?(?:\(|or |meaning |that is)")


@detector(
    category=Category.WRONG_TERM,
    severity=Severity.MINOR,
    confidence=0.6,
    hint=True,
    applicability=DISPLAY_ONLY,
    bad=[
        Example("The ⟦Gosduma⟧ passed the law at second reading."),
        Example("The ⟦Oberbürgermeister⟧ opened the bridge on Sunday."),
        Example("A fire broke out in a northern ⟦rayon⟧ of the city."),
    ],
    good=[
        Example("The State Duma passed the law."),
        Example("Her blouse was made of silk."),
        Example("An oblast (a province) has a governor."),
        Example("He works at the Oblast Museum."),
    ],
)
def transliterated_term(segment: Segment, settings: Settings) -> Iterator[Hit]:
    """A foreign word for an office or a unit stands in place of an English one.

    Engines copy what they seldom saw translated: Gosduma for the State Duma, raion for district.
    Some papers keep such words on purpose, so this is a hint. Silent where the word is explained,
    or where it is part of a name (Kyiv Oblast). The words are in mtfix/lang/transliterated.tsv.
    """
    text = segment.hypothesis
    keep = {name.lower() for name in settings.keep}
    for (term, english, _), span in transliterated().find(text):
        if term.lower() in keep or _EXPLAINED.search(text[span.end : span.end + 12]):
            continue
        before, after = text[max(0, span.start - 1) : span.start], text[span.end : span.end + 1]
        if before in ("“", '"', "‘", "(", "-") or after in ("”", '"', "-", "’", "'"):
            continue
        yield Hit(span, english, f"“{term}” is not an English word here: “{english}”?")
