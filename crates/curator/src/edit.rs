//! Changes to the files of a knowledge base, as a curator makes them at the desk: a further wording, an unanswerable question, a fact.
//!
//! ```text
//! files + Edit -> Change (one file, before and after) -> disk::write -> Written, which can be taken back
//! ```
//!
//! A change is spliced into the text, at places that the TOML parser gives. So everything else stays as it is, byte for byte: comments,
//! order, indentation, line ends. (Writers that keep the format, such as `toml_edit`, normalise line ends and drop a byte order mark.)

pub mod disk;
mod splice;

use crate::writing::{Writer, one_line};
use factotum_core::diagnostic::{Diagnostic, Place, Severity, SourceFile};
use factotum_core::knowledge::{KnowledgeBase, Paraphrase, UnanswerableReason};
use factotum_core::pack;
use factotum_core::question::Question;
use factotum_core::text::{self, is_control_or_bidi};
use std::path::Path;

/// Most wordings that one edit adds: a screenful, and more than a person reads before agreeing.
pub const MAX_LINES: usize = 50;

/// A change that a curator wants.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Edit {
    /// Further ways of asking what is on record already.
    Paraphrases {
        /// What they ask.
        of: Asked,
        /// The wordings.
        lines: Vec<String>,
    },
    /// A question to decline.
    Unanswerable {
        /// Where it is written.
        beside: Beside,
        /// Completes "Not on record: ...".
        missing: String,
        /// Why it cannot be answered.
        reason: UnanswerableReason,
        /// Ways of asking it.
        lines: Vec<String>,
    },
    /// A fact with its question, at the end of a file.
    Fact(NewFact),
}

/// Something that has wordings, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Asked {
    /// A question that has an answer.
    Question(String),
    /// One that is declined.
    Unanswerable(String),
}

/// Where an unanswerable question is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Beside {
    /// Below the fact with this id.
    Fact(String),
    /// At the end of the file of this topic, beside no fact.
    Topic(String),
}

/// A fact that is to be written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct NewFact {
    /// The topic, which is the name of the file without its ending. A new one makes a new file.
    pub topic: String,
    /// A sentence that stands on its own.
    pub statement: String,
    /// The source, where it is not the default.
    pub source: Option<String>,
    /// One to three paragraphs.
    pub paragraphs: Vec<u32>,
    /// The entity whose words it reports.
    pub speaker: Option<String>,
    /// Its question and other ways of asking it.
    pub lines: Vec<String>,
    /// The direct answer; may be empty.
    pub answer: String,
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file's name, as [`SourceFile`] has it.
    pub name: String,
    /// Its text so far; `None` for a new file.
    pub before: Option<String>,
    /// Its text afterwards.
    pub after: String,
}

