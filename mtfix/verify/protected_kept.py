from mtfix.text.protect import protected
from mtfix.types import Edit, Segment, Span
from mtfix.verify.api import GuardExample, guard


@guard(
    accepts=[
        GuardExample("He ⟦go→goes⟧ to Kyiv."),
        GuardExample("He was in ⟦Kiev→Kyiv⟧.", by="rule", touches=("name",)),
        GuardExample("They met in ⟦→the ⟧Hague."),
        GuardExample("He left. ⟦Read more about Kyiv here.→⟧", by="rule"),
    ],
    rejects=[
        GuardExample("He was in ⟦Kiev→Kyiv⟧."),
        GuardExample("It cost ⟦1,000→1,100⟧ dollars."),
        GuardExample("It is 5⟦ km→ miles⟧ away."),
        GuardExample("See ⟦https://example.org/a→https://example.org/b⟧."),
        GuardExample("He wrote “The ⟦Sound→Noise⟧ and the Fury”."),
    ],
)
def protected_kept(segment: Segment, edit: Edit) -> str:
    """Numbers, names, units, URLs, tags, code and titles stay as they are.

    A rule's edit may change the kinds that its detector declares, and may delete a passage that has
    such a thing in it (a footer, a doubled clause), but not just that thing.
    """
    for item in protected(segment.hypothesis):
        if item.kind in edit.touches or not edit.span.overlaps(item.span):
            continue
        if edit.by == "rule" and not edit.text and _inside(item.span, edit.span):
            continue
        if item.kind == "title" and edit.by == "rule" and len(edit.span) == 0:
            continue
        if item.span.of(segment.hypothesis) in edit.text and len(edit.span) >= len(item.span):
            continue  # it stands in the new text too
        return f"it would change a {item.kind}: {item.span.of(segment.hypothesis)!r}"
    return ""


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and len(inner) < len(outer)
