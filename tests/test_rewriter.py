"""The rewriter's session with a queue instead of a model, and with tiny models that the test makes."""

from __future__ import annotations

import json
import lzma
import math
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mtfix.errors import CardInvalid, ModelError, ModelMissing
from mtfix.repair.rewrite import FEATURES, Job, Trust, confidence, edits_of, level_of, propose, prose, spans
from mtfix.runtime.rewriter import Candidate, Card, Request, Session, find, load, read_card
from mtfix.text.edits import apply
from mtfix.types import Applicability, Category, Edit, Finding, Segment, Severity, Side, Span, Tagging

TEXT = "The mayor did opened the bridge. It was crowded."
SPAN = Span(10, 20)


class Fake:
    """A backend that answers from a table and counts what it is asked."""

    def __init__(self, answers: dict[str, list[str]], scores: dict[str, float] | None = None) -> None:
        self.answers, self.scores = answers, scores or {}
        self.batches: list[list[str]] = []

    def size(self, text: str) -> int:
        return len(text.split())

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[tuple[str, float]]]:
        self.batches.append(list(prompts))
        return [[(a, self.scores.get(a, -9.0)) for a in self.answers.get(p, [])] for p in prompts]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [self.scores.get(text, -9.0) for _, text in pairs]


class Queue:
    """A rewriter that gives prepared candidates."""

    def __init__(self, *candidates: Candidate) -> None:
        self.candidates, self.requests = list(candidates), list[Request]()

    def rewrite(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        self.requests += requests
        return [list(self.candidates) for _ in requests]


def finding(span: Span, severity: Severity = Severity.MAJOR, **more: object) -> Finding:
    return Finding(4, "x.y", Category.GRAMMAR, severity, span, "Wrong.", **more)  # type: ignore[arg-type]


class TestSession:
    def test_segment_scope_asks_for_the_sentence_and_keeps_what_touches_the_span(self) -> None:
        prompt = "Fix: The mayor did opened the bridge."
        fake = Fake({prompt: ["A mayor opened the bridge."]}, {"The mayor opened the bridge.": -1.0})
        session = Session(fake, Card(prompt="Fix: {text}"))
        [[candidate]] = session.rewrite([Request(TEXT, SPAN)])
        assert candidate == Candidate("The mayor opened the bridge. It was crowded.", -1.0, -9.0)
        assert fake.batches == [[prompt]]

    def test_half_a_character_reaches_no_model(self) -> None:
        text = "Half a \ud800 character is a \udfff pity."
        prompt = "Half a [\ufffd] character is a \ufffd pity. =>"
        card = Card(kind="causal", scope="span", prompt="{left}[{span}]{right} =>")
        fake = Fake({prompt: ["whole"]})
        [[candidate]] = Session(fake, card).rewrite([Request(text, Span(7, 8))])
        assert fake.batches == [[prompt]] and candidate.text == "Half a whole character is a \udfff pity."

    def test_span_scope_writes_only_the_span(self) -> None:
        prompt = "The mayor [[did opened]] the bridge.\n=>"
        fake = Fake({prompt: ["opened", "", "did opened"]}, {"opened": -1.0, "": -3.0})
        session = Session(fake, Card(prompt="{left}[[{span}]]{right}\n=>", scope="span"))
        found = session.rewrite([Request(TEXT, SPAN)])[0]
        assert [c.text[:25] for c in found] == ["The mayor opened the brid", "The mayor the bridge. It "]

    def test_what_others_propose_is_weighed_where_the_model_would_change_something(self) -> None:
        card = Card(prompt="{left}[[{span}]]{right}\n=>", scope="span")
        prompt = "The mayor [[did opened]] the bridge.\n=>"
        request = Request(TEXT, SPAN, also=("did open", "opened", "did opened"))
        found = Session(Fake({prompt: ["opened"]}, {"opened": -1.0, "did open": -2.0}), card).rewrite([request])[0]
        assert [(c.text[10:18], c.logprob) for c in found] == [("opened t", -1.0), ("did open", -2.0)]
        assert Session(Fake({prompt: ["did opened"]}), card).rewrite([request]) == [[]]

    def test_a_prompt_is_only_filled_not_run(self) -> None:
        fake = Fake({})
        Session(fake, Card(prompt="{text} {text.__class__} {0}")).rewrite([Request("A {span} b.", Span(0, 1))])
        assert fake.batches == [["A {span} b. {text.__class__} {0}"]]

    def test_one_by_one_is_as_in_a_batch_and_no_batch_pads(self) -> None:
        texts = ["One two.", "One two three.", "Four five.", "Six seven eight nine."]
        fake = Fake({t: [t.replace(".", "!")] for t in texts})
        session = Session(fake, Card())
        requests = [Request(t, Span(0, len(t))) for t in texts]
        assert session.rewrite(requests) == [session.rewrite([r])[0] for r in requests]
        assert all(len({len(p.split()) for p in batch}) == 1 for batch in fake.batches)

    def test_leaves_alone_what_is_too_long_or_lacks_a_source(self) -> None:
        fake = Fake({})
        long = "word " * 300
        assert Session(fake, Card()).rewrite([Request(long, Span(0, 4))]) == [[]]
        assert Session(fake, Card(prompt="{source}|{text}")).rewrite([Request("A b.", Span(0, 1))]) == [[]]
        assert fake.batches == []


def tagging(*tags: tuple[tuple[str, float], ...], suspect: float = 0.0) -> Tagging:
    words = (Span(0, 3), Span(4, 9), Span(10, 13), Span(14, 20))
    return Tagging(words, (suspect,) * 4, tags + ((),) * (4 - len(tags)), 50.0)


class TestPropose:
    def test_a_clean_segment_never_meets_the_rewriter(self) -> None:
        queue = Queue(Candidate("Other.", -1, -9))
        safe = Edit(SPAN, "opened")
        quiet = Tagging((Span(0, 3),), (0.1,), ((("KEEP", 0.9),),), 80.0)
        for findings in (
            [],
            [finding(SPAN, Severity.MINOR)],
            [finding(SPAN, edits=(safe,))],
            [finding(SPAN, side=Side.SOURCE)],
            [finding(SPAN, hint=True)],
        ):
            assert propose([Job(Segment(TEXT), findings, quiet)], queue) == [()]
        assert propose([Job(Segment("The Быков fell."), [finding(Span(4, 9))])], queue) == [()]  # another script
        assert queue.requests == []

    @pytest.mark.parametrize(
        ("gain", "how"),
        [(4.0, Applicability.SAFE), (1.0, Applicability.UNSAFE), (-2.0, Applicability.DISPLAY_ONLY)],
    )
    def test_confidence_decides_how_far_an_edit_is_trusted(self, gain: float, how: Applicability) -> None:
        queue = Queue(Candidate("The mayor opened the bridge. It was crowded.", -3.0 + gain, -3.0))
        [[edit]] = propose([Job(Segment(TEXT), [finding(SPAN)])], queue, trust=Trust(apply_at=0.9))
        assert (edit.applicability, edit.by, edit.reasons) == (how, "rewriter", (4,))
        assert edit.confidence == pytest.approx(1 / (1 + math.exp(-gain)), abs=1e-4)
        assert apply(TEXT, [edit]) == "The mayor opened the bridge. It was crowded."

    def test_the_fitted_weights_decide_and_the_tagger_is_asked_of_the_candidate(self) -> None:
        new = "The mayor opened the bridge. It was crowded."
        queue, seen = Queue(Candidate(new, -1.0, -3.0)), list[str]()

        def tag(texts: Sequence[str]) -> list[Tagging]:
            seen.extend(texts)
            return [Tagging((), (), (), 70.0) for _ in texts]

        trust = Trust({"rise": 1.0, "bias": -1.0})
        [[edit]] = propose([Job(Segment(TEXT), [finding(SPAN)], tagging())], queue, trust=trust, tag=tag)
        assert seen == [new]
        assert edit.confidence == pytest.approx(1 / (1 + math.exp(-1.0)), abs=1e-4)  # (70 - 50) / 10 - 1

    def test_changes_elsewhere_are_dropped(self) -> None:
        queue = Queue(Candidate("The mayor opened the bridge. It was empty.", -1, -9))
        [edits] = propose([Job(Segment(TEXT), [finding(SPAN)])], queue)
        assert apply(TEXT, edits) == "The mayor opened the bridge. It was crowded."

    def test_what_loses_or_adds_a_content_word_is_only_suggested(self) -> None:
        for verb, how in (("opens", Applicability.SAFE), ("painted", Applicability.UNSAFE), ("", Applicability.UNSAFE)):
            queue = Queue(Candidate(TEXT.replace("did opened", verb), -1.0, -9.0))
            [[edit]] = propose([Job(Segment(TEXT), [finding(SPAN)])], queue)
            assert edit.applicability is how, verb

    def test_a_misspelt_word_becomes_a_near_one_unseen(self) -> None:
        for word, new, how in (
            ("discipoles", "disciples", Applicability.SAFE),
            ("companiament", "component", Applicability.UNSAFE),
        ):
            text = f"One of his {word} came."
            span = Span(11, 11 + len(word))
            queue = Queue(Candidate(text.replace(word, new), -1.0, -9.0))
            [[edit]] = propose([Job(Segment(text), [finding(span)])], queue)
            assert edit.applicability is how, word

    def test_the_variety_of_english_is_left_alone(self) -> None:
        text = "The centre was organised by a man of colour."
        new = "The center was organized by men of color."
        found = edits_of(Job(Segment(text), []), Span(0, len(text)), Candidate(new, -1.0, -9.0), None)
        assert apply(text, [e for e, _ in found]) == "The centre was organised by men of colour."

    def test_apostrophes_are_those_of_the_text(self) -> None:
        for text, new in (
            ("I dont know, it is late.", "I don't know, it is late."),
            ("He’s here. I dont know.", "He’s here. I don’t know."),
        ):
            answer = Candidate(new.replace("'", "’"), -1.0, -9.0)
            found = edits_of(Job(Segment(text), []), Span(0, len(text)), answer, None)
            assert apply(text, [e for e, _ in found]) == new
        plain = "They don't know."
        assert not edits_of(Job(Segment(plain), []), Span(0, 16), Candidate("They don’t know.", -1.0, -9.0), None)

    def test_a_word_that_the_dictionary_lacks_is_asked_about(self) -> None:
        unknown = replace(
            finding(Span(4, 9), Severity.MINOR, hint=True),
            category=Category.SPELLING,
            edits=(Edit(Span(4, 9), "manor", Applicability.UNSAFE),),
        )
        assert spans(Job(Segment(TEXT), [unknown]), Trust()) == (Span(4, 9),)
        assert spans(Job(Segment(TEXT), [replace(unknown, edits=())]), Trust()) == ()  # nothing is like it: a name?
        [(_, values)] = edits_of(
            Job(Segment(TEXT), [unknown]), Span(4, 9), Candidate(TEXT.replace("mayor", "major"), -1, -9), None
        )
        assert (values["misspelt"], values["lost"], values["added"], values["akin"]) == (1, 0, 0, 1)

    def test_what_a_checker_doubts_is_asked_about_and_agreement_counts(self) -> None:
        fault = replace(
            finding(Span(10, 20), Severity.MINOR, edits=(Edit(Span(10, 14), "", Applicability.UNSAFE),)),
            detector="linguistic.languagetool",
        )
        job = Job(Segment(TEXT), [fault], tagging(suspect=0.9))
        assert spans(job, Trust(ask_suspect=0.8)) == (Span(0, 9), Span(10, 20))  # by itself, not with what is beside it
        for verb, agrees in (("opened", 1.0), ("opens", 0.0)):
            found = edits_of(job, SPAN, Candidate(TEXT.replace("did opened", verb), -1, -9), None)
            assert [values["agrees"] for _, values in found] == [agrees]

    def test_neighbouring_words_are_one_span(self) -> None:
        tags = ((("KEEP", 0.9),), (("REWRITE", 0.6), ("KEEP", 0.4)), (("REWRITE", 0.8),))
        job = Job(Segment(TEXT), [finding(Span(40, 43))], tagging(*tags))
        assert spans(job, Trust(ask_rewrite=0.5)) == (Span(4, 13), Span(40, 43))
        assert spans(job, Trust(ask_rewrite=0.7)) == (Span(10, 13), Span(40, 43))
        assert spans(Job(Segment(TEXT), [], tagging(suspect=0.9)), Trust(ask_suspect=0.8)) == (Span(0, 20),)
        assert spans(job, Trust(ask_rewrite=0.7, ask_all=0.5).thorough()) == (Span(4, 13), Span(40, 43))

    def test_the_same_span_is_asked_once_and_mended_the_same_way(self) -> None:
        queue = Queue(Candidate("The mayor opened the bridge. It was crowded.", -1.0, -9.0))
        job = Job(Segment(TEXT), [finding(SPAN)])
        one, two = propose([job, job], queue)
        assert one == two
        assert len(queue.requests) == 1

    def test_changes_near_one_another_are_one_edit(self) -> None:
        text, new = (
            "He have went to to the the big old house on a hill.",
            "He has gone to the big old house on the hill.",
        )
        found = edits_of(Job(Segment(text), []), Span(0, len(text)), Candidate(new, -1.0, -9.0), None)
        assert [(e.span.of(text), e.text) for e, _ in found] == [
            ("have went to to the the ", "has gone to the "),
            ("a", "the"),
        ]
        assert apply(text, [e for e, _ in found]) == new
        assert all(set(values) == set(FEATURES) for _, values in found)

    def test_of_a_sentence_written_anew_more_is_asked(self) -> None:
        trust = Trust(apply_at=0.9, suggest_at=0.3, whole_at=0.5)
        assert trust.how(0.4) is Applicability.UNSAFE
        assert trust.how(0.4, whole=True) is Applicability.DISPLAY_ONLY
        assert Trust(suggest_at=0.3).how(0.4, whole=True) is Applicability.UNSAFE

    def test_where_all_is_mended_whole_sentences_are_asked_about(self) -> None:
        job = Job(Segment(TEXT), [], tagging())  # nothing is suspect, and the score is 50
        assert spans(job, Trust(whole_below=60.0).thorough()) == ()
        assert spans(job, Trust(whole_below=60.0), whole=True) == (Span(0, 32), Span(33, 48))
        assert spans(job, Trust(whole_below=40.0), whole=True) == ()

    @pytest.mark.parametrize(("gain", "sentences"), [(3.0, 0), (-3.0, 2)])
    def test_the_sentence_is_written_anew_when_nothing_comes_of_its_spans(self, gain: float, sentences: int) -> None:
        queue = Queue(Candidate(TEXT.replace("did opened", "opened"), -1.0, -1.0 - gain))
        job = Job(Segment(TEXT), [finding(SPAN)], tagging())
        propose([job], queue, trust=Trust(whole_below=60.0).thorough())
        assert [r.span for r in queue.requests] == [SPAN, Span(0, 32), Span(33, 48)][: 1 + sentences]
        queue.requests.clear()
        propose([job], queue, trust=Trust(whole_below=60.0))
        assert [r.span for r in queue.requests] == [SPAN]

    def test_an_edit_that_the_guards_refuse_does_not_keep_a_sentence_from_being_written_anew(self) -> None:
        queue = Queue(Candidate(TEXT.replace("did opened", "opened"), -1.0, -4.0))
        job, trust = Job(Segment(TEXT), [finding(SPAN)], tagging()), Trust(whole_below=60.0).thorough()
        for allowed, asked in ((True, 1), (False, 3)):
            queue.requests.clear()
            [[edit]] = propose([job], queue, trust=trust, allowed=lambda _segment, _edit, good=allowed: good)
            assert len(queue.requests) == asked
            assert edit.applicability is not Applicability.DISPLAY_ONLY  # what was refused is shown all the same

    def test_a_headline_gets_no_full_stop(self) -> None:
        found = edits_of(Job(Segment("Rain fall today"), []), Span(0, 15), Candidate("Rain falls today.", -1, -9), None)
        assert [e.text for e, _ in found] == ["falls"]

    def test_how_much_was_mended_counts_by_the_words(self) -> None:
        candidate = Candidate(TEXT.replace("did opened", "opened"), -1.0, -9.0)  # of eight words
        for mended, value in ((0, 0.0), (1, 1.0), (2, 2.0), (9, 3.0)):
            [(_, values)] = edits_of(Job(Segment(TEXT), [], mended=mended), SPAN, candidate, None)
            assert values["mended"] == value

    def test_names_and_figures_and_long_words_tell_news_from_plain_prose(self) -> None:
        plain_text = prose("I think that we like it when you go home. They do too.")
        news = prose("In Berlin, Angela Merkel announced 27 appointments in 2016.")
        assert plain_text == {"names": 0.0, "figures": 0.0, "long": pytest.approx(40 / 13 - 4.5)}
        assert news["names"] == 3.0 and news["figures"] == 2.0 and news["long"] > 0
        assert set(plain_text) < set(FEATURES)
        assert prose("") == prose("?!") == dict.fromkeys(plain_text, 0.0)

    def test_the_shipped_numbers_keep_a_second_run_quiet(self) -> None:
        # In a repaired text put in again nothing was mended yet: that may only make the rewriter less sure.
        card = read_card(Path(__file__).parent.parent / "models/rewriter-en", "rewriter-en")
        assert card.trust["mended"] >= 0 and card.whole["mended"] >= 0

    def test_confidence_of_extremes(self) -> None:
        for gain, sure in ((-10_000.0, 0.0), (10_000.0, 1.0)):
            assert confidence(dict.fromkeys(FEATURES, 0.0) | {"gain": gain}, Trust()) == pytest.approx(sure)

    def test_what_a_finding_proposes_is_weighed_beside_the_own_answer(self) -> None:
        text = "It was hit by guns were shot down."
        span = Span(3, 33)
        rule = finding(span, edits=(Edit(span, "was hit by guns", Applicability.UNSAFE),))
        job = Job(Segment(text), (rule,))
        for low, wanted in ((-1.8, "It was hit by guns."), (-2.2, "It was hit by a gun.")):
            queue = Queue(Candidate("It was hit by a gun.", -1.0, -8.0), Candidate("It was hit by guns.", low, -8.0))
            [edits] = propose([job], queue, trust=Trust(apply_at=0.1, suggest_at=0.1))
            assert queue.requests[0].also == ("was hit by guns",)
            assert apply(text, edits) == wanted

    def test_a_word_that_loses_its_prefix_is_only_suggested(self) -> None:
        text = "The third subparagraph of it, aswell."
        sure = {"whole": 0.0, "agrees": 1.0}
        trust = Trust(apply_at=0.5, suggest_at=0.2)
        assert level_of(text, Edit(Span(10, 22), "paragraph"), sure, 0.9, trust) is Applicability.UNSAFE
        assert level_of(text, Edit(Span(30, 36), "as well"), sure, 0.9, trust) is Applicability.SAFE

    def test_a_capital_at_the_head_of_a_fragment_is_only_suggested(self) -> None:
        edit, sure, trust = (
            Edit(Span(0, 8), "Hundreds"),
            {"whole": 0.0, "agrees": 1.0},
            Trust(apply_at=0.5, suggest_at=0.2),
        )
        assert level_of("hundreds against him", edit, sure, 0.9, trust) is Applicability.UNSAFE
        assert level_of("hundreds went.", edit, sure, 0.9, trust) is Applicability.SAFE

    def test_a_confidence_sees_what_the_tagger_would_still_change(self) -> None:
        text, new = "He go home now.", "He goes homes now."
        words = tuple(Span(*p) for p in ((0, 2), (3, 5), (6, 10), (11, 14), (14, 15)))
        there = tuple(Span(*p) for p in ((0, 2), (3, 7), (8, 13), (14, 17), (17, 18)))
        before = Tagging(words, (0.5,) * 5, ((),) * 5, 50.0, keep=(1.0, 0.2, 1.0, 1.0, 1.0))
        after = Tagging(there, (0.5,) * 5, ((),) * 5, 50.0, keep=(1.0, 0.9, 0.3, 1.0, 0.6))
        job = Job(Segment(text), (), before)
        ((_, values),) = edits_of(job, Span(3, 10), Candidate(new, -1.0, -2.0), after)
        assert values["doubt"] == pytest.approx(0.7)
        assert values["near"] == pytest.approx(0.7)
        assert values["eased"] == pytest.approx(0.8 - 1.2)


class TestCards:
    def test_known_names(self) -> None:
        assert read_card(None, "grammarly/coedit-large").prompt.startswith("Fix grammatical errors")
        assert read_card(None, "someone/something").prompt == "{text}"

    def test_all_faults_at_once(self, tmp_path: Path) -> None:
        (tmp_path / "card.toml").write_text(
            'kind = "magic"\nscope = "span"\nprompt = "{text}"\nmax_length = 1\nbeam = 0\n'
        )
        with pytest.raises(CardInvalid) as caught:
            load(str(tmp_path))
        assert all(word in str(caught.value) for word in ("kind", "{span}", "max_length", "beam"))

    def test_wrong_types_and_broken_toml(self, tmp_path: Path) -> None:
        (tmp_path / "card.toml").write_text("prompt = 3\n")
        with pytest.raises(CardInvalid, match="prompt"):
            load(str(tmp_path))
        (tmp_path / "card.toml").write_text("prompt = \n")
        with pytest.raises(CardInvalid, match=r"card\.toml"):
            load(str(tmp_path))

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(ModelMissing, match="no rewriter 'rewriter-xx'"):
            load("rewriter-xx")
        assert find("rewriter-xx", [tmp_path]) is None
        (tmp_path / "rewriter-xx").mkdir()
        (tmp_path / "rewriter-xx" / "card.toml").write_text("")
        assert find("rewriter-xx", [tmp_path]) == tmp_path / "rewriter-xx"


NAMES = [f"{a} {b}" for a in ("old", "new", "big") for b in ("bridge", "mayor", "house")]
SENTENCES = [f"The {name} {verb}." for name in NAMES for verb in ("fell", "spoke", "stood", "was shown", "left")]


def sentencepiece_model(folder: Path) -> Path:
    sentencepiece = pytest.importorskip("sentencepiece")
    folder.mkdir(exist_ok=True)
    (folder / "lines.txt").write_text("\n".join(SENTENCES), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "lines.txt"), model_prefix=str(folder / "spiece"), vocab_size=60, hard_vocab_limit=False,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", eos_piece="</s>", unk_piece="<unk>",
        minloglevel=2,
    )  # fmt: skip
    return folder / "spiece.model"


