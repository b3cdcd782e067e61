"""The use case: detect -> repair -> verify -> score. No I/O.

One *step* takes a document and gives the document with the edits that passed; it is repeated until
nothing more is to be done, at most `PASSES` times. A step looks at the text, and at how much
was mended, which can only make the rewriter surer; so a repaired text put in again comes out as it
is. Edits of later steps are composed into edits of the hypothesis, so the post-edit is always
`apply(hypothesis, edits)`.

A document is worked on by a generator that yields what it wants to know of the models: taggings of
texts, or proposals for segments. So many documents can go on side by side, each by itself, while a
model sees in one batch what all of them ask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice
from typing import Any, TypeVar

from mtfix.config import Settings
from mtfix.detect.api import Detector
from mtfix.detect.registry import builtin, choose
from mtfix.detect.run import defer, detect, with_id
from mtfix.ingest.text import write
from mtfix.metrics import mqm
from mtfix.models import Models
from mtfix.repair import suggested
from mtfix.repair.rewrite import Job
from mtfix.text.edits import apply, compose, locate, merge, rank, select
from mtfix.types import (
    Accept,
    Applicability,
    Document,
    Edit,
    Failure,
    Finding,
    Repair,
    Report,
    Score,
    Segment,
    Side,
    Span,
    Tagging,
    Verdict,
)
from mtfix.verify.api import Evidence
from mtfix.verify.registry import builtin as guards
from mtfix.verify.registry import judge

PASSES = 6
_T = TypeVar("_T")
# Work on a document: yields texts or jobs, is sent a tagging or the edits for each.
_Flow = Generator[list[str] | list[Job], list[Any], _T]


@dataclass(slots=True)
class _Work:
    """What is known of one segment while the steps go on."""

    segment: Segment
    findings: list[Finding] = field(default_factory=list)  # of the hypothesis, and later ones that led to an edit
    now: list[Finding] = field(default_factory=list)  # of the current text
    first: list[Finding] = field(default_factory=list)  # of the hypothesis alone
    tagging: Tagging | None = None
    first_tagging: Tagging | None = None
    edits: tuple[Edit, ...] = ()  # of the hypothesis
    proposals: dict[Edit, Verdict] = field(default_factory=dict)
    text: str = ""
    harmful: set[tuple[str, Span, str]] = field(default_factory=set)  # edits of a text that were taken back
    spare: tuple[Edit, ...] = ()  # what comes into question again if the chosen edits do harm
    at_rest: list[Finding] | None = None  # of a text for which a step had nothing (more) to do
    asked: Job | None = None  # of the models, and what they proposed
    answer: tuple[Edit, ...] = ()

    def adopt(self, finding: Finding) -> int:
        """Keep a finding of the current text among those of the hypothesis; return its id there."""
        place = locate(self.edits, finding.span) if finding.side is Side.HYPOTHESIS else finding.span
        for known in self.findings:
            if known.detector == finding.detector and known.span.touches(place):
                return known.id
        self.findings.append(replace(with_id(finding, len(self.findings)), span=place, edits=()))
        return len(self.findings) - 1

    def reasons(self, edit: Edit, findings: Sequence[Finding]) -> tuple[int, ...]:
        """Return the ids, among those of the hypothesis, of the findings of the current text behind an edit."""
        return tuple(sorted(self.adopt(f) for f in findings if f.id in edit.reasons))

    def of_hypothesis(self, edit: Edit, findings: Sequence[Finding]) -> Edit:
        """Return an edit of the current text as one of the hypothesis, near enough to show it there."""
        if not self.edits:
            return edit
        return replace(edit, span=locate(self.edits, edit.span), reasons=self.reasons(edit, findings))

    @property
    def mended(self) -> int:
        """How many edits but the tagger's were made, those of checkers first of all: a sign that a learner wrote it."""
        return sum(edit.by != "tagger" for edit in self.edits)

    @property
    def dropped(self) -> bool:
        return bool(self.segment.hypothesis) and not self.text.strip()


