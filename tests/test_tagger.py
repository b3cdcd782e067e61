"""The tagger: its pure parts, and the whole recipe from raw data to a loaded toy model."""

from __future__ import annotations

import json
import lzma
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtfix.detect.neural.suspect_span import runs, suspect_span
from mtfix.errors import CardInvalid, ChecksumMismatch, ModelMissing
from mtfix.repair.tagged import CONTEXT, Trust, context, edit_of, kind_of, plain, propose
from mtfix.runtime import card, lexicon, tagger
from mtfix.runtime.suspicion import Raw
from mtfix.types import Applicability, Segment, Span, Tagging

FORMS = {"go": {"S": "goes", "ED": "went"}, "home": {"S": "homes"}}


def after(text: str, word: str, tag: str) -> str | None:
    """The text after one tag on the first such word; None if the tag is refused."""
    words = tagger.word_spans(text)
    at = next(n for n, s in enumerate(words) if s.of(text) == word)
    made = edit_of(text, words, at, tag, FORMS)
    return None if made is None else text[: made[0].start] + made[1] + text[made[0].end :]


@pytest.mark.parametrize(
    ("text", "word", "tag", "expected"),
    [
        ("He went to the home.", "the", "DELETE", "He went to home."),
        ("He said that was old.", "that", "DELETE", "He said was old."),
        ("The man which who is old came.", "who", "DELETE", "The man which is old came."),
        ("The life is short.", "The", "DELETE", "Life is short."),
        ("He go home.", "go", "F_S", "He goes home."),
        ("Go home.", "Go", "F_ED", "Went home."),
        ("He is in home.", "in", "R_at", "He is at home."),
        ("In monday he left.", "In", "R_on", "On monday he left."),
        ("He read book.", "read", "A_a", "He read a book."),
        ("He read old book.", "read", "A_a", "He read an old book."),
        ("He left the European.", "the", "R_an", "He left a European."),
        ("However he left.", "However", "A_,", "However, he left."),
        ("in house he slept.", "in", "P_but", "but in house he slept."),
        ("It he said.", "It", "P_as", "As it he said."),
        ("a house big", "house", "SWAP", "a big house"),
        ("an inter national team", "inter", "MERGE", "an international team"),
        ("a well known man", "well", "HYPHEN", "a well-known man"),
        ("he lives in london", "london", "CASE", "he lives in London"),
    ],
)
def test_a_tag_is_an_edit(text: str, word: str, tag: str, expected: str) -> None:
    assert after(text, word, tag) == expected


@pytest.mark.parametrize(
    ("text", "word", "tag"),
    [
        ("He bought a castle there.", "castle", "DELETE"),
        ("The law (of 1990) holds.", "(", "DELETE"),
        ("He said “no” to it.", "“", "DELETE"),
        ("He did not go.", "not", "DELETE"),
        ("He left.", ".", "DELETE"),
        ("He saw the the man.", "the", "DELETE"),
        ("He came together with her.", "together", "R_along"),
        ("It cost 100 euros.", "100", "R_200"),
        ("He saw Anna there.", "Anna", "R_hanna"),
        ("The colour is red.", "colour", "R_color"),
        ("The cat organises it.", "organises", "R_organizes"),
        ("A house (big) there.", "house", "SWAP"),
        ("He read the book.", "read", "A_the"),
        ("He NATO said.", "NATO", "CASE"),
        ("He walks.", "walks", "F_ED"),
        ("It stands .", ".", "R_word"),
        ("We do not go.", "not", "R_don’t"),
        ("He can go.", "can", "R_can't"),
        ("That is why he was here.", "was", "R_he’s"),
        ("They would have to leave.", "to", "R_should"),
        ("He came. However I left.", "However", "R_but"),
        ("It is 25% off today.", "off", "R_of"),
        ("It is on top of that.", "of", "R_up"),
        ("We do not expect it.", "do", "DELETE"),
        ("The brigade that guards the town came.", "that", "DELETE"),
        ("I am living in this city.", "I", "DELETE"),
        ("They know the town.", "They", "DELETE"),
        ("The man who is old came.", "who", "DELETE"),
        ("“That is power.” Note what he said.", "Note", "CASE"),
        ("He left. Note what he said.", "Note", "CASE"),
        ("Note what he said.", "Note", "CASE"),
    ],
)
def test_a_harmful_tag_is_refused(text: str, word: str, tag: str) -> None:
    assert after(text, word, tag) is None