@pytest.fixture(scope="session")
def tiny_t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("models") / "tiny-t5"
    model_file = sentencepiece_model(folder)
    tokenizer = transformers.T5Tokenizer.from_pretrained(str(folder), extra_ids=0)
    assert model_file.is_file()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    config = transformers.T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=2,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    transformers.T5ForConditionalGeneration(config).save_pretrained(folder)
    (folder / "card.toml").write_text('prompt = "fix: {text}"\nmax_length = 48\nlicence = "none"\n')
    return folder


@pytest.fixture(scope="session")
def tiny_gpt(tmp_path_factory: pytest.TempPathFactory, tiny_t5: Path) -> Path:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("models") / "tiny-gpt"
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_t5)
    torch.manual_seed(4)
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2, n_positions=256, bos_token_id=1, eos_token_id=1
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer.backend_tokenizer,
        bos_token="</s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
    ).save_pretrained(folder)
    (folder / "card.toml").write_text(
        'kind = "causal"\nscope = "span"\nprompt = "{left}[{span}]{right} =>"\nmax_length = 48\n'
    )
    return folder


def converted(source: Path, target: Path) -> Path:
    pytest.importorskip("ctranslate2")
    from ctranslate2.converters import TransformersConverter

    converter = TransformersConverter(str(source), copy_files=["card.toml", "tokenizer.json"])
    converter.convert(str(target), quantization="int8")
    return target


