"""Corpora of each format: what passes through stands as it stood, and a table gets new columns."""

from __future__ import annotations

import csv
import datetime
import decimal
import errno
import gzip
import io
import json
import lzma
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtfix.errors import ExitCode, FormatError
from mtfix.ingest import corpus, jsonl, packing, parquet_out
from mtfix.ingest.records import Bad, Layout, Record
from mtfix.render import corpus as render
from mtfix.types import Repair

CELL = st.text(
    st.one_of(st.sampled_from(' ",\t\n\r\\;é😀\u2028\x85\x00'), st.characters(exclude_categories=["Cs", "Cc"]))
)
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BAD, GOOD = "He went to the the market .", "He went to the market."
RESULTS = list(render.COLUMNS)


def read(*names: str, fields: dict[str, str] | None = None) -> tuple[Layout, list[Record | Bad]]:
    from mtfix.ingest.stream import format_of

    with corpus.opened(names, format_of(names[0]), fields or {}) as (layout, items):
        return layout, list(items)


def untouched(record: Record) -> Repair:
    return Repair(record.segment, record.segment.hypothesis)


# write(read(x)) == x --------------------------------------------------------------------------------


@QUICK
@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs", "Cc"]))), st.booleans())
def test_text(tmp_path: Path, rows: list[str], ended: bool) -> None:
    given_bytes = ("\n".join(rows) + ("\n" if ended else "")).encode()
    (tmp_path / "a.txt").write_bytes(given_bytes)
    layout, records = read(str(tmp_path / "a.txt"))
    out = layout.mark + "".join(render.text_line(untouched(r), r.end) for r in records)
    assert out.encode() == given_bytes


@QUICK
@given(
    st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=5), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
)
def test_csv(tmp_path: Path, rows: list[list[str]], quoting: int) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=quoting).writerows([["note", "hypothesis"], *rows])
    (tmp_path / "a.csv").write_bytes(text.getvalue().encode())
    layout, records = read(str(tmp_path / "a.csv"))
    assert [r.row for r in records] == [tuple(row) for row in rows]
    head = render.header("csv", layout.names, tabular=True, raw=layout.header, end=layout.end)
    lines = [render.table_line(untouched(r), r.row, {}, "csv", raw=r.raw, end=r.end) for r in records]
    # What stood there stands there, with its quotation marks and line ends; ours stands behind it.
    starts = [layout.header, *(r.raw for r in records)]
    assert "".join(s + "\r\n" for s in starts) == text.getvalue()
    assert all(line.startswith(start) for line, start in zip([head, *lines], starts, strict=True))
    back = list(csv.reader(io.StringIO("".join([head, *lines]), newline=""), strict=True))
    assert back[0] == ["note", "hypothesis", *RESULTS]
    assert [r[:3] for r in back[1:]] == [[*row, row[1]] for row in rows]


@QUICK
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\t\n\r", exclude_categories=["Cs", "Cc"])), min_size=2, max_size=2
        )
    )
)
def test_tsv(tmp_path: Path, rows: list[list[str]]) -> None:
    given_text = "".join("\t".join(row) + "\n" for row in [["note", "hypothesis"], *rows])
    (tmp_path / "a.tsv").write_bytes(given_text.encode())
    layout, records = read(str(tmp_path / "a.tsv"))
    assert "".join(r + "\n" for r in [layout.header, *(r.raw for r in records)]) == given_text
    lines = [render.table_line(untouched(r), r.row, {}, "tsv", raw=r.raw, end=r.end) for r in records]
    assert [line.rstrip("\n").split("\t")[:3] for line in lines] == [[*row, row[1]] for row in rows]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=8,
)


@QUICK
@given(st.dictionaries(st.text(), JSON, max_size=5), st.booleans())
def test_json_lines(values: dict, escaped: bool) -> None:
    values = {f"x{k}": v for k, v in values.items()}
    line = json.dumps({"hypothesis": "Fine.", **values}, ensure_ascii=escaped).encode("utf-8", "replace").decode()
    if escaped:
        (record,) = jsonl.read(io.StringIO(line), {})
        assert isinstance(record, Record)
        out = render.json_line(untouched(record), record.other)
        assert json.loads(out).items() >= values.items() and "\n" not in out[:-1]
    assert "".join(f", {m}" for name, m in jsonl.members(line).items() if name != "hypothesis") in line