def test_of_a_doubled_word_the_second_goes() -> None:
    text = "The bigger the the city."
    words = tagger.word_spans(text)
    refused = [edit_of(text, words, n, "DELETE", FORMS) is None for n in range(5)]
    assert refused == [False, True, True, False, True]


def test_variants_are_the_same_word() -> None:
    pairs = [
        "colour color",
        "centre center",
        "travelled traveled",
        "defence defense",
        "programme program",
        "manoeuvred maneuvered",
    ]
    assert all(plain(a) == plain(b) for a, b in map(str.split, pairs))
    assert plain("house") != plain("horse")


def test_kinds_of_edit() -> None:
    text = "He go to to the castel , now"
    words = tagger.word_spans(text)
    asked = [(1, "F_S"), (2, "DELETE"), (4, "DELETE"), (5, "R_castle"), (5, "A_a"), (6, "DELETE"), (4, "R_a")]
    assert [kind_of(text, words, n, tag) for n, tag in asked] == [
        "form", "delete-doubled", "delete-function", "replace-spelling", "insert", "punctuation", "replace-function",
    ]  # fmt: skip


def tagging(text: str, tags: dict[int, tuple[tuple[str, float], ...]]) -> Tagging:
    words = tuple(tagger.word_spans(text))
    return Tagging(words, (0.1,) * len(words), tuple(tags.get(n, ()) for n in range(len(words))), 50.0)


def test_proposals_carry_confidence_and_level() -> None:
    trust = Trust({"form": (1.0, 0.0), "insert": (1.0, -1.0)}, apply_at=0.8, suggest_at=0.4)
    text = "He go home by train with friend now"
    given = {1: (("F_S", 0.9),), 4: (("A_the", 0.7),), 6: (("A_a", 0.3),), 7: (("DELETE", 0.9),)}
    edits = propose(Segment(text), (), tagging(text, given), forms=FORMS, trust=trust)
    levels = [e.applicability for e in edits]
    assert levels == [Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY]
    assert edits[0].confidence == pytest.approx(0.9)
    assert all(e.by == "tagger" for e in edits)
    assert propose(Segment(text), (), None, forms=FORMS, trust=trust) == ()


@pytest.mark.parametrize(
    ("text", "word", "level"),
    [
        ("He sold the old the house", 4, Applicability.SAFE),  # there twice
        ("He went to the school by the bus", 3, Applicability.SAFE),
        ("They decided to grant it", 2, Applicability.UNSAFE),
        ("The aid was compatible with the rules", 2, Applicability.UNSAFE),
        ("In addition the court ruled", 0, Applicability.UNSAFE),
        ("He met the ministers of the defense", 4, Applicability.UNSAFE),
        ("Ministers of defense of Spain met", 3, Applicability.UNSAFE),
        ("Ministers of of Spain met", 2, Applicability.SAFE),
        ("Loans go to the big firms and the well-connected", 6, Applicability.UNSAFE),
    ],
)
def test_only_articles_and_doubled_words_are_struck_unseen(text: str, word: int, level: Applicability) -> None:
    trust = Trust(dict.fromkeys(("delete-function", "delete-doubled"), (1.0, 0.0)), apply_at=0.8, suggest_at=0.4)
    [edit] = propose(Segment(text), (), tagging(text, {word: (("DELETE", 0.95),)}), forms=FORMS, trust=trust)
    assert edit.applicability is level


def test_a_confidence_looks_at_the_surroundings() -> None:
    trust = Trust({"form": (1.0, 0.0)}, 0.8, 0.4, {"near": -0.5, "article": -1.0})
    text = "He go home"
    calm, wild = tagging(text, {}), replace(tagging(text, {}), suspect=(0.9, 0.5, 0.9))
    assert context(text, calm, 1, 0.0)[CONTEXT.index("near")] < 0 < context(text, wild, 1, 0.0)[CONTEXT.index("near")]
    sure = [trust.confidence("form", 0.8, context(text, t, 1, 0.0)) for t in (calm, wild)]
    assert sure[0] > trust.confidence("form", 0.8) > sure[1]


