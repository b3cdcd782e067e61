import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.protect import protected

_LOOP = re.compile(
    r"""([A-Za-z])\1{11,}                       # aaaaaaaaaaaa
      | (?<![A-Za-z])([A-Za-z]{2,4}?)\2{5,}     # dededededede
      | (?:[.,;:]\ ){5,}[.,;:]?                 # . . . . . .
      | ([,;:])\3{3,}                           # ,,,,
      | ([()\[\]"'’”])\4{5,}                    # ))))))""",
    re.VERBOSE,
)
_QUICK = re.compile(r"([^\W\d_]|[,;:()\[\]\"'’”])\1{3}|(\w\w\w?\w?)\2{3}|[.,;:] [.,;:] [.,;:] ")
# Laughing, singing, stammering, ringing.
_SOUNDS = re.compile(
    r"(?:h?[aeiou]h?|[hjmnzx]+|lo|la|na|da|ba|ya|bla|blah|tick|tock|beep|ding|dong|boom|bang|knock|chop|ra|ta|rat|yo|go|"
    r"no|ja|je|ji|ho|hi|ki|ke|ku|ks|ka|xx|um|cho|choo|tut|tsk|woo|wow|wah|bom|pom|dum|doo|du|rr|ss|shh|lol|mu|mwa|xo)+",
    re.IGNORECASE,
)


@detector(
    category=Category.UNINTELLIGIBLE,
    severity=Severity.MAJOR,
    confidence=0.9,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The chapter ends ⟦. . . . . . . .⟧"),
        Example("He was a ⟦dededededededede⟧ farmer."),
        Example("The list⟦,,,,,,⟧ was long.", fixed="The list, was long."),
    ],
    good=[
        Example("“Hahahahahaha,” she wrote, “nooooooo!”"),
        Example("Wait . . . I know him."),
        Example("See https://example.com/aaaaaaaaaaaaaaaaaaaa for more."),
    ],
)
def looping_characters(segment: Segment) -> Iterator[Hit]:
    """Letters, syllables or signs are repeated without sense.

    A decoder of subwords that has lost the sentence goes on with one piece till the end. Laughter,
    songs and drawn-out words are known and left alone, as are addresses and code.
    """
    text = segment.hypothesis
    if not _QUICK.search(text):
        return
    for match in _LOOP.finditer(text):
        span = Span(*match.span())
        body = match.group().rstrip()
        if body[0].isalpha() and _SOUNDS.fullmatch(body):
            continue
        if any(p.span.overlaps(span) for p in protected(text) if p.kind in ("url", "code", "tag", "placeholder")):
            continue
        sign = match[3] or match[4]
        yield Hit(Span(span.start, span.start + len(body)), fix=sign if match[3] else None)
