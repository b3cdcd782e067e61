"""The command line: exit codes, what goes where, golden output."""

from __future__ import annotations

import gzip
import json
import lzma
import os
from pathlib import Path

import pytest

from mtfix import batch
from mtfix.errors import ExitCode
from mtfix.render import json as report_json

GOLDEN = Path(__file__).parent / "golden"
SAMPLE = Path(batch.__file__).parent / "lang" / "sample.txt"
BAD = "He went to the the market .\n"
GOOD = "He went to the market.\n"
LINES = [f"The the dog number {n} barks .\n" if n % 3 else f"The dog number {n} barks.\n" for n in range(60)]


# fix --------------------------------------------------------------------------------------------


def test_on_a_pipe_the_post_edit_alone(mtfix) -> None:
    Path("a.txt").write_text(BAD)
    done = mtfix("fix", "a.txt")
    assert (done.code, done.text, done.err) == (0, GOOD, "")


def test_standard_input(mtfix) -> None:
    assert mtfix("fix", "-", stdin=BAD.encode()).text == GOOD
    assert mtfix("fix", stdin=BAD.encode()).text == GOOD


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_clean_text_comes_back_byte_for_byte(mtfix, ends: str) -> None:
    clean = f"  The dog barks.{ends}{ends}\tThe caravan goes on.{ends}".encode()
    assert mtfix("fix", "-", stdin=clean).out == clean


def test_output_file(mtfix) -> None:
    done = mtfix("fix", "-", "-o", "b.txt", stdin=BAD.encode())
    assert done.out == b"" and Path("b.txt").read_text() == GOOD
    assert "2 edits applied" in done.err


def test_output_file_keeps_its_mode_and_link(mtfix) -> None:
    Path("real.txt").write_text("old")
    Path("real.txt").chmod(0o640)
    Path("link.txt").symlink_to("real.txt")
    mtfix("fix", "-", "-o", "link.txt", stdin=BAD.encode())
    assert Path("link.txt").is_symlink() and Path("real.txt").read_text() == GOOD
    assert Path("real.txt").stat().st_mode & 0o777 == 0o640


def test_output_to_a_device(mtfix) -> None:
    assert mtfix("fix", "-", "-o", os.devnull, stdin=BAD.encode()).code == 0
    assert not Path(os.devnull).is_file()


def test_json(mtfix) -> None:
    done = mtfix("fix", "-", "--json", stdin=BAD.encode())
    record = json.loads(done.text)
    report = report_json.read_document(record)
    assert record["schema"] == 1 and report.post_edit == GOOD
    assert record["segments"][0]["offset"] == [0, len(BAD) - 1]
    assert report_json.document_record(report) == record


def test_diff_on_a_pipe_is_plain(mtfix) -> None:
    done = mtfix("fix", "-", "--diff", stdin=BAD.encode())
    assert "\x1b" not in done.text
    assert "He went to [-the the-]{+the+}(1) market[-␣-](2)." in done.text
    assert not any(line.endswith(" ") for line in done.text.splitlines())


