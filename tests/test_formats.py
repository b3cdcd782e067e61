"""write(read(x)) == x for each format."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtfix.errors import EncodingError, FormatError, PairError
from mtfix.ingest import bytes as raw
from mtfix.ingest import english, lines, text
from mtfix.render import json as report_json
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
    Tagging,
    Verdict,
)

GOLDEN = Path(__file__).parent / "golden"
ODD = st.text(st.one_of(st.sampled_from(" \t\n\r\f\v\x85\u2028\u00a0\ufeff“”.ab😀é"), st.characters()))


# Text -------------------------------------------------------------------------------------------


def joined(document: Document) -> str:
    parts = [document.layout[0]]
    for segment, separator in zip(document.segments, document.layout[1:], strict=True):
        parts += [segment.hypothesis, separator]
    return "".join(parts)


@settings(deadline=None)
@given(ODD)
def test_separators_and_segments_are_the_input(given_text: str) -> None:
    document = text.parse(given_text)
    assert joined(document) == given_text
    assert all(s.hypothesis == s.hypothesis.strip() != "" for s in document.segments)
    assert not any("\n" in s.hypothesis or "\r" in s.hypothesis for s in document.segments)


@settings(deadline=None)
@given(ODD)
def test_text_is_written_back_as_it_was(given_text: str) -> None:
    document = text.parse(given_text)
    assert text.write(document, [s.hypothesis for s in document.segments]) == given_text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"])
def test_line_ends(end: str) -> None:
    document = text.parse(f"One.{end}Two.{end}")
    assert [s.hypothesis for s in document.segments] == ["One.", "Two."]
    assert document.layout == ("", end, end)


@pytest.mark.parametrize("inside", ["\f", "\x85", "\u2028", "\u2029", "\v", "\x1c"])
def test_other_line_ends_stand_inside(inside: str) -> None:
    assert [s.hypothesis for s in text.parse(f"One{inside}two.").segments] == [f"One{inside}two."]


@pytest.mark.parametrize(
    ("before", "post_edits", "after"),
    [
        ("A\n\nB\n\nC\n", ["A", "", "C"], "A\n\nC\n"),
        ("A\n\nB\n\nC\n", ["", "B", "C"], "B\n\nC\n"),
        ("A\n\nB\n\nC\n", ["A", "B", ""], "A\n\nB\n"),
        ("A\n\nB\n\n{{x}}\n{{y}}", ["A", "B", "", ""], "A\n\nB"),
        ("A\n", [""], ""),
        ("", [], ""),
        ("  \n", [], "  \n"),
    ],
)
def test_a_dropped_segment_leaves_no_hole(before: str, post_edits: list[str], after: str) -> None:
    assert text.write(text.parse(before), post_edits) == after


# Bytes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_decodes(encoding: str) -> None:
    assert raw.decode("Ünïcode 😀\n".encode(encoding)) == "Ünïcode 😀\n"


@pytest.mark.parametrize("data", [b"caf\xe9", b"\xff\xfe\x00", b"a\x00b\x00c\x00", b"\xed\xa0\x80"])
def test_refuses_what_is_not_text(data: bytes) -> None:
    with pytest.raises(EncodingError):
        raw.decode(data)


@pytest.mark.parametrize("data", [b"%PDF-1.7 ...", b"PK\x03\x04....", bytes(range(32)) * 100, b"\x1f\x8b\x08"])
def test_names_a_binary_file(data: bytes) -> None:
    with pytest.raises(FormatError):
        raw.decode(data)


@pytest.mark.parametrize(
    "other",
    [
        "Der Hund bellt, aber die Karawane zieht weiter. " * 5,
        "Le chien aboie, la caravane passe et personne ne sait où elle va ce soir. " * 5,
        "El perro ladra, la caravana pasa y nadie sabe adónde va esta noche en la ciudad. " * 5,
        "Câinele latră, caravana trece și nimeni nu știe unde merge în această seară. " * 5,
        "犬は吠えるがキャラバンは進む。" * 5,
        "الكلاب تنبح والقافلة تسير" * 5,
    ],
)
def test_knows_what_is_not_english(other: str) -> None:
    assert english.doubt(other)


def test_the_sample_is_english() -> None:
    assert english.doubt((Path(text.__file__).parents[1] / "lang" / "sample.txt").read_text(encoding="utf-8")) == ""


# Lines ------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\n\r"))))
def test_lines(given_lines: list[str]) -> None:
    assert list(lines.split("".join(line + "\n" for line in given_lines))) == given_lines


def test_lines_must_align() -> None:
    with pytest.raises(PairError, match="a 1, b 2"):
        lines.align({"a": ["x"], "b": ["x", "y"]})


# JSON -------------------------------------------------------------------------------------------


def report() -> Report:
    """The report that tests/golden/report.json, which was written by hand, shows."""
    name = Edit(Span(8, 12), "Kyiv", confidence=0.98, reasons=(0,), touches=("name",))
    twice = Edit(Span(19, 26), "the", confidence=0.95, reasons=(1,))
    model = Edit(Span(27, 31), "harbour", Applicability.UNSAFE, 0.61, by="tagger")
    hint = Edit(Span(0, 2), "She", Applicability.DISPLAY_ONLY, 0.2)
    first = Repair(
        segment=Segment("He left Kiev 😀 for the the port.", id="0"),
        post_edit="He left Kyiv 😀 for the port.",
        edits=(name, twice),
        findings=(
            Finding(
                0, "terminology.former-place-name", Category.WRONG_TERM, Severity.MINOR, Span(8, 12),
                "Kiev is spelled Kyiv today.", edits=(name,), confidence=0.98,
            ),
            Finding(
                1, "linguistic.repeated-word", Category.DUPLICATION, Severity.MINOR, Span(19, 26),
                "A word is written twice in a row.", edits=(twice,), confidence=0.95,
            ),
            Finding(
                2, "style.calque", Category.UNIDIOMATIC, Severity.NEUTRAL, Span(0, 2), "A hint.", edits=(hint,),
                confidence=0.4, hint=True,
            ),
        ),
        proposals=(name, twice, model),
        verdicts=(Verdict(True), Verdict(True), Verdict(False, "not-worse", "The score would fall.")),
        quality=(Score("QE", 62.1, "tagger-en|1"), Score("QE", 81.4, "tagger-en|1")),
    )  # fmt: skip
    drop = Edit(Span(0, 10), "", confidence=0.99, reasons=(0,), touches=("placeholder",))
    second = Repair(
        segment=Segment("{{ticker}}", source="{{ticker}}", source_lang="uk", id="1"),
        post_edit="",
        edits=(drop,),
        findings=(
            Finding(
                0, "markup.template-residue", Category.PLACEHOLDER, Severity.MAJOR, Span(0, 10),
                "A template was left in the text.", edits=(drop,), confidence=0.99,
            ),
        ),
        proposals=(drop,),
        verdicts=(Verdict(True),),
    )  # fmt: skip
    document = Document((first.segment, second.segment), name="story.txt", layout=("\n", "\n\n", "\n"))
    return Report(
        document,
        (first, second),
        "\nHe left Kyiv 😀 for the port.\n",
        before=(Score("MQM-style", 34.5, "mqm|1", detail=(("words", 8), ("penalty", 7))),),
        after=(Score("MQM-style", 100.0, "mqm|1", detail=(("words", 6), ("penalty", 0))),),
        failures=(Failure("style.calque", 1, "ValueError: boom"),),
        notices=("LanguageTool is off.",),
        signature="mtfix 0.1.0",
    )


def test_json_is_the_golden_one() -> None:
    golden = json.loads((GOLDEN / "report.json").read_text(encoding="utf-8"))
    assert report_json.document_record(report()) == golden


def test_json_reads_back_equal() -> None:
    written = json.dumps(report_json.document_record(report()))
    assert report_json.read_document(json.loads(written)) == report()


def test_an_edit_that_answers_two_findings_stands_once() -> None:
    one, two = Edit(Span(0, 2), "x", reasons=(0,)), Edit(Span(0, 2), "x", reasons=(1,))
    both = replace(one, reasons=(0, 1))
    found = [
        Finding(i, "a.b", Category.GRAMMAR, Severity.MINOR, Span(0, 2), "m", edits=(e,))
        for i, e in enumerate((one, two))
    ]
    repair = Repair(Segment("ab"), "x", (both,), tuple(found), (both,), (Verdict(True),))
    record = report_json.segment_record(repair)
    assert len(record["edits"]) == 1 and [f["edits"] for f in record["findings"]] == [[0], [0]]
    assert report_json.read_segment(record) == repair


def test_words() -> None:
    tagging = Tagging((Span(0, 2), Span(3, 7)), (0.25, 0.5), ((), ()), 50.0)
    repair = Repair(Segment("He left"), "He left", tagging=tagging)
    assert report_json.segment_record(repair, words=True)["words"] == [[0, 2, 0.25], [3, 7, 0.5]]
    assert "words" not in report_json.segment_record(repair)


@pytest.mark.parametrize("record", [{}, {"schema": 2}, {"schema": 1}, {"segments": 3}, {"segments": [], "document": 1}])
def test_json_of_another_schema_is_refused(record: dict) -> None:
    with pytest.raises(FormatError):
        report_json.read_segment(record)
    with pytest.raises(FormatError):
        report_json.read_document(record)
