import re
from collections.abc import Iterator
from functools import lru_cache

from mtfix.detect.api import (
    DISPLAY_ONLY,
    SAFE,
    UNSAFE,
    Category,
    Document,
    Example,
    Hit,
    Segment,
    Settings,
    Severity,
    Span,
    document_detector,
)
from mtfix.lang.places import Place, places
from mtfix.text.protect import protected

_UKRAINE = re.compile(
    r"Ukrain|Kyiv|Kiev|Donbas|Donetsk|Luhansk|Lugansk|Zelensk|Crimea|Khark[io]v|Dnipro|Dniester|Kherson|Mariupol"
    r"|Black Sea"
)
_IN_SOURCE = re.compile(r"Укра[иї]н|Одес|Ки[еї]в|Львов|Львів|Николаев|Миколаїв|Чернигов|Чернігів")
# Places of the same name elsewhere: a document that speaks of them does not mean the one in Ukraine.
_ELSEWHERE = re.compile(r"Texas|Tex\.|Florida|Fla\.|Delaware|Missouri|Permian|Midland|Nebraska|Ontario|Minnesota")
_WAR = (
    r"Hitler|Stalin|Trotsky|Khrushchev|Brezhnev|NKVD|KGB|Napoleon|Mongols?|Byzantine|Vikings?|Nazi|Wehrmacht|Red\ Army"
    r"|(?:First|Second)\ World\ War|World\ War\ (?:I|II|One|Two)\b|WWI|Holocaust|Gestapo"
)
_HISTORY = re.compile(
    rf"""\b(?:{_WAR}
      | (?<!post-)(?<!former[ ])(?<!ex-)(?<!formerly[ ])Soviet(?!-era\ (?:tank|weapon|aircraft|jet))
      | USSR | SSR | [Tt]sar(?:ist)? | [Cc]zar(?:ist)? | Bolsheviks? | Cossacks? | Habsburg | Ottoman
      | Austro-Hungarian | (?:Russian|British)\ Empire | colonial | the\ Raj | medieval | pogroms?
      | (?:1?\dth|1st|2nd|3rd)[ -]century | (?:first|second|third|\w+teenth|\w+nth|\w+fth|\w+xth)[ -]century
      )""",
    re.VERBOSE,
)
_YEAR = re.compile(
    r"(?<![\d.,$€£:/-])(1[0-9]\d\d|20[0-2]\d)(?:s\b|(?![\d,%\w]|\.\d|\s(?:people|soldiers|troops|km|miles|kilomet)))"
)
_NAMED_BEFORE = re.compile(
    r"(?:called|known as|named|spelled|spelt|formerly|then|previously|once|old|the word|the name|name is|alias)\s"
    r"[“\"‘(]?(?:as )?$"
)
# A work or a ship keeps its name: "the film Donbass".
_TITLE_BEFORE = re.compile(
    r"\b(?:films?|movie|documentary|novel|book|memoir|album|song|poem|play|opera|series|painting|newspaper|magazine"
    r"|cruiser|frigate|destroyer|submarine|corvette)\s[“\"‘]?$"
)
_NAMED_AFTER = re.compile(r"^[”\"’]?,?\s?(?:\(|/|or\s|now\s|as it was|as the city|today\s|\[)")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|near|outside|around|(?:city|town|port|region|outskirts|mayor|suburbs?|streets) of"
    r"|(?:[Tt]rains?|flights?|bus|buses|roads?|way|trips?|routes?|travel\w*|flew|fled|drove|went|moved|evacuated|back|returned"
    r"|arrived|came|left|refugees|troops) (?:to|from|for|in))\s(?:the\s)?$"
)
# "Lvov Street" in Moscow keeps its name.
_STREET_AFTER = re.compile(r"^ (?:Street|Avenue|Boulevard|Lane|Highway)\b")
_PLACE_AFTER = re.compile(
    r"^(?:['’]s)?[ -](?:[Rr]egion|[Oo]blast|[Pp]rovince|[Cc]ity|[Dd]istrict|[Aa]irport|[Rr]egional|direction"
    r"|residents|mayor|governor)"
)
# Signs that a text speaks of the present, without which an old name may belong to its time.
_PRESENT = re.compile(
    r"\b(?:today|yesterday|tomorrow|currently|now|(?:this|last|next) (?:year|month|week)|coronavirus|Covid|20[12]\d"
    r"|will|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|is|are|has|have|says?)\b"
)
# A foreign name within a longer foreign name: "Université Saint-Louis Bruxelles".
_IN_A_NAME = re.compile(r"-$|(?<!^)(?<![.!?:“\"] )\b(?!(?:In|To|From|At|On|The|And|But|For|Of)\b)[A-ZÀ-Þ][\w.]*[ ]$")
_MESSAGES = {
    "renamed": "“{former}” has been called “{current}” since {year}.",
    "renamed-ukraine": "“{former}” has been called “{current}” since {year}.",
    "foreign": "“{former}” is the name in another language: English says “{current}”.",
    "variant": "“{former}” follows the Russian name; “{current}” is the form of today.",
    "history": "“{former}” was renamed in {year}: today it is “{current}”.",
    "usage": "“{former}” is also called “{current}”: follow the house style.",
}
_SPELLING = "“{former}” is an outdated or foreign-derived spelling: English writes “{current}” today."


