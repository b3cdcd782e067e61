import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

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
    batch_detector,
)
from mtfix.lang.languagetool_rules import SPELLING, policy
from mtfix.lang.spelling import variants
from mtfix.runtime.languagetool import Match, door
from mtfix.text.edits import trim
from mtfix.text.protect import protected
from mtfix.types import Edit

_WORD = re.compile(r"[^\W\d_]+")
_LOWER = re.compile(r"[a-z]{3,}")
# A word glued to one of these is a lost space; other glued words are compounds that dictionaries lack.
_VOWELS = frozenset("aeiou")
_GLUE = frozenset("a an the of to in on at by for from with and or but as is was were are be it that this well".split())
_PREFIXES = (
    "un re de dis mis non over under out up anti pro pre post counter cyber hyper super neo mega micro mini multi "
    "inter intra sub trans ultra semi self co bio eco euro geo crypto petro narco agro auto electro extra fore mid"
).split()
_SUFFIXES = {
    **dict.fromkeys("s ness less ful ship hood like wise dom ly".split(), ("",)),
    **dict.fromkeys(
        "ed er ers ing ings able ability ism ist ists ish ise ize ised ized ising izing".split(), ("", "e")
    ),
    **dict.fromkeys("isation ization isations izations ity ality ation ary or ors ation".split(), ("", "e", "al", "y")),
}
_UNKNOWN = 1.6  # Zipf frequency below which a word is not in use: once in 25 million words
_IN_USE = 3.0


@batch_detector(
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    confidence=0.6,
    applicability=UNSAFE,
    bad=[
        Example("He stayed home ⟦becuase⟧ it rained.", fixed="He stayed home because it rained."),
        Example(
            "The ministers will meet ⟦in Friday⟧ to sign it.", fixed="The ministers will meet on Friday to sign it."
        ),
        Example("The bridge opened on 12 ⟦may⟧ 1964.", fixed="The bridge opened on 12 May 1964."),
    ],
    good=[
        Example("The mayor of Lviv met farmers from Zhytomyr and spoke of “kvass” and “varenyky”."),
        Example("Its author, Mr. Sotnyk, had never heard of the hryvnia before he moved to Leeds."),
        Example("Labour and the trade unions of Leeds favour a new centre for the neighbourhood."),
    ],
)
def languagetool(segments: Sequence[Segment], settings: Settings) -> Iterator[list[Hit]]:
    """A rule of LanguageTool finds a fault here.

    Grammar, wrong prepositions, confused words and spelling, by the rules of LanguageTool 6.7. Which
    of its rules are shown was decided by measuring each on clean news and on real machine
    translation: rules on style, commas, hyphens and names are hints or off, as are those that say
    what a detector of mtfix says. Its spelling rule takes names and foreign words for errors, so only
    words in small letters that are in no use, stand once in the document and look like no compound
    are shown; others come as hints.
    """
    texts = [segment.hypothesis for segment in segments]
    known = _known(texts, settings)
    for text, matches in zip(texts, door(settings).check(texts), strict=True):
        yield [hit for match in matches if (hit := _hit(text, match, known, settings))]


def _hit(text: str, match: Match, known: Counter[str], settings: Settings) -> Hit | None:
    if match.rule.startswith(SPELLING):
        return _spelling(text, match, known)
    rule = policy(match.rule, match.category)
    word = match.span.of(text)
    if rule.level == "off" or rule.exempts(word) or word in settings.keep:
        return None
    how, sure = rule.applicability, rule.confidence
    if rule.safe and rule.safe.fullmatch(word):
        how, sure = SAFE, 0.98
    # The edit takes in only the words that change: "in" of "in Friday", so that the name is not touched.
    best = [trim(text, Edit(match.span, fix)) for fix in match.suggestions[:1]]
    return Hit(
        match.span,
        message=_sentence(match.message),
        edits=tuple((edit.span, edit.text) for edit in best),
        alternatives=match.suggestions[1:],
        applicability=how,
        confidence=sure,
        category=Category.DUPLICATION if match.issue == "duplication" else rule.category,
        hint=rule.level == "hint",
        touches=("name",) if rule.category is Category.CAPITALISATION or how is SAFE else (),
    )


def _spelling(text: str, match: Match, known: Counter[str]) -> Hit | None:
    """Judge a word that LanguageTool's dictionary lacks."""
    written = match.span.of(text)
    word = written.lower()
    starts = written != word and written[1:].islower() and _starts_sentence(text, match.span.start)
    if not _LOWER.fullmatch(word) or (written != word and not starts) or word in variants():
        return None
    frequency = _frequency(word)
    best, *others = _ranked(word, match.suggestions) or ("",)
    name = best[:1].isupper() and not starts and _frequency(best) < 5
    likely = not name and _likely(word, best.lower(), frequency)
    if starts:
        # It may be a name: only a long word that is all but a common one is taken for a slip, and as a hint.
        likely = likely and len(word) >= 6 and _frequency(best) >= 4 and frequency < 2.5
        return _slip(match, written, best, others, hint=True) if likely else None
    if any(p.span.overlaps(match.span) for p in protected(text)) or _marked(text, match.span):
        return None
    if known[word] > 1 and not (likely and frequency > 0 and _frequency(best) >= 4):
        return None  # the document's own term
    if best == word.capitalize():
        return Hit(
            match.span,
            fix=best,
            message=f"“{best}” is written with a capital letter.",
            confidence=0.8,
            category=Category.CAPITALISATION,
            touches=("name",),
        )
    hint = frequency >= _UNKNOWN or _coined(word, match.suggestions)
    if likely:
        return _slip(match, word, best.lower() if best.istitle() else best, others, hint=hint)
    if frequency >= _IN_USE:
        return None
    near = bool(best) and OSA.distance(word, best) <= 2
    return Hit(
        match.span,
        fix=best if near else None,
        message=f"“{word}” is not an English word.",
        alternatives=tuple(others) if near else (),
        applicability=DISPLAY_ONLY,
        confidence=0.5,
        category=Category.SPELLING,
        hint=hint or len(word) < 4,
    )


