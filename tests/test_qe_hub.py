"""Models of the hub that estimate quality, as tiny ones made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtfix.errors import CardInvalid, ExitCode, ModelMissing
from mtfix.runtime import qe_hub

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

PAIRS = [("Вона пішла.", "She left."), ("Вона прийшла додому.", "She came home home."), ("Так.", "Yes.")]
HIDDEN = 16


def tokenizer_files(folder: Path) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    words = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        *{w for pair in PAIRS for t in pair for w in t.replace(".", " .").split()},
    ]
    tokenizer = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", pad_token="<pad>", eos_token="</s>", sep_token="</s>",
        cls_token="<s>", unk_token="<unk>", model_max_length=64,
    )  # fmt: skip
    fast.save_pretrained(folder)


def config(**more: object) -> object:
    return transformers.XLMRobertaConfig(
        vocab_size=40, hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=70, pad_token_id=1, **more,
    )  # fmt: skip


@pytest.fixture
def mono(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    folder = tmp_path / "mono"
    transformers.XLMRobertaForSequenceClassification(config(num_labels=1)).save_pretrained(folder)
    tokenizer_files(folder)
    return folder


@pytest.fixture
def kiwi(tmp_path: Path) -> Path:
    """A checkpoint in the layout of COMET's unified metric."""
    torch.manual_seed(2)
    folder = tmp_path / "kiwi"
    base = folder / "base"
    encoder = transformers.XLMRobertaModel(config(), add_pooling_layer=False)
    base.mkdir(parents=True)
    encoder.config.save_pretrained(base)
    tokenizer_files(base)
    head = torch.nn.Sequential(
        torch.nn.Linear(HIDDEN, 8), torch.nn.Tanh(), torch.nn.Dropout(0.1), torch.nn.Linear(8, 1)
    )
    state = {f"encoder.model.{k}": v for k, v in encoder.state_dict().items()}
    state |= {f"estimator.ff.{k}": v for k, v in head.state_dict().items()}
    state |= {f"layerwise_attention.scalar_parameters.{n}": torch.tensor([0.3 * n]) for n in range(3)}
    state["layerwise_attention.gamma"] = torch.tensor([1.5])
    (folder / "checkpoints").mkdir()
    torch.save({"state_dict": state, "epoch": 1}, folder / "checkpoints" / "model.ckpt")
    (folder / "hparams.yaml").write_text(
        "class_identifier: unified_metric\nlayer: mix\nlayer_transformation: sparsemax\nactivations: Tanh\n"
        "pretrained_model: base\n"
    )
    return folder


def test_transquest_is_what_transformers_says(mono: Path) -> None:
    estimator = qe_hub.load(str(mono))
    model = transformers.XLMRobertaForSequenceClassification.from_pretrained(mono).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(mono)
    with torch.inference_mode():
        wanted = [float(model(**tokenizer(s, h, return_tensors="pt")).logits) * 100 for s, h in PAIRS]
    assert estimator.score(PAIRS) == pytest.approx(wanted, abs=1e-3)
    assert estimator.card.metric == "TransQuest" and "source and hypothesis" in estimator.signature
    assert estimator.score([PAIRS[1]]) == pytest.approx([wanted[1]], abs=1e-3)


def test_cometkiwi_reads_hypothesis_then_source(kiwi: Path) -> None:
    estimator = qe_hub.load(str(kiwi))
    state = torch.load(kiwi / "checkpoints" / "model.ckpt", weights_only=True)["state_dict"]
    encoder = transformers.XLMRobertaModel(config(), add_pooling_layer=False).eval()
    encoder.load_state_dict({k[14:]: v for k, v in state.items() if k.startswith("encoder.model.")})
    tokenizer = transformers.AutoTokenizer.from_pretrained(kiwi / "base")
    wanted = []
    with torch.inference_mode():
        for source, hypothesis in PAIRS:
            layers = encoder(**tokenizer(hypothesis, source, return_tensors="pt"), output_hidden_states=True)
            # sparsemax of (0, .3, .6): all above the threshold of -0.0333, so each less it.
            shares = [s + 1 / 30 for s in (0.0, 0.3, 0.6)]
            x = 1.5 * sum(s * layer[0, 0] for s, layer in zip(shares, layers.hidden_states, strict=True))
            x = torch.tanh(state["estimator.ff.0.weight"] @ x + state["estimator.ff.0.bias"])
            wanted.append(100 * float(state["estimator.ff.3.weight"] @ x + state["estimator.ff.3.bias"]))
    assert estimator.score(PAIRS) == pytest.approx(wanted, abs=1e-3)
    assert estimator.card.metric == "COMETKiwi"


def test_sparsemax_has_zeros() -> None:
    assert qe_hub._sparsemax(torch.tensor([2.0, 0.0, 0.0])).tolist() == [1.0, 0.0, 0.0]
    assert sum(qe_hub._sparsemax(torch.tensor([0.2, 0.1, 0.0])).tolist()) == pytest.approx(1.0)


def test_what_can_not_be_loaded_is_told(tmp_path: Path, kiwi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelMissing, match="Did you mean 'cometkiwi'"):
        qe_hub.load("cometkivi")
    with pytest.raises(CardInvalid, match=r"neither hparams\.yaml nor config\.json"):
        qe_hub.load(str(tmp_path))
    (kiwi / "hparams.yaml").write_text("class_identifier: regression_metric\nlayer: mix\n")
    with pytest.raises(CardInvalid, match="class_identifier is 'regression_metric'"):
        qe_hub.load(str(kiwi))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelMissing, match="can't be had from the hub"):
        qe_hub.load("transquest")


def test_a_classifier_is_no_estimator(tmp_path: Path) -> None:
    transformers.XLMRobertaForSequenceClassification(config(num_labels=3)).save_pretrained(tmp_path / "three")
    tokenizer_files(tmp_path / "three")
    with pytest.raises(CardInvalid, match="3 classes"):
        qe_hub.load(str(tmp_path / "three"))


def test_the_command(mtfix, mono: Path) -> None:
    Path("h.txt").write_text("".join(h + "\n" for _, h in PAIRS))
    Path("s.txt").write_text("".join(s + "\n" for s, _ in PAIRS))
    done = mtfix("score", "h.txt", "--source", "s.txt", "--qe", mono, "--json")
    hub = json.loads(done.text)["hub"]
    assert hub["metric"] == "TransQuest" and sum(hub["distribution"]["counts"]) == 3
    rows = [{"source": s, "hypothesis": h, "system": "A"} for s, h in PAIRS]
    Path("c.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    corpus = json.loads(mtfix("score", "c.jsonl", "--qe", mono, "--json").text)["hub"]
    assert corpus["by"]["system"][0]["scores"]["TransQuest"] == pytest.approx(
        sum(qe_hub.load(str(mono)).score(PAIRS)) / 3, abs=0.01
    )
    assert mtfix("score", "h.txt", "--qe", mono).code == ExitCode.INPUT
    Path("n.jsonl").write_text('{"hypothesis": "She left."}\n')
    assert "has no source" in mtfix("score", "n.jsonl", "--qe", mono).err
    assert mtfix("score", "c.jsonl", "--qe", mono, "--jobs", "2").code == ExitCode.CONFIG