def test_the_likeliest_change_of_a_word_tells_on_the_quality() -> None:
    def raw(*keep: float) -> Raw:
        n, none = len(keep), np.zeros((len(keep), 1))
        keeps = np.array(keep, np.float32)
        return Raw(keeps, keeps, none, none, none.astype(np.int64), np.ones(n, bool), 0.0, np.zeros(n), 0.0)

    how = {"bias": 60.0, "score": 20.0, "suspect": 10.0, "liked": 8.0, "change": -8.0}
    words, suspect = "He go home".split(), (0.2, 0.2, 0.2)
    fine, damaged = (tagger.quality(raw(0.9, keep, 0.9), words, suspect, how) for keep in (0.9, 0.1))
    assert fine - damaged == pytest.approx(8.0 * 0.8)
    assert tagger.surest(raw()) == 0.0


def test_a_good_segment_wants_stronger_evidence() -> None:
    from eval.tagger_fit import Case, fit_edits

    rng = random.Random(2)
    bad = [Case("mt", "form", p, (*[0.0] * 10, 0.0), rng.random() < p) for p in [k / 400 for k in range(100, 400)]]
    news = [Case("news", "form", p, (*[0.0] * 10, 1.0), False) for p in (0.7, 0.8, 0.9) for _ in range(50)]
    fitted, alone = fit_edits(bad)
    held, weights = fit_edits(bad, news)
    assert held == fitted and alone["good"] == 0.0 and weights["good"] < -1.0
    assert {k: v for k, v in weights.items() if k != "good"} == {k: v for k, v in alone.items() if k != "good"}
    trust = Trust(fitted, 0.8, 0.4, weights)
    fair, good = (context("He go home", replace(tagging("He go home", {}), score=q), 1, 0.0) for q in (50.0, 70.0))
    assert fair[-1] == 0.0 < good[-1] and trust.confidence("form", 0.9, good) < 0.4 < trust.confidence(
        "form", 0.9, fair
    )


def test_proposals_do_not_overlap() -> None:
    trust = Trust({"swap": (1.0, 0.0), "form": (1.0, 0.0)}, apply_at=0.8, suggest_at=0.4)
    text = "they go home"
    given = {0: (("SWAP", 0.6),), 1: (("F_S", 0.9),)}
    edits = propose(Segment(text), (), tagging(text, given), forms=FORMS, trust=trust)
    assert [(e.span, e.text) for e in edits] == [(Span(5, 7), "goes")]


def test_runs_of_suspect_words() -> None:
    assert runs([]) == []
    assert runs([0.9]) == [(0, 1)]
    assert runs([0.6, 0.6]) == []
    assert runs([0.6, 0.8, 0.1, 0.56, 0.9]) == [(0, 2), (3, 5)]


def test_suspect_span_needs_a_tagger() -> None:
    segments = (Segment("a"), Segment("b"))
    assert list(suspect_span.function(segments)) == [(), ()]
    words = tuple(tagger.word_spans("an odd 🙂 thing"))
    one = Tagging(words, (0.1, 0.9, 0.9, 0.2), ((),) * 4, 30.0, kinds=("grammar",) * 4)
    hits = suspect_span.function(segments, taggings=[one, None])
    assert [h.span.of("an odd 🙂 thing") for h in hits[0]] == ["odd 🙂"]


def test_windows_hold_every_word_once() -> None:
    rng = random.Random(1)
    for _ in range(30):
        parts = [" ".join("word" for _ in range(rng.randrange(1, 70))) + "." for _ in range(rng.randrange(1, 6))]
        text = " ".join(p.capitalize() for p in parts)
        words = tagger.word_spans(text)
        cut = tagger.windows(text, words)
        assert [n for a, b in cut for n in range(a, b)] == list(range(len(words)))
    assert tagger.windows("", []) == []