FIRSTS = ("The new mayor spoke.", "The big bridge was shown.", "The old mayor left.")
REQUESTS = [Request(f"{first} The old house stood.", Span(4, 7)) for first in FIRSTS]


def same_alone_and_together(session: Session) -> None:
    together = session.rewrite(REQUESTS)
    assert [len(c) for c in together] != [0, 0, 0]
    assert together == [session.rewrite([r])[0] for r in REQUESTS]
    assert together == session.rewrite(REQUESTS[::-1])[::-1]
    for request, candidates in zip(REQUESTS, together, strict=True):
        assert all(c.text != request.hypothesis and c.text.endswith(" The old house stood.") for c in candidates)
        assert all(c.logprob < 0 and c.logprob_kept < 0 for c in candidates)
        assert candidates == sorted(candidates, key=lambda c: -c.logprob)


def test_tiny_t5_in_transformers(tiny_t5: Path) -> None:
    same_alone_and_together(load(str(tiny_t5)))


def test_tiny_gpt_in_transformers(tiny_gpt: Path) -> None:
    same_alone_and_together(load(str(tiny_gpt)))


def test_tiny_t5_in_ctranslate2(tiny_t5: Path, tmp_path: Path) -> None:
    session = load(str(converted(tiny_t5, tmp_path / "ct2")), threads=1)
    same_alone_and_together(session)


