"""The page: paste a text, see it repaired as tracked changes, decide on each edit.

    frame.py     the page as a whole: head, look, start
    tabs.py      the three tabs, and what is wired to what
    drawer.py    the settings drawer (these three know gradio; the rest does not)
    text.py      text in, what the review draws out
    choices.py   the settings drawer -> Settings
    examples.py  what the examples picker offers
    files.py     the report with the user's decisions -> files
    own.py       the user's lasting decisions, kept in mtfix.toml
    corpus.py    the corpus tab
    scores.py    the score tab
    plots.py     its plots
    assets/      the review itself: plain HTML, CSS and JavaScript, written for this page

Nothing here finds or repairs: a report comes from the pipeline, and is drawn.
"""

from __future__ import annotations

import os

from mtfix.errors import ConfigError

# Before gradio is imported: it would ask its maker for news as soon as a page is built.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
try:
    import gradio as _gradio  # noqa: F401
except ImportError as _error:
    raise ConfigError("The page needs gradio.", "pip install 'mtfix[page]'") from _error

from mtfix.page.frame import build, launch, main

__all__ = ["build", "launch", "main"]
