import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.lang.phrase_patterns import word_set
from mtfix.lang.uncountable import plurals

_PLURAL = re.compile(r"(?<![\w'’-])(?:{})(?![\w'’-])".format("|".join(plurals())), re.IGNORECASE)
# What stood for a number of them, and what stands for an amount. None: no word for word replacement is right.
_BEFORE = {"many": "much", "these": "this", "those": "that", "few": "little", "fewer": "less", "several": "some"}
_COUNTED = re.compile(
    r"\b(many|these|those|few|fewer|several|both|various|two|three|four|five|six|\d+|a|an|number of|each|every)\s+"
    r"(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\s+(are|were|have|do)\b")
# What follows a noun, not a verb ("she researches it").
_NOUN = re.compile(r"\s+(?:show|have|are|were|was|is|on|in|of|by|for)\b|\.")
_SINGULAR = {"are": "is", "were": "was", "have": "has", "do": "does"}
_ALREADY_PLURAL = frozenset("children women men people cattle sheep deer aircraft spacecraft offspring fish".split())
_PIECE = re.compile(
    r"(?<![\w'’-])(an?)(\s+)(information|advice|equipment|furniture|homework|luggage|software|feedback|news)"
    r"(?=\s*[.,;:!?)]|\s+(?:about|that|on|from|is|was|of|to)\b)",
    re.IGNORECASE,
)


@detector(
    category=Category.WORD_FORM,
    severity=Severity.MINOR,
    confidence=0.95,
    applicability=Applicability.SAFE,
    bad=[
        Example("The office gives ⟦informations⟧ on taxes.", fixed="The office gives information on taxes."),
        Example("He left ⟦these furnitures are⟧ old.", fixed="He left this furniture is old."),
        Example("She gave me ⟦an advice⟧.", fixed="She gave me a piece of advice."),
    ],
    good=[
        Example("The information center is open; he writes an advice column."),
        Example("She collects old furniture and gives good advice on it."),
        Example("The staff of the museum has equipment for such work."),
    ],
)
def uncountable_plural(segment: Segment) -> Iterator[Hit]:
    """A noun that has no plural in English is counted.

    French, German, Spanish or Russian counts what English doesn't: "des informations", "Möbel",
    "оборудование" in two plants. Words that some writers count in a sense of their own ("researches",
    "evidences", "trainings") are hints.

    Known problems: "informations" are charges in the law of some states; capitalised ones are left alone.
    Source: M. Swan, Practical English Usage; J. Gardner, Misused English Words (European Court of Auditors).
    """
    text = segment.hypothesis
    found = plurals().keys() & word_set(text)
    if found:
        for match in _PLURAL.finditer(text):
            if match.group()[1:].islower() and not match.group()[0].isupper():
                hit = _plural(text, match)
                if not hit.hint or _NOUN.match(text, match.end()):
                    yield hit
    if " a" in text or text[:1] in "Aa":
        for match in _PIECE.finditer(text):
            article = match[1]
            fix = ("A" if article[0] == "A" else "a") + " piece of " + match[3]
            yield Hit(Span(*match.span()), fix=fix, applicability=Applicability.UNSAFE)


def _plural(text: str, match: re.Match[str]) -> Hit:
    right, level = plurals()[match.group().lower()]
    start, end, fix = match.start(), match.end(), right
    if right in _ALREADY_PLURAL:
        return Hit(Span(start, end), fix=fix, applicability=Applicability.SAFE)
    sure = level == "safe"
    counted = _COUNTED.search(text, max(0, start - 40), start)
    if counted:
        start = counted.start(1)
        said = counted[1]
        between = text[counted.end(1) : match.start()]
        amount = _BEFORE.get(said.lower())
        if amount is None:
            return Hit(Span(match.start(), match.end()), hint=level == "hint")
        fix = (amount.capitalize() if said[0].isupper() else amount) + between + fix
    verb = _AFTER.match(text, end)
    if verb:
        fix += text[end : verb.start(1)] + _SINGULAR[verb[1]]
        end = verb.end(1)
    how = Applicability.SAFE if sure and not counted and not verb else Applicability.UNSAFE
    return Hit(Span(start, end), fix=fix, applicability=how, hint=level == "hint")
