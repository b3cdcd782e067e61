"""The command `score`: systems as line-aligned texts, or corpora with columns."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mtfix.cli.flags import with_settings
from mtfix.cli.terminal import console, fields_of, lines_of, note, print_text, progress_bar, show, tell, write
from mtfix.config import Settings
from mtfix.errors import ConfigError, PairError

if TYPE_CHECKING:
    from mtfix.render.scores import Compared
    from mtfix.runtime.qe_hub import Estimator
    from mtfix.spread import Spread

_PANEL = "Corpora"


def _corpus_option(*names: str, help: str, **more: Any) -> Any:
    return typer.Option(*names, help=help, rich_help_panel=_PANEL, **more)


@with_settings
def score(
    hypotheses: Annotated[
        list[Path],
        typer.Argument(help="Text files, line n is segment n; or corpora: .jsonl, .tsv, .csv.", metavar="FILE…"),
    ],
    *,
    reference: Annotated[
        list[Path], typer.Option("--reference", "-r", help="A human translation; may be given again.", metavar="FILE")
    ] = [],  # noqa: B006
    source: Annotated[Path | None, typer.Option("--source", help="The source, line by line.", metavar="FILE")] = None,
    qe: Annotated[
        str | None,
        typer.Option("--qe", help="Score with a model of the hub too, one that reads the source.", metavar="NAME"),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the distribution: .svg, .png or .pdf.", metavar="FILE")
    ] = None,
    worst: Annotated[int, typer.Option("--worst", help="Show so many of the worst segments.", min=0, max=100)] = 5,
    segments: Annotated[
        Path | None, typer.Option("--segments", help="Write the scores of segments as TSV.", metavar="FILE")
    ] = None,
    findings: Annotated[
        Path | None, typer.Option("--findings", help="Write the findings as TSV, MQM layout.", metavar="FILE")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, schema 1.")] = False,
    field: Annotated[
        list[str], _corpus_option("--field", help="Which column is ours, as hypothesis=mt.", metavar="OURS=THEIRS")
    ] = [],  # noqa: B006
    jobs: Annotated[int, _corpus_option("--jobs", "-j", help="Processes.", min=1)] = 1,
    sample: Annotated[
        int, _corpus_option("--sample", help="Take only N records, always the same ones.", metavar="N", min=0)
    ] = 0,
    settings: Settings,
) -> None:
    """Score: MQM-style and QE with reasons, distribution, worst segments; with references BLEU, chrF2, TER."""
    from mtfix.render import distribution, plots, scores

    form = plots.format_of(plot) if plot else ""
    estimator = _estimator(qe)
    if any(_is_corpus(path) for path in hypotheses):
        _refuse(
            hypotheses, {"--reference": reference, "--source": source, "--segments": segments, "--findings": findings}
        )
        if estimator and jobs > 1:
            raise ConfigError("--qe works in one process.", "Leave --jobs out: the model takes all cores by itself.")
        more = {"fields": fields_of(field), "jobs": jobs, "sample": sample}
        spreads = _corpora(hypotheses, settings, estimator, more)
        compared = {name: [scores.Compared(s) for s in own] for name, own in spreads[0].by_system().items()}
    else:
        _refuse_lines({"--field": field, "--sample": sample})
        spreads, compared = _lines(hypotheses, reference, source, estimator, segments, findings, settings)
    records = [spread.record(worst) for spread in spreads]
    if plot:
        write(plot, plots.histogram(records[-1], form))
    if json:
        record = scores.record(compared) | records[0] | ({"hub": records[1]} if estimator else {})
        print_text(jsonlib.dumps(record, ensure_ascii=False, indent=1) + "\n")
        return
    for part in scores.view(compared):
        show(part)
    screen = console()
    for record in records:
        for part in distribution.view(record, colour=screen.is_terminal and not screen.no_color):
            show(part)


def _estimator(name: str | None) -> Estimator | None:
    if name is None:
        return None
    from mtfix.runtime import qe_hub

    return qe_hub.load(name)


def _is_corpus(path: Path) -> bool:
    """Say whether a file has columns: all that is not plain text, packed or not."""
    from mtfix.ingest.stream import FORMATS

    return bool({s.lower()[1:] for s in path.suffixes} & (set(FORMATS) - {"txt"}))


def _corpora(
    paths: Sequence[Path], settings: Settings, estimator: Estimator | None, more: Mapping[str, Any]
) -> list[Spread]:
    from mtfix.scoring import score_corpora

    with progress_bar() as progress:
        names = [str(path) for path in paths]
        return score_corpora(names, settings, estimator=estimator, progress=progress, tell=note, **more)


def _lines(
    hypotheses: Sequence[Path],
    reference: Sequence[Path],
    source: Path | None,
    estimator: Estimator | None,
    segments: Path | None,
    findings: Path | None,
    settings: Settings,
) -> tuple[list[Spread], dict[str, list[Compared]]]:
    from mtfix.render import mqm_tsv, scores
    from mtfix.scoring import estimated, score_systems, segment_scores, spread_of

    references = lines_of(reference)
    sources = lines_of([source])[str(source)] if source else None
    if estimator and sources is None:
        raise PairError("A model of the hub reads the source, and there is none.", "Give --source FILE.")
    scored = score_systems(lines_of(hypotheses), references=references, sources=sources, settings=settings)
    tell(scored[0].report)
    if segments:
        names, rows = segment_scores(scored, list(references.values()))
        write(segments, "".join(line + "\n" for line in mqm_tsv.segments(names, rows)))
    if findings:
        reports = {s.system: s.report for s in scored}
        write(findings, "".join(line + "\n" for line in mqm_tsv.findings(reports)))
    compared = {s.system: [scores.Compared(one, *s.against(one.metric)) for one in s.scores] for s in scored}
    spreads = [spread_of(scored), *([estimated(scored, estimator)] if estimator else [])]
    return spreads, compared


def _refuse(paths: Sequence[Path], given: Mapping[str, object]) -> None:
    if plain := [path for path in paths if not _is_corpus(path)]:
        raise ConfigError(f"{plain[0]} is a text and others are corpora.", "Score them apart.")
    if wrong := [name for name, value in given.items() if value]:
        raise ConfigError(f"{wrong[0]} is for text files.", "A corpus has its columns: --field says which is which.")


def _refuse_lines(given: Mapping[str, object]) -> None:
    if wrong := [name for name, value in given.items() if value]:
        raise ConfigError(f"{wrong[0]} is for corpora.", "In text files line n is segment n.")
