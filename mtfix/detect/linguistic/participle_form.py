import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.lang.verbs import past_only
from mtfix.text.grammar import vocabulary

_AUX = r"(?:has|have|had|having|was|were|is|are|been|being|hasn['’]t|haven['’]t|hadn['’]t|wasn['’]t|weren['’]t)"
_NEXT = re.compile(
    rf"(?<![\w'’-])(?P<aux>{_AUX})(?P<adverb> (?:not|never|already|just|also|ever|always))? (?P<form>[a-z]+)\b(?!['’-])"
)
# A noun and a pronoun: a relative clause without its pronoun may end in the auxiliary.
_RELATIVE = re.compile(r"\b(?!and|but|or|because|so|then|yet)[a-z]{3,} (?:i|he|she|it|they|we|you) $")
_HAVE = re.compile(r"ha[sdv]")
# Past forms that are nouns, adjectives or other verbs too: "was bit parts", "had rose gardens", "is broke", "have hid".
_OTHER = frozenset(
    "saw bit rose broke bore wore fell wound rang showed woke hid forgot drove did sprang shrank awoke wove".split()
)
_OTHER_AFTER_BE = _OTHER | frozenset("became came went began".split())


@detector(
    category=Category.WORD_FORM,
    severity=Severity.MAJOR,
    confidence=0.95,
    applicability=Applicability.UNSAFE,
    bad=[
        Example(
            "He has ⟦went⟧ home and they had ⟦took⟧ the car.", fixed="He has gone home and they had taken the car."
        ),
        Example("The letter was ⟦wrote⟧ in 1920.", fixed="The letter was written in 1920."),
    ],
    good=[
        Example("He has gone home; he is broke."),
        Example("She had rose gardens and a saw."),
    ],
)
def participle_form(segment: Segment) -> Iterator[Hit]:
    """After "has", "was" and the like stands the past participle, not the past tense.

    "has went", "was wrote": a translator that inflects word by word takes the wrong one of two
    forms. Forms that are nouns or adjectives too ("saw", "rose", "broke") are passed over.
    """
    text = segment.hypothesis
    if vocabulary(text).isdisjoint(past_only()):
        return
    for match in _NEXT.finditer(text):
        form = match["form"]
        if form not in past_only() or form in _OTHER:
            continue
        if not _HAVE.match(match["aux"]) and form in _OTHER_AFTER_BE:
            continue
        left = text[max(0, match.start() - 70) : match.start()].lower()
        if re.search(r"\b(?:that|what|which|who|how|where|all|than|as|there|if|when|less|more)\b", left):
            continue
        if _RELATIVE.search(left) and match["aux"].startswith("ha"):
            continue  # "The house they had became too small."
        participle = past_only()[form][1]
        yield Hit(
            Span(*match.span("form")),
            fix=participle,
            message=f"After “{match['aux']}” stands the participle “{participle}”, not “{form}”.",
        )
