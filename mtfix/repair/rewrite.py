"""Tier 3: a rewriter writes what should stand in suspect spans; its candidates become minimal edits.

The spans are those that the tagger suspects strongly or marks for rewriting, major findings that no safe edit
answers, and what a checker doubts: words that a dictionary lacks, faults of grammar. A segment without one never meets
the rewriter, unless all is to be mended: then a sentence is written anew when nothing more comes of its spans. The
guards decide what becomes of the edits. The same span in the same sentence is asked once and mended the same way
wherever it stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mtfix.repair.tagged import CLOSED, plain
from mtfix.runtime.rewriter import Candidate, Request, Rewriter
from mtfix.text.edits import apply, changed_words, diff, select
from mtfix.text.grammar import related
from mtfix.text.protect import protected
from mtfix.text.tokens import sentences, words
from mtfix.types import Applicability, Category, Edit, Finding, Segment, Severity, Side, Span, Tagging

__all__ = [
    "ASK",
    "FEATURES",
    "REWRITE",
    "Job",
    "Trust",
    "best_of",
    "confidence",
    "edits_of",
    "features",
    "level_of",
    "misspelt",
    "propose",
    "prose",
    "prospects",
    "request_for",
    "spans",
    "trust_of"
]  # fmt: skip

REWRITE = "REWRITE"
FEATURES = (
    "gain", "logprob", "edits", "old", "new", "suspect", "rewrite", "score", "rise", "lost", "added", "finding",
    "akin", "whole", "misspelt", "agrees", "mended", "doubt", "near", "eased", "names", "figures", "long"
)  # fmt: skip
ASK = ("suspect", "level", "rewrite", "change", "tag", "words", "content", "score")
_CHECKERS = ("linguistic.languagetool", "linguistic.harper")
_CLOSED_TO_MODELS = ("url", "code", "tag", "placeholder")
_LATIN = re.compile("[A-Za-z]")
LONGEST = 120  # code points of a span
SENTENCE = 200  # and of a sentence
NEARLY = 1.0  # in log-probability: a third as likely
Tag = Callable[[Sequence[str]], Sequence[Tagging | None]]
Allowed = Callable[[Segment, Edit], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """A segment with what is known of it.

    `written`: the rewriter is asked about it too; `mended`: how many edits it had already, the tagger's apart.
    """

    segment: Segment
    findings: Sequence[Finding]
    tagging: Tagging | None = None
    written: bool = True
    mended: int = 0


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a rewriter is trusted: from its card, fitted on held-out text.

    `weights` belong to FEATURES, with "bias"; without them the gain alone counts. `whole` are those for a sentence that
    was written anew as a whole. `apply_at` and `suggest_at` are confidences; `ask_rewrite` and `ask_suspect` what a
    word must reach to be asked about, `ask_all` what takes the place of both where good guesses are wanted
    too. Where they are, the sentences of a segment with a score below `whole_below` are asked about as a whole once
    nothing comes of their spans, and of what is written then edits of at least `whole_at` are suggested (0:
    `suggest_at`). Where they are not, `ask` (weights of ASK, with "bias") tells how likely an answer is to be worth
    anything, and a span below `ask_at` is left out: most suspect words can't be mended without the source.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    whole: Mapping[str, float] = field(default_factory=dict)
    ask: Mapping[str, float] = field(default_factory=dict)
    apply_at: float = 0.95
    suggest_at: float = 0.5
    ask_rewrite: float = 0.5
    ask_suspect: float = 0.8
    ask_all: float = 0.55
    whole_below: float = 0.0
    whole_at: float = 0.0
    ask_at: float = 0.0
    sentences: bool = False  # ask about whole sentences too

    def thorough(self) -> Trust:
        """Return the same trust with more words asked about: slower, and more is mended."""
        rewrite, suspect = min(self.ask_rewrite, self.ask_all), min(self.ask_suspect, self.ask_all)
        return replace(self, ask_rewrite=rewrite, ask_suspect=suspect, sentences=True)

    def how(self, sure: float, *, whole: bool = False) -> Applicability:
        """Return how far an edit of this confidence may be trusted; `whole`: of a sentence written anew."""
        if sure >= self.apply_at:
            return Applicability.SAFE
        least = self.whole_at if whole and self.whole_at else self.suggest_at
        return Applicability.UNSAFE if sure >= least else Applicability.DISPLAY_ONLY


def trust_of(trust: Mapping[str, float], whole: Mapping[str, float], ask: Mapping[str, float] | None = None) -> Trust:
    """Return the trust that tables of a card state: weights and levels, and weights for whole sentences and asking."""
    own = ("apply_at", "suggest_at", "ask_rewrite", "ask_suspect", "ask_all", "whole_below", "whole_at", "ask_at")
    weights = {name: value for name, value in trust.items() if name not in own}
    levels: dict[str, Any] = {name: trust[name] for name in own if name in trust}
    return Trust(weights, dict(whole), dict(ask or {}), **levels)


def propose(
    jobs: Sequence[Job],
    rewriter: Rewriter,
    *,
    trust: Trust | None = None,
    tag: Tag | None = None,
    allowed: Allowed = lambda _segment, _edit: True,
) -> list[tuple[Edit, ...]]:
    """Return for each job edits of its hypothesis, none overlapping another, in order of place.

    `tag` reads the candidates with the tagger, so that what they do to it counts; `allowed` says what the guards will
    let pass, lest the others keep a sentence from being written anew.
    """
    trust = trust or Trust()
    made = _proposed(jobs, rewriter, trust, tag, whole=False)
    if trust.sentences:
        # What is known to be suspect comes first, and the sentence when nothing more comes of that.
        good = [[e for e in edits if allowed(job.segment, e)] for job, edits in zip(jobs, made, strict=True)]
        rest = [n for n, edits in enumerate(good) if all(e.applicability is Applicability.DISPLAY_ONLY for e in edits)]
        more = _proposed([jobs[n] for n in rest], rewriter, trust, tag, whole=True)
        for n, edits in zip(rest, more, strict=True):
            refused = [e for e in made[n] if e not in good[n] and not any(e.span.overlaps(o.span) for o in edits)]
            made[n] = good[n] + edits + refused
    return [select(edits) for edits in made]


def _proposed(
    jobs: Sequence[Job], rewriter: Rewriter, trust: Trust, tag: Tag | None, *, whole: bool
) -> list[list[Edit]]:
    """Return the edits of each job's suspect spans, or of its sentences written anew as a whole."""
    asked = [(n, span) for n, job in enumerate(jobs) if job.written for span in spans(job, trust, whole=whole)]
    requests = [request_for(jobs[n], span) for n, span in asked]
    different = list(dict.fromkeys(requests))
    answers = dict(zip(different, rewriter.rewrite(different), strict=True)) if different else {}
    best = [(n, span, best_of(r, answers[r])) for (n, span), r in zip(asked, requests, strict=True) if answers[r]]
    after = tag([candidate.text for _, _, candidate in best]) if tag and best else [None] * len(best)
    made: list[list[Edit]] = [[] for _ in jobs]
    for (n, span, candidate), then in zip(best, after, strict=True):
        for edit, values in edits_of(jobs[n], span, candidate, then):
            sure = confidence(values, trust)
            how = level_of(jobs[n].segment.hypothesis, edit, values, sure, trust)
            reasons = tuple(sorted(f.id for f in jobs[n].findings if _here(f) and f.span.touches(edit.span)))
            made[n].append(replace(edit, applicability=how, confidence=round(sure, 4), reasons=reasons))
    return made


