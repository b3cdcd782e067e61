"""How fast the rewriter is, and the whole of `fix` with it.

    python -m eval.rewriter_speed --data DIR [--merged FOLDER] [--models DIR] [--segments 300] [--threads 0]

Spans a second beside the same model in transformers (--merged: the folder that training wrote) in one run; words a
second of the whole pipeline on the Russian-English development set, of which a human left half as it was, with and
without LanguageTool's rules and the rewriter; time of a segment of about 30 words with one suspect span.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from eval.tagger_sets import Pair, repairs
from mtfix.config import Settings
from mtfix.pipeline import Pipeline
from mtfix.repair.rewrite import Job, Trust, spans
from mtfix.runtime.prompts import SPAN_PROMPT
from mtfix.runtime.rewriter import Card, Request, Session
from mtfix.runtime.rewriter import load as load_rewriter
from mtfix.runtime.rewriter_backends import TransformersCausal
from mtfix.runtime.tagger import load as load_tagger
from mtfix.types import Document, Segment

TEXT = (
    "The committee said on Monday that the repairs of the old bridge was begun last week by the workers, "
    "who will need three months before the road can be opened to traffic again."
)


def requests(pairs: list[Pair], most: int) -> list[Request]:
    """Return questions as the product asks them."""
    tagger = load_tagger(Path("models/tagger-en"))
    taggings = tagger.tag([p.hypothesis for p in pairs])
    jobs = [Job(Segment(p.hypothesis), (), t) for p, t in zip(pairs, taggings, strict=True)]
    return [Request(j.segment.hypothesis, s) for j in jobs for s in spans(j, Trust().thorough())][:most]


def beside_transformers(session: Session, merged: Path, asked: list[Request], threads: int) -> None:
    card = Card(kind="causal", scope="span", prompt=SPAN_PROMPT, beam=1)
    peer = Session(TransformersCausal(str(merged), card, threads), card)
    took = {"here": [0.0], "transformers": [0.0]}
    for k in range(0, len(asked), 32):  # turn about, so that a busy machine is as unkind to both
        for name, one in (("here", session), ("transformers", peer)):
            began = time.perf_counter()
            one.rewrite(asked[k : k + 32])
            took[name].append(time.perf_counter() - began)
    here, there = sum(took["here"]), sum(took["transformers"])
    print(
        f"spans a second: here {len(asked) / here:.1f}, transformers {len(asked) / there:.1f}, {there / here:.1f} times"
    )


def whole(pairs: list[Pair], models: str, threads: int) -> None:
    words = sum(len(p.hypothesis.split()) for p in pairs)
    documents = [Document((Segment(p.hypothesis),)) for p in pairs]
    for tool in ("in-process", "off"):
        for rewriter in ("rewriter-en", "none"):
            pipeline = Pipeline(Settings(languagetool=tool, rewriter=rewriter, models=models), threads=threads)
            pipeline.run_many(documents[:4])
            began, cpu = time.perf_counter(), time.process_time()
            for k in range(0, len(documents), 64):
                pipeline.run_many(documents[k : k + 64])
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
            rates = f"{words / took:.0f} words/s, {words / cpu:.0f} of processor"
            print(f"fix, LanguageTool {tool}, rewriter {rewriter}: {rates}")


def latency(models: str, threads: int) -> None:
    pipeline = Pipeline(Settings(models=models), threads=threads)
    times = []
    for n in range(12):
        text = TEXT.replace("three", ("three", "four", "five", "six")[n % 4]).replace("Monday", f"{n + 1} May")
        began = time.perf_counter()
        pipeline.run(Document((Segment(text),)))
        times.append(time.perf_counter() - began)
    print(f"a segment of 30 words: median {statistics.median(times[2:]) * 1000:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--merged", type=Path)
    parser.add_argument("--models", default="")
    parser.add_argument("--segments", type=int, default=300)
    parser.add_argument("--threads", type=int, default=0)
    o = parser.parse_args()
    sets = repairs(o.data)
    folders = [Path(o.models), Path("models")] if o.models else [Path("models")]
    if o.merged:
        session = load_rewriter("rewriter-en", folders=folders, threads=o.threads)
        beside_transformers(session, o.merged, requests(sets["jfleg"][:200], 96), o.threads)
    whole(sets["ru-en"][: o.segments], o.models, o.threads)
    latency(o.models, o.threads)


if __name__ == "__main__":
    main()
