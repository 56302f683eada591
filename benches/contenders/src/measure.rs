//! One contender, measured in this process.

use crate::contender::{Contender, Kind};
use crate::data::{self, Question, Training};
use crate::record::Record;
use anyhow::Context;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Questions that are asked before any is timed.
const WARM_UP: usize = 100;
/// Pairs of a question and a phrase that a scan is given at most: some minutes for the slowest. With more, every second, third or
/// further question is asked. The same number is in `tools/contenders.py`.
const PAIRS: usize = 16_000_000;

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
        let step = if kind.scans { (questions.len() * phrases).div_ceil(PAIRS).max(1) } else { 1 };
        let asked: Vec<&Question> = questions.iter().step_by(step).collect();
        let (accuracy, times) =
            ask(contender.as_ref(), &asked).with_context(|| format!("{} has no question with an intent", file.display()))?;
        records.push(Record {
            contender: kind.name.to_owned(),
            train: data::short_name(train),
            phrases,
            questions: data::short_name(file),
            asked: asked.len(),
            accuracy: rounded(accuracy, 2),
            median_us: rounded(times[times.len() / 2], 1),
            p99_us: rounded(times[times.len() * 99 / 100], 1),
            load_ms: rounded(load_ms, 1),
            resident_kb: memory("VmRSS:")?,
            peak_kb: memory("VmHWM:")?,
        });
    }
    Ok(records)
}

/// Accuracy in per cent, and the time of each question in microseconds, the shortest first; nothing without a question that
/// has an intent.
fn ask(contender: &dyn Contender, questions: &[&Question]) -> Option<(f64, Vec<f64>)> {
    for question in questions.iter().take(WARM_UP) {
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
    let inside = questions.iter().filter(|q| q.intent.is_some()).count();
    (inside > 0).then(|| (100.0 * right as f64 / inside as f64, times))
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
