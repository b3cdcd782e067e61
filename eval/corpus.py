"""What a corpus run promises: nothing lost after kills and full disks, memory that does not grow, its speed.

    python -m eval.corpus kill   [--kills 20]              kill -9 at random moments, two processes
    python -m eval.corpus full                             a small tmpfs that runs full again and again
    python -m eval.corpus memory [--lines 3000 10000 100000 1000000]
    python -m eval.corpus speed  [--data DIR] [--records 400]
    python -m eval.corpus stages [--data DIR] [--records 400]

Each runs the real command, and ends with 1 if a promise is broken. `--data` takes real machine
translation (eval/README.md), else our own texts. kill, full and memory use rules alone, and memory one detector
where there are more than 20,000 lines: it is the machinery that is tried there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RULES = ("--rules-only", "--languagetool", "off")
_ALL_RULES = 20_000
FAST = (*RULES, "--select", "linguistic.repeated-word")


def command(source: Path, output: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "mtfix", "corpus", str(source), str(output), *more]


def start(words: Sequence[str], folder: Path, **options: Any) -> subprocess.Popen[str]:
    """Start a command in a folder, so that no settings of the user's are read, in a session of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(words, cwd=folder, env=env, text=True, start_new_session=True, **options)


def call(words: Sequence[str], folder: Path, **options: Any) -> tuple[int, str]:
    """Run a command to its end; return its code and what it said."""
    process = start(words, folder, stderr=subprocess.PIPE, **options)
    _, said = process.communicate()
    return process.returncode, said


def sentences() -> list[str]:
    text = files("mtfix.lang").joinpath("sample.txt").read_text(encoding="utf-8")
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+", text) if len(s.split()) > 3]


