import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import MODALS, inflected, is_base_verb, lemmas
from mtfix.text.number import plural, singular

_START = r"(?:^|(?<=[.!?]\s)|(?<=[.!?][”\"]\s))"
_THEY = re.compile(
    r"(?<![\w'’-])(?P<subject>[Tt]hey|[Ww]e)\s(?P<verb>is|was|has|does|isn['’]t|wasn['’]t|hasn['’]t|doesn['’]t)\b"
)
_HE = re.compile(rf"{_START}(?P<subject>He|She|It)\s(?P<verb>[a-z]+)\b(?!['’])")
_THERE = re.compile(
    r"(?<![\w'’-])(?P<subject>[Tt]here)\s(?P<verb>is|was|has\sbeen)\s(?=(?:also\s|still\s|only\s)?(?:many|several|numerous"
    r"|various|countless|two|three|four|five|six|seven|eight|nine|ten|hundreds\sof"
    r"|thousands\sof|dozens\sof|millions\sof)"
    r"\s(?!hundred|thousand|million|billion|percent|per|a\b|an\b|of\s(?:it|water)))"
)
_THE = re.compile(
    rf"{_START}(?P<det>The|These|Those|Many|Several|Both|Our|Their|His|Her|My|This|Every|Each)(?P<adj>\s[a-z]+)?\s"
    r"(?P<noun>[a-z]{3,})\s(?P<verb>is|are|was|were|has|have|does|do)\b(?!['’])"
)
_PLURAL_OF = {
    "is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "wasn't": "weren't",
    "hasn't": "haven't", "doesn't": "don't", "has been": "have been",
}  # fmt: skip
_SINGULAR_OF = {"are": "is", "were": "was", "have": "has", "do": "does"}
# What stands before "they" or "we" where it is not the subject, or is in a list: "the thing about we is".
_NOT_SUBJECT = re.compile(
    r"\b(?:what|of|who|how|where|that|as|about|than|and|between|way|word|if|all|because)\s$", re.I
)
_STEADY = frozenset(
    "put set cut hit let shut cost cast read beat bet hurt spread split quit burst must need dare sort kind".split()
)


def _he(word: str) -> str | None:
    """Return the form that should stand after he, she or it, or None if the word may stand there."""
    if word in _SINGULAR_OF and word != "were":
        return _SINGULAR_OF[word]
    if word in MODALS or word in _STEADY or not is_base_verb(word):
        return None
    if lemmas(word, "ADV") or lemmas(word, "ADJ") or word in inflected(lemmas(word, "VERB")[0], "VBD"):
        return None
    return (inflected(word, "VBZ") or (None,))[0]


def _the(match: re.Match[str]) -> str | None:
    det, noun, verb = match["det"], match["noun"], match["verb"]
    if match["adj"] and not lemmas(match["adj"].strip(), "ADJ"):
        return None
    if verb in _PLURAL_OF:
        if det in ("This", "Every", "Each") or not plural(noun) or lemmas(noun, "ADJ"):
            return None
        return _PLURAL_OF[verb]
    if det in ("These", "Those", "Many", "Several", "Both") or not singular(noun) or lemmas(noun, "ADJ"):
        return None
    return _SINGULAR_OF[verb] if det in ("The", "This", "Every", "Each") and not lemmas(noun, "VERB") else None


@detector(
    category=Category.AGREEMENT,
    severity=Severity.MAJOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("They ⟦was⟧ late. He ⟦become⟧ ill.", fixed="They were late. He becomes ill."),
        Example("There ⟦is⟧ many reasons for it.", fixed="There are many reasons for it."),
        Example(
            "The soldiers ⟦was⟧ tired. Every city ⟦have⟧ a park.",
            fixed="The soldiers were tired. Every city has a park.",
        ),
    ],
    good=[
        Example("The police are here. The news is good. The team have won."),
        Example("If they were late, it was said that he go alone. He put it there; she read it."),
        Example("The young are brave. What they are is clear. There is two hundred miles to go."),
        Example("It better work. He once lived here."),
    ],
)
def subject_verb_agreement(segment: Segment) -> Iterator[Hit]:
    """The verb does not agree in number with its subject.

    The decoder chose noun and verb apart from each other; languages such as Chinese or Swedish have one
    verb form for both. Only short subjects next to their verb are seen; nouns of groups ("the team have")
    may take both.
    """
    text = segment.hypothesis
    for regex in (_THEY, _HE, _THERE, _THE):
        for match in regex.finditer(text):
            verb = match["verb"].replace("’", "'")
            if regex is _HE:
                fix = _he(verb)
            elif regex is _THE:
                fix = _the(match)
            else:
                fix = None if _NOT_SUBJECT.search(text, max(0, match.start() - 9), match.start()) else _PLURAL_OF[verb]
            if fix is not None:
                yield Hit(
                    Span(*match.span("verb")),
                    fix=fix,
                    message=f"“{match['verb']}” does not agree with its subject: “{fix}”.",
                )
