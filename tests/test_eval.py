"""The gate, and our own suites in short."""

from __future__ import annotations

from eval import gate, suites
from mtfix.config import Settings
from mtfix.pipeline import Pipeline

FLOORS = {"a/b": {"min": 2.0}, "c": {"max": 1.0}, "d": {"min": 1.0}}


def test_gate_judges() -> None:
    verdicts = gate.judge({"a": {"b": 1.0}, "c": 0.5}, FLOORS)
    assert [(path, missed) for path, _, missed in verdicts] == [("a/b", True), ("c", False), ("d", False)]
    assert verdicts[2][1] == "not measured"


def test_gate_only_tightens() -> None:
    new = gate.tightened({"a": {"b": 1.0}, "c": 0.5}, FLOORS)
    assert new == {"a/b": {"min": 2.0}, "c": {"max": 0.5}, "d": {"min": 1.0}}


def test_own_suites() -> None:
    """Rules alone reach the floors of the suites."""
    result = suites.measure(Pipeline(Settings(languagetool="off", tagger="none", rewriter="none")))
    floors = gate.judge({"suites": result}, RULES)
    assert [(path, found) for path, found, missed in floors if missed] == []


RULES = {"suites/found": {"min": 120.0}, "suites/left_alone": {"min": 90.0}}
