"""The table of page lines: each pattern matches its own wording, whole, and is found by its cues."""

from __future__ import annotations

import pytest

from mtfix.lang.boilerplate import Line, lines


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.wording[:40])
def test_line_matches_its_wording(line: Line) -> None:
    assert line.pattern.fullmatch(line.wording)
    assert any(cue in line.wording.lower() + " " for cue in line.cues)
    assert line.weight in (0, 1, 2) and line.origin
