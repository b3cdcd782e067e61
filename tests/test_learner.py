"""Errors of learners for the training mix: each of its kind, the same for the same seed."""

import random

import pytest

from models.train.learner import Learner, families, phrase_table

FORMS = {
    "go": {"S": "goes", "ED": "went", "ING": "going"},
    "going": {"BASE": "go", "S": "goes", "ED": "went"},
    "book": {"S": "books"},
    "books": {"BASE": "book"},
    "read": {"S": "reads", "ING": "reading"},
    "reading": {"BASE": "read", "S": "reads"},
}
VOCABULARY = ("success", "successful", "successfully", "book", "books", "go", "going", "read", "reading")
SENTENCE = "You should go to the mayor's library , because it is a success and easier to read a book there .".split()


@pytest.fixture
def learner() -> Learner:
    return Learner(FORMS, VOCABULARY)


def test_families_share_a_stem() -> None:
    assert families(VOCABULARY)["success"] == ["successful", "successfully"]
    assert "going" not in families(VOCABULARY)  # a stem has four letters


def test_phrases_are_wrong_in_another_way_than_they_are_right() -> None:
    for right, wrong in phrase_table().items():
        assert wrong and list(right) not in wrong, right
        assert all(wrong), right


def test_each_way_makes_one_error(learner: Learner) -> None:
    rng = random.Random(3)
    for _, way in learner.ways:
        made = [m for m in (way(SENTENCE, rng) for _ in range(40)) if m]
        assert any(m != SENTENCE for m in made), way.__name__
        assert all(abs(len(m) - len(SENTENCE)) <= 4 for m in made), way.__name__
        assert all(m[0][:1].isupper() or way.__name__ == "small" for m in made if m), way.__name__


@pytest.mark.parametrize(
    ("way", "words", "among"),
    [
        ("modal", "You should go home", "You should to go home"),
        ("infinitive", "It is easier to go home", "It is easier to going home"),
        ("infinitive", "They like going home", "They like go home"),
        ("possessive", "Read my sister's book", "Read my sister book"),
        ("run_on", "We all ate . They slept", "We all ate , they slept"),
        ("number", "Read two books", "Read two book"),
        ("article", "Read the book", "Read book"),
        ("family", "It was a success", "It was a successful"),
        ("comma", "In the end , they slept", "In the end they slept"),
    ],
)
def test_the_kinds_are_what_they_say(learner: Learner, way: str, words: str, among: str) -> None:
    rng = random.Random(5)
    made = {" ".join(getattr(learner, way)(words.split(), rng) or []) for _ in range(60)}
    assert among in made


def test_damage_is_the_same_for_the_same_seed_and_leaves_its_input(learner: Learner) -> None:
    before = list(SENTENCE)
    first = learner.damage(SENTENCE, random.Random(1), 5)
    assert first == learner.damage(SENTENCE, random.Random(1), 5) != SENTENCE
    assert before == SENTENCE
    assert learner.damage([], random.Random(1), 3) == []
    assert learner.damage(["—"], random.Random(1), 3) == ["—"]
