"""Broken files over every reader, a few; `python -m eval.fuzz` does ten thousand."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from eval import fuzz, fuzz_files

pytest.importorskip("resource")


def test_broken_files_are_read_or_refused() -> None:
    result = fuzz.run(200, seed=7)
    assert not result.faults, result.faults
    assert result.outcomes.total() == 200 and result.most_memory < fuzz.ROOM
    # It would prove little if all were refused, or none.
    assert result.outcomes["read"] > 40 and result.outcomes["input.format"] > 40


def test_the_same_seed_makes_the_same_files() -> None:
    assert [fuzz_files.make(random.Random(n)) for n in range(40)] == [
        fuzz_files.make(random.Random(n)) for n in range(40)
    ]


def test_it_finds_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.txt").write_text("Fine.\n\n")
    assert fuzz.outcome_of(tmp_path / "x.txt") == "read"
    monkeypatch.setattr(fuzz.corpus, "opened", lambda *_: 1 / 0)
    assert fuzz.outcome_of(tmp_path / "x.jsonl").startswith("fault: ZeroDivisionError")
    monkeypatch.setattr(fuzz.corpus, "opened", lambda *_: bytearray(1 << 62))
    assert fuzz.outcome_of(tmp_path / "x.jsonl").startswith("fault: memory")


def test_a_dead_process_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz._Child, "read", lambda self, path: None)
    assert fuzz.run(1, seed=1).faults


@pytest.mark.parametrize("name", ["x.parquet", "x.jsonl.gz"])
def test_a_bomb_does_no_harm(tmp_path: Path, name: str) -> None:
    """Little files with very much in them, each in a process with bounded memory."""
    data = fuzz_files._wide() if name == "x.parquet" else fuzz_files._filled(b"\n", f".{name.split('.')[-1]}")
    (tmp_path / name).write_bytes(data)
    child = fuzz._Child()
    said = child.read(tmp_path / name)
    child.end()
    assert said is not None and not said["outcome"].startswith("fault"), said
