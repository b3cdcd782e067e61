"""Bad input: a clear error with the right exit code, or a correct result; never a traceback."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mtfix as package
from mtfix.errors import ExitCode

OK, USAGE, INPUT, CONFIG = ExitCode.OK, ExitCode.USAGE, ExitCode.INPUT, ExitCode.CONFIG
RUSSIAN = "Собака лает, караван идёт, и никто не знает, куда он придёт к вечеру. " * 3


def complains(done, code: int, *words: str) -> None:
    """Check for one clear message, with a hint and without a traceback."""
    assert done.code == code, done.err
    assert done.err.startswith("mtfix: ") and "Traceback" not in done.err and "Internal error" not in done.err
    assert len(done.err.splitlines()) == 2, "what happened, and what to do"
    for word in words:
        assert word in done.err, done.err
    assert done.out == b""


# Texts that are odd and all right -----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        " \t \n\n  ",
        "\r\r\r",
        "word",
        ".",
        "😀",
        "a\fb\u2028d",
        "\u202eright to left\u202c and back.",
        "The word שלום means peace, and السلام too.",
        "e\u0301\u0327 combining",
        "“”‘’«»„",
        "{",
        "1 2 3 4 5",
        "x" * 5000,
        "\x1b[31mred\x1b[0m",
        "\ufffd",
        "\U0010ffff",
    ],
)
def test_odd_text_comes_back(mtfix, text: str) -> None:
    done = mtfix("fix", "-", "--ignore", "markup", stdin=text.encode())
    assert done.code == OK and done.err == ""
    assert done.out == text.encode()
    assert mtfix("fix", "-", "--json", stdin=text.encode()).code == OK
    assert mtfix("fix", "-", "--diff", "--html", "r.html", stdin=text.encode()).code == OK


def test_utf_16_and_a_byte_order_mark_are_read(mtfix) -> None:
    for encoding in ("utf-16", "utf-8-sig", "utf-32"):
        done = mtfix("fix", "-", stdin="He went to the the café.\n".encode(encoding))
        assert (done.code, done.text) == (OK, "He went to the café.\n")


def test_many_lines_without_an_end(mtfix) -> None:
    assert mtfix("fix", "-", "--force", "--ignore", "all", stdin=b"a\n" * 20_000).out == b"a\n" * 20_000


@pytest.mark.parametrize("unit", ["a", " ", "“", "the ", "{", "(", "1", "A", "\n", "‘s ", "-", "é", "<"])
def test_a_long_run_of_one_thing_is_fast(mtfix, unit: str) -> None:
    began = time.process_time()
    done = mtfix("fix", "-", "--force", stdin=(unit * (100_000 // len(unit))).encode())
    assert done.code == OK and "failed" not in done.err
    assert time.process_time() - began < 20


# Texts that are refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"caf\xe9 au lait", ("UTF-8", "byte 3", "iconv")),
        (b"abc\x00def", ("NUL", "position 3")),
        ("He left.".encode("utf-16-le"), ("NUL", "UTF-16")),
        (b"\xff\xfeH", ("UTF-16",)),
        (b"\xed\xa0\x80", ("UTF-8",)),
        (b"%PDF-1.7\n...", ("a PDF", ".txt")),
        (b"PK\x03\x04rest", (".docx",)),
        (bytes(range(256)) * 20, ("binary",)),
        (gzip.compress(b"text"), ("gzip",)),
        (RUSSIAN.encode(), ("does not look like English", "Cyrillic", "--force")),
        (("Der Hund bellt, aber die Karawane zieht weiter. " * 5).encode(), ("does not look like English",)),
    ],
)
def test_what_is_not_english_text_is_refused(mtfix, data: bytes, words: tuple[str, ...]) -> None:
    complains(mtfix("fix", "-", stdin=data), INPUT, *words)


def test_another_language_with_force(mtfix) -> None:
    assert mtfix("fix", "-", "--force", "--ignore", "all", stdin=RUSSIAN.encode()).out == RUSSIAN.encode()


def test_one_line_of_5_mb_is_refused_in_no_time(mtfix) -> None:
    began = time.process_time()
    complains(mtfix("fix", "-", stdin=b"word " * 1_000_000), INPUT, "one a line", "200,000")
    assert time.process_time() - began < 5


def test_100_mb_are_refused_in_no_time(mtfix) -> None:
    with Path("big.txt").open("wb") as file:
        file.truncate(100_000_000)  # holes: it takes no room
    began = time.process_time()
    complains(mtfix("fix", "big.txt"), INPUT, "larger than 20 MB", "corpus")
    assert time.process_time() - began < 5


# Files --------------------------------------------------------------------------------------------


def test_missing_file(mtfix) -> None:
    complains(mtfix("fix", "nowhere.txt"), INPUT, "There is no file nowhere.txt")
    complains(mtfix("corpus", "nowhere.jsonl", "out.jsonl"), INPUT, "There is no file nowhere.jsonl")
    complains(mtfix("score", "nowhere.txt"), INPUT, "There is no file nowhere.txt")


def test_a_folder(mtfix) -> None:
    Path("folder").mkdir()
    complains(mtfix("fix", "folder"), INPUT, "is a folder")
    complains(mtfix("fix", "-", "-o", "folder", stdin=b"Fine."), INPUT, "is a folder")
    complains(mtfix("corpus", "folder", "out.txt"), INPUT, "is a folder")
    complains(mtfix("corpus", "-", "folder", stdin=b"Fine."), INPUT, "no name")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_no_permission_to_read(mtfix) -> None:
    Path("a.txt").write_text("Fine.")
    Path("a.txt").chmod(0)
    complains(mtfix("fix", "a.txt"), INPUT, "Permission denied")


def test_no_permission(mtfix, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    Path("a.txt").write_text("Fine.")
    monkeypatch.setattr(Path, "open", refuse)
    complains(mtfix("fix", "a.txt", "--config", "mtfix.toml"), CONFIG, "Permission denied")
    monkeypatch.setattr("mtfix.cli.flags.find_file", lambda start: None)
    complains(mtfix("fix", "a.txt", "--languagetool", "off"), INPUT, "Permission denied")
    complains(mtfix("corpus", "a.txt", "-", "--languagetool", "off"), INPUT, "Permission denied")


def test_a_folder_that_is_not_there(mtfix) -> None:
    complains(mtfix("fix", "-", "-o", "no/where.txt", stdin=b"Fine."), INPUT, "can't be written")
    Path("in.txt").write_text("Fine.\n")
    complains(mtfix("corpus", "in.txt", "no/where.txt"), INPUT, "can't be made")


def test_input_and_output_are_one_file(mtfix) -> None:
    Path("a.txt").write_text("Fine.\n")
    complains(mtfix("corpus", "a.txt", "./a.txt"), INPUT, "same file")


def test_a_corpus_given_to_fix(mtfix) -> None:
    Path("a.jsonl").write_text("{}")
    complains(mtfix("fix", "a.jsonl"), INPUT, "mtfix corpus a.jsonl")


@pytest.mark.parametrize(("name", "hint"), [("out.docx", ".jsonl"), ("out.jsnl", "'jsonl'"), ("out.gz", ".jsonl")])
def test_an_unknown_format(mtfix, name: str, hint: str) -> None:
    Path("in.txt").write_text("Fine.\n")
    if name == "out.gz":  # packed, in the format of the input
        assert mtfix("corpus", "in.txt", name).code == OK
    else:
        complains(mtfix("corpus", "in.txt", name), INPUT, hint)


# Pairs --------------------------------------------------------------------------------------------


def test_source_of_another_length(mtfix) -> None:
    Path("s.txt").write_text("Один.\nДва.\n")
    complains(mtfix("fix", "-", "--source", "s.txt", stdin=b"One."), INPUT, "2 paragraphs", "1")


def test_references_of_another_length(mtfix) -> None:
    Path("h.txt").write_text("One.\nTwo.\n")
    Path("r.txt").write_text("One.\n")
    complains(mtfix("score", "h.txt", "-r", "r.txt"), INPUT, "h.txt 2, r.txt 1")
    complains(mtfix("score", "h.txt", "--source", "r.txt"), INPUT, "source 1")
    complains(mtfix("score", "h.txt", "h.txt"), INPUT, "given twice")


def test_scoring_nothing(mtfix) -> None:
    Path("h.txt").write_text("")
    Path("r.txt").write_text("")
    assert "Traceback" not in mtfix("score", "h.txt", "-r", "r.txt").err


# Corpora ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"text": "a"}', "no field 'hypothesis'"),
        (b'{"hypothesis": null}', "not text"),
        (b'{"hypothesis": 5}', "not text"),
        (b'{"hypothesis": "a", "source": []}', "'source' is not text"),
        (b'{"hypothesis": "\\ud800"}', "surrogate"),
        (b'{"hypothesis": "caf\xe9"}', "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"hypothesis": "' + b"a" * 300_000 + b'"}', "longer than 200,000"),
        (b'{"hypothesis": "' + b"a" * 5_000_000 + b'"}', "longer than"),
    ],
)
def test_a_bad_record_does_not_end_the_run(mtfix, line: bytes, reason: str) -> None:
    Path("in.jsonl").write_bytes(line + b'\n{"hypothesis": "Fine."}\n')
    done = mtfix("corpus", "in.jsonl", "out.jsonl")
    assert done.code == OK and json.loads(Path("out.jsonl").read_text())["post_edit"] == "Fine."
    (bad,) = map(json.loads, Path("out.jsonl.quarantine.jsonl").read_text().splitlines())
    assert bad["record"] == 1 and reason in bad["reason"] and len(bad["raw"]) <= 2000


def test_odd_records_that_are_all_right(mtfix) -> None:
    rows = ["", " ", "\x00", "two\nlines the the end", "a\u2028b", "😀"]
    Path("in.jsonl").write_text("".join(json.dumps({"hypothesis": r}) + "\n" for r in rows))
    mtfix("corpus", "in.jsonl", "out.jsonl", "--ignore", "markup")
    out = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [r["hypothesis"] for r in out] == rows and out[3]["post_edit"] == "two\nlines the end"


def test_rows_with_wrong_columns(mtfix) -> None:
    Path("in.tsv").write_text("id\thypothesis\n1\tFine.\n2\n3\ta\tb\n4\tGood.\n")
    done = mtfix("corpus", "in.tsv", "out.tsv")
    assert "2 in quarantine" in done.err and len(Path("out.tsv").read_text().splitlines()) == 3


def test_a_quotation_that_never_ends(mtfix) -> None:
    Path("in.csv").write_text('hypothesis\nFine.\n"never ends\n')
    done = mtfix("corpus", "in.csv", "out.csv")
    assert done.code == OK and "1 in quarantine" in done.err


def test_no_such_column(mtfix) -> None:
    Path("in.tsv").write_text("id\tHypothesis\n1\tFine.\n")
    complains(mtfix("corpus", "in.tsv", "out.tsv"), INPUT, "no column 'hypothesis'", "'Hypothesis'")
    complains(mtfix("corpus", "in.tsv", "out2.tsv", "--field", "hypothesis=mt"), INPUT, "no column 'mt'")
    complains(mtfix("corpus", "in.tsv", "out3.tsv", "--field", "hypothesis=2", "--field", "source=id"), INPUT, "Count")


def test_an_empty_corpus(mtfix) -> None:
    for name in ("in.txt", "in.jsonl"):
        Path(name).write_text("")
        assert mtfix("corpus", name, f"out-{name}").code == OK and Path(f"out-{name}").read_text() == ""
    Path("in.csv").write_text("")
    complains(mtfix("corpus", "in.csv", "out.csv"), INPUT, "no column")


def test_a_broken_archive(mtfix) -> None:
    whole = gzip.compress(b"Fine.\n" * 1000)
    for name, data in {"cut.txt.gz": whole[:-20], "not.txt.gz": b"hello", "not.txt.xz": b"hello"}.items():
        Path(name).write_bytes(data)
        complains(mtfix("corpus", name, f"{name}.out.txt"), INPUT, "broken")


def test_a_corpus_that_is_not_text(mtfix) -> None:
    Path("in.txt").write_bytes(b"%PDF-1.7")
    complains(mtfix("corpus", "in.txt", "out.txt"), INPUT, "a PDF")
    Path("u.txt").write_bytes("He went to the the café.\n".encode("utf-16"))
    mtfix("corpus", "u.txt", "u.out.txt")
    assert Path("u.out.txt").read_text() == "He went to the café.\n"


def test_a_corpus_in_another_language_is_told(mtfix) -> None:
    Path("in.txt").write_text(RUSSIAN + "\n")
    done = mtfix("corpus", "in.txt", "out.txt", "--ignore", "all")
    assert done.code == OK and "do not look like English" in done.err


def test_wrong_fields(mtfix) -> None:
    Path("in.jsonl").write_text('{"hypothesis": "a"}\n')
    complains(mtfix("corpus", "in.jsonl", "o.jsonl", "--field", "hypotesis=mt"), CONFIG, "'hypothesis'")
    complains(mtfix("corpus", "in.jsonl", "o.jsonl", "--field", "mt"), USAGE, "hypothesis=mt")
    Path("in.txt").write_text("a\n")
    complains(mtfix("corpus", "in.txt", "o.txt", "--field", "hypothesis=mt"), CONFIG, "no fields")
    complains(mtfix("corpus", "in.txt", "o.txt", "--jobs", "0"), USAGE, "jobs")


# Settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("select = [", ("not valid TOML",)),
        ("\x00", ("not valid TOML",)),
        ('acept = "all"\nhintz = true', ("'acept'", "'accept'", "'hintz'")),
        ("hints = 3", ("hints can't be 3",)),
        ('accept = "some"', ("accept can't be 'some'",)),
        ('variant = "au"', ("variant is 'au'",)),
        ('languagetool = "serve"', ("'server'",)),
        ("glossary = 3", ("glossary must be a file name",)),
        ('glossary = "none.csv"', ("none.csv can't be read",)),
    ],
)
def test_a_faulty_settings_file(mtfix, toml: str, words: tuple[str, ...]) -> None:
    Path("mtfix.toml").write_text(toml)
    done = mtfix("fix", "-", stdin=b"Fine.")
    complains(done, INPUT if "none.csv" in toml else CONFIG, *words)


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (("--select", "locale.garbled-quote"), CONFIG, ("'locale.garbled-quotes'",)),
        (("--ignore", "styl"), CONFIG, ("'style'",)),
        (("--accept", "saf"), CONFIG, ("'safe'",)),
        (("--variant", "au"), CONFIG, ("'us'",)),
        (("--names", "old"), CONFIG, ("'as-is'",)),
        (("--confidence", "2"), CONFIG, ("0 to 1",)),
        (("--confidence", "high"), USAGE, ("number",)),
        (("--languagetool", "in-proces"), CONFIG, ("'in-process'",)),
        (("--config", "no.toml"), CONFIG, ("no.toml can't be read",)),
        (("--glossary", "no.csv"), INPUT, ("no.csv can't be read",)),
        (("--selct", "style"), USAGE, ("--selct", "'--select'")),
        (("--json", "extra", "more"), USAGE, ("extra",)),
    ],
)
def test_wrong_flags(mtfix, flags: tuple[str, ...], code: int, words: tuple[str, ...]) -> None:
    complains(mtfix("fix", "-", *flags, stdin=b"Fine."), code, *words)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"wrong,right\na,b\n", ("forbidden", "preferred")),
        (b"forbidden,preferred\n,b\n", ("line 2", "empty")),
        (b"forbidden,preferred\ncaf\xe9,b\n", ("not UTF-8 CSV",)),
        (b"", ("forbidden",)),
    ],
)
def test_a_faulty_glossary(mtfix, data: bytes, words: tuple[str, ...]) -> None:
    Path("g.csv").write_bytes(data)
    complains(mtfix("fix", "-", "--glossary", "g.csv", stdin=b"Fine."), INPUT, *words)


def test_unknown_names(mtfix) -> None:
    complains(mtfix("explain", "repeated-wrd"), CONFIG, "'repeated-word'")
    complains(mtfix("fxi"), USAGE, "'fix'")
    complains(mtfix("check", "-", "--fail-on", "mayor", stdin=b"Fine."), USAGE, "'major'")


def test_no_text(mtfix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtfix.cli.terminal.sys.stdin.isatty", lambda: True, raising=False)
    assert mtfix("fix", stdin=b"").code == OK


# What goes wrong outside --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "Interrupted"),
        (MemoryError(), ExitCode.INTERNAL, "memory"),
        (ZeroDivisionError("boom"), ExitCode.INTERNAL, "Internal error: ZeroDivisionError: boom"),
        (RecursionError("deep"), ExitCode.INTERNAL, "Internal error"),
    ],
)
def test_no_exception_gets_out(
    mtfix, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, word: str
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("mtfix.api.fix", crash)
    done = mtfix("fix", "-", stdin=b"Fine.")
    assert done.code == code and word in done.err and "Traceback" not in done.err
    monkeypatch.setenv("MTFIX_DEBUG", "1")
    assert ("Traceback" in mtfix("fix", "-", stdin=b"Fine.").err) is ("Internal" in word)


def test_a_detector_that_crashes_is_told_and_the_rest_goes_on(mtfix, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from mtfix.detect.registry import builtin

    def crash(segment: object) -> None:
        raise ZeroDivisionError("boom")

    broken = tuple(replace(d, function=crash) if d.id == "style.calque" else d for d in builtin())
    monkeypatch.setattr("mtfix.pipeline.builtin", lambda: broken)
    done = mtfix("fix", "-", "--keep", "nothing-cached", stdin=b"He went to the the market.\n\nFine.\n")
    assert done.code == OK and done.text == "He went to the market.\n\nFine.\n"
    assert done.err == "note: style.calque failed on 2 paragraphs; the rest went on. ZeroDivisionError: boom\n"


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])}


def test_closed_standard_output(tmp_path: Path) -> None:
    """`mtfix ... | head -1`: no complaint about the pipe that is gone."""
    (tmp_path / "in.txt").write_text("Fine words.\n" * 3000)
    command = f"{sys.executable} -m mtfix corpus in.txt - --languagetool off --rules-only --ignore all | head -1"
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=_environment(), capture_output=True, text=True)
    assert done.stdout == "Fine words.\n" and "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


def test_as_a_program(tmp_path: Path) -> None:
    """The exit code gets out, and messages go to standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "mtfix", "fix", "no.txt"],
        cwd=tmp_path,
        env=_environment(),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (INPUT, "") and done.stderr.startswith("mtfix: There is no file")
