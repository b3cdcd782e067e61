"""The page: what it draws from, without a browser; then in a real one, walked through as a user does.

The browser tests need gradio, playwright and Chromium; MTFIX_PICTURES=1 also writes the README's pictures.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gradio")

from mtfix.config import Settings
from mtfix.errors import BadSetting, InputError
from mtfix.models import Models
from mtfix.page import choices, launch, scores
from mtfix.page import text as texts
from mtfix.page.examples import SAMPLE, examples
from mtfix.page.files import export
from mtfix.page.own import remember
from mtfix.render.diff import State, notes
from mtfix.render.json import read_document
from mtfix.repair.rewrite import Job
from mtfix.types import Applicability, Edit, Score, Side, Span, Tagging

SETTINGS = Settings(languagetool="off", tagger="none", rewriter="none")
ASSETS = Path(texts.__file__).parent / "assets"
PICTURES = bool(os.environ.get("MTFIX_PICTURES"))
DOCS = Path(__file__).parents[1] / "docs"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
HOSTILE = (
    "<script>window.ran = 1</script> <img src=x onerror='window.ran = 2'> <svg onload='window.ran = 3'></svg> "
    "[link](javascript:window.ran=4) {{constructor.constructor('window.ran=5')()}} ${window.ran=6} `${window.ran=7}` "
    '**the the** "><iframe src=javascript:window.ran=8> &lt;b&gt;'
)


def review(text: str, source: str = "", settings: Settings = SETTINGS) -> dict[str, Any]:
    return texts.review(text, source, settings, texts.Tokens())


# Without a browser ----------------------------------------------------------------------------


def test_the_review_is_the_report() -> None:
    payload = review("He went to the the market in Kiev .\n\nA clean line.")
    report = read_document(payload["report"])
    assert report.post_edit == "He went to the market in Kyiv.\n\nA clean line."
    assert {f.detector for r in report.repairs for f in r.findings} == set(payload["detectors"])
    assert all(d["title"] for d in payload["detectors"].values())
    json.dumps(payload).encode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no text"),
        (" \n\t ", "no text"),
        ("PK\x03\x04\x00\x00binary", "not plain text"),
        ("\x01\x02\x03\x04 word \x05\x06", "not plain text"),
        ("\ufffd\ufffd\ufffd\ufffd", "not plain text"),
        ("word " * 100_000, "characters"),
        ("x" * 120_000 + "\nword", "paragraph"),
    ],
)
def test_what_can_not_be_read_is_said_in_words(text: str, said: str) -> None:
    assert said in review(text)["problem"]["message"]


def test_other_problems_are_said_in_words() -> None:
    assert "paragraphs" in review("One.\n\nTwo.", "Одно.")["problem"]["message"]
    warned = review("Собака лает, караван идёт, и никто не знает, куда он придёт к вечеру, а утром будет видно.")
    assert "English" in warned["warnings"][0]
    assert "report" in review("\ud800 lone \udfff surrogates in a line that is otherwise plain, with the the words")
    assert "report" in review(HOSTILE, "<b>источник</b>")


def test_a_fault_of_ours_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "pipeline", lambda _: 1 / 0)
    assert "fault of mtfix" in review("A line.")["problem"]["message"]


def test_a_token_stands_for_settings_and_is_forgotten_in_time() -> None:
    tokens = texts.Tokens()
    first = tokens.new(SETTINGS)
    assert tokens.get(first) is SETTINGS and tokens.get("?") is None
    for _ in range(300):
        tokens.new(SETTINGS)
    assert tokens.get(first) is None
    assert texts.rescore("A clean line.", SETTINGS)[0]["value"] == 100.0


def test_the_sample_is_the_first_example() -> None:
    names = list(examples())
    assert names[0] == SAMPLE and len(names) > 4
    assert all(text.strip() for text in examples().values())


def test_the_form_becomes_settings(tmp_path: Path) -> None:
    assert choices.settings_of(choices.Form(), SETTINGS) == SETTINGS
    on = tuple(id for _, id in choices.detectors("locale"))
    form = choices.Form(accept="all", on=on, keep="Kiev, Lvov", variant="uk", former_names=False)
    settings = choices.settings_of(form, SETTINGS)
    assert settings.keep == ("Kiev", "Lvov") and settings.names == "as-is" and settings.variant == "uk"
    assert choices.chosen(settings) == set(on)
    # What the files switched off can be switched on, and the files' own choice stands where nothing was touched.
    base = replace(SETTINGS, ignore=("style",))
    every = choices.chosen(SETTINGS)
    assert choices.chosen(choices.settings_of(choices.Form(on=tuple(every)), base)) == every
    assert choices.settings_of(choices.Form(on=tuple(choices.chosen(base))), base) == base
    style = tmp_path / "house.toml"
    style.write_text('variant = "us"\nkeep = ["Odessa"]\n')
    assert choices.settings_of(choices.Form(style=str(style)), SETTINGS).variant == "us"


@pytest.mark.parametrize(
    "line", ['glossary = "/etc/passwd"', 'models = "/tmp"', 'languagetool = "http://10.0.0.1/"', "x ="]
)
def test_a_house_style_from_the_page_opens_no_file_and_calls_no_host(line: str, tmp_path: Path) -> None:
    style = tmp_path / "<img src=x>.toml"
    style.write_text(line + "\n")
    with pytest.raises(BadSetting):
        choices.settings_of(choices.Form(style=str(style)), SETTINGS)


def test_a_faulty_glossary_is_said(tmp_path: Path) -> None:
    glossary = tmp_path / "g.csv"
    glossary.write_text("a,b\n1,2\n")
    with pytest.raises(InputError):
        choices.settings_of(choices.Form(glossary=str(glossary)), SETTINGS)


def test_lasting_decisions_leave_the_rest_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mtfix.toml"
    assert remember(file, "keep", 'a "quoted" \\ word')
    file.write_text("# mine\n" + file.read_text() + 'variant = "us"  # American\n\n[other]\nx = 1\n')
    assert remember(file, "keep", "Київ") and not remember(file, "keep", "Київ")
    assert remember(file, "ignore", "style.calque")
    text = file.read_text(encoding="utf-8")
    assert tomllib.loads(text)["keep"] == ['a "quoted" \\ word', "Київ"]
    assert tomllib.loads(text)["ignore"] == ["style.calque"] and "# mine" in text and "# American" in text
    file.write_text('keep = [\n  "a",  # ] not the end\n]\n')
    before = file.read_text()
    with pytest.raises(BadSetting):
        remember(file, "keep", "b")
    assert file.read_text() == before


def test_scores_are_text() -> None:
    html = scores.compared(f"{HOSTILE}\nA line.", f"A line.\n{HOSTILE}", "A line.\nA line.", SETTINGS)
    assert "<script" not in html and "<img" not in html and "<iframe" not in html and html.count("<svg") == 1
    for metric in ("BLEU", "chrF", "TER", "MQM"):
        assert metric in html
    alone = scores.compared(f"{HOSTILE}\nThe the line.", "", "", SETTINGS)
    assert "<script" not in alone and "Line 2" in alone and "mx-plot" in alone
    assert "lines differ" in scores.compared("a", "a\nb", "", SETTINGS)
    assert "no text" in scores.compared("", "", "", SETTINGS)


@pytest.mark.parametrize("kind", ["json", "html", "docx"])
def test_files_show_hostile_text_as_text(kind: str) -> None:
    import base64

    file = export(kind, review(HOSTILE)["report"])
    data = base64.b64decode(file["data"])
    if kind == "docx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read("word/document.xml")
        assert b"<img" not in data and b"&lt;script" in data
    elif kind == "html":
        text = data.decode()
        assert "<img src=x" not in text and "<iframe" not in text and "<script>window" not in text
    else:
        assert json.loads(data)["document"]


def test_a_file_of_nonsense_is_a_problem_in_words() -> None:
    assert "problem" in export("docx", {"document": 1})
    assert "problem" in export("exe", review("A line.")["report"])


TEXTS = [
    "He went to the the market in Kiev .",
    "\N{GRINNING FACE} the the \N{FAMILY} end , in Kharkov.\n\n\n{{#x}}\n\nLast the the line.\n",
    "{{#a}}\n{{/a}}",
    "\n\n  A line with the the word.  \r\n\r\n{{top}}\r\n",
    HOSTILE,
]


@needs_node
@pytest.mark.parametrize("text", [*TEXTS, SAMPLE])
def test_the_script_makes_the_same_text(text: str, tmp_path: Path) -> None:
    """What the browser puts together from edits is the report's post-edit; after undoing all, the text."""
    text = examples().get(text, text)
    payload = review(text)
    script = (
        (ASSETS / "model.js").read_text(encoding="utf-8")
        + """
    const model = new Model(JSON.parse(require("fs").readFileSync(0, "utf8")));
    const first = model.text();
    const decided = model.decided().document.post_edit;
    const edits = model.items.filter((i) => i.kind === "edit");
    model.decide(edits, "rejected");
    const none = model.text();
    model.undo();
    const back = model.text();
    model.decide(edits, "accepted");
    const whole = () => model.segments.forEach((segment, seg) => model.accepted(seg).forEach((a, i, all) => {
      if (all.some((b, j) => i !== j && overlaps(a, b))) throw new Error("overlap");
    }));
    whole();
    for (const item of edits) for (const choice of item.choices) {
      model.take(item, choice);
      whole();
      if (item.state !== "accepted" || item.choice !== choice) throw new Error("not taken");
    }
    while (model.undo());
    console.log(JSON.stringify({ first, decided, none, back, end: model.text() }));
    """
    )
    file = tmp_path / "model.cjs"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["node", str(file)], input=json.dumps(payload), capture_output=True, text=True, check=True, encoding="utf-8"
    )
    said = json.loads(done.stdout)
    expected = payload["report"]["document"]["post_edit"]
    assert said == {"first": expected, "decided": expected, "none": text, "back": expected, "end": expected}


