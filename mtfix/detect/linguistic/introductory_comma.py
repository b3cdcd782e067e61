import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

# What links a sentence with the one before and is set off by a comma in edited prose nearly always. "Then", "thus" and
# "sometimes" are not: they stand without one as often.
_LINK = (
    r"Also|Actually|Additionally|As (?:a|another) (?:consequence|result|example)|As we all know"
    r"|As far as I am concerned|Consequently|Even so|Finally|First(?:ly)?|First of all"
    r"|For (?:example|instance)|For (?:this|these) reasons?"
    r"|Fortunately|Furthermore|However|In addition(?: to (?:this|that))?|In (?:conclusion|contrast|fact|general|short)"
    r"|In (?:my|our) (?:opinion|view)|In (?:other|simple) words|In particular"
    r"|In (?:this|that|such a|such|one|the first|the second) (?:case|situation|way)|In today['’]s (?:world|society)"
    r"|Indeed|Last but not least|Lastly|Likewise|Moreover|Nevertheless|Nonetheless|Of course|On the contrary"
    r"|On the (?:one|other) hand|On (?:one|other) hand|Otherwise|Overall|Second(?:ly)?|Similarly|Surprisingly"
    r"|Therefore|Third(?:ly)?|To (?:conclude|sum up|my surprise|our surprise)|Unfortunately|Usually|Yes"
)
_TIME = r"(?:past|last|year|month|week|day|time|morning|evening|spring|summer|autumn|fall|winter|season)"
_SUBJECT = rf"(?!th(?:is|at)\s{_TIME}\b)(?:I|we|they|he|she|it|you|this|that|these|those|the|a|an|there|my|our|their"
_SUBJECT += r"|his|her|its|people|when|if)"
_BARE = re.compile(rf"(?:^|(?<=[.!?]\s))(?=[A-Z])(?!So\salso)(?:(?:But|And|So)\s)?(?i:{_LINK})(?=\s{_SUBJECT}\s[a-z])")
_END = re.compile(r"[^.!?]*")


@detector(
    category=Category.PUNCTUATION,
    severity=Severity.MINOR,
    confidence=0.8,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "The path is steep. ⟦For example⟧ they had to use ropes.",
            fixed="The path is steep. For example, they had to use ropes.",
        ),
        Example("⟦In addition⟧ the roof leaks when it rains.", fixed="In addition, the roof leaks when it rains."),
        Example("⟦But of course⟧ we had to pay for it.", fixed="But of course, we had to pay for it."),
    ],
    good=[
        Example("For example, they had to use ropes. In addition, the roof leaks."),
        Example("For example in Lisbon, rents rose. Then he left, and sometimes the door was open."),
        Example("Also this year, in spring, they came back. Thus the matter."),
        Example("However the farmers tried, the field stayed dry."),
    ],
)
def introductory_comma(segment: Segment) -> Iterator[Hit]:
    """The comma after a linking phrase at the head of a sentence is missing.

    Many languages set none there ("Por ejemplo los precios"), and translations follow them. In edited
    news it is missing once in 350,000 words. Only before a subject, in a sentence of some length.
    """
    text = segment.hypothesis
    for match in _BARE.finditer(text):
        sentence = _END.match(text, match.end())
        rest = sentence[0] if sentence else ""
        # "However the farmers tried, the field stayed dry": here it means "no matter how".
        if len(rest.split()) > 3 and not (match[0].endswith("owever") and "," in rest):
            yield Hit(Span(*match.span()), edits=((Span(match.end(), match.end()), ","),))
