#!/usr/bin/env python3
"""Collects questions with labels on many records, and what the program makes of each: the observations that fit.py fits confidence to.

usage: collect.py --bin target/release/factotum --signals target/release/deps/signals-... --material DIR --out DIR

DIR of --material holds the folders eval, packs, tables, bench and answerability; each has a README of its own. The records:
- our own, with the questions that it is tuned on (golden), its development questions (dev, dev2), and three times without a tenth of its wordings, which are asked (own);
- four records written by others from articles, with questions by people who did not see them (pack);
- spreadsheets as people bring them, imported (table);
- 78 records put together from answerability: entries of FAQs in tables of 12 to 60 (faq), facts with one to three wordings each, some with
  unanswerable questions (facts);
- public benchmarks, a quarter of whose intents is taken out, so that its questions have no answer (bench). Their own out-of-scope questions
  measure, and are not used here.
"""
import argparse, csv, json, pathlib, random, shutil, subprocess, tomllib, zlib
from concurrent.futures import ThreadPoolExecutor

def lines(path): return [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]

class Collector:
    def __init__(self, bin_, signals, material, out):
        self.bin, self.signals, self.material, self.out, self.sets = bin_, signals, pathlib.Path(material), pathlib.Path(out), []
        self.rng = random.Random(5)

    def put(self, name, items, built_in=False):
        folder = self.out / name
        folder.mkdir(parents=True)
        (folder / "questions.txt").write_text("".join(" ".join(i["q"].split()) + "\n" for i in items), encoding="utf-8")
        (folder / "labels.jsonl").write_text("".join(json.dumps(i) + "\n" for i in items), encoding="utf-8")
        self.sets.append((name, "built-in" if built_in else folder / "pack"))
        return folder

    def run(self, *command):
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        if done.returncode: raise SystemExit(f"collect: {' '.join(map(str, command))}: {done.stderr[-500:]}")
        return done.stdout

    def table(self, folder, rows):
        with open(folder / "table.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("intent", "question", "answer"), *rows])
        self.run(self.bin, "import", folder / "table.csv", "--out", folder / "pack")

    def golden(self, folder):
        """The questions that our own record is tuned on; those held out are not among them."""
        for path in sorted(folder.glob("*.toml")):
            of = {"answer": "answer", "no_answer": "abstain"}
            items = [{"q": q["ask"], "kind": of.get(q["expect"], "either"), "contains": q.get("contains_any", []), "without": q.get("must_not_contain", [])} for q in tomllib.loads(path.read_text(encoding="utf-8"))["questions"]]
            self.put(f"golden-{path.stem}", items, built_in=True)

    def own(self, knowledge):
        for name in ("dev", "dev2"):
            items = lines(self.material / f"eval/{name}.jsonl")
            self.put(name, [{k: i.get(k, []) for k in ("q", "kind", "must", "must_not", "tags")} for i in items], built_in=True)
        asked = ("[[fact.question]]", "[[question]]", "[[fact.unanswerable]]", "[[unanswerable]]")
        for fold in range(3):
            pack, items = {}, []
            for path in sorted(knowledge.glob("*.toml")):
                kept, header, inside, first = [], "", False, True
                for line in path.read_text(encoding="utf-8").split("\n"):
                    if line.startswith("["): header = line
                    if line == 'ask = """': inside, first = True, True
                    elif line == '"""': inside = False
                    elif inside and header in asked:
                        if not first and "{" not in line and zlib.crc32(line.encode()) % 10 == fold:
                            items.append({"q": line, "own": header})
                            continue
                        first = False
                    kept.append(line)
                pack[path.name] = "\n".join(kept)
            folder = self.put(f"own-{fold}", items)
            (folder / "pack").mkdir()
            for name, text in pack.items(): (folder / "pack" / name).write_text(text, encoding="utf-8")

    def packs(self):
        for folder in sorted(f for f in (self.material / "packs").iterdir() if f.is_dir()):
            to = self.put(f"pack-{folder.name}", [{k: i[k] for k in ("q", "kind", "answers")} for i in lines(folder / "questions.jsonl")])
            self.run(self.bin, "migrate", folder / "pack", "--out", to / "pack")

    def tables(self):
        for path in sorted((self.material / "tables").glob("*.csv")):
            to = self.put(f"table-{path.stem}", [{"q": i["q"], "intent": i["intent"]} for i in lines(path.with_suffix(".questions.jsonl"))])
            self.run(self.bin, "import", path, "--out", to / "pack")

    def faq(self):
        entries = lines(self.material / "answerability/faq.jsonl")
        at = number = 0
        while len(entries) - at >= 8:
            group = entries[at:at + self.rng.choice([12, 20, 30, 40, 60])]; at += len(group)
            rows, items = [], []
            for n, e in enumerate(group):
                told, near = e["answerable"][:], e["unanswerable"][:]
                self.rng.shuffle(told); self.rng.shuffle(near)
                more = self.rng.choice([0, 0, 1, 2])
                rows += [(f"i{n}", q, e["answer"] if k == 0 else "") for k, q in enumerate([e["question"], *told[:more]])]
                items += [{"q": q, "intent": f"i{n}"} for q in told[more:more + 2]]
                items += [{"q": q, "intent": None} for q in near[:2]]
            self.table(self.put(f"faq-{number}", items), rows); number += 1

    def facts(self):
        facts = lines(self.material / "answerability/train.jsonl")
        self.rng.shuffle(facts)
        at = number = 0
        ask = lambda questions: 'ask = """\n' + "".join(q.replace("\\", "").replace('"""', "") + "\n" for q in questions) + '"""'
        while len(facts) - at >= 15:
            group = facts[at:at + self.rng.choice([20, 40, 80, 120])]; at += len(group)
            with_near = self.rng.random() < 0.7
            out, items = ["format = 2", "[source.s]", 'title = "T"', 'date = "2026-11"', "paragraphs = 500", "[defaults]", 'source = "s"', ""], []
            for n, f in enumerate(group):
                told, near = f["answerable"][:], f["unanswerable"][:]
                self.rng.shuffle(told); self.rng.shuffle(near)
                some, unanswerable = self.rng.choice([1, 2, 3]), int(with_near and self.rng.random() < 0.3)
                out += ["[[fact]]", f"statement = {json.dumps(f['statement'], ensure_ascii=False)}", f"paragraphs = {n + 1}", "", "[[fact.question]]", ask(told[:some]), ""]
                if unanswerable: out += ["[[fact.unanswerable]]", f'missing = "something else about {n}"', ask(near[:1]), ""]
                items += [{"q": q, "statement": f["statement"]} for q in told[some:some + 2]]
                items += [{"q": q, "intent": None} for q in near[unanswerable:unanswerable + 2]]
            folder = self.put(f"facts-{number}", items); number += 1
            (folder / "pack").mkdir()
            (folder / "pack" / "facts.toml").write_text("\n".join(out), encoding="utf-8")

    def benchmarks(self):
        for name, train in (("covidq", "train_3shot.csv"), ("clinc150", "train_10shot.csv"), ("banking77", "train_10shot.csv")):
            rows = list(csv.DictReader(open(self.material / "bench" / name / train, encoding="utf-8")))
            intents = sorted({r["intent"] for r in rows})
            out = set(self.rng.sample(intents, len(intents) // 4))
            items = [i for i in lines(self.material / "bench" / name / "val.jsonl") if i["intent"] is not None]
            self.rng.shuffle(items)
            folder = self.put(f"bench-{name}", [{"q": i["q"], "intent": None if i["intent"] in out else i["intent"]} for i in items[:500]])
            self.table(folder, [(r["intent"], r["question"], r["answer"]) for r in rows if r["intent"] not in out])

    def ask(self):
        def one(job):
            name, pack = job
            questions = self.out / name / "questions.txt"
            (self.out / name / "signals.jsonl").write_text(self.run(self.signals, pack, questions), encoding="utf-8")
            # What the whole record says to a wording that was left out is what is right.
            if name.startswith("own"): (self.out / name / "truth.jsonl").write_text(self.run(self.signals, "built-in", questions), encoding="utf-8")
        with ThreadPoolExecutor(2) as pool: list(pool.map(one, self.sets))

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bin", "signals", "material", "out"): p.add_argument(f"--{name}", required=True)
    p.add_argument("--knowledge", default="knowledge", type=pathlib.Path); p.add_argument("--golden", default="tests/questions", type=pathlib.Path)
    a = p.parse_args()
    shutil.rmtree(a.out, ignore_errors=True)
    c = Collector(a.bin, a.signals, a.material, a.out)
    c.golden(a.golden); c.own(a.knowledge); c.packs(); c.tables(); c.faq(); c.facts(); c.benchmarks()
    c.ask()
    print(f"collect: {len(c.sets)} records in {a.out}")

if __name__ == "__main__":
    main()
