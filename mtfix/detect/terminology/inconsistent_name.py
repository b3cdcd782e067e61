import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from mtfix.detect.api import (
    UNSAFE,
    Category,
    Document,
    Example,
    Hit,
    Settings,
    Severity,
    Span,
    document_detector,
)
from mtfix.lang.name_variants import spelling_key, variants
from mtfix.lang.places import former_names

_NAME = re.compile(r"(?<![\w@#/.])[A-Z\u00C0-\u00DE\u0130][^\W\d_]+(?:[-'’](?!s\b)[^\W\d_]+)*")
_REGION = re.compile(
    r"\b([A-Z][\w-]+) ([Oo]blast|[Pp]rovince|[Rr]egion|[Rr]aion|[Rr]ayon|[Dd]istrict|[Kk]rai|[Tt]erritory)\b(?!-)"
)
# A word of the left column is met with those of the right: which of them is English and which a copy.
_SAME = {
    "oblast": "province", "province": "province", "region": "province", "raion": "district", "rayon": "district",
    "district": "district", "krai": "territory", "territory": "territory",
}  # fmt: skip
_COPIES = frozenset({"oblast", "raion", "rayon", "krai"})


@dataclass(frozen=True, slots=True)
class _Use:
    """One mention of a name, with the capitalised words right before and after it."""

    form: str
    segment: int
    span: Span
    before: str
    after: str


@document_detector(
    category=Category.INCONSISTENT_TERM,
    severity=Severity.MINOR,
    confidence=0.75,
    applicability=UNSAFE,
    touches=("name",),
    bad=[
        Example(
            "Guards stood in Belgorod province.\nThe governor of ⟦Belgorod Oblast⟧ spoke.",
            fixed="Guards stood in Belgorod province.\nThe governor of Belgorod province spoke.",
        ),
        Example(
            "President Zelensky spoke. Zelensky left.\nLater ⟦Zelenskyy⟧ came back.",
            fixed="President Zelensky spoke. Zelensky left.\nLater Zelensky came back.",
        ),
        Example(
            "We met Ruslan Tereshchenko.\nThen Ruslan ⟦Tereschenko⟧ left.",
            fixed="We met Ruslan Tereshchenko.\nThen Ruslan Tereshchenko left.",
        ),
        Example(
            "Kiev is large. Kiev is old.\nThe mayor of ⟦Kyiv⟧ agrees.",
            fixed="Kiev is large. Kiev is old.\nThe mayor of Kiev agrees.",
            settings=Settings(names="as-is"),
        ),
    ],
    good=[
        Example("Boris Johnson met Don Johnston.\nJohnston smiled at Johnson."),
        Example("Marie Berg wrote to Maria Holt."),
        Example("Ukraine won. A Ukrainian singer sang for Ukraine."),
        Example("Mohamed Salah scored. Muhammad Ali boxed."),
        Example("The Donetsk region is big. Donetsk city is not."),
    ],
)
def inconsistent_name(document: Document, settings: Settings) -> Iterator[Hit]:
    """One name is spelled in two ways in the same document.

    An engine translates each sentence alone, so one name may come out by two systems of
    transliteration (Zelensky, Zelenskyy), and an office or unit once translated and once copied
    (Belgorod province, Belgorod Oblast). Two forms count as one name if they are a known pair
    (mtfix/lang/name_variants.tsv), or if they stand beside the same other name and differ only as
    transliterations do. The edit follows the form that is met most often, or first.
    """
    keep = {name.lower() for name in settings.keep}
    texts = [s.hypothesis for s in document.segments]
    yield from _regions(texts, keep)
    if sum(map(len, texts)) < 20:
        return
    # Former place names have a detector of their own, unless the user wants them left as they are.
    places = former_names() if settings.names == "as-is" else {}
    by_key: dict[str, list[_Use]] = defaultdict(list)
    for use in _uses(texts):
        current = places.get(use.form)
        by_key[f"term:{current}" if current else _key(use.form)].append(use)
    for key, uses in by_key.items():
        if len(uses) > 1 and len({u.form for u in uses}) > 1:
            yield from _group(key, uses, keep)
    yield from _near(by_key.values(), keep)


def _key(form: str) -> str:
    known = variants().get(form)
    return f"{known[1]}:{known[0]}" if known else spelling_key(form)


def _uses(texts: list[str]) -> Iterator[_Use]:
    for index, text in enumerate(texts):
        found = list(_NAME.finditer(text))
        for n, match in enumerate(found):
            form = match.group()
            if form.isupper():
                continue
            left = found[n - 1] if n and text[found[n - 1].end() : match.start()] == " " else None
            right = found[n + 1] if n + 1 < len(found) and text[match.end() : found[n + 1].start()] == " " else None
            span = Span(*match.span())
            yield _Use(form, index, span, _beside(text, left), right.group() if right else "")


