import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from mtfix.detect.api import (
    DISPLAY_ONLY,
    UNSAFE,
    Category,
    Example,
    Hit,
    Segment,
    Settings,
    Severity,
    batch_detector,
)
from mtfix.lang.languagetool_rules import SPELLING, policy
from mtfix.runtime.languagetool import Match, door
from mtfix.text.protect import protected

_WORD = re.compile(r"[^\W\d_]+")
_LOWER = re.compile(r"[a-z]{4,}")
# A word glued to one of these is a lost space; other glued words are compounds that dictionaries lack.
_GLUE = frozenset("a an the of to in on at by for from with and or but as is was were are be it that this".split())
_PREFIXES = (
    "un re de dis mis non over under out up anti pro pre post counter cyber hyper super neo mega micro mini multi "
    "inter intra sub trans ultra semi self co bio eco euro geo crypto petro narco agro auto electro extra fore mid techno"
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
        Example("The mayor of Lviv met farmers from Zhytomyr and spoke of kvass and varenyky."),
        Example("The tweetstorm went on; its author, Mr. Sotnyk, calls himself a trustbuster."),
        Example("Colour and labour are spelled so in Leeds, color and labor in Denver."),
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
    if rule.level == "off" or word.lower() in settings.keep:
        return None
    fix, *others = [*match.suggestions, None] if match.suggestions else [None]
    return Hit(
        match.span,
        fix=fix,
        message=_sentence(match.message),
        alternatives=tuple(o for o in others if o is not None),
        applicability=rule.applicability,
        confidence=rule.confidence,
        category=Category.DUPLICATION if match.issue == "duplication" else rule.category,
        hint=rule.level == "hint",
        touches=("number", "name") if rule.confidence >= 0.95 else (),
    )


def _spelling(text: str, match: Match, known: Counter[str]) -> Hit | None:
    """Judge a word that LanguageTool's dictionary lacks."""
    word = match.span.of(text)
    if not _LOWER.fullmatch(word) or known[word] > 1 or any(p.span.overlaps(match.span) for p in protected(text)):
        return None
    around = text[max(0, match.span.start - 1) : match.span.start] + text[match.span.end : match.span.end + 1]
    if any(not c.isspace() and c not in ".,;:!?)(" for c in around):
        return None  # in quotation marks, in brackets or hyphenated: meant so
    frequency = _frequency(word)
    if frequency >= _IN_USE:
        return None
    best, *others = match.suggestions or ("",)
    likely = _likely(word, best, frequency)
    unknown = frequency < _UNKNOWN and (likely or not _coined(word, match.suggestions))
    near = likely or (best and OSA.distance(word, best) <= 2)
    return Hit(
        match.span,
        fix=best if near else None,
        message=f"“{word}” is not an English word." if unknown else f"“{word}” may be misspelled.",
        alternatives=tuple(others) if near else (),
        applicability=UNSAFE if likely else DISPLAY_ONLY,
        confidence=0.75 if likely else 0.5,
        category=Category.SPELLING,
        hint=not unknown,
    )


def _likely(word: str, best: str, frequency: float) -> bool:
    """Say whether the suggestion is what was meant: a common word, near by, with the same beginning."""
    if not best or best[0] != word[0]:
        return False
    parts = best.split()
    if len(parts) == 2:
        return bool(_GLUE & set(parts)) and min(map(_frequency, parts)) >= 4.5
    near = OSA.distance(word, best)
    return near <= (2 if len(word) >= 8 else 1) and _frequency(best) - frequency >= 1.5 and _frequency(best) >= _IN_USE


def _coined(word: str, suggestions: Sequence[str]) -> bool:
    """Say whether a word is made of words in use by the rules of English: no dictionary has them all.

    Two words of some length in one (tweetstorm), or one with a prefix or a suffix (relitigating).
    """
    joined = (s for s in suggestions if re.sub("[ -]", "", s).lower() == word)
    if any(min(map(len, re.split("[ -]", s))) >= 3 for s in joined):
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
