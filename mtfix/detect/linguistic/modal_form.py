import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.lang.verbs import forms, past_only
from mtfix.text.grammar import is_only, lemmas

_MODAL = r"(?:can|could|may|might|must|shall|should|will|would|cannot"
_MODAL += r"|can['’]t|couldn['’]t|won['’]t|wouldn['’]t|shouldn['’]t)"
_DO = r"(?:do|does|did|don['’]t|doesn['’]t|didn['’]t)"
_NEXT = re.compile(
    rf"""(?<![\w'’-])(?:
          (?P<modal>{_MODAL})(?P<not>\ not)?\ (?P<to>to\ )?(?P<form>[a-z]+)
        | (?P<do>{_DO})(?:\ not)?\ (?P<done>[a-z]+)
        )(?![\w'’-])""",
    re.VERBOSE,
)
# Nouns, or words that may follow as such: "the will to live", "a must to see", "tin can", "in May", "he did time".
_BEFORE_NOUN = re.compile(
    r"\b(?:the|a|an|his|her|their|its|our|my|your|no|of|free|political|good|strong|own|and|this|that|any|by|in|last|with|\w+['’]s|\w+s['’])\s$",
    re.IGNORECASE,
)
_NOT_VERBS = frozenset(
    "has is was does goes says as us this thus always perhaps besides sometimes his its yes news less unless needs "
    "afterwards towards plus across".split()
)
_ASKS = re.compile(r"\b(?:how|when|where|why|what|nor|neither|only|so|never|and|or|but)$", re.IGNORECASE)
# "All we could was", "what he did was", "everything they do deserves": a predicate after a whole clause.
_RELATIVE = re.compile(
    r"\b(?:what|all|that|which|who|whom|how|why|whatever|best|most|\w*things?|any|reason|as|than|if|much|first|only)\b"
)
# Past forms that are another word's base, or a noun.
_OTHER = frozenset("saw bit fell found felt wound bore rose rang wove".split())
_WRONG_AFTER = {"has": "have", "is": "be", "was": "be", "were": "be", "are": "be", "does": "do", "goes": "go"}


def _base_of(word: str) -> str | None:
    """Return the base form that should stand, or None if the word may stand after a modal."""
    if word in _WRONG_AFTER:
        return _WRONG_AFTER[word]
    if word in past_only() and word not in _OTHER:
        return past_only()[word][0]
    if not word.endswith(("s", "ed")) or word.endswith("ss") or word in _NOT_VERBS or not is_only(word, "VERB"):
        return None
    lemma = lemmas(word, "VERB")[0]
    return lemma if word in (forms(lemma).third, *forms(lemma).past) and word != lemma else None


@detector(
    category=Category.WORD_FORM,
    severity=Severity.MAJOR,
    confidence=0.9,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("We can ⟦to go⟧ home and he must ⟦went⟧ too.", fixed="We can go home and he must go too."),
        Example("She did not ⟦came⟧, so it will ⟦becomes⟧ late.", fixed="She did not come, so it will become late."),
        Example(
            "We can ⟦achieved⟧ this, and it would ⟦expanded⟧ it.", fixed="We can achieve this, and it would expand it."
        ),
        Example("The plan could ⟦has⟧ failed.", fixed="The plan could have failed."),
    ],
    good=[
        Example("The will to live is strong, and those who can have to help."),
        Example("It may well, as was said, be true; he could always try."),
        Example("What we did was wrong, and the best that he could was not enough."),
        Example("How can developed countries help? The political will demonstrated here is great."),
        Example("We do anything we can to keep it; she has a genuine will to help."),
    ],
)
def modal_form(segment: Segment) -> Iterator[Hit]:
    """After "can", "must", "will", "did" stands the bare verb: no "to", no "-s", no past.

    The infinitive marker or the tense of the source is carried over. Words that are also nouns are
    passed over ("the will to live", "he did it"), as are clauses that end in the modal ("all we did was").
    """
    text = segment.hypothesis
    for match in _NEXT.finditer(text):
        if match["modal"] is not None:
            word, start = match["form"], match.start("to") if match["to"] else match.start("form")
        else:
            word, start = match["done"], match.start("done")
        if match["to"]:
            base: str | None = word if word in lemmas(word, "VERB") else None
        else:
            base = _base_of(word)
        if base is None or _ends_clause(text, match, word) or (word.endswith("ed") and _inverted(text, match)):
            continue
        end = match.end()
        if word.endswith("ed") and text.startswith(" by ", end):
            base = f"be {word}"  # of "will completed by", "be" is lost
        yield Hit(Span(start, end), fix=base, message=f"After “{text[match.start() : start].strip()}” stands “{base}”.")


def _inverted(text: str, match: re.Match[str]) -> bool:
    """Say whether a question or an inverted clause may go on with a participle: "how can developed countries"."""
    left = text[: match.start()].rstrip()
    return not left or not left[-1].isalpha() or bool(_ASKS.search(left))


def _ends_clause(text: str, match: re.Match[str], word: str) -> bool:
    """Say whether the modal is a noun, or the last word of its clause."""
    before = re.search(r"(\w+)\s$", text[max(0, match.start() - 20) : match.start()])
    if match.group().split()[0] in ("will", "might", "can", "must") and before and lemmas(before[1], "ADJ"):
        return True  # "genuine will to", "sheer might does"
    if match["do"] and re.search(r"\bto\s$", text[max(0, match.start() - 4) : match.start()]):
        return True  # "her failure to do has raised"
    if match["modal"] == "might" and word == "is":
        return True  # "might is right"
    if _BEFORE_NOUN.search(text, max(0, match.start() - 20), match.start()):
        return True
    left = text[max(0, match.start() - 60) : match.start()].lower()
    plain_do = match["do"] in ("do", "does", "did") and "not" not in match.group()
    if (plain_do or word in ("is", "was", "are", "were", "has", "does")) and _RELATIVE.search(left):
        return True
    return bool(match["to"]) and bool(
        re.search(
            r"\b(?:who|that|which|as|what|whoever|if|than|where|all|every|any|best|much|\w+thing|whatever)\b", left
        )
    )
