#!/usr/bin/env python3
"""Fits the weights of order and confidence (crates/core/src/answering/confidence/weights.rs) to what collect.py has collected.

usage: fit.py --collected DIR [--evidence crates/core/src/answering/evidence.rs] [--write crates/core/src/answering/confidence/weights.rs] [--show FAMILY]

Order: logistic regression over the candidates of questions that one of them answers: which is it? Confidence: logistic regression over the first
candidate of every question that nothing rules out: does it answer? Each family of records counts as much as FAMILIES says, whatever its number of questions, and an answer that would be wrong counts as much as COST answers withheld. What is printed
first is the judgement of each record by weights that were fitted without it (its family, for our own record, benchmarks and answerability; the record alone, for
packs and tables), and how often confidence was right where it said so much.
"""
import argparse, collections, json, pathlib, re
import numpy as np

# Our own record's questions by people (golden: those that the record is tuned on), then others' records, which are what the program is for.
FAMILIES = {"golden": 3, "dev": 1.5, "dev2": 1.5, "own": 0.5, "pack": 3, "table": 3, "faq": 0.1, "facts": 0.1, "bench-covidq": 1.5, "bench-clinc150": 1.5, "bench-banking77": 0.7}
COST = 1.1                  # a wrong answer is worse than none
PENALTY = 3.0               # L2, on signals of deviation 1
CANDIDATES = 8              # of a question, by the program's own order
FAR = 6.0                   # as in confidence.rs
RULED_OUT = 0.3             # as in evidence.rs
NUMBERS = {w: str(n) for n, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}

def words(text):
    text = re.sub(r"[^\w ]", " ", text.lower().replace("–", " ").replace("-", " "))
    return [NUMBERS.get(w, w) for w in text.split() if w not in ("a", "an", "the")]

def holds(text, expected):
    said = words(text)
    return any(w and (f" {' '.join(w)} " in f" {' '.join(said)} " or len(set(w) & set(said)) >= 0.75 * len(set(w))) for w in map(words, expected))

def is_right(label, candidate, truth):
    if candidate["class"] != "intent": return False
    if "must" in label:
        found = lambda p: re.search(p, candidate["text"], re.I | re.S)
        return label["kind"] != "abstain" and all(any(map(found, g)) for g in label["must"]) and not any(map(found, label["must_not"]))
    if "contains" in label:
        text = candidate["text"].lower()
        return label["kind"] == "answer" and all(any(p.lower() in text for p in g) for g in label["contains"]) and not any(p.lower() in text for p in label["without"])
    if "answers" in label: return label["kind"] == "answer" and holds(candidate["text"], label["answers"])
    if "own" in label: return "unanswerable" not in label["own"] and truth is not None and candidate["text"][-60:] == truth["text"][-60:]
    if "statement" in label: return label["statement"] in candidate["text"]
    return label["intent"] is not None and candidate["id"] == label["intent"]

def answerable(label):
    if "kind" in label: return {"answer": True, "abstain": False}.get(label["kind"])
    if "own" in label: return "unanswerable" not in label["own"]
    return "statement" in label or label["intent"] is not None

def questions(folder):
    """Each question with its candidates: signals, right or not, what it shows."""
    for path in sorted(folder.glob("*/labels.jsonl")):
        read = lambda name: [json.loads(l) for l in open(path.parent / name, encoding="utf-8")]
        labels, found = read("labels.jsonl"), read("signals.jsonl")
        truths = [next((c for c in t["candidates"] if c["class"] == "intent"), None) for t in read("truth.jsonl")] if (path.parent / "truth.jsonl").exists() else [None] * len(labels)
        assert len(labels) == len(found) == len(truths), path
        name = path.parent.name
        family = name if name.startswith("bench") or name in FAMILIES else name.split("-")[0]
        for label, reply, truth in zip(labels, found, truths):
            # what stands on record word for word is not weighed
            if answerable(label) is None or reply.get("verbatim"): continue
            candidates = [c for c in reply["candidates"] if c["class"] == "intent"][:CANDIDATES]
            if not candidates: continue
            take = lambda key: [c[key] for c in candidates]
            yield {"record": name, "family": family, "q": label["q"], "label": label, "answerable": answerable(label), "signals": np.array(take("signals")), "right": np.array([is_right(label, c, truth) for c in candidates]),
                   "text": take("text"), "ruled_out": np.array(take("ruled_out"), bool)}

def regression(x, y, weights, penalty=PENALTY):
    """Logistic regression by Newton's method, over signals brought to deviation 1; returns weights and constant for the signals as they are."""
    mean, deviation = np.average(x, axis=0, weights=weights), x.std(0)
    deviation[deviation < 1e-6] = 1.0
    z = np.hstack([(x - mean) / deviation, np.ones((len(x), 1))])
    beta, ridge = np.zeros(z.shape[1]), np.full(z.shape[1], penalty)
    ridge[-1] = 1e-6
    for _ in range(30):
        p = 1 / (1 + np.exp(-z @ beta))
        gradient = z.T @ (weights * (y - p)) - ridge * beta
        step = np.linalg.solve((z * (weights * p * (1 - p) + 1e-9)[:, None]).T @ z + np.diag(ridge), gradient)
        beta += step
        if np.abs(step).max() < 1e-6: break
    return beta[:-1] / deviation, beta[-1] - (beta[:-1] * mean / deviation).sum()

def weigh(some):
    share = collections.Counter(q["family"] for q in some)
    return np.array([FAMILIES[q["family"]] / share[q["family"]] for q in some]) * 4000 / sum(FAMILIES.values())

