import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import inflected, lemmas

_DOUBLED = re.compile(
    r"(?<![\w'’-])(?P<mark>[Mm]ore|[Mm]ost) (?P<word>[a-z]+(?:er|est)|worse|worst|less|least)\b(?!['’-])"
)
# "more" may be a quantity before a comparative noun phrase: "no more lower taxes", "two more larger ones".
_QUANTITY = re.compile(
    r"\b(?:no|any|many|much|some|few|two|three|four|five|six|ten|\d+|several|one|once|never|far|little|even|with|for|and|of|get|need)\s$",
    re.I,
)
_NOT = frozenset("less least upper lower inner outer other further earlier former latter elder eldest".split())


def _is_degree(word: str, tag: str) -> bool:
    return any(word in inflected(lemma, tag) and lemma != word for lemma in lemmas(word, "ADJ")) and not lemmas(
        word, "NOUN"
    )


@detector(
    category=Category.WORD_FORM,
    severity=Severity.MINOR,
    confidence=0.95,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("This road is ⟦more longer⟧ than that one.", fixed="This road is longer than that one."),
        Example("It is the ⟦most biggest⟧ ship here.", fixed="It is the biggest ship here."),
        Example("The result was ⟦more worse⟧.", fixed="The result was worse."),
    ],
    good=[
        Example("There are no more older men, and two more bigger boats."),
        Example("We need more clever ideas and more other books."),
        Example("It was more or less the most eager crowd."),
    ],
)
def comparative(segment: Segment) -> Iterator[Hit]:
    """A comparison is marked twice: "more bigger", "most easiest".

    Languages that compare with a word ("more") meet the English ending "-er". Where "more" counts
    things ("two more larger boats") it is left alone.
    """
    text = segment.hypothesis
    for match in _DOUBLED.finditer(text):
        word, mark = match["word"], match["mark"]
        tag = "JJR" if mark.lower() == "more" else "JJS"
        if word in _NOT or (word not in ("worse", "worst") and not _is_degree(word, tag)):
            continue
        if mark.lower() == "more" and _QUANTITY.search(text, max(0, match.start() - 12), match.start()):
            continue
        yield Hit(Span(*match.span()), fix=word.capitalize() if mark[0] == "M" else word)