def make(path: Path, records: int, *, bad: bool = True) -> None:
    """Write a corpus of JSON lines: faulty and clean sentences, all different but each ninth; each 50th line is bad."""
    pool, dice = sentences(), random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for n in range(records):
            text = f"{dice.choice(pool)} Number {n} sat on the the mat ." if n % 9 else pool[n % 5]
            file.write(json.dumps({"id": n, "hypothesis": text, "doc": n // 6}, ensure_ascii=False) + "\n")
            if bad and n % 50 == 49:
                file.write(f"record {n} is broken\n")


def balanced(output: Path) -> bool:
    state = json.loads(Path(f"{output}.mtfix", "manifest.json").read_text(encoding="utf-8"))["state"]
    return bool(state["done"] and state["records"] == state["written"] + state["quarantined"] + state["dropped"])


def same(one: Path, two: Path) -> bool:
    """Say whether two outputs and the files beside them are equal to the byte."""
    ends = ("", ".quarantine.jsonl", ".dropped.jsonl")
    pairs = [(Path(f"{one}{end}"), Path(f"{two}{end}")) for end in ends]
    return all(a.exists() == b.exists() and (not a.exists() or a.read_bytes() == b.read_bytes()) for a, b in pairs)


def alone(session: int) -> bool:
    """Say whether nothing of a session is left, and wait a little for it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    os.killpg(session, signal.SIGKILL)
    return False


# kill -----------------------------------------------------------------------------------------------


def kill(folder: Path, *, kills: int, records: int, rules: Sequence[str] = RULES, seed: int = 1) -> list[str]:
    """Kill runs at random moments until there were so many kills; return what went wrong."""
    source, dice, faults = folder / "in.jsonl", random.Random(seed), list[str]()
    make(source, records)
    options = (*rules, "--group-by", "doc", "--jobs", "2")
    began = time.monotonic()
    for ending in ("", ".gz"):
        code, said = call(command(source, folder / f"whole.jsonl{ending}", *options), folder)
        if code:
            return [f"the uninterrupted run ended with {code}: {said}"]
    longest = (time.monotonic() - began) / 2
    killed = runs = 0
    went_on: list[int] = []
    while killed < kills:
        runs += 1
        ending = ".gz" if runs % 2 else ""
        output = folder / f"{runs}.jsonl{ending}"
        words = command(source, output, *options)
        while (code := interrupted(words, folder, dice.uniform(0, longest) if killed < kills else None)) is None:
            killed += 1
            went_on.append(reached(output))
        if code:
            faults.append(f"run {runs} ended with {code}")
        elif not same(output, folder / f"whole.jsonl{ending}") or not balanced(output):
            faults.append(f"run {runs} differs from the uninterrupted one")
    print(f"{killed} kills over {runs} runs of {records:,} records in two processes; {longest:.1f} s uninterrupted")
    print(f"they went on from records {', '.join(map(str, went_on))}")
    return faults


def interrupted(words: Sequence[str], folder: Path, seconds: float | None) -> int | None:
    """Run a command and kill it after so many seconds; return its code, None if it was killed.

    Raises RuntimeError if its workers outlive it.
    """
    process = start(words, folder, stderr=subprocess.DEVNULL)
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
    finally:
        process.kill()
        process.wait()
        if not alone(process.pid):
            raise RuntimeError("workers outlived a kill")
    return None


def reached(output: Path) -> int:
    from mtfix.manifest import reached

    return reached(Path(f"{output}.mtfix"))


# full -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def tmpfs(folder: Path, size: int) -> Iterator[Path]:
    """Mount a small disk. Raises PermissionError where that is not allowed."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "mtfix", str(folder)]
    done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PermissionError(done.stderr.strip() or "mount failed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=False)


def full(folder: Path, *, records: int, rules: Sequence[str] = RULES) -> list[str]:
    """Run on a disk that is made a little larger each time; return what went wrong."""
    source, faults = folder / "in.jsonl", list[str]()
    make(source, records)
    for name in ("whole.jsonl", "whole.jsonl.gz"):
        call(command(source, folder / name, *rules), folder)
    needed = (folder / "whole.jsonl").stat().st_size
    for name in ("out.jsonl", "out.jsonl.gz"):
        stops, size = 0, needed // 5
        with tmpfs(folder / f"disk-{name}", size) as disk:
            while True:
                code, said = call(command(source, disk / name, *rules), folder)
                if code == 0:
                    break
                stops += 1
                if code != 6 or "[service.disk]" not in said or "Traceback" in said or stops > 60:
                    faults.append(f"{name}: ended with {code}: {said}")
                    break
                size += needed // 5
                subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)
            if code == 0 and not (same(disk / name, folder / name.replace("out", "whole")) and balanced(disk / name)):
                faults.append(f"{name} differs from what a roomy disk gives")
            if not stops:
                faults.append(f"{name}: the disk was never full")
        print(f"{name}: the disk of {needed // 5:,} bytes was full {stops} times; {size:,} bytes did")
    return faults


# memory ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    peak_mb: float
    seconds: float
    code: int


def family(pid: int) -> list[int]:
    """Return a process and those under it."""
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [int(c) for task in tasks for c in (task / "children").read_text().split()]
        return [pid, *(p for child in children for p in family(child))]
    return [pid]


def resident(pid: int) -> float:
    """Return the memory that a process holds for itself alone, in MB."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024
    return 0.0


def watched(words: Sequence[str], folder: Path) -> Use:
    """Run a command and look at its memory ten times a second."""
    began, peak = time.monotonic(), 0.0
    process = start(words, folder, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, sum(resident(pid) for pid in family(process.pid)))
        time.sleep(0.1)
    return Use(peak, time.monotonic() - began, process.returncode)


def memory(
    folder: Path, *, lines: Sequence[int], jobs: int = 2, rules: Sequence[Sequence[str]] = (RULES, FAST)
) -> list[str]:
    """Compare the memory of corpora of growing sizes; return what went wrong."""
    faults, peaks = list[str](), dict[tuple[str, ...], list[float]]()
    for count in lines:
        source = folder / f"{count}.jsonl"
        make(source, count)
        for some in [r for r in rules if r == FAST or count <= _ALL_RULES]:
            output = folder / f"{count}-{len(some)}.txt"  # short lines: it is not the disk that is tried
            use = watched(command(source, output, *some, "--jobs", str(jobs)), folder)
            what = "one detector" if some == FAST else "all rules"
            print(f"{count:>10,} lines, {what:12} {use.peak_mb:7.0f} MB {use.seconds:8.1f} s", flush=True)
            peaks.setdefault(tuple(some), []).append(use.peak_mb)
            if use.code:
                faults.append(f"{count} lines ended with {use.code}")
            output.unlink(missing_ok=True)
    for peak in peaks.values():
        # The first is short, so that it may end before all that is bounded is full.
        if max(peak) > 1.1 * peak[0] + 24:
            faults.append(f"memory grew from {peak[0]:.0f} to {max(peak):.0f} MB")
    return faults


# ----------------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kill", "full", "memory", "speed", "stages"))
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--lines", type=int, nargs="+", default=[3_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--records", type=int)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    from eval import corpus_speed

    with tempfile.TemporaryDirectory(prefix="mtfix-corpus-") as name:
        folder = Path(name)
        try:
            if options.what == "kill":
                faults = kill(folder, kills=options.kills, records=options.records or 4000)
            elif options.what == "full":
                faults = full(folder, records=options.records or 1500)
            elif options.what == "memory":
                faults = memory(folder, lines=options.lines)
            else:
                measure = corpus_speed.speed if options.what == "speed" else corpus_speed.stages
                faults = measure(folder, records=options.records or 400, data=options.data)
        except PermissionError as error:
            print(f"Skipped: a disk can't be mounted here ({error}).")
            return 0
    for fault in faults:
        print(f"BROKEN: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
