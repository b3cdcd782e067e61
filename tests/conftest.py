"""What several tests share."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mtfix.cli import app as cli


@dataclass
class Done:
    """What a command returned and wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()


class _Bytes(io.TextIOWrapper):
    """Standard output that keeps its bytes."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", newline="")


@pytest.fixture
def mtfix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    """Run the command line in this process, in an empty folder, without engines and models."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "LANGUAGETOOL_URL", "MTFIX_MODELS"):
        monkeypatch.delenv(name, raising=False)
    Path("mtfix.toml").write_text('languagetool = "off"\ntagger = "none"\nrewriter = "none"\n')

    def run(*arguments: str | Path, stdin: bytes = b"") -> Done:
        out, err = _Bytes(), _Bytes()
        monkeypatch.setattr(sys, "stdin", _Bytes(stdin))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        code = cli.run([str(a) for a in arguments])
        out.flush()
        err.flush()
        return Done(code, out.buffer.getvalue(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]

    return run