def _ranked(word: str, suggestions: Sequence[str]) -> list[str]:
    """Return suggestions, the likeliest first: near by, in use, with the same beginning, high on the list.

    A noisy channel (Kernighan, Church, Gale, COLING 1990) with a distance for the channel's model.
    """

    def cost(place: int) -> float:
        other = suggestions[place]
        used = min(map(_frequency, other.split()), default=0.0)
        odd = (other[:1].lower() != word[:1]) + 0.5 * other[:1].isupper()
        return OSA.distance(word, other.lower()) - 0.6 * used + 0.2 * place + odd

    return [suggestions[k] for k in sorted(range(len(suggestions)), key=cost)]


def _slip(match: Match, word: str, best: str, others: Sequence[str], *, hint: bool) -> Hit:
    return Hit(
        match.span,
        fix=best,
        message=f"“{word}” is not an English word. Did you mean “{best}”?",
        alternatives=tuple(others),
        applicability=UNSAFE,
        confidence=0.75,
        category=Category.SPELLING,
        hint=hint,
    )


def _starts_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip()
    return not before or before[-1] in ".!?:"


def _marked(text: str, span: Span) -> bool:
    """Say whether a word stands in quotation marks or brackets, or is part of a longer one: it is meant so."""
    around = text[max(0, span.start - 1) : span.start] + text[span.end : span.end + 1]
    return any(not c.isspace() and c not in ".,;:!?)(" for c in around)


def _likely(word: str, best: str, frequency: float) -> bool:
    """Say whether the suggestion is what was meant: a word in use, near by, with the same beginning."""
    if not best or not (best[0] == word[0] or {best[0], word[0]} <= _VOWELS):
        return False
    parts = best.split()
    if len(parts) == 2:
        # A lost space: "ofcourse", "alot".
        common = min(map(_frequency, parts)) >= 4.5 and _frequency(best) - frequency >= 1.5
        return common and bool(_GLUE & set(parts)) and "".join(parts) == word
    near, used = OSA.distance(word, best), _frequency(best)
    if len(word) < 4:
        return near == 1 and used >= 6 and sorted(word) == sorted(best)
    if used < {4: 5.5, 5: 4.0}.get(len(word), 0.0):
        return False  # so short a word is near to many
    far = 1 if len(word) < 7 else 2 if len(word) < 9 else 3
    return near <= far and used - frequency >= 1.5 and used >= (_IN_USE if near > 1 or len(word) < 7 else 2.3)


def _coined(word: str, suggestions: Sequence[str]) -> bool:
    """Say whether a word is made of words in use by the rules of English: no dictionary has them all.

    Two words of some length in one (tweetstorm, yearslong), one with a prefix or a suffix
    (relitigating), or a British spelling (stigmatise).
    """
    joined = (s for s in suggestions if re.sub("[ -]", "", s).lower() == word)
    if any(min(map(len, re.split("[ -]", s))) >= 3 and not _GLUE & set(s.split()) for s in joined):
        return True
    if any(min(_frequency(word[:i]), _frequency(word[i:])) >= 4 for i in range(4, len(word) - 3)):
        return True
    if "is" in word and any(s.replace("iz", "is") == word for s in suggestions):
        return True
    stems = [word[len(p) :] for p in _PREFIXES if word.startswith(p)]
    stems += [word[: -len(e)] + tail for e, tails in _SUFFIXES.items() if word.endswith(e) for tail in tails]
    return any(len(stem) >= 4 and _frequency(stem) >= 2.0 for stem in stems)


def _frequency(word: str) -> float:
    """Return the Zipf frequency of a word: 3 is once in a million words."""
    from wordfreq import zipf_frequency

    return float(zipf_frequency(word, "en", minimum=0.0))


def _known(texts: Sequence[str], settings: Settings) -> Counter[str]:
    """Count the words of a document in small letters; its own capitalised words, and those to keep, count as known."""
    known: Counter[str] = Counter()
    for text in texts:
        for word in _WORD.findall(text):
            known[word.lower()] += 1 if word.islower() else 2
    for word in (*settings.keep, *(term.preferred for term in settings.terms)):
        known.update({part.lower(): 2 for part in _WORD.findall(word)})
    return known


def _sentence(message: str) -> str:
    return message if message.endswith((".", "?", "!")) else message + "."
