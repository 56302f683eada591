//! Fits the weights of confidence (`src/answering/evidence.rs`) by cross-validation over packs' own phrases.
//!
//! `cargo bench --bench fit_confidence` fits to the built-in pack, `... -- DIR...` to others: either packs with
//! near misses or packs without, since each sort has weights of its own.
//!
//! A pack is learned without a tenth of its phrases, and without a tenth of its intents and near misses altogether (these
//! stand for what nobody thought of). The phrases left out are asked, and each proposal is an observation: its signals, and
//! whether it is right. The weights are those of the logistic regression with most penalised likelihood, found by Newton's
//! method; printed are they, and how often the best proposal is right at each confidence, on folds that the weights were
//! not fitted to.

#![allow(clippy::print_stdout, reason = "the report of a tool")]

use factotum_core::answering::evidence::SIGNALS;
use factotum_core::answering::{Answerer, Outcome};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::matching::Class;
use factotum_core::vectors::Table;
use factotum_curator::cross_validation::{FOLDS, Fold, LeftOut};
use factotum_service::pack;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Signals and the constant.
const TERMS: usize = SIGNALS.len() + 1;
/// L2 penalty on weights of signals that are between 0 and 1: keeps those finite that no observation speaks against.
const PENALTY: f64 = 1.0;
/// Questions without an answer for each one with: about what our own development questions have. Phrases that were left out
/// altogether and near misses are weighed so that they come to this.
const UNANSWERABLE: f64 = 0.4;
/// Steps of Newton's method; it doubles the right digits with each.
const STEPS: usize = 25;

/// A proposal for a phrase that was left out.
struct Observation {
    terms: [f64; TERMS],
    right: bool,
}

/// All proposals for one phrase, with what the program made of it.
struct Asked {
    fold: usize,
    left_out: LeftOut,
    proposals: Vec<Observation>,
    /// What the program made of it: answered, and with the right facts.
    answered: bool,
    rightly: bool,
}

impl Asked {
    /// Whether the pack without it still has an answer.
    fn answerable(&self) -> bool {
        !self.left_out.wholly && matches!(self.left_out.class, Class::Intent(_))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).filter(|argument| argument != "--bench").map(PathBuf::from).collect();
    let mut bases = Vec::new();
    for folder in &folders {
        let files = pack::read(folder)?;
        bases.push(factotum_core::pack::load(&files).base.ok_or_else(|| format!("{} has errors; see `factotum check`", folder.display()))?);
    }
    if bases.is_empty() {
        bases.push(factotum_core::pack::load(&factotum_built_in::files()).base.ok_or("the built-in pack has errors")?);
    }
    let asked: Vec<Asked> = bases.iter().flat_map(ask).collect();
    let all = |_: usize| true;
    let weights = fit(&asked, &all);
    println!("{:>16}  {:8.3}", "(constant)", weights[SIGNALS.len()]);
    for (name, weight) in SIGNALS.iter().zip(&weights) {
        println!("{name:>16}  {weight:8.3}");
    }
    let held: Vec<[f64; TERMS]> = (0..FOLDS).map(|fold| fit(&asked, &|f| f != fold)).collect();
    println!("\nconfidence  proposals ranked first  right, per cent");
    let mut bins = [(0usize, 0usize); 10];
    for asked in &asked {
        let by = |o: &&Observation| probability(&held[asked.fold], &o.terms);
        if let Some(best) = asked.proposals.iter().max_by(|a, b| by(a).total_cmp(&by(b))) {
            let bin = &mut bins[((by(&best) * 10.0) as usize).min(9)];
            bin.0 += 1;
            bin.1 += usize::from(best.right);
        }
    }
    for (at, (all, right)) in bins.iter().enumerate().filter(|(_, b)| b.0 > 0) {
        println!("{:.1} to {:.1}  {all:>22}  {:>15.1}", at as f64 / 10.0, (at + 1) as f64 / 10.0, 100.0 * *right as f64 / *all as f64);
    }
    println!("\nof 100 phrases of intents; of 100 of near misses; of 100 whose intent or near miss was left out altogether");
    for shift in [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5] {
        curve(&asked, &held, shift);
    }
    report("the program as it is", &asked, &|a| (a.answered, a.rightly));
    Ok(())
}

/// What comes of it if the constant is moved: the best proposal answers, if it is likely enough and no near miss.
fn curve(asked: &[Asked], held: &[[f64; TERMS]], shift: f64) {
    report(&format!("constant {shift:+.1}"), asked, &|asked| {
        let mut weights = held[asked.fold];
        weights[SIGNALS.len()] += shift;
        let by = |o: &Observation| probability(&weights, &o.terms);
        let best = asked.proposals.iter().max_by(|a, b| by(a).total_cmp(&by(b)));
        let answer = best.filter(|o| by(o) >= 0.5 && o.terms[unanswerable()] < 0.5);
        (answer.is_some(), answer.is_some_and(|o| o.right))
    });
}

