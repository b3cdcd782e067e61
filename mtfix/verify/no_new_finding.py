from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mtfix.text.edits import apply, invert
from mtfix.types import Edit, Finding, Segment, Severity, Span
from mtfix.verify.api import Evidence, guard


def _key(finding: Finding, text: str) -> tuple[str, str]:
    return finding.detector, finding.span.of(text)


def _mended(span: Span, text: str, edits: Sequence[Edit]) -> str:
    """Return the text of a span with the edits made that lie in it."""
    start = span.start
    inside = [e for e in edits if start <= e.span.start and e.span.end <= span.end]
    return apply(span.of(text), [replace(e, span=Span(e.span.start - start, e.span.end - start)) for e in inside])


@guard(of_result=True)
def no_new_finding(segment: Segment, edits: Sequence[Edit], before: Evidence, after: Evidence) -> Mapping[int, str]:
    """A repair brings no new finding of severity major or above.

    Stops the edits that the new finding overlaps; but a rule's edit within a longer place that the same detector
    had flagged before brings nothing new. One that overlaps none was there before and could
    not be seen for the fault beside it: then only a model's edits are stopped, which have no reason
    of their own.
    """
    known = Counter(_key(f, before.text) for f in before.findings)
    places = {(f.detector, _mended(f.span, before.text, edits)): f.span for f in before.findings}
    stopped: dict[int, str] = {}
    written = invert(segment.hypothesis, edits)
    order = sorted(range(len(edits)), key=lambda i: (edits[i].span, edits[i].text))
    for finding in after.findings:
        key = _key(finding, after.text)
        if finding.hint or finding.severity < Severity.MAJOR or finding.detector.startswith("neural."):
            continue
        if known[key]:
            known[key] -= 1
            continue
        guilty = [order[k] for k, edit in enumerate(written) if edit.span.overlaps(finding.span)]
        if guilty and (place := places.get(key)):
            guilty = [i for i in guilty if edits[i].by != "rule" or edits[i].span == place]
            if not guilty:
                continue
        for index in guilty or [i for i, edit in enumerate(edits) if edit.by != "rule"]:
            stopped[index] = f"it would bring a new finding: {finding.message}"
    return stopped
