"""The engines of a rewriter: CTranslate2, and transformers with torch. Imported only when a rewriter is loaded.

All decode by beam search, without sampling, and score by the sum of the log-probabilities of the tokens, the
end sign included.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from mtfix.errors import ModelError, ModelMissing
from mtfix.runtime.prompts import first_line, joined, shared
from mtfix.runtime.rewriter import CANDIDATES, Card

# As a byte-level tokenizer spells it, and as SentencePiece does.
_LINE_END = re.compile("\n|\N{LATIN CAPITAL LETTER C WITH DOT ABOVE}|<0x0A>")
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

    def line_ends(self) -> list[str]:
        """Return the tokens that begin with a line end, spaces before it apart; none if the tokenizer has none."""
        if self.tokenizer is None:
            return []
        decode = self.tokenizer.decode
        near = filter(_LINE_END.search, self.tokenizer.get_vocab())
        return sorted(t for t in near if _ends_line(decode([self.tokenizer.token_to_id(t)])))

    def decode(self, tokens: Sequence[str]) -> str:
        if self.sentencepiece is not None:
            return str(self.sentencepiece.decode([t for t in tokens if t not in ("<pad>", "</s>", "<s>")]))
        ids = [i for t in tokens if (i := self.tokenizer.token_to_id(t)) is not None]
        return str(self.tokenizer.decode(ids, skip_special_tokens=True))


def _ctranslate2(kind: str, folder: Path, threads: int) -> Any:
    try:
        import ctranslate2
    except ImportError as error:
        raise ModelMissing("ctranslate2 is not installed.", "Run: pip install 'mtfix[rewriter]'.") from error
    try:
        # "int8" is kept where the file has it: a scale for each row, so a batch changes nothing. One thread if none
        # is asked for: the products of a small model are so short that two take twice as long over them.
        return getattr(ctranslate2, kind)(
            str(folder), device="cpu", compute_type="int8", intra_threads=threads or 1, files=_parts(folder)
        )
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"CTranslate2 can't load {folder}: {error}.", "Convert the model again.") from error


def _parts(folder: Path) -> dict[str, bytes] | None:
    """Return the files of a model whose weights come in parts, model.bin.0 and so on, joined; None for one file."""
    parts = sorted(folder.glob("model.bin.*"), key=lambda p: int(p.suffix[1:]) if p.suffix[1:].isdigit() else -1)
    if not parts or (folder / "model.bin").is_file():
        return None
    rest = {name: (folder / name).read_bytes() for name in ("config.json", "vocabulary.json")}
    return {"model.bin": b"".join(part.read_bytes() for part in parts), **rest}


class CTranslate2Seq2Seq:
    """An encoder-decoder in CTranslate2."""

    def __init__(self, folder: Path, card: Card, threads: int) -> None:
        self._model = _ctranslate2("Translator", folder, threads)
        self._pieces = _Pieces(folder, card.tokenizer)
        self._beam = card.beam

    def size(self, text: str) -> int:
        return len(self._pieces.encode(text))

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[tuple[str, float]]]:
        results = self._model.translate_batch(
            [self._pieces.encode(p) for p in prompts],
            beam_size=self._beam,
            num_hypotheses=min(self._beam, CANDIDATES),
            max_decoding_length=limit,
            max_input_length=0,
            length_penalty=0,
            return_scores=True,
        )
        return [
            [(self._pieces.decode(tokens), score) for tokens, score in zip(r.hypotheses, r.scores, strict=True)]
            for r in results
        ]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        # CTranslate2 adds the end sign to the target itself.
        source = [self._pieces.encode(prompt) for prompt, _ in pairs]
        target = [self._pieces.encode(text, end=False) for _, text in pairs]
        results = [
            self._model.score_batch([s], [t], max_input_length=0)[0] for s, t in zip(source, target, strict=True)
        ]
        return [float(sum(r.log_probs)) for r in results]


class CTranslate2Causal:
    """A decoder in CTranslate2. Its answer ends at a line end, or at the end sign of a tokenizer without line ends."""

    def __init__(self, folder: Path, card: Card, threads: int) -> None:
        self._model = _ctranslate2("Generator", folder, threads)
        self._pieces = _Pieces(folder, card.tokenizer)
        self._ends = self._pieces.line_ends()
        self._beam = card.beam

    def size(self, text: str) -> int:
        return len(self._pieces.encode(text, end=False))

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[tuple[str, float]]]:
        results = self._model.generate_batch(
            [self._pieces.encode(p, end=False) for p in prompts],
            beam_size=self._beam,
            num_hypotheses=min(self._beam, CANDIDATES),
            max_length=limit,
            include_prompt_in_result=False,
            end_token=self._ends or None,
            length_penalty=0,
            return_scores=True,
        )
        return [
            [(first_line(self._pieces.decode(t)), score) for t, score in zip(r.sequences, r.scores, strict=True)]
            for r in results
        ]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        heads = [self._pieces.encode(prompt, end=False) for prompt, _ in pairs]
        whole = [self._pieces.encode(joined(prompt, text), end=not self._ends) for prompt, text in pairs]
        out = [0.0] * len(pairs)
        by_size: dict[int, list[int]] = {}
        for n, tokens in enumerate(whole):
            by_size.setdefault(len(tokens), []).append(n)
        for some in by_size.values():  # one length a batch: no padding, the same result alone and together
            results = self._model.score_batch([whole[n] for n in some])
            for n, result in zip(some, results, strict=True):
                # The first token has no probability; the answer's are the last ones.
                out[n] = float(sum(result.log_probs[shared(heads[n], whole[n]) - 1 :]))
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
        self._beam, self._count = card.beam, min(card.beam, CANDIDATES)

    def size(self, text: str) -> int:
        return len(self._tokenizer(text).input_ids)

    def _inputs(self, texts: Sequence[str]) -> Any:
        return self._tokenizer(list(texts), return_tensors="pt", padding=True, return_token_type_ids=False)

    def _answers(self, prompts: Sequence[str], limit: int, **more: Any) -> Any:
        with self._torch.inference_mode():
            return self._model.generate(
                **self._inputs(prompts),
                max_new_tokens=limit,
                num_beams=self._beam,
                num_return_sequences=self._count,
                do_sample=False,
                **more,
            )

    def _scored(self, prompts: Sequence[str], texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Return the answers of each prompt with their log-probabilities."""
        asked = [prompt for prompt in prompts for _ in range(self._count)]
        pairs = list(zip(asked, texts, strict=True))
        scores = dict(zip(dict.fromkeys(pairs), self.score(list(dict.fromkeys(pairs))), strict=True))
        return [
            [(text, scores[prompt, text]) for text in texts[n * self._count : (n + 1) * self._count]]
            for n, prompt in enumerate(prompts)
        ]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        raise NotImplementedError

    def _logprobs(self, logits: Any, ids: Any) -> Any:
        """Return the log-probability of each token of `ids` under the logits at its place."""
        logs = self._torch.log_softmax(logits.float(), -1)
        return logs.gather(-1, ids.unsqueeze(-1)).squeeze(-1)