/// Why a change is not made.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A field has nothing in it.
    #[error("{0}")]
    Missing(&'static str),
    /// It says all of it already.
    #[error("all of these wordings stand there already")]
    AlreadyThere,
    /// Nothing has this id.
    #[error("there is no {what} `{id}`")]
    Unknown {
        /// Of what kind it should be.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// The files are not those that the knowledge base was loaded from.
    #[error("the files have changed since this was shown")]
    Changed,
    /// The place cannot be found in the text.
    #[error("{0} is written in a way that cannot be added to; edit the file by hand")]
    Unusual(String),
    /// The result would have errors.
    #[error("{}", first(.found))]
    Findings {
        /// The errors.
        found: Vec<Diagnostic>,
        /// The files in which they would be.
        files: Vec<SourceFile>,
    },
}

fn first(found: &[Diagnostic]) -> &str {
    found.first().map_or("the result would have errors", |d| d.message.as_str())
}

impl Edit {
    /// The wordings that it adds.
    pub fn lines(&self) -> &[String] {
        match self {
            Edit::Paraphrases { lines, .. } | Edit::Unanswerable { lines, .. } => lines,
            Edit::Fact(fact) => &fact.lines,
        }
    }

    /// What it does, for a list of what was done.
    pub fn summary(&self) -> String {
        let shown = |lines: &[String]| lines.first().map_or_else(String::new, |l| format!("“{}”", tidy(l)));
        match self {
            Edit::Paraphrases { lines, .. } if lines.len() == 1 => format!("added the wording {}", shown(lines)),
            Edit::Paraphrases { lines, .. } => format!("added {} wordings, {} first", lines.len(), shown(lines)),
            Edit::Unanswerable { missing, .. } => format!("added the unanswerable question “{}”", tidy(missing)),
            Edit::Fact(fact) => format!("added the fact “{}”", tidy(&fact.statement)),
        }
    }
}

/// Works out a change. `base` must have been loaded from `files`.
///
/// # Errors
/// [`Refusal`], also where the result would have errors that `check` reports.
pub fn prepare(files: &[SourceFile], base: &KnowledgeBase, edit: &Edit) -> Result<Prepared, Refusal> {
    if pack::version(files) != base.version {
        return Err(Refusal::Changed);
    }
    let change = change(files, base, edit)?;
    let files = change.files(files);
    let loaded = pack::load(&files);
    match loaded.base {
        Some(base) => Ok(Prepared { change, files, base }),
        None => {
            let found = loaded.diagnostics.into_iter().filter(|d| d.severity() == Severity::Error).collect();
            Err(Refusal::Findings { found, files })
        }
    }
}

/// A change that can be made, with what it leads to.
#[derive(Debug)]
pub struct Prepared {
    /// The change.
    pub change: Change,
    /// The files afterwards.
    pub files: Vec<SourceFile>,
    /// What would then be on record.
    pub base: KnowledgeBase,
}

impl Change {
    /// The files with the change in them, in the order in which a folder is read.
    pub fn files(&self, files: &[SourceFile]) -> Vec<SourceFile> {
        let mut files = files.to_vec();
        match files.iter_mut().find(|file| file.name == self.name) {
            Some(file) => file.text.clone_from(&self.after),
            None => {
                files.push(SourceFile { name: self.name.clone(), text: self.after.clone() });
                files.sort_by(|a, b| Path::new(&a.name).cmp(Path::new(&b.name)));
            }
        }
        files
    }
}

fn change(files: &[SourceFile], base: &KnowledgeBase, edit: &Edit) -> Result<Change, Refusal> {
    match edit {
        Edit::Paraphrases { of, lines } => {
            let paraphrases = paraphrases(base, of)?;
            let lines = new_lines(lines, paraphrases)?;
            let place = paraphrases.first().map(|p| &p.place).ok_or(Refusal::Changed)?;
            splice(files, place, |text| splice::add_lines(text, place.start, &lines))
        }
        Edit::Unanswerable { beside, missing, reason, lines } => {
            let lines = new_lines(lines, &[])?;
            let missing = tidy(missing);
            if missing.is_empty() {
                return Err(Refusal::Missing("say what is missing: it completes “Not on record: ...”"));
            }
            let table = |header: &str| {
                let mut writer = Writer::piece();
                writer.table(&[], header);
                writer.text("missing", &missing);
                if *reason != UnanswerableReason::NotOnRecord {
                    writer.text("reason", reason.as_str());
                }
                writer.block("ask", &lines);
                writer.finish()
            };
            match beside {
                Beside::Fact(id) => {
                    let fact = base.find_fact(id).ok_or_else(|| Refusal::Unknown { what: "fact", id: id.clone() })?;
                    let table = table("[[fact.unanswerable]]");
                    splice(files, &fact.place, |text| splice::add_to_fact(text, fact.place.start, &table))
                }
                Beside::Topic(topic) => append(files, topic, &table("[[unanswerable]]")),
            }
        }
        Edit::Fact(fact) => append(files, &fact.topic, &fact_block(base, fact)?),
    }
}

fn fact_block(base: &KnowledgeBase, fact: &NewFact) -> Result<String, Refusal> {
    let statement = tidy(&fact.statement);
    if statement.is_empty() {
        return Err(Refusal::Missing("write the statement: a sentence that stands on its own"));
    }
    if fact.paragraphs.is_empty() {
        return Err(Refusal::Missing("name the paragraph that says it"));
    }
    let mut writer = Writer::piece();
    writer.table(&[], "[[fact]]");
    writer.text("statement", &statement);
    let numbers: Vec<String> = fact.paragraphs.iter().map(u32::to_string).collect();
    writer.raw("paragraphs", &if let [one] = numbers.as_slice() { one.clone() } else { format!("[{}]", numbers.join(", ")) });
    for (key, id) in [("source", &fact.source), ("speaker", &fact.speaker)] {
        let known = |id: &String| {
            if key == "source" { base.sources.iter().any(|s| s.id == *id) } else { base.entities.iter().any(|e| e.id == *id) }
        };
        if let Some(id) = id.as_ref().map(|id| tidy(id)).filter(|id| !id.is_empty()) {
            if !known(&id) {
                return Err(Refusal::Unknown { what: key, id });
            }
            writer.text(key, &id);
        }
    }
    writer.table(&[], "[[fact.question]]");
    writer.block("ask", &new_lines(&fact.lines, &[])?);
    writer.text("answer", &tidy(&fact.answer));
    Ok(writer.finish())
}

fn paraphrases<'b>(base: &'b KnowledgeBase, of: &Asked) -> Result<&'b [Paraphrase], Refusal> {
    match of {
        Asked::Question(id) => base.find_intent(id).map(|i| i.paraphrases.as_slice()).ok_or(("question", id)),
        Asked::Unanswerable(id) => {
            base.unanswerables.iter().find(|u| u.id == *id).map(|u| u.paraphrases.as_slice()).ok_or(("unanswerable question", id))
        }
    }
    .map_err(|(what, id)| Refusal::Unknown { what, id: id.clone() })
}