@pytest.mark.parametrize(
    "member",
    [
        '"n": 1.50', '"n":1e400', '"n" :  -0', '"n": 123456789012345678901234567890', '"caf\\u00e9": "\\ud83d\\ude00"',
        '"s": "\\ud800"', '"\\ud800": 1', '"a": {"b":[1, 2 ,3]}', '"n": NaN', '"t": "a\\/b"', '"u": "\u2028"',
    ],
)  # fmt: skip
def test_a_field_of_json_lines_stands_as_it_stood(mtfix, member: str) -> None:
    Path("in.jsonl").write_bytes(f'{{{member}, "hypothesis": "{BAD}"}}\n'.encode())
    assert mtfix("corpus", "in.jsonl", "out.jsonl").code == 0
    out = Path("out.jsonl").read_text(encoding="utf-8")
    assert member in out and json.loads(out)["post_edit"] == GOOD


def test_a_table_keeps_its_quotation_marks_line_ends_and_mark(mtfix) -> None:
    given_bytes = f'\ufeff"id;x","hypothesis"\r\n"1",{BAD}\r\n"2 ""a""","Fine."'.encode()
    Path("in.csv").write_bytes(given_bytes)
    mtfix("corpus", "in.csv", "out.csv")
    names, one, two = Path("out.csv").read_bytes().decode().split("\n")
    assert names == '\ufeff"id;x","hypothesis",' + ",".join(RESULTS) + "\r"
    assert one == f'"1",{BAD},{GOOD},2,2,,\r' and two == '"2 ""a""","Fine.",Fine.,0,0,,'


def test_a_text_keeps_its_mark_and_line_ends(mtfix) -> None:
    Path("in.txt").write_bytes(f"\ufeff{BAD}\r\nOld\rMac.\r\n\r\nEnd".encode())
    mtfix("corpus", "in.txt", "out.txt")
    assert Path("out.txt").read_bytes() == f"\ufeff{GOOD}\r\nOld\rMac.\r\n\r\nEnd".encode()


# CSV that is broken ---------------------------------------------------------------------------------


def rows_of(text: str) -> list[str]:
    Path("x.csv").write_text(text)
    return [i.segment.hypothesis if isinstance(i, Record) else "BAD " + i.raw.strip() for i in read("x.csv")[1]]


def test_a_stray_quotation_mark_costs_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    many = "".join(f"{n},row {n}\n" for n in range(50_000))
    rows = rows_of(f'id,hypothesis\n1,"open\n{many}')
    assert rows[0] == 'BAD 1,"open' and rows[1] == "row 0" and len(rows) == 50_001
    assert rows_of('id,hypothesis\n1,"a\n2,b\n3,"c\n4,d\n') == ['BAD 1,"a', "b", 'BAD 3,"c', "d"]
    assert rows_of('id,hypothesis\n1,"two\nlines"\n2,b\n') == ["two\nlines", "b"]


