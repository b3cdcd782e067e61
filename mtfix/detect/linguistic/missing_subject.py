import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_JUDGED = (
    "important|necessary|possible|impossible|clear|obvious|likely|unlikely|difficult|easy|true|interesting|essential|"
    "decided|reported|announced|said|known|believed|expected|estimated"
)
_START = r"(?:^|(?<=[.!?]\s)|(?<=[.!?][”\"]\s))"
_VERB = re.compile(rf"{_START}(?P<bad>Is|Was)(?=\s(?:also\s|very\s|not\s|so\s)?(?:{_JUDGED})\s(?:that|to)\b)")
_BECAUSE = re.compile(r"(?<=\bbecause\s)(?P<bad>is|was)(?=\s(?:very|not|so|a|the|too|also)\s[a-z])")
_REST = re.compile(r"[^.!?]*[.!?]?")


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MAJOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("⟦Is⟧ important that they come.", fixed="It is important that they come."),
        Example("He left because ⟦is⟧ very late.", fixed="He left because it is very late."),
    ],
    good=[
        Example("Is it important that they come? Is necessary to you the same as urgent?"),
        Example("It is important that they come because it is late."),
        Example("Because was a new word to him, and that is all."),
    ],
)
def missing_subject(segment: Segment) -> Iterator[Hit]:
    """The subject "it" is missing.

    Spanish, Italian, Russian and Romanian do without ("es importante que"); English can't. Questions
    are passed over.
    """
    text = segment.hypothesis
    for regex in (_VERB, _BECAUSE):
        for match in regex.finditer(text):
            rest = _REST.match(text, match.end())
            if regex is _VERB and rest is not None and rest.group().endswith("?"):
                continue
            verb = match["bad"]
            yield Hit(Span(*match.span("bad")), fix=f"It {verb.lower()}" if verb[0].isupper() else f"it {verb}")
