"""The map is true, imports are light, names and files agree."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import mtfix
from mtfix.detect.registry import builtin, choose
from mtfix.errors import ConfigError, ExitCode, MtfixError, UnknownDetector

ROOT = Path(mtfix.__file__).parent


def test_the_map_exists() -> None:
    listed = re.findall(r"^    ([\w./]+)\s{2,}\S", mtfix.__doc__ or "", re.MULTILINE)
    assert len(listed) > 10
    assert [p for p in listed if not (ROOT / p).exists()] == []
    inner = {p.name for p in ROOT.iterdir() if p.suffix == ".py" or (p.is_dir() and p.name != "__pycache__")}
    on_map = {p.strip("/") for p in listed} | {"__init__.py", "__main__.py"}
    assert inner - on_map == set(), "not on the map"


def test_import_is_light() -> None:
    code = (
        "import sys, mtfix; heavy = {'numpy','onnxruntime','tokenizers','torch','transformers','lt_py','gradio',"
        "'rich','typer','wordfreq','lemminflect','sacrebleu','ftfy','jinja2','mtfix.pipeline'} & set(sys.modules);"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names() -> None:
    for name in mtfix.__all__:
        assert getattr(mtfix, name) is not None
    with pytest.raises(AttributeError):
        _ = mtfix.nothing  # type: ignore[attr-defined]


def test_id_is_path() -> None:
    for detector in builtin():
        if not detector.function.__module__.startswith("mtfix."):
            continue
        folder, name = detector.id.split(".")
        assert (ROOT / "detect" / folder / f"{name.replace('-', '_')}.py").is_file(), detector.id


def test_there_are_at_least_forty_detectors() -> None:
    assert len(builtin()) >= 40


def test_every_file_under_detect_is_a_detector() -> None:
    ids = {d.id for d in builtin()}
    for path in (ROOT / "detect").glob("*/*.py"):
        if path.name != "__init__.py":
            assert f"{path.parent.name}.{path.stem.replace('_', '-')}" in ids, path


def test_choose() -> None:
    all_of_them = builtin()
    assert [d.id for d in choose(all_of_them, ["linguistic.repeated-word"])] == ["linguistic.repeated-word"]
    assert {d.id.split(".")[0] for d in choose(all_of_them, ["markup"])} == {"markup"}
    assert not [d for d in choose(all_of_them, [], ["style"]) if d.id.startswith("style.")]
    assert choose(all_of_them, ["all"]) == all_of_them
    with pytest.raises(UnknownDetector, match="repeated-word"):
        choose(all_of_them, ["linguistic.repeted-word"])


def test_two_with_one_id_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtfix.detect import registry

    first = builtin()[0]
    monkeypatch.setattr(registry, "_walk", lambda: [first, first])
    with pytest.raises(ConfigError, match="Two detectors"):
        registry.builtin.__wrapped__()


def test_exceptions_have_codes() -> None:
    def walk(cls: type[MtfixError]) -> list[type[MtfixError]]:
        return [cls, *(c for sub in cls.__subclasses__() for c in walk(sub))]

    tree = walk(MtfixError)
    codes = [c.code for c in tree]
    assert len(codes) == len(set(codes)), "two exceptions share a code"
    assert all(isinstance(c.exit_code, ExitCode) and 400 <= c.http_status < 600 for c in tree)
    import mtfix.errors

    assert [c.__name__ for c in tree if c.__name__ not in (mtfix.errors.__doc__ or "")] == []


def test_only_the_edges_print_or_exit() -> None:
    # fetch.py asks where the cache and a Java are: facts of the system, like the temporary folder. workers.py
    # sets what a library reads in the processes that it starts.
    edges = {"cli", "page", "__main__.py", "fetch.py", "workers.py"}
    bad = re.compile(
        r"^\s*(?:print\(|sys\.exit|raise SystemExit|logging\.basicConfig)|os\.environ|os\.getenv", re.MULTILINE
    )
    faulty = [
        str(p.relative_to(ROOT))
        for p in ROOT.rglob("*.py")
        if edges.isdisjoint(p.parts) and bad.search(p.read_text(encoding="utf-8"))
    ]
    assert faulty == []