def request_for(job: Job, span: Span) -> Request:
    """Return the question about a span; what a finding would put there is weighed too."""
    also = [e.text for f in job.findings if _unanswered(f) for e in f.edits if e.span == span]
    return Request(job.segment.hypothesis, span, job.segment.source, tuple(dict.fromkeys(also)))


def best_of(request: Request, candidates: Sequence[Candidate]) -> Candidate:
    """Return the likeliest candidate, or one that is nearly as likely and that a finding proposes too."""
    proposed = {apply(request.hypothesis, [Edit(request.span, text)]) for text in request.also}
    near = [c for c in candidates if c.logprob >= candidates[0].logprob - NEARLY]
    return next((c for c in near if c.text in proposed), candidates[0])


def level_of(text: str, edit: Edit, values: Mapping[str, float], sure: float, trust: Trust) -> Applicability:
    """Return how far an edit may be trusted: what changes the content, on the rewriter's word alone, is never SAFE."""
    how = trust.how(sure, whole=bool(values["whole"]))
    same = (values["agrees"] or _same_content(text, edit)) and not (_beheaded(text, edit) or _opened(text, edit))
    return Applicability.UNSAFE if how is Applicability.SAFE and not same else how


def spans(job: Job, trust: Trust, *, whole: bool = False) -> tuple[Span, ...]:
    """Return the spans to rewrite, in order: words in question, and a word between two of them, are one span.

    What a checker doubts is a span of its own: what stands beside it is easier to judge once that is mended.
    `whole`: the sentences instead, those with words that are mended first apart.
    """
    text = job.segment.hypothesis
    kept = protected(text)
    closed = [p.span for p in kept if p.kind in _CLOSED_TO_MODELS]
    if whole:
        return tuple(_sentences(job, trust, closed))
    alone = {f.span for f in job.findings if len(f.span) and (misspelt(f) or _doubted(f))}
    # What stands in another script can't be known from the English.
    wanted = [f.span for f in job.findings if _unanswered(f) and _LATIN.search(f.span.of(text))]
    # A name or a number stays whatever the answer is.
    left = {*alone, *(p.span for p in kept)}
    wanted += [word for word in _suspects(job, trust) if not any(s.overlaps(word) for s in left)]
    out: list[Span] = []
    for span in sorted(s for s in wanted if not any(s.overlaps(w) for w in closed)):
        between = text[out[-1].end : span.start] if out else ""
        near = out and len(between.split()) <= 1 and len(between) < 12 and span.end - out[-1].start <= LONGEST
        if near and not any(out[-1].start < s.start < span.start for s in alone):
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    found = [span for wide in out for span in _within_sentences(text, wide)]
    if trust.ask and not trust.sentences:
        found = [s for s in found if _promising(job, s, trust)]
    return tuple(sorted({*found, *alone}))


