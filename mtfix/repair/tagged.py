"""Tier 2: edits from the tagger's tags, each with a confidence that was fitted by kind of edit.

A tag is taken at its word only where it can do little harm: it deletes function words and doubled words, never
a number, a name, a bracket or a quotation mark; it leaves the spelling of one's variety of English alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mtfix.text.grammar import SUBJECT_PRONOUNS, is_base_verb, is_noun, lemmas
from mtfix.types import Applicability, Edit, Finding, Segment, Span, Tagging

__all__ = ["CLOSED", "CONTEXT", "Trust", "context", "edit_of", "kind_of", "meant", "plain", "propose"]

CONTEXT = ("change", "suspect", "near", "score", "length", "second", "rewrite", "share", "article", "capital", "good")
_GOOD = 60.0  # a segment that scores more needs stronger evidence

_CLOSED = """a an the of in to for with on at from by about into over after under between against through during
without within along across behind among as and or but nor so yet if than then that which who whom whose
when where while because although though since until unless whether i me my mine we us our ours you your
yours he him his she her hers it its they them their theirs this these those there here be been being am
is are was were has have had having do does did doing will would shall should can could may might must
not no any some each every all both either neither such same other another more most less much many few
very too also just only even still up out off down what how why ever again once own"""
CLOSED = frozenset(_CLOSED.split())
# Either will do: changing one for the other is taste.
_EITHER = frozenset(
    map(
        frozenset,
        [
            ("together", "along"),
            ("also", "too"),
            ("only", "just"),
            ("until", "till"),
            ("but", "however"),
            ("folks", "people"),
            ("back", "backward"),
            ("back", "backwards"),
        ],
    )
)
# Function words that may be struck unseen. For others the phrase has to be turned round, or something else is missing
# ("decided [to] grant", "clinics [of] abortion"): read one by one, hardly a strike of those was right.
_STRUCK = frozenset(("a", "an", "the"))
_FREE_MARKS = frozenset(",.;:-–—")
_NAME = re.compile(r"[A-Z]")
_MODAL = frozenset("will would shall should can could may might must".split())
_HELPING = _MODAL | frozenset("be am is are was were do does did have has had".split())
_RELATIVE = frozenset(("that", "which", "who"))
_ENDED = re.compile(r"[.!?…][\"”’')\]]+\s*$")  # what follows begins a sentence
_NEGATION = re.compile(r"(?:^(?:not?|never|none|nothing|cannot)|n['’]t)$", re.IGNORECASE)
_COMPARED = re.compile(r"\bthe (?:\w+er|more|less|worse)$", re.IGNORECASE)
# Sounds, not letters: "an hour", "a unit", "a European", "a one-off".
_VOWEL = re.compile(
    r"(?!eu|ew|on(?:e|ce)\b|uni(?!n|m)|us[aeu]|utili|uranium|utah|utopi|ubiq)(?:[aeiou]|hono|hour|heir|honest)"
)
_PLAIN = (
    (r"is(e|ed|es|ing|ation|ations|er|ers)$", r"iz\1"),
    (r"ys(e|ed|es|ing)$", r"yz\1"),
    (r"our", "or"),
    (r"tre(s?)$", r"ter\1"),
    (r"ogue(s?)$", r"og\1"),
    (r"ence(s?)$", r"ense\1"),
    (r"ll(ed|ing|er|ers|or|ors)$", r"l\1"),
    (r"mme(s?)$", r"m\1"),
    (r"oeuvr(?=ed|ing)", "euver"),
    (r"oeuvre", "euver"),
    (r"[ao]e(?=[a-z]{2})", "e"),
    (r"(toward|afterward|backward|forward)s$", r"\1"),
)
_SAME = {"whilst": "while", "amongst": "among", "learnt": "learned", "grey": "gray", "burnt": "burned"}


@dataclass(frozen=True, slots=True)
class Trust:
    """How far tags are trusted: from the tagger's card, fitted on held-out text.

    `fitted` gives for a kind of edit the slope and the intercept on the log-odds of the tag's probability; a kind
    that is not there is never proposed. `weights` are those of CONTEXT, for all kinds alike. `apply_at` and
    `suggest_at` are confidences.
    """

    fitted: Mapping[str, Sequence[float]]
    apply_at: float
    suggest_at: float
    weights: Mapping[str, float] = field(default_factory=dict)

    def confidence(self, kind: str, p: float, around: Sequence[float] = ()) -> float:
        """Return the probability that the edit brings the text nearer to a human's correction.

        `around` is what `context` says of the place, in the order of CONTEXT.
        """
        if kind not in self.fitted:
            return 0.0
        slope, intercept = self.fitted[kind][:2]
        z = slope * _odds(p) + intercept
        z += sum(self.weights.get(name, 0.0) * x for name, x in zip(CONTEXT, around, strict=False))
        return round(1 / (1 + math.exp(-max(-40.0, min(40.0, z)))), 4)


def _odds(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def context(text: str, tagging: Tagging, n: int, second: float) -> tuple[float, ...]:
    """Return what else speaks for or against an edit of a word, in the order of CONTEXT.

    The log-odds that the word is changed at all, that it is suspect, and that its neighbours are ("near", the mean);
    the segment's score, around 0, and the log of its length; the log-odds of the second likeliest edit and the
    probability that the word can't be mended alone; the share of suspect words; whether it is an article, or has a
    capital; how far the score is above that of text in which few words are wrong, in tens ("good").
    """
    word = tagging.words[n].of(text)
    near = [_odds(tagging.suspect[k]) for k in (n - 1, n + 1) if 0 <= k < len(tagging.suspect)]
    return (
        _odds(1 - tagging.keep[n]) if tagging.keep else 0.0,
        _odds(tagging.suspect[n]),
        sum(near) / len(near) if near else 0.0,
        (tagging.score - 50) / 20,
        math.log(len(tagging.words)),
        _odds(second),
        dict(tagging.tags[n]).get("REWRITE", 0.0),
        sum(p > 0.5 for p in tagging.suspect) / len(tagging.suspect),
        float(word.lower() in ("a", "an", "the")),
        float(word[:1].isupper()),
        max(0.0, tagging.score - _GOOD) / 10,
    )


def plain(word: str) -> str:
    """Return one spelling for the British and American variants of a word, good enough to compare two words.

    >>> plain("colour") == plain("color"), plain("organise") == plain("organize"), plain("cat") == plain("cut")
    (True, True, False)
    """
    w = word.lower()
    for pattern, with_ in _PLAIN:
        w = re.sub(pattern, with_, w)
    return _SAME.get(w, w)


def propose(
    segment: Segment,
    findings: Sequence[Finding],
    tagging: Tagging | None,
    *,
    forms: Mapping[str, Mapping[str, str]],
    trust: Trust,
) -> tuple[Edit, ...]:
    """Return the edits of one pass, in order of place: for each word the surest tag that may be taken.

    SAFE at or above `apply_at`, UNSAFE at or above `suggest_at`, else DISPLAY_ONLY. Words that an edit of a
    neighbour takes in get none of their own: the next pass sees to them.
    """
    if tagging is None:
        return ()
    text, words = segment.hypothesis, tagging.words
    made: list[Edit] = []
    for n in range(len(words)):
        best = _best(text, tagging, n, forms, trust)
        if best is None:
            continue
        span, new, sure, tag = best
        if made and (made[-1].span.overlaps(span) or made[-1].span.end > span.start):
            if made[-1].confidence >= sure:
                continue
            made.pop()
        how = (
            Applicability.SAFE
            if sure >= trust.apply_at
            else Applicability.UNSAFE
            if sure >= trust.suggest_at
            else Applicability.DISPLAY_ONLY
        )
        if how is Applicability.SAFE and _cut_short(text, words, n, tag):
            how = Applicability.UNSAFE
        reasons = tuple(f.id for f in findings if f.span.touches(span))
        made.append(Edit(span, new, how, sure, reasons, by="tagger"))
    return tuple(made)


def _cut_short(text: str, words: Sequence[Span], n: int, tag: str) -> bool:
    """Say whether a tag strikes a word that is needed, for all that the sentence tells.

    That is any word but an article, and an article after "and" or "or"; not the second of a doubled word.
    """
    word = words[n].of(text).lower()
    before = words[n - 1].of(text).lower() if n else ""
    needed = word not in _STRUCK or before in ("and", "or")
    return tag == "DELETE" and word[:1].isalnum() and needed and word != before


def _best(
    text: str, tagging: Tagging, n: int, forms: Mapping[str, Mapping[str, str]], trust: Trust
) -> tuple[Span, str, float, str] | None:
    """Return the surest edit of a word with its confidence and its tag, None if it is hardly worth a look."""
    likely = meant(text, tagging.words, n, tagging.tags[n], forms)
    if not likely:
        return None
    tag, p, edit = likely[0]
    around = context(text, tagging, n, likely[1][1] if len(likely) > 1 else 0.0)
    sure = trust.confidence(kind_of(text, tagging.words, n, tag), p, around)
    return (*edit, sure, tag) if sure > 0.05 else None


def meant(
    text: str,
    words: Sequence[Span],
    n: int,
    tags: Sequence[tuple[str, float]],
    forms: Mapping[str, Mapping[str, str]],
) -> list[tuple[str, float, tuple[Span, str]]]:
    """Return the edits that a word's tags mean, surest first, with the likeliest tag of each.

    Two tags may say the same ("goes", "the form in -s of go"): their probabilities are added.
    """
    found: dict[tuple[Span, str], tuple[str, float]] = {}
    for tag, p in tags:
        edit = edit_of(text, words, n, tag, forms)
        if edit is not None:
            first, before = found.get(edit, (tag, 0.0))
            found[edit] = (first, before + p)
    return sorted(((tag, p, edit) for edit, (tag, p) in found.items()), key=lambda x: (-x[1], x[0]))


def kind_of(text: str, words: Sequence[Span], n: int, tag: str) -> str:
    """Return the kind of edit that a tag is on a word; confidence is fitted for each kind."""
    word = words[n].of(text).lower()
    target = tag[2:].lower() if tag[1:2] == "_" else ""
    if tag == "DELETE":
        near = [words[k].of(text).lower() for k in (n - 2, n - 1, n + 1, n + 2) if 0 <= k < len(words)]
        if not word[:1].isalnum():
            return "punctuation"
        return "delete-doubled" if word in near else "delete-function"
    if tag in ("CASE", "SWAP"):
        return tag.lower()
    if tag in ("MERGE", "HYPHEN"):
        return "join"
    if tag[:2] == "F_":
        return "form"
    if target and not (target[:1].isalnum() and word[:1].isalnum()) and tag[:2] != "P_":
        return "punctuation" if not target[:1].isalnum() else "insert"
    if tag[:2] in ("A_", "P_"):
        return "insert" if target in CLOSED else "insert-content"
    if target in CLOSED and word in CLOSED:
        return "replace-function"
    return "replace-spelling" if _near(word, target) else "replace-content"


def _near(a: str, b: str) -> bool:
    """Say whether two words differ by a slip of the pen: one letter more, less, other, or two exchanged."""
    if abs(len(a) - len(b)) > 1 or len(a) < 4 or a[:1] != b[:1]:
        return False
    if len(a) == len(b):
        off = [k for k in range(len(a)) if a[k] != b[k]]
        return len(off) == 1 or (len(off) == 2 and a[off[0]] == b[off[1]] and a[off[1]] == b[off[0]])
    short, long = sorted((a, b), key=len)
    return any(long[:k] + long[k + 1 :] == short for k in range(len(long)))


def edit_of(
    text: str, words: Sequence[Span], n: int, tag: str, forms: Mapping[str, Mapping[str, str]]
) -> tuple[Span, str] | None:
    """Return the span and the new text that a tag means, None where it must not be taken."""
    word = words[n].of(text)
    first = n == 0 or text[words[n - 1].start : words[n - 1].end] in (".", "!", "?")
    if any(c.isdigit() for c in word + tag):
        return None
    if tag == "DELETE":
        return _delete(text, words, n, first=first)
    if tag in ("SWAP", "MERGE", "HYPHEN"):
        return _with_next(text, words, n, tag)
    if tag == "CASE":
        begins = first or _ENDED.search(text[: words[n].start])
        kept = (begins and _NAME.match(word)) or (word.isupper() and len(word) > 1)
        return None if kept else (words[n], word[:1].swapcase() + word[1:])
    if tag[:2] == "A_":
        return _insert(text, words, n, tag[2:])
    if tag[:2] == "P_":
        return _before(text, words, n, tag[2:])
    if tag[:2] == "F_":
        new = forms.get(word.lower(), {}).get(tag[2:])
        return None if new is None or (_NAME.match(word) and not first) else (words[n], _cased(new, word))
    if tag[:2] == "R_":
        before = words[n - 1].of(text).lower() if n else ""
        following = words[n + 1].of(text) if n + 1 < len(words) else ""
        if _stacked(before, tag[2:].lower()) or (word.lower() == "off" and before.endswith(("%", "percent"))):
            return None  # "25% off"
        return _replace(words[n], word, _article(tag[2:], following), first=first)
    return None


def _stacked(before: str, new: str) -> bool:
    """Say whether a word can't follow the one before: "he he's", "would have should", "on top up"."""
    doubled = re.split("['’]", new)[0] == before
    return doubled or (new in _MODAL and before in _HELPING) or (before, new) == ("top", "up")


