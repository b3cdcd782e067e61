"""The page: paste a text, see it repaired as tracked changes, decide on each edit.

    frame.py     the layout and what is wired to what (the only place that knows gradio)
    text.py      text in, what the review draws out
    choices.py   the settings drawer -> Settings
    examples.py  what the examples picker offers
    files.py     the report with the user's decisions -> files
    own.py       the user's lasting decisions, kept in mtfix.toml
    corpus.py    the corpus tab
    scores.py    the score tab
    assets/      the review itself: plain HTML, CSS and JavaScript, written for this page

Nothing here finds or repairs: a report comes from the pipeline, and is drawn.
"""

from __future__ import annotations

from mtfix.page.frame import build, launch

__all__ = ["build", "launch"]