def _suspects(job: Job, trust: Trust) -> Iterable[Span]:
    """Yield the words that the tagger suspects strongly or marks for rewriting."""
    if tagging := job.tagging:
        for word, tags, suspect in zip(tagging.words, tagging.tags, tagging.suspect, strict=True):
            if dict(tags).get(REWRITE, 0.0) >= trust.ask_rewrite or suspect >= trust.ask_suspect:
                yield word


def _promising(job: Job, span: Span, trust: Trust) -> bool:
    """Say whether to ask about a span: of course about a finding, else where an answer may be of use."""
    if job.tagging is None or any(_unanswered(f) and f.span.touches(span) for f in job.findings):
        return True
    values = prospects(job, span)
    odds = trust.ask.get("bias", 0.0) + sum(trust.ask.get(name, 0.0) * values[name] for name in ASK)
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, odds)))) >= trust.ask_at


def prospects(job: Job, span: Span) -> dict[str, float]:
    """Return what tells whether a span is worth asking about, under the names of ASK.

    Of its words the highest and the mean suspicion, the highest probability of REWRITE, of any change, and of a tag
    other than REWRITE; how many they are (log), the share of content words, and the segment's score, around 0.
    """
    text, tagging = job.segment.hypothesis, job.tagging
    here = [n for n, w in enumerate(tagging.words) if w.overlaps(span)] if tagging else []
    if tagging is None or not here:
        return dict.fromkeys(ASK, 0.0)
    tags = [dict(tagging.tags[n]) for n in here]
    content = [tagging.words[n].of(text).lower() not in CLOSED for n in here]
    return {
        "suspect": max(tagging.suspect[n] for n in here),
        "level": sum(tagging.suspect[n] for n in here) / len(here),
        "rewrite": max(t.get(REWRITE, 0.0) for t in tags),
        "change": max(1 - tagging.keep[n] for n in here) if tagging.keep else 0.0,
        "tag": max((p for t in tags for name, p in t.items() if name != REWRITE), default=0.0),
        "words": math.log(len(here)),
        "content": sum(content) / len(content),
        "score": (tagging.score - 50) / 50,
    }


def _sentences(job: Job, trust: Trust, closed: Sequence[Span]) -> Iterable[Span]:
    """Yield the sentences of a segment of no high quality that are short enough to be written anew."""
    text = job.segment.hypothesis
    first = [f.span for f in job.findings if misspelt(f) and _suggests(f)]
    for sentence in sentences(text) if job.tagging and job.tagging.score < trust.whole_below else ():
        bare = text[sentence.start : sentence.end].rstrip()
        fits = _LATIN.search(bare) and len(bare) <= SENTENCE
        if fits and not any(s.overlaps(sentence) for s in (*closed, *first)):
            yield Span(sentence.start, sentence.start + len(bare))


def _within_sentences(text: str, span: Span) -> Iterable[Span]:
    """Cut a very long span at the ends of its sentences: an answer is at most about a sentence long."""
    if len(span) <= 2 * LONGEST:
        return [span]
    parts = [Span(max(s.start, span.start), min(s.end, span.end)) for s in sentences(text) if s.overlaps(span)]
    return [p for p in parts if len(p) <= 2 * LONGEST]