def test_both_engines_give_about_the_same_probabilities(tiny_t5: Path, tmp_path: Path) -> None:
    pairs = [
        ("fix: The old bridge fell.", "The old bridge fell."),
        ("fix: The big bridge left.", "The new mayor spoke."),
    ]
    one, two = load(str(tiny_t5)), load(str(converted(tiny_t5, tmp_path / "ct2")))
    assert one._backend.score(pairs) == pytest.approx(two._backend.score(pairs), rel=0.05)


def test_sentencepiece_file_in_ctranslate2(tiny_t5: Path, tmp_path: Path) -> None:
    folder = converted(tiny_t5, tmp_path / "ct2")
    by_json = load(str(folder)).rewrite(REQUESTS)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelMissing, match="no tokenizer"):
        load(str(folder))
    (folder / "spiece.model").write_bytes((tiny_t5 / "spiece.model").read_bytes())
    assert load(str(folder)).rewrite(REQUESTS) == by_json


def test_tiny_gpt_in_ctranslate2(tiny_gpt: Path, tmp_path: Path) -> None:
    same_alone_and_together(load(str(converted(tiny_gpt, tmp_path / "ct2"))))


def test_a_broken_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    pytest.importorskip("transformers")
    with pytest.raises(ModelError, match="can't be loaded"):
        load(str(tmp_path))


