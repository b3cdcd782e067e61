"""Turn the shipped rewriter back into a transformers folder, so that a training can go on from it.

usage: python -m models.train.rewriter_unpack --model models/rewriter-en --out FOLDER

Weights of eight bits become single precision: what rounding took is gone, which a short training mends. Then
`models.train.rewriter --base FOLDER ...` goes on from there. The layout is CTranslate2's (specs/model_spec.py).
"""

import argparse
import struct
from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


class Reader:
    """Reads numbers and names one after another."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def number(self, kind: str) -> int:
        (value,) = struct.unpack_from("<" + kind, self.content, self.at)
        self.at += struct.calcsize("<" + kind)
        return value

    def take(self, size: int) -> bytes:
        self.at += size
        return self.content[self.at - size : self.at]

    def name(self) -> str:
        return self.take(self.number("H"))[:-1].decode()


def variables(content: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of a model.bin by name."""
    r = Reader(content)
    r.number("I"), r.name(), r.number("I")
    out = {}
    for _ in range(r.number("I")):
        name = r.name()
        shape = [r.number("I") for _ in range(r.number("B"))]
        kind = TYPES[r.number("B")]
        out[name] = np.frombuffer(r.take(r.number("I")), kind).reshape(shape)
    for _ in range(r.number("I")):  # arrays that are equal stand there once
        alias, name = r.name(), r.name()
        out[alias] = out[name]
    return out


def weights(found: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """Return the weights under transformers' names for a Llama."""

    def full(name: str) -> np.ndarray:
        value = found[name]
        return value / found[name + "_scale"][:, None] if value.dtype == np.int8 else value

    out = {
        "model.embed_tokens.weight": full("decoder/embeddings/weight"),
        "model.norm.weight": full("decoder/layer_norm/gamma"),
    }
    for n in range(layers(found)):
        old, new = f"decoder/layer_{n}/", f"model.layers.{n}."
        joint, wide = full(old + "self_attention/linear_0/weight"), found["decoder/embeddings/weight"].shape[1]
        narrow = (len(joint) - wide) // 2
        for part, rows in zip("qkv", np.split(joint, [wide, wide + narrow]), strict=True):
            out[f"{new}self_attn.{part}_proj.weight"] = rows
        for name, place in (
            ("self_attn.o_proj", "self_attention/linear_1/weight"),
            ("mlp.gate_proj", "ffn/linear_0/weight"),
            ("mlp.up_proj", "ffn/linear_0_noact/weight"),
            ("mlp.down_proj", "ffn/linear_1/weight"),
            ("input_layernorm", "self_attention/layer_norm/gamma"),
            ("post_attention_layernorm", "ffn/layer_norm/gamma"),
        ):
            out[f"{new}{name}.weight"] = full(old + place)
    return {k: torch.tensor(np.ascontiguousarray(v), dtype=torch.float32) for k, v in out.items()}


def layers(found: dict[str, np.ndarray]) -> int:
    return 1 + max(
        int(name.split("/")[1][6:]) for name in found if name.startswith("decoder/layer_") and "/ffn/" in name
    )


def unpack(model: Path, out: Path) -> None:
    """Write OUT as a transformers folder."""
    parts = sorted(model.glob("model.bin*"))
    found = variables(b"".join(p.read_bytes() for p in parts))
    rows, width = found["decoder/embeddings/weight"].shape
    own = "decoder/layer_0/self_attention/"
    config = LlamaConfig(
        vocab_size=rows, hidden_size=width, num_hidden_layers=layers(found), tie_word_embeddings=True,
        intermediate_size=len(found["decoder/layer_0/ffn/linear_0/weight"]), bos_token_id=1, eos_token_id=2,
        num_attention_heads=int(found["decoder/num_heads"]), num_key_value_heads=int(found[own + "num_heads_kv"]),
        rms_norm_eps=1e-5, max_position_embeddings=2048,
        rope_parameters={"rope_type": "default", "rope_theta": float(found[own + "rotary_base"])},
    )  # fmt: skip
    net = LlamaForCausalLM(config)
    missing = net.load_state_dict(weights(found), strict=False).missing_keys
    if set(missing) - {"lm_head.weight"}:
        raise ValueError(f"not in the model: {missing}")
    net.tie_weights()
    net.save_pretrained(out)
    # As training spells them: the first three tokens of SmolLM2's and of the toy's vocabulary alike.
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(model / "tokenizer.json"))
    tokenizer.unk_token, tokenizer.bos_token, tokenizer.eos_token = tokenizer.convert_ids_to_tokens([0, 1, 2])
    tokenizer.pad_token = tokenizer.eos_token
    tokenizer.save_pretrained(out)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    o = p.parse_args()
    unpack(o.model, o.out)


if __name__ == "__main__":
    main()