fn report(what: &str, asked: &[Asked], outcome: &dyn Fn(&Asked) -> (bool, bool)) {
    let (mut phrases, mut right, mut wrong, mut foreign, mut invented) = (0, 0, 0, [0; 2], [0; 2]);
    for asked in asked.iter().filter(|a| !matches!(a.left_out.class, Class::SmallTalk(_))) {
        let (answered, rightly) = outcome(asked);
        if asked.answerable() {
            phrases += 1;
            right += usize::from(rightly);
            wrong += usize::from(answered && !rightly);
        } else {
            foreign[usize::from(asked.left_out.wholly)] += 1;
            invented[usize::from(asked.left_out.wholly)] += usize::from(answered && !rightly);
        }
    }
    let share = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
    println!(
        "{what:<21}  right {:5.1}  wrong {:5.1}  near misses answered {:5.1}  others {:5.1}",
        share(right, phrases),
        share(wrong, phrases),
        share(invented[0], foreign[0]),
        share(invented[1], foreign[1])
    );
}

fn unanswerable() -> usize {
    SIGNALS.iter().position(|s| *s == "unanswerable").expect("it is a signal")
}

/// Asks every phrase of a pack without itself, on all processors.
fn ask(base: &KnowledgeBase) -> Vec<Asked> {
    let next = AtomicUsize::new(0);
    let table = Table::built_in();
    let work = || {
        let mut out = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= 2 * FOLDS {
                return out;
            }
            // First the folds of phrases, then those of whole intents.
            let (fold, wholly) = (number % FOLDS, number >= FOLDS);
            let Fold { base: without, left_out } = Fold::new(base, fold, FOLDS, wholly);
            let answerer = Answerer::learn(without, table.clone(), &mut |_| {});
            for left_out in left_out.into_iter().filter(|l| l.wholly == wholly) {
                let reply = answerer.answer(&left_out.question);
                let proposals = reply.candidates.iter().zip(&reply.evidence).filter(|(_, e)| e.objection.is_none()).filter_map(|(c, e)| {
                    let right = is_right(base, &left_out, c.class)?;
                    let mut terms = [1.0; TERMS];
                    terms.iter_mut().zip(&e.signals).for_each(|(t, s)| *t = f64::from(*s));
                    Some(Observation { terms, right })
                });
                let proposals = proposals.collect();
                let given = if let Outcome::Answer(parts) = &reply.outcome { parts.as_slice() } else { &[] };
                let (answered, rightly) =
                    (!given.is_empty(), given.iter().any(|p| is_right(base, &left_out, Class::Intent(p.intent)) == Some(true)));
                out.push(Asked { fold, proposals, answered, rightly, left_out });
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|w| w.join().expect("answering does not panic")).collect()
    })
}

/// Whether a proposal is what was asked: the same facts; declining where that is right. `None` where declining is right, but
/// not for the reason that would be given.
fn is_right(base: &KnowledgeBase, left_out: &LeftOut, proposed: Class) -> Option<bool> {
    match (left_out.class, proposed) {
        (Class::Intent(t), Class::Intent(p)) => Some(t == p || base[p].facts.iter().any(|f| base[t].facts.contains(f))),
        (Class::Intent(_), Class::Unanswerable(_)) if left_out.wholly => None,
        (Class::Unanswerable(_), Class::Unanswerable(_)) | (Class::SmallTalk(_), Class::SmallTalk(_)) => Some(true),
        _ => Some(false),
    }
}

fn probability(weights: &[f64; TERMS], terms: &[f64; TERMS]) -> f64 {
    1.0 / (1.0 + (-weights.iter().zip(terms).map(|(w, t)| w * t).sum::<f64>()).exp())
}

/// Logistic regression over the proposals of the folds that are wanted.
fn fit(asked: &[Asked], wanted: &dyn Fn(usize) -> bool) -> [f64; TERMS] {
    let count = |answerable: bool| asked.iter().filter(|a| wanted(a.fold) && a.answerable() == answerable).count() as f64;
    let scale = (UNANSWERABLE * count(true) / count(false).max(1.0)).min(1.0);
    let mut weights = [0.0; TERMS];
    for _ in 0..STEPS {
        let mut slope: [f64; TERMS] = std::array::from_fn(|i| -PENALTY * weights[i]);
        let mut bend = [[0.0; TERMS]; TERMS];
        (0..TERMS).for_each(|i| bend[i][i] = PENALTY);
        for asked in asked.iter().filter(|a| wanted(a.fold)) {
            let scale = if asked.answerable() { 1.0 } else { scale };
            for o in &asked.proposals {
                let p = probability(&weights, &o.terms);
                for i in 0..TERMS {
                    slope[i] += scale * (f64::from(u8::from(o.right)) - p) * o.terms[i];
                    let term = scale * p * (1.0 - p) * o.terms[i];
                    bend[i].iter_mut().zip(&o.terms).for_each(|(b, other)| *b += term * other);
                }
            }
        }
        let step = solve(bend, slope);
        weights.iter_mut().zip(step).for_each(|(w, s)| *w += s);
    }
    weights
}

/// The solution of a system of linear equations with a positive definite matrix (Gauss, no pivoting needed).
fn solve(mut matrix: [[f64; TERMS]; TERMS], mut right: [f64; TERMS]) -> [f64; TERMS] {
    for i in 0..TERMS {
        for j in i + 1..TERMS {
            let factor = matrix[j][i] / matrix[i][i];
            let row = matrix[i];
            matrix[j].iter_mut().zip(row).for_each(|(m, r)| *m -= factor * r);
            right[j] -= factor * right[i];
        }
    }
    for i in (0..TERMS).rev() {
        let known: f64 = (i + 1..TERMS).map(|j| matrix[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    right
}