def of_the_script(payload: dict[str, Any], expression: str, tmp_path: Path) -> Any:
    """Return what an expression in `model` is, in the page's own script."""
    file = tmp_path / "model.cjs"
    script = (ASSETS / "model.js").read_text(encoding="utf-8")
    read = 'const model = new Model(JSON.parse(require("fs").readFileSync(0, "utf8")));'
    file.write_text(f"{script}\n{read}\nconsole.log(JSON.stringify({expression}));", encoding="utf-8")
    done = subprocess.run(
        ["node", str(file)], input=json.dumps(payload), capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return json.loads(done.stdout)


@needs_node
@pytest.mark.parametrize("hints", [False, True])
@pytest.mark.parametrize("name", list(examples()))
def test_the_page_shows_what_the_report_shows(name: str, hints: bool, tmp_path: Path) -> None:
    payload = review(examples()[name], settings=replace(SETTINGS, hints=hints))
    shown = notes(read_document(payload["report"]), hints=hints)
    said = of_the_script(
        payload, "model.items.map((i) => [i.change.before, i.change.after, i.state, i.held])", tmp_path
    )
    assert len(said) == len(shown) > 2
    for note, (before, after, state, held) in zip(shown, said, strict=True):
        if note.side is Side.HYPOTHESIS:
            assert (before, after) == (note.before, note.after)
        assert state == ("accepted" if note.state is State.FIXED else "open")
        assert held == (note.state is State.HELD_BACK)


@needs_node
def test_decisions_are_lines_for_training(tmp_path: Path) -> None:
    payload = review("\N{GRINNING FACE} He went to the the market in Kiev.\n\nA clean line.", "Один.\n\nДва.")
    lines = of_the_script(payload, "(model.decide([model.items[1]], 'rejected'), model.decisions())", tmp_path)
    first, second = map(json.loads, lines.splitlines())
    text = payload["report"]["segments"][0]["hypothesis"]
    assert first["hypothesis"] == text and first["source"] == "Один." and first["by"] == "rule"
    assert text[slice(*first["span"])] == "the the" and first["answer"] == "the"
    assert (first["accepted"], first["decided"], second["accepted"], second["decided"]) == (
        True, "by default", False, "by hand",
    )  # fmt: skip
    assert text[slice(*second["span"])] == "Kiev" and second["answer"] == "Kyiv" and 0 < second["confidence"] <= 1


# In a browser ---------------------------------------------------------------------------------

CHROMIUM = os.environ.get("MTFIX_CHROMIUM") or shutil.which("chromium")
browser_test = pytest.mark.browser
_ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WORDY = "He walked to the the old market in Kiev and bought bread, milk and a newspaper for his neighbour. "


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own") / "mtfix.toml"


@pytest.fixture(scope="module")
def url(own: Path) -> Iterator[str]:
    app = launch(SETTINGS, own=own, prevent_thread_lock=True, quiet=True)
    yield app[1]
    import gradio

    gradio.close_all()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (MTFIX_CHROMIUM names it where it is not on the path)")
    with api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)


