"""Forms of English verbs: irregular ones from a table, regular ones by rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# Regular verbs that double the last letter: stressed on the last syllable, or British in -l.
_DOUBLING = frozenset(
    "admit commit permit omit submit refer prefer occur stop plan drop rob ban beg bet chat clap control compel cancel "
    "travel rip run begin win get set put sit cut hit let quit shut dig swim forget forbid regret spin grab hug jog "
    "knit mop nod pat pin rub ship shop skip slip step tap tip trap trim wrap equip expel patrol rebel transfer".split()
)
_UNCHANGED = frozenset("put set cut hit let quit shut cost cast bet hurt spread split upset burst".split())


@dataclass(frozen=True, slots=True)
class Forms:
    """The five forms of a verb; `past` and `participle` may have several, the first is the usual one."""

    base: str
    third: str
    past: tuple[str, ...]
    participle: tuple[str, ...]
    ing: str

    def all(self) -> tuple[str, ...]:
        """Return all forms, without repetition."""
        more = ("are", "am") if self.base == "be" else ()
        return tuple(dict.fromkeys((self.base, self.third, *self.past, *self.participle, self.ing, *more)))

    def like(self, form: str, other: Forms) -> str:
        """Return the form of `other` that matches `form` of this verb ("made" -> "committed")."""
        if form == self.base:
            return other.base
        if form == self.third:
            return other.third
        if form == self.ing:
            return other.ing
        return other.past[0] if form in self.past else other.participle[0]


@cache
def irregular() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return base -> (past forms, participles) of the irregular verbs."""
    text = files("mtfix.lang").joinpath("irregular_verbs.tsv").read_text(encoding="utf-8")
    out = {}
    for line in text.splitlines():
        base, past, participle = line.split("\t")
        out[base] = (tuple(past.split("/")), tuple(participle.split("/")))
    return out


@cache
def past_only() -> dict[str, tuple[str, str]]:
    """Return past form -> (base, participle), for verbs whose past is neither ("went", "took")."""
    out = {}
    for base, (pasts, participles) in irregular().items():
        for past in pasts:
            if past != base and past not in participles and base not in ("be", "lie"):
                out[past] = (base, participles[0])
    return out


@cache
def forms(base: str) -> Forms:
    """Return the forms of a verb given its base; of a phrasal verb ("look for") the forms of the first word."""
    head, _, rest = base.partition(" ")
    if rest:
        plain = forms(head)
        return Forms(
            base,
            f"{plain.third} {rest}",
            tuple(f"{p} {rest}" for p in plain.past),
            tuple(f"{p} {rest}" for p in plain.participle),
            f"{plain.ing} {rest}",
        )
    return Forms(base, _third(base), *_pasts(base), _ing(base))


def _third(base: str) -> str:
    if base in ("have", "be"):
        return {"have": "has", "be": "is"}[base]
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def _pasts(base: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if base in irregular():
        return irregular()[base]
    if base in _UNCHANGED:
        return (base,), (base,)
    if base.endswith("e"):
        past = base + "d"
    elif base.endswith("y") and base[-2] not in "aeiou":
        past = base[:-1] + "ied"
    elif base in _DOUBLING:
        past = base + base[-1] + "ed"
    else:
        past = base + "ed"
    return (past,), (past,)


def _ing(base: str) -> str:
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    return base + base[-1] + "ing" if base in _DOUBLING else base + "ing"