def test_a_card_reports_all_its_faults(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text('id = "x"\ntask = "poet"\nmax_length = 2\n[files]\n"gone.bin" = "12"\n')
    with pytest.raises(CardInvalid) as caught:
        card.read(tmp_path, "tagger")
    for part in (
        "version is missing",
        "licence is missing",
        "'poet'",
        "max_length",
        "'gone.bin' is not there",
        "SHA-256",
    ):
        assert part in caught.value.message
    with pytest.raises(ModelMissing):
        card.find("no-such-model", (tmp_path,))
    with pytest.raises(CardInvalid):
        card.read(tmp_path / "nowhere", "tagger")


# The recipe ---------------------------------------------------------------------------------------


def packed(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8", preset=0) as file:
        file.writelines(json.dumps(r) + "\n" for r in rows)


def sentence(rng: random.Random) -> str:
    who, what, where = "The man|A woman|Her friend", "bought|found|sold|saw", "in the city|near a river|at home"
    thing = "a red book|the old house|an apple"
    return " ".join(rng.choice(x.split("|")) for x in (who, what, thing, where)) + " on Monday ."


def toy_data(folder: Path) -> Path:
    """A little text that reads like the real files."""
    rng = random.Random(2)
    rows = []
    for n in range(240):
        good = sentence(rng)
        words = good.split()
        gone = rng.randrange(1, len(words) - 1)
        bad = [*words[:gone], "the", *words[gone:]] if n % 2 else words
        tags = ["OK"] * (2 * len(bad) + 1)
        if n % 2:
            tags[2 * gone + 1] = "BAD"
        tok = " ".join(bad)
        rows.append(
            {"pair": ("ro-en", "si-en")[n % 3 == 0], "source": "üks kaks kolm neli", "hypothesis": tok, "da": 50,
             "hypothesis_tok": tok, "post_edit_tok": good, "post_edit": good, "da_z": 1.0 - (n % 2), "tags": tags}
        )  # fmt: skip
    packed(folder / "pairs/mlqe_pe.train.jsonl.xz", rows[:200])
    packed(folder / "pairs/mlqe_pe.dev.jsonl.xz", rows[200:])
    news = [{"paragraphs": [" ".join(sentence(rng) for _ in range(2)) for _ in range(3)]} for _ in range(60)]
    packed(folder / "mono/news.jsonl.xz", news)
    packed(folder / "mono/un_debates.jsonl.xz", [{"year": 2016, **n} for n in news])
    trips = [{"hypothesis": sentence(rng), "reference": sentence(rng)} for _ in range(60)]
    packed(folder / "roundtrip/apertium.jsonl.xz", trips)
    return folder


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for library in ("torch", "transformers", "onnx", "safetensors", "onnxruntime"):
        pytest.importorskip(library)
    from models.train import export, lexicon
    from models.train import tagger as recipe

    folder = tmp_path_factory.mktemp("toy")
    data, out, model = toy_data(folder / "data"), folder / "run", folder / "model"
    with pytest.MonkeyPatch.context() as patch:
        call = ["tagger", "--data", data, "--out", out, "--tiny", "--batch", "16", "--lr", "1e-3", "--freeze", "0"]
        patch.setattr(sys, "argv", [*map(str, call), "--head-factor", "3"])
        recipe.train(recipe.arguments())
        table = folder / "lexicon.npz"
        patch.setattr(sys, "argv", ["lexicon", "--data", str(data), "--out", str(table), "--size", "4096"])
        lexicon.main()
        patch.setattr(sys, "argv", ["export", "--weights", str(out), "--base", str(out / "base"), "--rows", str(out),
                                    "--out", str(model), "--texts", "40", "--lexicon", str(table)])  # fmt: skip
        export.main()
    return model


TEXTS = (
    "The man bought a red book in the city on Monday.",
    "A woman the found an apple at home. Her friend saw the old house near a river on Monday. The man sold it.",
    "Yes.",
    "",
    "😀 ​ \x00 ﷺ ünïcödé 12,345.67 — “quoted” don’t",
    "word " * 300,
    "wooooooord" * 60,
)


@pytest.mark.train
def test_the_same_alone_and_in_a_batch(toy: Path) -> None:
    session = tagger.load(toy, threads=1)
    together = session.tag(TEXTS * 5)
    alone = [session.tag([t])[0] for t in TEXTS]
    backwards = session.tag(TEXTS[::-1])[::-1]
    assert list(together[: len(TEXTS)]) == alone == list(backwards)
    for text, one in zip(TEXTS, alone, strict=True):
        assert len(one.words) == len(one.suspect) == len(one.tags) == len(one.keep) == len(one.kinds)
        assert [s.of(text) for s in one.words] == [s.of(text) for s in tagger.word_spans(text)]
        assert 0 <= one.score <= 100
        assert all(0 <= p <= 1 for p in one.suspect)


@pytest.mark.train
def test_the_export_says_what_the_network_says(toy: Path) -> None:
    import torch

    from models.train import export
    from models.train.tagger import load_tokenizer, predict

    base = toy.parent / "run" / "base"
    net, _ = export.load(toy.parent / "run", base)
    rng = random.Random(9)
    texts = [sentence(rng).split() for _ in range(20)]
    with torch.no_grad():
        wanted = list(predict(net, load_tokenizer(base), texts))
    got = tagger.load(toy, threads=1).raw(texts)
    for (word, change, _, score), raw in zip(wanted, got, strict=True):
        assert np.abs(word - raw.word).max() < 0.05
        assert np.abs(change - (1 - raw.keep)).max() < 0.05
        assert abs(score - raw.score) < 0.1


@pytest.mark.train
def test_the_lexicon_knows_what_was_changed(toy: Path) -> None:
    """In the toy text a "the" too much is all that was ever changed, and such sentences were liked less."""
    good, bad = (x.split() for x in ("The man sold a red book at home .", "The man sold the a red book at home ."))
    found = lexicon.read(toy / "lexicon.npz")
    odds, liked = found.read(bad)
    assert odds.argmax() == 3
    assert found.read(good)[1] > liked
    raw = tagger.load(toy, threads=1).raw([bad])[0]
    assert np.array_equal(raw.lexicon, odds) and raw.liked == liked


@pytest.mark.train
def test_what_is_unpacked_and_exported_again_is_the_same(toy: Path, tmp_path: Path) -> None:
    from models.train import export, tagger_unpack

    tagger_unpack.unpack(toy, tmp_path / "again", positions=192)
    base = toy.parent / "run" / "base"
    net, tags = export.load(tmp_path / "again", base)
    before, _ = export.load(toy.parent / "run", base)
    for name, value in before.state_dict().items():
        if "position" not in name:
            assert (value - net.state_dict()[name]).abs().max() < 0.05, name
    graph = export.model(net, export.watch(net, export.load_tokenizer(base), [["The", "man"]]), toy, frozen=2)
    export.write_folder(graph, tags, base, toy.parent / "run", tmp_path / "same")
    old, new = (tagger_unpack.Graph(f / "model.onnx").value for f in (toy, tmp_path / "same"))
    assert np.array_equal(old["word_embeddings"], new["word_embeddings"])


@pytest.mark.train
def test_two_checkpoints_are_averaged(toy: Path, tmp_path: Path) -> None:
    from models.train import average
    from models.train.tagger import FIXED, save

    run = toy.parent / "run"
    old, tags = average.read(run)
    # Another run knows one tag more, a little of everything else.
    more = {n: longer(v) if n.startswith("edit.") else v + 1 for n, v in old.items()}
    (tmp_path / "new").mkdir()
    save(more, [*tags, "R_xyz"], tmp_path / "new" / "weights.safetensors")
    folders = ["--new", tmp_path / "new", "--old", run, "--rows", run, "--out", tmp_path / "a"]
    call = ["average", *map(str, folders), "--share", "0.25", "--tags", str(len(tags) + 1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", call)
        average.main()
    made, names = average.read(tmp_path / "a")
    assert names == [*tags, "R_xyz"]
    assert np.allclose(made["word.bias"], old["word.bias"] + 0.25, atol=1e-2)
    assert np.allclose(made["edit.bias"][:-1], old["edit.bias"], atol=1e-2)
    assert np.allclose(made["edit.bias"][-1], more["edit.bias"][-1], atol=1e-2)
    fewer, names = average.fewer(made, names, Counter({"R_xyz": 1}), len(FIXED) + 1)
    assert names == [*FIXED, "R_xyz"] and len(fewer["edit.bias"]) == len(names)
    # And the other way round: a tag that only the old one has stays as it is.
    joined, names = average.both(old, tags, more, [*tags, "R_xyz"])
    assert names == [*tags, "R_xyz"] and joined["edit.bias"][-1] == more["edit.bias"][-1]
    assert (joined["edit.bias"][:-1] == old["edit.bias"]).all() and joined["word.bias"] is old["word.bias"]


def longer(value: Any) -> Any:
    """Return the tensor with one row more."""
    import torch

    return torch.cat([value, torch.ones_like(value[:1])])


@pytest.mark.train
def test_checksums_are_verified(toy: Path, tmp_path: Path) -> None:
    for file in toy.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "tags.json").write_text("{}")
    with pytest.raises(ChecksumMismatch, match=r"tags\.json"):
        tagger.load(tmp_path)


@pytest.mark.train
def test_a_stopped_run_goes_on(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from models.train import tagger as recipe

    run = toy.parent / "run"
    (run / "STOP").touch()
    call = ["tagger", "--data", str(toy.parent / "data"), "--out", str(run), "--tiny", "--batch", "16", "--freeze", "0"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", call)
        recipe.train(recipe.arguments())
        recipe.train(recipe.arguments())
    assert "going on at step" in capsys.readouterr().out


@pytest.mark.train
def test_the_ablation_leaves_out_one_part_at_a_time(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from eval import ablation

    run, data = toy.parent / "run", toy.parent / "data"
    rng = random.Random(4)
    trips = [{"engine": "apertium", "hypothesis": sentence(rng), "reference": sentence(rng)} for _ in range(4)]
    packed(data / "dev/roundtrips.jsonl.xz", trips)
    learner = {"source": sentence(rng), "references": [sentence(rng)]}
    (data / "dev/jfleg.dev.jsonl").write_text(json.dumps(learner) + "\n", encoding="utf-8")
    call = ["ablation", "--data", data, "--base", run / "base", "--rows", run, "--out", toy.parent / "ablation"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [*map(str, call), "--steps", "2", "--most", "4", "--parts", "nothing,noise"])
        ablation.main()
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert [line.split(" | ")[0] for line in table] == ["| nothing", "| noise"]
    assert all("apertium" in line and "jfleg" in line for line in table)


@pytest.mark.train
def test_a_teacher_softens_what_people_said_and_labels_what_nobody_judged(
    toy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from models.train import tagger as recipe
    from models.train import teacher

    data, rows, out = toy.parent / "data", toy.parent / "run", toy.parent / "soft"
    taught = toy.parent / "teacher"
    with pytest.MonkeyPatch.context() as patch:
        for call in (
            ["teach", "--out", taught, "--tiny", "--steps", "20", "--hours", "0", "--freeze", "0", "--every", "0"],
            ["teach", "--out", taught, "--tiny", "--steps", "60", "--hours", "0", "--freeze", "0"],
            ["label", "--out", out, "--teacher", taught, "--tagger", toy, "--rows", rows, "--most", "50"],
        ):
            patch.setattr(sys, "argv", ["teacher", "--data", str(data), *map(str, call)])
            teacher.main()
        before, after = ([json.loads(r) for r in (d / "rows.jsonl").open(encoding="utf-8")] for d in (rows, out))
        told = capsys.readouterr().out
        assert "going on at step 20" in told and "steps made: 60" in told
        human, soft = ([r for r in some if r["from"] == "mlqe"] for some in (before, after))
        assert soft and sorted(str(r["tags"]) for r in soft) == sorted(str(r["tags"]) for r in human)
        said = {" ".join(r["words"]): r["bad"] for r in human}
        for r in soft:  # never further than half-way from what a human said
            assert all(abs(a - b) <= 0.5 for a, b in zip(r["bad"], said[" ".join(r["words"])], strict=True))
        assert any(0 < p < 1 for r in soft for p in r["bad"])
        new = [r for r in after if r["from"] == "soft-apertium"]
        assert 0 < len(new) <= 5 and all(0 < p < 1 for r in new for p in r["bad"])
        # The labels are what the tagger's recipe takes.
        call = ["tagger", "--data", data, "--out", toy.parent / "pupil", "--tiny", "--rows", out, "--steps", "3"]
        patch.setattr(sys, "argv", [*map(str, call), "--freeze", "0"])
        recipe.train(recipe.arguments())
    assert (toy.parent / "pupil/weights.safetensors").exists()


@pytest.mark.train
def test_a_pair_that_is_often_changed_does_not_decide_how_words_are_weighed() -> None:
    """The teacher only knows which pair a text is of; the tagger knows which words of it were changed."""
    from models.train import teacher

    rng = np.random.default_rng(1)
    rows, found = [], []
    for pair, share in (("ro-en", 0.5), ("ru-en", 0.05)):
        for _ in range(200):
            bad = rng.random(20) < share
            sees = np.where(bad, 1.0, -1.0) + rng.normal(0, 1, 20)
            knows = np.full(20, 2.0 if pair == "ro-en" else -2.0) + rng.normal(0, 0.1, 20)
            rows.append({"bad": bad.astype(int).tolist(), "score": float(rng.normal()), "from": pair})
            found.append((0.0, 0.0, sees, knows))
    _, (one, two, _) = teacher.weigh(rows, found)
    assert one > 0.5 and abs(two) < one / 10


@pytest.mark.train
def test_a_teacher_says_the_same_alone_and_in_a_batch(toy: Path) -> None:
    from models.train import teacher

    rows = list(teacher.judged(toy.parent / "data", "dev"))[:40]
    net, tokenizer = teacher.read_teacher(toy.parent / "teacher")
    together = teacher.predict(net, tokenizer, rows)
    alone = [teacher.predict(net, tokenizer, [r])[0] for r in rows[:5]]
    for (score, word), (one, words) in zip(together, alone, strict=False):
        assert score == pytest.approx(one, abs=0.02) and word == pytest.approx(words, abs=0.02)
        assert len(word) == len(words)


def test_both_opinions_count_as_far_as_they_tell_what_people_say() -> None:
    pytest.importorskip("torch")
    from eval.teacher import measure
    from models.train.teacher import weigh

    rng = np.random.default_rng(3)
    rows, found = [], []
    for n in range(400):
        one, two, words = rng.normal(), rng.normal(), rng.normal(size=(6, 2)) * 3
        pair, level = (("ro-en", 1.0), ("et-en", -1.0), ("ru-en", 0.0), ("ne-en", 2.0), ("si-en", 0.0))[n % 5]
        # The score is the sum of both, each pair with its own level; the words are as the second says.
        rows.append({"from": pair, "score": 2 * one + 0.5 * two + level, "bad": [int(z > 0) for z in words[:, 1]]})
        found.append((one, two, words[:, 0], words[:, 1]))
    score, word = weigh(rows, found)
    assert score == pytest.approx([2.0, 0.5, 0.4], abs=0.05)
    assert word[1] > 3 and abs(word[0]) < 0.3
    figures = measure((rows[:200], found[:200]), (rows[200:], found[200:]))
    assert all(value == pytest.approx([1.0, 1.0], abs=0.12) for value in figures["both"].values())
    assert all(value[1] < 0.4 for value in figures["tagger"].values())


def test_words_are_found_in_a_text_and_put_there_if_they_are_not() -> None:
    pytest.importorskip("torch")
    from models.train.teacher import placed

    assert placed("It's on, no?", ["It", "'s", "on", ",", "no", "?"]) == ("It's on, no?", [2, 4, 7, 8, 11, 12])
    assert placed("“Yes”", ['"', "Yes", '"']) == ('" Yes "', [1, 5, 7])
