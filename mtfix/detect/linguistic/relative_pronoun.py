import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_PERSON = "people|man|men|woman|women|person|girl|girls|boy|boys|children|soldiers|citizens|students|workers|residents"
_WHICH = re.compile(rf"(?<![\w'’-])(?:{_PERSON})\s(?P<bad>which)(?=\s(?!of\b|in\b|to\b)[a-z])")
_WHAT = re.compile(
    r"(?<![\w'’-])(?:[Ee]verything|[Nn]othing|[Aa]nything|[Ss]omething)\s(?P<bad>what)(?=\s(?:I|you|he|she|we|they|is|was|the)\b)"
)
_TWICE = re.compile(
    r"(?<![\w'’-])(?P<bad>(?:which|who)\s(?:that|which|who))(?=\s(?:is|are|was|were|has|have|had|will)\s\w+(?:ed|en|d)\b)"
)
# "The value of what people which ...": a question after a verb of telling.
_ASKING = re.compile(r"\b(?:tell\w*|told|ask\w*|show\w*|teach\w*|taught|of|for|about|to|remind\w*)\s(?:\w+\s){0,2}$")


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The men ⟦which⟧ came were tired.", fixed="The men who came were tired."),
        Example("Everything ⟦what⟧ he said was true.", fixed="Everything that he said was true."),
        Example("The house ⟦which that⟧ was sold is old.", fixed="The house which was sold is old."),
    ],
    good=[
        Example("The men who came were tired; everything that he said was true."),
        Example("They told the people which way to go."),
        Example("I asked the man which is better, and know which that is."),
    ],
)
def relative_pronoun(segment: Segment) -> Iterator[Hit]:
    """The relative pronoun is the wrong one, or stands twice.

    Languages with one relative pronoun for persons and things give "the man which"; "everything what"
    is German or Slavic.
    """
    text = segment.hypothesis
    for regex, fix in ((_WHICH, "who"), (_WHAT, "that"), (_TWICE, "")):
        for match in regex.finditer(text):
            if regex is _WHICH and _ASKING.search(text, max(0, match.start() - 40), match.start()):
                continue
            yield Hit(Span(*match.span("bad")), fix=fix or match["bad"].split()[0])
