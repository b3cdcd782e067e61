"""The settings drawer: its fields, and the form that they make."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mtfix.config import Settings
from mtfix.page import choices

_TOP = """
<div class="mx-drawer-head"><h2>Settings</h2>
<button type="button" class="mx-icon" data-mx="close" aria-label="Close the settings">✕</button></div>
"""


class Fields:
    """The drawer's components, in the order of `choices.Form`."""

    def __init__(self, **components: Any) -> None:
        self.components = list(components.values())
        self.keep, self.off = components["keep"], components["off"]


def form_of(fields: tuple[Any, ...]) -> choices.Form:
    """Return the form of the fields' values, in their order."""
    accept, categories, off, extra, variant, former, hints, keep, languagetool, rewriter, style, glossary = fields
    return choices.Form(
        accept, tuple(categories or ()), tuple(off or ()), tuple(extra or ()), variant or "", bool(former), bool(hints),
        keep or "", bool(languagetool), str(rewriter or "shipped"), style, glossary,
    )  # fmt: skip


def drawer(base: Settings) -> Fields:
    """Draw the drawer with the base's values, and return its fields."""
    with gr.Column(elem_id="mx-drawer"):
        gr.HTML(html_template=_TOP, apply_default_css=False, js_on_load=None)
        levels = [("What is safe", "safe"), ("Good guesses too", "all"), ("Nothing: only show", "none")]
        spellings = [("As the text has it", ""), ("American", "us"), ("British", "uk")]
        return Fields(
            accept=gr.Radio(levels, value=base.accept.value, label="Apply by itself"),
            categories=gr.CheckboxGroup(list(choices.CATEGORIES), value=list(choices.CATEGORIES), label="Look for"),
            off=gr.Dropdown(choices.detectors(default=True), multiselect=True, label="Detectors switched off"),
            extra=gr.Dropdown(choices.detectors(default=False), multiselect=True, label="Detectors switched on too"),
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
