import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Segment, Severity, Span, document_detector
from mtfix.text.verbatim import is_verbatim, speaks_of_markup

# Template languages in which no sentence of prose can be written. Translation puts spaces inside the signs.
_TAG = re.compile(
    r"""\{\ ?\{\ ?\{?[^{}\n]{0,120}\}?\ ?\}\ ?\}   # {{name}} {{#block}} {{{raw}}} { {name} }   Mustache, Jinja, Angular
      | \{%[^{}\n]{0,120}%\}                        # {% if x %}                                Jinja, Liquid, Twig
      | \[%-?[^\[\]\n]{1,120}%\]                      # [% INCLUDE x %]                           Template Toolkit
      | (?<![\w%])%[A-Z]{2,}(?:_[A-Z]+){0,5}%(?![\w%])       # %FIRSTNAME%                              mailing systems
      | <%[=\#@!-]?[^<>\n]{0,120}%>                 # <%= x %>                                  ERB, JSP
      | \$\{[^{}\n]{1,60}\}                         # ${name}                                   JavaScript, JSP
      | \[\[\ ?(?:\.\.\.|…|[a-z]+(?:_[a-z0-9]+)+|[a-z]+[A-Z]\w*)\ ?\]\]   # [[...]] [[image_url]]
      | (?<![\w%])%(?:\(\w{1,40}\)|\d\$)?[sd](?![\w%])                     # %s %(name)s %1$s   printf
      | (?<![\w{$])\{\ ?[A-Za-z_]\w{0,40}(?:\.\w{1,40})?\ ?\}(?!\})        # {name}
    """,
    re.VERBOSE,
)
_BLOCK = re.compile(r"\{ ?\{ ?\{? ?(?:[#/^>!&]|\. ?\}|\})|\{%|<%|\[%|\[\[")
_WEAK = re.compile(r"%(?![A-Z])|\{(?! ?[{%])")
_SIGNS = ("{", "%", "[[")


@document_detector(
    category=Category.PLACEHOLDER,
    severity=Severity.MAJOR,
    confidence=0.98,
    touches=("placeholder", "tag", "number", "name"),
    bad=[
        Example("The mayor resigned.\n⟦{{#banner}}⟧\n⟦{{left side}}⟧", fixed="The mayor resigned.\n\n"),
        Example("⟦{{/rows}}{{caption}}⟧The port reopened on Friday.", fixed="The port reopened on Friday."),
        Example("The port reopened ⟦{% endif %}⟧ on Friday.", fixed="The port reopened on Friday."),
        Example("⟦<%= headline %>⟧", fixed=""),
        Example("He thanked ⟦{{user}}⟧ for the flowers.", fixed="He thanked for the flowers."),
    ],
    good=[
        Example("Hello {{name}}, your parcel is here.", source="Hallo {{name}}, Ihr Paket ist da."),
        Example("Write `{{name}}` where the name should stand."),
        Example("A Mustache placeholder looks like {{name}}."),
        Example("%d files were copied to {folder}."),
        Example("The set {a, b} has two members, and 100 %s is no number."),
    ],
)
def template_residue(document: Document) -> Iterator[Hit]:
    """Signs of a page template stand in the text.

    A page was translated before its template was filled in, so block marks and the (translated)
    names of its variables stay. A segment that is nothing else is deleted; beside real text only
    the signs go. A placeholder that the source has too, or that stands in code or in a text about
    templates, is meant. `{name}` and `%s` alone are left to software strings: they count only in a
    document that has other residue. A variable inside a sentence leaves a hole, so its deletion is
    only proposed. Forms: the manuals of Mustache, Jinja, Liquid, ERB and printf.
    """
    found = [(i, s, _runs(s)) for i, s in enumerate(document.segments) if any(x in s.hypothesis for x in _SIGNS)]
    evident = any(_evident(s.hypothesis, runs) for _, s, runs in found)
    for index, segment, runs in found:
        text = segment.hypothesis
        if _whole(text, runs):
            sure = _WEAK.match(text.strip()) is None
            if sure or evident or any(s.hypothesis.count(" ") > 11 for s in document.segments):
                yield Hit(Span(0, len(text)), fix="", segment=index, applicability=None if sure else UNSAFE)
            continue
        for start, end in runs:
            weak = _WEAK.match(text, start) is not None
            if weak and not evident:
                continue
            inside = text[:start].endswith(" ") and text[end : end + 1] == " "
            sure = not weak and (evident or not inside)
            yield Hit(
                Span(start, end),
                segment=index,
                edits=((_with_space(text, start, end), ""),),
                applicability=None if sure else UNSAFE,
            )


def _with_space(text: str, start: int, end: int) -> Span:
    """Return what to delete: the residue, and one of the spaces around it."""
    before, after = text[start - 1 : start] == " ", text[end : end + 1] == " "
    if before and (after or end == len(text)):
        return Span(start - 1, end)
    return Span(start, end + (after and start == 0))


def _evident(text: str, runs: list[tuple[int, int]]) -> bool:
    """Say whether the residue leaves no doubt: a block mark, or a segment of strong residue alone."""
    if any(_BLOCK.search(text, start, end) for start, end in runs):
        return True
    return _whole(text, runs) and _WEAK.match(text.strip()) is None


def _whole(text: str, runs: list[tuple[int, int]]) -> bool:
    at, rest = 0, ""
    for start, end in runs:
        rest += text[at:start]
        at = end
    return bool(runs) and not (rest + text[at:]).strip(" \t|·•,;:.-–—")


def _runs(segment: Segment) -> list[tuple[int, int]]:
    """Return the stretches of residue; neighbours are one."""
    text, source = segment.hypothesis, segment.source or ""
    runs: list[tuple[int, int]] = []
    for match in _TAG.finditer(text):
        start, end = match.span()
        if match.group() in source or is_verbatim(text, start, end):
            continue
        if source and _squeezed(match.group()) in _squeezed(source):
            continue
        if runs and not text[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [] if runs and speaks_of_markup(text) else runs


def _squeezed(text: str) -> str:
    return "".join(text.split()).lower()
