from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MINOR,
    confidence=0.85,
    applicability=Applicability.UNSAFE,
    bad=[
        Example("⟦The all⟧ people came ⟦by the⟧ plane to Rome.", fixed="All people came by plane to Rome."),
        Example("⟦The both⟧ of them met on ⟦the another⟧ day.", fixed="Both of them met on the other day."),
    ],
    good=[
        Example("Both of them came by plane to Rome on another day."),
        Example("The all-star team came by the plane that was late."),
        Example("At the night market she bought a lamp."),
    ],
)
def superfluous_article(segment: Segment) -> Iterator[Hit]:
    """There is an article where English has none.

    Rule-based engines and languages with an article in such phrases ("au lit", "la mayoría de los")
    bring it along. Only set phrases are looked at; the table is in lang/superfluous_articles.tsv.
    """
    yield from phrases("superfluous_articles", "Without the article: “{better}”.")(segment)
