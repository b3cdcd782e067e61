"""Quality estimation by models of the Hugging Face hub that read the source: MonoTransQuest and COMETKiwi.

Both are an XLM-R encoder over the pair with a regression head. MonoTransQuest (Ranasinghe, Orasan, Mitkov, COLING 2020)
is a sequence classifier of transformers with one label, and reads "source </s></s> hypothesis". COMETKiwi (Rei et al.,
WMT 2022) is a checkpoint of the COMET library: a weighed sum of all layers, the first token of it, and a small network,
over "hypothesis </s></s> source"; it is read here without that library, whose requirements shut out newer ones.
Needs the extra `hub`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtfix.errors import CardInvalid, ModelError, ModelMissing, did_you_mean

__all__ = ["CARDS", "Estimator", "QeCard", "load"]

BATCH = 16
_LENGTH = 512
_EXTRA = "Run: pip install 'mtfix[hub]'."


@dataclass(frozen=True, slots=True)
class QeCard:
    """What is known of a model. `gated`: its licence must be accepted on the hub first."""

    name: str
    kind: str  # "transquest" or "cometkiwi"
    licence: str = "unknown"
    gated: bool = False

    @property
    def metric(self) -> str:
        """Return the name of the score, as WMT spells it."""
        return {"transquest": "TransQuest", "cometkiwi": "COMETKiwi"}[self.kind]


_MONO = "TransQuest/monotransquest-da-"
CARDS = (
    *(
        QeCard(_MONO + part, "transquest", "Apache-2.0")
        for part in ("multilingual", "any_en", "ro_en-wiki", "et_en-wiki", "ne_en-wiki", "si_en-wiki")
    ),
    QeCard("Unbabel/wmt22-cometkiwi-da", "cometkiwi", "CC-BY-NC-SA-4.0", gated=True),
)
ALIASES = {"transquest": _MONO + "multilingual", "cometkiwi": "Unbabel/wmt22-cometkiwi-da"}


class Estimator:
    """A loaded model. `score` may be called from one thread at a time."""

    def __init__(self, card: QeCard, tokenizer: Any, forward: Any) -> None:
        self.card = card
        self._tokenizer = tokenizer
        self._forward = forward

    @property
    def signature(self) -> str:
        """Return the signature: the model, and what it looks at."""
        return f"{self.card.metric}|{self.card.name}|source and hypothesis|x100"

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each (source, hypothesis) a score, a hundred times what the model gives: mostly 0 to 100.

        What is longer than 512 pieces is cut, as the models were trained.
        """
        import torch

        out: list[float] = [0.0] * len(pairs)
        order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]) + len(pairs[n][1]))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                these = order[start : start + BATCH]
                for n, value in zip(these, self._forward(self._inputs([pairs[n] for n in these])), strict=True):
                    out[n] = 100 * float(value)
        return out

    def _inputs(self, pairs: Sequence[tuple[str, str]]) -> Any:
        first, second = ([p[side] for p in pairs] for side in ((0, 1) if self.card.kind == "transquest" else (1, 0)))
        return self._tokenizer(first, second, return_tensors="pt", padding=True, truncation=True, max_length=_LENGTH)


def load(name: str) -> Estimator:
    """Load a model: a name of the hub, "transquest", "cometkiwi", or a folder.

    Raises ModelMissing if it, or the extra `hub`, is not there, CardInvalid for a folder of another kind of model.
    """
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError as error:
        raise ModelMissing("A model of the hub needs torch and transformers.", _EXTRA) from error
    quiet: Any = transformers.logging
    quiet.set_verbosity_error()
    card = _card(name)
    return _transquest(card) if card.kind == "transquest" else _cometkiwi(card)


def _card(name: str) -> QeCard:
    if Path(name).is_dir():
        return QeCard(name, _kind(Path(name)))
    full = ALIASES.get(name.lower(), name)
    for card in CARDS:
        if card.name == full:
            return card
    known = [*ALIASES, *(card.name for card in CARDS)]
    raise ModelMissing(
        f"There is no folder {name!r}, and no model of that name is known to estimate quality.",
        did_you_mean(name, known) or f"Give a folder, or one of {', '.join(known)}.",
    )


def _kind(folder: Path) -> str:
    if (folder / "hparams.yaml").is_file():
        return "cometkiwi"
    if (folder / "config.json").is_file():
        return "transquest"
    raise CardInvalid(f"{folder} has neither hparams.yaml nor config.json.", "Give the folder of a QE model.")


# MonoTransQuest -----------------------------------------------------------------------------------


def _transquest(card: QeCard) -> Estimator:
    import transformers

    def made(**how: Any) -> Estimator:
        auto: Any = transformers.AutoModelForSequenceClassification
        model = auto.from_pretrained(card.name, **how).eval()
        if model.config.num_labels != 1:
            raise CardInvalid(
                f"{card.name} tells {model.config.num_labels} classes apart and gives no score.",
                "Give a regression model, as MonoTransQuest's.",
            )
        tokenizer = transformers.AutoTokenizer.from_pretrained(card.name, **how)
        return Estimator(card, tokenizer, lambda inputs: model(**inputs).logits[:, 0].tolist())

    return _here_or_hub(card, made)


