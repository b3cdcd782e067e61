import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Severity, Span, document_detector
from mtfix.lang.boilerplate import Line, by_cue
from mtfix.text.verbatim import is_verbatim

_SENTENCE = re.compile(r"[^\s].*?(?:[.!?…]+(?=\s|$|[A-Z])|$|\s(?=[|•·]\s))")
_TEMPLATE = re.compile(r"(?:\{\{[^{}\n]*\}\}|\s)+")
_TRIM = " .!…|•·\t*-–—»›>"
_MAX = 1200
_SHORT = 20  # "Click here." at the end of a paragraph is too little to go by


@dataclass(frozen=True, slots=True)
class _Run:
    """Sentences of boilerplate in a row, at the end of a segment or making it up."""

    segment: int
    start: int
    end: int
    weight: int
    whole: bool
    kind: str


@document_detector(
    category=Category.BOILERPLATE,
    severity=Severity.MAJOR,
    confidence=0.95,
    touches=("name", "number", "url", "placeholder", "title"),
    bad=[
        Example(
            "The dam held.\n⟦We will write to you in June to remind you to give. Watch for an email in your inbox.⟧",
            fixed="The dam held.\n",
        ),
        Example("The dam held.\n⟦Sign up for our morning newsletter⟧\n⟦Accept all cookies⟧", fixed="The dam held.\n\n"),
        Example("The dam held. ⟦Read more about the flood here.⟧", fixed="The dam held."),
        Example("⟦Advertisement⟧\nThe dam held.", fixed="\nThe dam held."),
    ],
    good=[
        Example("She signed up for the newsletter and found a message in her inbox."),
        Example("The site used cookies, and the court asked why."),
        Example("“Click here to win,” the message said."),
        Example("All rights of the owners were reserved by the treaty."),
    ],
)
def page_boilerplate(document: Document) -> Iterator[Hit]:
    """A line of the web page around the text stands in it.

    Requests for donations, newsletter and cookie lines, links to other articles and buttons are cut
    out with the text and translated. A segment (or the end of one) that is made of such sentences
    is deleted if one of them is unmistakable or several agree, also over neighbouring segments; else
    deletion is proposed. The wordings, English and literally translated, are in lang/boilerplate.tsv.
    """
    runs = {run.segment: run for i, s in enumerate(document.segments) if (run := _run(i, s.hypothesis))}
    for index, run in runs.items():
        text = document.segments[index].hypothesis
        weight = run.weight
        for step in (-1, 1):
            at = index + step
            while at in runs and runs[at].whole:
                weight += runs[at].weight
                at += step
        if not weight or (not run.weight and weight < 3):
            continue
        sure = weight >= 2 if run.whole and run.weight else weight >= 3
        start = run.start
        while start and text[start - 1] == " " and text[: start - 1].strip():
            start -= 1
        span = Span(run.start, run.end)
        yield Hit(
            span,
            message=f"A line of the web page stands in the text ({run.kind}).",
            segment=index,
            edits=((Span(start, run.end), ""),),
            applicability=None if sure else UNSAFE,
        )


def _run(index: int, text: str) -> _Run | None:
    """Return the boilerplate at the end of a segment, or None."""
    if len(text) > _MAX and not (text := "\0" * (len(text) - _MAX) + text[-_MAX:]):
        return None
    low = text.lower()
    lines = [line for cue in _cues() if cue in low for line in by_cue()[cue]]
    if not lines:
        return None
    begin = match.end() if (match := _TEMPLATE.match(text)) else 0
    found: list[tuple[int, Line]] = []
    for sentence in reversed(list(_SENTENCE.finditer(text, begin))):
        line = _known(sentence.group(), lines)
        if line is None or is_verbatim(text, *sentence.span()):
            break
        found.append((sentence.start(), line))
    whole = bool(found) and not text[begin : found[-1][0]].strip()
    while found and not whole and not found[-1][1].weight:
        found.pop()
    weight = sum(line.weight for _, line in found)
    if not found or (not whole and weight < 2 and len(text) - found[-1][0] < _SHORT):
        return None
    kind = max(found, key=lambda pair: pair[1].weight)[1].kind
    return _Run(index, found[-1][0], len(text.rstrip()), weight, whole, kind)


def _known(sentence: str, lines: list[Line]) -> Line | None:
    """Return the line that the sentence is, the surest one, if any."""
    body = sentence.strip(_TRIM)
    for line in sorted(lines, key=lambda line: -line.weight):
        if line.pattern.fullmatch(body) or line.pattern.fullmatch(body.rstrip("?:,")):
            return line
    return None


@cache
def _cues() -> tuple[str, ...]:
    return tuple(by_cue())
