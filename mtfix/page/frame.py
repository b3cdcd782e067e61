"""The page's layout, and what is wired to what. The only place that knows gradio."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from mtfix.config import Settings
from mtfix.errors import ConfigError, MtfixError
from mtfix.page import choices, corpus, scores
from mtfix.page import text as texts
from mtfix.page.examples import SAMPLE, examples
from mtfix.page.files import export
from mtfix.page.own import remember

try:
    # Before gradio is imported: it asks its maker for news as soon as a page is built.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import gradio as gr
except ImportError as _error:
    raise ConfigError("The page needs gradio.", "pip install 'mtfix[page]'") from _error

_JOBS = 8  # texts at once; each is a thread
_ASSETS = resources("mtfix.page").joinpath("assets")
_REVIEW = ("model.js", "draw.js", "view.js", "act.js", "files.js", "start.js")
_TOP = """
<header class="mx-top"><h1>mt<span>fix</span></h1><p>Repairs machine-translated English. Nothing leaves this computer.</p>
<span class="mx-space"></span>
<button type="button" data-mx="theme">Light / dark</button>
<button type="button" data-mx="drawer" aria-expanded="false" aria-controls="mx-drawer">Settings</button></header>
"""
_DRAWER_TOP = """
<div class="mx-drawer-head"><h2>Settings</h2>
<button type="button" class="mx-icon" data-mx="close" aria-label="Close the settings">✕</button></div>
"""
_HELLO = """
<div class="mx-hello">
<section><h2>Every edit has a reason</h2><p>Each change says what was wrong, how sure mtfix is, and which detector or
model made it. What might do harm is held back, and you see why.</p></section>
<section><h2>You decide</h2><p>Walk through the edits with J and K, accept with A, reject with R, undo with U, or use the
mouse. The text follows at once; take it as text, Word with tracked changes, a report, or data.</p></section>
<section><h2>It stays here</h2><p>Everything runs on this computer, without a graphics card. No text is stored, nothing is
sent anywhere.</p></section></div>
"""
_START = "(...all) => { window.mtfix?.started(all[0] || ''); return all; }"


def build(settings: Settings | None = None, *, own: Path | None = None) -> Any:
    """Return the page as gradio Blocks.

    `own` is the mtfix.toml that lasting decisions are written to; without it they hold for the visit.
    """
    base = settings or Settings()
    tokens = texts.Tokens()
    with gr.Blocks(title="mtfix", analytics_enabled=False, fill_width=True, delete_cache=(3600, 86400)) as page:
        gr.HTML(html_template=_TOP, apply_default_css=False, js_on_load=None)
        form = _drawer(base)
        with gr.Tabs(elem_id="mx-tabs"):
            with gr.Tab("Text", id="text"):
                _text_tab(form, base, tokens, own)
            with gr.Tab("Corpus", id="corpus"):
                _corpus_tab(form, base)
            with gr.Tab("Score", id="score"):
                _score_tab(form, base)
    return page.queue(default_concurrency_limit=_JOBS)


def launch(settings: Settings | None = None, *, own: Path | None = None, **options: Any) -> Any:
    """Start the page; `options` are gradio's own for `launch` (server_name, server_port ...)."""
    warm(settings or Settings())
    # Neither of gradio's ways of keeping or sending what users do is on.
    chosen = {"run_history": False, "footer_links": [], "enable_monitoring": False, "ssr_mode": False, "pwa": False}
    return build(settings, own=own).launch(
        **{**chosen, **look(), "show_error": False, "share": False, "max_file_size": "200mb", **options}
    )


def look() -> dict[str, Any]:
    """Return theme, style and script, for `launch` or `mount_gradio_app`."""
    # The 600 of the fonts that come with gradio lacks most letters.
    font = [gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"]
    mono = [gr.themes.LocalFont("IBM Plex Mono", weights=(400, 700)), "ui-monospace", "monospace"]
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
        input_placeholder_color_dark="#979fa7", body_text_color_subdued="#5a626b", body_text_color_subdued_dark="#a3abb3",
    )  # fmt: skip
    head = f"<style>{_asset('frame.css')}</style>"
    return {"theme": theme, "css": _asset("page.css"), "head": head, "js": _asset("frame.js")}


def warm(settings: Settings) -> None:
    """Build the pipeline, so that the first user does not wait for it."""
    texts.review("The the first text.", "", settings, texts.Tokens())


def _asset(name: str) -> str:
    return _ASSETS.joinpath(name).read_text(encoding="utf-8")


