import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mtfix.detect.api import (
    DISPLAY_ONLY,
    SAFE,
    Category,
    Example,
    Hit,
    Segment,
    Settings,
    Severity,
    Side,
    Span,
    Term,
    detector,
)
from mtfix.text.protect import protected

_FLAT = Settings(terms=(Term("flat", "apartment"), Term("lorry", "truck"), Term("Kiev regime", "Ukrainian government")))
_SOURCED = Settings(terms=(Term("concern", "group", source="Konzern"), Term("utilise", note="too long")))
_SOUNDS_LIKE_CONSONANT = re.compile(r"(?:uni(?!n|m)|eu|us[aeu]|one\b|once\b|ut[ei]|ub)", re.IGNORECASE)
_SILENT_H = re.compile(r"(?:hour|honest|honou?r|heir)", re.IGNORECASE)


@detector(
    category=Category.WRONG_TERM,
    severity=Severity.MINOR,
    confidence=0.99,
    touches=("name", "unit"),
    bad=[
        Example("A ⟦flat⟧ and two ⟦lorries⟧.", fixed="An apartment and two trucks.", settings=_FLAT),
        Example("The ⟦Kiev regime⟧’s plan.", fixed="The Ukrainian government’s plan.", settings=_FLAT),
        Example("The ⟦concern⟧ grew.", source="Der Konzern wuchs.", fixed="The group grew.", settings=_SOURCED),
        Example("They ⟦utilise⟧ it.", settings=_SOURCED),
    ],
    good=[
        Example("A flat and two lorries."),
        Example("An inflatable boat and a flatbed.", settings=_FLAT),
        Example("The concern grew.", source="Die Sorge wuchs.", settings=_SOURCED),
        Example("The concern grew.", settings=_SOURCED),
    ],
)
def glossary(segment: Segment, settings: Settings) -> Iterator[Hit]:
    """A term is used that the glossary forbids.

    The user's own glossary says what must not stand in the text and what should. A term in small
    letters is found in any case and keeps the case of the text; one with capitals only as it is
    written. Plurals and possessives are followed, the article before too. A term with a source word
    counts only where the source has that word, and its absence is then shown as well. Known
    problem: an engine inflects verbs, which a glossary must list form by form.
    """
    for term in settings.terms:
        if term.source and not _in_source(term, segment):
            continue
        allowed = _spans(term.preferred, segment.hypothesis)
        found = False
        for match in _pattern(term.forbidden).finditer(segment.hypothesis):
            span = Span(*match.span())
            if any(ok.start <= span.start and span.end <= ok.end for ok in allowed) or _is_locked(segment, span):
                continue
            found = True
            yield _hit(segment, term, span, plural=match.group().lower() != term.forbidden.lower())
        if term.source and term.preferred and not found and not allowed:
            yield from _missing(segment, term)


@lru_cache(maxsize=4096)
def _pattern(term: str) -> re.Pattern[str]:
    forms = {term, _plural(term)}
    inner = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(forms, key=len, reverse=True))
    # A glossary in any script: word borders only where the term begins or ends with a letter.
    left = r"(?<![\w-])" if term[:1].isalnum() else ""
    right = r"(?!\w|-\w)" if term[-1:].isalnum() else ""
    return re.compile(f"{left}(?:{inner}){right}", 0 if term != term.lower() else re.IGNORECASE)


def _plural(term: str) -> str:
    """Return the regular plural of a term's last word.

    >>> _plural("lorry"), _plural("bus"), _plural("flat")
    ('lorries', 'buses', 'flats')
    """
    if re.search(r"[^aeiou]y$", term):
        return term[:-1] + "ies"
    if re.search(r"(?:s|x|z|ch|sh)$", term):
        return term + "es"
    return term + "s" if term[-1:].isalpha() else term


def _spans(term: str, text: str) -> Sequence[Span]:
    return [Span(*m.span()) for m in _pattern(term).finditer(text)] if term else []


def _in_source(term: Term, segment: Segment) -> bool:
    return bool(segment.source and _source_pattern(term.source).search(segment.source))


@lru_cache(maxsize=4096)
def _source_pattern(word: str) -> re.Pattern[str]:
    # Short endings of inflection are let pass in alphabetic scripts: "Konzern" finds "Konzerns".
    alphabetic = bool(re.match(r"[A-Za-z\u00C0-\u052F]", word))
    border = r"(?<!\w)%s\w{0,2}(?!\w)" if alphabetic else "%s"
    return re.compile(border % re.escape(word), re.IGNORECASE)


def _is_locked(segment: Segment, span: Span) -> bool:
    kinds = ("url", "code", "tag", "placeholder")
    return any(p.kind in kinds and p.span.overlaps(span) for p in protected(segment.hypothesis))


def _hit(segment: Segment, term: Term, span: Span, *, plural: bool) -> Hit:
    note = f" ({term.note})" if term.note else ""
    if not term.preferred:
        return Hit(span, None, f"The glossary forbids “{term.forbidden}”{note}.")
    fix = _cased(span.of(segment.hypothesis), _plural(term.preferred) if plural else term.preferred)
    said = f"The glossary has “{term.preferred}” for “{term.forbidden}”{note}."
    return Hit(span, fix, said, edits=_article(segment.hypothesis, span, fix), applicability=SAFE)


def _cased(seen: str, preferred: str) -> str:
    if len(seen) > 3 and seen.isupper():
        return preferred.upper()
    return preferred[:1].upper() + preferred[1:] if seen[:1].isupper() else preferred


def _article(text: str, span: Span, fix: str) -> tuple[tuple[Span, str], ...]:
    match = re.search(r"\b([Aa]n?) $", text[max(0, span.start - 4) : span.start])
    if not match or not fix[:1].isalpha():
        return ()
    vowel = fix[0] in "aeiouAEIOU" and not _SOUNDS_LIKE_CONSONANT.match(fix)
    wanted = match.group(1)[0] + ("n" if vowel or _SILENT_H.match(fix) else "")
    start = span.start - len(match.group())
    return () if wanted == match.group(1) else ((Span(start, start + len(match.group(1))), wanted),)


def _missing(segment: Segment, term: Term) -> Iterator[Hit]:
    """Yield a hit in the source where the preferred term is not in the hypothesis in any form."""
    stems = [word[: max(3, len(word) - 2)].lower() for word in term.preferred.split()]
    if all(stem in segment.hypothesis.lower() for stem in stems):
        return
    match = _source_pattern(term.source).search(segment.source or "")
    if match:
        said = f"The glossary has “{term.preferred}” for “{term.source}”, which the translation lacks."
        yield Hit(Span(*match.span()), None, said, side=Side.SOURCE, confidence=0.7, applicability=DISPLAY_ONLY)
