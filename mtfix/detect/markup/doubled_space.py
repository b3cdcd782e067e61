import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Document, Example, Hit, Severity, Span, document_detector
from mtfix.text.verbatim import is_verbatim

_RUN = re.compile(r"(?<=\S) {2,}(?=\S)")
_ENDS = '.!?:"”’)'
_ONE_SPACE_AFTER_STOP = re.compile(r"[.!?][\"”’)]? (?=[A-Z“\"])")


@document_detector(
    category=Category.WHITESPACE,
    severity=Severity.MINOR,
    confidence=0.97,
    bad=[
        Example("The ferry leaves⟦  ⟧at noon.", fixed="The ferry leaves at noon."),
        Example("She bought⟦   ⟧bread, and he paid.", fixed="She bought bread, and he paid."),
    ],
    good=[
        Example("The ferry leaves at noon.  It comes back at six.  Bring a coat."),
        Example("Name    Age    Town"),
        Example("tea     a drink\nrice    a grain\nplum    a fruit"),
        Example("Use `a  b` as the key."),
    ],
)
def doubled_space(document: Document) -> Iterator[Hit]:
    """Two or more spaces stand between words.

    They are left where a tag or a word was dropped. A document that has two spaces after its full
    stops throughout follows an old typists' habit and is left alone there, and so are columns
    (wide gaps, several in a line or one in each of several lines).
    """
    typists: bool | None = None
    columns: bool | None = None
    for index, segment in enumerate(document.segments):
        text = segment.hypothesis
        if "  " not in text:
            continue
        runs = list(_RUN.finditer(text))
        if sum(m.end() - m.start() > 2 for m in runs) > 1 or "\t" in text or text.startswith("  "):
            continue
        columns = _columns(document) if columns is None else columns
        if columns:
            return
        for match in runs:
            if text[match.start() - 1] in _ENDS:
                typists = _typists(document) if typists is None else typists
                if typists:
                    continue
            if not is_verbatim(text, *match.span()):
                yield Hit(Span(*match.span()), fix=" ", segment=index)


def _columns(document: Document) -> bool:
    """Say whether several lines have a wide gap: a table or a list with its explanations."""
    return sum("   " in s.hypothesis.strip() for s in document.segments) > 2


def _typists(document: Document) -> bool:
    """Say whether at least half of the full stops inside the document are followed by two spaces."""
    texts = [s.hypothesis for s in document.segments]
    two = sum(t.count(".  ") + t.count("?  ") + t.count("!  ") for t in texts)
    return two >= sum(len(_ONE_SPACE_AFTER_STOP.findall(t)) for t in texts)
