"""The measures, the gate, and our own suites in short."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval import compare, edits, gate, measures, pairs, run, suites
from eval.tagger_sets import Pair
from mtfix.config import Settings
from mtfix.pipeline import Pipeline
from mtfix.types import Accept, Span

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


# Measures -----------------------------------------------------------------------------------------


def test_gain_and_its_ratio() -> None:
    hypotheses = ["He go home .", "She left the the house .", "Fine ."] * 5
    references = ["He goes home .", "She left the house .", "Fine ."] * 5
    half_right = ["He goes home .", "She left the the home .", "Fine ."] * 5
    found = measures.gain(hypotheses, half_right, references)
    # Of 55 reference words 10 were wrong; one edit in each three segments was right and one made it worse.
    assert (found.before, found.after, found.edited, found.ratio) == (18.18, 18.18, 18.18, 0.0)
    perfect = measures.gain(hypotheses, references, references)
    assert (perfect.after, perfect.ratio, perfect.p) == (0.0, 1.0, 0.0)
    nothing = measures.gain(hypotheses, hypotheses, references)
    assert nothing.ratio is None and nothing.p == 1.0 and nothing.before == nothing.after


def test_exact_edits() -> None:
    found = measures.exact(
        ["He go to a home ."], ["He goes to a home ."], [["He goes to the home .", "They went to home ."]]
    )
    assert found == {"precision": 1.0, "recall": 0.5, "f05": 0.833, "made": 1, "wanted": 2}
    assert measures.exact(["Fine."], ["Fine."], [["Fine."]])["precision"] is None


def test_characters_of_spans() -> None:
    some = [["ab", "cd", "ef"]]
    assert measures.span_f1(some, [[True, True, False]], [[True, True, False]]) == 1.0
    # 5 characters (two words and the space between them) against 2.
    assert measures.span_f1(some, [[True, True, False]], [[True, False, False]]) == round(4 / 7, 3)
    assert measures.span_f1(some, [[False] * 3], [[True] * 3]) == 0.0


def test_suggestions_are_applied_once() -> None:
    found = [(Span(0, 2), "She"), (Span(0, 5), "They go"), (Span(3, 5), "goes")]
    assert compare.first_suggestions(found[::2], "He go.") == "She goes."
    assert compare.first_suggestions([], "He go.") == "He go."


def test_peers_that_are_not_there_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> compare.Repairer:
        raise ImportError

    monkeypatch.setattr(compare, "quire", missing)
    found = compare.subjects(Settings(languagetool="off", tagger="none", rewriter="none"))
    assert found["quire-grammar"] is None and found["tagger alone, safe"] is None
    text = "He went to the the market."
    for name in ("mtfix, safe", "rule alone, safe", "mtfix, all"):
        repairer = found[name]
        assert repairer and repairer(text) == "He went to the market."
    nothing = found["do nothing"]
    assert nothing and nothing(text) == text


def test_a_set_is_measured() -> None:
    some = [Pair("x", "He went to the the market.", ("He went to the market.",)), Pair("x", "Good.", ("Good.",))]
    row = compare.measure(lambda text: text.replace("the the", "the"), {"x": some}, ["Fine. Good."])
    assert (row["good_kept"], row["good"], row["clean_edits_per_1000"]) == (1, 1, 0.0)
    assert row["x"]["precision"] == 1.0 and row["x"]["ratio"] == 1.0


def test_edits_to_read_come_from_each_set() -> None:
    pipeline = Pipeline(Settings(languagetool="off", tagger="none", rewriter="none"))
    found = {name: [Pair(name, f"{name} has the the book.", ())] * 5 for name in ("Ann", "Bob")}
    shown = edits.collect(pipeline, found, Accept.SAFE, "", 4)
    assert [s.origin for s in shown] == ["Ann", "Bob", "Ann", "Bob"]
    assert shown[0].by == "rule" and "[-" in shown[0].line() and "book" in shown[0].right
    assert edits.collect(pipeline, found, Accept.SAFE, "tagger", 4) == []


def test_the_undamaged_side_must_score_higher() -> None:
    origins = {"clean news": ["She saw them and they were walking home."]}
    table = pairs.damage(lambda texts: [-float(len(t)) for t in texts], origins)
    assert table["repeated"]["all"] == 1.0 and table["dropped"]["all"] == 0.0
    rows = pairs.below(lambda texts: [10.0, 30.0], {"x": ["a", "b"]})
    assert rows["x"] == {"below": 0.5, "n": 2, "mean": 20.0, "most": 30.0}


def test_what_needs_data_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["run", "--only", "damaged,tagger,repair_safe", "--out", str(tmp_path / "r.json")])
    run.main()
    results = json.loads((tmp_path / "r.json").read_text())
    assert {name for name in results if "skipped" in str(results[name])} == {"damaged", "tagger", "repair_safe"}
    floors = json.loads(gate.FLOORS.read_text())
    assert not [path for path, _, missed in gate.judge(results, floors) if missed]