def _beside(text: str, left: re.Match[str] | None) -> str:
    """Return the name before another; the first word of a sentence ("Later Zelenskyy ...") is capital anyway."""
    if left is None or not text[: left.start()].rstrip() or text[: left.start()].rstrip()[-1] in '.!?:”"':
        return ""
    return left.group()


def _group(key: str, uses: list[_Use], keep: set[str]) -> Iterator[Hit]:
    kind = key.split(":")[0] if ":" in key else ""
    counts = Counter(u.form for u in uses)
    best = max(counts, key=lambda form: (counts[form], -next(i for i, u in enumerate(uses) if u.form == form)))
    main = [u for u in uses if u.form == best]
    for form in counts:
        others = [u for u in uses if u.form == form]
        if form == best or form.lower() in keep or not _same(kind, main, others):
            continue
        for use in others:
            said = f"“{form}” here, “{best}” elsewhere in the document: use one spelling."
            yield Hit(use.span, best, said, segment=use.segment)


def _same(kind: str, main: list[_Use], others: list[_Use]) -> bool:
    """Say whether two forms name the same: by their kind, or by the names beside them."""
    if kind == "term":
        return True
    beside = {u.before for u in main if u.before} & {u.before for u in others if u.before}
    behind = {u.after for u in main if u.after} & {u.after for u in others if u.after}
    if kind == "surname":
        mine, theirs = {u.before for u in main}, {u.before for u in others}
        return bool(beside) or "" in mine or "" in theirs
    if kind == "given":
        return bool(behind)
    return len(main[0].form) >= 5 and _is_foreign(main[0].form, others[0].form) and bool(beside or behind)


def _is_foreign(one: str, other: str) -> bool:
    """Say whether two forms with one key differ as transliterations do, not as "Philip" and "Phillip"."""
    return not one.lower().startswith(other.lower()) and not other.lower().startswith(one.lower())


def _near(groups: Iterable[list[_Use]], keep: set[str]) -> Iterator[Hit]:
    """Yield hits for names that differ in one letter behind the same first name."""
    by_first: dict[str, dict[str, list[_Use]]] = defaultdict(lambda: defaultdict(list))
    for uses in groups:
        for use in uses:
            if use.before and len(use.form) >= 6 and not use.after:
                by_first[use.before][use.form].append(use)
    for forms in by_first.values():
        if not 1 < len(forms) <= 6:
            continue
        names = sorted(forms, key=lambda f: (-len(forms[f]), forms[f][0].segment, forms[f][0].span))
        for n, form in enumerate(names):
            for best in names[:n]:
                if form.lower() not in keep and _is_slip(form, best):
                    said = f"“{form}” here, “{best}” elsewhere in the document: use one spelling."
                    yield from (Hit(u.span, best, said, segment=u.segment) for u in forms[form])
                    break


def _is_slip(one: str, other: str) -> bool:
    if spelling_key(one) == spelling_key(other) or _key(one) == _key(other):
        return False
    a, b = one.lower(), other.lower()
    if a.endswith(("ist", "ism")) and b.endswith(("ist", "ism")):
        return False
    return a[0] == b[0] and a.rstrip("s") != b.rstrip("s") and _is_foreign(a, b) and OSA.distance(a, b) == 1


def _regions(texts: list[str], keep: set[str]) -> Iterator[Hit]:
    groups: dict[tuple[str, str], list[tuple[str, int, Span]]] = defaultdict(list)
    for index, text in enumerate(texts):
        for match in _REGION.finditer(text):
            word = match.group(2)
            groups[match.group(1), _SAME[word.lower()]].append((word, index, Span(*match.span())))
    for (name, _), uses in groups.items():
        words = Counter(word.lower() for word, _, _ in uses)
        if len(words) < 2 or not _COPIES & set(words):
            continue
        order = [word.lower() for word, _, _ in uses]
        best = max(words, key=lambda w: (words[w], w not in _COPIES, -order.index(w)))
        form = next(word for word, _, _ in uses if word.lower() == best)
        for word, index, span in uses:
            if word.lower() == best or (best not in _COPIES and word.lower() not in _COPIES):
                continue
            if name.lower() not in keep:
                said = f"“{name} {word}” here, “{name} {form}” elsewhere in the document: use one word."
                # Only that word, so that the name before it may be mended too.
                yield Hit(span, None, said, edits=((Span(span.end - len(word), span.end), form),), segment=index)
