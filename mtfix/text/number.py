"""Singular and plural: which nouns count as what, and where a noun phrase ends."""

from __future__ import annotations

from mtfix.text.grammar import CLOSED, inflected, is_plural, is_singular, lemmas

# What follows the head of a noun phrase: a stop, a preposition, a verb form, a conjunction.
AFTER_HEAD = (
    r"(?=[.,;:!?)]|$|\s(?:of|in|on|at|from|with|by|for|to|during|among|within|into|about|over|under|after|before|"
    r"but|that|which|who|is|are|was|were|has|have|had|will|would|can|could|may|might|must|should)\b)"
)
# Singular in form, plural in use (or either): groups, and nouns of measure.
GROUPS = frozenset(
    "police team group crew staff family public media elite audience band club committee company council crowd "
    "couple government press jury majority minority number party population trio duo pair army navy enemy "
    "opposition board community generation class youth clergy nobility infantry cavalry cattle poultry faculty "
    "data lot rest half bulk percent percentage range variety series species people side squad cast cabinet "
    "leadership military militia management administration gang panel parliament cohort herd flock batch bunch "
    "host handful dozen hundred thousand million billion third quarter fraction part plenty majesty".split()
)
# Not counted, or the same in both numbers: "these aircraft", "ten fish".
UNCHANGING = frozenset(
    "aircraft spacecraft craft fish sheep deer salmon trout cod shrimp squid bison moose offspring means series "
    "species headquarters crossroads barracks gallows swine hovercraft percent hertz francs yen yuan baht won "
    "euro rand kilo foot stone head dozen hundred thousand million billion trillion score pence people police "
    "cattle folk kind sort type chinese japanese portuguese swiss vietnamese sudanese lebanese male female good "
    "bad poor rich young old few many other most more less least public elderly home past future present back "
    "front inside outside overall else".split()
)
_PLURAL_FORM_ONLY = frozenset(
    "news means series species headquarters crossroads barracks works thanks sports arms goods savings customs "
    "sales odds stairs data media politics states nations times mathematics measles diabetes lens gas bus bias "
    "chaos atlas canvas christmas corps alms whereabouts outskirts premises pains remains proceeds earnings "
    "winnings lots loads tons plenty dozens hundreds thousands millions billions percents billiards darts "
    "checkers dominoes rabies aids glasses scissors trousers jeans pants pajamas tongs united others ones days "
    "weeks months years hours minutes seconds decades miles kilometers kilometres dollars euros pounds points "
    "yards feet inches meters metres".split()
)
_ADJECTIVAL = ("ible", "able", "ing", "ed", "ous", "ful", "less", "ish", "est", "ese", "iest")
_NOUNS_ALL_THE_SAME = frozenset("table vegetable cable building meeting painting wedding bed forest guest test".split())


def singular(word: str) -> bool:
    """Say whether the word can only be a singular noun, with a plural of its own.

    >>> singular("city"), singular("police"), singular("cities")
    (True, False, False)
    """
    word = word.lower()
    if word in UNCHANGING or word in GROUPS or word in CLOSED or word.endswith("ics"):
        return False
    # The dictionary has "responsible" and "visible" as nouns only.
    if word.endswith(_ADJECTIVAL) and word not in _NOUNS_ALL_THE_SAME:
        return False
    return is_singular(word) and not lemmas(word, "ADV")


def plural(word: str) -> bool:
    """Say whether the word can only be a plural noun.

    >>> plural("cities"), plural("series"), plural("news")
    (True, False, False)
    """
    word = word.lower()
    if word in UNCHANGING or word in CLOSED or word in _PLURAL_FORM_ONLY or word.endswith("ics"):
        return False
    return is_plural(word)


def pluralise(word: str) -> str:
    """Return the plural of a noun.

    >>> pluralise("city"), pluralise("man")
    ('cities', 'men')
    """
    forms = [form for form in inflected(word, "NNS") if form != word.lower()]
    return forms[0] if forms else word + "s"


def singularise(word: str) -> str:
    """Return the singular of a noun.

    >>> singularise("cities")
    'city'
    """
    return (lemmas(word, "NOUN") or (word,))[0]