@pytest.mark.parametrize(("variable", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_on_a_terminal(mtfix, monkeypatch: pytest.MonkeyPatch, variable: dict, coloured: bool) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("rich.console.Console.is_terminal", property(lambda self: True))
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    done = mtfix("fix", "-", stdin=BAD.encode())
    assert ("\x1b[" in done.text and "\x1b[1;32m" in done.text) is coloured
    assert ("{+the+}" in done.text) is not coloured


def test_html_stands_alone(mtfix) -> None:
    done = mtfix("fix", "-", "--html", "r.html", stdin=b'He went to the the <b>market & "Kiev" .\n')
    page = Path("r.html").read_text()
    assert done.code == 0 and "<del" in page and "<ins" in page
    assert "http://" not in page and "https://" not in page and "<script" not in page and "src=" not in page
    assert "<b>market" not in page and "&lt;b&gt;" in page


@pytest.mark.parametrize(("level", "applied"), [("safe", True), ("none", False), ("all", True)])
def test_accept(mtfix, level: str, applied: bool) -> None:
    assert (mtfix("fix", "-", "--accept", level, stdin=BAD.encode()).text == GOOD) is applied


def test_select_and_ignore(mtfix) -> None:
    assert mtfix("fix", "-", "--select", "markup", stdin=BAD.encode()).text == "He went to the the market.\n"
    assert mtfix("fix", "-", "--ignore", "markup", stdin=BAD.encode()).text == "He went to the market .\n"
    several = mtfix("fix", "-", "--ignore", "markup,linguistic.repeated-word", stdin=BAD.encode())
    assert several.text == BAD


def test_names_and_keep(mtfix) -> None:
    text = b"She lives in Kiev now.\n"
    assert mtfix("fix", "-", stdin=text).text == "She lives in Kyiv now.\n"
    assert mtfix("fix", "-", "--names", "as-is", stdin=text).out == text
    assert mtfix("fix", "-", "--keep", "Kiev", stdin=text).out == text


def test_settings_file_and_flags(mtfix) -> None:
    Path("other.toml").write_text('languagetool = "off"\nignore = ["markup"]\n')
    assert mtfix("fix", "-", "--config", "other.toml", stdin=BAD.encode()).text == "He went to the market .\n"


def test_source(mtfix) -> None:
    Path("source.txt").write_text("Він пішов на ринок.\n")
    done = mtfix("fix", "-", "--source", "source.txt", "--json", stdin=BAD.encode())
    assert json.loads(done.text)["segments"][0]["source"] == "Він пішов на ринок."


def test_the_sample_is_the_golden_one(mtfix) -> None:
    golden = (GOLDEN / "sample.post_edit.txt").read_text(encoding="utf-8")
    assert mtfix("fix", "--sample").text == golden
    assert mtfix("fix", SAMPLE).text == golden
    assert mtfix("fix", "-", stdin=golden.encode()).text == golden, "a second run changes nothing"


# check ------------------------------------------------------------------------------------------


def test_check_changes_nothing_and_says_where(mtfix) -> None:
    Path("a.txt").write_text("Fine.\n\n  " + BAD)
    done = mtfix("check", "a.txt")
    assert done.code == 0 and Path("a.txt").read_text() == "Fine.\n\n  " + BAD
    first = done.text.splitlines()[0]
    assert first.startswith("a.txt:3:14: minor: 'the the': ") and first.endswith("[linguistic.repeated-word]")


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        (BAD, "minor", ExitCode.FINDINGS),
        (BAD, "major", ExitCode.OK),
        (GOOD, "minor", ExitCode.OK),
        ("{{headline}}\n", "major", ExitCode.FINDINGS),
    ],
)
def test_fail_on(mtfix, text: str, level: str, code: int) -> None:
    assert mtfix("check", "-", "--fail-on", level, stdin=text.encode()).code == code


def test_check_several_files(mtfix) -> None:
    Path("a.txt").write_text(GOOD)
    Path("b.txt").write_text(BAD)
    done = mtfix("check", "a.txt", "b.txt", "--json", "--fail-on", "minor")
    records = [json.loads(line) for line in done.text.splitlines()]
    assert [r["document"]["name"] for r in records] == ["a.txt", "b.txt"] and done.code == ExitCode.FINDINGS


# score ------------------------------------------------------------------------------------------


@pytest.fixture
def systems(mtfix) -> None:
    Path("one.txt").write_text("".join(f"The dog number {n} barks loudly.\n" for n in range(20)))
    Path("two.txt").write_text("".join(f"The the dog number {n} bark .\n" for n in range(20)))
    Path("ref.txt").write_text("".join(f"The dog number {n} barks loudly today.\n" for n in range(20)))


def test_score_alone(mtfix, systems) -> None:
    done = mtfix("score", "two.txt", "--json")
    (system,) = json.loads(done.text)["systems"]
    (mqm,) = system["scores"]
    assert mqm["value"] < 100 and mqm["signature"] and any("/" in k for k in mqm["detail"])


def test_score_with_references_and_two_systems(mtfix, systems) -> None:
    done = mtfix("score", "one.txt", "two.txt", "--reference", "ref.txt", "--json")
    one, two = json.loads(done.text)["systems"]
    by_metric = {s["metric"]: s for s in two["scores"]}
    assert {"MQM", "BLEU", "chrF", "TER"} <= set(by_metric)
    assert by_metric["BLEU"]["p_value"] < 0.05 and "nrefs:1" in by_metric["BLEU"]["signature"]
    assert not by_metric["TER"]["higher_is_better"]
    assert {s["metric"]: s for s in one["scores"]}["BLEU"]["p_value"] is None
    table = mtfix("score", "one.txt", "two.txt", "-r", "ref.txt").text
    assert "bootstrap" in table and "one.txt" in table


