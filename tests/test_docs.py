"""What the README says is true: its commands and flags exist, its code runs, its tables are complete."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main

from mtfix.cli import app as cli
from mtfix.config import load
from mtfix.detect.registry import builtin
from mtfix.errors import ExitCode

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def calls() -> list[list[str]]:
    """Every call of mtfix in the README, as words, in blocks and in the running text."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]*mtfix [^`\n]*)`", README)
    out = []
    for line in lines:
        for part in re.split(r"&&|\|", line.split("#")[0]):
            words = shlex.split(part.split(">")[0].split("<")[0])
            if words and words[0].endswith("mtfix") and len(words) > 1:
                out.append(words[1:])
    return out


def marked(name: str) -> str:
    block = re.search(rf"^<!-- {name} -->$(.*?)^<!-- end -->$", README, flags=re.MULTILINE | re.DOTALL)
    assert block, name
    return block.group(1).strip()


def test_the_order_of_the_readme() -> None:
    assert re.findall(r"^## (.*)$", README, flags=re.MULTILINE) == [
        "Two commands", "Three uses", "How it decides", "Figures", "Limits", "Licence",
    ]  # fmt: skip
    assert README.index("docs/fix.svg") < README.index("## Two commands")


@pytest.mark.parametrize("words", calls(), ids=" ".join)
def test_commands_in_the_readme_exist(words: list[str]) -> None:
    command = COMMANDS[words[0]]
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word.split("=")[0] for word in words[1:] if word.startswith("-") and word != "-"} <= known


def test_every_command_is_in_the_readme() -> None:
    assert set(COMMANDS) <= {words[0] for words in calls()} | set(re.findall(r"`mtfix (\w+)`", README))


def test_every_command_and_flag_says_what_it_does() -> None:
    for name, command in COMMANDS.items():
        assert command.help and command.help.strip().split("\n")[0].endswith((".", "detector.")), name
        assert all(p.help for p in command.params if p.name != "help"), name


@pytest.mark.parametrize("code", blocks("python"))
def test_code_in_the_readme_runs(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    expected = re.findall(r"^print\(.*\)\s+# (.*)$", code, flags=re.MULTILINE)
    assert expected and printed[: len(expected)] == expected


def test_the_settings_in_the_readme_load(tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text("forbidden,preferred,source,note\nbad,good,,\n")
    (tmp_path / "mtfix.toml").write_text(blocks("toml")[0], encoding="utf-8")
    settings = load(tmp_path / "mtfix.toml")
    assert settings.keep == ("Kiev Day",) and settings.terms[0].preferred == "good"


def test_the_exit_codes_are_all_there() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+) \|$", README, flags=re.MULTILINE))
    assert {int(code) for code in table} == {int(code) for code in ExitCode}


def test_detectors_that_the_readme_names_exist() -> None:
    known = {d.id for d in builtin()}
    named = set(re.findall(r"\b((?:accuracy|linguistic|locale|markup|style|terminology)\.[a-z][a-z-]+)", README))
    assert named and named <= known


def test_each_figure_has_its_command() -> None:
    rows = [row.strip("|").split("|") for row in marked("figures").splitlines()[2:]]
    assert all(len(row) == 3 and re.search(r"`[^`]+`", row[2]) for row in rows)


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets and all((ROOT / target).exists() for target in targets)


def test_the_two_commands_are_one_line_each_and_ci_runs_them() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    for name in ("one", "two"):
        lines = [line for line in marked(f"command {name}").splitlines() if not line.startswith("```")]
        assert len(lines) == 1 and "-c constraints.txt" in lines[0]
        extract = script[script.index("command_of() {") : script.index("git clone")]
        done = subprocess.run(
            ["bash", "-c", f"{extract}\ncommand_of {name}"], env={"here": str(ROOT), "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == lines[0]


def test_constraints_pin_what_is_installed_and_name_no_host() -> None:
    text = (ROOT / "constraints.txt").read_text()
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9][\w.+!-]*", pin) for pin in pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    names = {re.split(r"[><=\[;~! ]", r)[0].lower().replace("_", "-") for r in wanted} - {"mtfix"}
    assert names <= {pin.split("==")[0] for pin in pins}


def test_each_dependency_has_its_licence_told() -> None:
    text = (ROOT / "THIRD_PARTY.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    names = {re.split(r"[><=\[;~! ]", r)[0].lower() for r in wanted} - {"mtfix", "onnxruntime"}
    missing = {name for name in names if name not in text}
    assert not missing and "onnx runtime" in text
