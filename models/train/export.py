"""Turn the tagger's weights into an ONNX model in eight bits with static scales.

usage: python -m models.train.export --weights FOLDER --base FOLDER --rows FOLDER --out FOLDER [--lexicon FILE]
                                     [--like MODEL --frozen N]

Why a graph written by hand: every matrix product takes unsigned bytes times signed bytes of 7 bits with fixed
scales (ONNX Runtime's MatMulIntegerToFloat). Integer sums are exact and don't depend on the order, no scale depends
on the batch, and 7 bits can't overflow the 16-bit sums of processors without VNNI: so the same segment gives the
same result alone, in a batch, and on either kind of processor. Inputs of a product are first divided, channel by
channel, by a fixed vector that evens out their ranges (SmoothQuant, Xiao et al. 2023); the weights are multiplied.

What a training left frozen (embeddings and the N lowest layers) is taken from the earlier export --like, to the byte.
"""

import argparse
import hashlib
import json
import random
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file
from torch import nn
from transformers import DistilBertConfig, DistilBertModel

from models.train.tagger import Tagger, encode, load_tokenizer

MS = "com.microsoft"
TOP = 5
Array = np.ndarray


class Graph:
    """Collects nodes and constants. While there are `old` ones, they are taken: a graph's names are always the same."""

    def __init__(self, old: dict[str, Array] | None = None) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.count = 0
        self.old = old or {}

    def const(self, value: Array, name: str = "") -> str:
        self.count += 1
        name = name or f"c{self.count}"
        value = np.ascontiguousarray(value)
        if self.old:
            if self.old[name].shape != value.shape:
                raise ValueError(f"{name} has another shape in the earlier export: it is of another graph")
            value = self.old[name]
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def add(self, op: str, inputs: list[str], outputs: int = 1, *, domain: str = "", **attributes) -> list[str]:
        self.count += 1
        names = [f"{op.lower()}_{self.count}_{n}" for n in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, domain=domain, **attributes))
        return names

    def one(self, op: str, inputs: list[str], *, domain: str = "", **attributes) -> str:
        return self.add(op, inputs, domain=domain, **attributes)[0]


class Watch:
    """Keeps, for each linear layer, the largest values of its input by channel and a sample of them."""

    def __init__(self) -> None:
        self.low: dict[str, Array] = {}
        self.high: dict[str, Array] = {}
        self.sample: dict[str, list[Array]] = {}
        self.rng = np.random.default_rng(7)
        self.mask: Array | None = None

    def see(self, name: str, x: Array) -> None:
        if x.ndim == 3:
            x = x[self.mask] if self.mask is not None and self.mask.shape == x.shape[:2] else x.reshape(-1, x.shape[-1])
        low, high = x.min(0), x.max(0)
        self.low[name] = np.minimum(self.low.get(name, low), low)
        self.high[name] = np.maximum(self.high.get(name, high), high)
        self.sample.setdefault(name, []).append(x[self.rng.integers(0, len(x), min(24, len(x)))])


def load(weights: Path, base: Path) -> tuple[Tagger, list[str]]:
    """Return the network (in eval mode) and its tags."""
    tags = json.loads((weights / "weights.vocab.json").read_text(encoding="utf-8"))
    net = Tagger(DistilBertModel(DistilBertConfig.from_pretrained(base)), len(tags))
    net.load_state_dict({k: v.float() for k, v in load_file(weights / "weights.safetensors").items()})
    return net.eval(), tags


def watch(net: Tagger, tokenizer, texts: list[list[str]]) -> Watch:
    """Run texts through the network and note what goes into each linear layer."""
    seen = Watch()
    hooks = []
    for name, module in net.named_modules():
        if isinstance(module, nn.Linear):
            hooks.append(module.register_forward_pre_hook(lambda _, x, name=name: seen.see(name, x[0].numpy())))
    with torch.no_grad():
        for at in range(0, len(texts), 16):
            ids, mask, first, there = encode(tokenizer, texts[at : at + 16])
            seen.mask = mask.bool().numpy()
            words, _ = net.features(ids, mask, first)
            seen.mask = there.numpy()
            for head in (net.word, net.edit, net.kind):
                head(words)
    for hook in hooks:
        hook.remove()
    return seen


def smoothing(seen: Watch, name: str, weight: Array, strength: float = 0.5) -> Array:
    """Return the vector by which the input's channels are divided."""
    reach = np.maximum(np.abs(seen.low[name]), np.abs(seen.high[name])).clip(1e-4)
    wide = np.abs(weight).max(0).clip(1e-4)
    return (reach**strength / wide ** (1 - strength)).astype(np.float32).clip(1e-3, 1e3)