def _article(new: str, following: str) -> str:
    """Return "a" or "an" as the next word wants it; other words as they are."""
    if new not in ("a", "an") or not following[:1].isalpha():
        return new
    return "an" if _VOWEL.match(following.lower()) else "a"


def _cased(new: str, like: str) -> str:
    return new[:1].upper() + new[1:] if _NAME.match(like) else new


def _replace(span: Span, word: str, new: str, *, first: bool) -> tuple[Span, str] | None:
    if _NEGATION.search(word) or _NEGATION.search(new):
        return None  # neither may a negation come in; "do not" is no "do don't"
    name = bool(_NAME.match(word)) and not first
    if frozenset((word.lower(), new.lower())) in _EITHER:
        return None
    if name or (_NAME.match(new) and not _NAME.match(word) and new != "I") or plain(word) == plain(new):
        return None
    if word[:1].isalnum() != new[:1].isalnum() or (not word[:1].isalnum() and {word, new} - _FREE_MARKS):
        return None
    return span, _cased(new, word)


def _delete(text: str, words: Sequence[Span], n: int, *, first: bool) -> tuple[Span, str] | None:
    word = words[n].of(text)
    low = word.lower()
    near = [words[k].of(text).lower() for k in (n - 2, n - 1, n + 1, n + 2) if 0 <= k < len(words)]
    if low not in CLOSED and low not in near and word not in _FREE_MARKS:
        return None
    if word == "." or (low in ("not", "no", "never") and low not in near):
        return None  # a full stop ends something; a lost negation turns the meaning round
    following = words[n + 1].of(text).lower() if n + 1 < len(words) else ""
    if following == low:
        return None  # of a doubled word the second goes
    if following == "not" and low in _HELPING and low not in near:
        return None  # "we do not expect"
    before = words[n - 1].of(text).lower() if n else ""
    if low in _RELATIVE and before not in CLOSED and is_noun(before) and _predicate(following):
        return None  # "the brigade that guards the town"
    if low == "the" and n > 1 and _COMPARED.search(text[words[n - 2].start : words[n - 1].end]):
        return None  # the bigger the better
    span = words[n]
    if first:
        if n + 1 >= len(words) or text[span.end : words[n + 1].start] != " ":
            return None
        if low in SUBJECT_PRONOUNS and (following in _HELPING or lemmas(following, "VERB")):
            return None  # "I am living here"
        after = words[n + 1]
        letter = text[after.start]
        return (Span(span.start, after.start + 1), letter.upper() if _NAME.match(word) else letter)
    if span.start and text[span.start - 1] == " ":
        return Span(span.start - 1, span.end), ""
    return (span, "") if not word[:1].isalnum() else None


