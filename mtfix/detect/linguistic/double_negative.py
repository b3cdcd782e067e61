import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, pattern

_DOUBLE = re.compile(
    r"""(?<![\w'’-])(?:do|does|did|have|has|had|can|could|will|would|is|are|was|were)(?:n['’]t|\snot)\s
        (?:(?!that|because|if|but|and|until|unless|when|who|only|to|for)[a-z]+\s){0,2}?
        (?P<word>nothing|nobody|nowhere|never)\b(?!\s(?:but|less|short|if|else\sbut|to\b))""",
    re.VERBOSE,
)
_ANY = {"nothing": "anything", "nobody": "anybody", "nowhere": "anywhere", "never": "ever"}


def _fix(match: re.Match[str]) -> str | None:
    return _ANY[match["word"]]


@detector(
    category=Category.GRAMMAR,
    severity=Severity.MAJOR,
    confidence=0.7,
    applicability=Applicability.UNSAFE,
    hint=True,
    bad=[
        Example("He did not see ⟦nobody⟧ there.", fixed="He did not see anybody there."),
        Example("They don't know ⟦nothing⟧.", fixed="They don't know anything."),
    ],
    good=[
        Example("It was not for nothing that she came."),
        Example("It was not that nobody came."),
        Example("She did not say anything."),
    ],
)
def double_negative(segment: Segment) -> Iterator[Hit]:
    """Two negatives stand in one clause, as many languages have it but standard English does not.

    "He did not see nobody": Slavic and Romance languages negate twice. A hint only, since songs and
    dialogue do so on purpose.
    """
    return pattern(_DOUBLE, _fix, group=1)(segment)
