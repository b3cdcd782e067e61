"""Collect what the rewriter would write on the development sets, and fit how far it may be trusted.

    python -m eval.rewriter_fit collect --data DIR --out CASES.jsonl [--rewriter FOLDER] [--tagger FOLDER] [--most N]
    python -m eval.rewriter_fit fit --cases CASES.jsonl --card models/rewriter-en/card.toml [--apply-at .8 ...]
    python -m eval.rewriter_fit show --cases CASES.jsonl --card models/rewriter-en/card.toml [--apply-at .8]

A case is one edit with the features of its confidence, and whether it brings the text nearer to a correction. Clean
news is among the sets: there each edit is wrong. Fitted on the even-numbered records; `eval.rewriter` measures on the
odd ones. `show` prints what would be made by default, a line an edit, for a human to read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from eval.tagger_fit import distance, logistic, words, write_tables
from eval.tagger_sets import Pair, repairs, texts
from mtfix.config import Settings
from mtfix.models import Models
from mtfix.pipeline import Pipeline
from mtfix.repair import rewrite
from mtfix.repair.rewrite import ASK, FEATURES, Job, Trust
from mtfix.runtime.rewriter import Candidate, Request, Session, read_card
from mtfix.runtime.suspicion import sigmoid
from mtfix.text.edits import apply
from mtfix.types import Accept, Applicability, Document, Edit, Segment, Span
from mtfix.verify.registry import judge

Case = dict[str, Any]
CLEAN = 400  # paragraphs
DEFAULT, SPANS, SENTENCES = "default", "spans", "sentences"  # what was asked about


def sets(data: Path, most: int) -> dict[str, list[Pair]]:
    """Return hypotheses with corrections; clean paragraphs are their own."""
    out = repairs(data)
    out["clean"] = [Pair("clean", t, (t,)) for t in texts(data, "clean", CLEAN)]
    return {name: pairs[: most or None] for name, pairs in out.items()}


class Remembering:
    """A rewriter that answers a request once."""

    def __init__(self, session: Session) -> None:
        self.card, self._session = session.card, session
        self._known: dict[Request, list[Candidate]] = {}

    def rewrite(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        new = [r for r in dict.fromkeys(requests) if r not in self._known]
        self._known.update(zip(new, self._session.rewrite(new), strict=True))
        return [self._known[r] for r in requests]


class Overhearing(Models):
    """The models of a pipeline, which keep what they were asked: the rewriter meets what the other tiers have left."""

    _rewriter: Any

    def __init__(self, settings: Settings, threads: int, trust: Trust) -> None:
        super().__init__(settings, threads=threads)
        self.jobs: dict[tuple[str, str], Job] = {}
        self.load()
        self.rewriter = self._rewriter = Remembering(self._rewriter)
        self.trust = trust

    def propose(self, jobs: Sequence[Job], *, thorough: bool = False) -> list[tuple[Edit, ...]]:
        self.jobs |= {(j.segment.id, j.segment.hypothesis): j for j in jobs if j.written}
        return super().propose(jobs, thorough=thorough)

    def _rewriter_trust(self) -> Trust:
        return self.trust


def cases(pairs: Sequence[Pair], settings: Settings, threads: int, trust: Trust, level: Accept) -> Iterator[Case]:
    """Yield a record for each edit, and one for each span that was left as it is, of all that the pipeline asks."""
    pipeline = Pipeline(settings)
    pipeline.models = models = Overhearing(settings, threads, trust)
    documents = [Document((Segment(p.hypothesis, id=str(n)),)) for n, p in enumerate(pairs)]
    for k in range(0, len(documents), 64):
        pipeline.run_many(documents[k : k + 64], accept=level)
    jobs = list(models.jobs.values())
    if level is Accept.SAFE:
        yield from answered(pairs, jobs, models, trust, DEFAULT)
        return
    trust = trust.thorough()
    some = list(answered(pairs, jobs, models, trust, SPANS))
    yield from some
    # What a span's edit is suggested for is not written anew as a whole.
    done = {(c["record"], c["hypothesis"]) for c in some if c["edit"] and not c["guard"] and suggested(c, trust)}
    rest = [job for (n, text), job in models.jobs.items() if (int(n), text) not in done]
    yield from (c for c in answered(pairs, rest, models, trust, SENTENCES) if c["edit"] and c["features"]["whole"])


def suggested(case: Case, trust: Trust) -> bool:
    """Say whether an edit is at least suggested."""
    sure = rewrite.confidence(case["features"], trust)
    return trust.how(sure, whole=bool(case["features"]["whole"])) is not Applicability.DISPLAY_ONLY


def answered(
    pairs: Sequence[Pair], jobs: Sequence[Job], models: Overhearing, trust: Trust, level: str
) -> Iterator[Case]:
    """Yield the records of jobs; `level` goes into them."""
    asked = [(job, span) for job in jobs for span in rewrite.spans(job, trust, whole=level == SENTENCES)]
    requests = [rewrite.request_for(job, span) for job, span in asked]
    found = models.rewriter.rewrite(requests)
    answers = [rewrite.best_of(r, some) if some else None for r, some in zip(requests, found, strict=True)]
    after = iter(models.tag([answer.text for answer in answers if answer]))
    for (job, span), answer in zip(asked, answers, strict=True):
        text, record = job.segment.hypothesis, int(job.segment.id)
        references = pairs[record].references
        shared = {
            "set": pairs[record].origin,
            "record": record,
            "level": level,
            "span": [span.start, span.end],
            "hypothesis": text,
            "asked": rewrite.prospects(job, span),
        }
        if not answer:
            yield {**shared, "edit": None}
            continue
        before = away(text, references)
        for edit, values in rewrite.edits_of(job, span, answer, next(after)):
            yield {
                **shared,
                "edit": [edit.span.start, edit.span.end, edit.text],
                "features": values,
                "guard": judge(job.segment, edit).guard,
                "nearer": before - away(apply(text, [edit]), references),
                "reference": references[0],
            }


def away(text: str, references: Sequence[str]) -> float:
    """Return how many words differ from a correction, on average over the correctors: none of them is the right one."""
    return sum(distance(words(text), words(r)) for r in references) / len(references)


def arrays(found: Sequence[Case]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return features and labels of the edits that the guards let pass."""
    some = [c for c in found if c["edit"] and not c["guard"]]
    return np.array([[c["features"][f] for f in FEATURES] for c in some]), np.array([c["nearer"] > 0 for c in some])