def test_a_hostile_table_takes_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these lines opens a quotation that the next one goes on with."""
    monkeypatch.chdir(tmp_path)
    rows = rows_of("id,hypothesis\n" + 'x","y\n' * 1_500_000)
    assert 0 < len(rows) < 1_500_000 and all(row.startswith("BAD") for row in rows)


# Packed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", packing.PACKINGS)
@pytest.mark.parametrize("format", ["txt", "jsonl", "tsv", "csv"])
def test_packed(mtfix, suffix: str, format: str) -> None:
    text = {"txt": f"{BAD}\n", "jsonl": json.dumps({"hypothesis": BAD}) + "\n"}.get(format, f"hypothesis\n{BAD}\n")
    Path("plain").write_text(text)
    packing.pack(Path("plain"), Path(f"in.{format}{suffix}"), packing=suffix)
    data = Path(f"in.{format}{suffix}").read_bytes()
    Path(f"in.{format}{suffix}").write_bytes(data + data if format in ("txt", "jsonl") else data)
    for out in (f"out.{format}{suffix}", f"out.{format}"):
        assert mtfix("corpus", f"in.{format}{suffix}", out).code == 0
    with packing.reader(Path(f"out.{format}{suffix}").open("rb"), suffix, "x") as file:
        assert file.read() == Path(f"out.{format}").read_bytes()
    assert Path(f"out.{format}").read_text().count(GOOD) == (2 if format in ("txt", "jsonl") else 1)


@pytest.mark.parametrize("suffix", packing.PACKINGS)
def test_packing_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "plain").write_bytes(b"Fine.\n" * 1000)
    packing.pack(tmp_path / "plain", tmp_path / "one", packing=suffix)
    packing.pack(tmp_path / "plain", tmp_path / "two", packing=suffix)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("suffix", packing.PACKINGS)
def test_a_bomb_is_refused(tmp_path: Path, suffix: str) -> None:
    with packing.writer(tmp_path / "bomb", suffix) as file:
        for _ in range(200):
            file.write(b"\0" * 1_000_000)
    if (tmp_path / "bomb").stat().st_size * 500 > 200_000_000:
        pytest.skip("packed too badly to be a bomb")
    with (
        packing.reader((tmp_path / "bomb").open("rb"), suffix, "bomb") as packed,
        pytest.raises(FormatError, match="500"),
    ):
        while packed.read(1 << 20):
            pass


def test_a_dictionary_that_fills_the_memory_is_refused() -> None:
    packer = lzma.LZMACompressor(filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}])
    data = packer.compress(b"Fine.\n") + packer.flush()
    with packing.reader(io.BytesIO(data), ".xz", "x"), pytest.raises(FormatError, match="memory"):
        packing.reader(io.BytesIO(data), ".xz", "x").read()


# Several files --------------------------------------------------------------------------------------


def test_several_files_become_one(mtfix) -> None:
    for name, text in {"b.txt": BAD, "a.txt": "One.", "c.txt": "Three.\n"}.items():
        Path(name).write_text(text)
    assert mtfix("corpus", "b.txt", "[ac].txt", "out.txt").code == 0
    assert Path("out.txt").read_text() == f"{GOOD}\nOne.\nThree.\n"


def test_several_files_into_a_folder(mtfix) -> None:
    Path("in").mkdir()
    for name, text in {"a.txt": BAD, "b.jsonl": json.dumps({"hypothesis": BAD})}.items():
        (Path("in") / name).write_text(text)
    done = mtfix("corpus", "in/*", "new/out/")
    assert done.code == 0 and "new/out/a.txt: 1 records" in done.err
    assert Path("new/out/a.txt").read_text() == GOOD
    assert json.loads(Path("new/out/b.jsonl").read_text())["post_edit"] == GOOD
    assert "done before" in mtfix("corpus", "in/*", "new/out").err


def test_records_of_several_files_are_counted_through(mtfix) -> None:
    Path("a.jsonl").write_text('{"hypothesis": "One."}\nno\n')
    Path("b.jsonl").write_text('no\n{"hypothesis": "Two."}\n{"id": 7, "hypothesis": "Three."}\n')
    mtfix("corpus", "a.jsonl", "b.jsonl", "out.jsonl")
    assert [json.loads(line)["id"] for line in Path("out.jsonl").read_text().splitlines()] == ["1", "4", "7"]
    bad = [json.loads(line) for line in Path("out.jsonl.quarantine.jsonl").read_text().splitlines()]
    assert [(b["record"], b["file"]) for b in bad] == [(2, "a.jsonl"), (3, "b.jsonl")]


def test_what_does_not_go_together_is_refused(mtfix) -> None:
    Path("a.csv").write_text("id,hypothesis\n1,Fine.\n")
    Path("b.csv").write_text("hypothesis,id\nFine.,1\n")
    Path("c.txt").write_text("Fine.\n")
    for arguments, word in {
        ("a.csv", "b.csv", "o.csv"): "columns of b.csv",
        ("a.csv", "c.txt", "o.csv"): "different formats",
        ("a.csv", "./a.csv", "o.csv"): "given twice",
        ("x*.csv", "o.csv"): "no file like x*.csv",
        ("-", "a.csv", "o.csv"): "beside files",
        ("a.csv", "b.csv", "a.csv"): "same file",
    }.items():
        done = mtfix("corpus", *arguments)
        assert done.code == ExitCode.INPUT and word in done.err, done.err


# Parquet --------------------------------------------------------------------------------------------


def a_table(rows: int = 3) -> pa.Table:
    schema = pa.schema(
        [
            pa.field("id", pa.int32(), nullable=False),
            pa.field("mt", pa.large_string(), metadata={"lang": "en"}),
            pa.field("system", pa.dictionary(pa.int8(), pa.string())),
            pa.field("when", pa.timestamp("us", "UTC")),
            pa.field("price", pa.decimal128(9, 2)),
            pa.field("edits", pa.list_(pa.float32())),
            pa.field("raw", pa.binary()),
        ],
        metadata={"made": "by hand"},
    )
    when = datetime.datetime(2024, 5, 6, tzinfo=datetime.UTC)
    texts = [BAD, "Fine.", None]
    row = [
        {
            "id": n, "mt": texts[n % 3], "system": "abc"[n % 3], "when": when, "price": decimal.Decimal("1.50"),
            "edits": [1.5, None], "raw": b"\xff",
        }
        for n in range(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(row, schema)


def test_parquet(mtfix) -> None:
    table = a_table()
    pq.write_table(table, "in.parquet", compression="zstd", row_group_size=2)
    done = mtfix("corpus", "in.parquet", "out.parquet", "--field", "hypothesis=mt")
    assert done.code == 0 and "1 in quarantine" in done.err
    out = pq.read_table("out.parquet")
    assert out.schema.names == ["id", "mt", "system", "when", "price", "input_edits", "raw", *RESULTS]
    before = pq.read_table("in.parquet")
    for place, field in enumerate(before.schema):
        assert field.equals(out.schema.field(place).with_name(field.name), check_metadata=True)
        assert out[place].to_pylist() == before[place].to_pylist()[:2]
    assert out.schema.metadata == before.schema.metadata
    assert out["post_edit"].to_pylist() == [GOOD, "Fine."] and out["edits"].to_pylist() == [2, 0]
    assert out.schema.field("edits").type == pa.int32() and out.schema.field("quality_after").type == pa.float64()
    assert pq.ParquetFile("out.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


def test_parquet_of_several_files_and_row_groups(mtfix) -> None:
    pq.write_table(a_table(2500), "a.parquet", row_group_size=700)
    pq.write_table(a_table(900), "b.parquet")
    for jobs in ("1", "2"):
        done = mtfix("corpus", "?.parquet", f"out{jobs}.pq", "--field", "hypothesis=mt", "-j", jobs, "--ignore", "all")
        assert done.code == 0
    assert Path("out1.pq").read_bytes() == Path("out2.pq").read_bytes()
    out = pq.read_table("out1.pq")
    wanted = [n for n in range(2500) if n % 3 < 2] + [n for n in range(900) if n % 3 < 2]
    assert out["id"].to_pylist() == wanted and out["post_edit"].to_pylist() == out["mt"].to_pylist()


def test_memory_of_parquet_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups are written as they fill, however many rows there are."""
    monkeypatch.setattr(parquet_out, "_GROUP", 2000)
    pq.write_table(a_table(6000), tmp_path / "in.parquet")
    with (tmp_path / "journal").open("w") as file:
        for n in range(1, 6001):
            file.write(
                json.dumps({"record": n, "post_edit": "x", "findings": 0, "edits": 0} | dict.fromkeys(RESULTS[3:]))
                + "\n"
            )
    parquet_out.widen(
        [str(tmp_path / "in.parquet")], tmp_path / "journal", tmp_path / "out", render.COLUMNS, render.kept_names
    )
    metadata = pq.ParquetFile(tmp_path / "out").metadata
    assert metadata.num_rows == 6000 and metadata.row_group(0).num_rows < 4000