class Pipeline:
    """Settings, detectors and models, built once; `run` may be called from several threads.

    `threads` limits those of a model (0: as it sees fit); the result does not depend on it.
    """

    def __init__(
        self, settings: Settings | None = None, *, detectors: Sequence[Detector] | None = None, threads: int = 0
    ) -> None:
        self.settings = settings or Settings()
        known = builtin() if detectors is None else tuple(detectors)
        self.detectors = choose(known, self.settings.select, self.settings.ignore)
        # An engine that takes a batch may look at the whole of it (is this unknown word a name?).
        self._local = [d for d in self.detectors if d.scope == "segment" or "taggings" in d.takes]
        self._whole = [d for d in self.detectors if not (d.scope == "segment" or "taggings" in d.takes)]
        self.models = Models(self.settings, threads=threads)

    @cached_property
    def signature(self) -> str:
        """Return what a report depends on: version, settings, detectors, models."""
        from mtfix.config import VERSION, as_dict

        chosen = hashlib.sha256(repr([d.id for d in self.detectors]).encode()).hexdigest()[:8]
        own = hashlib.sha256(repr(sorted(as_dict(self.settings).items())).encode()).hexdigest()[:8]
        parts = [f"mtfix:{VERSION}", f"accept:{self.settings.accept.value}", f"detectors:{chosen}"]
        return "|".join([*parts, f"settings:{own}", *self.models.signatures()])

    def run(self, document: Document, *, accept: Accept | None = None) -> Report:
        """Return the report of a document. `accept` overrides the settings' level."""
        return self.run_many([document], accept=accept)[0]

    def run_many(self, documents: Sequence[Document], *, accept: Accept | None = None) -> list[Report]:
        """Return the reports of documents, each as if it were alone; a model takes their segments in one batch.

        What can't be done for one of them is raised for all: run them alone then.
        """
        level = self.settings.accept if accept is None else accept
        flows = {n: self._flow(document, level) for n, document in enumerate(documents)}
        asked = {n: next(flow) for n, flow in flows.items()}
        reports: dict[int, Report] = {}
        while asked:
            answers = self._answers(asked, level)
            asked = {}
            for n, answer in answers.items():
                try:
                    asked[n] = flows[n].send(answer)
                except StopIteration as end:
                    reports[n] = end.value
        return [reports[n] for n in range(len(documents))]

    def _answers(self, asked: Mapping[int, Sequence[Any]], level: Accept) -> dict[int, list[Any]]:
        """Ask each model once for all that the documents want to know."""
        answers: dict[int, list[Any]] = {n: [] for n in asked}
        propose = partial(self.models.propose, thorough=level is Accept.ALL)
        for kind, ask in ((str, self._tag), (Job, propose)):
            some = {n: items for n, items in asked.items() if items and isinstance(items[0], kind)}
            together = [item for items in some.values() for item in items]
            given = iter(ask(together) if together else ())
            answers |= {n: list(islice(given, len(items))) for n, items in some.items()}
        return answers

    def _tag(self, texts: list[str]) -> list[Tagging | None]:
        if any(d.id == "linguistic.languagetool" for d in self.detectors):
            self.models.read_ahead(texts)
        return self.models.tag(texts)

    def check(self, document: Document) -> Report:
        """Return the report with findings and proposals, and nothing applied."""
        return self.run(document, accept=Accept.NONE)

    def _flow(self, document: Document, level: Accept) -> _Flow[Report]:
        works = [_Work(s, text=s.hypothesis) for s in document.segments]
        failures = yield from self._look(document, works, range(len(works)))
        for work in works:
            work.first, work.findings, work.first_tagging = work.now, list(work.now), work.tagging
        for number in range(PASSES + 1):
            changed = yield from self._step(document, works, level, first=number == 0, failures=failures)
            if not changed:
                break
        else:
            yield from self._give_up(document, works, changed, failures)
        return self._report(document, works, failures)

    # One step -----------------------------------------------------------------------------------

    def _look(self, document: Document, works: Sequence[_Work], which: Iterable[int]) -> _Flow[list[Failure]]:
        """Detect on the current texts: the segments of `which` anew, document detectors on all."""
        alive = [i for i, work in enumerate(works) if not work.dropped]
        fresh = set(which)
        again = [i for i in alive if i in fresh]
        texts = [replace(works[i].segment, hypothesis=works[i].text) for i in alive]
        part = Document(tuple(t for i, t in zip(alive, texts, strict=True) if i in fresh), document.name)
        taggings = yield [s.hypothesis for s in part.segments]
        for i, tagging in zip(again, taggings, strict=True):
            works[i].tagging = tagging
        found, failures = detect(part, self._local, self.settings, taggings)
        wide, more = detect(Document(tuple(texts), document.name), self._whole, self.settings)
        document_ids = {d.id for d in self._whole}
        new = dict(zip(again, found, strict=True))
        for i, across in zip(alive, wide, strict=True):
            kept = new[i] if i in new else [f for f in works[i].now if f.detector not in document_ids]
            ordered = sorted(defer([*kept, *across]), key=lambda f: (f.span, -f.severity, f.detector))
            works[i].now = [with_id(f, n) for n, f in enumerate(ordered)]
        for i, work in enumerate(works):
            if work.dropped and i in fresh:
                work.now, work.tagging = [], None
        return [replace(f, segment=again[f.segment]) for f in failures] + [
            replace(f, segment=alive[f.segment]) for f in more
        ]

    def _step(
        self, document: Document, works: Sequence[_Work], level: Accept, *, first: bool, failures: list[Failure]
    ) -> _Flow[list[int]]:
        """Apply what may be applied; return the segments that changed."""
        alive = {i: work for i, work in enumerate(works) if not work.dropped and (work.now or work.tagging)}
        # A segment at rest stays so, however long others go on.
        busy = {i: work for i, work in alive.items() if work.at_rest != work.now}
        changed: list[int] = []
        # Where all is to be mended, the rewriter reads what the first two tiers have left.
        for written in (False, True) if level is Accept.ALL else (True,):
            every = yield from self._judged(list(busy.values()), written=written)
            chosen: dict[int, tuple[Edit, ...]] = {}
            for (i, work), judged in zip(busy.items(), every, strict=True):
                if first:
                    work.proposals = judged | {e: v for e, v in work.proposals.items() if not v.accepted}
                if edits := self._choose(work, judged, level, written=written):
                    chosen[i] = edits
            if chosen:
                changed += yield from self._settle(document, works, chosen, failures)
            busy = {i: work for i, work in busy.items() if i not in changed}
        for work in busy.values():
            work.at_rest = work.now
        return sorted(changed)

    def _judged(self, works: Sequence[_Work], *, written: bool) -> _Flow[list[dict[Edit, Verdict]]]:
        """Return for each segment what is proposed, `written` by the rewriter too, and what the guards say of it."""
        jobs = [
            Job(replace(work.segment, hypothesis=work.text), tuple(work.now), work.tagging, written, work.mended)
            for work in works
        ]
        new = [n for n, (work, job) in enumerate(zip(works, jobs, strict=True)) if work.asked != job]
        answers = yield [jobs[n] for n in new]
        out: list[dict[Edit, Verdict]] = []
        for n, edits in zip(new, answers, strict=True):
            works[n].asked, works[n].answer = jobs[n], edits
        for work, job in zip(works, jobs, strict=True):
            proposed = [*suggested.propose(work.now), *work.answer]
            current = [e for e in merge(proposed) if e.span.of(work.text) != e.text]
            out.append({edit: judge(job.segment, edit) for edit in current})
        return out

    def _choose(self, work: _Work, judged: dict[Edit, Verdict], level: Accept, *, written: bool) -> tuple[Edit, ...]:
        allowed = {
            Accept.NONE: (),
            Accept.SAFE: (Applicability.SAFE,),
            Accept.ALL: (Applicability.SAFE, Applicability.UNSAFE),
        }[level]
        passed = [
            e
            for e, verdict in judged.items()
            if verdict.accepted and e.applicability in allowed and (work.text, e.span, e.text) not in work.harmful
        ]
        if self.models.writes:
            # A rewriter reads the context: it is waited for, and may know better than the dictionary.
            guesses = (suggested.outdone if written else suggested.guesses)(passed, work.now)
            passed = [e for e in passed if e not in guesses and (written or not _overlaps(e, guesses))]
            work.spare = guesses if written else ()
        return suggested.keep_whole(select(suggested.keep_whole(passed, work.now)), work.now)

    def _settle(
        self, document: Document, works: Sequence[_Work], chosen: dict[int, tuple[Edit, ...]], failures: list[Failure]
    ) -> _Flow[list[int]]:
        """Make the chosen edits, look at what came of them, and take back what did harm."""
        before = {i: (works[i].text, works[i].now, works[i].tagging) for i in chosen}
        pending = dict(chosen)
        for _ in range(3):
            for i, edits in pending.items():
                works[i].text = apply(before[i][0], edits)
            failures += yield from self._look(document, works, pending)
            harmed = {i: stopped for i in pending if (stopped := self._harm(works[i], before[i], chosen[i]))}
            if not harmed:
                break
            pending = {}
            for i, stopped in harmed.items():
                for k, verdict in stopped.items():
                    works[i].harmful.add((before[i][0], chosen[i][k].span, chosen[i][k].text))
                    works[i].proposals[works[i].of_hypothesis(chosen[i][k], before[i][1])] = verdict
                kept = [e for k, e in enumerate(chosen[i]) if k not in stopped]
                kept += [e for e in works[i].spare if not _overlaps(e, kept)]
                chosen[i], works[i].spare = suggested.keep_whole(select(kept), before[i][1]), ()
                pending[i] = chosen[i]
        else:  # still harmful: leave these segments alone
            for i in pending:
                chosen[i], works[i].text = (), before[i][0]
            failures += yield from self._look(document, works, pending)
        for i, edits in chosen.items():
            self._commit(works[i], before[i], edits)
        return [i for i, edits in chosen.items() if edits]

    def _harm(
        self, work: _Work, before: tuple[str, list[Finding], Tagging | None], edits: tuple[Edit, ...]
    ) -> dict[int, Verdict]:
        text, findings, tagging = before
        then = Evidence(text, findings, tagging.score if tagging else None)
        now = Evidence(work.text, work.now, work.tagging.score if work.tagging else None)
        segment = replace(work.segment, hypothesis=text)
        stopped: dict[int, Verdict] = {}
        for guard in guards():
            if guard.of_result and edits and not work.dropped:
                for k, reason in guard.judge_result(segment, edits, then, now).items():
                    stopped.setdefault(k, Verdict(False, guard.id, reason))
        return stopped

    def _commit(self, work: _Work, before: tuple[str, list[Finding], Tagging | None], edits: tuple[Edit, ...]) -> None:
        """Compose this step's edits into edits of the hypothesis; bring the findings behind them along."""
        if not edits:
            return
        if not work.edits:
            work.edits = edits
            return
        moved = [replace(e, reasons=work.reasons(e, before[1])) for e in edits]
        work.edits = compose(work.segment.hypothesis, work.edits, moved)

    def _give_up(
        self, document: Document, works: Sequence[_Work], which: Sequence[int], failures: list[Failure]
    ) -> _Flow[None]:
        """Put segments that never come to rest back as they were."""
        for i in which:
            work = works[i]
            for edit in work.edits:
                work.proposals[edit] = Verdict(False, "stable", "repeating the repair would change the text again")
            work.edits, work.text = (), work.segment.hypothesis
        failures += yield from self._look(document, works, which)

    # The report ---------------------------------------------------------------------------------

    def _report(self, document: Document, works: Sequence[_Work], failures: list[Failure]) -> Report:
        repairs = tuple(self._repair(work) for work in works)
        words = mqm.count_words(s.hypothesis for s in document.segments)
        before: list[Score] = [mqm.score([f for work in works for f in work.first], words)]
        kept = mqm.count_words(work.text for work in works)
        after: list[Score] = [mqm.score([f for work in works for f in work.now], kept)]
        quality = [r.quality for r in repairs]
        scored = [(w, q) for w, q in zip(works, quality, strict=True) if q]
        if scored:
            old = [len(w.segment.hypothesis.split()) for w, _ in scored]
            new = [len(w.text.split()) for w, _ in scored]
            before.append(self.models.mean_quality([q[0] for _, q in scored], old))
            after.append(self.models.mean_quality([q[1] for _, q in scored], new))
        return Report(
            document=document,
            repairs=repairs,
            post_edit=_joined(document, works),
            before=tuple(before),
            after=tuple(after),
            failures=tuple(dict.fromkeys(failures)),
            notices=self.models.notices(),
            signature=self.signature,
        )

    def _repair(self, work: _Work) -> Repair:
        for finding in work.now:  # what came to light when the fault beside it was gone
            work.adopt(finding)
        applied = {(e.span, e.text) for e in work.edits}
        proposals = dict.fromkeys(work.edits, Verdict(True))
        for edit, verdict in work.proposals.items():
            if (edit.span, edit.text) in applied:
                continue
            over = next((e for e in work.edits if e.span.overlaps(edit.span)), None)
            if verdict.accepted and over is not None:
                if set(edit.reasons) <= set(over.reasons) and edit.applicability is over.applicability:
                    continue  # it became part of that one
                verdict = Verdict(False, "overlap", "another edit was made here")
            proposals[edit] = verdict
        ordered = sorted(proposals, key=lambda e: (e.span, rank(e)))
        return Repair(
            segment=work.segment,
            post_edit=work.text,
            edits=work.edits,
            findings=tuple(work.findings),
            proposals=tuple(ordered),
            verdicts=tuple(proposals[e] for e in ordered),
            tagging=work.first_tagging,
            quality=self.models.quality(work.first_tagging, work.tagging or work.first_tagging),
        )


def _overlaps(edit: Edit, others: Iterable[Edit]) -> bool:
    return any(other.span.overlaps(edit.span) for other in others)


def _joined(document: Document, works: Sequence[_Work]) -> str:
    """Return the post-edit of the whole; a segment that was dropped takes its separator along."""
    texts = [work.text for work in works]
    if document.layout:
        return write(document, texts)
    return "\n".join(text for text, work in zip(texts, works, strict=True) if not work.dropped)
