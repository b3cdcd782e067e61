"""Train the rewriter: a small causal language model learns, by low-rank adapters, what should stand in a marked span.

usage: python -m models.train.rewriter --base FOLDER --examples FILE --out DIR [--hours H] [--layers N] [--tiny]
       python -m models.train.rewriter --base FOLDER --data corrections.jsonl --out DIR     one's own post-edits

--base is a transformers folder of a causal model (--tiny makes one). --examples is what `models.train.spans` writes.
--data takes JSON lines with "hypothesis" and "post_edit", or with "hypothesis", "span", "answer" (and "accepted": an
edit that was rejected teaches to leave the words alone), as the page writes them. A run that was stopped goes on
from OUT by itself. At the end OUT/merged is a transformers folder; `models.train.rewriter_export` makes the product.

Low-rank adapters: Hu et al., LoRA, ICLR 2022. Only the upper layers have them, so the lower ones need no backward
pass; only the answer's places meet the output layer. Words that the answer changes weigh more than words that it
copies: Junczys-Dowmunt et al., Approaching Neural GEC as a Low-Resource MT Task, NAACL 2018 (edit-weighted MLE).
"""

import argparse
import difflib
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from models.train.spans import Example, found, merged
from mtfix.runtime.prompts import SPAN_PROMPT, joined, shared

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
BF16 = torch.cpu._is_avx512_bf16_supported()


def prompt(e: Example) -> str:
    a, b = e["span"]
    return SPAN_PROMPT.format(left=e["text"][:a], span=e["text"][a:b], right=e["text"][b:])


def corrections(path: Path) -> Iterator[Example]:
    """Yield examples from one's own corrections; a text that was left alone teaches that it is right."""
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        text = record["hypothesis"]
        if "span" in record:
            a, b = record["span"]
            answer = record["answer"] if record.get("accepted", True) else text[a:b]
            yield {"text": text, "span": [a, b], "answer": answer, "from": "own"}
            continue
        good = record["post_edit"]
        (places, old), (there, new) = found(text), found(good)
        if text == good and len(old) > 4:
            yield {"text": text, "span": [places[1][0], places[-2][1]], "answer": text[places[1][0] : places[-2][1]],
                   "from": "own"}  # fmt: skip
        codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        for i, j, k, m in merged(codes, 1):
            i, k = (i - 1, k - 1) if min(i, k) and (i == j or k == m) else (i, k)
            j, m = (j + 1, m + 1) if j < len(old) and m < len(new) and (i == j or k == m) else (j, m)
            if i < j:
                answer = good[there[k][0] : there[m - 1][1]] if k < m else ""
                yield {"text": text, "span": [places[i][0], places[j - 1][1]], "answer": answer, "from": "own"}


def changed(span: str, answer: str) -> list[tuple[int, int]]:
    """Return where an answer says something new; where words were struck, the word that follows (or the line end)."""
    places, new = found(answer)
    starts, ends = [a for a, _ in places] + [len(answer)], [b for _, b in places] + [len(answer) + 1]
    codes = difflib.SequenceMatcher(None, found(span)[1], new, autojunk=False).get_opcodes()
    return [(starts[k], ends[max(k, m - 1)]) for op, _, _, k, m in codes if op != "equal"]