def test_a_long_text_in_many_rows_is_held_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dictionary makes a little file of many long texts; row groups are cut so that they fit the memory."""
    monkeypatch.setattr(parquet_out, "_PART_BYTES", 100_000)
    monkeypatch.setattr(parquet_out, "_GROUP_BYTES", 200_000)
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 300, pa.int32()), pa.array(["long " * 2000]))
    pq.write_table(pa.table({"hypothesis": text.cast(pa.string()), "n": range(300)}), tmp_path / "in.parquet")
    with (tmp_path / "journal").open("w") as file:
        for n in range(1, 301):
            file.write(json.dumps({"record": n} | dict.fromkeys(RESULTS)) + "\n")
    parquet_out.widen(
        [str(tmp_path / "in.parquet")], tmp_path / "journal", tmp_path / "out", render.COLUMNS, render.kept_names
    )
    out = pq.ParquetFile(tmp_path / "out")
    assert out.schema_arrow.field("hypothesis").type == pa.string()
    assert out.metadata.row_group(0).num_rows <= 30 and out.read()["n"].to_pylist() == list(range(300))


def test_parquet_to_other_formats(mtfix) -> None:
    pq.write_table(a_table(2), "in.parquet")
    for out in ("out.jsonl", "out.csv", "out.tsv", "out.txt"):
        assert mtfix("corpus", "in.parquet", out, "--field", "hypothesis=mt").code == 0
    record = json.loads(Path("out.jsonl").read_text().splitlines()[0])
    assert (record["id"], record["hypothesis"], record["system"]) == ("0", BAD, "a")
    assert record["when"] == "2024-05-06T00:00:00+00:00" and record["price"] == "1.50" and record["raw"] == "/w=="
    assert record["input"] == {"edits": [1.5, None]}
    with Path("out.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert row["id"] == "0" and row["mt"] == BAD and row["input_edits"] == "[1.5, null]" and row["post_edit"] == GOOD
    assert Path("out.txt").read_text() == f"{GOOD}\nFine.\n"


def test_other_formats_to_parquet(mtfix) -> None:
    rows = [
        {"hypothesis": BAD, "n": 1, "x": 1, "ok": True, "mixed": 1, "tags": ["a"], "edits": 5, "none": None},
        {"hypothesis": "Fine.", "n": 2, "x": 0.5, "ok": None, "mixed": "b", "big": 2**70, "source": "Добре."},
    ]
    Path("in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert mtfix("corpus", "in.jsonl", "out.parquet").code == 0
    out = pq.read_table("out.parquet")
    types = {f.name: str(f.type) for f in out.schema}
    assert types == {
        "id": "string", "hypothesis": "string", "source": "string", "n": "int64", "x": "double", "ok": "bool",
        "mixed": "string", "tags": "string", "input_edits": "int64", "none": "string", "big": "string",
    } | {name: {"int32": "int32"}.get(kind, kind) for name, kind in render.COLUMNS.items()}  # fmt: skip
    assert out["x"].to_pylist() == [1.0, 0.5] and out["tags"].to_pylist() == ['["a"]', None]
    assert out["source"].to_pylist() == [None, "Добре."] and out["big"].to_pylist() == [None, str(2**70)]
    Path("in.csv").write_text(f"id,hypothesis\n07,{BAD}\n")
    assert mtfix("corpus", "in.csv", "c.parquet").code == 0
    assert pq.read_table("c.parquet").to_pylist()[0] | {} == {
        "id": "07", "hypothesis": BAD, "post_edit": GOOD, "findings": 2, "edits": 2, "quality_before": None,
        "quality_after": None,
    }  # fmt: skip
    Path("in.txt").write_text(f"{BAD}\n")
    assert mtfix("corpus", "in.txt", "t.parquet").code == 0
    assert pq.read_table("t.parquet")["post_edit"].to_pylist() == [GOOD]


def test_parquet_that_can_not_be_used(mtfix) -> None:
    pq.write_table(a_table(), "in.parquet")
    whole = Path("in.parquet").read_bytes()
    Path("cut.parquet").write_bytes(whole[:-10])
    Path("not.parquet").write_bytes(b"hello")
    Path("in.txt").write_bytes(whole)
    for arguments, word in {
        ("in.parquet", "o.parquet"): "no column 'hypothesis'",
        ("in.parquet", "o.parquet", "--field", "hypothesis=id"): "not text but int32",
        ("in.parquet", "o.parquet", "--field", "hypothesis=9"): "7 columns",
        ("in.parquet", "-", "--field", "hypothesis=mt", "--format", "parquet"): "standard output",
        ("-", "o.parquet"): "standard input",
        ("cut.parquet", "o.parquet"): "broken",
        ("not.parquet", "o.parquet"): "broken",
        ("in.txt", "o.txt"): "a Parquet file",
        ("in.parquet.gz", "o.txt"): "packed",
    }.items():
        done = mtfix("corpus", *arguments)
        assert done.code == ExitCode.INPUT and word in done.err, (arguments, done.err)


def test_without_pyarrow(mtfix, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(a_table(), "in.parquet")
    Path("in.txt").write_text("Fine.\n")
    Path("in.txt.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for arguments in (("in.parquet", "o.parquet"), ("in.txt", "o.txt.zst"), ("in.txt.zst", "o.txt")):
        done = mtfix("corpus", *arguments)
        assert done.code == ExitCode.CONFIG and "pip install 'mtfix[corpus]'" in done.err, done.err


def test_a_gzip_under_another_name(mtfix) -> None:
    Path("in.txt").write_bytes(gzip.compress(b"Fine.\n"))
    assert "zcat" in mtfix("corpus", "in.txt", "o.txt").err


def test_ndjson_and_odd_names(mtfix) -> None:
    Path("in.ndjson").write_text(json.dumps({"hypothesis": BAD}))
    Path("data.v1").write_text(BAD)
    assert mtfix("corpus", "in.ndjson", "out.ndjson").code == 0
    assert mtfix("corpus", "data.v1", "data.v2", "--format", "txt").code == 0
    assert Path("data.v2").read_text() == GOOD


def test_a_dry_run_of_the_same_command(mtfix) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(f"{BAD}\n")
    assert "2 records" in mtfix("corpus", "a.txt", "b.txt", "out.txt", "--dry-run").err
    assert "2 records" in mtfix("corpus", "a.txt", "b.txt", "--dry-run").err
    assert "1 records" in mtfix("corpus", "a.txt", "--dry-run").err
    assert "a.txt: 1 records" in mtfix("corpus", "a.txt", "b.txt", "new/", "--dry-run").err
    assert sorted(p.name for p in Path().iterdir()) == ["a.txt", "b.txt", "mtfix.toml"]
    mtfix("corpus", "a.txt", "out.txt")
    assert "1 records" in mtfix("corpus", "a.txt", "out.txt", "--dry-run").err
    assert mtfix("corpus", "a.txt").code == ExitCode.CONFIG


@pytest.mark.parametrize("out", ["out.parquet", "out.txt.zst"])
def test_a_full_disk_at_the_end_costs_nothing(mtfix, monkeypatch: pytest.MonkeyPatch, out: str) -> None:
    """The lines are there; the same command makes the file of them."""
    Path("in.txt").write_text(f"{BAD}\n")
    with monkeypatch.context() as patch:

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(parquet_out, "build", full)
        patch.setattr(packing, "pack", full)
        done = mtfix("corpus", "in.txt", out)
        assert done.code == ExitCode.SERVICE and "no room" in done.err and not Path(out).exists()
    assert mtfix("corpus", "in.txt", out).code == 0 and Path(out).exists()
    if out.endswith(".parquet"):
        assert pq.read_table(out)["post_edit"].to_pylist() == [GOOD]
