"""The audit of a corpus: as JSON, as one HTML page that stands alone, and as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from jinja2 import Template

SCHEMA = 1
_BINS = range(0, 101, 5)
# What is counted of a detector, guard or tier.
_COUNTED = (
    "seen", "hints", "flagged", "proposed", "applied", "suggested", "rejected", "words_changed", "emptied", "failed",
)  # fmt: skip
_COLUMNS = ("proposed", "accepted", "applied", "rejected", "words_changed")
OUTCOMES = ("applied", "suggested", "rejected", "flagged")
_SHOWN = 12
_SILENT: dict[str, Any] = {"counts": {}, "reasons": {"names": {}, "other": {}}, "examples": {}}


def record(
    seen: Mapping[str, Any], corpus: Mapping[str, Any], *, detectors: Sequence[str] = (), guards: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the audit as JSON, schema 1; `seen` is `Audit.as_dict()`, `corpus` says what it is of.

    `detectors` and `guards` are the ids of those that ran: some may have had nothing to say.
    """
    signatures = dict(seen["signatures"])
    models = dict(part.partition(":")[::2] for part in signatures.get("report", "").split("|"))
    totals = seen["totals"]
    return {
        "schema": SCHEMA,
        "corpus": dict(corpus),
        "totals": _counts(totals, "segments", "changed", "emptied", "words", "findings", "hints", "edits")
        | _outcomes(totals),
        "scores": list(_scores(totals, seen["bins"], signatures)),
        "detectors": _ranked(seen["detectors"], detectors),
        "tiers": [
            {"id": tier, "model": models.get(tier, ""), **_tally(seen["tiers"][tier])}
            for tier in ("rule", "tagger", "rewriter")
            if tier in seen["tiers"]
        ],
        "guards": [_guard(row, totals) for row in _ranked(seen["guards"], guards)],
        "pairs": _groups(seen["groups"]["pair"]),
        "systems": _groups(seen["groups"]["system"]),
        "signature": signatures.get("report", ""),
    }


def table(audit: Mapping[str, Any]) -> RenderableType:
    """Return a short table for a terminal: what was found most, and what became of it."""
    rows = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    rows.add_column("detector", overflow="fold")
    for name in ("seen", "applied", "suggested", "rejected", "words changed"):
        rows.add_column(name, justify="right")
    found = [one for one in audit["detectors"] if one["seen"] or one["failed"]]
    for one in found[:_SHOWN]:
        numbers = (one[name] for name in ("seen", "applied", "suggested", "rejected", "words_changed"))
        rows.add_row(Text(one["id"]), *(f"{n:,}" if n else "" for n in numbers))
    scores = [f"{s['metric']} {s['before']:.1f} → {s['after']:.1f}" for s in audit["scores"]]
    totals = audit["totals"]
    share = totals["words_changed"] / max(1, totals["words"])
    line = Text(f"{totals['words_changed']:,} of {totals['words']:,} words changed ({share:.2%})")
    line.append(f"; {', '.join(scores)}" if scores else "")
    rest = len(found) - _SHOWN
    more = [Text(f"and {rest} detectors more: --audit has them all", style="dim")] if rest > 0 else []
    return Group(*([rows] if found else []), *more, line)


def page(audit: Mapping[str, Any]) -> str:
    """Return the audit as an HTML page."""
    return _template().render(
        audit=audit,
        style=files("mtfix.render").joinpath("report.css").read_text(encoding="utf-8"),
        charts=[_chart(score) for score in audit["scores"]],
        cards=list(_cards(audit)),
        sections=[
            _section("Detectors", audit["detectors"], ("seen", *_COLUMNS), "Nothing seen by"),
            _section("Tiers and models", audit["tiers"], _COLUMNS),
            _section("Guards", audit["guards"], ("seen", "accepted", "rejected"), "Nothing rejected by"),
        ],
        groups=[g for g in (("Pair", audit["pairs"]), ("System", audit["systems"])) if g[1]],
        outcomes=OUTCOMES,
    )


# The record ---------------------------------------------------------------------------------------


def _counts(counts: Mapping[str, int], *names: str) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in names}


def _outcomes(counts: Mapping[str, int]) -> dict[str, int]:
    """Return what became of edits. Accepted is what no guard stopped: applied, or only suggested."""
    out = _counts(counts, "proposed", "applied", "suggested", "rejected", "words_changed")
    return out | {"accepted": out["applied"] + out["suggested"]}


def _tally(tally: Mapping[str, Any]) -> dict[str, Any]:
    reasons, rest = tally["reasons"]["names"], tally["reasons"]["other"].get("edits", 0)
    ranked = sorted(((counts["edits"], name) for name, counts in reasons.items()), key=lambda r: (-r[0], r[1]))
    told = [{"reason": name, "edits": number} for number, name in ranked]
    return {
        **_counts(tally["counts"], *_COUNTED),
        **_outcomes(tally["counts"]),
        "reasons": told + ([{"reason": "other reasons", "edits": rest}] if rest else []),
        "examples": {o: tally["examples"][o] for o in OUTCOMES if o in tally["examples"]},
    }


