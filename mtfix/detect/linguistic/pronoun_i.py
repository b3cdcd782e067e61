import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector

_SMALL_I = re.compile(
    r"""(?<![\w.'’(/&\\-])i(?=['’](?:m|ve|ll|d)\b
        |\s(?:am|was|have|had|do|did|don['’]t|didn['’]t|can|can['’]t|could|will|won['’]t|would|should|must|may|might
            |think|thought|know|knew|want|wanted|need|see|saw|said|believe|hope|feel|felt|love|like|loved|went|got|came
            |just|also|never|really|still|always|cannot|mean|guess|made|took|found|understand|remember)\b)""",
    re.VERBOSE,
)


@detector(
    category=Category.CAPITALISATION,
    severity=Severity.MINOR,
    confidence=0.97,
    bad=[
        Example("Yesterday ⟦i⟧ was at home.", fixed="Yesterday I was at home."),
        Example("He knows ⟦i⟧’m late and ⟦i⟧ don't care.", fixed="He knows I’m late and I don't care."),
    ],
    good=[
        Example("See point i. and part (i) was short."),
        Example("The index i stands for the row."),
        Example("La casa i el gat; the letter i was his favourite."),
        Example("I am here."),
    ],
)
def pronoun_i(segment: Segment) -> Iterator[Hit]:
    """The pronoun "I" is written small.

    No other language capitalises it, and subtitles and lower-cased training text carry "i" over.
    Only seen before a verb that takes it, so that list marks and variables are left alone.
    """
    text = segment.hypothesis
    for match in _SMALL_I.finditer(text):
        if re.search(
            r"\b(?:letter|point|section|part|item|index|sound|vowel|variable|number|roman)\s$",
            text[max(0, match.start() - 12) : match.start()],
            re.I,
        ):
            continue
        yield Hit(Span(*match.span()), fix="I")
