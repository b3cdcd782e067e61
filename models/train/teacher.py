"""Teach a language model to judge translations, so that its opinion can teach the tagger.

usage: python -m models.train.teacher teach --data DIR --base FOLDER --out TEACHER [--hours H] [--layers N] [--tiny]
       python -m models.train.teacher label --data DIR --teacher TEACHER --tagger MODEL --rows ROWS --out ROWS2

--base is a transformers folder of a Llama (that of the rewriter, say, which `models.train.rewriter_unpack` makes).
Its lower layers and two heads learn from MLQE-PE what people thought of a segment and which words they changed. It is
too slow for the product, but sees what the small encoder does not; both together judge better than either. `label`
writes rows for `models.train.tagger`: those of ROWS, in which the judged segments have labels halfway between what
people said and what both models think, and segments that nobody judged, with what both models think of them. How much
each model counts is fitted on the even-numbered development records, as the numbers of the tagger's card are;
`eval.teacher` measures both on the odd ones.

Knowledge distillation: Hinton et al. 2015; for quality estimation: Gajbhiye et al., Findings of ACL 2021.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM, LlamaModel, PreTrainedTokenizerFast

from eval.tagger_fit import balanced, logistic
from eval.tagger_sets import half
from models.train.data import NEVER_TRAIN, WORDS, Row, read
from models.train.tagger import BF16, batches
from mtfix.runtime.suspicion import odds, suspicion
from mtfix.runtime.tagger import Tagger, load

MAX_PIECES = 220
UNJUDGED = {"wmt21": 0.56, "mqm": 0.13, "apertium": 0.1, "nmt_pt": 0.13, "clean": 0.08}  # shares


class Teacher(nn.Module):
    """The lower layers of a language model; heads for the segment (on the mean of its pieces) and for its words."""

    def __init__(self, lm: LlamaModel) -> None:
        super().__init__()
        lm.norm = nn.Identity()
        dim = lm.config.hidden_size
        self.lm, self.norm, self.drop = lm, nn.LayerNorm(dim), nn.Dropout(0.1)
        self.score, self.word = nn.Linear(dim, 1), nn.Linear(dim, 1)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the segments' scores and the pieces' log-odds of belonging to a word that is changed."""
        x = self.norm(self.lm(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state.float())
        weight = mask[..., None].to(x.dtype)
        weight[:, 0] = 0  # the sign of the beginning
        mean = (x * weight).sum(1) / weight.sum(1).clamp(min=1)
        return self.score(self.drop(mean))[:, 0], self.word(self.drop(x))[..., 0]


def placed(text: str, words: Sequence[str]) -> tuple[str, list[int]]:
    """Return a text with the ends of its words in it; the words with spaces between them if they are not all there."""
    for candidate in (text, " ".join(words)):
        ends, at = [], 0
        for word in words:
            start = candidate.find(word, at)
            if start < 0:
                break
            at = start + len(word)
            ends.append(at)
        if len(ends) == len(words):
            return candidate, ends
    raise ValueError("a word with a space in it")


def judged(data: Path, part: str) -> Iterator[Row]:
    """Yield the segments of MLQE-PE with what people thought of them."""
    for r in read(data / f"pairs/mlqe_pe.{part}.jsonl.xz"):
        words, bad = r["hypothesis_tok"].split(), [int(t == "BAD") for t in r["tags"][1::2]]
        if words and len(words) == len(bad):
            text, ends = placed(r["hypothesis"], words)
            yield {"text": text, "ends": ends, "words": words, "bad": bad, "score": r["da_z"], "from": r["pair"]}


def unjudged(data: Path, most: int, seed: int = 5) -> Iterator[Row]:
    """Yield segments of other translations, round trips, and a few that no machine wrote."""
    rng = random.Random(seed)
    sources: dict[str, Iterator[str]] = {
        "wmt21": (
            text
            for r in read(data / "pairs/wmt21.jsonl.xz")
            if r["pair"] not in NEVER_TRAIN
            for text in r["hypotheses"].values()
        ),
        "mqm": (r["hypothesis"] for y in (2020, 2021) for r in read(data / f"spans/mqm_zh_en_{y}.jsonl.xz")),
        "apertium": (r["hypothesis"] for r in read(data / "roundtrip/apertium.jsonl.xz")),
        "nmt_pt": (r["hypothesis"] for r in read(data / "roundtrip/nmt_pt.jsonl.xz")),
        "clean": (r["reference"] for r in read(data / "roundtrip/nmt_pt.jsonl.xz")),
    }
    for name, source in sources.items():
        texts = sorted(set(source))
        rng.shuffle(texts)
        split = ((text, WORDS.findall(text)) for text in texts)
        fit = [(text, words) for text, words in split if 5 < len(words) < 45][: int(most * UNJUDGED[name])]
        for text, words in fit:
            yield {"text": text, "ends": placed(text, words)[1], "words": words, "from": name}


def encode(tokenizer: PreTrainedTokenizerFast, rows: Sequence[Row]) -> tuple[Tensor, Tensor, list[list[int]]]:
    """Return piece ids, their mask, and for each word the place of its last piece."""
    found = [tokenizer(r["text"], add_special_tokens=False, return_offsets_mapping=True) for r in rows]
    first = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else 0
    ids = [[first, *f.input_ids[:MAX_PIECES]] for f in found]
    width = max(map(len, ids))
    out, mask = torch.zeros((len(ids), width), dtype=torch.long), torch.zeros((len(ids), width), dtype=torch.long)
    last = []
    for n, (f, these) in enumerate(zip(found, ids, strict=True)):
        out[n, : len(these)] = torch.tensor(these)
        mask[n, : len(these)] = 1
        ends = np.array([end for _, end in f.offset_mapping] or [0])
        last.append([min(int(at) + 1, len(these) - 1) for at in np.searchsorted(ends, rows[n]["ends"])])
    return out, mask, last


def predict(
    net: Teacher, tokenizer: PreTrainedTokenizerFast, rows: Sequence[Row], size: int = 32
) -> list[tuple[float, np.ndarray]]:
    """Return for each row its score and the probability that each word is changed."""
    order = sorted(range(len(rows)), key=lambda n: len(rows[n]["text"]))
    out: list[tuple[float, np.ndarray]] = [(0.0, np.zeros(0))] * len(rows)
    net.eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=BF16):
        for at in range(0, len(order), size):
            some = order[at : at + size]
            ids, mask, last = encode(tokenizer, [rows[n] for n in some])
            score, word = net(ids, mask)
            for k, n in enumerate(some):
                out[n] = float(score[k]), torch.sigmoid(word[k, last[k]].float()).numpy()
    net.train()
    return out


