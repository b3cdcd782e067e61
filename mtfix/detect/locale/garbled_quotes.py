import re
from collections.abc import Iterator

from mtfix.detect.api import SAFE, UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.quotes import CLOSING, OPENING, STRAIGHT, flipped, marks, tails

# "said", "he added": what follows the quotation is its speaker, so an opening mark is missing further on.
_SPEAKER = re.compile(
    r"\b(?:said|says|say|saying|told|tells|adds|added|adding|asked|asks|wrote|writes|tweeted|replied|recalled|explained|"
    r"explains|continued|noted|stated|insisted|argued|claimed|warned|concluded|declared|according|announced|joked|"
    r"shouted|called|calls|described|responded|reads|read|tweet|interview|testified|remarked|observed|stressed)\b"
)
# The same with single marks, where only a mark after a stop is surely no apostrophe.
_SINGLE = re.compile(r"[^\s‘’“”]*[.,!?]’ [a-z](?:[^‘’“”\n]|\w’\w){2,150}[.!?]’(?=\s|$)")
_LAST_WORD = re.compile(r"[^\s“”\"]*$")
_MAX = 200


@detector(
    category=Category.QUOTES,
    severity=Severity.MAJOR,
    confidence=0.85,
    applicability=UNSAFE,
    touches=("name", "title", "number"),
    bad=[
        Example(
            "The mayor said: “We will rebuild the ⟦bridge.” where the old one stood.”⟧",
            fixed="The mayor said: “We will rebuild the bridge where the old one stood.”",
        ),
        Example('He said: "We ⟦lost!" because of the rain."⟧', fixed='He said: "We lost! because of the rain."'),
        Example(
            "He said: ‘We lost the ⟦mill.’ when the river rose.’⟧",
            fixed="He said: ‘We lost the mill when the river rose.’",
        ),
        Example("The clerk said: ⟦”⟧We are closed.”", fixed="The clerk said: “We are closed.”"),
        Example("“We are closed⟦“⟧, the clerk said.", fixed="“We are closed”, the clerk said."),
    ],
    good=[
        Example("“We will rebuild,” the mayor said. “The old one was weak.”"),
        Example("“We will rebuild.\n“The old one was weak.”"),
        Example("She called it “a bridge” and “a risk,” then left."),
        Example('The 40" screen is 3\' 5" wide, the 50" one wider.'),
    ],
)
def garbled_quotes(segment: Segment) -> Iterator[Hit]:
    """A quotation goes on after its closing mark, or opens or closes with the wrong mark.

    Neural systems close a quotation where the sentence could end and then translate the rest, so a
    fragment hangs between two closing marks. The marks are balanced by taking the first away; the
    other way, to drop the fragment, is shown. Marks that point the wrong way come from German and
    Swedish, where “ closes or ” opens. In a quotation of several paragraphs each opens with a mark
    and only the last closes: that is right.
    """
    text = segment.hypothesis
    for first, second in tails(text):
        rest = text[first + 1 : second]
        if len(rest) > _MAX or _SPEAKER.search(rest) or not rest[:1].isspace() or not rest.strip():
            continue
        word = _LAST_WORD.search(text, max(0, first - 60), first)
        start = word.start() if word else first
        stop = text[first - 1] if first else ""
        cut = 1 if stop in ".," and rest.lstrip()[0].islower() else 0
        yield Hit(
            Span(start, second + 1),
            fix=text[start : first - cut] + rest + text[second],
            message="A fragment hangs between two closing quotation marks.",
            alternatives=(text[start : first + 1],),
        )
    if "‘" in text:
        yield from _single(text)
    wrong = flipped(text)
    if not wrong:
        return
    flips = {m.at for m in wrong}
    roles = [(m.role == "open") != (m.at in flips) for m in marks(text)]
    balanced = all(is_open == (n % 2 == 0) for n, is_open in enumerate(roles)) and len(roles) % 2 == 0
    straight = len(wrong) < len(roles) and all(m.char == STRAIGHT for m in marks(text) if m.at not in flips)
    for mark in wrong:
        opens = mark.char == CLOSING
        yield Hit(
            Span(mark.at, mark.at + 1),
            fix=STRAIGHT if straight else OPENING if opens else CLOSING,
            message=f"A quotation {'opens' if opens else 'closes'} with the wrong mark.",
            severity=Severity.MINOR,
            applicability=None if not balanced else SAFE,
        )


def _single(text: str) -> Iterator[Hit]:
    """Yield fragments between two closing single marks; the quotation must have opened before."""
    for match in _SINGLE.finditer(text):
        found = match.group()
        first, rest = found.split("’ ", 1)
        if "‘" not in text[: match.start() + len(first)] or _SPEAKER.search(rest):
            continue
        cut = first[:-1] if first[-1] in ".," else first
        yield Hit(
            Span(*match.span()),
            fix=f"{cut} {rest}",
            message="A fragment hangs between two closing quotation marks.",
            alternatives=(first + "’",),
        )
