//! One contender, measured in this process.

use crate::contender::{Contender, Kind};
use crate::data::{self, Question, Training};
use crate::record::Record;
use anyhow::{Context, ensure};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Questions that are asked before any is timed: a tenth of all, and this many at most.
const WARM_UP: usize = 100;
/// Pairs of a question and a phrase that a scan is given at most: one or two minutes for the slowest. With more, only [`sampled`]
/// questions are asked. The same number is in `tools/contenders.py`.
const PAIRS: usize = 7_500_000;

/// Loads a contender and asks it all questions, a figure for each file.
pub fn contender(kind: &Kind, train: &Path, files: &[PathBuf], cache: &Path) -> anyhow::Result<Vec<Record>> {
    let training = Training::read(train)?;
    let phrases = training.phrases.len();
    let files: Vec<(&PathBuf, Vec<Question>)> = files.iter().map(|f| Ok((f, data::questions(f)?))).collect::<anyhow::Result<_>>()?;
    let load = (kind.prepare)(training, cache)?;
    let begun = Instant::now();
    let contender = load()?;
    let load_ms = begun.elapsed().as_secs_f64() * 1e3;
    let mut records = Vec::new();
    for (file, questions) in files {
        let asked: Vec<&Question> = if kind.scans { sampled(&questions, phrases) } else { questions.iter().collect() };
        let judged = asked.iter().filter(|question| question.intent.is_some()).count();
        ensure!(judged > 0, "{} has no question with an intent", file.display());
        let (right, times) = ask(contender.as_ref(), &asked);
        records.push(Record {
            contender: kind.name.to_owned(),
            train: data::short_name(train),
            phrases,
            questions: data::short_name(file),
            asked: asked.len(),
            judged,
            accuracy: rounded(100.0 * right as f64 / judged as f64, 2),
            median_us: rounded(times[times.len() / 2], 1),
            p99_us: rounded(times[times.len() * 99 / 100], 1),
            load_ms: rounded(load_ms, 3),
            resident_kb: memory("VmRSS:")?,
            peak_kb: memory("VmHWM:")?,
        });
    }
    Ok(records)
}

/// The questions that a scan is asked: all, or as many as [`PAIRS`] allows. They depend on nothing but the two numbers, so all scans
/// get the same, and are spread evenly over the file, where questions of an intent may stand together.
fn sampled(questions: &[Question], phrases: usize) -> Vec<&Question> {
    let most = questions.len().min((PAIRS / phrases.max(1)).max(1));
    (0..most).map(|at| &questions[at * questions.len() / most]).collect()
}

/// How many of the questions got their label, and the time of each in microseconds, the shortest first.
fn ask(contender: &dyn Contender, questions: &[&Question]) -> (usize, Vec<f64>) {
    for question in questions.iter().take((questions.len() / 10).min(WARM_UP)) {
        black_box(contender.label(black_box(&question.text)));
    }
    let (mut right, mut times) = (0, Vec::with_capacity(questions.len()));
    for question in questions {
        let begun = Instant::now();
        let label = black_box(contender.label(black_box(&question.text)));
        times.push(begun.elapsed().as_secs_f64() * 1e6);
        right += usize::from(question.intent.is_some() && question.intent.as_deref() == label);
    }
    times.sort_by(f64::total_cmp);
    (right, times)
}

/// A figure of this process's memory, in kilobytes of 1,024, as Linux tells it.
fn memory(name: &str) -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("cannot tell how much memory is in use")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let figure = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    figure.with_context(|| format!("the system does not tell {name}"))
}

fn rounded(x: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (x * unit).round() / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_over_all_questions() {
        let questions: Vec<Question> = (0..3100).map(|at| Question { text: at.to_string(), intent: None }).collect();
        let places = |phrases| sampled(&questions, phrases).iter().map(|q| q.text.parse().expect("a number")).collect::<Vec<usize>>();
        assert_eq!(places(1_500).len(), 3_100, "few phrases: all questions");
        let some = places(15_000);
        assert_eq!((some.len(), &some[..4], some[499]), (500, &[0, 6, 12, 18][..], 3093));
        assert!(some.windows(2).all(|pair| (6..=7).contains(&(pair[1] - pair[0]))), "{some:?}");
        assert_eq!(places(10 * PAIRS), [0], "one at least");
        assert!(sampled(&[], 15_000).is_empty());
    }
}
