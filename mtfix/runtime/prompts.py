"""How a causal rewriter is asked and how its answer ends: the same in training and in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["SPAN_PROMPT", "first_line", "joined", "shared"]

SPAN_PROMPT = "{left}[[{span}]]{right}\n=>"


def joined(prompt: str, text: str) -> str:
    """Return a causal prompt with its answer and the line end that closes it."""
    return f"{prompt}{'' if prompt[-1:].isspace() else ' '}{text}\n"


def first_line(text: str) -> str:
    """Return the answer: what stands before the first line end."""
    return text.split("\n")[0].strip()


def shared(head: Sequence[Any], whole: Sequence[Any]) -> int:
    """Return how many tokens two sequences begin with in common, at least one.

    The last token of a prompt may melt into the first of the answer.
    """
    count = 0
    while count < min(len(head), len(whole)) and head[count] == whole[count]:
        count += 1
    return max(count, 1)
