//! Figures of one contender on one file of questions; kept as JSON, a line each.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// The figures.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The contender's name.
    pub contender: String,
    /// Name of the phrases' file, see [`crate::data::short_name`].
    pub train: String,
    /// How many phrases it has.
    pub phrases: usize,
    /// Name of the questions' file.
    pub questions: String,
    /// Questions that were asked.
    pub asked: usize,
    /// Those of them that have an intent; the others count for time only.
    pub judged: usize,
    /// Of those with an intent, in per cent.
    pub accuracy: f64,
    /// Time of a question, in microseconds.
    pub median_us: f64,
    /// The time that 99 of 100 questions keep below, in microseconds.
    pub p99_us: f64,
    /// From phrases that were read to the first question, in milliseconds.
    pub load_ms: f64,
    /// Memory of the process after the questions, in kilobytes of 1,024.
    pub resident_kb: u64,
    /// The most that it ever had.
    pub peak_kb: u64,
}

impl Record {
    /// As a line, without the line's end.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("names and numbers can be written as JSON")
    }
}

/// Reads lines from a file.
pub fn read(path: &Path) -> anyhow::Result<Vec<Record>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("cannot read {}", path.display()))
}

/// Reads lines. Of what was measured twice the later one counts, so that new lines can be put after old ones.
pub fn parse(text: &str) -> anyhow::Result<Vec<Record>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut records: Vec<Record> = lines.map(serde_json::from_str).collect::<Result<_, _>>().context("not the figures of a contender")?;
    let mut seen = HashSet::new();
    records.reverse();
    records.retain(|r| seen.insert((r.contender.clone(), r.train.clone(), r.questions.clone())));
    records.reverse();
    Ok(records)
}
