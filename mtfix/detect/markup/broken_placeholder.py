import re
from collections.abc import Iterator

from mtfix.detect.api import Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim

_PLACEHOLDER = re.compile(
    r"\{\{[^{}\n]{1,60}\}\}|\$\{[^{}\n]{1,60}\}|\{\w{1,40}\}|%(?:\(\w{1,40}\)|\d\$)?[sd](?!\w)|%[A-Z][A-Z_]+%"
)
# Forms that can only be broken, with or without a source.
_BROKEN = re.compile(
    r"""\$\ +\{\ ?[\w.]{1,40}\ ?\}           # $ {name}
      | \$\{(?:\ +[\w.]{1,40}|[\w.]{1,40}\ +)\}   # ${name }
      | \{\ +\{\ ?[\w.#/]{1,40}\ ?\}\ *\} | \{\ ?\{\ ?[\w.#/]{1,40}\ ?\}\ +\}   # { {x} }
      | \{\d\ +\} | \{\ +\d\}                # {0 }
      | %\ *\(\ *\w{1,40}\ *\)\ +[sd](?!\w) | %\ +\(\ ?\w{1,40}\ ?\)\ ?[sd](?!\w) | %\(\ +\w{1,40}\ *\)[sd](?!\w)
      | %\ +\d\ ?\$\ ?[sd](?!\w) | %\d(?:\ \$\ ?|\$\ )[sd](?!\w)                # % 1 $ s
    """,
    re.VERBOSE,
)
_WIDE = str.maketrans("｛｝％＄（）", "{}%$()")


@detector(
    category=Category.PLACEHOLDER,
    severity=Severity.MAJOR,
    confidence=0.98,
    touches=("placeholder", "number", "name", "tag", "unit"),
    bad=[
        Example("Hello ⟦$ {user}⟧, welcome back.", fixed="Hello ${user}, welcome back."),
        Example("Copied ⟦% d⟧ files.", fixed="Copied %d files.", source="%d Dateien kopiert."),
        Example("Page ⟦{0 }⟧ is missing.", fixed="Page {0} is missing."),
        Example("Dear ⟦{nombre}⟧, hello.", fixed="Dear {name}, hello.", source="Querido {name}, hola."),
    ],
    good=[
        Example("Dear {name}, hello.", source="Querido {name}, hola."),
        Example("It rose by 50% so they sold; the set { 0 } has one member."),
        Example("Write `{0 }` to leave a gap."),
    ],
)
def broken_placeholder(segment: Segment) -> Iterator[Hit]:
    """A placeholder is broken, so that a program won't fill it in.

    A tokeniser splits `%s` and `{name}` into signs, and the pieces come back with spaces between
    them, in full-width form, or translated. With a source the source's form is put back. Without
    one only forms that no program reads are closed up.
    """
    text, source = segment.hypothesis, segment.source
    if not any(sign in text for sign in "{%｛％"):
        return
    taken: list[Span] = []
    if source:
        for span, form in _from_source(text, source):
            taken.append(span)
            yield Hit(span, fix=form)
    for match in _BROKEN.finditer(text):
        span, form = Span(*match.span()), "".join(match.group().split())
        if any(span.overlaps(t) for t in taken) or is_verbatim(text, *match.span()):
            continue
        if not source or match.group() not in source:
            yield Hit(span, fix=form)


def _from_source(text: str, source: str) -> Iterator[tuple[Span, str]]:
    """Yield broken placeholders with the source's form."""
    forms = list(dict.fromkeys(_PLACEHOLDER.findall(source)))
    missing = [form for form in forms if form not in text]
    spans: list[Span] = []
    for form in missing:
        match = _loose(form).search(text.translate(_WIDE))
        if match:
            spans.append(Span(*match.span()))
            yield spans[-1], form
    left = [f for f in missing if not _loose(f).search(text.translate(_WIDE))]
    extra = [m for m in _PLACEHOLDER.finditer(text) if m.group() not in source]
    extra = [m for m in extra if not any(Span(*m.span()).overlaps(s) for s in spans)]
    # One is lost and one is new: its name was translated.
    if len(left) == len(extra) == 1 and left[0][:2].strip("abcdefghijklmnopqrstuvwxyz") == extra[0].group()[:2].strip(
        "abcdefghijklmnopqrstuvwxyz"
    ):
        yield Span(*extra[0].span()), left[0]


def _loose(form: str) -> re.Pattern[str]:
    """Return a pattern for the placeholder with spaces between its signs, in any case."""
    parts = [re.escape(part) for part in re.findall(r"\w+|[^\w\s]", form)]
    end = r"(?!\w)" if form[-1].isalnum() else ""
    return re.compile(" ?".join(parts) + end, re.IGNORECASE)