# The text tab ---------------------------------------------------------------------------------


def _text_tab(form: _Fields, base: Settings, tokens: texts.Tokens, own: Path | None) -> None:
    with gr.Column(elem_id="mx-inputs", elem_classes="mx-form"):
        with gr.Row():
            text = gr.Textbox(
                label="Machine-translated English", placeholder="Paste the translation here.", lines=7, max_lines=18,
                elem_id="mx-text", autofocus=True,
            )  # fmt: skip
            source = gr.Textbox(
                label="Source, if you have it", placeholder="The text that was translated, with the same paragraphs.",
                lines=7, max_lines=18, elem_id="mx-source",
            )  # fmt: skip
        with gr.Row(elem_id="mx-actions", elem_classes="mx-last"):
            example = gr.Dropdown(
                list(examples()), value=None, label="Try an example", elem_id="mx-example", scale=0, min_width=220, filterable=False
            )
            gr.HTML(html_template='<span class="mx-space"></span>', apply_default_css=False, js_on_load=None)
            go = gr.Button("Find and repair", variant="primary", elem_id="mx-go", scale=0, min_width=180)
    result = gr.HTML(
        value=None,
        html_template='<div class="mx-root"></div>',
        js_on_load="\n".join(map(_asset, _REVIEW)),
        apply_default_css=False,
        server_functions=[partial_named("rescore", _rescore, tokens), partial_named("export", _export)],
    )
    gr.HTML(html_template=_HELLO, apply_default_css=False, js_on_load=None)
    run = partial(_run, base=base, tokens=tokens)
    inputs = [text, source, *form.components]
    how = {"concurrency_limit": _JOBS, "concurrency_id": "text", "show_progress": "hidden", "api_visibility": "private"}
    go.click(run, inputs, result, js=_START, **how)
    quick = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    example.input(lambda name: (examples().get(name, ""), ""), example, [text, source], **quick)

    def keep_in_mind(keep: str, off: list[str], event: gr.EventData) -> tuple[str, list[str]]:
        return _remember(keep, off, event._data, own)

    result.remember(keep_in_mind, [form.keep, form.off], [form.keep, form.off], **quick).then(
        run, inputs, result, js=_START, **how
    )


def _run(text: str, source: str, *fields: Any, base: Settings, tokens: texts.Tokens) -> dict[str, Any]:
    try:
        settings = choices.settings_of(_form(fields), base)
    except MtfixError as error:
        return texts.problem(error.message, error.hint)
    return texts.review(text, source, settings, tokens)


def _rescore(tokens: texts.Tokens, data: dict[str, Any]) -> dict[str, Any]:
    settings = tokens.get(str(data.get("token", "")))
    if settings is None:
        return {}
    try:
        return {"after": texts.rescore(str(data.get("text", "")), settings)}
    except MtfixError:
        return {}


def _export(data: dict[str, Any]) -> dict[str, str]:
    return export(str(data.get("kind", "")), data.get("record") or {})


def partial_named(name: str, function: Callable[..., Any], *bound: Any) -> Callable[[Any], Any]:
    """Return a function of one argument under the name by which the page's script calls it."""

    def call(data: Any) -> Any:
        return function(*bound, data)

    call.__name__ = name
    return call


def _remember(keep: str, off: list[str], data: dict[str, Any], own: Path | None) -> tuple[str, list[str]]:
    what, value = str(data.get("what")), str(data.get("value", ""))[:200]
    key = "keep" if what == "keep" else "ignore"
    if own is not None:
        try:
            remember(own, key, value)
        except MtfixError as error:
            gr.Warning(str(error))
    if what == "keep":
        return "\n".join(dict.fromkeys([*choices.words_of(keep), value])), off
    return keep, list(dict.fromkeys([*(off or []), value]))


# The drawer -----------------------------------------------------------------------------------


class _Fields:
    """The drawer's components, in the order of `choices.Form`."""

    def __init__(self, **components: Any) -> None:
        self.components = list(components.values())
        self.keep, self.off = components["keep"], components["off"]


def _form(fields: tuple[Any, ...]) -> choices.Form:
    accept, categories, off, extra, variant, former, hints, keep, languagetool, rewriter, style, glossary = fields
    return choices.Form(
        accept, tuple(categories or ()), tuple(off or ()), tuple(extra or ()), variant or "", bool(former), bool(hints),
        keep or "", bool(languagetool), str(rewriter or "shipped"), style, glossary,
    )  # fmt: skip


