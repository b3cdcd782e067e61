"""Errors as learners of English make them: several in a sentence, each of a kind that teachers know.

Rozovskaya and Roth (NAACL 2010) showed that noise in the proportions of learners teaches more than noise at random; the
kinds follow ERRANT (Bryant et al., ACL 2017). Words are real ones, apart from
misspellings and forms that only learners make (informations, childs).
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from models.train.noise import AUX_GROUP, CONFUSION, Forms, misspelt, sounded
from mtfix.repair.tagged import CLOSED

Words = list[str]
Rng = random.Random

# What learners write for what is right, on both sides of "=>"; several of either are separated by "/".
PHRASES = """
discuss => discuss about / discuss on
mention => mention about
emphasize => emphasize on
despite => despite of / in spite
in spite of => in spite / despite of
although => even / although that
because of => because / cause of
because => because of / cause / since that
in my opinion => according to me / in my opinion that / on my opinion / for me
in conclusion => in a conclusion / as conclusion / to conclusion
on the other hand => in the other hand / on other hand / by the other hand
for example => for exemple / as example / for an example
for instance => for an instance / in instance
first of all => first at all / firstly of all
nowadays => now a days / in nowadays / nowaday
most of the => the most of the / most of / most the
most of => the most of / most
most => almost / the most
almost all => almost / most all
a lot of => lot of / a lots of / alot of / a lot
lots of => lot of / a lots of
many => much / a lot / many of
much => many / very
a few => few / a little
each other => one another / each others / eachother
other => others / another
others => other / another / the others
another => other / an other
every => each / all / every of
everyone => every one / everybody all
maybe => may be
may be => maybe
instead of => instead / in stead of
rather than => rather / than
as well as => as well / as well also
as a result => as result / in result
able to => able / able for
used to => use to / are used to
have to => has to / must to / have
need to => need / needs to / have need to
want to => want / wanna / wants to
would like to => would like / like to / want
going to => go to / gonna
look forward to => look forward / look for
depends on => depends of / depends / depend on
depend on => depend of / depend
different from => different of / different than / different to
interested in => interested on / interested by / interesting in
responsible for => responsible of / responsible to
similar to => similar with / similar as
such as => such / as such / like
so that => so / that
in order to => in order / for / in order for
there are => there is / they are / it is / are / have
there is => there are / it is / is / has
there was => it was / there were / was
it is => is / it / its / it's
they are => they / there are / they're / are
people who => people / people which / people that they / the people who
people are => people is / people / peoples are
people => peoples / person / the people / persons
children => childs / childrens / child / kids
information => informations / an information
advice => advices / advise
knowledge => knowledges / knowledge's
equipment => equipments
research => researches
work => works / job
money => moneys / the money
life => live / lifes / the life
lives => lifes / life / live
it's => its / it is
its => it's / their / it
their => there / they / his / them
they => them / he / it / the
don't => doesn't / not / dont
doesn't => don't / not / doesnt
do not => does not / not / don't
does not => do not / not / doesn't
can not => cannot / can't / not can
cannot => can not / can't
more => much / most / the more
better => more better / good / best
easier => more easier / more easy / easy
bigger => more bigger / more big / big
worse => more worse / worst / bad
best => better / most best / the best
who => which / whom / that / who they
which => what / who / that / which it
that => which / what / than / this
what => that / which / how / what that
how => what / how to
when => while / if / in the time when
if => when / whether / in case
like => as / likes / alike
as => like / so / than
than => then / that
then => than
too => to / very / also
very => much / very much / so
also => too / and also / as well
so => therefore / and / so that
but => and / however / although
and => or / but / and also
at home => in home / home / at house
at school => in school / at the school
go home => go to home / go to house
in the future => in future / at the future / for the future
in the past => in past / at the past
at the same time => in the same time / at same time
on time => in time
one of the => one of / one the / a
kind of => kinds of / kind / kind
some => any / some of / a
any => some / every
both => the both / both of
all => every / all of / whole
whole => all / entire of
during => while / in during / along
until => till / untill / by
since => from / for
for => since / to / during
by => with / from / for
with => by / to / and
"""
MODALS = frozenset("can could may might will would should must".split())
ADVERBS = frozenset(
    "also always already often only even never usually sometimes just still really probably ever soon now".split()
)
ENDINGS = (
    "ation ations ition tion sion ion ment ness ity ful fully less able ible ably al ally ial ially ic ically ical ive"
    " ively ous ously ance ence ant ent ently antly er or ist ism y ly ate ed ing e es s"
).split()
UNCOUNTABLE = re.compile(r"(?:tion|ness|ity|ment|ance|ence|ism|ship|age)$")


def phrase_table(text: str = PHRASES) -> dict[tuple[str, ...], list[Words]]:
    """Return what is right, as words, -> what learners write for it."""
    table = {}
    for line in text.strip().splitlines():
        right, wrong = line.split(" => ")
        table[tuple(right.split())] = [w.split() for w in wrong.split(" / ")]
    return table


def families(vocabulary: Iterable[str]) -> dict[str, list[str]]:
    """Return word -> words of the same stem with another ending: success, successful, successfully.

    The stem is what is left when the longest known ending goes; it has at least four letters.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    endings = sorted(ENDINGS, key=len, reverse=True)
    for word in sorted(set(vocabulary)):
        if word.isalpha() and len(word) > 4 and word not in CLOSED:
            fits = (e for e in endings if word.endswith(e) and len(word) - len(e) >= 4)
            ending = next((e for e in fits if not (e == "s" and word.endswith("ss"))), "")
            groups[word[: len(word) - len(ending)]].append(word)
    return {w: [o for o in group if o != w] for group in groups.values() if 1 < len(group) < 9 for w in group}


