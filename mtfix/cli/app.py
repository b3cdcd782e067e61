"""The command line: arguments in, one library call, render out.

Text goes to standard output, everything else to standard error. What a command returns is one of
`errors.ExitCode`. Heavy parts are imported by the command that needs them, so that `--help` is quick.
"""

from __future__ import annotations

import contextlib
import json as jsonlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.text import Text

from mtfix import __version__
from mtfix.cli.flags import with_settings
from mtfix.cli.score import score
from mtfix.cli.terminal import (
    console,
    document,
    fields_of,
    is_terminal,
    note,
    print_json,
    print_text,
    progress_bar,
    say,
    severity_of,
    show,
    show_report,
    summary,
    tell,
    write,
)
from mtfix.config import Settings
from mtfix.errors import ExitCode, MtfixError, did_you_mean
from mtfix.types import Severity

app = typer.Typer(
    name="mtfix",
    help="Finds, repairs and scores the faults of machine translation in English, with a reason for each edit.",
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 all right, 1 `check --fail-on` found something, 2 usage, 3 input, 4 settings, 5 model, "
    "6 service, 70 internal error, 130 interrupted.",
)
# Its module differs between versions of typer.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]

File = Annotated[Path | None, typer.Argument(help="A text file; `-` is standard input.", show_default=False)]
Source = Annotated[
    Path | None, typer.Option("--source", help="The source text, with as many paragraphs.", metavar="FILE")
]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON, schema 1.")]
Sample = Annotated[bool, typer.Option("--sample", help="Take the sample article that comes with mtfix.")]
Force = Annotated[bool, typer.Option("--force", help="Go on though the text does not look like English.")]


# Commands ---------------------------------------------------------------------------------------


@app.command()
@with_settings
def fix(
    file: File = None,
    *,
    source: Source = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the post-edit to this file.", metavar="FILE")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a report as one HTML file.", metavar="FILE")
    ] = None,
    json: Json = False,
    words: Annotated[bool, typer.Option("--words", help="With --json: a probability for each word.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show tracked changes, findings and scores on a pipe too.")
    ] = False,
    docx: Annotated[
        Path | None, typer.Option("--docx", help="Write a Word file with tracked changes.", metavar="FILE")
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Write a picture of what a terminal shows.", metavar="FILE")
    ] = None,
    sample: Sample = False,
    force: Force = False,
    settings: Settings,
) -> None:
    """Repair a text. On a terminal: tracked changes, findings, scores; on a pipe: the repaired text alone."""
    from mtfix.api import fix as run

    report = run(document(file, source, settings, sample=sample, force=force), settings=settings)
    tell(report)
    if html:
        from mtfix.render.html import page

        write(html, page(report, hints=settings.hints))
    if docx:
        from mtfix.render.docx import write as word_file

        write(docx, word_file(report))
    if svg:
        from mtfix.render.console import picture

        write(svg, picture(report, hints=settings.hints))
    if output:
        write(output, report.post_edit)
    if json:
        print_json(report, words=words)
    elif diff or (is_terminal() and not output):
        show_report(report, hints=settings.hints)
    elif not output and not svg and not docx:
        print_text(report.post_edit)
    if output or svg or docx or (html and not is_terminal()):
        say(summary(report))


@app.command()
@with_settings
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Text files; `-` is standard input.", show_default=False, metavar="FILE…"),
    ] = None,
    *,
    source: Source = None,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", help="Exit with 1 from this severity on.", metavar="minor|major|critical"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print reports as JSON, one a line.")] = False,
    sample: Sample = False,
    force: Force = False,
    settings: Settings,
) -> None:
    """Find, and change nothing. One finding a line: file:line:column: severity: words: message, detector."""
    from mtfix.api import check as run
    from mtfix.render.console import check_lines

    limit = severity_of(fail_on)
    worst = Severity.NEUTRAL
    given: list[Path | None] = [*(paths or [])]
    for path in given or [None]:
        report = run(document(path, source, settings, sample=sample, force=force), settings=settings)
        tell(report)
        if json:
            print_json(report)
        else:
            for line in check_lines(report, hints=settings.hints):
                print_text(line + "\n")
        shown = [f for r in report.repairs for f in r.findings if settings.hints or not f.hint]
        worst = max([worst, *(f.severity for f in shown)])
        say(f"{len(shown)} findings in {report.document.name or 'the text'}")
    if limit is not None and worst >= limit:
        raise typer.Exit(ExitCode.FINDINGS)


app.command()(score)


