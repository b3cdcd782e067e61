import re
from collections.abc import Iterator

from mtfix.detect.api import Applicability, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.lang.foreign import common, loan_phrases, rarity, small_words, strong_words

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LANGUAGES = ("de", "es", "fr", "it", "pt", "ro", "pl", "cs", "nl")
_FOREIGN = 2.3  # rarer than this in English texts (Zipf scale)
_LOOSE = 3.2  # beside a word that is foreign
# Letters that no word has which English has borrowed and writes without a capital.
_LETTERS = re.compile("[þðřěůłąęśźżńșțşţăőűğıāēīūģķļņšžčõ]")
# Learned words that English shares with the source.
_LEARNED = re.compile(r"(?:us|um|viruses|ular|idae|oid|oides|itis|osis|ae|ose|ine|ide|ate|ol|ic|ica|al)$")
_PASSAGE = 4  # words in a row
_ROW = 3  # so many are no part of the name beside them
_OPENERS, _CLOSERS = tuple("(“‘«-/#@."), tuple("”’»)-/@")
_MENTION = re.compile(
    r"(?:called|named?|means?|meaning|words?|phrase|term|known as|saying|expression|title|from the \w+|or)[\s:,]*$"
)


@detector(
    category=Category.UNTRANSLATED,
    severity=Severity.MAJOR,
    confidence=0.85,
    applicability=Applicability.DISPLAY_ONLY,
    bad=[
        Example("She bought bread ⟦und⟧ milk at the corner."),
        Example("The director has ⟦gestern nicht⟧ answered the letter."),
        Example("We walked ⟦hasta la estación⟧ and took the last train."),
    ],
    good=[
        Example("It was the plat du jour, and his raison d'être."),
        Example("He reads the Süddeutsche and the magazine Kunst und Leben."),
        Example("The sign said “zimmer frei” in red."),
        Example("The quesadilla came with carne asada, al dente pasta and a café au lait."),
    ],
)
def untranslated_word(segment: Segment) -> Iterator[Hit]:
    """A word or passage of another language has been left in the English text.

    Decoders copy a word that they don't know, or slip back into the source language. Found by small
    words that English does not have ("und", "pero"), and by rows of words that are common in another
    language and rare in English (frequencies from wordfreq). Capitalised words, quotations and words
    that English has borrowed are left alone. With a source, a rare word that stands in both is found.

    Known problems: a foreign saying without quotation marks; dialect. Languages without a list
    (Estonian, Ukrainian in Latin letters) are seen by their small words only.
    """
    text = segment.hypothesis
    present = set(_TOKEN.findall(text))
    known = common("en")
    rare = {word for word in present - known if word.islower()}
    proof = present & strong_words().keys()
    copied = _copied(rare, segment) | {w for w in rare if _LETTERS.search(w) and len(w) > 3 and not rarity(w)}
    if not proof and not copied and (not rare or len(rare | (present & small_words().keys())) < 2):
        return
    tokens = list(_TOKEN.finditer(text))
    end = 0
    for index, token in enumerate(tokens):
        word = token.group()
        if token.start() < end or not (word in proof or word in rare):
            continue
        first, last = _run(tokens, index, text)
        count = last - first + 1
        span = Span(tokens[first].start(), tokens[last].end())
        row = [t.group() for t in tokens[first : last + 1]]
        if not _convinces(row, copied) or _excused(text, span, tokens, first, last):
            continue
        end = span.end
        message = "A passage is not translated." if count >= _PASSAGE else f"“{span.of(text)}” is not translated."
        yield Hit(span, message=message, severity=Severity.CRITICAL if count >= 2 * _PASSAGE else None)


def _copied(rare: set[str], segment: Segment) -> set[str]:
    """Return the words that stand in the source too: in a source of Latin letters they are copied."""
    if not segment.source or not rare:
        return set()
    source = set(_TOKEN.findall(segment.source))
    return {w for w in rare & source if len(w) > 4 and not rarity(w) and not _LEARNED.search(w)}


def _foreign(word: str, language: str) -> bool:
    if not word.islower():
        return False
    if language in small_words().get(word, ()):
        return True
    return word in common(language) and rarity(word) < _LOOSE


def _run(tokens: list[re.Match[str]], index: int, text: str) -> tuple[int, int]:
    """Return the longest row around a token that is of one language, as first and last index."""
    best = (index, index)
    word = tokens[index].group()
    for language in small_words().get(word, frozenset()) | frozenset(_LANGUAGES):
        if not _foreign(word, language):
            continue
        first, last = index, index
        while step := _step(tokens, first, -1, language, text):
            first -= step
        while step := _step(tokens, last, 1, language, text):
            last += step
        if last - first > best[1] - best[0]:
            best = (first, last)
    return best


def _step(tokens: list[re.Match[str]], index: int, way: int, language: str, text: str) -> int:
    """Return how many words further the row goes on: one, or two where a short word lies between ("la"), or none."""
    for step in (1, 2):
        end = index + step * way
        if not 0 <= end < len(tokens) or not _joined(tokens, min(end, end - way), text):
            return 0
        word = tokens[end].group()
        if _foreign(word, language):
            return step
        if len(word) > 3 or not word.islower() or word not in common(language):
            return 0
    return 0


def _joined(tokens: list[re.Match[str]], index: int, text: str) -> bool:
    return text[tokens[index].end() : tokens[index + 1].start()].strip(", ") == ""


def _convinces(row: list[str], copied: set[str]) -> bool:
    if len(row) == 1:
        return row[0] in strong_words() or row[0] in copied
    phrase = " ".join(row)
    if any(f" {loan} " in f" {phrase} " for loan in loan_phrases() if " " in loan):
        return False
    strong = sum(word in strong_words() for word in row)
    rare = sum(rarity(w) < _FOREIGN and w not in loan_phrases() and w not in strong_words() for w in row)
    weak = sum(word in small_words() and word not in strong_words() for word in row)
    return strong + rare >= 1 and strong + rare + weak + (len(row) > 1 and strong) >= 2


def _excused(text: str, span: Span, tokens: list[re.Match[str]], first: int, last: int) -> bool:
    """Say whether the row is a name's, a quotation's or a gloss's part."""
    if last - first + 1 >= 2 * _PASSAGE:
        return False
    left, right = text[max(0, span.start - 300) : span.start], text[span.end : span.end + 2]
    if re.match(r"\.\w", right) or left.rstrip()[-1:] == "/":
        return True
    if "http" in left or text[span.start : span.end].startswith("thumb"):
        return True
    if right[:1].isdigit() or right[:1] in _CLOSERS or left[-1:] in _OPENERS:
        return True
    if left.count("“") > left.count("”") or left.count("(") > left.count(")") or left.count('"') % 2:
        return True
    if _MENTION.search(left):
        return True
    beside = [tokens[i].group() for i in (first - 1, last + 1) if 0 <= i < len(tokens)]
    return last - first + 1 < _ROW and any(word[0].isupper() and word != "I" for word in beside)