def test_a_hub_name_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub.constants")
    pytest.importorskip("torch")
    monkeypatch.setattr(hub, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelMissing, match="can't be had from the hub"):
        load("nobody/no-such-model")


GOOD = [
    "The council has approved the new bridge, and the work will begin in May.",
    "She was taken to the hospital, where doctors said that her injuries were not serious.",
    "The old house by the river is to be sold, which surprised its neighbours.",
    "Officials have warned that the road could be closed for several weeks, if it rains.",
    "They were told that the school had been built in the year after the great flood.",
]


@pytest.mark.train
def test_the_recipe_from_raw_texts_to_a_loaded_rewriter(tmp_path: Path) -> None:
    for name in ("torch", "peft", "ctranslate2"):
        pytest.importorskip(name)
    data = tmp_path / "data"
    (data / "mono").mkdir(parents=True)
    article = {"date": "2015-01-01", "year": 2016, "country": "X", "title": "T", "paragraphs": GOOD}
    for name in ("news", "un_debates", "books"):
        with lzma.open(data / "mono" / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(article) + "\n" for _ in range(40))
    examples, run, out = tmp_path / "examples.jsonl", tmp_path / "run", tmp_path / "rewriter-en"
    recipe("spans", "--data", data, "--out", examples, "--scale", "0.002")
    made = [json.loads(line) for line in examples.read_text(encoding="utf-8").splitlines()]
    assert any(e["answer"] == e["text"][slice(*e["span"])] for e in made)  # restraint is taught too
    assert any(e["answer"] != e["text"][slice(*e["span"])] for e in made)
    recipe("rewriter", "--tiny", "--examples", examples, "--out", run, "--steps", "2", "--batch", "4")
    more = recipe("rewriter", "--tiny", "--examples", examples, "--out", run, "--steps", "4", "--batch", "4")
    assert "going on at step 2" in more
    recipe("rewriter_export", "--merged", run / "merged", "--out", out)
    session = load(str(out), threads=1)
    requests = [Request(text, Span(4, 20)) for text in GOOD]
    assert session.rewrite(requests) == [session.rewrite([r])[0] for r in requests]
    again = tmp_path / "again"
    recipe("rewriter_unpack", "--model", out, "--out", again)
    safetensors = pytest.importorskip("safetensors.torch")
    one, two = (safetensors.load_file(f / "model.safetensors") for f in (run / "merged", again))
    assert all((one[name] - two[name]).abs().max() < 0.01 * one[name].abs().max() for name in two)
    recipe(
        "rewriter", "--base", again, "--examples", examples, "--out", tmp_path / "on", "--steps", "1", "--batch", "4"
    )
    part = out / "model.bin.0"
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="differ from what the card says"):
        load(str(out))


