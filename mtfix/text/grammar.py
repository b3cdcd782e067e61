"""Word classes without a tagger: closed classes as sets, open ones looked up in a dictionary.

The dictionary is lemminflect's. It takes a second to load, so it is loaded on the first look-up, and
a detector asks it only when a cheap pattern has found something.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LETTERS = re.compile(r"[a-z]+(?:['’-][a-z]+)*")

BE = frozenset("am is are was were be been being".split())
MODALS = frozenset("can could may might must shall should will would".split())
DETERMINERS = frozenset(
    "the a an this that these those my your his her its our their some any no every each either neither another "
    "which what whose".split()
)
SUBJECT_PRONOUNS = frozenset("i you he she it we they who there".split())
OBJECT_PRONOUNS = frozenset("me him us them whom himself herself itself themselves myself ourselves".split())
PREPOSITIONS = frozenset(
    "of in on at by for from to with without into onto about against between among through during before after "
    "under over above below behind beside besides beyond near off toward towards upon within across along around "
    "despite except inside outside since until till via per".split()
)
COORDINATORS = frozenset("and or but nor yet so".split())
# Words that open a clause: what follows has a predicate of its own.
CLAUSE_OPENERS = frozenset(
    "that which who whom whose when where while because although though if unless whether since until before after as "
    "than how why what whatever whoever once lest whereas whenever wherever so but and or nor".split()
)
# Dictionaries have some of these as nouns too ("the who", "a must"); a detector rarely wants that.
CLOSED = (
    BE | MODALS | DETERMINERS | SUBJECT_PRONOUNS | OBJECT_PRONOUNS | PREPOSITIONS | COORDINATORS | CLAUSE_OPENERS
) | frozenset("do does did has have had not no one ones other others following".split())


@lru_cache(maxsize=512)
def vocabulary(text: str) -> frozenset[str]:
    """Return the different words of a text in lower case: a cheap precheck before a costly pattern.

    >>> sorted(vocabulary("The cat saw the cat's dog."))
    ['cat', "cat's", 'dog', 'saw', 'the']
    """
    found = set(_LETTERS.findall(text.lower()))
    found.update(word.replace("’", "'").split("'")[0] for word in list(found) if "'" in word or "’" in word)
    return frozenset(found)


@lru_cache(maxsize=4096)
def related(a: str, b: str, least: float = 0.6) -> bool:
    """Say whether two words in lower case look alike (a similarity above `least`, 0 to 1) or are forms of one.

    >>> related("poeple", "people"), related("went", "goes"), related("sailty", "society")
    (True, True, False)
    """
    from rapidfuzz.distance import OSA

    if OSA.normalized_similarity(a, b) > least:
        return True
    return any(set(lemmas(a, kind)) & set(lemmas(b, kind)) for kind in ("VERB", "NOUN", "ADJ"))


@lru_cache(maxsize=8192)
def lemmas(word: str, kind: str) -> tuple[str, ...]:
    """Return the dictionary forms of a word as a NOUN, VERB, ADJ or ADV; none if it can't be one.

    >>> lemmas("went", "VERB"), lemmas("went", "NOUN")
    (('go',), ())
    """
    import lemminflect

    found = lemminflect.getAllLemmas(word.lower(), upos=kind)
    return tuple(found.get(kind, ()))


@lru_cache(maxsize=8192)
def inflected(lemma: str, tag: str) -> tuple[str, ...]:
    """Return the forms of a dictionary word under a Penn tag (NNS, VBZ, VBD, VBN, VBG, JJR ...).

    >>> inflected("commit", "VBD"), inflected("city", "NNS")
    (('committed',), ('cities',))
    """
    import lemminflect

    found = lemminflect.getAllInflections(lemma.lower()).get(tag) or lemminflect.getInflection(lemma.lower(), tag)
    return tuple(found)


def is_noun(word: str) -> bool:
    """Say whether a dictionary has the word as a noun, singular or plural."""
    return bool(lemmas(word, "NOUN"))


def is_only(word: str, kind: str) -> bool:
    """Say whether the word belongs to this class and to no other.

    >>> is_only("information", "NOUN"), is_only("report", "NOUN")
    (True, False)
    """
    return bool(lemmas(word, kind)) and not any(
        lemmas(word, other) for other in ("NOUN", "VERB", "ADJ", "ADV") if other != kind
    )


def is_plural(word: str) -> bool:
    """Say whether the word is a plural noun and not the singular of another ("series", "news").

    >>> is_plural("cities"), is_plural("series"), is_plural("city")
    (True, False, False)
    """
    word = word.lower()
    found = lemmas(word, "NOUN")
    return bool(found) and word not in found


def is_singular(word: str) -> bool:
    """Say whether the word is a singular noun whose plural is another word ("sheep" is not).

    >>> is_singular("city"), is_singular("cities"), is_singular("sheep")
    (True, False, False)
    """
    word = word.lower()
    return word in lemmas(word, "NOUN") and word not in inflected(word, "NNS")


def is_participle(word: str) -> bool:
    """Say whether the word can be a past participle.

    >>> is_participle("written"), is_participle("wrote"), is_participle("hit")
    (True, False, True)
    """
    word = word.lower()
    return any(word in inflected(lemma, "VBN") for lemma in lemmas(word, "VERB"))


def is_base_verb(word: str) -> bool:
    """Say whether the word can be the base form of a verb.

    >>> is_base_verb("go"), is_base_verb("goes")
    (True, False)
    """
    return word.lower() in lemmas(word, "VERB")


def like(model: str, word: str) -> str:
    """Return `word` with the first letter's case of `model`.

    >>> like("He", "they"), like("he", "they")
    ('They', 'they')
    """
    return word[:1].upper() + word[1:] if model[:1].isupper() else word
