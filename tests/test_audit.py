"""The audit of a corpus: what each rule did, the same however the work was divided, safe to show."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtfix import workers
from mtfix.audit import Audit
from mtfix.config import Settings
from mtfix.ingest.records import Record
from mtfix.render import audit as render
from mtfix.tally import Bounded, Example, Tally
from mtfix.types import (
    Applicability,
    Category,
    Document,
    Edit,
    Failure,
    Finding,
    Repair,
    Report,
    Score,
    Segment,
    Severity,
    Span,
    Verdict,
)

QUIET = Settings(languagetool="off", tagger="none", rewriter="none")
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)> {{ 7*7 }}"
WORDS = "the dog sat on a mat while the rain fell in Kiev and he went home".split()


def a_report(number: int, rng: random.Random, text: str = "") -> tuple[Report, list[Record]]:
    """A report with every outcome in it, as it might be."""
    words = [*rng.choices(WORDS, k=8), text] if text else rng.choices(WORDS, k=8)
    hypothesis = " ".join(words)
    first, second, third = Span(0, len(words[0])), Span(len(words[0]), len(words[0]) + 1), Span(2, 3)
    edits = (
        Edit(first, rng.choice(WORDS), reasons=(0,)),
        Edit(second, "  ", Applicability.UNSAFE, 0.5, by="tagger", reasons=(0, 1)),
        Edit(third, text or "x", by="tagger"),
    )
    findings = tuple(
        Finding(n, f"style.{name}", Category.AWKWARD, Severity.MINOR, first, f"It is {name}. {text}", hint=n == 2)
        for n, name in enumerate(("one", "two", "three"))
    )
    stopped = Verdict(False, "protected-kept", f"it would change a name: {rng.choice(WORDS)!r} {text}")
    post_edit = edits[0].text + hypothesis[first.end :]
    scores = Score("QE", rng.randint(0, 10_000) / 100, "QE|m"), Score("QE", rng.randint(0, 10_000) / 100, "QE|m")
    segment = Segment(hypothesis, source_lang=rng.choice(["uk", "ro", ""]), id=f"s{number}")
    repair = Repair(
        segment, post_edit, edits[:1], findings, edits, (Verdict(True), Verdict(True), stopped), quality=scores
    )
    mqm = Score("MQM", 80.0, "mqm", detail=(("words", 8), ("penalty", rng.choice([0.1, 1.3, 5.0]))))
    report = Report(
        Document((segment,)), (repair,), post_edit, (mqm,), (mqm,), (Failure("style.three", 0, "boom"),), signature="s"
    )
    return report, [Record(number, segment, system=rng.choice(["a", "b", text or "c"]))]


def seen(reports: list[tuple[Report, list[Record]]]) -> Audit:
    audit = Audit()
    for report, records in reports:
        audit.see(report, records)
    return audit


# Parts and the whole ------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 60), max_size=6), st.booleans())
def test_parts_merge_to_the_same_whole(seed: int, cuts: list[int], from_the_right: bool) -> None:
    rng = random.Random(seed)
    reports = [a_report(n, rng) for n in range(1, 61)]
    places = sorted({0, 60, *cuts})
    parts = [seen(reports[a:b]) for a, b in pairwise(places)]
    parts = [Audit.from_dict(json.loads(json.dumps(part.as_dict()))) for part in parts]
    while len(parts) > 1:
        left, right = (parts[-2], parts.pop()) if from_the_right else (parts[0], parts.pop(1))
        left.merge(right)
    assert parts[0].as_dict() == seen(reports).as_dict()
    assert Audit.from_dict({}).as_dict() == Audit().as_dict()


@given(st.lists(st.tuples(st.sampled_from([f"n{i}" for i in range(30)]), st.integers(1, 5)), max_size=80), st.data())
def test_names_are_bounded_and_exact(items: list[tuple[str, int]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(items)))
    whole, one, two = Bounded(7), Bounded(7), Bounded(7)
    for place, (name, number) in enumerate(items):
        whole.add(name, {"n": number})
        (one if place < cut else two).add(name, {"n": number})
    one.merge(two)
    assert one.as_dict() == whole.as_dict() and len(whole.names) <= 7
    truth = Counter[str]()
    for name, number in items:
        truth[name] += number
    assert all(counts["n"] == truth[name] for name, counts in whole.names.items())
    assert sum(c["n"] for c in whole.names.values()) + whole.other["n"] == truth.total()


def test_examples_are_few_and_differ() -> None:
    tally = Tally()
    for n in range(1000, 0, -1):
        tally.show("applied", Example(n, str(n), "", f"word {n % 50}", "x", "", "", ""))
    kept = list(tally.examples["applied"].values())
    assert len(kept) == 4 == len({e.before for e in kept}) and all(e.record <= 50 for e in kept)


def test_the_size_does_not_grow_with_the_corpus() -> None:
    rng, audit, sizes = random.Random(1), Audit(), []
    for n in range(1, 3001):
        report, (record,) = a_report(n, rng)
        audit.see(report, [Record(n, record.segment, system=f"system {n}", pair=f"p{n}")])
        if n in (1000, 3000):
            sizes.append(len(json.dumps(audit.as_dict())))
    assert sizes[1] < 1.1 * sizes[0]
    systems = render.record(audit.as_dict(), {})["systems"]
    assert len(systems) == 201 and sum(row["segments"] for row in systems) == 3000


# What it counts -----------------------------------------------------------------------------------


def test_counts(mtfix) -> None:
    rows = [
        {"mt": "He went to the the market .", "pair": "uk-en", "engine": "a"},
        {"mt": "The the dog sat.", "pair": "uk-en", "engine": "b"},
        {"mt": "Fine.", "pair": "ro-en", "engine": "b"},
        {"mt": "{{headline}}", "pair": "ro-en", "engine": "b"},
        {"mt": 5},
    ]
    Path("in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    fields = ("--field", "hypothesis=mt", "--field", "system=engine")
    Path("in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows[:4]) + json.dumps({"mt": 5, "engine": 1}))
    assert mtfix("corpus", "in.jsonl", "out.jsonl", *fields, "--audit", "audit").code == 0
    audit = json.loads(Path("audit/audit.json").read_text())
    assert audit["corpus"] == {
        "inputs": ["in.jsonl"], "dry": False, "records": 5, "written": 4, "quarantined": 1, "dropped": 0,
    }  # fmt: skip
    totals = audit["totals"]
    assert (totals["segments"], totals["changed"], totals["emptied"], totals["edits"]) == (4, 3, 1, 4)
    assert totals["proposed"] == totals["accepted"] + totals["rejected"]
    by_id = {row["id"]: row for row in audit["detectors"]}
    double = by_id["linguistic.repeated-word"]
    assert (double["seen"], double["applied"], double["words_changed"]) == (2, 2, 2)
    assert {(e["record"], e["before"], e["after"]) for e in double["examples"]["applied"]} == {
        (1, "the the", "the"), (2, "The the", "The"),
    }  # fmt: skip
    assert by_id["markup.template-residue"]["emptied"] == 1
    assert by_id["markup.doubled-space"]["seen"] == 0, "a detector that saw nothing is there too"
    assert {row["id"]: row["segments"] for row in audit["pairs"]} == {"uk-en": 2, "ro-en": 2}
    assert {row["id"]: row["changed"] for row in audit["systems"]} == {"a": 1, "b": 2}
    (mqm,) = audit["scores"]
    assert mqm["before"] < mqm["after"] == 100.0 and sum(mqm["distribution"]["before"]) == 4
    assert [tier["id"] for tier in audit["tiers"]] == ["rule"] and "not-worse" in {g["id"] for g in audit["guards"]}


def test_outcomes_and_reasons() -> None:
    report, records = a_report(1, random.Random(3))
    audit = render.record(seen([(report, records)]).as_dict(), {})
    one, two, three = (next(r for r in audit["detectors"] if r["id"] == f"style.{n}") for n in ("one", "two", "three"))
    assert (one["proposed"], one["applied"], one["suggested"], one["accepted"]) == (2, 1, 1, 2)
    assert (two["proposed"], two["suggested"]) == (1, 1)
    assert (three["hints"], three["flagged"], three["failed"], three["proposed"]) == (1, 1, 1, 0)
    tagger = next(t for t in audit["tiers"] if t["id"] == "tagger")
    assert (tagger["suggested"], tagger["rejected"]) == (1, 1)
    assert tagger["reasons"] == [{"reason": "protected-kept: it would change a name: … ", "edits": 1}]
    (guard,) = audit["guards"]
    assert (guard["seen"], guard["accepted"], guard["rejected"]) == (3, 2, 1)
    assert guard["reasons"] == [{"reason": "it would change a name: … ", "edits": 1}]


def test_scores_are_those_of_a_report() -> None:
    """The means of an audit are the scores that the pipeline gives to one document of all segments."""
    from mtfix.api import fix

    texts = ["He went to the the market .", "The the dog sat.", "It was 5 km  away."]
    audit = Audit()
    for n, text in enumerate(texts, 1):
        report = fix(text, settings=QUIET)
        audit.see(report, [Record(n, s) for s in report.document.segments])
    whole = fix("\n".join(texts), settings=QUIET)
    (mqm,) = render.record(audit.as_dict(), {})["scores"]
    assert (mqm["before"], mqm["after"]) == (whole.before[0].value, whole.after[0].value)


# Commands -----------------------------------------------------------------------------------------


def test_it_depends_on_neither_processes_nor_chunks(mtfix, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["The the dog sat .", "Fine.", "It was  5 km away", "He live in Kiev .", "{{x}}"]
    Path("in.txt").write_text("".join(f"{n} {texts[n % 5]}\n" for n in range(120)))
    made = []
    for jobs, chunk in (("1", 48), ("2", 7), ("1", 1)):
        monkeypatch.setattr(workers, "_CHUNK", chunk)
        assert mtfix("corpus", "in.txt", f"{len(made)}.txt", "-j", jobs, "--audit", "audit").code == 0
        made.append((Path("audit/audit.json").read_bytes(), Path("audit/audit.html").read_bytes()))
    assert made[0] == made[1] == made[2]


def test_a_dry_run_writes_the_audit_alone(mtfix) -> None:
    Path("in.txt").write_text("The the dog sat .\n")
    done = mtfix("corpus", "in.txt", "--dry-run", "--audit", "audit.json")
    assert done.code == 0 and "linguistic.repeated-word" in done.text and "words changed" in done.text
    assert sorted(p.name for p in Path().iterdir()) == ["audit.json", "in.txt", "mtfix.toml"]
    dry = json.loads(Path("audit.json").read_text())
    mtfix("corpus", "in.txt", "out.txt", "--audit", "audit.json")
    wet = json.loads(Path("audit.json").read_text())
    assert dry.pop("corpus") != wet.pop("corpus") and dry == wet


def test_the_audit_of_a_run_that_is_done(mtfix) -> None:
    Path("in.txt").write_text("The the dog sat .\n")
    mtfix("corpus", "in.txt", "out.txt", "--audit", "one.json")
    assert "done before" in mtfix("corpus", "in.txt", "out.txt", "--audit", "two.json").err
    assert Path("one.json").read_text() == Path("two.json").read_text()


def test_one_audit_of_several_files(mtfix) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).write_text("The the dog sat .\n")
    mtfix("corpus", "a.txt", "b.txt", "out/", "--audit", "deep/er/audit.html")
    text = Path("deep/er/audit.html").read_text()
    assert "<h1>Audit of a.txt, b.txt</h1>" in text and sorted(p.name for p in Path("deep/er").iterdir()) == [
        "audit.html"
    ]


def test_a_place_that_can_not_be_written(mtfix) -> None:
    Path("in.txt").write_text("Fine.\n")
    Path("file").write_text("")
    done = mtfix("corpus", "in.txt", "out.txt", "--audit", "file/audit")
    assert done.code == 3 and "can't be made" in done.err and not Path("out.txt").exists()


# The page -----------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Collects what a browser would run or fetch, and checks that tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags = Counter[str]()
        self.attributes = Counter[str]()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "line", "rect", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "line", "rect", "br"):
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags[tag] += 1
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def evil_page() -> str:
    rng = random.Random(5)
    audit = seen([a_report(n, rng, EVIL) for n in range(1, 9)])
    audit.see(*a_report(9, rng, "\ud800 \x00 \u202e \x1b[31m"))
    record = render.record(audit.as_dict(), {"inputs": [f"{EVIL}.txt"]}, detectors=["style.one", EVIL], guards=[EVIL])
    return render.page(record)


def test_hostile_text_is_shown_as_text() -> None:
    page = evil_page()
    reader = Reader()
    reader.feed(page)
    assert not reader.open
    assert not set(reader.tags) & {"script", "img", "iframe", "link", "object", "embed", "base", "form"}
    assert not [name for name in reader.attributes if name.startswith("on") or name in ("src", "href", "action")]
    assert "<script>alert(1)</script>" in "".join(reader.text) and "{{ 7*7 }}" in page
    assert "default-src 'none'" in page and not re.search(r"https?://|@import|url\(", page)


def test_a_page_of_nothing() -> None:
    page = render.page(render.record(Audit().as_dict(), {"inputs": []}))
    assert "Audit of a corpus" in page
    from mtfix.render.console import plain

    assert "0 of 0 words changed" in plain(render.table(render.record(Audit().as_dict(), {})))


CHROMIUM = shutil.which("chromium")


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_in_a_browser(tmp_path: Path, width: int, scheme: str) -> None:
    """It fits, asks nobody for anything, runs nothing, and its rows open by keyboard."""
    api = pytest.importorskip("playwright.sync_api")
    (tmp_path / "a.html").write_bytes(evil_page().encode("utf-8", "replace"))
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked, said = [], []
        page.on("request", lambda r: asked.append(r.url))
        page.on("console", lambda m: said.append(m.text))
        page.on("dialog", lambda d: (said.append("dialog"), d.dismiss()))
        page.goto((tmp_path / "a.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        row = page.locator("details", has_text="style.one").first
        row.locator("summary").focus()
        page.keyboard.press("Enter")
        assert row.locator("h3", has_text="Applied, for example").is_visible()
        assert len(asked) == 1 and not said
        browser.close()
