from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Document, Example, Hit, Severity, document_detector
from mtfix.lang.phrasebook import look_up


@document_detector(
    category=Category.ADDITION,
    severity=Severity.MAJOR,
    confidence=0.8,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("The river froze in January.\n⟦Subtitles by the Amara.org community⟧"),
        Example("The bakery opens at six. ⟦Thank you for watching⟧!"),
    ],
    good=[
        Example("The host ends each video with the words “Thank you for watching”."),
        Example("This Regulation shall enter into force in May, the Commission said of the directive."),
        Example("The preacher read: And it came to pass in those days that a decree went out."),
    ],
)
def invented_passage(document: Document) -> Iterator[Hit]:
    """A passage comes from the texts that the engine was trained on, not from the source.

    An engine that has lost the sentence writes what it has read most often: credits of subtitles, the
    farewell of a video, a formula of European law, a verse. The formulas are in
    `lang/hallucinations.toml`. In a text that is about such things (a regulation, a sermon, a video)
    they are right, and words of the document that say so silence the detector; so does a source that
    has the formula.

    Source: Raunak et al. 2021 (hallucinations in NMT), Koenecke et al. 2024 (speech recognition),
    Kreutzer et al. 2022 (what web-crawled corpora hold).
    """
    texts = tuple(segment.hypothesis for segment in document.segments)
    for index, segment in enumerate(document.segments):
        for found in look_up("hallucinations", segment, texts):
            message = f"“{found.span.of(segment.hypothesis)}”: {found.entry.why}."
            yield Hit(found.span, message=message, hint=found.entry.level == "hint", segment=index)