@pytest.mark.train
def test_ones_own_corrections_become_examples(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    from models.train.rewriter import corrections

    path = tmp_path / "own.jsonl"
    records = [
        {"hypothesis": "He go home.", "post_edit": "He goes home."},
        {"hypothesis": "He go home.", "span": [3, 5], "answer": "went", "accepted": False},
        {"hypothesis": "He go home.", "span": [3, 5], "answer": "went"},
    ]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    assert [(e["span"], e["answer"]) for e in corrections(path)] == [([3, 5], "goes"), ([3, 5], "go"), ([3, 5], "went")]


@pytest.mark.train
def test_what_an_answer_says_anew_weighs_more() -> None:
    pytest.importorskip("peft")
    from models.train.rewriter import changed

    for span, answer, new in (
        ("He go home.", "He goes home.", ["goes"]),
        ("He go to home.", "He go home.", ["home"]),  # after a struck word comes what it was struck for
        ("of the the", "of the", ["\n"]),
        ("He goes home.", "He goes home.", []),
    ):
        assert [f"{answer}\n"[a:b] for a, b in changed(span, answer)] == new


@pytest.mark.train
def test_the_weight_reaches_the_tokens_and_the_loss(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("peft")
    from models.train.rewriter import encode, loss_of, tiny_base

    example = {"text": "Yes, he go home now.", "span": [5, 15], "answer": "he goes home", "from": "x"}
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_base([example] * 3, tmp_path))
    ids, mask, labels, weights = encode(tokenizer, [example], 3.0)
    heavy = [k for k in range(ids.shape[1]) if weights[0, k] == 3.0]
    assert tokenizer.decode(ids[0, heavy]).strip() == "goes"
    assert all(labels[0, k] >= 0 for k in heavy)
    model = transformers.AutoModelForCausalLM.from_pretrained(tmp_path)
    with torch.no_grad():
        on = labels[0, 1:] >= 0
        logs = model(ids, attention_mask=mask).logits[0, :-1].log_softmax(-1)
        each = -logs.gather(-1, ids[0, 1:, None])[on, 0]
        w = weights[0, 1:][on]
        assert loss_of(model, ids, mask, labels, weights).item() == pytest.approx(
            float((each * w).sum() / w.sum()), rel=1e-4
        )


@pytest.mark.train
def test_a_sentence_is_taught_to_be_mended_as_far_as_can_be_known() -> None:
    pytest.importorskip("models.train.spans")
    from types import SimpleNamespace

    from models.train.spans import Maker

    text, good = "He go to an bank of Riga.", "He goes to a shore of Riga."
    blocks = [(3, 5, "goes", True), (9, 16, "a shore", False)]
    maker: Any = SimpleNamespace(blocks=lambda *_: blocks, rng=random.Random(1))
    assert Maker.partly(maker, text, good, 0.0) == "He goes to an bank of Riga."
    assert Maker.partly(maker, text, good, 1.0) == good


def recipe(module: str, *options: object) -> str:
    command = [sys.executable, "-m", f"models.train.{module}", *map(str, options)]
    root = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
