"""Corpora: no record is lost or doubled, whatever happens, and the output does not depend on how it was made."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pytest

from eval import corpus as measured
from mtfix import batch, manifest, workers
from mtfix.config import Settings
from mtfix.errors import ConfigError, DiskFull, ExitCode, TooManyErrors
from mtfix.ingest import documents
from mtfix.ingest.records import Bad, Record
from mtfix.pipeline import Pipeline
from mtfix.types import Report, Segment

QUIET = Settings(languagetool="off", tagger="none", rewriter="none")
ROOT = Path(batch.__file__).parents[1]
BAD = "The the dog sat ."
LINES = [f"{'The the' if n % 3 else 'The'} dog number {n} sat down .\n" for n in range(120)]


def rows(path: str | Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def state_of(output: str) -> dict[str, Any]:
    state = json.loads(Path(f"{output}.mtfix/manifest.json").read_text())["state"]
    assert state["records"] == state["written"] + state["quarantined"] + state["dropped"]
    return state


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# One output ---------------------------------------------------------------------------------------


def test_the_output_depends_on_neither_processes_nor_chunks(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = random.Random(1).choices(LINES[:60], k=150)
    Path("in.jsonl").write_text(
        "".join(json.dumps({"hypothesis": t, "doc": n // 7}) + "\n" for n, t in enumerate(texts))
    )
    made = []
    for jobs, chunk, group in ((1, 48, ""), (2, 20, ""), (1, 1, ""), (1, 48, "doc"), (2, 20, "doc")):
        monkeypatch.setattr(workers, "_CHUNK", chunk)
        result = batch.run(batch.Job("in.jsonl", f"{len(made)}.jsonl", QUIET, jobs=jobs, group_by=group))
        assert result.records == result.written == 150
        made.append(Path(f"{len(made)}.jsonl").read_bytes())
    assert made[0] == made[1] == made[2] and made[3] == made[4]


def test_equal_segments_are_repaired_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    run = Pipeline.run_many

    def counting(self, documents, **options):  # type: ignore[no-untyped-def]
        ran.extend(d.segments[0].hypothesis for d in documents)
        return run(self, documents, **options)

    monkeypatch.setattr(Pipeline, "run_many", counting)
    monkeypatch.setattr(workers, "_CHUNK", 10)
    records = [{"id": n, "hypothesis": ("Fine.", BAD, "The end .")[n % 3], "note": n} for n in range(90)]
    records.append({"id": "x", "hypothesis": BAD, "source": "Der Hund saß."})
    Path("in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    result = batch.run(batch.Job("in.jsonl", "out.jsonl", QUIET))
    assert Counter(ran) == {"Fine.": 1, BAD: 2, "The end .": 1}, "another source is another segment"
    assert result.repeated == 87
    assert [(r["id"], r.get("note")) for r in rows("out.jsonl")] == [(str(n), n) for n in range(90)] + [("x", None)]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_KEPT_WORDS", 100)
    worker = workers.Worker(workers.Plan(QUIET, "txt"))
    for n in range(50):
        worker([(Record(n, Segment(f"Number {n} sat.")),)])
    assert sum(workers._size(key) for key in worker._known) == worker._words <= 100
    assert len(worker._known) > 20


def test_memory_is_bounded() -> None:
    """Records are read as they are needed, not all at once."""
    taken = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal taken
        while True:
            taken += 1
            yield (Bad(taken, "x", ""),)

    done = workers.done(endless(), workers.Plan(QUIET, "txt"), 1)
    for _ in range(3):
        next(done)
    assert taken <= 3 * workers._CHUNK


def test_a_group_without_end_is_cut(here: Path) -> None:
    items = iter([Record(n, Segment("x" * 10), {"doc": '"doc": "a"'}) for n in range(1000)])
    assert [len(group) for group in documents.grouped(items, "doc")] == [200] * 5
    long = iter([Record(n, Segment("x" * 60_000), {"doc": '"doc": "a"'}) for n in range(3)])
    assert [len(group) for group in documents.grouped(long, "doc")] == [1, 1, 1]


# Kills ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cut", "group"), [(1, ""), (3, ""), (2, "doc"), (4, "doc")])
def test_goes_on_where_it_was_cut(here: Path, monkeypatch: pytest.MonkeyPatch, cut: int, group: str) -> None:
    text = "".join(json.dumps({"hypothesis": t, "doc": n // 5}) + "\nnope\n" for n, t in enumerate(LINES[:80]))
    Path("in.jsonl").write_text(text)
    job = batch.Job("in.jsonl", "out.jsonl", QUIET, group_by=group)
    batch.run(batch.Job("in.jsonl", "whole.jsonl", QUIET, group_by=group))
    monkeypatch.setattr(batch, "_CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(workers, "_CHUNK", 24)
    run, calls = workers.Worker.__call__, 0

    def cutting(self, chunk):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        if calls == cut + 1:
            raise KeyboardInterrupt
        return run(self, chunk)

    told: list[str] = []
    monkeypatch.setattr(workers.Worker, "__call__", cutting)
    with pytest.raises(KeyboardInterrupt):
        batch.run(job, tell=told.append)
    reached = state_of("out.jsonl")["records"]
    assert reached >= 24 * cut and told[-1] == f"Stopped. The same command goes on from record {reached:,}."
    assert not Path("out.jsonl").exists()
    for name in ("part", "quarantine.jsonl"):
        with Path("out.jsonl.mtfix", name).open("ab") as file:
            file.write(b'{"half a rec')  # what a kill may leave behind the last checkpoint
    monkeypatch.setattr(workers.Worker, "__call__", run)
    assert batch.run(job).resumed_at == reached
    for name in (".jsonl", ".jsonl.quarantine.jsonl"):
        assert Path(f"out{name}").read_bytes() == Path(f"whole{name}").read_bytes()
    assert state_of("out.jsonl")["records"] == 160


@pytest.mark.parametrize("packing", ["", ".gz"])
@pytest.mark.parametrize("step", range(6))
def test_a_kill_while_files_get_their_names(
    here: Path, monkeypatch: pytest.MonkeyPatch, step: int, packing: str
) -> None:
    Path("in.jsonl").write_text("".join(json.dumps({"hypothesis": t}) + "\nnope\n" for t in LINES[:20]))
    batch.run(batch.Job("in.jsonl", f"whole.jsonl{packing}", QUIET))
    job = batch.Job("in.jsonl", f"out.jsonl{packing}", QUIET)
    calls = 0

    class Killed(BaseException):
        pass

    with monkeypatch.context() as patch:
        for name in ("replace", "unlink"):
            real = getattr(Path, name)

            def dying(self, *args, real=real, **options):  # type: ignore[no-untyped-def]
                nonlocal calls
                if self.name != "manifest.new":
                    calls += 1
                    if calls == step + 1:
                        raise Killed
                return real(self, *args, **options)

            patch.setattr(Path, name, dying)
        try:
            batch.run(job)
        except Killed:
            assert calls == step + 1
    batch.run(job)
    for name in (f".jsonl{packing}", f".jsonl{packing}.quarantine.jsonl"):
        assert Path(f"out{name}").read_bytes() == Path(f"whole{name}").read_bytes()


def test_a_kill_after_a_restart_does_not_take_the_old_run_for_done(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in.txt").write_text("".join(LINES))
    job = batch.Job("in.txt", "out.txt", QUIET)
    batch.run(job)
    whole = Path("out.txt").read_bytes()

    def kill(self, chunk):  # type: ignore[no-untyped-def]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(workers.Worker, "__call__", kill)
        with pytest.raises(KeyboardInterrupt):
            batch.run(job, restart=True)
    assert batch.run(job).written == 120
    assert Path("out.txt").read_bytes() == whole


def test_an_interrupt_ends_the_command_and_says_how_to_go_on(here: Path) -> None:
    Path("mtfix.toml").write_text('languagetool = "off"\ntagger = "none"\nrewriter = "none"\n')
    # Each line another, and more than can be done before the signal comes, however late that is.
    Path("in.txt").write_text("".join(f"{n} {line}" for n in range(10_000) for line in LINES))
    command = [sys.executable, "-m", "mtfix", "corpus", "in.txt", "out.txt", "--jobs", "2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command,
        env=env,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell's background job ignores interrupts, and what it starts inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    until = time.monotonic() + 60
    while not Path("out.txt.mtfix/part").exists() and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, said = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "The same command goes on from record" in said and "Traceback" not in said
    assert not Path("out.txt").exists()


def test_a_file_is_on_the_disk_before_it_gets_its_name(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a loss of power could leave a manifest or an output of zeros."""
    sync, rename = os.fsync, Path.replace
    synced: dict[int, int] = {}
    named: list[str] = []

    def syncing(fileno: int) -> None:
        sync(fileno)
        synced[os.fstat(fileno).st_ino] = os.fstat(fileno).st_size

    def renaming(self: Path, target: Path) -> Path:
        assert synced.get(self.stat().st_ino) == self.stat().st_size, self
        if self.name == "manifest.new" and json.loads(self.read_text())["state"]["records"]:
            state = json.loads(self.read_text())["state"]
            part = self.with_name("part").stat()
            assert synced[part.st_ino] == state["part_bytes"] == part.st_size
        named.append(Path(target).name)
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", renaming)
    monkeypatch.setattr(batch, "_CHECKPOINT_SECONDS", 0.0)
    Path("in.jsonl").write_text("".join(json.dumps({"hypothesis": t}) + "\nnope\n" for t in LINES[:60]))
    for name in ("out.jsonl", "out.jsonl.gz"):
        batch.run(batch.Job("in.jsonl", name, QUIET))
    assert {"out.jsonl", "out.jsonl.gz", "out.jsonl.quarantine.jsonl", "manifest.json"} <= set(named)