def losses(net: Teacher, tokenizer: PreTrainedTokenizerFast, batch: Sequence[Row]) -> tuple[Tensor, Tensor]:
    ids, mask, last = encode(tokenizer, batch)
    with torch.autocast("cpu", torch.bfloat16, enabled=BF16):
        score, word = net(ids, mask)
    said = torch.cat([word[n, places].float() for n, places in enumerate(last)])
    bad = torch.tensor([float(b) for r in batch for b in r["bad"]])
    wanted = torch.tensor([float(r["score"]) for r in batch])
    return (
        nn.functional.smooth_l1_loss(score.float(), wanted),
        nn.functional.binary_cross_entropy_with_logits(said, bad),
    )


def tiny_base(rows: Sequence[Row], folder: Path) -> Path:
    """Make a small Llama and a tokenizer from the rows' own words, for tests."""
    from tokenizers import ByteLevelBPETokenizer

    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(
        [r["text"] for r in rows], vocab_size=400, special_tokens=["<s>"], show_progress=False
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer._tokenizer, bos_token="<s>").save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=400, hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def start(base: Path, layers: int, frozen: int) -> Teacher:
    """Return a teacher made of the lowest layers of a language model, of which the very lowest learn nothing."""
    lm = LlamaForCausalLM.from_pretrained(base, dtype=torch.float32).model
    lm.layers = lm.layers[:layers]
    lm.config.num_hidden_layers = len(lm.layers)
    for part in (lm.embed_tokens, *lm.layers[:frozen]):
        part.requires_grad_(False)
    return Teacher(lm)