def test_score_tables(mtfix, systems) -> None:
    mtfix("score", "two.txt", "-r", "ref.txt", "--segments", "s.tsv", "--findings", "f.tsv")
    segments = [line.split("\t") for line in Path("s.tsv").read_text().splitlines()]
    assert segments[0] == ["system", "seg_id", "MQM", "BLEU", "chrF", "TER"] and len(segments) == 21
    findings = [line.split("\t") for line in Path("f.tsv").read_text().splitlines()]
    assert findings[0][:4] == ["system", "doc", "doc_id", "seg_id"]
    assert all(len(row) == len(findings[0]) for row in findings)
    assert "<v>The the</v> dog" in findings[1][6]


# corpus -----------------------------------------------------------------------------------------


def test_text_to_text(mtfix) -> None:
    Path("in.txt").write_bytes(b"The the dog .\r\n\nFine.")
    done = mtfix("corpus", "in.txt", "out.txt")
    assert (done.code, Path("out.txt").read_bytes()) == (0, b"The dog.\r\n\nFine.")
    assert "3 records" in done.err


def test_jsonl(mtfix) -> None:
    rows = [{"id": 1, "mt": BAD.strip(), "note": "x", "edits": 3, "pair": "uk-en"}, {"mt": "Fine."}]
    Path("in.jsonl").write_text("".join(json.dumps(r) + "\n\n" for r in rows))
    mtfix("corpus", "in.jsonl", "out.jsonl", "--field", "hypothesis=mt")
    one, two = (json.loads(line) for line in Path("out.jsonl").read_text().splitlines())
    assert one["post_edit"] == GOOD.strip() and one["id"] == "1" and two["post_edit"] == "Fine."
    assert one["note"] == "x" and one["pair"] == "uk-en" and one["source_lang"] == "uk"
    assert one["input"] == {"edits": 3} and "mt" not in one
    assert report_json.read_segment(one).post_edit == one["post_edit"]


def test_tsv_has_no_quotation(mtfix) -> None:
    Path("in.tsv").write_text('id\tmt\tpost_edit\n1\t"The the dog .\tx\n')
    mtfix("corpus", "in.tsv", "out.tsv", "--field", "hypothesis=mt")
    names, row = (line.split("\t") for line in Path("out.tsv").read_text().splitlines())
    assert names[:4] == ["id", "mt", "input_post_edit", "post_edit"]
    assert row[:4] == ["1", '"The the dog .', "x", '"The dog.']