def encode(
    tokenizer: PreTrainedTokenizerFast, batch: list[Example], edit_weight: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return ids, mask, labels (-100 where nothing is to be learned) and the weight of each label."""
    heads = [prompt(e) for e in batch]
    texts = [joined(h, e["answer"]) for h, e in zip(heads, batch, strict=True)]
    coded = tokenizer(texts, return_offsets_mapping=True)
    whole = coded["input_ids"]
    start = [shared(h, w) for h, w in zip(tokenizer(heads)["input_ids"], whole, strict=True)]
    width = max(map(len, whole))
    ids, labels = torch.zeros(len(batch), width, dtype=torch.long), torch.full((len(batch), width), -100)
    weights = torch.ones(len(batch), width)
    for n, (w, s, e) in enumerate(zip(whole, start, batch, strict=True)):
        ids[n, : len(w)] = torch.tensor(w)
        labels[n, s : len(w)] = ids[n, s : len(w)]
        at = len(texts[n]) - len(e["answer"]) - 1
        for a, b in changed(e["text"][slice(*e["span"])], e["answer"]):
            for k, (x, y) in enumerate(coded["offset_mapping"][n]):
                if x < at + b and y > at + a:
                    weights[n, k] = edit_weight
    mask = (torch.arange(width) < torch.tensor([[len(w)] for w in whole])).long()
    return ids, mask, labels, weights


def loss_of(model: nn.Module, ids: Tensor, mask: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted mean cross-entropy of the answers' tokens."""
    hidden = model.model(input_ids=ids, attention_mask=mask).last_hidden_state[:, :-1]
    on = labels[:, 1:] >= 0
    each = nn.functional.cross_entropy(model.lm_head(hidden[on]).float(), labels[:, 1:][on], reduction="none")
    return (each * weights[:, 1:][on]).sum() / weights[:, 1:][on].sum()


def batches(examples: list[Example], seed: int, size: int) -> list[list[Example]]:
    """Return shuffled batches of examples of like length."""
    rng = random.Random(seed)
    mixed = list(examples)
    rng.shuffle(mixed)
    out = []
    for at in range(0, len(mixed), size * 40):
        pool = sorted(mixed[at : at + size * 40], key=lambda e: len(e["text"]) + len(e["answer"]))
        group = [pool[k : k + size] for k in range(0, len(pool), size)]
        rng.shuffle(group)
        out += group
    return out


def tiny_base(examples: list[Example], folder: Path) -> Path:
    """Make a small model and a byte-level tokenizer from the examples, for tests."""
    from tokenizers import ByteLevelBPETokenizer

    bpe = ByteLevelBPETokenizer()
    texts = [joined(prompt(e), e["answer"]) for e in examples]
    bpe.train_from_iterator(texts, vocab_size=600, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    bpe.save(str(folder / "bpe.json"))
    names = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>"}
    PreTrainedTokenizerFast(tokenizer_file=str(folder / "bpe.json"), **names).save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=bpe.get_vocab_size(), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    torch.manual_seed(1)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def train(o: argparse.Namespace) -> None:
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    o.out.mkdir(parents=True, exist_ok=True)
    path = o.data or o.examples
    examples = list(corrections(path)) if o.data else [json.loads(x) for x in path.open(encoding="utf-8")]
    base = o.base
    if o.tiny:
        (o.out / "base").mkdir(exist_ok=True)
        base = tiny_base(examples, o.out / "base")
    tokenizer = AutoTokenizer.from_pretrained(base)
    # Plain attention: for short texts its backward pass is faster than the fused one.
    model = AutoModelForCausalLM.from_pretrained(
        base, dtype=torch.bfloat16 if BF16 else torch.float32, attn_implementation="eager"
    )
    depth = model.config.num_hidden_layers
    adapters = LoraConfig(
        r=o.rank, lora_alpha=2 * o.rank, target_modules=LINEAR, task_type="CAUSAL_LM",
        layers_to_transform=list(range(max(0, depth - o.layers), depth)),
    )  # fmt: skip
    wrapped = get_peft_model(model, adapters)
    run(o, wrapped, tokenizer, batches(examples, o.seed, o.batch))
    merge(base, wrapped, adapters, o.out / "merged")


def run(o: argparse.Namespace, wrapped: nn.Module, tokenizer, todo: list[list[Example]]) -> None:
    learned = [p for p in wrapped.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(learned, lr=o.lr, weight_decay=0.0)
    model = wrapped.get_base_model()
    step, spent = 0, 0.0
    if (o.out / "state.pt").exists():
        old = torch.load(o.out / "state.pt", weights_only=True)
        set_peft_model_state_dict(wrapped, load_file(o.out / "adapter.safetensors"))
        opt.load_state_dict(old["opt"])
        step, spent = old["step"], old["spent"]
        print("going on at step", step, flush=True)
    total = min(len(todo), o.steps or len(todo))
    began = last = time.time()
    first, losses = step, []
    wrapped.train()
    while step < total:
        now = time.time()
        done = step / total
        if o.hours:  # whichever ends first: the data or the time
            done = max(done, (spent + now - began) / (o.hours * 3600))
        stop = done >= 1 or (o.out / "STOP").exists()  # a file of this name ends the run; it can go on later
        if stop or now - last > o.every:
            save(o.out, wrapped, opt, step, spent + now - began)
            last = now
        if stop:
            break
        for group in opt.param_groups:
            group["lr"] = o.lr * min(1.0, (step + 1) / 40) * max(0.03, 1 - done)
        batch = encode(tokenizer, todo[step], o.edit_weight)
        with torch.autocast("cpu", torch.bfloat16, enabled=BF16):
            loss = loss_of(model, *batch)
        loss.backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        opt.step()
        opt.zero_grad(set_to_none=True)
        losses.append(loss.item())
        step += 1
        if step % 25 == 0:
            rate = (step - first) * o.batch / (time.time() - began)
            mean = sum(losses[-100:]) / len(losses[-100:])
            print(f"step {step}/{total} {rate:.2f} examples/s loss {mean:.3f}", flush=True)
    save(o.out, wrapped, opt, step, spent + time.time() - began)
    print("steps made:", step, flush=True)


def save(out: Path, wrapped: nn.Module, opt: torch.optim.Optimizer, step: int, spent: float) -> None:
    """Write the adapter and what a later run needs to go on; the state last, so both belong together."""
    adapter = {k: v.detach().float().contiguous() for k, v in get_peft_model_state_dict(wrapped).items()}
    save_file(adapter, str(out / "adapter.tmp"))
    torch.save({"opt": opt.state_dict(), "step": step, "spent": spent}, out / "state.tmp")
    (out / "adapter.tmp").replace(out / "adapter.safetensors")
    (out / "state.tmp").replace(out / "state.pt")


def merge(base: Path, trained: nn.Module, adapters: LoraConfig, out: Path) -> None:
    """Write a folder of the base with the adapter added to its weights, in single precision."""
    whole = get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapters)
    set_peft_model_state_dict(whole, get_peft_model_state_dict(trained))
    whole.merge_and_unload().save_pretrained(out)
    AutoTokenizer.from_pretrained(base).save_pretrained(out)


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--base", type=Path)
    p.add_argument("--examples", type=Path)
    p.add_argument("--data", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--hours", type=float, default=0.0)
    p.add_argument("--steps", type=int, default=0)
    p.add_argument("--layers", type=int, default=22)
    p.add_argument("--rank", type=int, default=32)
    p.add_argument("--lr", type=float, default=4e-4)
    p.add_argument("--batch", type=int, default=24)
    p.add_argument("--edit-weight", type=float, default=2.0)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--seed", type=int, default=11)
    p.add_argument("--every", type=float, default=600.0)
    p.add_argument("--tiny", action="store_true")
    o = p.parse_args()
    if bool(o.data) == bool(o.examples):
        p.error("give --examples or --data")
    if not (o.base or o.tiny):
        p.error("give --base")
    return o


if __name__ == "__main__":
    train(arguments())