def fit(found: Sequence[Case], penalty: float = 3.0) -> dict[str, float]:
    """Return the weights of FEATURES and the bias."""
    x, y = arrays(found)
    w = logistic(x, y.astype(float), penalty=penalty)
    return {**{f: round(float(v), 4) for f, v in zip(FEATURES, w, strict=False)}, "bias": round(float(w[-1]), 4)}


def worth(found: Sequence[Case], trust: Trust) -> list[tuple[dict[str, float], bool]]:
    """Return for each span of the default level what is known before, and whether something comes of it.

    Something is an edit that the guards let pass with a confidence of at least `suggest_at`.
    """
    spans: dict[Any, tuple[dict[str, float], bool]] = {}
    for c in found:
        if c["level"] == DEFAULT:
            good = bool(c["edit"] and not c["guard"] and rewrite.confidence(c["features"], trust) >= trust.suggest_at)
            key = (c["set"], c["record"], *c["span"])
            spans[key] = (c["asked"], good or spans.get(key, (c["asked"], False))[1])
    return list(spans.values())


def fit_ask(found: Sequence[Case], trust: Trust, kept: float) -> tuple[dict[str, float], float]:
    """Return the weights of ASK, and the threshold that loses all but `kept` of the answers that are of use."""
    some = worth(found, trust)
    x, y = np.array([[v[n] for n in ASK] for v, _ in some]), np.array([float(good) for _, good in some])
    w = logistic(x, y, penalty=1.0)
    p = 1 / (1 + np.exp(-(x @ w[:-1] + w[-1])))
    at = float(np.quantile(p[y > 0], 1 - kept)) if y.any() else 0.0
    return {**{n: round(float(v), 4) for n, v in zip(ASK, w, strict=False)}, "bias": round(float(w[-1]), 4)}, round(
        at, 3
    )


def asks(found: Sequence[Case], trust: Trust) -> list[int]:
    """Return how many spans are in question by default and asked about, and how many answers of use and kept."""
    some = worth(found, trust)
    odds = [trust.ask.get("bias", 0.0) + sum(trust.ask.get(n, 0.0) * v[n] for n in ASK) for v, _ in some]
    on = [sigmoid(z) >= trust.ask_at for z in odds]
    useful = [good for _, good in some]
    return [len(some), sum(on), sum(useful), sum(a and b for a, b in zip(on, useful, strict=True))]