@document_detector(
    category=Category.WRONG_TERM,
    severity=Severity.MINOR,
    confidence=0.97,
    touches=("name",),
    bad=[
        Example("Talks in ⟦Kiev⟧ went on, said ⟦Kiev⟧’s mayor.", fixed="Talks in Kyiv went on, said Kyiv’s mayor."),
        Example("A train from ⟦Kharkov⟧ reached the ⟦Donbass⟧.", fixed="A train from Kharkiv reached the Donbas."),
        Example("⟦LVOV⟧ city council met. Ukraine watched.", fixed="LVIV city council met. Ukraine watched."),
        Example("Ukraine says\nport of ⟦Odessa⟧ was hit.", fixed="Ukraine says\nport of Odesa was hit."),
        Example("She moved to ⟦Bombay⟧ last year.", fixed="She moved to Mumbai last year."),
        Example("The trial in ⟦Mailand⟧ begins today.", fixed="The trial in Milan begins today."),
    ],
    good=[
        Example("He ordered chicken Kiev and a Kiev cake."),
        Example("The oil field lies near Odessa, Texas."),
        Example("In 1943 the Red Army took Kiev."),
        Example("The Bombay High Court heard the case on Monday."),
        Example("They went to Kiev.", settings=Settings(names="as-is")),
        Example("They went to Kiev.", settings=Settings(keep=("Kiev",))),
        Example("The city, formerly Kirovograd, has a new theatre."),
        Example("He read “The White Guard of Kiev” on the train."),
        Example("The director’s film Donbass is shown in Ukraine today."),
    ],
)
def former_place_name(document: Document, settings: Settings) -> Iterator[Hit]:
    """A place is called by a former or foreign-derived name.

    An engine writes what most of its training text wrote: "Kiev" through the Russian, "Bombay" from
    old news. Silent in a text about the time before the change, in titles, in fixed phrases (chicken
    Kiev, Bombay High Court) and where the name itself is spoken of. The setting `names = "as-is"`
    silences it, `keep` a single name. Known problem: a quotation of an old text without a year.
    The facts, each with its year and source, are in mtfix/lang/places.tsv.
    """
    if settings.names == "as-is":
        return
    keep = {name.lower() for name in settings.keep}
    near: list[bool] = []
    for index, segment in enumerate(document.segments):
        for place, span in places().find(segment.hypothesis):
            if place.former.lower() in keep or span.of(segment.hypothesis).lower() in keep:
                continue
            if place.kind.startswith("renamed") and any(place.current in s.hypothesis for s in document.segments):
                continue
            if not near:
                near.append(_in_ukraine(document))
            if how := _judge(segment.hypothesis, place, span, near=near[0]):
                yield _hit(index, segment, place, span, how=how)


