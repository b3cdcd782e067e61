import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Severity, Span, document_detector
from mtfix.text.verbatim import is_verbatim

_INNER = r"([^«»„‟‹›「」『』《》〈〉\n]{1,600}?)"
_PAIR = re.compile(
    rf"""„{_INNER}[“”"‟]            # German, Polish, Romanian
      | «[\ \u00a0\u202f]*{_INNER}[\ \u00a0\u202f]*»   # French, Russian, Ukrainian, Spanish
      | »{_INNER}«                  # German books, Danish
      | [「『]{_INNER}[」』] | [《〈]{_INNER}[》〉]      # Chinese, Japanese
      | ‚([^‚‘’\n]{{1,200}}?)‘      # German, single
      | ‹{_INNER}› | ›{_INNER}‹
      | (?<![\w,])``([^`'\n]{{1,300}}?)''(?!')  # TeX
      | (?<![\w,]),,(?=\w)([^,"“”\n][^"“”„\n]{{0,300}}?)(?:''|[”“"])   # two commas for „
    """,
    re.VERBOSE,
)
_LONE = re.compile("[„‟«»「」『』《》]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER = re.compile("[\u0370-\u1cff\u2e80-\u9fff\uac00-\ud7af]")


@document_detector(
    category=Category.QUOTES,
    severity=Severity.MINOR,
    confidence=0.97,
    touches=("title", "name", "number"),
    bad=[
        Example("He called it ⟦„progress“⟧ at first.", fixed="He called it “progress” at first."),
        Example("The film ⟦« Winter »⟧ won, and so did ⟦《Rain》⟧.", fixed="The film “Winter” won, and so did “Rain”."),
        Example('"Yes," he said.\nThe daily ⟦«Dawn»⟧ denied it.', fixed='"Yes," he said.\nThe daily "Dawn" denied it.'),
        Example("“We read ⟦„Faust“⟧ twice,” she said.", fixed="“We read ‘Faust’ twice,” she said."),
    ],
    good=[
        Example("Home » News » Europe"),
        Example("The Russian word «дом» means house."),
        Example("He called it “progress” at first, and ‘ruin’ later."),
        Example("Tick, tock, it went. Rock ‘n’ roll; the `„` sign."),
    ],
)
def foreign_quotes(document: Document) -> Iterator[Hit]:
    """Quotation marks of another language stand in the English text.

    „German“, «French» and 「Japanese」 marks are copied from the source. They become the marks that
    the document uses, double, or single inside a quotation. A quotation in another script keeps its
    own. Forms: the Unicode Standard, chapter 6, and the CLDR's delimiters.
    """
    straight: bool | None = None
    for index, segment in enumerate(document.segments):
        text = segment.hypothesis
        if text.isascii() and ",," not in text and "``" not in text:
            continue
        done: list[Span] = []
        for match in _PAIR.finditer(text):
            inner = next((g for g in match.groups() if g is not None), "")
            if is_verbatim(text, *match.span()) or (_OTHER.search(inner) and not _LATIN.search(inner)):
                done.append(Span(*match.span()))
                continue
            straight = _straight(document) if straight is None else straight
            before = text[: match.start()]
            nested = before.count("“") > before.count("”") + before.count("„") or (
                straight and before.count('"') % 2 == 1 and match.group()[-1] != '"'
            )
            left, right = (
                ("'", "'") if nested and straight else ("‘", "’") if nested else ('"', '"') if straight else ("“", "”")
            )
            span = Span(*match.span())
            done.append(span)
            yield Hit(span, fix=f"{left}{inner.strip()}{right}", segment=index)
        if segment.source is None:
            yield from _lone(text, index, done)


def _lone(text: str, index: int, done: list[Span]) -> Iterator[Hit]:
    """Yield marks without a partner, but not those that part the steps of a path (Home » News)."""
    for match in _LONE.finditer(text):
        at = match.start()
        spaced = text[at - 1 : at] == " " and text[at + 1 : at + 2] == " "
        if match.group() in "»«" and (spaced or at in (0, len(text) - 1)):
            continue
        if is_verbatim(text, at, at + 1) or any(s.start <= at < s.end for s in done):
            continue
        fix = "“" if match.group() in "„«「『《" else "”"
        yield Hit(Span(at, at + 1), fix=fix, segment=index, applicability=UNSAFE)


def _straight(document: Document) -> bool:
    """Say whether the document writes straight double marks."""
    texts = [s.hypothesis for s in document.segments]
    return sum(t.count('"') for t in texts) > sum(t.count("“") - t.count("„") for t in texts)
