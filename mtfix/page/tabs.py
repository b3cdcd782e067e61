"""The three tabs, and what is wired to what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from mtfix.config import Settings
from mtfix.errors import MtfixError
from mtfix.ingest.bytes import read_file
from mtfix.page import choices, corpus, scores
from mtfix.page import text as texts
from mtfix.page.assets import asset
from mtfix.page.drawer import Fields, form_of
from mtfix.page.examples import examples
from mtfix.page.files import export
from mtfix.page.own import remember

JOBS = 8  # texts at once; each is a thread
_REVIEW = ("model.js", "draw.js", "view.js", "act.js", "files.js", "start.js")
_HELLO = """
<div class="mx-hello">
<section><h2>Every edit has a reason</h2><p>Each change says what was wrong, how sure mtfix is, and which detector or
model made it. What might do harm is held back, and you see why.</p></section>
<section><h2>You decide</h2><p>Walk through the edits with J and K, accept with A, reject with R, undo with U, or use
the mouse. The text follows at once; take it as text, Word with tracked changes, a report, or data.</p></section>
<section><h2>It stays here</h2><p>Everything runs on this computer, without a graphics card. Pasted text is
not stored, and nothing is sent anywhere.</p></section></div>
"""
_END = "() => window.mtfix?.stopped()"
_START = "(...all) => { window.mtfix?.started(all[0] || ''); return all; }"


def text_tab(form: Fields, base: Settings, tokens: texts.Tokens, own: Path | None) -> None:
    """Draw the tab for one text: boxes, button, review."""
    with gr.Column(elem_id="mx-inputs", elem_classes="mx-form"):
        with gr.Row():
            text = gr.Textbox(
                label="Machine-translated English", placeholder="Paste the translation here.", lines=7, max_lines=18,
                elem_id="mx-text",
            )  # fmt: skip
            source = gr.Textbox(
                label="Source, if you have it", placeholder="The text that was translated, with the same paragraphs.",
                lines=7, max_lines=18, elem_id="mx-source",
            )  # fmt: skip
        with gr.Row(elem_id="mx-actions", elem_classes="mx-last"):
            example = gr.Dropdown(
                list(examples()), value=None, label="Try an example", elem_id="mx-example", scale=0, min_width=220,
                filterable=False,
            )  # fmt: skip
            gr.HTML(html_template='<span class="mx-space"></span>', apply_default_css=False, js_on_load=None)
            go = gr.Button("Find and repair", variant="primary", elem_id="mx-go", scale=0, min_width=180)
    result = gr.HTML(
        value=None,
        html_template='<div class="mx-root"></div>',
        js_on_load="\n".join(map(asset, _REVIEW)),
        apply_default_css=False,
        server_functions=[_named("rescore", _rescore, tokens), _named("export", _export)],
    )
    gr.HTML(html_template=_HELLO, apply_default_css=False, js_on_load=None)
    run = partial(_run, base=base, tokens=tokens)
    inputs = [text, source, *form.components]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    how: dict[str, Any] = {"concurrency_limit": JOBS, "concurrency_id": "text", **quiet}
    quick: dict[str, Any] = {"queue": False, **quiet}
    # The last step stops the spinner where the server gave no answer.
    go.click(run, inputs, result, js=_START, **how).then(None, js=_END, **quiet)
    example.input(lambda name: (examples().get(name, ""), ""), example, [text, source], **quick)

    def keep_in_mind(event: gr.EventData, *values: Any) -> list[Any]:
        return _remember(list(values), event._data, own)

    result.remember(keep_in_mind, [form.keep, *form.groups], [form.keep, *form.groups], **quick).then(
        run, inputs, result, js=_START, **how
    )


def _run(text: str, source: str, *fields: Any, base: Settings, tokens: texts.Tokens) -> dict[str, Any]:
    try:
        settings = choices.settings_of(form_of(fields), base)
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


def _named(name: str, function: Callable[..., Any], *bound: Any) -> Callable[[Any], Any]:
    """Return a function of one argument under the name by which the page's script calls it."""

    def call(data: Any) -> Any:
        return function(*bound, data)

    call.__name__ = name
    return call


