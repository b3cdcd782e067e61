import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Document, Example, Hit, Severity, Span, document_detector

# Words that nothing can end with, and words that seldom do: after these a longer text is asked for.
_NEVER = "the|a|an|and|or|whose|their|its|my|your|our|because|although"
_SELDOM = (
    "of|to|with|from|as|at|into|by|for|in|that|which|who|is|was|are|were|has|have|had|will|would|can|but|if|when|than"
)
_END = re.compile(rf"(?<![\w'’-])(?P<never>{_NEVER})(?P<stop>[ ]?\.)?\s*$|(?<![\w'’-])(?P<seldom>{_SELDOM})\s*$")
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|said|says|\w{3,}ed)\b")
_FEW, _MANY = 7, 14
_STOP_AFTER = frozenset(("the", "an", "their", "whose"))


def _cut(text: str) -> re.Match[str] | None:
    """Return the last word if the text ends in the middle of a clause."""
    match = _END.search(text, max(0, len(text) - 24))
    if match is None:
        return None
    count = len(text.split())
    if match["never"]:
        if match["stop"] and match["never"] not in _STOP_AFTER:
            return None
        return match if count >= _FEW and _VERB.search(text) else None
    # The last clause may be a question or a relative whose preposition is left behind: "what he stands for".
    return (
        match
        if count >= _MANY and not re.search(r"\b(?:what|who|which|where|how)\b", text[-60:].lower()[:-4])
        else None
    )


@document_detector(
    category=Category.GRAMMAR,
    severity=Severity.MAJOR,
    confidence=0.85,
    applicability=Applicability.DISPLAY_ONLY,
    bad=[
        Example("The minister said on Monday that the bridge was closed after ⟦the⟧"),
        Example("The talks were held in Vienna and were followed by a meeting of ⟦the⟧.\nNobody came."),
    ],
    good=[
        Example("They met in the town hall and talked about the plans for the\n2012 games and their cost."),
        Example("What the new mayor stands for and what he dreams of"),
        Example("Bridge, road and rail: where the money comes from"),
        Example("The minister was asked what it was he had come for, and said that he had come to help."),
    ],
)
def truncated_sentence(document: Document) -> Iterator[Hit]:
    """The text breaks off in the middle of a clause.

    A decoder that reaches its limit of words, or loses the rest of a long source, stops anywhere: after
    "the", "and", "of". Headlines and list items are short and have no verb; a line that the next one
    goes on with in lower case is only wrapped. What is missing can't be known from the English.
    """
    segments = document.segments
    for index, segment in enumerate(segments):
        text = segment.hypothesis
        match = _cut(text)
        if match is None:
            continue
        following = segments[index + 1].hypothesis.lstrip() if index + 1 < len(segments) else ""
        if following[:1].islower() or (following and not match["stop"] and following[:1].isdigit()):
            continue
        name = "never" if match["never"] else "seldom"
        yield Hit(
            Span(*match.span(name)),
            segment=index,
            message=f"The text breaks off after “{match[name]}”: the rest is lost.",
        )