def scale_of(sample: Array, low: float, high: float) -> tuple[float, int]:
    """Return scale and zero point of the unsigned bytes that lose least (squared error) on the sample."""
    best = (np.inf, 1.0, 0)
    for part in (1.0, 0.9, 0.8):
        scale = max((high - low) * part / 255, 1e-8)
        zero = int(np.clip(round(-low * part / scale), 0, 255))
        back = (np.clip(np.rint(sample / scale) + zero, 0, 255) - zero) * scale
        best = min(best, (float(((sample - back) ** 2).mean()), scale, zero))
    return best[1], best[2]


class Quantiser:
    """Adds quantised linear layers to a graph."""

    def __init__(self, graph: Graph, seen: Watch, *, apart: int = 12) -> None:
        self.graph = graph
        self.seen = seen
        self.apart = apart

    def linear(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """Add x @ weight.T + bias, in bytes; the few channels with the widest range are multiplied in float.

        A handful of channels carry values a hundred times the others' (Dettmers et al. 2022); one scale for all
        would leave the others two or three steps.
        """
        g = self.graph
        smooth = smoothing(self.seen, name, weight)
        reach = np.maximum(np.abs(self.seen.low[name]), np.abs(self.seen.high[name])) / smooth
        wide = np.sort(np.argsort(-reach)[: min(self.apart, len(reach) // 8)])
        even = np.ones_like(smooth)
        even[wide] = 0.0  # a zero in the bytes: these channels take the other way
        sample = np.concatenate(self.seen.sample[name]) / smooth * even
        low, high = self.seen.low[name] / smooth * even, self.seen.high[name] / smooth * even
        scale, zero = scale_of(sample, float(low.min()), float(high.max()))
        zero_name, scale_name = g.const(np.array(zero, np.uint8)), g.const(np.array(scale, np.float32))
        small = g.one("Mul", [x, g.const((even / smooth).astype(np.float32))])
        bytes_in = g.one("QuantizeLinear", [small, scale_name, zero_name])
        w = (weight * smooth * even).T  # inputs x outputs
        w_scale = (np.abs(w).max(0) / 63).clip(1e-10).astype(np.float32)
        w_bytes = np.clip(np.rint(w / w_scale), -63, 63).astype(np.int8)
        inputs = [bytes_in, g.const(w_bytes), scale_name, g.const(w_scale), zero_name, ""]
        product = g.one("MatMulIntegerToFloat", [*inputs, g.const(bias.astype(np.float32))], domain=MS)
        if not len(wide):
            return product
        picked = g.one("Gather", [x, g.const(wide.astype(np.int64))], axis=-1)
        beside = g.one("MatMul", [picked, g.const(weight[:, wide].T.astype(np.float32))])
        return g.one("Add", [product, beside])


def embeddings(g: Graph, state: dict[str, Array]) -> str:
    """Add the sum of word and place embeddings (bytes, a scale a row), normalised."""
    table = state["enc.embeddings.word_embeddings.weight"]
    scale = (np.abs(table).max(1, keepdims=True) / 127).clip(1e-10).astype(np.float32)
    rows = g.const(np.rint(table / scale).astype(np.int8), "word_embeddings")
    picked = g.one("Cast", [g.one("Gather", [rows, "input_ids"])], to=TensorProto.FLOAT)
    word = g.one("Mul", [picked, g.one("Gather", [g.const(scale), "input_ids"])])
    # Windows are short: places after the 256th are never asked for.
    places = g.const(state["enc.embeddings.position_embeddings.weight"].astype(np.float32)[:256])
    length = g.one("Gather", [g.one("Shape", ["input_ids"]), g.const(np.array([1], np.int64))])
    start, axis = g.const(np.array([0], np.int64)), g.const(np.array([0], np.int64))
    place = g.one("Slice", [places, start, length, axis])
    names = ("enc.embeddings.LayerNorm.weight", "enc.embeddings.LayerNorm.bias")
    norm = [g.const(state[n].astype(np.float32)) for n in names]
    return g.one("LayerNormalization", [g.one("Add", [word, place]), *norm], axis=-1, epsilon=1e-12)


def layer(q: Quantiser, x: str, state: dict[str, Array], prefix: str, heads: int) -> str:
    """Add one transformer layer."""
    g = q.graph

    def parts(name: str) -> tuple[Array, Array]:
        return state[f"{prefix}{name}.weight"], state[f"{prefix}{name}.bias"]

    three = [parts(f"attention.{n}_lin") for n in "qkv"]
    joined = q.linear(
        x, prefix + "attention.q_lin", np.concatenate([w for w, _ in three]), np.concatenate([b for _, b in three])
    )
    query, key, value = g.add("Split", [joined], 3, axis=-1, num_outputs=3)
    attended = g.one("MultiHeadAttention", [query, key, value, "", "", "bias_mask"], domain=MS, num_heads=heads)
    out = q.linear(attended, prefix + "attention.out_lin", *parts("attention.out_lin"))
    norm = [g.const(p.astype(np.float32)) for p in parts("sa_layer_norm")]
    x = g.one("LayerNormalization", [g.one("Add", [out, x]), *norm], axis=-1, epsilon=1e-12)
    wide = q.linear(x, prefix + "ffn.lin1", *parts("ffn.lin1"))
    narrow = q.linear(g.one("Gelu", [wide], domain=MS), prefix + "ffn.lin2", *parts("ffn.lin2"))
    norm = [g.const(p.astype(np.float32)) for p in parts("output_layer_norm")]
    return g.one("LayerNormalization", [g.one("Add", [narrow, x]), *norm], axis=-1, epsilon=1e-12)


def heads(q: Quantiser, x: str, state: dict[str, Array]) -> list[tuple[str, str]]:
    """Add the four heads; return (name in the graph, name of the output)."""
    g = q.graph
    index = g.one("Unsqueeze", ["first", g.const(np.array([2], np.int64))])
    index = g.one("Expand", [index, g.const(np.array([1, 1, state["word.weight"].shape[1]], np.int64))])
    words = g.one("GatherElements", [x, index], axis=1)
    small = np.concatenate([state["word.weight"], state["kind.weight"]])
    product = g.one("MatMul", [words, g.const(small.T.astype(np.float32))])
    both = g.one("Add", [product, g.const(np.concatenate([state["word.bias"], state["kind.bias"]]).astype(np.float32))])
    sizes = g.const(np.array([1, len(state["kind.bias"])], np.int64))
    word, kind = g.add("Split", [both, sizes], 2, axis=-1)
    last = g.const(np.array([2], np.int64))
    word = g.one("Squeeze", [g.one("Sigmoid", [word]), last])
    kinds = g.one("Softmax", [kind], axis=-1)
    tags = g.one("Softmax", [q.linear(words, "edit", state["edit.weight"], state["edit.bias"])], axis=-1)
    keep, rest = g.add("Split", [tags, g.const(np.array([1, len(state["edit.bias"]) - 1], np.int64))], 2, axis=-1)
    top = g.add("TopK", [rest, g.const(np.array([TOP], np.int64))], 2, axis=-1)
    mask = g.one("Unsqueeze", [g.one("Cast", ["attention_mask"], to=TensorProto.FLOAT), last])
    one = g.const(np.array([1], np.int64))
    total = g.one("ReduceSum", [g.one("Mul", [x, mask]), one], keepdims=0)
    mean = g.one("Div", [total, g.one("ReduceSum", [mask, one], keepdims=0)])
    hidden = g.one(
        "Gemm", [mean, *(g.const(state[f"score.0.{n}"].astype(np.float32)) for n in ("weight", "bias"))], transB=1
    )
    final = [g.const(state[f"score.2.{n}"].astype(np.float32)) for n in ("weight", "bias")]
    score = g.one("Squeeze", [g.one("Gemm", [g.one("Tanh", [hidden]), *final], transB=1), one])
    shifted = g.one("Add", [top[1], g.const(np.array(1, np.int64))])
    keep = g.one("Squeeze", [keep, last])
    return list(zip((word, keep, kinds, top[0], shifted, score), OUTPUTS, strict=True))


OUTPUTS = ("word", "keep", "kinds", "tag_p", "tag_id", "score")


def model(net: Tagger, seen: Watch, like: Path | None = None, frozen: int = 0) -> onnx.ModelProto:
    """Return the whole graph; embeddings and the `frozen` lowest layers are those of the export `like`."""
    state = {k: v.numpy() for k, v in net.state_dict().items()}
    old = onnx.load(str(like / "model.onnx")).graph.initializer if like else []
    g = Graph({t.name: numpy_helper.to_array(t) for t in old})
    q = Quantiser(g, seen)
    mask = g.one("Cast", ["attention_mask"], to=TensorProto.FLOAT)
    lost = g.one("Mul", [g.one("Sub", [g.const(np.array(1, np.float32)), mask]), g.const(np.array(-1e4, np.float32))])
    lost = g.one("Unsqueeze", [lost, g.const(np.array([1, 2], np.int64))])
    shape = g.one("Shape", ["input_ids"])
    length = g.one("Gather", [shape, g.const(np.array([1], np.int64))])
    one = g.const(np.array([1], np.int64))
    g.nodes.append(helper.make_node("Expand", [lost, g.one("Concat", [one, one, length, one], axis=0)], ["bias_mask"]))
    x = embeddings(g, state)
    for n in range(net.enc.config.n_layers):
        if n >= frozen:
            g.old = {}
        x = layer(q, x, state, f"enc.transformer.layer.{n}.", net.enc.config.n_heads)
    ends = heads(q, x, state)
    g.nodes += [helper.make_node("Identity", [a], [b]) for a, b in ends]
    inputs = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", w])
        for n, w in (("input_ids", "pieces"), ("attention_mask", "pieces"), ("first", "words"))
    ]
    shapes = (["words"], ["words"], ["words", None], ["words", None], ["words", None], [])
    outputs = [
        helper.make_tensor_value_info(n, TensorProto.INT64 if n == "tag_id" else TensorProto.FLOAT, ["batch", *s])
        for n, s in zip(OUTPUTS, shapes, strict=True)
    ]
    graph = helper.make_graph(g.nodes, "tagger", inputs, outputs, g.constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17 + 1), helper.make_opsetid(MS, 1)])
    made.ir_version = 9
    return made


def calibration(rows: Path, most: int, seed: int = 5) -> list[list[str]]:
    """Return texts of the mix, each kind in its share."""
    rng = random.Random(seed)
    with (rows / "rows.jsonl").open(encoding="utf-8") as f:
        lines = [line for line in f if rng.random() < 0.05]
    rng.shuffle(lines)
    texts = [json.loads(line)["words"] for line in lines[:most]]
    return sorted(texts, key=len)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_folder(
    graph: onnx.ModelProto, tags: list[str], base: Path, rows: Path, out: Path, lexicon: Path | None = None
) -> None:
    """Write model.onnx, tokenizer.json, tags.json (tags, kinds, table of forms) and lexicon.npz, if there is one."""
    from models.train.data import KINDS

    out.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, str(out / "model.onnx"))
    if lexicon:
        shutil.copy(lexicon, out / "lexicon.npz")
    shutil.copy(base / "tokenizer.json", out / "tokenizer.json")
    forms = json.loads((rows / "forms.json").read_text(encoding="utf-8"))
    content = {"tags": tags, "kinds": KINDS, "forms": forms}
    (out / "tags.json").write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