# COMETKiwi ----------------------------------------------------------------------------------------


def _cometkiwi(card: QeCard) -> Estimator:
    def made(**how: Any) -> Estimator:
        folder = Path(card.name)
        if not folder.is_dir():
            from huggingface_hub import snapshot_download

            folder = Path(snapshot_download(card.name, **how))
        return _checkpoint(card, folder, how)

    return _here_or_hub(card, made)


def _checkpoint(card: QeCard, folder: Path, how: dict[str, Any]) -> Estimator:
    import torch
    import transformers
    import yaml

    settings = yaml.safe_load((folder / "hparams.yaml").read_text(encoding="utf-8"))
    wrong = [
        f"{key} is {settings.get(key)!r}, wanted {value!r}"
        for key, value in {"class_identifier": "unified_metric", "layer": "mix"}.items()
        if settings.get(key) != value
    ]
    if wrong:
        raise CardInvalid(f"{folder}/hparams.yaml: {'; '.join(wrong)}.", "Only COMETKiwi's layout is read.")
    base = settings["pretrained_model"]
    if (folder / base).is_dir():
        base = str(folder / base)
    tokenizer = transformers.AutoTokenizer.from_pretrained(base, **how)
    config = transformers.AutoConfig.from_pretrained(base, **how)
    auto: Any = transformers.AutoModel
    encoder = auto.from_config(config, add_pooling_layer=False)
    # weights_only: a checkpoint is data, and nothing in it may run.
    weights = torch.load(folder / "checkpoints" / "model.ckpt", map_location="cpu", weights_only=True)["state_dict"]
    prefix = "encoder.model."
    own = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix) and "pooler" not in k}
    missing, _ = encoder.load_state_dict(own, strict=False)
    missing = [k for k in missing if "position_ids" not in k]
    if missing:
        raise CardInvalid(f"{folder}: the checkpoint lacks {', '.join(missing[:3])}.", "Fetch the model anew.")
    shares = torch.cat(
        [weights[f"layerwise_attention.scalar_parameters.{n}"] for n in range(config.num_hidden_layers + 1)]
    )
    mix = _sparsemax(shares) if settings.get("layer_transformation") == "sparsemax" else torch.softmax(shares, 0)
    mix = mix * weights["layerwise_attention.gamma"]
    head = _head(weights, settings.get("activations", "Tanh"))
    encoder.eval()

    def forward(inputs: Any) -> list[float]:
        inputs.pop("token_type_ids", None)
        layers = encoder(**inputs, output_hidden_states=True).hidden_states
        first = sum(share * layer[:, 0] for share, layer in zip(mix, layers, strict=True))
        values: list[float] = head(first)[:, 0].tolist()
        return values

    return Estimator(card, tokenizer, forward)


def _head(weights: dict[str, Any], activation: str) -> Any:
    """Return the estimator's network: linear layers with an activation between them."""
    import torch

    names = sorted((k for k in weights if k.startswith("estimator.ff.") and k.endswith(".weight")), key=_place)
    parts: list[Any] = []
    for name in names:
        matrix = weights[name]
        layer = torch.nn.Linear(matrix.shape[1], matrix.shape[0])
        layer.load_state_dict({"weight": matrix, "bias": weights[name.removesuffix("weight") + "bias"]})
        parts += [layer, getattr(torch.nn, activation)()]
    return torch.nn.Sequential(*parts[:-1]).eval()


def _place(name: str) -> int:
    return int(name.split(".")[2])


def _sparsemax(values: Any) -> Any:
    """Return the nearest point of the simplex (Martins, Astudillo, ICML 2016): like softmax, with zeros."""
    import torch

    ordered, _ = torch.sort(values, descending=True)
    sums = ordered.cumsum(0) - 1
    rank = torch.arange(1, len(values) + 1, dtype=values.dtype)
    size = int((rank * ordered > sums).sum())
    return torch.clamp(values - sums[size - 1] / size, min=0)


def _here_or_hub(card: QeCard, made: Any) -> Estimator:
    """Load from the cache or a folder, and ask the network only for what is not there."""
    from mtfix.runtime.rewriter_backends import _missing, _reach_hub

    try:
        found: Estimator = made(local_files_only=True)
        return found
    except ModelError:
        raise
    except Exception as error:
        if Path(card.name).is_dir():
            raise _missing(card.name, error) from error
    _reach_hub(card.name)
    try:
        fetched: Estimator = made()
        return fetched
    except ModelError:
        raise
    except Exception as error:
        if card.gated:
            raise ModelMissing(
                f"The model {card.name!r} can't be had: its licence ({card.licence}) must be accepted first.",
                f"Accept it at https://huggingface.co/{card.name}, then: hf auth login.",
            ) from error
        raise _missing(card.name, error) from error
