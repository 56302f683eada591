#!/usr/bin/env python3
"""Measure contenders in Python as benches/contenders measures those in Rust, and write the same lines of JSON.

How to run, from the root of the repository, with Python 3.11 or newer:

    python3 -m venv venv
    venv/bin/pip install --no-deps -r tools/requirements-contenders.txt
    venv/bin/python tools/contenders.py TRAIN.csv QUESTIONS.jsonl... [--only NAME...]

`--no-deps` for the reason that tools/minilm.py gives. scripts/contenders runs all of it. Contenders, each in a process of its
own, with one thread and one question at a time:

    rapidfuzz-token-set-ratio   process.extractOne over all phrases, scorer token_set_ratio
    rapidfuzz-wratio            the same, scorer WRatio
    minilm                      all-MiniLM-L6-v2, mean of the output vectors, length 1; logistic regression (scikit-learn). The encoder is
                                that of minilm.py: float32, in NumPy. Accuracy is that of the best C out of COSTS for each file
                                of questions, which is in its favour; loading is encoding the phrases and fitting once.

    --pairs     measure nothing: print 200 pairs of texts made by chance, with their token_set_ratio; benches/contenders tests its own
                against them (tests/token_set_ratio.jsonl)
"""
import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import csv
import json
import random
import subprocess
import sys
import time
from pathlib import Path

WARM_UP = 100           # questions before any is timed: a tenth of all, and this many at most
PAIRS = 7_500_000       # of a question and a phrase, for a scan; as in benches/contenders
COSTS = (10, 1, 30)     # the first is the one that is timed


def memory(name):
    """A figure of this process in kilobytes of 1,024."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    sys.exit(f"contenders: the system does not tell {name}")


class Contender:
    def accuracy(self, found, labels):
        """In per cent, over the questions that have a label."""
        inside = [guess == label for guess, label in zip(found, labels) if label is not None]
        return 100 * sum(inside) / len(inside)


class Scan(Contender):
    scans = True

    def __init__(self, phrases, scorer):
        from rapidfuzz import fuzz, process, utils

        self.extract, self.scorer, self.fold = process.extractOne, getattr(fuzz, scorer), utils.default_process
        self.texts = [self.fold(text) for text, _ in phrases]
        self.labels = [label for _, label in phrases]

    def label(self, question):
        found = self.extract(self.fold(question), self.texts, scorer=self.scorer)
        return found and self.labels[found[2]]


class MiniLM(Contender):
    scans = False

    def __init__(self, phrases):
        import numpy
        import minilm

        self.numpy, self.minilm = numpy, minilm
        folder = minilm.folder()
        vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
        self.index = {token: at for at, token in enumerate(vocabulary)}
        self.encoder = minilm.Encoder(folder)
        vectors = self.encoder.encode_all([self.pieces(text) for text, _ in phrases])
        self.known = vectors / minilm.lengths(vectors), [label for _, label in phrases]
        self.model = self.fitted(COSTS[0])
        self.others = []

    def pieces(self, text):
        lacking, out = [self.index["[UNK]"]], []
        for word in self.minilm.words(text):
            out += self.minilm.pieces(word, self.index, lacking)
        return [self.index["[CLS]"]] + out[:self.minilm.LONGEST] + [self.index["[SEP]"]]

    def fitted(self, cost):
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=cost, max_iter=2000).fit(*self.known)

    def label(self, question):
        vector = self.encoder.encode(self.numpy.array([self.pieces(question)]))
        vector /= self.minilm.lengths(vector)
        return str(self.model.predict(vector)[0]), vector

    def accuracy(self, found, labels):
        self.others = self.others or [self.fitted(cost) for cost in COSTS[1:]]
        vectors = self.numpy.concatenate([vector for _, vector in found])
        guesses = [[guess for guess, _ in found]] + [model.predict(vectors) for model in self.others]
        return max(super(MiniLM, self).accuracy(guess, labels) for guess in guesses)


CONTENDERS = {
    "rapidfuzz-token-set-ratio": lambda phrases: Scan(phrases, "token_set_ratio"),
    "rapidfuzz-wratio": lambda phrases: Scan(phrases, "WRatio"),
    "minilm": MiniLM,
}


def short_name(path):
    return f"{path.parent.name}/{path.stem}"


def sampled(items, phrases):
    """The same questions that benches/contenders asks its scans: evenly spread, as many as PAIRS allows."""
    most = min(len(items), max(1, PAIRS // phrases))
    return [items[at * len(items) // most] for at in range(most)]


def measure(name, train, files):
    with open(train, encoding="utf-8", newline="") as file:
        phrases = [(row["question"], row["intent"]) for row in csv.DictReader(file)]
    questions = {path: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] for path in files}
    begun = time.perf_counter()
    contender = CONTENDERS[name](phrases)
    load = time.perf_counter() - begun
    records, found, labels = [], {}, {}
    for path, items in questions.items():
        items = [(" ".join(item["q"].split()), item["intent"]) for item in (sampled(items, len(phrases)) if contender.scans else items)]
        for text, _ in items[:min(len(items) // 10, WARM_UP)]:
            contender.label(text)
        times, found[path], labels[path] = [], [], [label for _, label in items]
        for text, _ in items:
            begun = time.perf_counter()
            guess = contender.label(text)
            times.append(time.perf_counter() - begun)
            found[path].append(guess)
        times.sort()
        records.append({
            "contender": name, "train": short_name(train), "phrases": len(phrases), "questions": short_name(path), "asked": len(items),
            "judged": sum(label is not None for _, label in items), "accuracy": None, "median_us": round(1e6 * times[len(times) // 2], 1), "p99_us": round(1e6 * times[len(times) * 99 // 100], 1),
            "load_ms": round(1e3 * load, 3), "resident_kb": memory("VmRSS:"), "peak_kb": memory("VmHWM:")})
    # Only now: MiniLM fits some more, which is no part of what it costs.
    for record, path in zip(records, questions):
        record["accuracy"] = round(contender.accuracy(found[path], labels[path]), 2)
    return records


def pairs():
    """Of a few short words, so that many are in both texts; some stand twice, some in upper case or with marks behind them."""
    dice = random.Random(20)

    def text(words, most):
        shapes = (str, str, str.upper, "{}?".format)
        drawn = dice.choices(words, k=dice.randint(0, most))
        return "".join(dice.choice(shapes)(word) + dice.choice((" ", " ", "  ", "-")) for word in drawn)

    for _ in range(200):
        words = ["".join(dice.choice("abcdeé") for _ in range(dice.randint(1, 5))) for _ in range(6)]
        yield text(words, dice.choice((3, 6, 12))), text(words, dice.choice((3, 6, 12)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path, nargs="?")
    parser.add_argument("questions", type=Path, nargs="*")
    parser.add_argument("--only", choices=CONTENDERS, action="append")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)   # one contender, in this process
    parser.add_argument("--pairs", action="store_true")
    arguments = parser.parse_args()
    if arguments.pairs:
        from rapidfuzz import fuzz, utils

        for a, b in pairs():
            print(json.dumps([a, b, fuzz.token_set_ratio(a, b, processor=utils.default_process)], ensure_ascii=False))
        return
    if not arguments.questions:
        parser.error("name the phrases and the questions")
    if not arguments.here:
        for name in arguments.only or CONTENDERS:
            command = [sys.executable, __file__, str(arguments.train), *map(str, arguments.questions), "--here", "--only", name]
            subprocess.run(command, check=True)
        return
    for record in measure(arguments.only[0], arguments.train, arguments.questions):
        print(json.dumps(record, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
