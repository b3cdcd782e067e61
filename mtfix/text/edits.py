"""Edits on text: apply, select, compose, diff, invert.

Offsets are code points of the text that an edit was made for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from mtfix.text.tokens import words
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


def changed_words(text: str, edit: Edit) -> tuple[list[str], list[str]]:
    """Return the words that an edit takes away and those that it puts there, in lower case.

    >>> changed_words("He has Went home.", Edit(Span(3, 11), "went"))
    (['has', 'went'], ['went'])
    """
    old = [s.of(text).lower() for s in words(text) if s.overlaps(edit.span)]
    return old, [s.of(edit.text).lower() for s in words(edit.text)]


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
    for edit in _tidy(edits):
        start = edit.span.start + shift
        out.append(replace(edit, span=Span(start, start + len(edit.text)), text=edit.span.of(text)))
        shift += len(edit.text) - len(edit.span)
    return tuple(out)


def _tidy(edits: Iterable[Edit]) -> list[Edit]:
    """Sort edits; join deletions that meet, which would be undone by two insertions at one place."""
    out: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.span, e.text)):
        if not edit.text and not len(edit.span):
            continue  # does nothing
        if out and not (edit.text or out[-1].text) and out[-1].span.end == edit.span.start:
            out[-1] = _joined([out[-1], edit], Span(out[-1].span.start, edit.span.end), "")
        else:
            out.append(edit)
    return out


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
    made = dict(zip(invert(text, first), _tidy(first), strict=True))
    out = []
    for undo, second_ones in _groups(list(made), second):
        if not second_ones:
            out += [made[u] for u in undo]
            continue
        start = min(e.span.start for e in (*undo, *second_ones))
        end = max(e.span.end for e in (*undo, *second_ones))
        local = [replace(e, span=Span(e.span.start - start, e.span.end - start)) for e in second_ones]
        shift = sum(len(u.text) - len(u.span) for u in made if u not in undo and u.span.end <= start)
        inside = sum(len(u.text) - len(u.span) for u in undo)
        span = Span(start + shift, end + shift + inside)
        whole = _joined([*(made[u] for u in undo), *second_ones], span, apply(middle[start:end], local))
        if span.of(text) != whole.text:
            out.append(whole)
    return tuple(sorted(out, key=lambda e: (e.span, e.text)))


def _joined(parts: Sequence[Edit], span: Span, text: str) -> Edit:
    """Return one edit for several: the lowest trust of them, all their reasons."""
    return replace(
        max(parts, key=lambda e: _TRUST[e.applicability]),
        span=span,
        text=text,
        confidence=min(e.confidence for e in parts),
        reasons=tuple(sorted({r for e in parts for r in e.reasons})),
        touches=tuple(sorted({t for e in parts for t in e.touches})),
    )


def _groups(undo: Sequence[Edit], second: Sequence[Edit]) -> list[tuple[list[Edit], list[Edit]]]:
    """Put together what can't be told apart; `undo` and `second` are edits of one text, each disjoint in itself."""
    groups: list[tuple[list[Edit], list[Edit]]] = [([u], []) for u in undo]
    for edit in _tidy(second):
        mine = [g for g in groups if any(_conflict(u, edit) for u in g[0])]
        groups = [g for g in groups if not any(g is m for m in mine)]
        groups.append(([u for g in mine for u in g[0]], [*(e for g in mine for e in g[1]), edit]))
    return groups


def _conflict(undo: Edit, edit: Edit) -> bool:
    """Say whether an edit falls on what the first edits wrote.

    An insertion beside a place where they inserted or deleted has no place of its own in the first
    text.
    """
    a, b = undo.span, edit.span
    if len(a) and len(b):
        return a.start < b.end and b.start < a.end
    if len(b):
        return b.start < a.start < b.end
    if a.start < b.start < a.end:
        return True
    return b.start in (a.start, a.end) and not (undo.text and len(a))