def test_csv_with_line_ends_in_a_field(mtfix) -> None:
    Path("in.csv").write_text('hypothesis,n\n"The the dog .\nFine, ""he"" said.",1\n')
    mtfix("corpus", "in.csv", "out.csv")
    import csv

    with Path("out.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["post_edit"] == 'The dog.\nFine, "he" said.' and row["n"] == "1" and row["edits"] == "2"


def test_columns_by_number(mtfix) -> None:
    Path("in.tsv").write_text("Він тут .\tHe is at the the port .\n")
    mtfix("corpus", "in.tsv", "out.jsonl", "--field", "hypothesis=2", "--field", "source=1")
    record = json.loads(Path("out.jsonl").read_text())
    assert record["source"] == "Він тут ." and record["post_edit"] == "He is at the port."


@pytest.mark.parametrize(("suffix", "module"), [(".gz", gzip), (".xz", lzma)])
def test_packed(mtfix, suffix: str, module) -> None:
    with module.open("in.txt" + suffix, "wt") as file:
        file.write(BAD)
    mtfix("corpus", "in.txt" + suffix, "out.txt" + suffix)
    with module.open("out.txt" + suffix, "rt") as file:
        assert file.read() == GOOD


def test_pipes(mtfix) -> None:
    assert mtfix("corpus", "-", "-", "--format", "txt", stdin=BAD.encode()).text == GOOD
    record = json.loads(mtfix("corpus", "-", "-", stdin=b'{"hypothesis": "Fine."}\n').text)
    assert record["post_edit"] == "Fine."


def test_a_removed_segment_keeps_its_line(mtfix) -> None:
    Path("in.txt").write_text("One.\n{{headline}}\nTwo.\n")
    mtfix("corpus", "in.txt", "out.txt")
    assert Path("out.txt").read_text() == "One.\n\nTwo.\n"


def test_bad_records_go_to_quarantine(mtfix) -> None:
    Path("in.jsonl").write_bytes(
        b'{"hypothesis": "a"}\nnope\n{"x": 1}\n{"hypothesis": "\xff"}\n[1]\n{"hypothesis": "b"}\n'
    )
    done = mtfix("corpus", "in.jsonl", "out.jsonl")
    assert done.code == 0 and "6 records" in done.err and "4 in quarantine" in done.err
    assert len(Path("out.jsonl").read_text().splitlines()) == 2
    bad = [json.loads(line) for line in Path("out.jsonl.quarantine.jsonl").read_text().splitlines()]
    assert [b["record"] for b in bad] == [2, 3, 4, 5] and all(b["reason"] for b in bad)
    manifest = json.loads(Path("out.jsonl.mtfix/manifest.json").read_text())["state"]
    assert manifest["records"] == manifest["written"] + manifest["quarantined"] == 6


def test_the_output_does_not_depend_on_the_number_of_processes(mtfix) -> None:
    Path("in.txt").write_text("".join(LINES))
    mtfix("corpus", "in.txt", "one.jsonl")
    mtfix("corpus", "in.txt", "two.jsonl", "--jobs", "2")
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()


def test_the_same_command_again_does_nothing(mtfix) -> None:
    Path("in.txt").write_text(BAD)
    mtfix("corpus", "in.txt", "out.txt")
    before = Path("out.txt").stat().st_mtime_ns
    done = mtfix("corpus", "in.txt", "out.txt")
    assert done.code == 0 and "done before" in done.err and Path("out.txt").stat().st_mtime_ns == before


def test_other_settings_are_refused_with_the_reason(mtfix) -> None:
    Path("in.txt").write_text(BAD)
    mtfix("corpus", "in.txt", "out.txt")
    done = mtfix("corpus", "in.txt", "out.txt", "--accept", "none")
    assert done.code == ExitCode.CONFIG and "accept (then 'safe', now 'none')" in done.err
    Path("in.txt").write_text(GOOD)
    assert "another input" in mtfix("corpus", "in.txt", "out.txt").err
    assert mtfix("corpus", "in.txt", "out.txt", "--restart").code == 0


def test_a_foreign_file_is_not_overwritten(mtfix) -> None:
    Path("in.txt").write_text(BAD)
    Path("out.txt").write_text("precious")
    assert mtfix("corpus", "in.txt", "out.txt").code == ExitCode.CONFIG
    assert Path("out.txt").read_text() == "precious"


def test_a_second_run_at_the_same_time_is_refused(mtfix) -> None:
    from mtfix import manifest

    Path("in.txt").write_text(BAD)
    with manifest.folder_of(Path("out.txt")):
        done = mtfix("corpus", "in.txt", "out.txt")
    assert done.code == ExitCode.INPUT and "Another run" in done.err


# The rest ---------------------------------------------------------------------------------------


def test_explain(mtfix) -> None:
    text = mtfix("explain", "linguistic.repeated-word").text
    assert "A word is written twice in a row." in text and "It finds" in text and "It leaves alone" in text
    assert mtfix("explain", "repeated-word").text == text


def test_detectors(mtfix) -> None:
    from mtfix.detect.registry import builtin

    records = json.loads(mtfix("detectors", "--json").text)
    assert [r["id"] for r in records] == [d.id for d in builtin()]
    table = mtfix("detectors").text
    assert all(d.id in table for d in builtin())


def test_setup_without_a_flag_fetches_nothing(mtfix) -> None:
    assert mtfix("setup").code == 0


def test_doctor(mtfix) -> None:
    done = mtfix("doctor")
    assert "He went to the market." in done.text and done.code in (0, ExitCode.CONFIG)


def test_version_and_help(mtfix) -> None:
    assert mtfix("--version").text.startswith("mtfix ")
    assert mtfix("--help").code == 0
    for command in ("fix", "check", "score", "corpus", "explain", "detectors", "setup", "doctor"):
        assert mtfix(command, "--help").code == 0
