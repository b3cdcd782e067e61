"""Train the tagger: one encoder; heads for the word, the edit, the kind of error and the segment's score.

usage: python -m models.train.tagger --data DIR --base FOLDER --out DIR [--start CHECKPOINT] [--rows FOLDER]
                                     [--hours H] [--freeze N] [--tiny]

--base is a transformers folder of a DistilBERT. --start takes weights (.safetensors with .vocab.json beside it, or
a folder that this recipe wrote); rows of the edit head are copied for the tags that both have. A run that was
stopped goes on from OUT by itself: weights, optimiser, average and the place in the data are saved every ten
minutes. --hours bends the schedule so that it ends by then; the log says how many steps that was.
"""

import argparse
import json
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import DistilBertConfig, DistilBertModel, PreTrainedTokenizerFast

from models.train.data import (
    CASE,
    DELETE,
    HYPHEN,
    KEEP,
    KINDS,
    MERGE,
    REWRITE,
    SWAP,
    WORDS,
    Row,
    build,
    read,
    statistics,
    write,
)
from models.train.noise import KEYS

FIXED = [KEEP, DELETE, CASE, REWRITE, SWAP, MERGE, HYPHEN, *("F_" + k for k in KEYS)]
PAIRS = ("ro-en", "et-en", "ru-en", "ne-en", "si-en")
MAX_PIECES = 160
# Twice to three times as fast where the processor has it; many times slower where it has not.
BF16 = torch.cpu._is_avx512_bf16_supported()