def show(found: Sequence[Case], trust: Trust) -> list[str]:
    """Return the edits of the default level that would be SAFE, each once, in their context."""
    out: dict[str, None] = {}
    for c in found:
        if c["level"] != DEFAULT or not c["edit"] or c["guard"]:
            continue
        start, end, new = c["edit"]
        text, edit = c["hypothesis"], Edit(Span(start, end), new)
        sure = rewrite.confidence(c["features"], trust)
        if rewrite.level_of(text, edit, c["features"], sure, trust) is Applicability.SAFE:
            marked = f"{text[max(0, start - 60) : start]}[{text[start:end]}|{new}]{text[end : end + 60]}"
            out[f"{c['set']:10}{sure:.2f}  {marked}"] = None
    return list(out)


def read(path: Path) -> list[Case]:
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("collect", "fit", "show"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--card", type=Path)
    parser.add_argument("--rewriter", default="models/rewriter-en")
    parser.add_argument("--tagger", type=Path, default=Path("models/tagger-en"))
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--skip", default="", help="sets to leave out, with commas")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--apply-at", type=float, default=0.8)
    parser.add_argument("--suggest-at", type=float, default=0.5)
    parser.add_argument("--ask-rewrite", type=float, default=0.5)
    parser.add_argument("--ask-suspect", type=float, default=0.8)
    parser.add_argument("--ask-all", type=float, default=0.55)
    parser.add_argument("--whole-below", type=float, default=75.0)
    parser.add_argument("--whole-at", type=float, default=0.0)
    parser.add_argument("--kept", type=float, default=0.7, help="of the useful answers, those that asking less keeps")
    parser.add_argument("--sets", default="", help="sets to take, with commas; all if not given")
    o = parser.parse_args()
    thresholds = {
        "ask_rewrite": o.ask_rewrite,
        "ask_suspect": o.ask_suspect,
        "ask_all": o.ask_all,
        "whole_below": o.whole_below,
        "whole_at": o.whole_at,
    }
    if o.what == "collect":
        # What is asked late depends on what was made before: a card that was fitted already says what is.
        card = read_card(Path(o.rewriter), Path(o.rewriter).name)
        trust = replace(rewrite.trust_of(card.trust, card.whole, card.ask), **thresholds)
        settings = Settings(tagger=str(o.tagger), rewriter=o.rewriter)
        with o.out.open("w", encoding="utf-8") as file:
            for name, pairs in sets(o.data, o.most).items():
                if name in o.skip.split(",") or (o.sets and name not in o.sets.split(",")):
                    continue
                # By default few words are asked about; with --accept all more of them, and whole sentences.
                some = [*cases(pairs, settings, o.threads, trust, Accept.ALL)]
                some += cases(pairs, settings, o.threads, replace(trust, ask={}), Accept.SAFE)
                made = [c for c in some if c["edit"] and not c["guard"]]
                better = sum(c["nearer"] > 0 for c in made)
                print(
                    name, len(pairs), "segments", len(some), "spans", len(made), "edits", better, "nearer", flush=True
                )
                file.writelines(json.dumps(c, ensure_ascii=False) + "\n" for c in some)
        return
    if o.what == "show":
        card = read_card(o.card.parent, o.card.parent.name)
        trust = replace(rewrite.trust_of(card.trust, card.whole, card.ask), apply_at=o.apply_at)
        print(*show(read(o.cases), trust), sep="\n")
        return
    found = [c for c in read(o.cases) if c["record"] % 2 == 0]
    levels = {"apply_at": o.apply_at, "suggest_at": o.suggest_at, **thresholds}
    weights = fit([c for c in found if c["level"] == SPANS])
    whole = fit([c for c in found if c["level"] == SENTENCES])
    trust = Trust(weights, whole, apply_at=o.apply_at, suggest_at=o.suggest_at, **thresholds)
    ask, levels["ask_at"] = fit_ask(found, trust, o.kept)
    print(weights, whole, ask, levels, asks(found, replace(trust, ask=ask, ask_at=levels["ask_at"])), sep="\n")
    write_tables(o.card, {"trust": {**weights, **levels}, "whole": whole, "ask": ask})


if __name__ == "__main__":
    main()
