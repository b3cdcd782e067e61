"""The settings drawer: its fields, and the form that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from mtfix.config import Settings
from mtfix.page import choices

_TOP = """
<div class="mx-drawer-head"><h2>Settings</h2>
<button type="button" class="mx-icon" data-mx="close" aria-label="Close the settings">✕</button></div>
"""
_LEVELS = (("What is safe", "safe"), ("Good guesses too", "all"), ("Nothing: only show", "none"))
_SPELLINGS = (("As the text has it", ""), ("American", "us"), ("British", "uk"))
_GROUPS = {
    "accuracy": "Accuracy: senses, names, numbers",
    "linguistic": "Language: grammar, repetition",
    "terminology": "Terms and names",
    "style": "Style",
    "locale": "Quotes, units, numbers, dates",
    "markup": "Leftovers and spaces",
    "neural": "Suspicion of the tagger",
}
_REWRITERS = {
    True: "The one that comes with mtfix, none, or a folder or a Hugging Face name such as grammarly/coedit-large.",
    False: "The one that comes with mtfix, or none.",
}


class Fields:
    """The drawer's components, in the order in which `form_of` takes their values."""

    def __init__(self, groups: dict[str, Any], **others: Any) -> None:
        self.groups = list(groups.values())
        self.keep = others["keep"]
        self.components = [*self.groups, *others.values()]


def form_of(fields: Sequence[Any]) -> choices.Form:
    """Return the form of the fields' values, in their order."""
    groups, others = fields[: len(_GROUPS)], fields[len(_GROUPS) :]
    accept, variant, former, hints, keep, languagetool, rewriter, style, glossary = others
    on = tuple(id for group in groups for id in group or ())
    return choices.Form(
        accept, on, variant or "", bool(former), bool(hints), keep or "", bool(languagetool),
        str(rewriter or "shipped"), style, glossary,
    )  # fmt: skip


def drawer(base: Settings, *, local: bool) -> Fields:
    """Draw the drawer with the base's values, and return its fields.

    Only where the page is the user's own (`local`) may a rewriter be named that is to be loaded or fetched.
    """
    with gr.Column(elem_id="mx-drawer"):
        gr.HTML(html_template=_TOP, apply_default_css=False, js_on_load=None)
        accept = gr.Radio(list(_LEVELS), value=base.accept.value, label="Apply by itself")
        with gr.Column(elem_classes="mx-groups"):
            gr.HTML(html_template="<h3>Look for</h3>", apply_default_css=False, js_on_load=None)
            groups = {name: _group(name, base) for name in _GROUPS}
        return Fields(
            groups,
            accept=accept,
            variant=gr.Radio(list(_SPELLINGS), value="", label="Spelling"),
            former=gr.Checkbox(value=base.names == "current", label="Replace former place names"),
            hints=gr.Checkbox(value=base.hints, label="Show hints too"),
            keep=gr.Textbox(label="Words and names to leave alone", lines=2, max_lines=6, info="One a line."),
            languagetool=gr.Checkbox(value=base.languagetool != "off", label="Use LanguageTool’s rules"),
            rewriter=gr.Dropdown(
                ["shipped", "none"], value="none" if base.rewriter == "none" else "shipped", label="Rewriter",
                allow_custom_value=local, info=_REWRITERS[local],
            ),
            style=gr.File(label="House style (mtfix.toml)", file_types=[".toml"], type="filepath", height=96),
            glossary=gr.File(label="Glossary (CSV)", file_types=[".csv"], type="filepath", height=96),
        )  # fmt: skip


def _group(name: str, base: Settings) -> Any:
    offered, on = choices.detectors(name), choices.chosen(base)
    with gr.Accordion(_GROUPS[name], open=False, elem_classes="mx-group"):
        return gr.CheckboxGroup(
            offered, value=[id for _, id in offered if id in on], label=_GROUPS[name], show_select_all=True
        )
