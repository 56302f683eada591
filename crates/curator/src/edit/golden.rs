//! Writing golden questions down.

use super::{Refusal, splice, tidy};
use crate::golden::Expect;
use crate::writing::Writer;
use factotum_core::question::Question;

/// A golden question that is to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGolden {
    /// What is asked.
    pub ask: String,
    /// What should come of it.
    pub expect: Expect,
    /// Ids of facts of which the answer has at least one.
    pub facts: Vec<String>,
    /// Why it is asked; may be empty.
    pub note: String,
}

/// The text of a file of golden questions with one more at its end; a new file where there is no text.
///
/// # Errors
/// [`Refusal`] if there is no question in it, or it stands there already.
pub fn add_golden(text: Option<&str>, golden: &NewGolden) -> Result<String, Refusal> {
    let ask = tidy(&golden.ask);
    if Question::parse(&ask).is_err() {
        return Err(Refusal::Missing("there is no question in that"));
    }
    let mut writer = Writer::piece();
    writer.table(&[], "[[questions]]");
    writer.text("ask", &ask);
    writer.text("expect", golden.expect.as_str());
    if golden.expect != Expect::NoAnswer && !golden.facts.is_empty() {
        let facts: Vec<String> = golden.facts.iter().map(|id| format!("\"{id}\"")).collect();
        writer.raw("facts", &format!("[{}]", facts.join(", ")));
    }
    writer.text("note", &tidy(&golden.note));
    let entry = writer.finish();
    let text = text.unwrap_or("# Golden questions that were saved from the console and the desk.\nformat = 1\n");
    let written = |table: &toml::Table| {
        let asked = table.get("questions").and_then(toml::Value::as_array);
        asked.is_some_and(|list| list.iter().any(|q| q.get("ask").and_then(toml::Value::as_str) == Some(ask.as_str())))
    };
    match text.parse::<toml::Table>() {
        Ok(table) if written(&table) => Err(Refusal::AlreadyThere),
        Ok(_) => Ok(splice::append(text, &entry)),
        Err(_) => Err(Refusal::Unusual("the file of golden questions".to_owned())),
    }
}
