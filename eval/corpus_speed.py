"""The speed of a corpus run: at one and two processes, beside what one would write oneself, and by stage."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.corpora import corpus


def segments(data: Path | None, count: int) -> list[dict[str, Any]]:
    """Return machine translation, always the same records; without data our own texts."""
    if data is None:
        from eval.corpus import sentences

        pool, dice = sentences(), random.Random(7)
        return [{"hypothesis": f"{dice.choice(pool)} {dice.choice(pool)}"} for _ in range(count)]
    known = [s for document in corpus("mt", data) for s in document.segments]
    some = random.Random(7).sample(known, min(count, len(known)))
    return [{"hypothesis": s.hypothesis, "source": s.source, "source_lang": s.source_lang} for s in some]


def write(path: Path, rows: list[dict[str, Any]]) -> int:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return sum(len(r["hypothesis"].split()) for r in rows)


# The subjects, each in a process of its own ---------------------------------------------------------


def naive(path: Path) -> None:
    """What one would write first."""
    import mtfix
    from mtfix import Segment

    pipeline = mtfix.Pipeline()
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            segment = Segment(row["hypothesis"], source=row.get("source"), source_lang=row.get("source_lang", ""))
            pipeline.run(mtfix.Document((segment,)))


def transformer(path: Path) -> None:
    """A token classifier of DistilBERT's size, as transformers runs it; its weights are noise, which costs the same."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing
    from tokenizers.trainers import WordPieceTrainer
    from transformers import (
        DistilBertConfig,
        DistilBertForTokenClassification,
        PreTrainedTokenizerFast,
        TokenClassificationPipeline,
    )

    texts = [json.loads(line)["hypothesis"] for line in path.open(encoding="utf-8")]
    inner = Tokenizer(WordPiece(unk_token="[UNK]"))
    inner.normalizer, inner.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    # Learned of a fixed text, so that a short run learns as long as a long one.
    fixed = [row["hypothesis"] for row in segments(None, 200)]
    inner.train_from_iterator(fixed, WordPieceTrainer(vocab_size=8000, special_tokens=special, show_progress=False))
    inner.post_processor = BertProcessing(("[SEP]", inner.token_to_id("[SEP]")), ("[CLS]", inner.token_to_id("[CLS]")))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, model_max_length=512, **names)
    model = DistilBertForTokenClassification(DistilBertConfig(num_labels=2)).eval()
    for _ in TokenClassificationPipeline(model=model, tokenizer=tokenizer)((text for text in texts), batch_size=16):
        pass


@dataclass(frozen=True)
class Cost:
    seconds: float
    cpu: float


def cost(words: list[str], folder: Path) -> Cost:
    """Run a command; return its time and that of all processors, its children's included."""
    from eval.corpus import start

    began = time.perf_counter()
    process = start(words, folder, stderr=subprocess.DEVNULL)
    _, status, use = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return Cost(time.perf_counter() - began, use.ru_utime + use.ru_stime)