def _remember(values: list[Any], data: dict[str, Any], own: Path | None) -> list[Any]:
    """Return the fields, the words to leave alone first, with a decision in them that is to last."""
    (keep, *groups), what, value = values, str(data.get("what")), str(data.get("value", ""))[:200]
    if own is not None:
        try:
            remember(own, "keep" if what == "keep" else "ignore", value)
        except MtfixError as error:
            gr.Warning(str(error))
    if what == "keep":
        return ["\n".join(dict.fromkeys([*choices.words_of(keep), value])), *groups]
    return [keep, *([id for id in group or () if id != value] for group in groups)]


def corpus_tab(form: Fields, base: Settings) -> None:
    """Draw the tab for a file."""
    with gr.Column(elem_classes="mx-form"):
        file = gr.File(
            label="Corpus: .txt, .jsonl, .tsv, .csv or .parquet, packed or not",
            type="filepath",
            height=150,
            elem_id="mx-file",
        )
        with gr.Row():
            hypothesis = gr.Textbox(
                label="Column of the translation", placeholder="hypothesis", max_lines=1, elem_classes="mx-line"
            )
            source = gr.Textbox(
                label="Column of the source", placeholder="source, if any", max_lines=1, elem_classes="mx-line"
            )
        with gr.Row(elem_classes="mx-last"):
            stop = gr.Button("Stop", scale=0, min_width=110, interactive=False)
            go = gr.Button("Repair the file", variant="primary", scale=0, min_width=180, elem_id="mx-corpus-go")
    out = gr.HTML(apply_default_css=False, js_on_load=None, elem_id="mx-corpus-out")
    taken = gr.File(label="Take along", file_count="multiple", interactive=False, visible=False, elem_id="mx-taken")

    def run(file: str | None, hypothesis: str, source: str, *fields: Any) -> Iterator[tuple[str, Any]]:
        try:
            settings = choices.settings_of(form_of(fields), base)
        except MtfixError as error:
            raise gr.Error(str(error), print_exception=False) from error
        columns = {"hypothesis": hypothesis or "", "source": source or ""}
        yield "", gr.File(visible=False)
        for shown, files in corpus.repaired(file, columns, settings):
            yield shown, gr.File(value=files or None, visible=bool(files))

    # The button goes by steps of its own: a slow browser takes two steps of one job for one, and loses the first.
    own: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    go.click(lambda: gr.Button(interactive=True), None, stop, **own)
    job = go.click(
        run, [file, hypothesis, source, *form.components], [out, taken], concurrency_limit=2,
        concurrency_id="corpus", show_progress="hidden", api_visibility="private",
    )  # fmt: skip
    job.then(lambda: gr.Button(interactive=False), None, stop, **own)

    def end() -> tuple[str, Any]:
        return corpus.stopped(), gr.Button(interactive=False)

    # First the job ends, then the page says so: progress that was under way would write over it.
    ended = stop.click(None, cancels=[job], queue=False, api_visibility="private")
    ended.then(end, None, [out, stop], queue=False, show_progress="hidden", api_visibility="private")


def _lines_box(name: str) -> Any:
    """Draw a box for one segment a line, with a button that fills it from a file."""
    with gr.Column():
        box = gr.Textbox(label=name, lines=6, max_lines=12, placeholder="One segment a line.")
        # The name of each button says which box it fills.
        opener = gr.UploadButton(
            f"Open {name.split(',')[0]}", file_types=["text"], size="sm", elem_classes="mx-open-file"
        )

    def fill(path: str) -> str:
        try:
            return read_file(Path(path))
        except MtfixError as error:
            raise gr.Error(str(error), print_exception=False) from error

    opener.upload(fill, opener, box, queue=False, show_progress="hidden", api_visibility="private")
    return box


def score_tab(form: Fields, base: Settings) -> None:
    """Draw the tab for systems and a reference."""
    with gr.Column(elem_classes="mx-form"):
        names = ("System A", "System B, if there is one", "Reference, if there is one")
        with gr.Row(elem_classes="mx-beside"):
            boxes = [_lines_box(name) for name in names]
        with gr.Row(elem_classes="mx-last"):
            go = gr.Button("Compare", variant="primary", elem_id="mx-compare", scale=0, min_width=180)
    out = gr.HTML(apply_default_css=False, js_on_load=None)

    def run(first: str, second: str, reference: str, *fields: Any) -> str:
        try:
            settings = choices.settings_of(form_of(fields), base)
        except MtfixError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return scores.compared(first or "", second or "", reference or "", settings)

    inputs = [*boxes, *form.components]
    go.click(run, inputs, out, concurrency_limit=2, concurrency_id="score", api_visibility="private")
