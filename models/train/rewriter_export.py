"""Turn a trained rewriter into the product: CTranslate2 in eight bits, in parts below 95 MB, with a card.

usage: python -m models.train.rewriter_export --merged RUN/merged --out models/rewriter-en [--version 1] [--note TEXT]

The files are the same for the same weights. `eval.rewriter_fit` fits the card's numbers afterwards.
"""

import argparse
import hashlib
import shutil
import tempfile
from pathlib import Path

from ctranslate2.converters import TransformersConverter

from mtfix.runtime.prompts import SPAN_PROMPT

PART = 72 * 1024 * 1024
CARD = """id = "rewriter-en"
version = "{version}"
task = "rewriter"
licence = "Apache-2.0"
base = "SmolLM2-135M-Instruct (Apache-2.0)"
kind = "causal"
scope = "span"
prompt = {prompt}
max_length = 256
beam = 1
trained_on = \"\"\"{note}\"\"\"

[files]
{files}
"""
NOTE = """MLQE-PE (CC0), WMT21 into English (research use), round trips through Apertium and a small Marian, noise, \\
learners' errors, misspellings and garbled clauses on news, UN speeches 2015-2022 (CC0) and books (public domain): \\
spans and sentences, and what should stand there."""


def export(merged: Path, out: Path, *, version: str, note: str) -> None:
    """Write OUT anew; a card that is there keeps its tables of numbers only through `eval.rewriter_fit`."""
    out.mkdir(parents=True, exist_ok=True)
    for old in (*out.glob("model.bin*"), *out.glob("*.json")):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        TransformersConverter(str(merged)).convert(folder, quantization="int8", force=True)
        weights = (Path(folder) / "model.bin").read_bytes()
        for n, at in enumerate(range(0, len(weights), PART)):
            (out / f"model.bin.{n}").write_bytes(weights[at : at + PART])
        for name in ("config.json", "vocabulary.json"):
            shutil.copy(Path(folder) / name, out / name)
    shutil.copy(merged / "tokenizer.json", out / "tokenizer.json")
    names = sorted(p.name for p in (*out.glob("model.bin.*"), *out.glob("*.json")))
    files = "\n".join(f'"{n}" = "{hashlib.sha256((out / n).read_bytes()).hexdigest()}"' for n in names)
    prompt = '"' + SPAN_PROMPT.replace("\n", "\\n") + '"'
    text = CARD.format(version=version, prompt=prompt, note=note, files=files)
    (out / "card.toml").write_text(text, encoding="utf-8")
    print({p.name: p.stat().st_size for p in sorted(out.iterdir()) if p.is_file()})


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--merged", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--version", default="1")
    p.add_argument("--note", default=NOTE)
    o = p.parse_args()
    export(o.merged, o.out, version=o.version, note=o.note)


if __name__ == "__main__":
    main()
