"""Edits on text: apply, select, compose, diff, invert. Offsets are code points of the text that an edit was made for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from mtfix.types import Applicability, Edit, Span

_TRUST = {Applicability.SAFE: 0, Applicability.UNSAFE: 1, Applicability.DISPLAY_ONLY: 2}
_UNIT = re.compile(r"\w+|\s+|[^\w\s]")


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all the edits made. Their order does not matter.

    Raises ValueError if two of them overlap or one lies outside the text.

    >>> apply("This are bad", [Edit(Span(5, 8), "is")])
    'This is bad'
    """
    out, at, last = [], 0, None
    for edit in sorted(edits, key=lambda e: (e.span, e.text)):
        if edit.span.end > len(text) or (last and last.overlaps(edit.span)) or edit.span.start < at:
            raise ValueError(f"edit at {edit.span} overlaps another or leaves the text")
        out += [text[at : edit.span.start], edit.text]
        at, last = edit.span.end, edit.span
    return "".join(out) + text[at:]


def select(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Choose edits that do not overlap, the most trusted first, and return them in order of place.

    Trust: SAFE before UNSAFE before DISPLAY_ONLY; then confidence; then the one that takes in more
    (a deleted block before a comma inside it); then the earlier.
    """
    chosen: list[Edit] = []
    for edit in sorted(edits, key=rank):
        if not any(edit.span.overlaps(other.span) for other in chosen):
            chosen.append(edit)
    return tuple(sorted(chosen, key=lambda e: (e.span, e.text)))


def rank(edit: Edit) -> tuple[int, int, float, int, Span, str]:
    """Return the sort key by which `select` prefers an edit."""
    # A rule's edit goes before a model's: it knows why.
    return (_TRUST[edit.applicability], edit.by != "rule", -edit.confidence, -len(edit.span), edit.span, edit.text)


def merge(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Join edits that say the same into one that carries all their reasons.

    >>> a, b = Edit(Span(0, 1), "", reasons=(1,)), Edit(Span(0, 1), "", reasons=(0,))
    >>> merge([a, b])[0].reasons
    (0, 1)
    """
    best: dict[tuple[Span, str], Edit] = {}
    for edit in sorted(edits, key=rank):
        key = (edit.span, edit.text)
        if first := best.get(key):
            reasons = tuple(sorted({*first.reasons, *edit.reasons}))
            touches = tuple(sorted({*first.touches, *edit.touches}))
            best[key] = replace(first, reasons=reasons, touches=touches)
        else:
            best[key] = edit
    return tuple(sorted(best.values(), key=lambda e: (e.span, e.text)))


def trim(text: str, edit: Edit) -> Edit:
    """Return the edit without the words that it leaves as they are at either end.

    >>> trim("he go home", Edit(Span(0, 5), "he goes")).span
    Span(start=3, end=5)
    """
    old, new = _UNIT.findall(edit.span.of(text)), _UNIT.findall(edit.text)
    a = 0
    while a < min(len(old), len(new)) and old[a] == new[a]:
        a += 1
    b = 0
    while b < min(len(old), len(new)) - a and old[-1 - b] == new[-1 - b]:
        b += 1
    start = edit.span.start + sum(map(len, old[:a]))
    end = edit.span.end - sum(map(len, old[len(old) - b :]))
    return replace(edit, span=Span(start, end), text="".join(new[a : len(new) - b]))


def diff(before: str, after: str) -> tuple[Edit, ...]:
    """Return the smallest edits, of whole words, that turn one text into the other.

    >>> [(e.span.start, e.span.end, e.text) for e in diff("He go home.", "He goes home.")]
    [(3, 5, 'goes')]
    """
    a, b = _UNIT.findall(before), _UNIT.findall(after)
    at = [0]
    for unit in a:
        at.append(at[-1] + len(unit))
    edits: list[Edit] = []
    for op in Levenshtein.opcodes(a, b):
        if op.tag == "equal":
            continue
        span, text = Span(at[op.src_start], at[op.src_end]), "".join(b[op.dest_start : op.dest_end])
        if edits and edits[-1].span.end == span.start:
            last = edits.pop()
            span, text = Span(last.span.start, span.end), last.text + text
        edits.append(Edit(span, text))
    return tuple(edits)


def invert(text: str, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return the edits that turn `apply(text, edits)` back into the text.

    >>> invert("a b", [Edit(Span(0, 1), "xyz")])[0].span
    Span(start=0, end=3)
    """
    out, shift = [], 0
    for edit in sorted(edits, key=lambda e: (e.span, e.text)):
        start = edit.span.start + shift
        out.append(replace(edit, span=Span(start, start + len(edit.text)), text=edit.span.of(text)))
        shift += len(edit.text) - len(edit.span)
    return tuple(out)


def locate(edits: Sequence[Edit], span: Span) -> Span:
    """Map a span of `apply(text, edits)` back to the text: the smallest span there that covers it.

    >>> locate([Edit(Span(0, 1), "xyz")], Span(4, 5))
    Span(start=2, end=3)
    """
    return Span(_back(edits, span.start, left=True), max(_back(edits, span.start, left=True), _back(edits, span.end)))


def _back(edits: Sequence[Edit], at: int, *, left: bool = False) -> int:
    shift = 0
    for edit in sorted(edits, key=lambda e: (e.span, e.text)):
        start, end = edit.span.start + shift, edit.span.start + shift + len(edit.text)
        if at < start or (at == start and not left):
            break
        if at < end:
            return edit.span.start if left else edit.span.end
        shift += len(edit.text) - len(edit.span)
    return at - shift


def compose(text: str, first: Sequence[Edit], second: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return edits of the text that do what `first` and then `second` do.

    An edit of the second that touches what the first wrote becomes one with it: reasons are joined,
    trust is the lower of the two.

    >>> a = [Edit(Span(0, 1), "bb")]; b = [Edit(Span(0, 2), "c")]
    >>> apply("a x", compose("a x", a, b))
    'c x'
    """
    middle = apply(text, first)
    undo = invert(text, first)
    groups = _groups([(e, 0) for e in undo] + [(e, 1) for e in second])
    ordered_first = sorted(first, key=lambda e: (e.span, e.text))
    out = []
    for group in groups:
        start = min(e.span.start for e, _ in group)
        end = max(e.span.end for e, _ in group)
        firsts = [ordered_first[undo.index(e)] for e, k in group if k == 0]
        seconds = [e for e, k in group if k == 1]
        if not seconds:
            out += firsts
            continue
        window = middle[start:end]
        local = [replace(e, span=Span(e.span.start - start, e.span.end - start)) for e in seconds]
        new = apply(window, local)
        back = Span(*_window(undo, start, end))
        parts = [*firsts, *seconds]
        worst = max(parts, key=lambda e: _TRUST[e.applicability])
        whole = replace(
            worst,
            span=back,
            text=new,
            confidence=min(e.confidence for e in parts),
            reasons=tuple(sorted({r for e in parts for r in e.reasons})),
            touches=tuple(sorted({t for e in parts for t in e.touches})),
        )
        if back.of(text) != new:
            out.append(whole)
    return tuple(sorted(out, key=lambda e: (e.span, e.text)))


def _window(undo: Sequence[Edit], start: int, end: int) -> tuple[int, int]:
    """Map start and end, neither strictly inside an edit, from the middle text to the first."""
    shift = sum(len(e.text) - len(e.span) for e in undo if e.span.end <= start and not _at(e, start, end))
    inside = sum(len(e.text) - len(e.span) for e in undo if _at(e, start, end))
    return start + shift, end + shift + inside


def _at(edit: Edit, start: int, end: int) -> bool:
    return start <= edit.span.start and edit.span.end <= end


def _groups(items: list[tuple[Edit, int]]) -> list[list[tuple[Edit, int]]]:
    groups: list[list[tuple[Edit, int]]] = []
    end = -1
    for edit, k in sorted(items, key=lambda x: (x[0].span, x[1])):
        mixed = bool(groups) and edit.span.start <= end
        if mixed:
            groups[-1].append((edit, k))
        else:
            groups.append([(edit, k)])
        end = max(end, edit.span.end)
    return groups
