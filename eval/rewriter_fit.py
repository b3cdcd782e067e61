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
from mtfix.pipeline import Pipeline
from mtfix.repair import rewrite
from mtfix.repair.rewrite import ASK, FEATURES, Job, Trust
from mtfix.runtime.rewriter import Session, read_card
from mtfix.runtime.rewriter import load as load_rewriter
from mtfix.runtime.suspicion import sigmoid
from mtfix.runtime.tagger import Tagger
from mtfix.runtime.tagger import load as load_tagger
from mtfix.text.edits import apply
from mtfix.types import Accept, Applicability, Document, Edit, Segment, Span
from mtfix.verify.registry import judge

CLEAN = 400  # paragraphs
DEFAULT, SPANS, SENTENCES = "default", "spans", "sentences"  # what was asked about


def sets(data: Path, most: int) -> dict[str, list[Pair]]:
    """Return hypotheses with corrections; clean paragraphs are their own."""
    out = repairs(data)
    out["clean"] = [Pair("clean", t, (t,)) for t in texts(data, "clean", CLEAN)]
    return {name: pairs[: most or None] for name, pairs in out.items()}


def cases(
    pairs: Sequence[Pair], tagger: Tagger, session: Session, trust: Trust, level: str
) -> Iterator[dict[str, Any]]:
    """Yield a record for each edit, and one for each span that was left as it is; `level` goes into the records.

    Whole sentences are written anew where rules and tagger have mended what they can, so they are looked at there.
    """
    given = [(p.hypothesis, 0) for p in pairs]
    if level == SENTENCES:
        first = Pipeline(Settings(rewriter="none"))
        documents = [Document((Segment(p.hypothesis),)) for p in pairs]
        made = [r.repairs[0] for r in first.run_many(documents, accept=Accept.ALL)]
        given = [(r.post_edit, sum(e.by != "tagger" for e in r.edits)) for r in made]
    taggings = tagger.tag([text for text, _ in given])
    rules = Pipeline(Settings(tagger="none", rewriter="none"))
    reports = rules.run_many([Document((Segment(text),)) for text, _ in given], accept=Accept.NONE)
    jobs = [
        Job(Segment(text), report.repairs[0].findings, tagging, mended=edits)
        for (text, edits), report, tagging in zip(given, reports, taggings, strict=True)
    ]
    asked = [(n, span) for n, job in enumerate(jobs) for span in rewrite.spans(job, trust, whole=level == SENTENCES)]
    requests = [rewrite.request_for(jobs[n], span) for n, span in asked]
    answers = [some and rewrite.best_of(r, some) for r, some in zip(requests, session.rewrite(requests), strict=True)]
    after = iter(tagger.tag([answer.text for answer in answers if answer]))
    for (n, span), answer in zip(asked, answers, strict=True):
        text, references = given[n][0], pairs[n].references
        shared = {
            "set": pairs[n].origin,
            "record": n,
            "level": level,
            "span": [span.start, span.end],
            "asked": rewrite.prospects(jobs[n], span),
        }
        if not answer:
            yield {**shared, "edit": None}
            continue
        before = away(text, references)
        for edit, values in rewrite.edits_of(jobs[n], span, answer, next(after)):
            yield {
                **shared,
                "edit": [edit.span.start, edit.span.end, edit.text],
                "features": values,
                "guard": judge(jobs[n].segment, edit).guard,
                "nearer": before - away(apply(text, [edit]), references),
                "hypothesis": text,
                "reference": references[0],
            }


def away(text: str, references: Sequence[str]) -> float:
    """Return how many words differ from a correction, on average over the correctors: none of them is the right one."""
    return sum(distance(words(text), words(r)) for r in references) / len(references)


def arrays(found: Sequence[dict[str, Any]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return features and labels of the edits that the guards let pass."""
    some = [c for c in found if c["edit"] and not c["guard"]]
    return np.array([[c["features"][f] for f in FEATURES] for c in some]), np.array([c["nearer"] > 0 for c in some])


def fit(found: Sequence[dict[str, Any]], penalty: float = 10.0) -> dict[str, float]:
    """Return the weights of FEATURES and the bias."""
    x, y = arrays(found)
    w = logistic(x, y.astype(float), penalty=penalty)
    return {**{f: round(float(v), 4) for f, v in zip(FEATURES, w, strict=False)}, "bias": round(float(w[-1]), 4)}


def worth(found: Sequence[dict[str, Any]], trust: Trust) -> list[tuple[dict[str, float], bool]]:
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


def fit_ask(found: Sequence[dict[str, Any]], trust: Trust, kept: float) -> tuple[dict[str, float], float]:
    """Return the weights of ASK, and the threshold that loses all but `kept` of the answers that are of use."""
    some = worth(found, trust)
    x, y = np.array([[v[n] for n in ASK] for v, _ in some]), np.array([float(good) for _, good in some])
    w = logistic(x, y, penalty=1.0)
    p = 1 / (1 + np.exp(-(x @ w[:-1] + w[-1])))
    at = float(np.quantile(p[y > 0], 1 - kept)) if y.any() else 0.0
    return {**{n: round(float(v), 4) for n, v in zip(ASK, w, strict=False)}, "bias": round(float(w[-1]), 4)}, round(
        at, 3
    )


def asks(found: Sequence[dict[str, Any]], trust: Trust) -> list[int]:
    """Return how many spans are in question by default and asked about, and how many answers of use and kept."""
    some = worth(found, trust)
    odds = [trust.ask.get("bias", 0.0) + sum(trust.ask.get(n, 0.0) * v[n] for n in ASK) for v, _ in some]
    on = [sigmoid(z) >= trust.ask_at for z in odds]
    useful = [good for _, good in some]
    return [len(some), sum(on), sum(useful), sum(a and b for a, b in zip(on, useful, strict=True))]


def show(found: Sequence[dict[str, Any]], trust: Trust) -> list[str]:
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


def read(path: Path) -> list[dict[str, Any]]:
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
        tagger, session = load_tagger(o.tagger, threads=o.threads), load_rewriter(o.rewriter, threads=o.threads)
        with o.out.open("w", encoding="utf-8") as file:
            for name, pairs in sets(o.data, o.most).items():
                if name in o.skip.split(",") or (o.sets and name not in o.sets.split(",")):
                    continue
                # By default few words are asked about; with --accept all more of them, and whole sentences.
                trust = Trust(**thresholds)
                every = trust.thorough()
                some = list(cases(pairs, tagger, session, replace(every, sentences=False), SPANS))
                found_ = cases(pairs, tagger, session, every, SENTENCES)
                some += [c for c in found_ if c["edit"] and c["features"]["whole"]]
                some += cases(pairs, tagger, session, trust, DEFAULT)
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
    whole = fit([c for c in found if c["level"] == SENTENCES], penalty=3.0)
    trust = Trust(weights, whole, apply_at=o.apply_at, suggest_at=o.suggest_at, **thresholds)
    ask, levels["ask_at"] = fit_ask(found, trust, o.kept)
    print(weights, whole, ask, levels, asks(found, replace(trust, ask=ask, ask_at=levels["ask_at"])), sep="\n")
    write_tables(o.card, {"trust": {**weights, **levels}, "whole": whole, "ask": ask})


if __name__ == "__main__":
    main()