def first(q, order):
    """What confidence sees of a question's first candidate, its signals and what is beyond them, and which it is."""
    z = q["signals"] @ order
    ranked = np.argsort(-z, kind="stable")
    best = ranked[0]
    others = [z[i] for i in ranked[1:] if q["text"][i][-60:] != q["text"][best][-60:]]
    lead = min(z[best] - others[0], FAR) if others else FAR
    return np.concatenate([q["signals"][best], [z[best] / 3, lead / 3]]), best

def fit(some):
    """The two regressions: order and confidence, each as weights and constant."""
    of_one = [q for q in some if q["answerable"] and q["right"].any()]
    order, _ = regression(np.vstack([q["signals"] for q in of_one]), np.concatenate([q["right"] for q in of_one]).astype(float),
                          np.concatenate([np.full(len(q["right"]), w) for q, w in zip(of_one, weigh(of_one))]))
    rows = [(first(q, order), q, w) for q, w in zip(some, weigh(some))]
    rows = [(x, bool(q["right"][best] and q["answerable"]), w) for (x, best), q, w in rows if not q["ruled_out"][best]]
    x, y, w = np.array([r[0] for r in rows]), np.array([r[1] for r in rows], float), np.array([r[2] for r in rows])
    return order, *regression(x, y, w * np.where(y > 0, 1.0, COST))

def judge(q, model):
    """Confidence, whether the first candidate is right, and which it is."""
    order, weights, constant = model
    x, best = first(q, order)
    confidence = 1 / (1 + np.exp(-(x @ weights + constant)))
    if q["ruled_out"][best]: confidence = min(confidence, RULED_OUT)
    return confidence, bool(q["right"][best] and q["answerable"]), best

def report(name, some, judged):
    p, right = (np.array(c) for c in list(zip(*(judged[id(q)] for q in some)))[:2])
    inside = np.array([q["answerable"] for q in some])
    given, kept, stays = p >= 0.5, 0, 0
    for n, i in enumerate(np.argsort(-p, kind="stable"), 1):
        kept += right[i]
        if kept >= 0.95 * n: stays = kept
    share = lambda part, whole: 100 * part / max(1, whole)
    print(f"{name:<17} {inside.sum():>5} with an answer, {(~inside).sum():>5} without  first right {share(right.sum(), inside.sum()):5.1f}  answered {share((given & right).sum(), inside.sum()):5.1f}  "
          f"precision {share((given & right).sum(), given.sum()):5.1f}  refused {share((~inside & ~given).sum(), (~inside).sum()):5.1f}  at precision 95 {share(stays, inside.sum()):5.1f}", flush=True)

def cross_validate(everything):
    """Each question judged by weights that were fitted without its record, by the question's identity."""
    groups, judged = collections.defaultdict(list), {}
    for q in everything: groups[q["record"] if q["family"] in ("pack", "table") else "dev" if q["family"] in ("dev", "dev2") else q["family"]].append(q)
    for group in groups.values():
        inside = {id(q) for q in group}
        model = fit([q for q in everything if id(q) not in inside])
        for q in group: judged[id(q)] = judge(q, model)
    return judged

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--collected", required=True, type=pathlib.Path); p.add_argument("--evidence", default="crates/core/src/answering/evidence.rs"); p.add_argument("--write"); p.add_argument("--show", default="")
    a = p.parse_args()
    everything = list(questions(a.collected))
    judged = cross_validate(everything)
    for family in FAMILIES: report(family, [q for q in everything if q["family"] == family], judged)
    for q in everything:
        confidence, right, best = judged[id(q)]
        if a.show == q["family"] and (confidence >= 0.5) != right:
            print(f"  [{'missed' if right else 'wrong' if q['answerable'] else 'invented'}] {confidence:.2f} {q['q'][:100]} -> {q['text'][best][:80]}")
    print("\nconfidence, and of 100 first candidates so many right")
    shares = weigh(everything)
    for low in np.arange(0, 1, 0.1):
        at = [i for i, q in enumerate(everything) if low <= judged[id(q)][0] < low + 0.1 + (low > 0.85)]
        if at: print(f"  {low:.1f} to {low + 0.1:.1f}  {len(at):>6}  {100 * sum(shares[i] * judged[id(everything[i])][1] for i in at) / sum(shares[i] for i in at):5.1f}")
    order, weights, constant = fit(everything)
    names = re.findall(r'"([\w-]+)",', re.search(r"SIGNALS: \[&str; \d+\] = \[(.*?)\];", open(a.evidence).read(), re.S).group(1)) + ["order", "lead"]
    print("\nsignal                    order  confidence")
    for n, name in enumerate(names): print(f"{name:<22} {order[n] if n < len(order) else float('nan'):8.2f}    {weights[n]:8.2f}")
    if a.write:
        listed = lambda values: "".join(f"    {v:.3f}, // {n}\n" for v, n in zip(values, names))
        pathlib.Path(a.write).write_text(f"""//! Written by `tools/confidence/fit.py`.

use super::BEYOND_SIGNALS;
use crate::answering::evidence::SIGNALS;

/// Of each signal.
pub(super) const ORDER: [f32; SIGNALS.len()] = [
{listed(order)}];
/// Of each signal, then of what is beyond them.
pub(super) const CONFIDENCE: [f32; SIGNALS.len() + BEYOND_SIGNALS] = [
{listed(weights)}];
/// The constant.
pub(super) const CONFIDENCE_BIAS: f32 = {constant:.3f};
""")

if __name__ == "__main__":
    main()
