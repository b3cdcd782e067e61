import re
from collections.abc import Iterator

from mtfix.detect.api import DISPLAY_ONLY, Category, Example, Hit, Segment, Settings, Severity, Span, detector
from mtfix.text.protect import protected

# The forms of address that engines copy, with the English one. "Madame", "Don" and "Pan" are left out: they are met in
# English names. Source: the languages' dictionaries.
_TITLES = {
    "Herr": "Mr", "Herrn": "Mr", "Frau": "Ms", "Fräulein": "Miss", "Monsieur": "Mr", "Mme": "Ms", "Mlle": "Miss",
    "Señor": "Mr", "Señora": "Ms", "Señorita": "Miss", "Signor": "Mr", "Signora": "Ms", "Senhor": "Mr", "Senhora": "Ms",
    "Domnul": "Mr", "Doamna": "Ms", "Domnule": "Mr", "Gospodin": "Mr", "Gospozha": "Ms", "Pani": "Ms", "Härra": "Mr",
    "Proua": "Ms", "Mevrouw": "Ms", "Meneer": "Mr",
}  # fmt: skip
_TITLE = re.compile(rf"(?<![\w“\"‘-])({'|'.join(_TITLES)})(?= (?:[A-Z]\.? )?[A-Z\u00C0-\u00DE][\w-]+)")


@detector(
    category=Category.UNTRANSLATED,
    severity=Severity.MINOR,
    confidence=0.5,
    hint=True,
    applicability=DISPLAY_ONLY,
    bad=[
        Example("We thanked ⟦Herr⟧ Brandmeier for his report."),
        Example("The court heard ⟦Señora⟧ Ibarra on Tuesday."),
    ],
    good=[
        Example("We thanked Mr Brandmeier for his report."),
        Example("Madame Tussaud made figures of wax."),
        Example("She read “Herr Puntila” at school."),
    ],
)
def untranslated_title(segment: Segment, settings: Settings) -> Iterator[Hit]:
    """A foreign form of address stands before a name.

    Engines copy Herr, Señora or Domnul where English has Mr or Ms. Novels and some papers keep them
    for colour, so this is a hint.
    """
    keep = {name.lower() for name in settings.keep}
    for match in _TITLE.finditer(segment.hypothesis):
        title, span = match.group(), Span(*match.span())
        if title.lower() in keep:
            continue
        if any(p.kind == "title" and p.span.overlaps(span) for p in protected(segment.hypothesis)):
            continue
        yield Hit(span, _TITLES[title], f"“{title}” is not English: “{_TITLES[title]}”?")