@app.command()
@with_settings
def corpus(
    files: Annotated[
        list[str],
        typer.Argument(
            help=".txt, .jsonl, .tsv, .csv, .parquet; lines also .gz, .xz, .zst; `-` is standard input or output. "
            "OUT may be a folder, for a file each.",
            metavar="IN… OUT",
        ),
    ],
    *,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes; the output does not depend on it.", min=1)] = 1,
    field: Annotated[
        list[str],
        typer.Option("--field", help="Which field or column is ours, as hypothesis=mt.", metavar="OURS=THEIRS"),
    ] = [],  # noqa: B006
    format: Annotated[
        str | None, typer.Option("--format", help="Of `-`, and of names that tell none: txt, …", metavar="FORMAT")
    ] = None,
    words: Annotated[bool, typer.Option("--words", help="In .jsonl: a probability for each word.")] = False,
    group_by: Annotated[
        str, typer.Option("--group-by", help="Neighbours with one value of it are a document.", metavar="FIELD")
    ] = "",
    sample: Annotated[
        int, typer.Option("--sample", help="Take only N records, always the same ones.", metavar="N", min=0)
    ] = 0,
    drop_below: Annotated[
        float | None,
        typer.Option("--drop-below", help="Leave out what scores less after repair, 0 to 100.", metavar="QE"),
    ] = None,
    max_errors: Annotated[
        int | None, typer.Option("--max-errors", help="Stop when more records are bad.", metavar="N", min=0)
    ] = None,
    audit: Annotated[
        Path | None,
        typer.Option(
            "--audit", help="Write what each rule did: a .json or .html file, or a folder for both.", metavar="PATH"
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write no corpus, show the audit; OUT may be left out.")
    ] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Begin anew; an earlier output is replaced.")] = False,
    settings: Settings,
) -> None:
    """Repair a corpus: streaming, order kept. The same command goes on after a kill."""
    from mtfix import batch
    from mtfix.audit import Audit
    from mtfix.cli import audits
    from mtfix.ingest.inputs import plan, split

    names, results = fields_of(field), []
    runs, audit_files = plan(*split(files, dry=dry_run), dry=dry_run), audits.targets(audit)
    for inputs, output in runs:
        job = batch.Job(
            inputs,
            output,
            settings,
            fields=names,
            format=format or "",
            words=words,
            jobs=jobs,
            drop_below=drop_below,
            sample=sample,
            group_by=group_by,
            max_errors=max_errors,
            observer=Audit,
        )
        with progress_bar() as progress:
            result = batch.run(job, dry=dry_run, restart=restart, progress=progress, tell=note)
        say(f"{output}: {result.summary()}" if len(runs) > 1 else result.summary())
        results.append(result)
    audits.tell(results, [name for inputs, _ in runs for name in inputs], settings, audit_files)


@app.command()
def explain(id: Annotated[str, typer.Argument(help="A detector, as locale.garbled-quotes.", metavar="ID")]) -> None:
    """Say what a detector finds, why, with examples and its measured precision."""
    from mtfix.detect.describe import describe, find
    from mtfix.detect.registry import builtin
    from mtfix.render import tables

    show(tables.explain(describe(find(id, builtin()))))


@app.command()
def detectors(json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List the detectors with their false alarms and precision."""
    from mtfix.detect.describe import describe
    from mtfix.detect.registry import builtin
    from mtfix.render import tables

    described = [describe(d) for d in builtin()]
    if json:
        print_text(jsonlib.dumps(described, ensure_ascii=False, indent=1) + "\n")
    else:
        show(tables.detectors(described))


@app.command()
def setup(
    languagetool: Annotated[
        bool, typer.Option("--languagetool", help="Fetch LanguageTool's server (Java) into the cache.")
    ] = False,
) -> None:
    """Fetch what is optional. Without a flag: say what could be fetched."""
    from mtfix.runtime import fetch

    if not languagetool:
        say("mtfix needs nothing more: models and rules came with it.")
        say("  --languagetool  LanguageTool's own server, about 250 MB; mtfix runs its rules in process without it.")
        return
    with progress_bar() as progress:
        say(f"Ready: {fetch.languagetool(progress=progress)}")


@app.command()
@with_settings
def doctor(*, settings: Settings) -> None:
    """Look whether everything is there and works."""
    from mtfix.cli.doctor import examine
    from mtfix.render import tables

    found = list(examine(settings))
    show(tables.checks(found))
    if any(state == "fault" for state, _, _ in found):
        raise typer.Exit(ExitCode.CONFIG)


@app.callback(invoke_without_command=True)
def _main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print_text(f"mtfix {__version__}\n")
        raise typer.Exit(ExitCode.OK)
    if context.invoked_subcommand is None:
        say("Nothing to do. `mtfix --help` lists the commands.")
        raise typer.Exit(ExitCode.USAGE)


# The edge ---------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    code = run(arguments)
    # Standard output may be closed by now; Python would complain about it when it ends.
    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. No exception gets out."""
    try:
        code = int(app(args=list(arguments) if arguments is not None else None, standalone_mode=False) or 0)
        if code == ExitCode.INTERRUPTED:  # the library may have caught it
            _complain("Interrupted.", code="interrupted")
        return code
    except MtfixError as error:
        _complain(error.message, error.hint, code=error.code)
        return error.exit_code
    except _USAGE_ERROR as error:
        _complain(_usage(error), "`mtfix --help` shows what there is.", code="usage")
        return ExitCode.USAGE
    except (typer.Abort, KeyboardInterrupt):
        _complain("Interrupted.", code="interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.OK  # who read our output has had enough
    except MemoryError:
        _complain("There is not enough memory.", "Take a smaller text, or fewer --jobs.", code="memory")
        return ExitCode.INTERNAL
    except Exception as error:
        return _internal(error)


def _usage(error: Exception) -> str:
    option = getattr(error, "option_name", None)
    if isinstance(option, str) and "No such option" in str(error):
        known = [str(p) for p in getattr(error, "possibilities", None) or ()]
        near = did_you_mean(option, known) or (f"Did you mean {known[0]!r}?" if known else "")
        return f"There is no option {option}. {near}".rstrip()
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    return text if text.endswith((".", "?")) else f"{text}."


def _internal(error: Exception) -> int:
    if os.environ.get("MTFIX_DEBUG") == "1":
        traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    _complain(
        f"Internal error: {type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno}).",
        "This is a bug of mtfix. Please report it with this message, the command, and the text if it may be shown; "
        "MTFIX_DEBUG=1 prints more.",
        code="internal",
    )
    return ExitCode.INTERNAL


def _complain(message: str, hint: str = "", *, code: str) -> None:
    with contextlib.suppress(BrokenPipeError, OSError, ValueError):
        line = Text("mtfix: ", style="bold red").append(message, style="not bold default")
        console(stderr=True).print(line.append(f" [{code}]", style="dim"), soft_wrap=True)
        if hint:
            say(hint)