def teach(o: argparse.Namespace) -> None:
    """Train; a run that was stopped goes on from OUT/state.pt."""
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    o.out.mkdir(parents=True, exist_ok=True)
    rows = list(judged(o.data, "train"))
    base = tiny_base(rows, o.out / "base") if o.tiny else o.base
    tokenizer = PreTrainedTokenizerFast.from_pretrained(base)
    net = start(base, o.layers, o.freeze)
    body = [p for p in net.lm.parameters() if p.requires_grad]
    heads = [p for part in (net.norm, net.score, net.word) for p in part.parameters()]
    opt = torch.optim.AdamW([{"params": body, "lr": 5e-5}, {"params": heads, "lr": 1e-3}], weight_decay=0.01)
    rates, step, spent, place = [g["lr"] for g in opt.param_groups], 0, 0.0, o.out / "state.pt"
    if place.exists():
        old = torch.load(place, weights_only=True)
        net.load_state_dict(old["net"])
        opt.load_state_dict(old["opt"])
        step, spent = old["step"], old["spent"]
        print("going on at step", step, flush=True)
    began = last = time.time()
    log: list[tuple[float, float]] = []
    for n, batch in enumerate(b for epoch in count(o.seed) for b in batches(rows, epoch, 32)):
        if n < step:
            continue
        done = n / o.steps if o.steps else 0.0
        if o.hours:  # whichever ends first
            done = max(done, (spent + time.time() - began) / (o.hours * 3600))
        if done >= 1:
            break
        for group, rate in zip(opt.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, (n + 1) / 60) * max(0.03, 1 - done)
        score, word = losses(net, tokenizer, batch)
        (score + word).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        opt.zero_grad(set_to_none=True)
        log.append((score.item(), word.item()))
        step = n + 1
        if step % 50 == 0:
            means = np.mean(log[-50:], 0).round(3)
            print(f"step {step} done {done:.3f} score {means[0]} word {means[1]}", flush=True)
        if time.time() - last > o.every:
            last = time.time()
            state = {"net": net.state_dict(), "opt": opt.state_dict(), "step": step, "spent": spent + last - began}
            torch.save(state, o.out / "state.tmp")
            (o.out / "state.tmp").replace(place)
    net.lm.config.save_pretrained(o.out)
    tokenizer.save_pretrained(o.out)
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, str(o.out / "weights.safetensors"))
    print("steps made:", step, flush=True)


def read_teacher(folder: Path) -> tuple[Teacher, PreTrainedTokenizerFast]:
    net = Teacher(LlamaModel(LlamaConfig.from_pretrained(folder)))
    net.load_state_dict(load_file(folder / "weights.safetensors"))
    return net, PreTrainedTokenizerFast.from_pretrained(folder)


Opinion = tuple[float, float, np.ndarray, np.ndarray]  # of tagger and teacher: two scores; the words' log-odds


def opinions(
    tagger: Tagger, net: Teacher, tokenizer: PreTrainedTokenizerFast, rows: Sequence[Row], size: int = 2000
) -> Iterator[Opinion]:
    """Yield what both think of each row."""
    for at in range(0, len(rows), size):
        some = rows[at : at + size]
        raws = tagger.raw([r["words"] for r in some])
        for row, raw, (score, word) in zip(some, raws, predict(net, tokenizer, some), strict=True):
            suspect = np.array(suspicion(raw, row["words"], tagger.reading.suspect))
            yield raw.score, score, odds(suspect), odds(word)
        print("read:", at + len(some), flush=True)


