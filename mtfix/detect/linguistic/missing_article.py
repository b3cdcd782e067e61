from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, detector, phrases


@detector(
    category=Category.FUNCTION_WORDS,
    severity=Severity.MINOR,
    confidence=0.9,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "⟦As result⟧ of the vote he left ⟦at end⟧ of May.",
            fixed="As a result of the vote he left at the end of May.",
        ),
        Example("They met ⟦for first⟧ time.", fixed="They met for the first time."),
        Example("It is one of⟦ best⟧ films.", fixed="It is one of the best films."),
    ],
    good=[
        Example("As a result of the vote he left at the end of May."),
        Example("What came of it was that, in time, all of them came in second place."),
        Example("She is one of few who know, in fear of death, as result after result came."),
    ],
)
def missing_article(segment: Segment) -> Iterator[Hit]:
    """A set phrase stands without its article.

    Languages without articles (Russian, Ukrainian, Chinese, Estonian) give no hint where one
    belongs. Only set phrases ("as a result of", "at the end of") are looked at: with other nouns it
    depends on the sense. The table is in lang/missing_articles.tsv.
    """
    yield from phrases("missing_articles", "The article is missing: “{better}”.")(segment)