class Visit:
    """A user with a browser of their own, who notes what the page does behind their back."""

    def __init__(self, chromium: Any, url: str, *, width: int = 1280, dark: bool = False) -> None:
        self.url, self.elsewhere, self.errors = url, [], []
        scheme = "dark" if dark else "light"
        self.context = chromium.new_context(
            viewport={"width": width, "height": 844 if width < 700 else 900}, color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )  # fmt: skip
        self.page = self.context.new_page()
        self.page.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append("dialog"))
        self.page.goto(url)
        self.page.wait_for_selector("#mx-go")
        self.page.wait_for_function("window.mtfix !== undefined")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.url, "blob:", "data:")):
            self.elsewhere.append(request.url)

    def run(self, text: str, source: str = "") -> None:
        self.page.fill("#mx-text textarea", text)
        self.page.fill("#mx-source textarea", source)
        self.page.click("#mx-go")

    def sample(self) -> None:
        self.page.click("#mx-example input")
        self.page.get_by_role("option", name=SAMPLE).click()
        self.page.wait_for_function("document.querySelector('#mx-text textarea').value.length > 1000")
        self.page.click("#mx-go")
        self.page.wait_for_selector(".mx-page .mx-edit")

    def current(self) -> str:
        return str(self.page.inner_text(".mx-card .mx-change"))

    def taken(self, label: str) -> bytes:
        self.page.locator(".mx-menu summary", has_text="Download").click()
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name=label).click()
        return Path(download.value.path()).read_bytes()

    def close(self) -> None:
        assert self.elsewhere == [], "the page asked another host"
        assert self.errors == []
        self.context.close()