/// The wordings that are new, each on one line.
fn new_lines(lines: &[String], present: &[Paraphrase]) -> Result<Vec<String>, Refusal> {
    let mut known: Vec<String> = present.iter().map(|p| words(&p.text)).collect();
    let mut out = Vec::new();
    let mut any = false;
    for line in lines.iter().map(|line| tidy(line)).filter(|line| !line.is_empty()) {
        any = true;
        if Question::parse(&line).is_err() {
            return Err(Refusal::Missing("a wording has no word in it, or is too long for a question"));
        }
        let words = words(&line);
        if !known.contains(&words) {
            known.push(words);
            out.push(line);
        }
    }
    match (any, out.len()) {
        (false, _) => Err(Refusal::Missing("there is no wording to add")),
        (true, 0) => Err(Refusal::AlreadyThere),
        (true, count) if count > MAX_LINES => Err(Refusal::Missing("that is too many wordings for one step")),
        _ => Ok(out),
    }
}

/// What makes two wordings the same: their words, whatever stands between them.
fn words(text: &str) -> String {
    text::tokens(text).into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
}

/// A text on one line, without what nobody would see.
pub fn tidy(text: &str) -> String {
    let visible: String = one_line(text).chars().filter(|c| !is_control_or_bidi(*c) && *c != '\u{feff}').collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Changes the file of a place.
fn splice(files: &[SourceFile], place: &Place, edit: impl FnOnce(&str) -> Option<String>) -> Result<Change, Refusal> {
    let file = files.get(place.file).ok_or(Refusal::Changed)?;
    let after = edit(&file.text).ok_or_else(|| Refusal::Unusual(file.name.clone()))?;
    Ok(Change { name: file.name.clone(), before: Some(file.text.clone()), after })
}

/// Adds a table at the end of a topic's file, which is made where there is none.
fn append(files: &[SourceFile], topic: &str, table: &str) -> Result<Change, Refusal> {
    let stem = |file: &&SourceFile| Path::new(&file.name).file_stem().is_some_and(|stem| stem == topic);
    if let Some(file) = files.iter().find(stem) {
        return Ok(Change { name: file.name.clone(), before: Some(file.text.clone()), after: splice::append(&file.text, table) });
    }
    if topic.is_empty() || pack::slug(topic) != topic {
        return Err(Refusal::Missing("a topic's name has lower-case letters, digits and hyphens only, as in `opening-hours`"));
    }
    let folder = files.first().and_then(|file| Path::new(&file.name).parent()).unwrap_or(Path::new(""));
    let name = folder.join(format!("{topic}.toml")).display().to_string();
    Ok(Change { name, before: None, after: format!("format = {}\n{table}", pack::FORMAT) })
}

#[cfg(test)]
mod tests;