class TransformersSeq2Seq(_Transformers):
    """Any encoder-decoder that transformers can load."""

    auto = "AutoModelForSeq2SeqLM"

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[tuple[str, float]]]:
        texts = self._tokenizer.batch_decode(self._answers(prompts, limit), skip_special_tokens=True)
        return self._scored(prompts, texts)

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

    def generate(self, prompts: Sequence[str], *, limit: int) -> list[list[tuple[str, float]]]:
        start = self._inputs(prompts).input_ids.shape[1]
        ids = self._answers(prompts, limit, eos_token_id=self._ends())[:, start:]
        texts = [first_line(t) for t in self._tokenizer.batch_decode(ids, skip_special_tokens=True)]
        return self._scored(prompts, texts)

    @cache  # noqa: B019 - one model lives as long as its session
    def _ends(self) -> list[int]:
        """Return the ids at which an answer ends: the end sign, and what begins with a line end."""
        vocabulary = self._tokenizer.get_vocab()
        near = [i for token, i in vocabulary.items() if _LINE_END.search(token)]
        return [self._tokenizer.eos_token_id, *(i for i in near if _ends_line(str(self._tokenizer.decode([i]))))]

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        out = []
        with self._torch.inference_mode():
            for prompt, text in pairs:
                head = self._tokenizer(prompt).input_ids
                whole = self._tokenizer(joined(prompt, text)).input_ids
                if len(whole) == len(self._tokenizer(joined(prompt, text).rstrip("\n")).input_ids):
                    whole = [*whole, self._tokenizer.eos_token_id]  # a tokenizer without line ends
                ids = self._torch.tensor([whole])
                logs = self._logprobs(self._model(input_ids=ids).logits[:, :-1], ids[:, 1:])
                out.append(float(logs[0, shared(head, whole) - 1 :].sum()))
        return out


def _ends_line(text: str) -> bool:
    return text.lstrip(" ").startswith("\n")


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