def _predicate(word: str) -> bool:
    """Say whether a word may be a finite verb: a helping one, or a form that is not the base."""
    return word in _HELPING or (bool(lemmas(word, "VERB")) and not is_base_verb(word))


def _insert(text: str, words: Sequence[Span], n: int, new: str) -> tuple[Span, str] | None:
    at = words[n].end
    if not new[:1].isalnum():
        return (Span(at, at), new) if new in _FREE_MARKS - {"-", "–", "—"} and text[at : at + 1] in ("", " ") else None
    if text[at : at + 1] not in ("", " ") or (_NAME.match(new) and new != "I"):
        return None
    following = words[n + 1].of(text) if n + 1 < len(words) else ""
    new = _article(new, following)
    if following.lower() == new.lower():
        return None
    return (Span(at, at), f" {new}") if words[n].of(text).lower() != new.lower() else None


def _before(text: str, words: Sequence[Span], n: int, new: str) -> tuple[Span, str] | None:
    """Put a word before the first of the segment; a function word that stood there loses its capital."""
    word = words[n].of(text)
    if n or not new[:1].isalnum() or not word[:1].isalpha():
        return None
    if not _NAME.match(word):
        return Span(words[n].start, words[n].start), f"{new} "
    if word.lower() not in CLOSED or word == "I":
        return None
    return words[n], f"{new[:1].upper()}{new[1:]} {word.lower()}"


def _with_next(text: str, words: Sequence[Span], n: int, tag: str) -> tuple[Span, str] | None:
    if n + 1 >= len(words) or text[words[n].end : words[n + 1].start] != " ":
        return None
    a, b = words[n].of(text), words[n + 1].of(text)
    if not (a.isalpha() and b[:1].isalpha()) or b != b.lower():
        return None
    span = Span(words[n].start, words[n + 1].end)
    if tag == "SWAP":
        return span, f"{_cased(b, a)} {a.lower() if _NAME.match(a) and n == 0 and a != 'I' else a}"
    return span, a + ("-" if tag == "HYPHEN" else "") + b
