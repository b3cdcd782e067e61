"""Broken files over every reader: each is read, or refused with a clear error.

    python -m eval.fuzz [--n 10000] [--seed 1] [--keep DIR]

A process with bounded memory reads one file after the other, as `mtfix fix` and `mtfix corpus` do,
and writes each record back. A fault is: an error that is not an MtfixError (a traceback), more than
`CPU_SECONDS` for a file, more memory than `ROOM` above what the libraries take, or a dead process.
Of a file with very many records the first `RECORDS` are read: what a reader holds does not grow with them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import selectors
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from eval import fuzz_files
from mtfix import config, manifest
from mtfix.errors import MtfixError
from mtfix.ingest import bytes as raw
from mtfix.ingest import corpus, english, text
from mtfix.ingest.records import Bad, Layout, Record
from mtfix.ingest.stream import format_of
from mtfix.types import Repair
from mtfix.workers import Plan, _line

CPU_SECONDS, ROOM, RECORDS = 10.0, 600_000_000, 20_000
_LONGEST = 2500  # characters of an error; it may name columns
_SILENCE = 180.0  # seconds on the wall after which a process is taken for hung; the machine may be busy


@dataclass
class Result:
    """What became of the files: how many of each outcome, faults with the number of their file, worst figures."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    most_memory: int = 0


def run(n: int, seed: int, keep: Path | None = None) -> Result:
    """Make and read n files."""
    result = Result()
    with tempfile.TemporaryDirectory() as folder:
        child = _Child()
        for number in range(n):
            name, data = fuzz_files.make(random.Random(f"{seed} {number}"))
            path = Path(folder) / name
            path.write_bytes(data)
            said = child.read(path)
            if said is None:
                said = {"outcome": f"fault: the process {child.end()}", "seconds": 0.0, "memory": 0}
                child = _Child()
            result.outcomes[said["outcome"].split("\n")[0][:100]] += 1
            result.slowest = max(result.slowest, (said["seconds"], f"{name}, number {number}"))
            result.most_memory = max(result.most_memory, said["memory"])
            if said["outcome"].startswith("fault"):
                result.faults.append((number, name, said["outcome"]))
                if keep:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{number}.{name}").write_bytes(data)
            path.unlink()
            if number % 500 == 499:
                print(f"{number + 1:,} files, {len(result.faults)} faults", file=sys.stderr)
        child.end()
    return result


class _Child:
    """The process that reads."""

    def __init__(self) -> None:
        environment = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "eval.fuzz", "--child"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)  # type: ignore[arg-type]
        self._hung = False

    def read(self, path: Path) -> dict | None:
        """Return what it says of a file, None if it says nothing."""
        try:
            self._process.stdin.write(f"{path}\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]
        except BrokenPipeError:
            return None
        if not self._selector.select(_SILENCE):
            self._hung = True
            return None
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        return json.loads(line) if line else None

    def end(self) -> str:
        """End it, and say how it went."""
        if self._hung:
            self._process.kill()
        else:
            self._process.stdin.close()  # type: ignore[union-attr]
        code = self._process.wait()
        self._selector.close()
        self._process.stdout.close()  # type: ignore[union-attr]
        return "hung" if self._hung else f"ended with {code}"


# In the process that reads ------------------------------------------------------------------------


def serve() -> None:
    """Read the files that are named on standard input, and say what became of each."""
    import pyarrow.parquet  # so that its room is not counted as a file's

    del pyarrow
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))
    began_with = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for line in sys.stdin:
        start = time.process_time()
        outcome = outcome_of(Path(line.rstrip("\n")))
        seconds = time.process_time() - start
        if seconds > CPU_SECONDS:
            outcome = f"fault: {seconds:.1f} s"
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began_with) * 1024
        print(json.dumps({"outcome": outcome, "seconds": seconds, "memory": memory}), flush=True)


def outcome_of(path: Path) -> str:
    """Return "read", the code of the error that refused the file, or a fault with its traceback."""
    try:
        _read(path)
    except MtfixError as error:
        if isinstance(error.__cause__, MemoryError):
            return f"fault: memory\n{error}"
        clear = error.message.endswith((".", "?")) and error.hint and len(str(error)) < _LONGEST
        return error.code if clear else f"fault: not a clear error\n{str(error)[:500]}"
    except MemoryError:
        return f"fault: memory\n{traceback.format_exc()[-1500:]}"
    except Exception as error:
        return f"fault: {type(error).__name__}\n{traceback.format_exc()[-1500:]}"
    return "read"


def _read(path: Path) -> None:
    if path.suffix == ".toml":
        config.load(path)
    elif path.name.endswith("glossary.csv"):
        config.load_glossary(path)
    elif path.suffix == ".txt" and path.stat().st_size % 2:  # as `mtfix fix` does
        document = text.parse(raw.read_file(path))
        english.doubt("\n".join(s.hypothesis for s in document.segments))
        text.write(document, [s.hypothesis for s in document.segments])
    else:
        _corpus(path)


def _corpus(path: Path) -> None:
    """Read a corpus, and write each record in its own format and as JSON lines."""
    format = format_of(path.name)
    by_number = format not in ("txt", "jsonl") and path.stat().st_size % 3 == 0
    with corpus.opened([str(path)], format, {"hypothesis": "1"} if by_number else {}) as (layout, items):
        last = 0
        for item in islice(items, RECORDS):
            if item.number <= last:
                raise RuntimeError(f"record {item.number} after {last}")
            last = item.number
            if isinstance(item, Bad):
                if not item.reason:
                    raise RuntimeError("no reason")
                manifest._quarantined(item)
            else:
                _write(item, layout)


def _write(record: Record, layout: Layout) -> None:
    repair = Repair(record.segment, record.segment.hypothesis)
    for goes in {layout.format, "jsonl", "parquet", "csv"}:
        plan = Plan(config.Settings(), goes, came=layout.format, names=layout.names)
        line = _line(record, repair, (), plan).encode()
        if goes in ("jsonl", "parquet"):
            json.loads(line)
        if goes == "jsonl" and line.count(b"\n") != 1:
            raise RuntimeError("a record of several lines")


def main() -> int:
    """Run, print what came of it, and return 1 if there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the files that showed a fault")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        serve()
        return 0
    result = run(options.n, options.seed, options.keep)
    for outcome, count in result.outcomes.most_common():
        print(f"{count:7,} {outcome}")
    for number, name, fault in result.faults[:20]:
        print(f"\nfile {number}, {name}: {fault}")
    print(
        f"\n{options.n:,} files, {len(result.faults)} faults; "
        f"slowest {result.slowest[0]:.1f} s CPU ({result.slowest[1]}); "
        f"most memory above the start {result.most_memory / 1e6:.0f} MB of {ROOM / 1e6:.0f}"
    )
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
