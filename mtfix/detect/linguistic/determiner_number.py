import re
from collections.abc import Callable, Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import is_base_verb, is_only, lemmas
from mtfix.text.number import AFTER_HEAD, plural, pluralise, singular, singularise

_MANY = re.compile(
    r"(?<![\w'’-])(?P<det>[Tt]hese|[Ss]everal|[Nn]umerous|[Vv]arious|[Mm]any|[Bb]oth|[Tt]hose|[Tt]wo|[Tt]hree|[Ff]our|"
    r"[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Tt]wenty|[Aa] few|[Aa] number of)"
    r"(?P<adj> [a-z]+)?? (?P<noun>[a-z]{3,})(?![\w'’-])" + AFTER_HEAD
)
_ONE = re.compile(
    r"(?<![\w'’.&-])(?P<det>[Tt]his|[Ee]very|[Ee]ach|[Aa]nother|[Aa]n?)(?P<adj> [a-z]+)??"
    r" (?P<noun>[a-z]{3,}s|people|children|men|women)(?![\w'’-])" + AFTER_HEAD
)
_ONE_OF = re.compile(
    r"(?<![\w'’-])[Oo]ne of (?P<det>the|these|those|his|her|its|their|our|my|your)(?P<adj>(?: [a-z]+){0,3}?)"
    r" (?P<noun>[a-z]{3,})(?![\w'’-])" + AFTER_HEAD
)
# A plural verb behind it leaves no doubt that the noun is meant as a plural.
_THIS_ARE = re.compile(r"(?<![\w'’-])(?P<det>[Tt]his) (?P<noun>[a-z]{3,}s) (?=(?:are|were|have)\b)")
_BEFORE = re.compile(
    r"\b(?:phase|part|number|war|top|day|type|step|season|level|grade|chapter|act|game|week|round|one|class|page|stage|half|"
    r"as|how|not|hundred|thousand|and|or|to|twenty|thirty|forty|fifty|than|in|past)\s$",
    re.IGNORECASE,
)
_NOT_ADJECTIVE = frozenset("a an the of and or to in on at by for is are was were be not this that his her".split())


# "A hundred friends", "a good many people", "a mere six days".
_BEFORE_COUNTS = frozenset(
    "hundred thousand million dozen few many good great further additional full mere whopping".split()
)
# Their past is their base: "the hardest hit".
_STEADY = frozenset("hit cut hurt set put let cast split spread bet read beat shut".split())


def _adjective(word: str) -> bool:
    return not word or (word.strip() not in _NOT_ADJECTIVE and bool(lemmas(word.strip(), "ADJ")))


def _must_be_plural(text: str, match: re.Match[str]) -> bool:
    noun = match["noun"]
    if not singular(noun) or lemmas(noun, "ADJ"):
        return False
    if match["adj"] and not lemmas(match["adj"].strip(), "ADJ"):
        return False
    # "Those work", "both report to": the determiner may be the subject.
    if lemmas(noun, "VERB") and (not match["adj"] or not is_base_verb(noun) or noun in _STEADY):
        return False
    if match["det"][0].isupper() and text[max(0, match.start() - 3) : match.start()].rstrip()[-1:] not in (
        "",
        ".",
        "!",
        "?",
        "“",
        '"',
    ):
        return False  # "the Gang of Eight bill"
    return not _BEFORE.search(text, max(0, match.start() - 12), match.start())


def _must_be_singular(text: str, match: re.Match[str]) -> bool:
    noun, det = match["noun"], match["det"].lower()
    if not plural(noun) or not _adjective(match["adj"] or ""):
        return False
    if det == "this" and (lemmas(noun, "VERB") or match["adj"]):
        return False
    if det in ("every", "another") and match["adj"]:
        return False
    if match["adj"] and det in ("a", "an") and not is_only(match["adj"].strip(), "ADJ"):
        return False
    if match["det"][0] == "A" and text[max(0, match.start() - 3) : match.start()].rstrip()[-1:] not in (
        "",
        ".",
        "!",
        "?",
    ):
        return False  # "linear A texts"
    if (match["adj"] or "").strip() in _BEFORE_COUNTS:
        return False
    return not (det in ("a", "an", "each") and lemmas(noun, "VERB"))


def _find(
    text: str, regex: re.Pattern[str], wrong: Callable[[str, re.Match[str]], bool], better: Callable[[str], str]
) -> Iterator[Hit]:
    for match in regex.finditer(text):
        if wrong(text, match):
            fix = better(match["noun"])
            yield Hit(
                Span(*match.span("noun")),
                fix=fix,
                message=f"After “{match['det'].lower()}” the noun stands in the other number: “{fix}”.",
            )


@detector(
    category=Category.AGREEMENT,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("These ⟦city⟧ are old.", fixed="These cities are old."),
        Example(
            "It is one of the most famous ⟦museum⟧ in Rome.", fixed="It is one of the most famous museums in Rome."
        ),
        Example("There was a famous ⟦museums⟧ in every ⟦cities⟧.", fixed="There was a famous museum in every city."),
    ],
    good=[
        Example("These work well; both report to her; many hope for more."),
        Example("One of the police came; one of the group left; one of the best."),
        Example("This means war. Every two years a sports club meets, and a few people come."),
        Example("These ten aircraft and several hundred sheep; phase two trial in May."),
    ],
)
def determiner_number(segment: Segment) -> Iterator[Hit]:
    """The noun does not agree in number with its determiner.

    Chinese, Japanese and Turkish nouns carry no number, and a decoder may inflect determiner and noun
    apart. Seen only where the noun phrase plainly ends, and not with groups ("one of the crew").
    """
    text = segment.hypothesis
    hits = [*_find(text, _MANY, _must_be_plural, pluralise), *_find(text, _ONE, _must_be_singular, singularise)]
    if "his " in text:
        hits += _find(text, _THIS_ARE, lambda _, m: plural(m["noun"]), singularise)
    if "ne of " in text:
        hits += _find(text, _ONE_OF, _one_of, pluralise)
    yield from {hit.span: hit for hit in hits}.values()


def _one_of(text: str, match: re.Match[str]) -> bool:
    words = match["adj"].split()
    # The last word before the noun may be a noun too ("one of the city council"): only adjectives count.
    if _NOT_ADJECTIVE.intersection(words) or not all(lemmas(w, "ADJ") or lemmas(w, "ADV") for w in words):
        return False
    noun = match["noun"]
    if not words and text.startswith(" of ", match.end()):
        return False  # "one of the proliferation of apps": a quantity
    if lemmas(noun, "VERB") and (not is_base_verb(noun) or noun in _STEADY):
        return False
    return singular(noun) and not lemmas(noun, "ADJ")
