import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

# "Can not only": there "not" belongs to what follows. "The can not opened": a noun.
_SPLIT = re.compile(
    r"(?<![\w'’-])(?P<can>[Cc]an) not(?=\s[a-z]+)(?!\s(?:only|just|merely|simply|necessarily|to|but)\b)(?!\s\w+ed\b)"
)
_NOUN = re.compile(
    r"\b(?:the|a|an|this|that|his|her|their|each|every|tin|oil|beer|trash|garbage|watering)\s$", re.IGNORECASE
)


@detector(
    category=Category.WORD_FORM,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The ministers ⟦can not⟧ agree on a date.", fixed="The ministers cannot agree on a date."),
        Example("He ⟦can not⟧ afford it.", fixed="He cannot afford it."),
    ],
    good=[
        Example("The ministers cannot agree, and they can't wait."),
        Example("A good school can not only teach but also comfort."),
        Example("The can not in use is empty; we can, not that we must."),
    ],
)
def split_cannot(segment: Segment) -> Iterator[Hit]:
    """The word "cannot" is written as two.

    Most languages negate in two words ("no puede"), and engines that go word by word put "can" and "not" side by side.
    Edited English has one word, but where "not" belongs to what follows: "can not only teach".
    """
    text = segment.hypothesis
    for match in _SPLIT.finditer(text):
        if not _NOUN.search(text[max(0, match.start() - 12) : match.start()]):
            yield Hit(Span(*match.span()), fix=f"{match['can']}not")