class Learner:
    """Writes sentences as a learner would; the tables of forms and families are its state."""

    def __init__(self, forms: Forms, vocabulary: Iterable[str]) -> None:
        self.forms = forms
        self.families = families(vocabulary)
        self.phrases = phrase_table()
        self.ways: list[tuple[float, Callable[[Words, Rng], Words | None]]] = [
            (4.0, self.article), (2.5, self.preposition), (3.0, self.form), (1.5, self.number), (2.0, self.phrase),
            (1.2, self.family), (1.2, self.infinitive), (1.0, self.modal), (2.2, self.comma), (1.0, self.dropped),
            (0.6, self.inserted), (0.7, self.moved), (0.6, self.auxiliary), (0.6, self.confused),
            (0.4, self.possessive), (0.8, self.spelling), (0.4, self.small), (0.3, self.run_on),
        ]  # fmt: skip

    def damage(self, words: Words, rng: Rng, most: int) -> Words:
        """Return a copy with up to `most` errors."""
        out = list(words)
        for _ in range(most):
            for _ in range(6):
                way = rng.choices([w for _, w in self.ways], [n for n, _ in self.ways])[0]
                made = way(out, rng)
                if made and made != out:
                    out = made
                    break
        return out

    # Each returns the words with one error, or None where it has no place. ------------------

    def article(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if w.lower() in ("a", "an", "the")]
        if some and rng.random() < 0.65:
            at = rng.choice(some)
            low = words[at].lower()
            if rng.random() < 0.65:
                return _without(words, at)
            return _put(words, at, [rng.choice([a for a in ("a", "an", "the", "the") if a != low])])
        nouns = [n for n in range(1, len(words)) if self._noun(words[n]) and words[n - 1].lower() not in _DETERMINERS]
        if not nouns:
            return None
        at = rng.choice(nouns)
        return [*words[:at], rng.choice(("the", "the", "the", "a", "an")), *words[at:]]

    def preposition(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if w in _COMMON]
        if not some:
            return None
        at = rng.choice(some)
        if rng.random() < 0.3:
            return _without(words, at)
        return _put(words, at, [rng.choice([p for p in _COMMON if p != words[at]])])

    def form(self, words: Words, rng: Rng) -> Words | None:
        some = [
            n for n, w in enumerate(words) if {"ING", "ED"} & self.forms.get(w, {}).keys() or _s_form(self.forms, w)
        ]
        if not some:
            return None
        at = rng.choice(some)
        options = [form for key, form in self.forms[words[at]].items() if key in ("BASE", "S", "ED", "EN", "ING")]
        return _put(words, at, [rng.choice(options)]) if options else None

    def number(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if self._noun(w)]
        if not some:
            return None
        at = rng.choice(some)
        row = self.forms.get(words[at], {})
        other = row.get("S") or row.get("BASE")
        if other is None and UNCOUNTABLE.search(words[at]):
            other = words[at] + "s"
        return _put(words, at, [other]) if other else None

    def phrase(self, words: Words, rng: Rng) -> Words | None:
        low = [w.lower() for w in words]
        hits = [(n, k) for n in range(len(low)) for k in (3, 2, 1, 4) if tuple(low[n : n + k]) in self.phrases]
        if not hits:
            return None
        # A long phrase is rarer, and its error more telling.
        at, size = rng.choices(hits, [k * k for _, k in hits])[0]
        return _put(words, at, rng.choice(self.phrases[tuple(low[at : at + size])]), size)

    def family(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if w in self.families]
        if not some:
            return None
        at = rng.choice(some)
        return _put(words, at, [rng.choice(self.families[words[at]])])

    def infinitive(self, words: Words, rng: Rng) -> Words | None:
        """ "to go" -> "go", "to going", "for go"; "by going" -> "by go"; "enjoy going" -> "enjoy to go"."""
        some = [n for n in range(1, len(words)) if words[n - 1] == "to" and "ING" in self.forms.get(words[n], {})]
        gerunds = [n for n, w in enumerate(words) if n and w.endswith("ing") and "BASE" in self.forms.get(w, {})]
        if some and (not gerunds or rng.random() < 0.6):
            at = rng.choice(some)
            verb, row = words[at], self.forms[words[at]]
            new = rng.choice(([verb], ["to", row["ING"]], ["for", verb], ["for", row["ING"]], [row["ING"]], ["to"]))
            return words[: at - 1] + (new if new != ["to"] else ["to", row.get("ED", verb)]) + words[at + 1 :]
        if not gerunds:
            return None
        at = rng.choice(gerunds)
        base = self.forms[words[at]]["BASE"]
        return words[:at] + rng.choice(([base], ["to", base], [base])) + words[at + 1 :]

    def modal(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n in range(1, len(words)) if words[n - 1] in MODALS and self.forms.get(words[n])]
        if not some:
            return None
        at = rng.choice(some)
        row = self.forms[words[at]]
        options = [["to", words[at]], *([row[k]] for k in ("S", "ED", "ING") if k in row), ["be", words[at]]]
        return words[:at] + rng.choice(options) + words[at + 1 :]

    def comma(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if w == ","]
        if some and rng.random() < 0.75:
            return _without(words, rng.choice(some))
        some = [n for n in range(2, len(words) - 1) if words[n] in _JOINTS and words[n - 1].isalpha()]
        if not some:
            return None
        at = rng.choice(some)
        at += rng.random() < 0.3
        return [*words[:at], ",", *words[at:]]

    def dropped(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if n and w in _DROPPED]
        return _without(words, rng.choice(some)) if some else None

    def inserted(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n in range(1, len(words)) if words[n].islower() and words[n - 1].isalpha()]
        if not some:
            return None
        at = rng.choice(some)
        return [*words[:at], rng.choice(_INSERTED), *words[at:]]

    def moved(self, words: Words, rng: Rng) -> Words | None:
        """An adverb goes one or two words on or back, else two words change places."""
        some = [n for n, w in enumerate(words) if n and (w in ADVERBS or (w.endswith("ly") and w.islower()))]
        out = list(words)
        if some and rng.random() < 0.8:
            at = rng.choice(some)
            word = out.pop(at)
            to = at + rng.choice((-2, -1, 1, 2))
            if not 0 < to < len(out) or not out[to - 1][:1].isalpha():
                return None
            out.insert(to, word)
            return out
        some = [n for n in range(1, len(words) - 1) if words[n].islower() and words[n + 1].islower()]
        if not some:
            return None
        at = rng.choice(some)
        out[at], out[at + 1] = out[at + 1], out[at]
        return out

    def auxiliary(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if w in AUX_GROUP]
        if not some:
            return None
        at = rng.choice(some)
        return _put(words, at, [rng.choice([w for w in AUX_GROUP[words[at]] if w != words[at]])])

    def confused(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if w in CONFUSION]
        return _put(words, at, [rng.choice(CONFUSION[words[at]])]) if some and (at := rng.choice(some)) >= 0 else None

    def possessive(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if w.lower().endswith(("'s", "’s")) and len(w) > 4]
        if not some:
            return None
        at = rng.choice(some)
        bare = words[at][:-2]
        return _put(words, at, [rng.choice((bare, bare + "s"))])

    def spelling(self, words: Words, rng: Rng) -> Words | None:
        some = [n for n, w in enumerate(words) if w.isalpha() and w.islower() and len(w) > 4]
        if not some:
            return None
        at = rng.choice(some)
        return _put(words, at, [(sounded if rng.random() < 0.5 else misspelt)(words[at], rng)])

    def small(self, words: Words, rng: Rng) -> Words | None:
        """A letter of the wrong case: "i", a small letter at the start, a capital in the middle."""
        some = [n for n, w in enumerate(words) if w == "I" or (n == 0 and w.istitle())]
        if some and rng.random() < 0.6:
            at = rng.choice(some)
            return [*words[:at], words[at].lower(), *words[at + 1 :]]
        some = [n for n, w in enumerate(words) if n and w.islower() and (words[n - 1] in ",;" or len(w) > 4)]
        return [*words[:at], words[at].capitalize(), *words[at + 1 :]] if some and (at := rng.choice(some)) else None

    def run_on(self, words: Words, rng: Rng) -> Words | None:
        """The end of a sentence inside becomes a comma or nothing; the last full stop is lost."""
        some = [n for n, w in enumerate(words) if w in (".", ";") and n > 2]
        if not some:
            return None
        at = rng.choice(some)
        if at == len(words) - 1:
            return words[:at]
        return words[:at] + rng.choice(([","], [])) + [words[at + 1].lower()] + words[at + 2 :]

    def _noun(self, word: str) -> bool:
        row = self.forms.get(word, {})
        noun = bool({"S", "BASE"} & row.keys()) and "ING" not in row and "ED" not in row
        return word.islower() and (noun or bool(UNCOUNTABLE.search(word)))


_COMMON = ("in", "on", "at", "to", "for", "of", "with", "from", "by", "about")
_DETERMINERS = frozenset("a an the my your his her its our their this that these those some any no each every".split())
_JOINTS = frozenset("and but because that which who if when so or where while as to".split())
_DROPPED = frozenset(
    "is are was were be been have has had do does to of that it they there we you who which and not as than will can"
    " would more some also so if their his its one".split()
)
_INSERTED = ("is", "are", "be", "to", "of", "that", "it", "the", "a", "very", "more", "have", "for", "in", "do", "so")


def _s_form(forms: Forms, word: str) -> bool:
    return word.endswith("s") and "BASE" in forms.get(word, {})


def _without(words: Words, at: int) -> Words:
    out = words[:at] + words[at + 1 :]
    if at == 0 and out:
        out[0] = out[0][:1].upper() + out[0][1:]
    return out


def _put(words: Words, at: int, new: Words, size: int = 1) -> Words:
    new = list(new)
    if new and words[at][:1].isupper() and words[at] != "I":
        new[0] = new[0][:1].upper() + new[0][1:]
    return words[:at] + new + words[at + size :]
