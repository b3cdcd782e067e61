"""Turn the shipped tagger back into weights that a training can start from.

usage: python -m models.train.tagger_unpack --model models/tagger-en --out FOLDER

The inverse of `models.train.export`, which writes the graph in a fixed order: the products are found one after
another, bytes become single precision and the smoothing of the inputs is taken back. What rounding took is gone,
which a short training mends. `models.train.tagger --start FOLDER` goes on from there.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save_file

Array = np.ndarray


class Graph:
    """The constants of a graph, and the node that makes each value."""

    def __init__(self, path: Path) -> None:
        graph = onnx.load(str(path)).graph
        self.nodes = list(graph.node)
        self.value = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.maker = {o: n for n in graph.node for o in n.output}
        self.users: dict[str, list[onnx.NodeProto]] = {}
        for n in graph.node:
            for i in n.input:
                self.users.setdefault(i, []).append(n)

    def all(self, op: str) -> list[onnx.NodeProto]:
        return [n for n in self.nodes if n.op_type == op]

    def product(self, node: onnx.NodeProto) -> tuple[Array, Array]:
        """Return weight (outputs x inputs) and bias of a product in bytes and its channels beside it."""
        _, numbers, _, scale, _, _, bias = node.input
        smoothing = self.value[self.maker[self.maker[node.input[0]].input[0]].input[1]]  # even / smooth
        weight = self.value[numbers].astype(np.float32) * self.value[scale] * smoothing[:, None]
        for user in self.users[node.output[0]]:
            beside = self.maker.get(user.input[1]) if user.op_type == "Add" else None
            if beside is not None and beside.op_type == "MatMul":
                weight[self.value[self.maker[beside.input[0]].input[1]]] = self.value[beside.input[1]]
        return weight.T, self.value[bias]


def weights(g: Graph, positions: int = 512) -> dict[str, Array]:
    """Return the weights under the names of `models.train.tagger.Tagger`."""
    table = g.value["word_embeddings"].astype(np.float32)
    scale = next(v for v in g.value.values() if v.shape == (len(table), 1))
    places = g.value[g.all("Slice")[0].input[0]]
    # Places after the 256th are never asked for, so they are not in the graph.
    out = {
        "enc.embeddings.word_embeddings.weight": table * scale,
        "enc.embeddings.position_embeddings.weight": np.pad(places, ((0, positions - len(places)), (0, 0))),
    }
    norms = [(g.value[n.input[1]], g.value[n.input[2]]) for n in g.all("LayerNormalization")]
    products = [g.product(n) for n in g.all("MatMulIntegerToFloat")]
    count = len(norms) // 2
    names = ["enc.embeddings.LayerNorm"]
    for n in range(count):
        prefix = f"enc.transformer.layer.{n}."
        names += [prefix + "sa_layer_norm", prefix + "output_layer_norm"]
        joined, *rest = products[4 * n : 4 * n + 4]
        for letter, weight, bias in zip("qkv", np.split(joined[0], 3), np.split(joined[1], 3), strict=True):
            out[f"{prefix}attention.{letter}_lin.weight"], out[f"{prefix}attention.{letter}_lin.bias"] = weight, bias
        for name, (weight, bias) in zip(("attention.out_lin", "ffn.lin1", "ffn.lin2"), rest, strict=True):
            out[f"{prefix}{name}.weight"], out[f"{prefix}{name}.bias"] = weight, bias
    for name, (weight, bias) in zip(names, norms, strict=True):
        out[name + ".weight"], out[name + ".bias"] = weight, bias
    out["edit.weight"], out["edit.bias"] = products[-1]
    words = next(n for n in g.all("MatMul") if g.maker[n.input[0]].op_type == "GatherElements")
    both, bias = g.value[words.input[1]].T, g.value[g.users[words.output[0]][0].input[1]]
    for name, part in (("word", slice(0, 1)), ("kind", slice(1, None))):
        out[name + ".weight"], out[name + ".bias"] = both[part], bias[part]
    for name, node in zip(("score.0", "score.2"), g.all("Gemm"), strict=True):
        out[name + ".weight"], out[name + ".bias"] = (g.value[i] for i in node.input[1:])
    return out


def unpack(model: Path, out: Path, positions: int = 512) -> None:
    """Write OUT/weights.safetensors and its list of tags; `positions` is how many places the encoder's table has."""
    out.mkdir(parents=True, exist_ok=True)
    found = {
        k: torch.tensor(np.ascontiguousarray(v)) for k, v in weights(Graph(model / "model.onnx"), positions).items()
    }
    save_file(found, str(out / "weights.safetensors"))
    tags = json.loads((model / "tags.json").read_text(encoding="utf-8"))["tags"]
    (out / "weights.vocab.json").write_text(json.dumps(tags, ensure_ascii=False), encoding="utf-8")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    o = p.parse_args()
    unpack(o.model, o.out)


if __name__ == "__main__":
    main()
