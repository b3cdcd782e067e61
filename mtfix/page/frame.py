"""The page as a whole: its head, its look, and its start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gradio as gr

from mtfix.config import Settings, find_file, from_environment, load
from mtfix.page import text as texts
from mtfix.page.assets import asset
from mtfix.page.drawer import drawer
from mtfix.page.examples import SAMPLE, examples
from mtfix.page.tabs import JOBS, corpus_tab, score_tab, text_tab

_LOCAL = ("127.0.0.1", "localhost", "::1")
_TOP = """
<header class="mx-top"><h1>mt<span>fix</span></h1>
<p>Repairs machine-translated English. Nothing leaves this computer.</p>
<span class="mx-space"></span>
<button type="button" data-mx="theme">Light / dark</button>
<button type="button" data-mx="drawer" aria-expanded="false" aria-controls="mx-drawer">Settings</button></header>
"""


def main() -> None:
    """Start the page with the settings of the nearest mtfix.toml and of the environment. Raises MtfixError."""
    file = find_file(Path.cwd())
    launch(from_environment(os.environ, load(file) if file else Settings()), own=file or Path("mtfix.toml"))


def build(settings: Settings | None = None, *, own: Path | None = None) -> Any:
    """Return the page as gradio Blocks.

    `own` is the mtfix.toml that lasting decisions are written to. Without it they hold for the visit, and no other
    rewriter can be named: the page is taken to be open to others.
    """
    base = settings or Settings()
    tokens = texts.Tokens()
    with gr.Blocks(title="mtfix", analytics_enabled=False, fill_width=True, delete_cache=(3600, 86400)) as page:
        gr.HTML(html_template=_TOP, apply_default_css=False, js_on_load=None)
        form = drawer(base, local=own is not None)
        with gr.Tabs(elem_id="mx-tabs"):
            with gr.Tab("Text", id="text"):
                text_tab(form, base, tokens, own)
            with gr.Tab("Corpus", id="corpus"):
                corpus_tab(form, base)
            with gr.Tab("Score", id="score"):
                score_tab(form, base)
    return page.queue(default_concurrency_limit=JOBS)


def launch(settings: Settings | None = None, *, own: Path | None = None, **options: Any) -> Any:
    """Start the page; `options` are gradio's own for `launch` (server_name, server_port ...).

    Where others can reach the page, `own` is not used: a visitor must not write a file here.
    """
    if options.get("server_name", os.environ.get("GRADIO_SERVER_NAME", _LOCAL[0])) not in _LOCAL:
        own = None
    warm(settings or Settings())
    # Neither of gradio's ways of keeping or sending what users do is on.
    chosen = {"run_history": False, "footer_links": [], "enable_monitoring": False, "ssr_mode": False, "pwa": False}
    return build(settings, own=own).launch(
        **{**chosen, **look(), "show_error": False, "share": False, "max_file_size": "200mb", **options}
    )


def look() -> dict[str, Any]:
    """Return theme, style and script, for `launch` or `mount_gradio_app`."""
    # The 600 of the fonts that come with gradio lacks most letters.
    font: list[Any] = [gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"]
    mono: list[Any] = [gr.themes.LocalFont("IBM Plex Mono", weights=(400, 700)), "ui-monospace", "monospace"]
    theme = gr.themes.Base(
        primary_hue="teal", neutral_hue="stone", radius_size="lg", text_size="md", font=font, font_mono=mono
    ).set(
        body_background_fill="#f6f6f3", body_background_fill_dark="#121416", block_border_width="0px",
        block_label_text_color="#5a626b", block_title_text_color="#1c2024", block_title_text_weight="600",
        button_primary_background_fill="#0b5d57", button_primary_background_fill_hover="#094b46",
        button_primary_text_color="#ffffff", button_primary_background_fill_dark="#7cd0c5",
        button_primary_background_fill_hover_dark="#96ddd4", button_primary_text_color_dark="#0c2422",
        checkbox_background_color_selected="#0b5d57", checkbox_background_color_selected_dark="#3f9c90",
        checkbox_border_color_selected="#0b5d57", checkbox_border_color_selected_dark="#3f9c90",
        block_info_text_color="#5a626b", block_info_text_color_dark="#a3abb3", input_placeholder_color="#6b727a",
        input_placeholder_color_dark="#979fa7", body_text_color_subdued="#5a626b",
        body_text_color_subdued_dark="#a3abb3",
    )  # fmt: skip
    head = f"<style>{asset('frame.css')}</style>"
    return {"theme": theme, "css": asset("page.css"), "head": head, "js": asset("frame.js")}


def warm(settings: Settings) -> None:
    """Build the pipeline and load what it needs, so that the first user does not wait for it."""
    texts.review(examples()[SAMPLE], "", settings, texts.Tokens())