def edits_of(job: Job, span: Span, candidate: Candidate, after: Tagging | None) -> list[tuple[Edit, dict[str, float]]]:
    """Return the candidate's edits, each with what its confidence is computed from.

    What it would change outside the span was not asked for, nor another variety of English, nor a full stop at the
    end: a headline has none. Changes with fewer than three words between them are one edit: they depend on each other.
    """
    text = job.segment.hypothesis
    near = Span(max(0, span.start - 1), min(len(text), span.end + 1))
    every = diff(text, _apostrophes(text, candidate.text))
    wanted = [e for e in every if not (_variety(text, e) or _final_stop(text, e))]
    edits = [e for e in _joined(text, wanted) if e.span.touches(near)]
    whole = float(_is_sentence(text, span))
    out = []
    for edit in edits:
        start = edit.span.start + sum(len(e.text) - len(e.span) for e in every if e.span.start < edit.span.start)
        there = Span(start, start + len(edit.text))
        values = features(job, edit, candidate, edits=len(edits), after=after, there=there)
        out.append((replace(edit, by="rewriter"), values | {"whole": whole}))
    return out


def _apostrophes(text: str, new: str) -> str:
    """Return a candidate with the apostrophes that the text has: typewriter's, where it has no other."""
    return new if "’" in text else new.replace("’", "'")


def _variety(text: str, edit: Edit) -> bool:
    """Say whether an edit only puts American for British spelling, or the other way round."""
    old, new = edit.span.of(text).lower().split(), edit.text.lower().split()
    return old != new and [plain(w) for w in old] == [plain(w) for w in new]


def _final_stop(text: str, edit: Edit) -> bool:
    return edit.text.strip() == "." and not edit.span.of(text).strip() and not text[edit.span.end :].strip("\"”’') \n")


def _is_sentence(text: str, span: Span) -> bool:
    return any(
        span.start <= s.start and not text[span.end : s.end].strip() for s in sentences(text) if s.overlaps(span)
    )


def _joined(text: str, edits: Sequence[Edit]) -> list[Edit]:
    out: list[Edit] = []
    for edit in edits:
        between = text[out[-1].span.end : edit.span.start] if out else ""
        if out and len(between.split()) < 3 and "\n" not in between:
            first = out.pop()
            edit = replace(edit, span=Span(first.span.start, edit.span.end), text=first.text + between + edit.text)
        out.append(edit)
    return out


def features(
    job: Job, edit: Edit, candidate: Candidate, *, edits: int, after: Tagging | None, there: Span
) -> dict[str, float]:
    """Return what the confidence of an edit is computed from: probabilities, sizes, the tagger's opinion, content.

    `after` is what the tagger says of the candidate, `there` where the edit stands in it.
    """
    text, tagging = job.segment.hypothesis, job.tagging
    old, new = changed_words(text, edit)
    lost, added, akin = _content(old, new)
    here = [n for n, w in enumerate(tagging.words) if w.touches(edit.span)] if tagging else []
    suspect = [tagging.suspect[n] for n in here] if tagging else []
    rewrite = [dict(tagging.tags[n]).get(REWRITE, 0.0) for n in here] if tagging else []
    return {
        "gain": min(max(candidate.logprob - candidate.logprob_kept, -6.0), 12.0),
        "logprob": max(candidate.logprob, -12.0),
        "edits": float(min(edits, 4)),
        "old": math.log1p(len(old)),
        "new": math.log1p(len(new)),
        "suspect": sum(suspect) / len(suspect) if suspect else 0.0,
        "rewrite": max(rewrite, default=0.0),
        "score": (tagging.score - 50) / 50 if tagging else 0.0,
        "rise": min(max((after.score - tagging.score) / 10, -2.0), 2.0) if tagging and after else 0.0,
        "lost": float(min(lost, 4)),
        "added": float(min(added, 4)),
        "finding": float(any(_unanswered(f) and f.span.touches(edit.span) for f in job.findings)),
        "akin": float(min(akin, 3)),
        "whole": 0.0,
        "misspelt": float(any(misspelt(f) and f.span.touches(edit.span) for f in job.findings)),
        "agrees": float(_agrees(text, edit, job.findings)),
        # Where much was wrong, more is.
        "mended": min(10 * job.mended / max(10, len(text.split())), 3.0),
        # How likely the tagger would change what was written, or what stands beside it; how much less it would change.
        "doubt": max(_changes(after, there), default=0.0),
        "near": max(_changes(after, there, 2), default=0.0),
        "eased": min(max(sum(_changes(tagging)) - sum(_changes(after)), -2.0), 2.0) if tagging and after else 0.0,
        **prose(text),
    }