class Tagger(nn.Module):
    """An encoder with four linear heads on the first piece of each word (the score: on the mean of all pieces)."""

    def __init__(self, encoder: DistilBertModel, tags: int) -> None:
        super().__init__()
        self.enc = encoder
        dim = encoder.config.dim
        self.word = nn.Linear(dim, 1)
        self.edit = nn.Linear(dim, tags)
        self.kind = nn.Linear(dim, len(KINDS))
        self.score = nn.Sequential(nn.Linear(dim, dim), nn.Tanh(), nn.Linear(dim, 1))
        self.drop = nn.Dropout(0.1)

    def features(self, ids: Tensor, mask: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
        """Return the words' vectors (batch, words, dim) and the segments' scores."""
        x = self.enc(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask.to(x.dtype)[..., None]
        mean = (x * weight).sum(1) / weight.sum(1)
        words = torch.gather(x, 1, first[..., None].expand(-1, -1, x.size(-1)))
        return self.drop(words), self.score(mean)[..., 0]


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast.from_pretrained(folder)


def encode(tokenizer: PreTrainedTokenizerFast, words: list[list[str]]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return piece ids, their mask, the index of each word's first piece, and the mask of words that have one."""
    e = tokenizer(
        words, is_split_into_words=True, truncation=True, max_length=MAX_PIECES, padding=True, return_tensors="pt"
    )
    longest = max(map(len, words))
    first = torch.zeros(len(words), longest, dtype=torch.long)
    there = torch.zeros(len(words), longest, dtype=torch.bool)
    for b in range(len(words)):
        for at, w in reversed(list(enumerate(e.word_ids(b)))):
            if w is not None:
                first[b, w] = at
                there[b, w] = True
    return e.input_ids, e.attention_mask, first, there


def padded(batch: list[Row], key: str, width: int, empty: float, dtype: torch.dtype = torch.long) -> Tensor:
    out = torch.full((len(batch), width), empty, dtype=dtype)
    for n, r in enumerate(batch):
        if r[key] is not None:
            out[n, : len(r[key])] = torch.tensor(r[key], dtype=dtype)
    return out


def losses(net: Tagger, tokenizer: PreTrainedTokenizerFast, batch: list[Row]) -> tuple[dict[str, Tensor], int]:
    """Return the loss of each head that the batch has labels for, and the number of pieces."""
    ids, mask, first, there = encode(tokenizer, [r["words"] for r in batch])
    words, score = net.features(ids, mask, first)
    out = {}
    bad = padded(batch, "bad", first.size(1), -1, torch.float)  # a teacher says how likely, a human yes or no
    if (on := there & (bad >= 0)).any():
        out["word"] = nn.functional.binary_cross_entropy_with_logits(net.word(words[on])[:, 0].float(), bad[on])
    tags = padded(batch, "tag_ids", first.size(1), -1)
    if (on := there & (tags >= 0)).any():
        out["edit"] = nn.functional.cross_entropy(net.edit(words[on]).float(), tags[on])
    kinds = padded(batch, "kinds", first.size(1), -1)
    if (on := there & (kinds >= 0)).any():
        out["kind"] = nn.functional.cross_entropy(net.kind(words[on]).float(), kinds[on])
    if scored := [n for n, r in enumerate(batch) if r["score"] is not None]:
        wanted = torch.tensor([batch[n]["score"] for n in scored])
        out["score"] = nn.functional.smooth_l1_loss(score[scored].float(), wanted)
    return out, int(mask.sum())


def batches(rows: list[Row], seed: int, size: int) -> list[list[Row]]:
    """Return shuffled batches of rows of like length."""
    rng = random.Random(seed)
    mixed = list(rows)
    rng.shuffle(mixed)
    out = []
    for at in range(0, len(mixed), size * 40):
        pool = sorted(mixed[at : at + size * 40], key=lambda r: len(r["words"]))
        group = [pool[k : k + size] for k in range(0, len(pool), size)]
        rng.shuffle(group)
        out += group
    return out


def tag_list(rows: list[Row], most: int = 5000) -> list[str]:
    """Return the tags that the mix has at least three times."""
    count = Counter(t for r in rows if r["tags"] for t in r["tags"] if t)
    return FIXED + [t for t, n in count.most_common(most) if n >= 3 and t not in FIXED][: most - len(FIXED)]


def label(rows: list[Row], tags: list[str]) -> None:
    """Put tag numbers into the rows: a tag outside the list is REWRITE, no tag is no label."""
    index = {t: n for n, t in enumerate(tags)}
    for r in rows:
        r["tag_ids"] = r["tags"] and [index.get(t, index[REWRITE]) if t else -1 for t in r["tags"]]


def start_from(net: Tagger, path: Path, tags: list[str]) -> None:
    """Copy weights; of the edit head the rows for tags that both have."""
    if path.is_dir():
        path = path / "weights.safetensors"
    old = {k: v.float() for k, v in load_file(path).items()}
    names = json.loads((path.parent / (path.stem + ".vocab.json")).read_text(encoding="utf-8"))
    names = [{"K": KEEP, "D": DELETE}.get(t, t) for t in names]
    place = {t: n for n, t in enumerate(names)}
    both = [(n, place[t]) for n, t in enumerate(tags) if t in place]
    new = net.state_dict()
    for part in ("edit.weight", "edit.bias"):
        new[part][[n for n, _ in both]] = old.pop(part)[[m for _, m in both]]
    if "kind.weight" in old and old["kind.weight"].shape != new["kind.weight"].shape:
        old = {k: v for k, v in old.items() if not k.startswith("kind.")}
    new.update(old)
    net.load_state_dict(new)
    print("started from", path.name, len(both), "of", len(tags), "tags known", flush=True)


def save(state: dict[str, Tensor], tags: list[str], path: Path) -> None:
    """Write weights in half precision with their tag list; the encoder's embeddings too, so the folder stands alone."""
    save_file({k: v.detach().half().contiguous() for k, v in state.items()}, str(path))
    (path.parent / (path.stem + ".vocab.json")).write_text(json.dumps(tags, ensure_ascii=False), encoding="utf-8")


def predict(
    net: Tagger, tokenizer: PreTrainedTokenizerFast, segments: list[list[str]], size: int = 64
) -> Iterator[tuple]:
    """Yield for each segment, in order: word probability, 1 - P(KEEP), mask of words seen, score."""
    order = sorted(range(len(segments)), key=lambda n: len(segments[n]))
    out: list[tuple] = [()] * len(segments)
    net.eval()
    with torch.no_grad():
        for at in range(0, len(order), size):
            some = order[at : at + size]
            ids, mask, first, there = encode(tokenizer, [segments[n] for n in some])
            words, score = net.features(ids, mask, first)
            word = torch.sigmoid(net.word(words)[..., 0])
            change = 1 - torch.softmax(net.edit(words), -1)[..., 0]
            for k, n in enumerate(some):
                width = len(segments[n])
                out[n] = (*(x[k, :width].numpy() for x in (word, change, there)), float(score[k]))
    net.train()
    yield from out


def mcc(guess: np.ndarray, truth: np.ndarray) -> float:
    """Return Matthews' correlation of two boolean arrays."""
    tp, fp = float((guess & truth).sum()), float((guess & ~truth).sum())
    fn, tn = float((~guess & truth).sum()), float((~guess & ~truth).sum())
    under = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / under if under else 0.0


def evaluate(net: Tagger, tokenizer: PreTrainedTokenizerFast, data: Path, most: int) -> dict:
    """Return word MCC (one threshold for all pairs), Pearson by pair, and the share of words above it on clean news."""
    rows = list(read(data / "pairs/mlqe_pe.dev.jsonl.xz"))
    found = {}
    for pair in PAIRS:
        some = [r for r in rows if r["pair"] == pair][:most]
        if not some:
            continue
        got = list(predict(net, tokenizer, [r["hypothesis_tok"].split() for r in some]))
        truth = np.concatenate(
            [np.array([t == "BAD" for t in r["tags"][1::2]])[g[2]] for r, g in zip(some, got, strict=True)]
        )
        heads = [np.concatenate([g[n][g[2]] for g in got]) for n in (0, 1)]
        pearson = np.corrcoef([g[3] for g in got], [r["da_z"] for r in some])[0, 1]
        found[pair] = (truth, (heads[0] + heads[1]) / 2, heads, float(pearson))
    clean = [WORDS.findall(p) for a in load_clean(data)[:60] for p in a["paragraphs"][:2] if len(p) < 400]
    calm = [(g[0] + g[1]) / 2 for g in predict(net, tokenizer, [words for words in clean if words])]
    steps = np.arange(0.1, 0.9, 0.02)
    if not found:
        return {}
    best = max(steps, key=lambda t: sum(mcc(f[1] > t, f[0]) for f in found.values()))
    out = {
        p: (
            round(mcc(f[1] > best, f[0]), 3),
            [round(max(mcc(h > t, f[0]) for t in steps), 3) for h in f[2]],
            round(f[3], 3),
        )
        for p, f in found.items()
    }
    share = float((np.concatenate(calm) > best).mean()) if calm else 0.0
    return {"threshold": round(float(best), 2), **out, "clean news above": round(share, 4)}


def load_clean(data: Path) -> list[dict]:
    path = data / "dev/clean_news.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def tiny_base(rows: list[Row], folder: Path) -> Path:
    """Make a small encoder and a word-piece tokenizer from the rows' own words, for tests."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=1000, special_tokens=special, show_progress=False)
    tok.train_from_iterator([" ".join(r["words"]) for r in rows], trainer)
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", tok.token_to_id("[CLS]")), ("[SEP]", tok.token_to_id("[SEP]"))],
    )
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=tok, **names).save_pretrained(folder)
    config = DistilBertConfig(
        vocab_size=tok.get_vocab_size(), dim=32, hidden_dim=64, n_layers=2, n_heads=4, max_position_embeddings=192
    )
    DistilBertModel(config).save_pretrained(folder)
    return folder


def prepare(o: argparse.Namespace) -> list[Row]:
    """Return the rows: from --rows if given, else built from --data and kept in OUT."""
    folder = o.rows or o.out
    if not (folder / "rows.jsonl").exists():
        rows, forms = build(o.data, 0.002 if o.tiny else o.scale)
        statistics(rows)
        write(rows, forms, folder)
    with (folder / "rows.jsonl").open(encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def train(o: argparse.Namespace) -> None:
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    o.out.mkdir(parents=True, exist_ok=True)
    rows = prepare(o)
    base = tiny_base(rows, o.out / "base") if o.tiny else o.base
    tokenizer = load_tokenizer(base)
    kept = o.out / "weights.vocab.json"  # a run that goes on keeps its tags, whatever the mix is now
    tags = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else tag_list(rows)
    label(rows, tags)
    net = Tagger(DistilBertModel.from_pretrained(base), len(tags))
    if o.start:
        start_from(net, o.start, tags)
    frozen = [net.enc.embeddings, *net.enc.transformer.layer[: o.freeze]]
    for part in frozen:
        part.requires_grad_(False)
    run(o, net, tokenizer, batches(rows, o.seed, o.batch), tags)


def run(
    o: argparse.Namespace,
    net: Tagger,
    tokenizer: PreTrainedTokenizerFast,
    todo: list[list[Row]],
    tags: list[str],
    *,
    tell: bool = True,
) -> None:
    """Train, from OUT's saved state if there is one; `tell` leaves the average of the weights in `net` and reports."""
    heads = [p for m in (net.word, net.edit, net.kind, net.score) for p in m.parameters()]
    body = [p for p in net.enc.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(
        [{"params": body, "lr": o.lr}, {"params": heads, "lr": o.lr * o.head_factor}], weight_decay=0.01, fused=True
    )
    rates = [g["lr"] for g in opt.param_groups]
    mean = {k: v.detach().clone() for k, v in net.state_dict().items()}
    step, spent = 0, 0.0
    place = o.out / "state.pt"
    if place.exists():
        old = torch.load(place, weights_only=True)
        net.load_state_dict(old["net"])
        opt.load_state_dict(old["opt"])
        mean, step, spent = old["mean"], old["step"], old["spent"]
        print("going on at step", step, flush=True)
    total = min(len(todo), o.steps or len(todo))
    began = last = seen = time.time()
    log, pieces, start_step = defaultdict(list), 0, step
    net.train()
    while step < total:
        now = time.time()
        done = step / total
        if o.hours:  # whichever ends first: the data or the time
            done = max(done, (spent + now - began) / (o.hours * 3600))
            if done >= 1:
                break
        for group, rate in zip(opt.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, (step + 1) / 60) * max(0.02, 1 - done)
        with torch.autocast("cpu", torch.bfloat16, enabled=BF16):
            part, n = losses(net, tokenizer, todo[step])
        weight = {"word": 1.0, "edit": 1.0, "kind": 0.15, "score": o.score * (1 - 0.7 * done)}
        sum((weight[k] * v for k, v in part.items()), torch.zeros(())).backward()
        nn.utils.clip_grad_norm_([p for g in opt.param_groups for p in g["params"]], 1.0)
        opt.step()
        opt.zero_grad(set_to_none=True)
        pieces += n
        for k, v in part.items():
            log[k].append(v.item())
        step += 1
        if step % 5 == 0:
            average(mean, net)
        if step % 50 == 0:
            means = {k: round(float(np.mean(v[-50:])), 4) for k, v in log.items()}
            took = time.time() - began
            rate = f"{pieces / took:.0f} pieces/s, {(step - start_step) / took:.2f} steps/s"
            print(f"step {step}/{total} done {done:.3f} {rate}", means, flush=True)
        stop = (o.out / "STOP").exists()  # a file of this name ends the run; it can go on later
        if stop or time.time() - last > o.every:
            last = time.time()
            state = {"net": net.state_dict(), "opt": opt.state_dict(), "mean": mean, "step": step}
            torch.save({**state, "spent": spent + last - began}, o.out / "state.tmp")
            (o.out / "state.tmp").replace(place)
            save(mean, tags, o.out / "weights.safetensors")
        if stop:
            break
        if time.time() - seen > o.look:
            report(net, tokenizer, o, 150)
            seen = time.time()
    print("steps made:", step, flush=True)
    save(mean, tags, o.out / "weights.safetensors")
    if tell:
        net.load_state_dict(mean)
        report(net, tokenizer, o, 1000)


def average(mean: dict[str, Tensor], net: Tagger, decay: float = 0.98) -> None:
    """Move the running average of the weights; it does a little better than the last step's weights."""
    with torch.no_grad():
        for k, v in net.state_dict().items():
            if v.dtype.is_floating_point:
                mean[k].lerp_(v, 1 - decay)


def report(net: Tagger, tokenizer: PreTrainedTokenizerFast, o: argparse.Namespace, most: int) -> None:
    began = time.time()
    print("EVAL", evaluate(net, tokenizer, o.data, most), f"{time.time() - began:.0f} s", flush=True)


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--base", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--start", type=Path)
    p.add_argument("--rows", type=Path)
    p.add_argument("--hours", type=float, default=0.0)
    p.add_argument("--steps", type=int, default=0)
    p.add_argument("--scale", type=float, default=1.0)
    p.add_argument("--freeze", type=int, default=2)
    p.add_argument("--lr", type=float, default=3e-5)
    p.add_argument("--head-factor", type=float, default=10.0)
    p.add_argument(
        "--score", type=float, default=0.5, help="what the segment's score weighs beside the words, at first"
    )
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--seed", type=int, default=11)
    p.add_argument("--every", type=float, default=600.0)
    p.add_argument("--look", type=float, default=1800.0)
    p.add_argument("--tiny", action="store_true")
    return p.parse_args()


if __name__ == "__main__":
    train(arguments())
