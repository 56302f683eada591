//! The contenders, and what they have in common.

mod bm25;
mod itself;
mod scan;

use crate::data::Training;
use std::path::Path;

/// A way of finding the label of a question.
pub trait Contender {
    /// The label that it thinks best, if any.
    fn label(&self, question: &str) -> Option<&str>;
}

/// Makes a contender ready. What it does counts as loading.
pub type Load = Box<dyn FnOnce() -> anyhow::Result<Box<dyn Contender>>>;

/// A contender before anything is loaded.
#[derive(Debug)]
pub struct Kind {
    /// Its name in lines and on the command line.
    pub name: &'static str,
    /// Whether it looks at every phrase for each question, and so may be asked only a sample.
    pub scans: bool,
    /// Takes the phrases that were read, and the folder in which Factotum keeps what it learned.
    pub prepare: fn(Training, &Path) -> anyhow::Result<Load>,
}

/// All of them, in the order in which they are measured: what Factotum learns first is in the cache afterwards.
pub static CONTENDERS: [Kind; 7] = [
    Kind { name: "factotum-learning", scans: false, prepare: itself::learning },
    Kind { name: "factotum", scans: false, prepare: itself::cached },
    Kind { name: "factotum-proposals", scans: false, prepare: itself::proposals },
    Kind { name: "tantivy-bm25", scans: false, prepare: bm25::prepare },
    Kind { name: "token-set-ratio", scans: true, prepare: scan::token_set_ratio },
    Kind { name: "jaro-winkler", scans: true, prepare: scan::jaro_winkler },
    Kind { name: "damerau-levenshtein", scans: true, prepare: scan::damerau_levenshtein },
];
