//! Phrases and questions as they lie about.

use anyhow::Context;
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// What the contenders learn from.
pub struct Training {
    /// The table as it was read, for those that read tables themselves.
    pub csv: Vec<u8>,
    /// Its phrases.
    pub phrases: Vec<Phrase>,
}

/// A way of asking for something.
#[derive(Debug, Deserialize)]
pub struct Phrase {
    /// The label.
    pub intent: String,
    /// The text.
    pub question: String,
}

/// A question to be asked.
#[derive(Debug, Deserialize)]
pub struct Question {
    /// The text.
    #[serde(rename = "q")]
    pub text: String,
    /// The right label, if there is one.
    pub intent: Option<String>,
}

impl Training {
    /// Reads a table.
    pub fn read(path: &Path) -> anyhow::Result<Training> {
        let csv = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let phrases = csv::Reader::from_reader(csv.as_slice()).deserialize::<Phrase>().collect::<Result<_, _>>();
        Ok(Training { phrases: phrases.with_context(|| format!("cannot read {}", path.display()))?, csv })
    }
}

/// Reads questions. White space is one blank, as where questions are given to the program a line each.
pub fn questions(path: &Path) -> anyhow::Result<Vec<Question>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let parse = |line: &str| -> serde_json::Result<Question> {
        let question: Question = serde_json::from_str(line)?;
        Ok(Question { text: question.text.split_whitespace().collect::<Vec<_>>().join(" "), ..question })
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(parse).collect::<Result<_, _>>().with_context(|| format!("{} is not a file of questions", path.display()))
}

/// A short name for a file: its folder and its name, without ending.
pub fn short_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.parent().and_then(Path::file_name) {
        Some(folder) => format!("{}/{stem}", folder.to_string_lossy()),
        None => stem.into_owned(),
    }
}

/// A text as all but Factotum get it: lower case, and blanks for whatever is neither letter nor digit (what RapidFuzz calls
/// its default processor).
pub fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    let blank = |c: char| if c.is_alphanumeric() { c } else { ' ' };
    lower.chars().map(blank).collect::<String>().trim().to_owned()
}
