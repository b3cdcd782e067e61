import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_DOUBLED = re.compile(
    r"""(?<=[\w)\]"”’%])
        (?: [ ]?,[ ]?[,.;](?![.\d])          # ",," ", ." ",."
          | ;[ ]?[;,.](?![.\d])
          | :[ ]?:(?=\s+\w) | :[.,;](?=\s|$)
          | [ ]?\.[ ]?\.(?![ ]?\.)       # two full stops, not three
          | (?P<quoted>[.,]["”][.,])     # .”.
        )(?=\s|$|["”’)])""",
    re.VERBOSE,
)
_ENTITY = re.compile(r"& ?#? ?\w+$")


@detector(
    category=Category.PUNCTUATION,
    severity=Severity.MINOR,
    confidence=0.985,
    bad=[
        Example("They came late⟦,,⟧ and left early⟦..⟧", fixed="They came late, and left early."),
        Example("“We will rebuild⟦.”.⟧", fixed="“We will rebuild.”"),
        Example("The offer stands⟦, .⟧", fixed="The offer stands."),
        Example("This is what she wrote⟦:.⟧", fixed="This is what she wrote:"),
    ],
    good=[
        Example("Wait ... they said. . . . Then silence...."),
        Example("Acme Inc., a maker of pumps, moved from Washington, D.C., to Leeds."),
        Example("Open ../data and call std::move; then 1,,2 in a CSV row."),
    ],
)
def doubled_punctuation(segment: Segment) -> Iterator[Hit]:
    """Two punctuation marks stand where one belongs.

    They stay when the words between them are dropped, or when the translation ends a sentence that
    the quotation in it has ended already. Ellipses and abbreviations with a comma are left alone.
    """
    text = segment.hypothesis
    for match in _DOUBLED.finditer(text):
        found = match.group()
        if is_verbatim(text, *match.span()) or (segment.source and found in segment.source):
            continue
        if match.group("quoted"):
            if found[0] == found[2]:
                yield Hit(Span(*match.span()), fix=found[:2])
            continue
        if found.lstrip()[0] == ";" and _ENTITY.search(text[max(0, match.start() - 12) : match.start()]):
            continue
        signs = found.replace(" ", "")
        if signs == ".." and text[match.end() : match.end() + 2].strip().islower():
            yield Hit(Span(*match.span()), fix="...", applicability=UNSAFE)  # two dots that were three
            continue
        if signs == ":.":
            # Either the full stop is too much, or what the colon announced was lost.
            yield Hit(Span(*match.span()), fix=":", applicability=UNSAFE)
            continue
        yield Hit(Span(*match.span()), fix=signs[-1] if signs[-1] == "." or signs[0] == signs[1] else signs[0])