# A full disk ----------------------------------------------------------------------------------------


def test_a_full_disk(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in.txt").write_text("".join(LINES))
    batch.run(batch.Job("in.txt", "whole.txt", QUIET))
    monkeypatch.setattr(batch, "_CHECKPOINT_SECONDS", 0.0)
    real, left = os.fsync, 7

    def full(fileno: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        real(fileno)

    job = batch.Job("in.txt", "out.txt", QUIET)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull, match="goes on from record 48"):
            batch.run(job)
    assert batch.run(job).resumed_at == 48
    assert Path("out.txt").read_bytes() == Path("whole.txt").read_bytes()


def test_a_file_that_may_grow_no_more(here: Path) -> None:
    """The system's limit to the size of a file stands for a full disk where none can be made."""
    import resource

    Path("in.jsonl").write_text("".join(json.dumps({"hypothesis": t}) + "\n" for t in LINES))
    Path("mtfix.toml").write_text('languagetool = "off"\ntagger = "none"\nrewriter = "none"\n')
    command = [sys.executable, "-m", "mtfix", "corpus", "in.jsonl", "out.jsonl"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

    done = subprocess.run(command, env=env, capture_output=True, text=True, preexec_fn=limit)
    assert done.returncode == ExitCode.SERVICE and "[service.disk]" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and not Path("out.jsonl").exists()
    batch.run(batch.Job("in.jsonl", "out.jsonl", QUIET))
    batch.run(batch.Job("in.jsonl", "whole.jsonl", QUIET))
    assert Path("out.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()


# The short forms of `python -m eval.corpus` -------------------------------------------------------


def test_kills(tmp_path: Path) -> None:
    assert measured.kill(tmp_path, kills=3, records=300, rules=measured.FAST) == []


def test_a_disk_that_runs_full(tmp_path: Path) -> None:
    try:
        assert measured.full(tmp_path, records=80, rules=measured.FAST) == []
    except PermissionError as error:
        pytest.skip(f"a disk can't be mounted here: {error}")


def test_memory_does_not_grow(tmp_path: Path) -> None:
    assert measured.memory(tmp_path, lines=(1000, 6000), jobs=1, rules=[measured.FAST]) == []


def test_stages_add_up(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eval.corpus", "stages", "--records", "6"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "detectors" in done.stdout and "save" in done.stdout


# What is left out -----------------------------------------------------------------------------------


def test_too_many_errors(here: Path) -> None:
    Path("in.jsonl").write_text("".join(json.dumps({"hypothesis": t}) + "\nnope\n" for t in LINES))
    job = batch.Job("in.jsonl", "out.jsonl", QUIET, max_errors=5)
    with pytest.raises(TooManyErrors, match="--max-errors is 5") as caught:
        batch.run(job)
    assert "quarantine.jsonl" in caught.value.hint and not Path("out.jsonl").exists()
    assert rows("out.jsonl.mtfix/quarantine.jsonl")[0]["record"] == 2
    result = batch.run(batch.Job("in.jsonl", "out.jsonl", QUIET, max_errors=120))
    assert (result.written, result.quarantined) == (120, 120) and result.resumed_at
    with pytest.raises(TooManyErrors):
        batch.run(batch.Job("in.jsonl", "-", QUIET, max_errors=0), dry=True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_sample_is_the_same_one_each_time(here: Path, jobs: int) -> None:
    Path("in.txt").write_text("".join(LINES))
    for name in ("a.txt", "b.txt"):
        batch.run(batch.Job("in.txt", name, QUIET, sample=40, jobs=jobs))
    assert Path("a.txt").read_bytes() == Path("b.txt").read_bytes()
    kept = [int(line.split()[3]) for line in Path("a.txt").read_text().splitlines()]
    assert len(kept) == 40 and kept == sorted(kept) and 30 < sum(kept) / 40 < 90
    assert state_of("a.txt")["records"] == 40
    batch.run(batch.Job("in.txt", "all.txt", QUIET, sample=1000))
    assert len(Path("all.txt").read_text().splitlines()) == 120


def test_what_can_not_be_asked_for(here: Path) -> None:
    Path("in.jsonl").write_text('{"hypothesis": "Fine.", "document": 1}\n')
    Path("in.txt").write_text("Fine.\n")
    for job, reason in (
        (batch.Job("-", "out.txt", QUIET, sample=3), "read only once"),
        (batch.Job("in.jsonl", "out.jsonl", QUIET, sample=3, group_by="document"), "tear"),
        (batch.Job("in.jsonl", "out.jsonl", QUIET, group_by="docment"), "Did you mean 'document'"),
        (batch.Job("in.txt", "out.txt", QUIET, group_by="doc"), "no fields"),
        (batch.Job("in.txt", "out.txt", QUIET, drop_below=30), "tagger"),
        (batch.Job("in.txt", "out.txt", QUIET, drop_below=300), "0 to 100"),
        (batch.Job("in.txt", "", QUIET), "no OUT"),
    ):
        with pytest.raises(ConfigError) as caught:
            batch.run(job)
        assert reason in str(caught.value)


def test_documents_are_seen_whole(here: Path) -> None:
    """A document detector sees the neighbours: one name is spelt in two ways."""
    texts = ["The mayor of Kharkiv spoke.", "In Kharkov, he slept.", "Then Kharkiv slept."]
    lines = [json.dumps({"hypothesis": t, "doc": d}) for d in "ab" for t in texts] + ["nope"]
    Path("in.jsonl").write_text("\n".join([*lines[:2], lines[6], *lines[2:6]]) + "\n")
    batch.run(batch.Job("in.jsonl", "out.jsonl", QUIET, group_by="doc"))
    together = Pipeline(QUIET).run_many([batch_document(texts)])[0]
    assert [r["post_edit"] for r in rows("out.jsonl")] == 2 * [r.post_edit for r in together.repairs]
    assert [len(r["findings"]) for r in rows("out.jsonl")] == 2 * [len(r.findings) for r in together.repairs]
    assert [b["record"] for b in rows("out.jsonl.quarantine.jsonl")] == [3]


def batch_document(texts: Sequence[str]):  # type: ignore[no-untyped-def]
    from mtfix.types import Document

    return Document(tuple(map(Segment, texts)))


def test_dropped_records_are_kept_aside(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mtfix.types import Score

    real = Pipeline.run_many

    def scored(self, documents, **options):  # type: ignore[no-untyped-def]
        from dataclasses import replace

        out = []
        for report in real(self, documents, **options):
            repair = report.repairs[0]
            score = Score("QE", float(repair.segment.id), "fake")
            out.append(replace(report, repairs=(replace(repair, quality=(score, score)),)))
        return out

    monkeypatch.setattr(Pipeline, "run_many", scored)
    monkeypatch.setattr("mtfix.models.Models.scores", True)
    texts = [*(f"Number {n} sat ." for n in range(6)), "{{headline}}"]
    rest = "".join(json.dumps({"id": n * 10, "hypothesis": t, "n": n}) + "\n" for n, t in enumerate(texts))
    Path("in.jsonl").write_text(rest + "nope\n")
    result = batch.run(batch.Job("in.jsonl", "out.jsonl", QUIET, drop_below=30))
    assert (result.records, result.written, result.quarantined, result.dropped) == (8, 3, 1, 4)
    assert [r["n"] for r in rows("out.jsonl")] == [3, 4, 5]
    assert [(r["n"], r["post_edit"]) for r in rows("out.jsonl.dropped.jsonl")] == [
        *((n, f"Number {n} sat.") for n in range(3)),
        (6, ""),
    ]
    assert "4 dropped" in result.summary() and state_of("out.jsonl")["dropped"] == 4


def test_a_crash_costs_its_record_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Pipeline.run_many

    def crashing(self, documents, **options):  # type: ignore[no-untyped-def]
        if any("number 7 " in d.segments[0].hypothesis for d in documents):
            raise KeyError("boom")
        return real(self, documents, **options)

    monkeypatch.setattr(Pipeline, "run_many", crashing)
    Path("in.txt").write_text("".join(LINES[:100]))
    result = batch.run(batch.Job("in.txt", "out.txt", QUIET))
    assert (result.written, result.quarantined) == (99, 1)
    assert "KeyError" in rows("out.txt.quarantine.jsonl")[0]["reason"]


# Who looks on ---------------------------------------------------------------------------------------


class Seen:
    """An observer that keeps ids and post-edits in order."""

    def __init__(self) -> None:
        self.all: list[list[str]] = []

    def see(self, report: Report, records: Sequence[Record]) -> None:
        assert len(report.repairs) == len(records)
        self.all += [[r.segment.id, r.post_edit, item.segment.id] for r, item in zip(report.repairs, records)]  # noqa: B905

    def merge(self, later: Self) -> None:
        self.all += later.all

    def as_dict(self) -> dict[str, Any]:
        return {"all": self.all}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        made = cls()
        made.all = list(values.get("all", []))
        return made


def test_an_observer_sees_all_in_order_and_nothing_is_written(here: Path) -> None:
    Path("in.txt").write_text("".join(LINES[:60] * 2) + "{{headline}}\n")
    result = batch.run(batch.Job("in.txt", settings=QUIET, observer=Seen), dry=True)
    assert isinstance(result.seen, Seen) and result.dry and "nothing was written" in result.summary()
    assert [Path(p).name for p in here.iterdir()] == ["in.txt"]
    assert [one[0] for one in result.seen.all] == [one[2] for one in result.seen.all] == list(map(str, range(1, 122)))
    batch.run(batch.Job("in.txt", "out.txt", QUIET))
    assert "".join(one[1] + "\n" for one in result.seen.all) == Path("out.txt").read_text()


def test_an_observer_goes_on_with_the_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in.txt").write_text("".join(LINES))
    job = batch.Job("in.txt", "out.txt", QUIET, observer=Seen)
    monkeypatch.setattr(batch, "_CHECKPOINT_SECONDS", 0.0)
    run, calls = workers.Worker.__call__, 0

    def cutting(self, chunk):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return run(self, chunk)

    with monkeypatch.context() as patch:
        patch.setattr(workers.Worker, "__call__", cutting)
        with pytest.raises(KeyboardInterrupt):
            batch.run(job)
    result = batch.run(job)
    assert isinstance(result.seen, Seen) and result.resumed_at
    assert [one[0] for one in result.seen.all] == list(map(str, range(1, 121)))
    again = batch.run(job)
    assert again.done_before and isinstance(again.seen, Seen) and again.seen.all == result.seen.all


@pytest.mark.parametrize("name", ["in.txt", "in.txt.gz"])
def test_progress_says_how_it_goes(here: Path, name: str) -> None:
    with (gzip.open if name.endswith(".gz") else open)(name, "wt") as file:
        file.write("".join(LINES))
    told: list[tuple[str, int, int]] = []
    batch.run(batch.Job(name, "out.txt", QUIET), progress=lambda *how: told.append(how))
    assert told[0][1:] == (0, 120) and told[-1][1:] == (120, 120)
    assert "words/s" in told[-1][0] and "findings" in told[-1][0]


def test_the_manifest_says_what_went_in(here: Path) -> None:
    Path("in.txt").write_text("".join(LINES[:3]))
    batch.run(batch.Job("in.txt", "out.txt", QUIET))
    about = json.loads(Path("out.txt.mtfix/manifest.json").read_text())["about"]
    assert (
        len(about["input"]) == 64
        and about["settings"]["tagger"] == "none"
        and set(about["models"])
        == {
            "tagger",
            "rewriter",
        }
    )
    with pytest.raises(ConfigError, match=r"sample \(then 0, now 2\)"):
        batch.run(batch.Job("in.txt", "out.txt", QUIET, sample=2))


def test_bytes_that_are_gone_are_made_again(here: Path) -> None:
    Path("in.txt").write_text("".join(LINES))
    batch.run(batch.Job("in.txt", "out.txt", QUIET))
    whole = Path("out.txt").read_bytes()
    folder = Path("out.txt.mtfix")
    values = json.loads((folder / "manifest.json").read_text())
    values["state"] |= {"done": False, "records": 48, "written": 48, "part_bytes": 2000}
    (folder / "manifest.json").write_text(json.dumps(values))
    (folder / "part").write_bytes(whole[:1999])  # less than the manifest says
    assert batch.run(batch.Job("in.txt", "out.txt", QUIET)).resumed_at == 0
    assert Path("out.txt").read_bytes() == whole
    assert manifest.reached(folder) == 120


# The command ----------------------------------------------------------------------------------------


def test_the_command_stops_at_too_many_errors_and_goes_on(mtfix) -> None:  # type: ignore[no-untyped-def]
    Path("in.jsonl").write_text('{"hypothesis": "Fine."}\nnope\n' * 3)
    done = mtfix("corpus", "in.jsonl", "out.jsonl", "--max-errors", "2")
    assert done.code == ExitCode.INPUT and "[input.errors]" in done.err and "--max-errors is 2" in done.err
    done = mtfix("corpus", "in.jsonl", "out.jsonl", "--max-errors", "3")
    assert done.code == 0 and "3 in quarantine" in done.err and len(rows("out.jsonl")) == 3


def test_the_command_samples_and_groups(mtfix) -> None:  # type: ignore[no-untyped-def]
    Path("in.jsonl").write_text("".join(json.dumps({"hypothesis": t, "doc": "a"}) + "\n" for t in LINES[:20]))
    assert mtfix("corpus", "in.jsonl", "few.jsonl", "--sample", "5").code == 0 and len(rows("few.jsonl")) == 5
    assert mtfix("corpus", "in.jsonl", "all.jsonl", "--group-by", "doc").code == 0 and len(rows("all.jsonl")) == 20
    assert mtfix("corpus", "in.jsonl", "x.jsonl", "--drop-below", "40").code == ExitCode.CONFIG, "there is no tagger"


def test_a_log_gets_a_line_at_times(mtfix, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("mtfix.cli.terminal._LOG_SECONDS", 0.0)
    Path("in.txt").write_text("".join(LINES))
    said = mtfix("corpus", "in.txt", "out.txt").err.splitlines()
    assert said[0].startswith("0 of 120; 0 words/s")
    assert "words/s" in said[1] and "findings" in said[1] and said[1].endswith("about 0 min left")
