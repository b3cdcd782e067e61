import re
from collections.abc import Iterator
from itertools import pairwise

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import CLAUSE_OPENERS, DETERMINERS, PREPOSITIONS, is_participle

_AUX = r"(?:was|were|is|are|(?:has|have|had)[ ]been)"
_PREPOSITION = r"(?:by|in|on|at|from|with|into|during|near|over|under|against|for|outside|inside|across|through|to)"
_DOUBLED = re.compile(
    rf"""\b(?P<one>{_AUX})[ ]+(?:\w+ly[ ])?(?P<first>\w+)[ ](?:(?:up|down|out|off|away)[ ])?
         (?P<filler>{_PREPOSITION}(?:[ ]\w[\w'’-]*){{1,8}}?)[ ]
         (?:(?P<two>{_AUX}|(?:has|have|had|will|would|could)(?![ ]been\b))[ ]
             (?:(?:\w+ly|later|then|also|soon|still|already|now)[ ])?(?P<second>\w+)
             (?:[ ](?:up|down|out|off|away|back)(?=[ ]*(?:[.,;:!?]|$)))?
           |(?P<past>died|went|came|fell|began|became|took|gave|remained|arrived|escaped))\b""",
    re.VERBOSE,
)
_BREAK = re.compile(r"[.,;:!?()\[\]\"“”‘]|\s[–—-]\s|—|['’](?=\s)")
_RELATIVE = frozenset(
    "that which who whom whose what whatever whoever how why where when whether and or but all".split()
)
_PRONOUNS = frozenset("i he she it we they you there this these those".split())
# They take a clause without "that": "She was told in May mistakes were made."
_TELLING = frozenset(
    "told informed said assured warned reminded convinced believed thought known advised shown promised claimed "
    "reported noted alleged concerned worried based".split()
)
_NOT_IN_FILLER = (
    CLAUSE_OPENERS | _PRONOUNS - {"this", "these", "those"} | {"not", "said", "say", "says", "think", "know", "is"}
)


def _single_phrase(words: list[str]) -> bool:
    """Say whether the words are prepositional phrases: a determiner or name elsewhere would open a new subject."""
    for before, word in pairwise(words):
        if word[0].isupper() and before.islower() and before not in PREPOSITIONS and before not in DETERMINERS:
            return False
    filler = [word.lower() for word in words]
    for before, word in pairwise(filler):
        if word in DETERMINERS and before not in PREPOSITIONS and before not in DETERMINERS:
            return False
    if any(word in _NOT_IN_FILLER or word.endswith("n't") for word in filler):
        return False
    return filler[-1] not in PREPOSITIONS and not (filler[0] == "to" and len(filler) < 3)


def _one_clause(text: str, start: int) -> bool:
    """Say whether what stands before the first predicate is one plain subject."""
    at = max(0, start - 200)
    for match in _BREAK.finditer(text, max(0, start - 200), start):
        at = match.end()
    left = re.findall(r"[\w'’-]+", text[at:start].lower())
    if not left or left[-1] == "to" or _RELATIVE.intersection(left):
        return False
    before = text[max(0, at - 4) : at].rstrip()
    opens_sentence = before[-1:] in ("", ".", "!", "?")
    if opens_sentence and left[0] in CLAUSE_OPENERS | PREPOSITIONS:
        return False
    # "The way he was treated ... was", "The school the boys were sent to ... is": a relative without its pronoun.
    if len(left) > 1 and left[-1] in _PRONOUNS and left[-2] not in CLAUSE_OPENERS:
        return False
    return all(
        word not in DETERMINERS or before in PREPOSITIONS | CLAUSE_OPENERS or before.endswith(("ed", "s", "id"))
        for before, word in pairwise(left)
    )


@detector(
    category=Category.GRAMMAR,
    severity=Severity.MAJOR,
    confidence=0.8,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "Two tankers ⟦were struck by the navy’s torpedoes were sunk⟧.",
            fixed="Two tankers were struck by the navy’s torpedoes and were sunk.",
        ),
        Example(
            "The drones ⟦were met by the city’s gunners were shot down⟧.",
            fixed="The drones were met by the city’s gunners and were shot down.",
        ),
        Example(
            "The hut ⟦was built by monks in 1720 is now a⟧ school.",
            fixed="The hut was built by monks in 1720 and is now a school.",
        ),
        Example(
            "The suspect ⟦was arrested by the police was taken⟧ to hospital.",
            fixed="The suspect was arrested by the police and was taken to hospital.",
        ),
    ],
    good=[
        Example("The man who was hit by a car was taken to hospital."),
        Example("The missiles hit by the defences were intercepted."),
        Example("He was told by the board mistakes were made."),
        Example("What was said in the room is forgotten."),
        Example("The way he was treated by the guards was criticised."),
        Example("When the roof was hit by a shell people were hurt."),
        Example("Traders were unsettled by reports Japan was selling bonds."),
        Example("The question whether he was seen in the bar was left open."),
    ],
)
def doubled_predicate(segment: Segment) -> Iterator[Hit]:
    """One subject has two predicates with nothing between them.

    "The missiles were hit by the defences were intercepted": the translator rendered a participle
    ("the missiles hit by ...") as a full predicate, then the real one too. Nothing in English allows
    it without a conjunction, a relative pronoun or a comma. Which predicate is the main one cannot be
    seen from the English, so the repair is a guess. Not seen: a first predicate
    without a form of "be".
    """
    text = segment.hypothesis
    for match in _DOUBLED.finditer(text):
        filler = match["filler"].replace("’", "'").split()
        if match["first"] in _TELLING or not is_participle(match["first"]):
            continue
        if not _single_phrase(filler) or not _one_clause(text, match.start()):
            continue
        whole, cut = match.group(), match.start("two" if match["two"] else "past") - match.start()
        first, second = whole[: cut - 1], whole[cut:]
        ends = text[match.end() :].lstrip()[:1] in ("", *".,;:!?")  # else the second predicate goes on
        yield Hit(
            Span(*match.span()),
            fix=f"{first} and {second}",
            alternatives=(*([first] if ends else []), f"that {whole}", whole[len(match["one"]) + 1 :]),
            message=f"Two predicates, “{match['one']} {match['first']}” and “{second}”, "
            "share one subject with nothing between them.",
        )
