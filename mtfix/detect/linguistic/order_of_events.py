import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.grammar import vocabulary

_ENDS = frozenset("blew exploded detonated burst died sank disintegrated drowned crashed went".split())
_ARRIVAL = r"landed|arrived|came\ down|touched\ down|fell|plunged|plummeted|dropped|hit"
_START = r"took\ off|lifted\ off|set\ off|departed"
_PLACE = r"(?:on|from|onto|in|into|at|near|beside|outside|inside|over|to|by)"
_REVERSED = re.compile(
    rf"""\b(?P<end>(?:blew\ up|went\ off|exploded|detonated|burst|died|sank|disintegrated|drowned)(?=,\s(?:{_ARRIVAL}))
         | crashed(?=,\s(?:{_START}))),\s(?P<arrival>{_ARRIVAL}|{_START})
         (?P<place>\s(?:{_PLACE}\s)?(?:(?:the|a|an|his|her|its|their|some|one)\s[\w'’-]+|[A-Z][\w’-]+)
                  (?:\s(?!and\b)[\w'’-]+){{0,4}}?)
         (?=,?\s(?P<and>and)\b|[.;])""",
    re.VERBOSE,
)


@detector(
    category=Category.WORD_ORDER,
    severity=Severity.MAJOR,
    confidence=0.7,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "The rocket ⟦exploded, fell⟧ on the roof and started a fire.",
            fixed="The rocket fell on the roof, exploded and started a fire.",
        ),
        Example(
            "A balloon ⟦burst, landed⟧ in the garden and frightened the dog.",
            fixed="A balloon landed in the garden, burst and frightened the dog.",
        ),
        Example("The drone ⟦exploded, landed⟧ on a barn.", fixed="The drone landed on a barn and exploded."),
    ],
    good=[
        Example("The rocket fell on the roof, exploded and started a fire."),
        Example("The shuttle exploded and fell into the sea."),
        Example("When the bomb exploded, debris landed on the road and hurt two people."),
        Example("After the engine exploded, the plane landed in a field and burned."),
    ],
)
def order_of_events(segment: Segment) -> Iterator[Hit]:
    """Events stand in an impossible order: what has blown up or died can no longer land or arrive.

    A source with participles ("having fallen on the street, blew up") gives the order by form;
    a translator that makes finite verbs of them loses it. Only lists of three verbs on one subject
    ("blew up, landed on ... and ...") are seen; with "and" between the two the order may be real.
    """
    text = segment.hypothesis
    if vocabulary(text).isdisjoint(_ENDS):
        return
    for match in _REVERSED.finditer(text):
        end, place = match["end"], match.end("place")
        yield Hit(
            Span(match.start(), match.end("arrival")),
            fix=match["arrival"],
            edits=((Span(place, place), f", {end}" if match["and"] else f" and {end}"),),
            alternatives=(f"{match['arrival']}, {end}",),
            message=f"“{end}” stands before “{match['arrival']}”: the order of events is impossible.",
        )