def _drawer(base: Settings) -> _Fields:
    with gr.Column(elem_id="mx-drawer"):
        gr.HTML(html_template=_DRAWER_TOP, apply_default_css=False, js_on_load=None)
        levels = [("What is safe", "safe"), ("Good guesses too", "all"), ("Nothing: only show", "none")]
        spellings = [("As the text has it", ""), ("American", "us"), ("British", "uk")]
        return _Fields(
            accept=gr.Radio(levels, value=base.accept.value, label="Apply by itself"),
            categories=gr.CheckboxGroup(list(choices.CATEGORIES), value=list(choices.CATEGORIES), label="Look for"),
            off=gr.Dropdown(choices.detectors(default=True), multiselect=True, label="Detectors switched off"),
            extra=gr.Dropdown(choices.detectors(default=False), multiselect=True, label="Detectors switched on besides"),
            variant=gr.Radio(spellings, value="", label="Spelling"),
            former=gr.Checkbox(value=base.names == "current", label="Replace former place names"),
            hints=gr.Checkbox(value=base.hints, label="Show hints too"),
            keep=gr.Textbox(label="Words and names to leave alone", lines=2, max_lines=6, info="One a line."),
            languagetool=gr.Checkbox(value=base.languagetool != "off", label="Use LanguageTool’s rules"),
            rewriter=gr.Dropdown(
                ["shipped", "none"], value="shipped", label="Rewriter", allow_custom_value=True,
                info="The one that comes with mtfix, none, or a model you have.",
            ),
            style=gr.File(label="House style (mtfix.toml)", file_types=[".toml"], type="filepath", height=96),
            glossary=gr.File(label="Glossary (CSV)", file_types=[".csv"], type="filepath", height=96),
        )  # fmt: skip


# The other tabs -------------------------------------------------------------------------------


def _corpus_tab(form: _Fields, base: Settings) -> None:
    with gr.Column(elem_classes="mx-form"):
        file = gr.File(label="Corpus: .txt, .jsonl, .tsv or .csv, packed or not", type="filepath", height=150, elem_id="mx-file")
        with gr.Row():
            hypothesis = gr.Textbox(label="Column of the translation", placeholder="hypothesis", max_lines=1)
            source = gr.Textbox(label="Column of the source", placeholder="source, if there is one", max_lines=1)
        with gr.Row(elem_classes="mx-last"):
            stop = gr.Button("Stop", scale=0, min_width=110)
            go = gr.Button("Repair the file", variant="primary", scale=0, min_width=180, elem_id="mx-corpus-go")
    out = gr.HTML(apply_default_css=False, js_on_load=None, elem_id="mx-corpus-out")
    taken = gr.File(label="Take along", file_count="multiple", interactive=False, visible=False, elem_id="mx-taken")

    def run(file: str | None, hypothesis: str, source: str, *fields: Any) -> Iterator[tuple[str, Any]]:
        try:
            settings = choices.settings_of(_form(fields), base)
        except MtfixError as error:
            raise gr.Error(str(error), print_exception=False) from error
        for shown, files in corpus.repaired(file, {"hypothesis": hypothesis or "", "source": source or ""}, settings):
            yield shown, gr.File(value=files or None, visible=bool(files))

    job = go.click(
        run, [file, hypothesis, source, *form.components], [out, taken], concurrency_limit=2, concurrency_id="corpus",
        show_progress="hidden", api_visibility="private",
    )  # fmt: skip
    stop.click(lambda: "", None, out, cancels=[job], queue=False, api_visibility="private")


def _score_tab(form: _Fields, base: Settings) -> None:
    with gr.Column(elem_classes="mx-form"):
        with gr.Row():
            boxes = [
                gr.Textbox(label=name, lines=6, max_lines=12, placeholder="One segment a line.")
                for name in ("System A", "System B, if there is one", "Reference, if there is one")
            ]
        with gr.Row(elem_classes="mx-last"):
            go = gr.Button("Compare", variant="primary", elem_id="mx-compare", scale=0, min_width=180)
    out = gr.HTML(apply_default_css=False, js_on_load=None)

    def run(first: str, second: str, reference: str, *fields: Any) -> str:
        try:
            settings = choices.settings_of(_form(fields), base)
        except MtfixError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return scores.compared(first or "", second or "", reference or "", settings)

    go.click(run, [*boxes, *form.components], out, concurrency_limit=2, concurrency_id="score", api_visibility="private")


__all__ = ["SAMPLE", "build", "launch", "look", "warm"]