def _in_ukraine(document: Document) -> bool:
    texts = [s.hypothesis for s in document.segments]
    if any(_ELSEWHERE.search(t) for t in texts):
        return False
    if any(s.source_lang == "uk" or _IN_SOURCE.search(s.source or "") for s in document.segments):
        return True
    return any(_UKRAINE.search(t) for t in texts)


def _judge(text: str, place: Place, span: Span, *, near: bool) -> str:
    """Return "safe", "unsafe" or "hint", or an empty text where nothing is wrong."""
    if place.kind == "keep" or _is_exempt(text, place, span) or _is_past(text, place):
        return ""
    before, after = text[max(0, span.start - 40) : span.start], text[span.end : span.end + 30]
    if (
        _NAMED_BEFORE.search(before)
        or _TITLE_BEFORE.search(before)
        or (_NAMED_AFTER.search(after) and place.current in after)
    ):
        return ""
    if _STREET_AFTER.search(after):
        return ""
    if place.kind == "foreign" and _IN_A_NAME.search(before):
        return ""
    if place.kind in ("usage", "history") or place.kind.startswith("renamed"):
        if not _PRESENT.search(text):
            return ""
        if not place.kind.startswith("renamed"):
            return "hint"
    if place.kind in ("renamed", "foreign", "variant"):
        return "unsafe"
    if place.kind == "place":
        here = bool(_PLACE_BEFORE.search(before) or _PLACE_AFTER.search(after))
        return ("safe" if near else "unsafe") if here else ""
    if place.kind in ("ukraine", "renamed-ukraine"):
        return ("safe" if place.kind == "ukraine" else "unsafe") if near else ""
    return "safe"


def _is_exempt(text: str, place: Place, span: Span) -> bool:
    if place.exempt:
        start = max(0, span.start - 45)
        around = text[start : span.end + 45].lower()
        for phrase in place.exempt:
            at = around.find(phrase)
            while at >= 0:
                if start + at <= span.start and span.end <= start + at + len(phrase):
                    return True
                at = around.find(phrase, at + 1)
    if span.start and text[span.start - 1] in '“"‘«' and text[span.end : span.end + 1] in ("”", '"', "’", "»"):
        return True
    if text[span.end : span.end + 1] in ("@", "_") or re.match(r"\.[a-z]{2,3}\b", text[span.end : span.end + 5]):
        return True
    return any(locked.overlaps(span) for locked in _locked(text))


@lru_cache(maxsize=64)
def _locked(text: str) -> tuple[Span, ...]:
    return tuple(p.span for p in protected(text) if p.kind in ("title", "url", "code", "tag"))


def _is_past(text: str, place: Place) -> bool:
    """Say whether the text speaks of the time before the change; for a spelling, before 1991."""
    limit = place.year if place.kind in ("renamed", "renamed-ukraine", "history") and place.year else 1991
    if place.kind == "foreign":
        return False
    first, old = _times(text)
    return old or first < limit


@lru_cache(maxsize=64)
def _times(text: str) -> tuple[int, bool]:
    """Return the first year that the text names, and whether it has a word of history."""
    return min((int(m.group(1)) for m in _YEAR.finditer(text)), default=9999), bool(_HISTORY.search(text))


def _hit(index: int, segment: Segment, place: Place, span: Span, *, how: str) -> Hit:
    seen = span.of(segment.hypothesis)
    fix = place.current.upper() if seen.isupper() else place.current
    if fix.startswith("the ") and re.search(r"\b[Tt]he $", segment.hypothesis[: span.start]):
        fix = fix[4:]
    said = _MESSAGES.get(place.kind, _SPELLING).format(former=place.former, current=place.current, year=place.year)
    trust = {"safe": (SAFE, 0.97), "unsafe": (UNSAFE, 0.75), "hint": (DISPLAY_ONLY, 0.4)}[how]
    return Hit(span, fix, said, segment=index, applicability=trust[0], confidence=trust[1], hint=how == "hint")
