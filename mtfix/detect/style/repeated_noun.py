import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.lang.synonyms import noun_synonyms
from mtfix.text.grammar import CLAUSE_OPENERS

_ABSTRACT = "|".join(
    "impact effect influence increase decrease growth rise decline damage threat danger risk role significance "
    "importance consequence result outcome attack problem difficulty task goal aim objective".split()
)
# The verb phrase up to the second noun: "is having a worrying", "has had a great", "was a".
_SECOND = re.compile(
    rf"""\b(?:(?:is|are|was|were|been)\s(?:also\s)?having|(?:has|have)\shad|will\shave|has|have|had|exerts|exerted|makes|made|causes|caused|poses|posed|plays|is|are|was|were)
         \s(?:(?:a|an|the|its|their)\s)?(?P<adjectives>(?:[\w-]+\s){{0,2}}?)(?P<noun>{_ABSTRACT})\b(?!['’-])""",
    re.VERBOSE,
)
_BREAK = re.compile(r"[.,;:!?()\"“”‘]|\s[–—-]\s|—")
_WINDOW = 120


def _names_first(text: str, noun: str) -> bool:
    """Say whether the clause begins with "... noun of/on X", without a second clause in between."""
    at = 0
    for match in _BREAK.finditer(text):
        at = match.end()
    clause = text[at:].lower()
    found = list(re.finditer(rf"(?<![\w-]){noun}\s(?:of|on|in|from|for|to)\s(?P<rest>.+)$", clause))
    return bool(found) and not CLAUSE_OPENERS.intersection(found[-1]["rest"].split())


@detector(
    category=Category.AWKWARD,
    severity=Severity.MINOR,
    confidence=0.7,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "The economic effect of the new tariffs is having a serious ⟦effect⟧ on farmers.",
            fixed="The economic effect of the new tariffs is having a serious impact on farmers.",
        ),
        Example(
            "The influence of the press has a great ⟦influence⟧ on voters.",
            fixed="The influence of the press has a great effect on voters.",
        ),
    ],
    good=[
        Example("The impact of the war is having a worrying effect on trade."),
        Example("The impact on tourism is clear, and the war had an impact on trade."),
        Example("He said the impact of the film was great because it had an impact on children."),
        Example("The name of the street is a name from the war."),
        Example("A threat to peace in one place is a threat to peace everywhere."),
    ],
)
def repeated_noun(segment: Segment) -> Iterator[Hit]:
    """The same noun is the subject of a clause and stands again in its predicate.

    "The impact of X is having an impact on Y": the translator found the same English word for two
    words of the source (influence, effect, consequence). Only nouns of effect and quantity are looked
    at: others ("the name is a name from ...") are repeated on purpose.
    """
    text = segment.hypothesis
    for match in _SECOND.finditer(text):
        noun = match["noun"]
        if not match["adjectives"] and match.group().startswith(("is", "are", "was", "were")):
            continue  # "An attack on one is an attack on all."
        if text.count(noun) < 2 or not _names_first(text[max(0, match.start() - _WINDOW) : match.start()], noun):
            continue
        other = noun_synonyms().get(noun)
        yield Hit(
            Span(*match.span("noun")),
            fix=other,
            message=f"“{noun}” stands twice in one clause: it is the subject already.",
        )
