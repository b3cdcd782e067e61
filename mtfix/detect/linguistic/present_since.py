import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import CLAUSE_OPENERS

_TIME = (
    r"(?:(?:early|late|mid-)?\s?(?:1[5-9]|20)\d\d|(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|last|yesterday|childhood|birth)\b"
    r"|the\s(?:beginning|start|end|age|middle)\sof)"
)
_STATE = (
    r"(?:married|divorced|retired|open|closed|available|unemployed|missing|dead|banned|forbidden|ill|sick|pregnant"
    r"|in\s(?:power|office|force|use|operation|prison|jail)|a\smember|on\sstrike|at\swar)"
)
_SINCE = re.compile(
    rf"(?<![\w'’-])(?P<be>am|is|are)\s(?P<adverb>(?:already|also|still|now|not)\s)?"
    rf"(?:(?!going|being)[a-z]+ing(?P<between>(?:\s[\w'’-]+){{0,6}}?)|{_STATE}(?P<rest>(?:\s[\w'’-]+){{0,4}}?))\s"
    rf"since\s{_TIME}"
)
# "Is heading for the best year since 2010": since belongs to the noun.
_RANKED = re.compile(
    r"\b(?:first|second|third|fourth|only|worst|best|most|least|more|less|record|new|last|\w+est|not|\d+)\b"
)


@detector(
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("He ⟦is⟧ working here since 2010.", fixed="He has been working here since 2010."),
        Example("The shop ⟦is⟧ closed since last year.", fixed="The shop has been closed since last year."),
        Example("I ⟦am not⟧ married since May.", fixed="I have not been married since May."),
    ],
    good=[
        Example("He has been working here since 2010."),
        Example("The firm is heading for its best year since 2010, and is facing the worst crisis since last May."),
        Example("She is staying, since 2010 was a bad year. The price is the highest since 1999."),
    ],
)
def present_since(segment: Segment) -> Iterator[Hit]:
    """What began in the past and goes on is told in the present.

    "Is working here since 2010" is the present tense of German, French or Russian ("работает с 2010 года"); English
    has the perfect there. Not seen where "since" may belong to a noun ("the best year since 2010").
    """
    text = segment.hypothesis
    for match in _SINCE.finditer(text):
        between = (match["between"] or match["rest"] or "").lower()
        if _RANKED.search(between) or CLAUSE_OPENERS & set(between.split()):
            continue
        end = match.end("adverb") - 1 if match["adverb"] else match.end("be")
        has = "has" if match["be"] == "is" else "have"
        yield Hit(Span(match.start("be"), end), fix=f"{has} {match['adverb'] or ''}been")
