import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector

_ARTICLES = re.compile(
    r"(?<![\w'’.-])(?P<one>a|an|the|A|An|The)\s(?P<two>an|the|my|his|her|its|our|their|your)(?=\s[a-z])"
    r"|(?<![\w'’.-])(?P<poss>my|his|its|our|their|your)\s(?P<art>the|an?)(?=\s[a-z])"
)


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("They closed ⟦the an⟧ old bridge.", fixed="They closed the old bridge."),
        Example("He lost ⟦his the⟧ keys and ⟦the my⟧ bag.", fixed="He lost his keys and my bag."),
    ],
    good=[
        Example("He gave the A team a rest."),
        Example("She gave her the keys."),
        Example("It was in vitamin A the whole time."),
        Example("His the-sky-is-falling tone annoyed us."),
    ],
)
def doubled_article(segment: Segment) -> Iterator[Hit]:
    """Two articles, or an article and a possessive, stand before one noun.

    A rule-based engine translates the article of the source and adds its own; English has one
    determiner ("my house", not "the my house"). "Her the" is good English ("gave her the keys").
    """
    for match in _ARTICLES.finditer(segment.hypothesis):
        one, two = match.group().split()
        if one.lower() == two or (
            one == "A"
            and match.string[max(0, match.start() - 3) : match.start()].rstrip()[-1:] not in ("", ".", "!", "?")
        ):
            continue
        keep = one if match["poss"] or two in ("an", "the") else two
        yield Hit(Span(*match.span()), fix=keep if keep == one or one.islower() else keep.capitalize())
