import re
from collections import Counter
from collections.abc import Iterator

from mtfix.detect.api import DISPLAY_ONLY, SAFE, UNSAFE, Category, Example, Hit, Segment, Severity, Side, Span, detector

_PLACEHOLDER = re.compile(
    r"""\{\{[^{}\n]{1,60}\}\} | \$\{[^{}\n]{1,60}\} | \{[A-Za-z_][\w.:!-]*\} | \{\d*\} | \{\{?\#?/?[\w.]+\}?\}
      | %\([A-Za-z_]\w*\)[sdf] | %\d\$[sd] | %[sd](?!\w) | %%[A-Z_]+%% | __[A-Z]+_?\w*__
      | </?[a-z][a-z0-9]{0,10}(?:\s[^<>\n]{0,100})?/?> | &(?:nbsp|amp|lt|gt|quot);""",
    re.VERBOSE,
)
# The same with spaces let in, other letters inside, or other brackets.
_BROKEN = re.compile(
    r"""\{\s?\{[^{}\n]{0,60}\}\s?\} | \$\s?\{[^{}\n]{0,60}\} | \{[^{}\n]{0,40}\} | %\s?\(\s?\w+\s?\)\s?[sdfSDF]
      | %\s?\d\s?\$\s?[sdSD] | %\s?[sdSD](?!\w) | <\s?/?\s?[A-Za-z][a-zA-Z0-9]{0,10}(?:\s[^<>\n]{0,100})?\s?/?\s?>
      | &\s?\w{2,6}\s?; | __\s?\w+\s?__ | %\s?%\s?\w+\s?%\s?%""",
    re.VERBOSE,
)


@detector(
    category=Category.PLACEHOLDER,
    severity=Severity.CRITICAL,
    confidence=0.97,
    applicability=SAFE,
    touches=("placeholder", "tag", "number", "name", "code"),
    bad=[
        Example("Hello, ⟦{ name }⟧!", fixed="Hello, {name}!", source="Привет, {name}!"),
        Example("You have ⟦% S⟧ messages.", fixed="You have %s messages.", source="Sie haben %s Nachrichten."),
        Example("Press <b>Go⟦</ b>⟧.", fixed="Press <b>Go</b>.", source="Нажмите <b>Пуск</b>."),
        Example("Dear ⟦{nombre}⟧,", fixed="Dear {user},", source="Hola, {user}:"),
    ],
    good=[
        Example("Hello, {name}!", source="Привет, {name}!"),
        Example("It rose by 5% since May.", source="Es stieg um 5% seit Mai."),
        Example("Is a < b, and c > d?", source="Ist a < b, und c > d?"),
    ],
)
def placeholder_mismatch(segment: Segment) -> Iterator[Hit]:
    """A placeholder or tag of the source comes out changed, or not at all.

    A program fills in what stands in the place of {name} or %s: a space inside, a translated name or
    a lost tag breaks it. Engines do all three. A changed one that can only be this one is put right;
    a lost one is shown in the source. Needs a source.
    """
    if not segment.source or not any(c in segment.source for c in "{%<&_"):
        return
    text = segment.hypothesis
    ours = list(_PLACEHOLDER.finditer(segment.source))
    if not ours:
        return
    have = Counter(m.group() for m in _PLACEHOLDER.finditer(text))
    lost = []
    for match in ours:
        if have[match.group()]:
            have[match.group()] -= 1
        else:
            lost.append(match)
    known = {m.group() for m in ours}
    broken = [m for m in _BROKEN.finditer(text) if m.group() not in known]
    told = set[str]()
    for match in lost:
        twin = next((m for m in broken if _plain(m.group()) == _plain(match.group())), None)
        trust = SAFE
        if twin is None:
            alike = [m for m in broken if _shape(m.group()) == _shape(match.group())]
            twin = alike[0] if len(alike) == 1 and len(lost) == 1 else None
            trust = SAFE if len(broken) == 1 else UNSAFE
        if twin is not None:
            broken.remove(twin)
            said = f"The placeholder {match.group()} came out as {twin.group()}."
            yield Hit(Span(*twin.span()), match.group(), said, applicability=trust)
        elif match.group() not in told and not match.group().startswith(("&", "<nowiki")):
            # An entity may rightly be decoded on the way.
            told.add(match.group())
            said = f"The placeholder {match.group()} of the source is missing."
            yield Hit(Span(*match.span()), None, said, side=Side.SOURCE, applicability=DISPLAY_ONLY, confidence=0.85)


def _plain(placeholder: str) -> str:
    return re.sub(r"\s", "", placeholder).lower()


def _shape(placeholder: str) -> str:
    """Return a placeholder without its name: "{}", "%()s", "</>".

    >>> _shape("{имя}") == _shape("{name}")
    True
    """
    return re.sub(r"[\w\s]+", "", placeholder)