def prose(text: str) -> dict[str, float]:
    """Return how plain a text is, under three names of FEATURES: news and encyclopedias need their source more.

    Names and words with figures, in ten words each (a word that opens a sentence is no name), and how much longer than
    4.5 letters a word is on average.
    """
    opening = {s.start for s in sentences(text)}
    spans = [(s.start, s.of(text)) for s in words(text) if s.of(text)[:1].isalnum()]
    names = sum(w[:1].isupper() and w != "I" and start not in opening for start, w in spans)
    figures = sum(any(c.isdigit() for c in w) for _, w in spans)
    letters = sum(len(w) for _, w in spans) / len(spans) if spans else 4.5
    share = 10 / max(10, len(spans))
    return {
        "names": min(share * names, 3.0),
        "figures": min(share * figures, 3.0),
        "long": min(max(letters - 4.5, -2.0), 2.0),
    }


def _changes(tagging: Tagging | None, span: Span | None = None, beside: int = 0) -> list[float]:
    """Return how likely the tagger would change each word, or each that touches a span and so many beside it."""
    if tagging is None or not tagging.keep:
        return []
    here = [n for n, w in enumerate(tagging.words) if span is None or w.touches(span)]
    return [1 - p for p in tagging.keep[max(0, here[0] - beside) : here[-1] + 1 + beside]] if here else []


def _agrees(text: str, edit: Edit, findings: Sequence[Finding]) -> bool:
    """Say whether a finding proposes the same."""
    near = [e for f in findings if _here(f) and f.span.touches(edit.span) for e in f.edits]
    new = apply(text, [edit]) if near else ""
    return any(apply(text, [e]) == new for e in near)


def _opened(text: str, edit: Edit) -> bool:
    """Say whether an edit only gives a capital to what may be no sentence: it has no end either."""
    same = edit.span.of(text).lower() == edit.text.lower()
    return not edit.span.start and same and not text.rstrip("\"”’') ").endswith(tuple(".!?…"))


def _beheaded(text: str, edit: Edit) -> bool:
    """Say whether a word loses a prefix or gets one: a subparagraph is no paragraph, whatever the dictionary knows."""
    old, new = changed_words(text, edit)
    pairs = [pair for a in old for b in new if a != b for pair in ((a, b), (b, a))]
    heads = [x[: -len(y)] for x, y in pairs if len(y) > 3 and x.endswith(y)]
    return any(len(head) > 1 and head not in {*old, *new} for head in heads)  # "inorder" is "in order"


def _same_content(text: str, edit: Edit) -> bool:
    """Say whether each content word stays, or becomes another form or a near spelling of itself."""
    lost, added, _ = _content(*changed_words(text, edit), least=0.73)
    return not lost and not added


def _content(old: Sequence[str], new: Sequence[str], least: float = 0.6) -> tuple[int, int, int]:
    """Count content words that went, that came, and that became another form or spelling of themselves."""
    gone = [w for w in old if w not in CLOSED and w[:1].isalnum() and w not in new]
    come = [w for w in new if w[:1].isalnum() and w not in old]
    akin = 0
    for word in list(gone):
        if near := next((w for w in come if related(word, w, least)), None):
            gone.remove(word)
            come.remove(near)
            akin += 1
    return len(gone), sum(w not in CLOSED for w in come), akin


def confidence(values: Mapping[str, float], trust: Trust) -> float:
    """Return the probability that an edit brings the text nearer to a human's correction.

    The logistic function of the weighted features; without weights, of the gain in log-probability.
    """
    weights = trust.whole if values["whole"] and trust.whole else trust.weights
    odds = weights.get("bias", 0.0) + sum(weights.get(name, 0.0) * values[name] for name in FEATURES)
    if not weights:
        odds = values["gain"]
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, odds))))


def _here(finding: Finding) -> bool:
    return finding.side is Side.HYPOTHESIS


def misspelt(finding: Finding) -> bool:
    """Say whether a finding is a word that a dictionary lacks, with a guess at what was meant."""
    return (
        _here(finding)
        and finding.category is Category.SPELLING
        and bool(finding.edits)
        and not any(edit.applicability is Applicability.SAFE for edit in finding.edits)
    )


def _doubted(finding: Finding) -> bool:
    """Say whether a checker would change the place, and not for sure."""
    return _here(finding) and finding.detector in _CHECKERS and not finding.hint and _suggests(finding)


def _suggests(finding: Finding) -> bool:
    return any(edit.applicability is Applicability.UNSAFE for edit in finding.edits)


def _unanswered(finding: Finding) -> bool:
    # What a checker says of names is never major; what else it says is asked about by itself.
    return (
        finding.severity >= Severity.MAJOR
        and _here(finding)
        and not finding.hint
        and finding.detector not in _CHECKERS
        and not any(edit.applicability is Applicability.SAFE for edit in finding.edits)
    )