def _ranked(tallies: Mapping[str, Any], ran: Sequence[str]) -> list[dict[str, Any]]:
    names = dict.fromkeys([*tallies, *ran])
    rows: list[dict[str, Any]] = [{"id": name, **_tally(tallies.get(name, _SILENT))} for name in names]
    return sorted(rows, key=lambda r: (-r["applied"], -r["proposed"], -r["rejected"], -r["seen"], r["id"]))


def _guard(row: Mapping[str, Any], totals: Mapping[str, int]) -> dict[str, Any]:
    """Return what a guard did with the edits, all of which were put to the guards."""
    proposed = totals.get("proposed", 0)
    return {**row, "seen": proposed, "proposed": proposed, "accepted": proposed - row["rejected"]}


def _scores(
    totals: Mapping[str, int], bins: Mapping[str, Mapping[str, int]], signatures: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for metric, before, after in (("MQM", *_mqm(totals)), ("QE", *_qe(totals))):
        if before is None or after is None:
            continue
        spread = {
            when: [bins.get(f"{metric} {when}", {}).get(str(n), 0) for n, _ in enumerate(_BINS)]
            for when in ("before", "after")
        }
        yield {
            "metric": metric,
            "before": before,
            "after": after,
            "signature": signatures.get(metric, ""),
            "distribution": {"from": list(_BINS), **spread},
        }


def _mqm(counts: Mapping[str, int]) -> tuple[float | None, float | None]:
    def score(when: str) -> float | None:
        words, penalty = counts.get(f"words_{when}", 0), counts.get(f"penalty_{when}", 0)
        return round(max(0.0, 100 * (1 - penalty / 10 / words)), 2) if words else None

    return score("before"), score("after")


def _qe(counts: Mapping[str, int]) -> tuple[float | None, float | None]:
    def score(value: str, words: str) -> float | None:
        return round(counts[value] / 100 / counts[words], 2) if counts.get(words) else None

    return score("qe_before", "qe_words"), score("qe_after", "qe_words_after")


def _groups(bounded: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = dict(bounded["names"]) | ({"(others)": bounded["other"]} if bounded["other"] else {})
    out = []
    for name, counts in rows.items():
        scores = {"mqm": _mqm(counts), "qe": _qe(counts)}
        pairs = {f"{metric}_{when}": s for metric, both in scores.items() for when, s in zip(_WHEN, both, strict=True)}
        numbers = _counts(counts, "segments", "changed", "emptied", "words", "words_changed", "findings", "edits")
        out.append({"id": name, **numbers, **pairs})
    return sorted(out, key=lambda r: (-r["segments"], r["id"]))


_WHEN = ("before", "after")


# The page -----------------------------------------------------------------------------------------


@cache
def _template() -> Template:
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["thousands"] = lambda n: f"{n:,}"
    return environment.from_string(files("mtfix.render").joinpath("audit.html.jinja").read_text(encoding="utf-8"))


def _section(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], silent: str = "") -> dict[str, Any]:
    told = [row for row in rows if row["examples"] or row["failed"]]
    rest = [row["id"] for row in rows if row not in told]
    named = [(name, name.removesuffix("_changed")) for name in columns]
    return {"title": title, "rows": told, "columns": named, "silent": silent, "rest": rest if silent else []}


def _cards(audit: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    totals, corpus = audit["totals"], audit["corpus"]
    yield f"{corpus.get('records', totals['segments']):,}", "records"
    yield f"{totals['changed']:,}", f"changed, {_share(totals['changed'], totals['segments'])}"
    yield f"{totals['edits']:,}", "edits applied"
    yield f"{totals['words_changed']:,}", f"words changed, {_share(totals['words_changed'], totals['words'])}"
    for name, said in (("quarantined", "in quarantine"), ("dropped", "dropped"), ("emptied", "segments emptied")):
        if number := corpus.get(name, totals.get(name, 0)):
            yield f"{number:,}", said


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "0%"


def _chart(score: Mapping[str, Any]) -> dict[str, Any]:
    """Return bars for a chart of 210 by 60: what each bin held before and after.

    Nearly all documents have the best score, so a bar's height is the square root of its share.
    """
    spread = score["distribution"]
    most = max([*spread["before"], *spread["after"], 1]) ** 0.5
    bars = []
    for place, start in enumerate(spread["from"]):
        for offset, when in enumerate(_WHEN):
            number = spread[when][place]
            height = round(60 * number**0.5 / most, 2)
            if number:
                name = f"{start}" if start == 100 else f"{start} to {start + 5}"
                title = f"{name}: {number:,} {when}"
                bars.append(
                    {"x": 10 * place + 1 + 4 * offset, "y": 60 - height, "h": height, "when": when, "title": title}
                )
    return {**score, "bars": bars, "rows": list(_rows(spread))}


def _rows(spread: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, int, int]]:
    """Yield the chart as a table: equal neighbours without anything are left out."""
    for start, before, after in zip(spread["from"], spread["before"], spread["after"], strict=True):
        if before or after:
            yield (f"{start}" if start == 100 else f"{start} to {start + 5}"), before, after