def weigh(rows: Sequence[Row], found: Sequence[Opinion]) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of both opinions (bias last): on the segment's score, within the pairs, and on its words.

    Of the words, each pair and each class weigh the same, as in `eval.tagger_fit.fit_suspect`; a plain regression of
    all words would learn which pair a text is of. Then slope and bias make probabilities of it.
    """
    scores, wanted = np.array([o[:2] for o in found]), np.array([r["score"] for r in rows], float)
    pairs = np.array([r["from"] for r in rows])
    means = {p: (scores[pairs == p].mean(0), wanted[pairs == p].mean()) for p in set(pairs)}
    x = scores - np.array([means[p][0] for p in pairs])
    y = wanted - np.array([means[p][1] for p in pairs])
    w = np.linalg.solve(x.T @ x + 1e-3 * np.eye(2), x.T @ y)
    words = np.concatenate([np.column_stack(o[2:]) for o in found])
    bad = np.array([b for r in rows for b in r["bad"]], float)
    pair = np.repeat(pairs, [len(r["bad"]) for r in rows])
    share = np.zeros(len(bad))
    for here in ((pair == p) & (bad == b) for p in set(pairs) for b in (0.0, 1.0)):
        share[here] = 1 / max(1, here.sum())
    fair = balanced(words, bad, share)[:-1]
    slope, bias = logistic((words @ fair)[:, None], bad)
    return np.append(w, (wanted - scores @ w).mean()), np.append(fair * slope, bias)


def label(o: argparse.Namespace) -> None:
    """Write the rows of ROWS, the judged ones with softened labels, and the unjudged ones with labels."""
    torch.set_num_threads(o.threads)
    net, tokenizer = read_teacher(o.teacher)
    tagger = load(o.tagger, threads=o.threads)
    even = half(list(judged(o.data, "dev")), 0)
    score, word = weigh(even, list(opinions(tagger, net, tokenizer, even)))
    print("tagger, teacher, bias: score", score.round(3), "word", word.round(3), flush=True)
    human = [r for r in judged(o.data, "train") if len(r["words"]) <= 80]
    texts = [*human, *unjudged(o.data, o.most)]
    soft, extra = {}, []
    for row, (one, two, suspect, bad) in zip(texts, opinions(tagger, net, tokenizer, texts), strict=True):
        z = float(score @ (one, two, 1.0))
        p = 1 / (1 + np.exp(-(word[0] * suspect + word[1] * bad + word[2])))
        if "bad" in row:
            soft[" ".join(row["words"])] = ((p + row["bad"]) / 2).round(3).tolist(), (z + row["score"]) / 2
        else:
            machine = row["from"] != "clean"
            extra.append(
                {"words": row["words"], "bad": p.round(3).tolist() if machine else None, "tags": None, "kinds": None,
                 "score": z, "from": "soft-" + row["from"]}
            )  # fmt: skip
    o.out.mkdir(parents=True, exist_ok=True)
    out = [json.loads(line) for line in (o.rows / "rows.jsonl").open(encoding="utf-8")]
    for r in out:
        if r["from"] == "mlqe" and (known := soft.get(" ".join(r["words"]))):
            r["bad"], r["score"] = known
    out += extra
    random.Random(o.seed).shuffle(out)
    with (o.out / "rows.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in out)
    (o.out / "forms.json").write_bytes((o.rows / "forms.json").read_bytes())
    print(len(soft), "judged,", len(extra), "not judged,", len(out), "rows", flush=True)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=("teach", "label"))
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--base", type=Path)
    p.add_argument("--teacher", type=Path)
    p.add_argument("--tagger", type=Path, default=Path("models/tagger-en"))
    p.add_argument("--rows", type=Path)
    p.add_argument("--most", type=int, default=39_000, help="segments that nobody judged")
    p.add_argument("--hours", type=float, default=0.5)
    p.add_argument("--steps", type=int, default=0)
    p.add_argument("--layers", type=int, default=22)
    p.add_argument("--freeze", type=int, default=8)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--every", type=float, default=600.0, help="seconds between two saved states")
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--tiny", action="store_true")
    o = p.parse_args()
    (teach if o.what == "teach" else label)(o)


if __name__ == "__main__":
    main()
