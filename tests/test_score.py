"""What `mtfix score` counts and shows: distribution, worst segments, tables; QE's own parts."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eval import damage
from mtfix.metrics import quality
from mtfix.render import distribution, plots
from mtfix.render.console import plain
from mtfix.runtime import order, tagger
from mtfix.spread import Spread
from mtfix.types import Repair, Score, Segment, Span, Tagging

SENTENCE = "The old men walked slowly to the house because they were tired of the noise in the city."


def scored(value: float, text: str = "one two three", *, free: bool = False) -> Repair:
    score = Score("QE", value, "QE|t:1|target-only", detail=(("words", ((4, 7, 0.9),)), ("error_free", free)))
    return Repair(Segment(text), text, quality=(score, score))


def spread_of(values: list[float]) -> Spread:
    spread = Spread()
    for n, value in enumerate(values, 1):
        spread.add(scored(value, free=value > 80), number=n, system="AB"[n % 2], pair="uk-en")
    return spread


def test_a_spread_in_parts_is_the_spread_of_all() -> None:
    rng = random.Random(1)
    values = [round(rng.uniform(0, 100), 2) for _ in range(500)]
    whole, parts = spread_of([]), Spread()
    for n, value in enumerate(values, 1):
        whole.add(scored(value), number=n, system="A")
    for start in range(0, 500, 37):
        part = Spread()
        for n, value in enumerate(values[start : start + 37], start + 1):
            part.add(scored(value), number=n, system="A")
        parts.merge(Spread.from_dict(json.loads(json.dumps(part.as_dict()))))
    assert parts.record(20) == whole.record(20)
    assert [b["value"] for b in whole.record(20)["worst"]] == sorted(values)[:20]
    assert whole.record(1)["by"]["system"][0]["scores"]["QE"] == pytest.approx(sum(values) / 500, abs=0.01)


def test_the_edges_of_the_distribution() -> None:
    record = spread_of([0.0, 4.99, 5.0, 99.9, 100.0]).record(3)
    counts = record["distribution"]["counts"]
    assert (counts[0], counts[1], counts[-1], sum(counts)) == (2, 1, 2, 5)
    assert record["error_free"] == {"segments": 2, "of": 5, "precision": None}


def test_what_a_terminal_shows() -> None:
    shown = "".join(plain(part) for part in distribution.view(spread_of([10.0, 82.0, 83.0]).record(1), colour=False))
    assert "80-85" in shown and "not whether it says what the source said" in shown and "uk-en" in shown
    assert "one [?two?] three" in shown and "QE|t:1|target-only" in shown
    assert "█" * 40 + "  2" in shown and "2 of 3 segments" in shown


def test_overlapping_words_are_marked_once() -> None:
    assert distribution._disjoint([[4, 7], [0, 5], [9, 40]], 12) == [(0, 7), (9, 12)]


def test_plots(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    record = spread_of([10.0, 50.0, 83.0]).record(0)
    svg = plots.histogram(record, "svg")
    assert svg == plots.histogram(record, "svg") and b"QE of 3 segments" in svg and b"A (1)" in svg
    assert plots.histogram(record, "png").startswith(b"\x89PNG")
    assert b"</svg>" in plots.reliability([[0.8, 0.85, 0.84, 167]], "svg", title="t")


def test_a_corpus(mtfix) -> None:
    rows = [
        {"mt": "He went to the the market.", "system": "A", "lp": "uk-en"},
        {"mt": "He went home.", "system": "B", "lp": "de-en"},
    ]
    Path("c.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows) + "no json\n")
    done = mtfix("score", "c.jsonl", "--field", "hypothesis=mt", "--json")
    found = json.loads(done.text)
    systems = {s["system"]: s["scores"][0]["value"] for s in found["systems"]}
    assert systems["B"] == 100 > systems["A"] and [r["value"] for r in found["by"]["pair"]] == ["de-en", "uk-en"]
    assert found["worst"][0]["hypothesis"] == rows[0]["mt"] and found["worst"][0]["words"] == [[11, 18]]
    assert "1 of 3 records of c.jsonl" in done.err and found["segments"] == 2
    Path("c.tsv").write_text("hypothesis\nFine.\n")
    Path("d.csv").write_text("hypothesis\nThe the end.\n")
    both = json.loads(mtfix("score", "c.tsv", "d.csv", "--json", "--worst", "0").text)
    assert [s["system"] for s in both["systems"]] == ["c.tsv", "d.csv"] and both["worst"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("c.jsonl", "--reference", "t.txt"), "--reference is for text files"),
        (("t.txt", "--sample", "3"), "--sample is for corpora"),
        (("t.txt", "c.jsonl"), "t.txt is a text"),
        (("t.txt", "--plot", "p.gif"), ".svg, .png, .pdf"),
        (("t.txt", "--plot", "p.svg"), "no scores of segments"),
    ],
)
def test_what_does_not_go_together(mtfix, arguments: tuple[str, ...], said: str) -> None:
    Path("c.jsonl").write_text('{"hypothesis": "Fine."}\n')
    Path("t.txt").write_text("Fine.\n")
    done = mtfix("score", *arguments)
    assert done.code in (3, 4) and said in done.err.replace("\n", " ")


# QE -------------------------------------------------------------------------------------------------


def test_the_order_of_words_is_seen() -> None:
    words = [s.of(SENTENCE) for s in tagger.word_spans(SENTENCE)]
    rng = random.Random(2)
    good = order.order(words)[0]
    for _ in range(20):
        mixed = list(words)
        rng.shuffle(mixed)
        assert order.order(mixed)[0] < good / 2
    assert order.order([]) == (0.0, 0.0)


def test_an_answer_on_errors() -> None:
    how = {"bias": 0.0, "any": -1.0, "threshold": 0.5, "precision": 0.6}
    words = tuple(Span(n * 3, n * 3 + 2) for n in range(4))
    good = Tagging(words, (0.01,) * 4, ((),) * 4, 80.0)
    bad = Tagging(words, (0.9,) * 4, ((),) * 4, 30.0)
    assert quality.error_free(good, how) and not quality.error_free(bad, how)
    assert not quality.error_free(Tagging((), (), (), 0.0), how)
    score = quality.score(good, "t:1", how)
    assert quality.is_error_free(score) and dict(score.detail)["error_free_precision"] == 0.6
    assert quality.is_error_free(quality.score(good, "t:1")) is None


@pytest.mark.parametrize("kind", damage.OPERATORS)
def test_damage_is_one_place_and_the_same_each_time(kind: str) -> None:
    text = "Yesterday she saw them near the politicians, and they were walking home."
    one, two = (damage.OPERATORS[kind](text, random.Random(5)) for _ in range(2))
    assert one == two and one is not None and one != text
    assert abs(len(one.split()) - len(text.split())) <= 1
    assert damage.OPERATORS[kind]("…", random.Random(5)) is None


def test_loops_are_seen_whatever_stands_before() -> None:
    rng = random.Random(3)
    for operator in (damage.loop_of_one, damage.loop_of_words, damage.loop_of_sentences):
        text = operator(SENTENCE, rng)
        assert text and order.fresh([s.of(text) for s in tagger.word_spans(text)]) <= 0.2
    assert order.fresh([s.of(SENTENCE) for s in tagger.word_spans(SENTENCE)]) == 1.0


MODEL = Path(__file__).parents[1] / "models" / "tagger-en"


@pytest.fixture(scope="module")
def shipped() -> tagger.Tagger:
    if not (MODEL / "card.toml").is_file():
        pytest.skip("the weights are not here")
    return tagger.load(MODEL, threads=1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), max_size=120))
@example(text="\ud800")  # half a character, as broken JSON has it
def test_any_text_has_a_score(shipped: tagger.Tagger, text: str) -> None:
    [tagging] = shipped.tag([text])
    assert 0 <= tagging.score <= 100
    assert quality.error_free(tagging, shipped.card.options["error_free"]) in (True, False)


def test_what_no_score_may_like(shipped: tagger.Tagger) -> None:
    mixed = "To Soviet debt million of $93 Russia the repay will government year this of."
    foreign = "Вона вчора пішла додому, бо вже була дуже втомлена."
    bad = ["", " ", "\N{ZERO WIDTH SPACE}", mixed, foreign, "the cat " * 30, f"{SENTENCE} " * 5]
    assert [round(t.score) for t in shipped.tag(bad) if t.score >= 20] == []
    good, hurt = shipped.tag([SENTENCE, SENTENCE.replace("walked slowly to the house", "to slowly house walked the")])
    assert good.score > 55 and good.score > hurt.score
