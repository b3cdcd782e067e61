"""Files that are broken on purpose: good ones of each format, and ways to spoil them, all from one seed."""

from __future__ import annotations

import io
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from mtfix.ingest import packing

TEXT = [
    "He went to the the market .", "Fine.", "", " ", "“Quoted”, she said.", "Kiev 😀 is 5 km away.", "x\u2028y\x85z",
    "{{headline}}", "It cost 1,5 million; \"so\" he said, 'twice'.", "e\u0301 \u202e \ufeff", "a\tb", "word " * 200,
]  # fmt: skip
LINE_FORMATS = ("txt", "jsonl", "csv", "tsv")
SUFFIXES = ("", "", *packing.PACKINGS)
_HUGE = 4_000_000
_ODD = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\n",
    b"\r\n", b'"', b'""', b'"\n', b",", b"\t", b"\\", b"\\u0000", b"\\ud800", b"{", b"}", b"[", b"]", b"1e999",
    b"NaN", b"-", b"9" * 5000, b"\x1b[2J", b"PAR1", b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"%PDF",
)  # fmt: skip


def make(rng: random.Random) -> tuple[str, bytes]:
    """Return the name and the bytes of a file that may be anything."""
    if rng.random() < 0.01:
        return _bomb(rng)
    format = rng.choice((*LINE_FORMATS, *LINE_FORMATS, "parquet", "parquet", "glossary.csv", "toml"))
    if format == "parquet":
        return "x.parquet", _spoiled(_parquet(rng.randrange(6)), rng)
    if "." in format or format == "toml":
        return f"x.{format}", _spoiled(_plain(format, rng), rng)
    suffix = rng.choice(SUFFIXES)
    data = _plain(format, rng)
    if suffix and rng.random() < 0.7:  # spoiled inside, or outside, or wrongly named
        data = packed(_spoiled(data, rng), suffix)
        suffix = rng.choice((suffix, suffix, suffix, *SUFFIXES))
    elif suffix:
        data = _spoiled(packed(data, suffix), rng)
    else:
        data = _spoiled(data, rng)
    return f"x.{format}{suffix}", data


def packed(data: bytes, suffix: str) -> bytes:
    """Return the data packed."""
    with tempfile.TemporaryDirectory() as folder:
        with packing.writer(Path(folder) / "x", suffix) as file:
            file.write(data)
        return (Path(folder) / "x").read_bytes()


# Good files ---------------------------------------------------------------------------------------


def _plain(format: str, rng: random.Random) -> bytes:
    rows = rng.choices(TEXT, k=rng.randint(0, 12))
    if format == "txt":
        return "\n".join(r.replace("\n", " ") for r in rows).encode()
    if format == "jsonl":
        return "".join(json.dumps(_record(r, rng), ensure_ascii=rng.random() < 0.5) + "\n" for r in rows).encode()
    if format == "csv":
        cells = ['"' + r.replace('"', '""') + '"' for r in rows]
        return "".join(
            f"{n},{c},x\r\n" for n, c in zip(("id", *range(99)), ("hypothesis", *cells), strict=False)
        ).encode()
    if format == "tsv":
        return "".join(f"{r}\t{n}\n" for n, r in enumerate(("hypothesis", *rows))).encode()
    if format == "toml":
        return b'accept = "safe"\nconfidence = 0.5\nselect = ["locale", "-style"]\nkeep = ["Kiev Day"]\nhints = false\n'
    return b"forbidden,preferred,source,note\nKiev,Kyiv,,\n"


def _record(text: str, rng: random.Random) -> dict[str, object]:
    more = {"source": "Він", "id": 7, "pair": "uk-en", "n": 1.5, "deep": [{"a": [None]}], "edits": True, "system": "a"}
    return {"hypothesis": text} | dict(rng.sample(sorted(more.items(), key=lambda i: i[0]), rng.randint(0, 4)))


