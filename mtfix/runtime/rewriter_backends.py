"""The engines of a rewriter: CTranslate2, and transformers with torch. Imported only when a rewriter is loaded.

All decode by beam search, without sampling, and score by the sum of the log-probabilities of the tokens, the
end sign included.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mtfix.errors import ModelError, ModelMissing
from mtfix.runtime.rewriter import BEAM, CANDIDATES, Card

_EXTRA = "Run: pip install 'mtfix[hub]'."


class _Pieces:
    """A tokenizer of a CTranslate2 folder: a SentencePiece model or a tokenizer.json. Tokens are strings."""

    def __init__(self, folder: Path, named: str) -> None:
        names = [named] if named else ["tokenizer.json", "spiece.model", "source.spm", "sentencepiece.model"]
        path = next((folder / name for name in names if (folder / name).is_file()), None)
        if path is None:
            raise ModelMissing(f"{folder} has no tokenizer ({', '.join(names)}).", "Copy it beside model.bin.")
        self.sentencepiece: Any = None
        self.tokenizer: Any = None
        if path.suffix == ".json":
            from tokenizers import Tokenizer

            self.tokenizer = Tokenizer.from_file(str(path))
            return
        try:
            import sentencepiece
        except ImportError as error:
            raise ModelMissing(f"{path.name} is read by sentencepiece, which is not installed.", _EXTRA) from error
        self.sentencepiece = sentencepiece.SentencePieceProcessor(model_file=str(path))

    def encode(self, text: str, *, end: bool = True) -> list[str]:
        if self.sentencepiece is not None:
            pieces = list(self.sentencepiece.encode(text, out_type=str))
            return [*pieces, "</s>"] if end else pieces
        return list(self.tokenizer.encode(text, add_special_tokens=end).tokens)

    def decode(self, tokens: Sequence[str]) -> str:
        if self.sentencepiece is not None:
            return str(self.sentencepiece.decode([t for t in tokens if t not in ("<pad>", "</s>", "<s>")]))
        ids = [i for t in tokens if (i := self.tokenizer.token_to_id(t)) is not None]
        return str(self.tokenizer.decode(ids, skip_special_tokens=True))


def _ctranslate2(kind: str, folder: Path, threads: int) -> Any:
    try:
        import ctranslate2
    except ImportError as error:
        raise ModelMissing("ctranslate2 is not installed.", _EXTRA) from error
    try:
        # "int8" is kept where the file has it: a scale for each row, so a batch changes nothing.
        return getattr(ctranslate2, kind)(str(folder), device="cpu", compute_type="int8", intra_threads=threads)
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"CTranslate2 can't load {folder}: {error}.", "Convert the model again.") from error


class CTranslate2Seq2Seq:
    """An encoder-decoder in CTranslate2."""

    def __init__(self, folder: Path, card: Card, threads: int) -> None:
        self._model = _ctranslate2("Translator", folder, threads)
        self._pieces = _Pieces(folder, card.tokenizer)

    def size(self, text: str) -> int:
        return len(self._pieces.encode(text))

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[str]]:
        results = self._model.translate_batch(
            [self._pieces.encode(p) for p in prompts],
            beam_size=BEAM,
            num_hypotheses=CANDIDATES,
            max_decoding_length=limit,
            max_input_length=0,
        )
        return [[self._pieces.decode(tokens) for tokens in r.hypotheses] for r in results]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        # CTranslate2 adds the end sign to the target itself.
        source = [self._pieces.encode(prompt) for prompt, _ in pairs]
        target = [self._pieces.encode(text, end=False) for _, text in pairs]
        results = [
            self._model.score_batch([s], [t], max_input_length=0)[0] for s, t in zip(source, target, strict=True)
        ]
        return [float(sum(r.log_probs)) for r in results]


class CTranslate2Causal:
    """A decoder in CTranslate2. Its answer ends at a line end."""

    def __init__(self, folder: Path, card: Card, threads: int) -> None:
        self._model = _ctranslate2("Generator", folder, threads)
        self._pieces = _Pieces(folder, card.tokenizer)

    def size(self, text: str) -> int:
        return len(self._pieces.encode(text, end=False))

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[str]]:
        results = self._model.generate_batch(
            [self._pieces.encode(p, end=False) for p in prompts],
            beam_size=BEAM,
            num_hypotheses=CANDIDATES,
            max_length=limit,
            include_prompt_in_result=False,
        )
        return [[_first_line(self._pieces.decode(tokens)) for tokens in r.sequences] for r in results]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        out = []
        for prompt, text in pairs:
            head = self._pieces.encode(prompt, end=False)
            tokens = self._pieces.encode(_joined(prompt, text), end=False)
            [result] = self._model.score_batch([tokens])
            # The first token has no probability; the answer's are the last ones.
            out.append(float(sum(result.log_probs[_shared(head, tokens) - 1 :])))
        return out


class _Transformers:
    """What both kinds of Hugging Face model have in common."""

    auto = ""

    def __init__(self, name: str, card: Card, threads: int) -> None:
        try:
            import torch
            import transformers
        except ImportError as error:
            raise ModelMissing("A Hugging Face model needs torch and transformers.", _EXTRA) from error
        self._torch = torch
        # A card may name a tokenizer of the hub; a file of the model's own folder is found by the library.
        tokenizer = card.tokenizer if "/" in card.tokenizer else name
        if threads:
            torch.set_num_threads(threads)
        quiet: Any = transformers.logging
        quiet.set_verbosity_error()
        auto = getattr(transformers, self.auto)
        try:
            # The copy that is there already, if there is one: then nothing is asked of the network.
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(tokenizer, local_files_only=True)
            self._model = auto.from_pretrained(name, local_files_only=True).eval()
        except Exception as error:
            if Path(name).is_dir() and tokenizer == name:
                raise _missing(name, error) from error
            _reach_hub(name)
            try:
                self._tokenizer = transformers.AutoTokenizer.from_pretrained(tokenizer)
                self._model = auto.from_pretrained(name).eval()
            except Exception as again:
                # The library raises a kind of its own for each way to fail, those of its HTTP client among them.
                raise _missing(name, again) from again
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token

    def size(self, text: str) -> int:
        return len(self._tokenizer(text).input_ids)

    def _inputs(self, texts: Sequence[str]) -> Any:
        return self._tokenizer(list(texts), return_tensors="pt", padding=True, return_token_type_ids=False)

    def _answers(self, prompts: Sequence[str], limit: int) -> Any:
        with self._torch.inference_mode():
            return self._model.generate(
                **self._inputs(prompts),
                max_new_tokens=limit,
                num_beams=BEAM,
                num_return_sequences=CANDIDATES,
                do_sample=False,
            )

    def _logprobs(self, logits: Any, ids: Any) -> Any:
        """Return the log-probability of each token of `ids` under the logits at its place."""
        logs = self._torch.log_softmax(logits.float(), -1)
        return logs.gather(-1, ids.unsqueeze(-1)).squeeze(-1)


class TransformersSeq2Seq(_Transformers):
    """Any encoder-decoder that transformers can load."""

    auto = "AutoModelForSeq2SeqLM"

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[str]]:
        texts = self._tokenizer.batch_decode(self._answers(prompts, limit), skip_special_tokens=True)
        return [texts[i : i + CANDIDATES] for i in range(0, len(texts), CANDIDATES)]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        out = []
        with self._torch.inference_mode():
            for prompt, text in pairs:
                labels = self._tokenizer(text_target=[text], return_tensors="pt").input_ids
                logits = self._model(**self._inputs([prompt]), labels=labels).logits
                out.append(float(self._logprobs(logits, labels).sum()))
        return out


class TransformersCausal(_Transformers):
    """Any decoder that transformers can load. Its answer ends at a line end."""

    auto = "AutoModelForCausalLM"

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[str]]:
        start = self._inputs(prompts).input_ids.shape[1]
        ids = self._answers(prompts, limit)[:, start:]
        texts = [_first_line(t) for t in self._tokenizer.batch_decode(ids, skip_special_tokens=True)]
        return [texts[i : i + CANDIDATES] for i in range(0, len(texts), CANDIDATES)]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        out = []
        with self._torch.inference_mode():
            for prompt, text in pairs:
                head = self._tokenizer(prompt).input_ids
                ids = self._tokenizer([_joined(prompt, text)], return_tensors="pt").input_ids
                logs = self._logprobs(self._model(input_ids=ids).logits[:, :-1], ids[:, 1:])
                out.append(float(logs[0, _shared(head, ids[0].tolist()) - 1 :].sum()))
        return out


def _joined(prompt: str, text: str) -> str:
    """Return a causal prompt with its answer and the line end that closes it."""
    return f"{prompt}{'' if prompt[-1:].isspace() else ' '}{text}\n"


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0].strip()


def _shared(head: Sequence[Any], whole: Sequence[Any]) -> int:
    """Return how many tokens two sequences begin with in common, at least one.

    The last token of a prompt may melt into the first of the answer.
    """
    count = 0
    while count < min(len(head), len(whole)) and head[count] == whole[count]:
        count += 1
    return max(count, 1)


def _reach_hub(name: str) -> None:
    """Raise ModelMissing at once if the hub can't be reached: its own library tries for a minute."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise _missing(name, OSError("the hub is switched off (HF_HUB_OFFLINE)"))
    try:
        urllib.request.urlopen(constants.ENDPOINT, timeout=10).close()
    except urllib.error.HTTPError:
        return  # it answers
    except OSError as error:
        raise _missing(name, error) from error


def _missing(name: str, error: Exception) -> ModelError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    if Path(name).is_dir():
        return ModelError(f"The model in {name} can't be loaded: {reason}.", "Check its files.")
    return ModelMissing(
        f"The model {name!r} can't be had from the hub: {reason}.",
        "Check the name and the network, or download it elsewhere and give its folder.",
    )
