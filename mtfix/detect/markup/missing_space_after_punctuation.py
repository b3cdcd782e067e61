import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

# A word, a sign, a word: "end.The", "cold,wet". One capital or one letter is an initial; digits are numbers.
_GLUED = re.compile(r"(?<![\w./@#&\\\[=-])([A-Za-z][a-z’']*[a-z])([.!?,;:])([A-Za-z][a-z]+|[IA])(?![\w./@(:=_-])")
# Words that begin a sentence or a clause and end no domain name or file name.
_STARTERS = frozenset(
    "The He She It They We You I A An This That These Those There But And So In On At If When While After Before "
    "However Our His Her Their My Its No Not For As With From By To What Who Why How Where Then Now Yes".split()
)
_FUNCTION = frozenset(
    "the a an and or but of to in on at by for with from he she it they we you i that this which who is was are were "
    "not as so if when while then his her their its our my there where because although".split()
)
_DOMAINS = frozenset(
    "com org net edu gov info biz io co uk de fr ru ua eu us tv me ai app dev html htm php js py txt pdf doc jpg png "
    "gif exe zip md csv json xml".split()
)


@detector(
    category=Category.WHITESPACE,
    severity=Severity.MINOR,
    confidence=0.97,
    bad=[
        Example("The road was ⟦closed.The⟧ next one was not.", fixed="The road was closed. The next one was not."),
        Example("It was ⟦cold,and⟧ nobody came.", fixed="It was cold, and nobody came."),
    ],
    good=[
        Example("Visit example.com or mail anna.berg@example.org today."),
        Example("The score was 3,2 and J.K.Rowling signed at 10.30 for 1,500 people."),
        Example("She sent her notes.docx and a Node.js script to the AT&T office."),
    ],
)
def missing_space_after_punctuation(segment: Segment) -> Iterator[Hit]:
    """A space is missing after a punctuation mark.

    Sentences that are translated one by one are glued when they are joined, and Chinese or Japanese
    punctuation has no space after it. Domain and file names, initials and numbers are left alone.
    Surest where the next word is one that begins a sentence or clause.
    """
    text = segment.hypothesis
    for match in _GLUED.finditer(text):
        before, sign, after = match.groups()
        if is_verbatim(text, *match.span()) or after.lower() in _DOMAINS:
            continue
        if segment.source and match.group() in segment.source:
            continue
        if sign in ".!?" and not after[0].isupper():
            continue
        if len(after) == 1 and not re.match(r" [a-z]|['’]", text[match.end() :]):
            continue  # "ref.A"
        if sign == ":" and not (after[0].isupper() and before.islower()):
            continue
        known = after in _STARTERS if sign in ".!?" else after.lower() in _FUNCTION or before.lower() in _FUNCTION
        if not known and (before[0].isupper() or len(before) < 3 or len(after) < 3):
            continue  # a brand such as "Yahoo!Japan", an abbreviation such as "vs.Italy"
        yield Hit(Span(*match.span()), fix=f"{before}{sign} {after}", applicability=None if known else UNSAFE)