@cache
def _parquet(kind: int) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.array([*TEXT, None])
    table = pa.table(
        {
            "hypothesis": text.dictionary_encode()
            if kind == 1
            else text.cast(pa.large_string())
            if kind == 2
            else text,
            "n": pa.array(range(len(text))),
            "when": pa.array(range(len(text)), pa.timestamp("ns")),
            "deep": pa.array([{"a": [1, None]}] * len(text)),
            "raw": pa.array([b"\xff"] * len(text)),
        }
    )
    out = io.BytesIO()
    codec = ("snappy", "none", "zstd", "gzip", "brotli", "lz4")[kind]
    pq.write_table(table, out, compression=codec, row_group_size=5, data_page_version="2.0" if kind % 2 else "1.0")
    return out.getvalue()


# Ways to spoil them -------------------------------------------------------------------------------


def _spoiled(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(_WAYS)(data, rng)
    return data


def _bits(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 12) if out else 0):
        # The ends of packed files and of Parquet say how to read the rest.
        near_end = rng.random() < 0.3
        place = rng.randrange(max(0, len(out) - 600), len(out)) if near_end else rng.randrange(len(out))
        out[place] ^= 1 << rng.randrange(8)
    return bytes(out)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randint(0, len(data))]


def _insert(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 5)):
        place = rng.randint(0, len(data))
        data = data[:place] + rng.choice(_ODD) * rng.choice((1, 1, 1, 40)) + data[place:]
    return data


def _moved(data: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.randint(0, len(data)) for _ in range(2))
    return rng.choice((data[b:] + data[a:b] + data[:a], data[:a] + data[b:], data + data[a:b], data[a:b] * 3))


def _numbers(data: bytes, rng: random.Random) -> bytes:
    """Overwrite some bytes, as a length or an offset would be."""
    out = bytearray(data)
    value = rng.choice((0, 1, 0x7F, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000)).to_bytes(4, "little")
    for _ in range(rng.randint(1, 3) if len(out) > 4 else 0):
        place = rng.randrange(len(out) - 4)
        out[place : place + 4] = value
    return bytes(out)


def _recoded(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(
        rng.choice(("utf-16", "utf-16-le", "utf-32", "cp1251", "latin-1", "utf-7", "utf-8-sig")), "replace"
    )


def _long(data: bytes, rng: random.Random) -> bytes:
    unit = rng.choice((b"a", b" ", b'"', b"\xff", b"\x00", b'x","y\n', b"\t", b"[", b'{"a":', b"\n", b"\\"))
    place = rng.randint(0, len(data))
    return data[:place] + unit * (rng.choice((1000, 200_001, _HUGE)) // len(unit)) + data[place:]


def _deep(data: bytes, rng: random.Random) -> bytes:
    depth = rng.choice((50, 990, 5000, 100_000))
    start, end = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    core = b'{"hypothesis": "a", "x": ' + start * depth + b"1" + end * depth + b"}\n"
    return rng.choice((core, b"x = " + start * depth + end * depth + b"\n")) + data


def _spliced(data: bytes, rng: random.Random) -> bytes:
    other = rng.choice((_parquet(0), packed(b"a\n" * 50, ".gz"), b"PK\x03\x04", bytes(range(256)), rng.randbytes(300)))
    return rng.choice((data + other, other + data))


_WAYS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _bits, _bits, _bits, _bits, _cut, _insert, _insert, _moved, _numbers, _recoded, _long, _deep, _spliced,
)  # fmt: skip


@cache
def _filled(unit: bytes, suffix: str) -> bytes:
    return packed(unit * 120_000_000, suffix)


@cache
def _wide() -> bytes:
    """Return a Parquet file of little size with very much in it: one long text, many times over."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), pa.array(["a" * 1_000_000]))
    out = io.BytesIO()
    pq.write_table(pa.table({"hypothesis": text}), out, compression="zstd", store_schema=False)
    return out.getvalue()


def _bomb(rng: random.Random) -> tuple[str, bytes]:
    if rng.random() < 0.2:
        return "x.parquet", _wide()
    suffix = rng.choice(packing.PACKINGS)
    return f"x.{rng.choice(LINE_FORMATS)}{suffix}", _filled(rng.choice((b"\0", b"a", b"\n")), suffix)