CARD = """id = "tagger-en"
version = "{version}"
task = "tagger"
licence = "Apache-2.0"
base = "DistilBERT-base-cased (Apache-2.0)"
max_length = 160
trained_on = "{trained_on}"

[files]
{files}
"""


def write_card(out: Path, version: str, trained_on: str) -> None:
    """Write a card with checksums and neutral numbers; `eval.tagger_fit` fits them."""
    names = ("lexicon.npz", "model.onnx", "tags.json", "tokenizer.json")
    files = "\n".join(f'"{f}" = "{sha256(out / f)}"' for f in names if (out / f).exists())
    tables = (
        "[suspect]\nword = 0.5\nedit = 0.5\nscore = 0.0\nbias = 0.0\nthreshold = 0.5\n\n"
        "[quality]\nscore = 25.0\nsuspect = 0.0\nbias = 65.0\n\n[tags]\nfloor = 0.05\nrewrite = 0.5\n"
    )
    text = CARD.format(version=version, trained_on=trained_on, files=files)
    (out / "card.toml").write_text(f"{text}\n{tables}", encoding="utf-8")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--weights", type=Path, required=True)
    p.add_argument("--base", type=Path, required=True)
    p.add_argument("--rows", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--lexicon", type=Path)
    p.add_argument("--like", type=Path)
    p.add_argument("--frozen", type=int, default=0)
    p.add_argument("--texts", type=int, default=400)
    p.add_argument("--version", default="1")
    p.add_argument("--trained-on", default="MLQE-PE, MQM spans, round trips, noise on news and speeches")
    o = p.parse_args()
    torch.set_num_threads(1)
    net, tags = load(o.weights, o.base)
    seen = watch(net, load_tokenizer(o.base), calibration(o.rows, o.texts))
    write_folder(model(net, seen, o.like, o.frozen), tags, o.base, o.rows, o.out, o.lexicon)
    write_card(o.out, o.version, o.trained_on)
    print({f.name: (f.stat().st_size, sha256(f)) for f in sorted(o.out.iterdir())})


if __name__ == "__main__":
    main()