def speed(folder: Path, *, records: int, data: Path | None) -> list[str]:
    """Print words a second; the time of a run on half of them is taken off, so that starts don't count."""
    from eval.corpus import RULES, command

    sizes = {"long": records, "short": records // 2, "long rules": 10 * records, "short rules": 5 * records}
    rows = segments(data, 10 * records)
    words = {name: write(folder / f"{name}.jsonl", rows[:size]) for name, size in sizes.items()}
    me = [sys.executable, "-m", "eval.corpus_speed"]

    def run(*more: str) -> Callable[[str], list[str]]:
        return lambda name: command(folder / f"{name}.jsonl", folder / f"{name}.out.jsonl", "--restart", *more)

    # What to run, and whether it is so fast that it takes ten times the records.
    subjects: dict[str, tuple[Callable[[str], list[str]], str]] = {
        "for line in file: pipeline.run(line)": (lambda name: [*me, "naive", str(folder / f"{name}.jsonl")], ""),
        "mtfix corpus --jobs 1": (run("--jobs", "1"), ""),
        "mtfix corpus --jobs 2": (run("--jobs", "2"), ""),
        "mtfix corpus --jobs 1, rules only": (run("--jobs", "1", *RULES), " rules"),
        "mtfix corpus --jobs 2, rules only": (run("--jobs", "2", *RULES), " rules"),
        "transformers, DistilBERT's size, fp32": (
            lambda name: [*me, "transformer", str(folder / f"{name}.jsonl")],
            "",
        ),
    }
    print(f"{words['long']:,} words, {words['long rules']:,} for rules only; {os.cpu_count()} cores; ", end="")
    print(f"load {os.getloadavg()[0]:.1f} at the start; words a second, and a second of a core:")
    for name, (made, kind) in subjects.items():
        short, long = cost(made(f"short{kind}"), folder), cost(made(f"long{kind}"), folder)
        total = words[f"long{kind}"] - words[f"short{kind}"]
        wall, cpu = max(1e-3, long.seconds - short.seconds), max(1e-3, long.cpu - short.cpu)
        print(f"  {name:40}{total / wall:>10,.0f}{total / cpu:>10,.0f}", flush=True)
    return []


# Stages ---------------------------------------------------------------------------------------------


class Clock:
    """Time by stage: what a stage calls that is a stage itself is taken off it, so all add up to the whole."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._open: list[str] = ["the rest"]
        self._since = time.perf_counter()

    def switch(self, stage: str | None) -> None:
        """Begin a stage, or end the one that is open."""
        now = time.perf_counter()
        self.spent[self._open[-1]] = self.spent.get(self._open[-1], 0.0) + now - self._since
        self._since = now
        if stage is None:
            self._open.pop()
        else:
            self._open.append(stage)

    def wrap(self, owner: Any, name: str, stage: str) -> None:
        """Count a function as a stage."""
        inner = getattr(owner, name)

        def timed(*args: Any, **options: Any) -> Any:
            self.switch(stage)
            try:
                return inner(*args, **options)
            finally:
                self.switch(None)

        setattr(owner, name, timed)

    def each(self, owner: Any, name: str, stage: str) -> None:
        """Count each step of an iterator as a stage."""
        inner = getattr(owner, name)

        def timed(*args: Any, **options: Any) -> Iterator[Any]:
            items = inner(*args, **options)
            while True:
                self.switch(stage)
                try:
                    item = next(items, None)
                finally:
                    self.switch(None)
                if item is None:
                    return
                yield item

        setattr(owner, name, timed)


def stages(folder: Path, *, records: int, data: Path | None) -> list[str]:
    """Print the time of each stage of a run in one process."""
    from mtfix import batch, manifest, pipeline, workers
    from mtfix.ingest import documents
    from mtfix.models import Models
    from mtfix.runtime.languagetool import Door

    total = write(folder / "in.jsonl", segments(data, records))
    warm = folder / "warm.jsonl"
    write(warm, segments(None, 8))
    batch.run(batch.Job(str(warm), str(folder / "warm.out.jsonl")))  # loads models, data and patterns
    clock = Clock()
    clock.each(documents, "grouped", "read")
    clock.wrap(Models, "tag", "tagger")
    clock.wrap(Models, "propose", "edits of the models")
    clock.wrap(Door, "check", "LanguageTool")
    clock.wrap(pipeline, "detect", "detectors")
    clock.wrap(pipeline, "judge", "guards of an edit")
    clock.wrap(pipeline.Pipeline, "_harm", "guards of a result")
    clock.wrap(pipeline.Pipeline, "run_many", "steps and edits")
    clock.wrap(workers, "_line", "write a record")
    clock.wrap(manifest, "save", "save")
    clock.wrap(manifest, "finish", "save")
    clock.wrap(batch, "_about", "hash what goes in")
    clock.spent.clear()
    began = clock._since = time.perf_counter()
    batch.run(batch.Job(str(folder / "in.jsonl"), str(folder / "out.jsonl")))
    clock.switch("the end")
    whole = time.perf_counter() - began
    print(f"{total:,} words in {whole:.1f} s, one process: {total / whole:,.0f} words a second")
    for stage, seconds in sorted(clock.spent.items(), key=lambda item: -item[1]):
        print(f"  {stage:24}{seconds:>8.2f} s {100 * seconds / whole:>6.1f}%")
    gap = abs(whole - sum(clock.spent.values())) / whole
    rest = clock.spent.get("the rest", 0.0) / whole
    faults = [f"the stages miss {100 * gap:.1f}% of the whole"] if gap > 0.01 else []
    return faults + ([f"{100 * rest:.0f}% of the time has no stage"] if rest > 0.1 else [])


if __name__ == "__main__":
    {"naive": naive, "transformer": transformer}[sys.argv[1]](Path(sys.argv[2]))
