import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz.distance import OSA

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.lang.name_variants import spelling_key
from mtfix.text.translit import CYRILLIC

_LATIN = re.compile(
    r"(?<![\w@#/.-])[A-Z\u00C0-\u00DE\u0100-\u017F][a-z\u00DF-\u017F\u0219\u021B]{3,}(?:-[A-Z]\w+)?(?![\w@/-])"
)
_FAMILIAR = 1.5  # a form so frequent (Zipf) is an English word or the English form of a name
# Other ways to write the letters that English lacks.
_OTHERWISE = str.maketrans(
    {"ð": "d", "þ": "th", "š": "sh", "č": "ch", "ž": "zh", "ş": "sh", "ș": "sh", "ç": "ch", "ţ": "z", "ț": "z"}
    | {"ü": "ue", "ö": "oe", "ä": "ae", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l", "đ": "dj", "ñ": "ny", "ř": "r"}
)
# Languages whose names take case endings: the form to write can't be told from the source alone.
_INFLECTING = frozenset({"et", "cs", "is", "fi", "lv", "lt", "hu", "pl", "sk", "hr", "sl", "tr", "eu"})


@detector(
    category=Category.MISTRANSLATION,
    severity=Severity.MAJOR,
    confidence=0.75,
    applicability=UNSAFE,
    touches=("name",),
    bad=[
        Example(
            "The painter Ilmar ⟦Raadelik⟧ moved away.",
            source="Maalikunstnik Ilmar Raagelik kolis ära.",
            source_lang="et",
        ),
        Example(
            "Then Corneliu ⟦Braboianu⟧ spoke.",
            fixed="Then Corneliu Bradoianu spoke.",
            source="Apoi a vorbit Corneliu Brădoianu.",
            source_lang="ro",
        ),
    ],
    good=[
        Example("Prague lies in Czechia.", source="Praha leží v Česku.", source_lang="cs"),
        Example("He lives in Tallinn.", source="Ta elab Tallinnas.", source_lang="et"),
        Example("Lukashenko spoke.", source="Dann sprach Lukaschenko.", source_lang="de"),
        Example("Then Corneliu Vrabiesti spoke.", source="Apoi a vorbit Corneliu Vrabiești.", source_lang="ro"),
    ],
)
def name_mismatch(segment: Segment) -> Iterator[Hit]:
    """A name comes out in another spelling than the source has.

    Subword decoders garble rare names: a letter lost, doubled or changed. Shown for a source in Latin
    letters, where a name of it is not in the translation, but one that differs in a letter or two is.
    Silent for endings that inflection adds, for other systems of transliteration, and for names with
    an English form. Needs a source.
    """
    source = segment.source
    if not source or CYRILLIC.search(source):
        return
    text = segment.hypothesis
    ours = {m.group() for m in _LATIN.finditer(source)}
    if not ours:
        return
    plain = {_plain(name) for name in ours}
    low, wide = _plain(text), _plain(source)
    lost = [name for name in ours if _plain(name) not in low]
    if not lost:
        return
    for match in _LATIN.finditer(text):
        form = _plain(match.group())
        if len(form) < 5 or form in wide or any(form.startswith(p) or p.startswith(form) for p in plain):
            continue
        near = [name for name in lost if _is_garbled(_plain(name), form)]
        if len(near) == 1 and not _is_familiar(form) and not _is_rewritten(near[0], form):
            name = _ascii_like(near[0], match.group())
            said = f"The source has the name {near[0]}, the translation {match.group()}."
            sure = segment.source_lang and segment.source_lang not in _INFLECTING
            yield Hit(Span(*match.span()), name if sure else None, said, alternatives=() if sure else (name,))


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss").replace("ø", "o").replace("đ", "dj"))
    return text if text.isascii() else "".join(c for c in text if not unicodedata.combining(c))


def _is_rewritten(name: str, form: str) -> bool:
    """Say whether a form is the name with its foreign letters written otherwise: Schröder, Schroeder."""
    other = _plain(name.lower().translate(_OTHERWISE))
    return form.startswith(other[:-2]) or spelling_key(other) == spelling_key(form)


def _is_garbled(name: str, form: str) -> bool:
    """Say whether a form is a name with one or two letters wrong inside, not with another ending or transliteration."""
    if name[0] != form[0] or abs(len(name) - len(form)) > 2 or spelling_key(name) == spelling_key(form):
        return False
    allowed = 1 if len(name) < 8 else 2
    if not 0 < OSA.distance(name, form, score_cutoff=allowed) <= allowed:
        return False
    same = next((i for i, (a, b) in enumerate(zip(name, form, strict=False)) if a != b), min(len(name), len(form)))
    return same < min(len(name), len(form)) - 2


@lru_cache(maxsize=4096)
def _is_familiar(word: str) -> bool:
    from wordfreq import zipf_frequency

    return float(zipf_frequency(word, "en")) >= _FAMILIAR


def _ascii_like(name: str, form: str) -> str:
    """Return the source's name, without marks on its letters if the translation writes none."""
    if not form.isascii():
        return name
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