@pytest.fixture
def visit(chromium: Any, url: str) -> Iterator[Visit]:
    visit = Visit(chromium, url)
    yield visit
    visit.close()


def revisions_in_libreoffice(docx: bytes, folder: Path) -> float:
    """Return how many revisions by mtfix LibreOffice sees; infinitely many where it is not installed."""
    if shutil.which("soffice") is None:
        return float("inf")
    (folder / "page.docx").write_bytes(docx)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "fodt",
        "--outdir",
        str(folder),
        str(folder / "page.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (folder / "page.fodt").read_text(encoding="utf-8").count("<text:changed-region")


@browser_test
def test_a_walk_through_the_sample(visit: Visit, tmp_path: Path) -> None:
    """Paste, fix, walk by keyboard, reject one, undo, copy, download all; LibreOffice sees the revisions."""
    page = visit.page
    visit.sample()
    expected = review(examples()[SAMPLE])["report"]["document"]["post_edit"]
    first = visit.current()
    page.keyboard.press("j")
    assert visit.current() != first
    page.keyboard.press("k")
    assert visit.current() == first
    while "accepted" not in page.get_attribute(".mx-page .mx-current", "class"):
        page.keyboard.press("j")
    page.keyboard.press("r")
    page.wait_for_function("/^Rejected/.test(document.querySelector('#mx-live').textContent)")
    page.click("#mx-copy")
    assert page.evaluate("navigator.clipboard.readText()") != expected
    page.locator(".mx-page .mx-current").focus()
    page.keyboard.press("u")
    page.click("#mx-copy")
    assert page.evaluate("navigator.clipboard.readText()") == expected
    assert visit.taken("Text (.txt)").decode() == expected
    record = json.loads(visit.taken("Data (.json)"))
    assert record["document"]["post_edit"] == expected and read_document(record).post_edit == expected
    assert b"<html" in visit.taken("Report (.html)").lower()
    docx = visit.taken("Word, tracked changes")
    assert revisions_in_libreoffice(docx, tmp_path) > 10
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        assert archive.read("word/document.xml").count(b'w:author="mtfix"') > 10
    lines = visit.taken("My decisions").decode().splitlines()
    assert len(lines) > 10 and all({"hypothesis", "span", "answer", "accepted"} <= set(json.loads(x)) for x in lines)


@browser_test
def test_a_second_text_by_mouse_and_the_keys_go_on(visit: Visit) -> None:
    """Nothing moves under the mouse when the box loses the focus, and a redrawn tool keeps it."""
    page = visit.page
    for number, text in enumerate(["He saw the the end.", "In Kiev and in Kharkov. The the end.", "One one two."]):
        visit.run(text)
        page.wait_for_function(f"window.mtfix.answer === {number + 1}")
        assert page.inner_text(".mx-page p").count("deleted") == len(page.locator(".mx-row").all())
    visit.run("In Kiev and in Kharkov. The the end.")
    page.wait_for_function("window.mtfix.answer === 4")
    first = visit.current()
    page.get_by_role("button", name="Clean text").click()
    page.keyboard.press("j")
    assert visit.current() != first
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("k")
    assert visit.current() == first


@browser_test
def test_all_of_a_kind_and_the_list(visit: Visit) -> None:
    page = visit.page
    visit.run("The the one.\n\nIn Kiev and in Kharkov.\n\n" + "A clean line.\n\n" * 40 + "The the end in Odessa.")
    page.wait_for_selector(".mx-page .mx-edit")
    page.locator(".mx-row", has_text="Odessa").click()
    assert "Odessa" in visit.current()
    page.wait_for_function(
        "(() => { const box = document.querySelector('.mx-page .mx-current').getBoundingClientRect();"
        " return box.top > 0 && box.bottom < innerHeight; })()"
    )
    page.keyboard.press("Shift+R")
    page.get_by_role("button", name="Clean text").click()
    said = page.inner_text(".mx-page")
    assert "Kiev" in said and "Kharkov" in said and "Odessa" in said and "The the" not in said
    page.get_by_role("button", name="Suspect words").click()
    assert "tagger" in page.inner_text(".mx-page")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Clean text").click()
    assert "Kyiv" in page.inner_text(".mx-page")


@browser_test
def test_hostile_text_is_text_everywhere(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.click("[data-mx=drawer]")
    glossary = tmp_path / "<img src=x onerror=window.ran=9>.csv"
    line = 'market,"<img src=x onerror=window.ran=10>",,"<script>window.ran=11</script>"'
    glossary.write_text(f"forbidden,preferred,source,note\n{line}\n")
    page.set_input_files("#mx-drawer input[accept='.csv']", str(glossary))
    page.get_by_label("Words and names to leave alone").fill(HOSTILE)
    page.wait_for_timeout(800)
    page.click("[data-mx=close]")
    visit.run(f"{HOSTILE}\n\nHe went to the the market in Kiev.", f"{HOSTILE}\n\n<b>рынок</b>")
    page.wait_for_selector(".mx-page .mx-edit")
    for _ in range(12):
        page.keyboard.press("j")
    assert "<script>" in page.inner_text(".mx-page") and "${window.ran=6}" in page.inner_text(".mx-page")
    assert page.evaluate("document.querySelectorAll('.mx-root :is(script, img, iframe, svg)').length") == 0
    page.get_by_role("tab", name="Score").click()
    for name in ("System A", "System B", "Reference"):
        page.get_by_label(name).fill(f"{HOSTILE}\nA line.")
    page.click("#mx-compare")
    page.wait_for_selector(".mx-table")
    assert page.evaluate("window.ran") is None


@browser_test
@pytest.mark.parametrize("text", ["", "PK\x03\x04 \x01\x02\x03", "word " * 90_000])
def test_a_problem_is_shown_in_words(visit: Visit, text: str) -> None:
    visit.run(text)
    visit.page.wait_for_selector(".mx-problem:visible")
    assert len(visit.page.inner_text(".mx-problem")) > 30


@browser_test
def test_two_users_neither_see_nor_wait_for_each_other(chromium: Any, url: str) -> None:
    one, two = Visit(chromium, url), Visit(chromium, url)
    one.run("\n".join(WORDY * 3 for _ in range(20_000 // 51)))
    two.run(WORDY)
    two.page.wait_for_selector(".mx-page .mx-edit", timeout=5_000)
    assert two.page.locator(".mx-page p").count() == 1
    one.page.wait_for_selector(".mx-page .mx-edit", timeout=120_000)
    assert one.page.locator(".mx-page p").count() == 20_000 // 51
    # Usable: a decision on the long text is on the screen at once.
    took = one.page.evaluate(
        "(() => { const t = performance.now(); document.querySelector('.mx-page .mx-current')"
        ".dispatchEvent(new KeyboardEvent('keydown', {key: 'r', bubbles: true})); return performance.now() - t; })()"
    )
    assert took < 1500
    one.close()
    two.close()


def suspicion(_: object, hypotheses: list[str]) -> list[Tagging]:
    """Stand in for a tagger that suspects each second word, more and more."""
    found = []
    for text in hypotheses:
        spans = tuple(Span(*match.span()) for match in re.finditer(r"\S+", text))
        odds = tuple((i % 10) / 10 if i % 2 else 0.0 for i in range(len(spans)))
        found.append(Tagging(spans, odds, ((),) * len(spans), 61.5))
    return found


@browser_test
def test_the_heat_map(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Models, "tag", suspicion)
    monkeypatch.setattr(Models, "quality", lambda *_: (Score("QE", 61.5, "stand-in"), Score("QE", 70.0, "stand-in")))
    page = visit.page
    visit.run(f"{WORDY}\N{GRINNING FACE} {WORDY}")
    page.wait_for_selector(".mx-page .mx-edit")
    assert "QE" in page.inner_text(".mx-score")
    page.get_by_role("button", name="Suspect words").click()
    words = page.locator(".mx-page p[data-seg] .mx-heat").all_inner_texts()
    assert len(words) > 8
    assert set(words) <= {*WORDY.split(), "\N{GRINNING FACE}"}
    assert page.inner_text(".mx-page p[data-seg]").strip() == f"{WORDY}\N{GRINNING FACE} {WORDY}".strip()


def rewritten(self: Models, jobs: Sequence[Job], *, thorough: bool = False) -> list[tuple[Edit, ...]]:
    """Stand in for a rewriter: two long rewrites, the second less sure."""
    return [_rewritten(job.segment.hypothesis) for job in jobs]


def _rewritten(text: str) -> tuple[Edit, ...]:
    old = [
        "struck by the navy’s torpedoes were sunk in the",
        "It was long a time since anybody there had such thing seen",
    ]
    new = [
        "struck by the navy’s torpedoes and sunk in the",
        "It was a long time since anybody there had seen such a thing",
    ]
    places = zip(old, new, (Applicability.SAFE, Applicability.UNSAFE), (0.97, 0.62), strict=True)
    return tuple(
        Edit(Span(text.index(a), text.index(a) + len(a)), b, how, sure, by="rewriter")
        for a, b, how, sure in places
        if a in text
    )


@browser_test
def test_what_a_rewriter_wrote(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long rewrite is read word by word, and says who made it and how sure."""
    monkeypatch.setattr(Models, "propose", rewritten)
    page = visit.page
    text = (
        "The the ships struck by the navy’s torpedoes were sunk in the harbour. It was long a time since anybody there "
        "had such thing seen."
    )
    visit.run(text)
    page.wait_for_selector(".mx-page .mx-edit")
    rows = page.locator(".mx-row", has_text="rewriter")
    assert rows.count() == 2 and page.get_by_role("button", name="By the rewriter").count() == 1
    rows.nth(0).click()
    card = page.inner_text(".mx-card")
    assert "the rewriter, a model" in card and "97 %" in card and "Accepted" in card
    assert page.locator(".mx-page .mx-current del").all_inner_texts() == ["were"]
    assert page.locator(".mx-page .mx-current ins").all_inner_texts() == ["and"]
    page.keyboard.press("j")
    assert "Suggestion" in page.inner_text(".mx-card") and "62 %" in page.inner_text(".mx-card")
    assert len(page.locator(".mx-page .mx-current .mx-ghost").all()) > 1
    page.keyboard.press("a")
    found = [json.loads(line) for line in visit.taken("My decisions").decode().splitlines()]
    lines = [line for line in found if line["by"] == "rewriter"]
    assert [(x["by"], x["accepted"], x["confidence"]) for x in lines] == [
        ("rewriter", True, 0.97),
        ("rewriter", True, 0.62),
    ]
    assert text[slice(*lines[1]["span"])].startswith("It was long") and lines[1]["answer"].endswith("such a thing")


@browser_test
def test_other_wordings_are_taken(visit: Visit) -> None:
    page = visit.page
    visit.run("The road is was closed for the winter.")
    page.wait_for_selector(".mx-page .mx-edit")
    page.get_by_role("button", name="is", exact=True).click()
    page.click("#mx-copy")
    assert page.evaluate("navigator.clipboard.readText()") == "The road is closed for the winter."
    page.keyboard.press("u")
    page.keyboard.press("a")
    page.get_by_role("button", name="Clean text").click()
    assert page.inner_text(".mx-page").strip() == "The road was closed for the winter."


@browser_test
def test_a_lasting_decision(visit: Visit, own: Path) -> None:
    page = visit.page
    visit.run("They met in Kiev and in Kharkov.")
    page.wait_for_selector(".mx-page .mx-edit")
    page.get_by_role("button", name="Keep this name").click()
    page.wait_for_function("!document.querySelector('.mx-page').textContent.includes('Kyiv')")
    assert "Kharkiv" in page.inner_text(".mx-page")
    assert tomllib.loads(own.read_text(encoding="utf-8")) == {"keep": ["Kiev"]}
    page.get_by_role("button", name="Switch this detector off").click()
    page.wait_for_function("/Nothing to repair/.test(document.querySelector('.mx-headline').textContent)")
    assert tomllib.loads(own.read_text(encoding="utf-8"))["ignore"] == ["terminology.former-place-name"]


@browser_test
def test_a_corpus(visit: Visit, tmp_path: Path) -> None:
    """The repaired file and the audit; hostile names and records are text in all of them."""
    page = visit.page
    file = tmp_path / "<img src=x onerror=window.ran=12>.tsv"
    rows = [f"{i}\t{HOSTILE} He went to the the market.\n" for i in range(20)] + ["20\tA clean line.\n"] * 20
    file.write_text("id\t<svg onload=window.ran=13>\n" + "".join(rows), encoding="utf-8")
    page.get_by_role("tab", name="Corpus").click()
    page.set_input_files("#mx-file input[type=file]", str(file))
    page.wait_for_function("document.querySelector('#mx-file').innerText.includes('.tsv')")
    page.get_by_label("Column of the translation").fill("<svg onload=window.ran=14>")
    page.click("#mx-corpus-go")
    page.wait_for_selector("#mx-corpus-out .mx-problem")
    page.get_by_label("Column of the translation").fill("<svg onload=window.ran=13>")
    page.click("#mx-corpus-go")
    page.wait_for_selector("#mx-corpus-out >> text=is done", timeout=60_000)
    said = page.inner_text("#mx-corpus-out")
    assert "40 records" in said and "linguistic.repeated-word" in said and "words changed" in said
    page.wait_for_selector("#mx-taken a")
    names = page.inner_text("#mx-taken")
    assert all(ending in names.replace("\n", "") for ending in (".repaired", ".audit.html", ".audit.json"))
    taken = []
    for link in page.locator("#mx-taken a").all():
        with page.expect_download() as download:
            link.click()
        taken.append(Path(download.value.path()).read_text(encoding="utf-8"))
    assert "the the" in taken[0] and taken[0].count("to the market") == 20
    assert "<script>window" not in taken[1] and "<img" not in taken[1] and "&lt;script" in taken[1]
    assert json.loads(taken[2])["totals"]["segments"] == 40
    other = visit.context.new_page()
    other.set_content(taken[1])
    assert other.evaluate("window.ran") is None and page.evaluate("window.ran") is None


@browser_test
def test_a_corpus_is_stopped(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    file = tmp_path / "long.txt"
    file.write_text("".join(f"He went to the the market, and then home, for the {i} time.\n" for i in range(20_000)))
    page.get_by_role("tab", name="Corpus").click()
    assert page.get_by_role("button", name="Stop").is_disabled()
    page.set_input_files("#mx-file input[type=file]", str(file))
    page.wait_for_function("document.querySelector('#mx-file').innerText.includes('.txt')")
    page.click("#mx-corpus-go")
    page.wait_for_function("/ left/.test(document.querySelector('#mx-corpus-out').innerText)", timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#mx-corpus-out >> text=Stopped")
    page.wait_for_timeout(1500)
    assert "Stopped" in page.inner_text("#mx-corpus-out")


def axe() -> str | None:
    folder = Path(os.environ.get("AXE_CORE", "node_modules/axe-core"))
    file = folder / "axe.min.js"
    return file.read_text(encoding="utf-8") if file.is_file() else None


@browser_test
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_serious_for_axe(chromium: Any, url: str, width: int, dark: bool) -> None:
    script = axe()
    if script is None:
        pytest.skip("axe-core is not installed (npm install axe-core; AXE_CORE names its folder)")
    visit = Visit(chromium, url, width=width, dark=dark)

    def faults(where: str) -> list[str]:
        visit.page.evaluate(script)
        found = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        bad = [v for v in found if v["impact"] in ("serious", "critical")]
        return [f"{where}: {v['id']}: {v['nodes'][0]['html'][:120]}" for v in bad]

    seen = faults("start")
    visit.page.click("[data-mx=drawer]")
    visit.page.wait_for_timeout(500)
    seen += faults("drawer")
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_timeout(400)
    visit.sample()
    visit.page.wait_for_timeout(600)
    seen += faults("review")
    visit.page.get_by_role("button", name="Clean text").click()
    seen += faults("clean text")
    visit.page.get_by_role("tab", name="Corpus").click()
    visit.page.wait_for_timeout(400)
    seen += faults("corpus")
    visit.page.get_by_role("tab", name="Score").click()
    for name, text in (
        ("System A", "The the line.\nA line."),
        ("System B", "The line.\nA line."),
        ("Reference", "A\nB"),
    ):
        visit.page.get_by_label(name).fill(text)
    visit.page.click("#mx-compare")
    visit.page.wait_for_selector(".mx-table")
    visit.page.wait_for_timeout(400)
    seen += faults("score")
    visit.close()
    assert seen == []


@browser_test
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)])
def test_pictures(chromium: Any, url: str, width: int, dark: bool, tmp_path: Path) -> None:
    """The page fits its width; with MTFIX_PICTURES=1 the README's pictures are made here."""
    visit = Visit(chromium, url, width=width, dark=dark)
    visit.sample()
    page = visit.page
    page.wait_for_timeout(900)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for _ in range(3):
        page.keyboard.press("j")
    page.wait_for_timeout(900)
    if width > 700:
        page.evaluate("document.querySelector('.mx-review').scrollIntoView({block: 'start', behavior: 'instant'})")
    page.wait_for_timeout(200)
    name = f"page{'' if width > 700 else '-phone'}{'-dark' if dark else ''}.png"
    page.screenshot(path=tmp_path / name)
    assert (tmp_path / name).stat().st_size < 400_000
    if PICTURES and not dark:
        DOCS.mkdir(exist_ok=True)
        shutil.copy(tmp_path / name, DOCS / name)
    visit.close()
