import re
from collections.abc import Iterator

from mtfix.detect.api import DISPLAY_ONLY, Category, Example, Hit, Segment, Severity, Span, detector

# Clear negations only: prefixes and "without" are left out on the source's side, and let pass on the other.
_SOURCE = {
    "ru": r"не|нет|никогда|никто|ничего|нельзя|невозможно",
    "uk": r"не|немає|ніколи|ніхто|нічого|не можна",
    "de": r"nicht|kein|keine|keinen|keiner|keinem|keines|nie|niemals|niemand",
    "fr": r"pas|jamais|aucun|aucune|personne ne",
    "es": r"no|nunca|jamás|ningún|ninguna|tampoco",
    "pt": r"não|nunca|jamais|nenhum|nenhuma",
    "ro": r"nu|niciodată|nimeni|nimic|niciun|nicio",
    "et": r"ei|pole|mitte|polnud",
}
_SOURCE_RE = {lang: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for lang, words in _SOURCE.items()}
# Phrases in which the negation is none, or English says it otherwise: "не только", "nicht nur", "pas moins".
_NO_NEGATION = re.compile(
    r"не только|не менее|не более|не раз\b|не один|не позднее|не считая|не так давно|нет сомнений|чуть не|едва не"
    r"|пока не|если не|не однократно|не иначе|не за горами|не \w+ ли\b|не будь|не может не|не просто|не столько"
    r"|не тільки|не лише|не менше|nicht nur|nicht zuletzt|nicht mehr als|noch nicht einmal|nie da"
    r"|pas seulement|no solo|no sólo|não só|não apenas|nu numai|nu doar|sau nu|mitte ainult|mitte vähem|\?",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"""\b(?:not|no|none|nor|neither|never|nobody|nothing|nowhere|without|cannot|unable|hardly|barely|rarely|seldom
      | few|little|less|only|until|unless|rather|except|instead|fail\w*|lack\w*|refus\w*|reject\w*|refrain\w*
      | den(?:y|ied|ies)|prevent\w*|avoid\w*|stop\w*|ban\w*|prohibit\w*|forbid\w*|miss\w*|absen\w*|despite|although
      | yet|still|away|out|off|ceas\w*|free|far|too|otherwise|exclud\w*|ignor\w*|regardless|anymore|lest|cancel\w*
      | un\w{4,}|in\w{5,}|im\w{5,}|ir\w{6,}|il\w{6,}|dis\w{4,}|non\w*|mis\w{4,}|\w+less|wrong|bad\w*|poor\w*|against
      | end\w*|lose|lost|loss|doubt\w*|difficult|hard|reluct\w*)\b
      | n['’]t\b""",
    re.VERBOSE | re.IGNORECASE,
)


@detector(
    category=Category.MISTRANSLATION,
    severity=Severity.CRITICAL,
    confidence=0.5,
    hint=True,
    applicability=DISPLAY_ONLY,
    bad=[
        Example("⟦He wants to talk.⟧", source="Он не хочет говорить.", source_lang="ru"),
        Example("⟦The bridge was repaired.⟧", source="Die Brücke wurde nicht repariert.", source_lang="de"),
    ],
    good=[
        Example("He does not want to talk.", source="Он не хочет говорить.", source_lang="ru"),
        Example("He refused to talk.", source="Он не стал говорить.", source_lang="ru"),
        Example("He sang and also danced.", source="Er sang nicht nur, er tanzte auch.", source_lang="de"),
    ],
)
def negation_mismatch(segment: Segment) -> Iterator[Hit]:
    """The source says "not", and nothing in the translation does.

    The commonest way in which a fluent translation says the opposite. A hint only: English often
    turns a negation into a positive word. Silent where any word of the translation is negative,
    "hardly" and "unlike" among them. Needs a source and its language.
    """
    pattern = _SOURCE_RE.get(segment.source_lang)
    if pattern is None or not segment.source or len(segment.source) > 250:
        return
    if _NEGATIVE.search(segment.hypothesis) or _NO_NEGATION.search(segment.source):
        return
    found = list(pattern.finditer(segment.source))
    if len(found) == 1:
        said = f"The source has “{found[0].group()}”, and the translation no negation."
        yield Hit(Span(0, len(segment.hypothesis)), None, said)
