//! What is weak in a knowledge base though nothing in it is wrong: notes for a curator, each with its place and what to paste.
//!
//! Nothing here changes what the program answers. Where a finding could be a matter of taste, it is a note and not a warning.

mod answers;
pub mod coverage;
mod names;
mod overdue;
mod supply;
pub mod swap;
mod unasked;
mod unfinished;

use crate::article::Article;
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Diagnostic, Place, SourceFile};
use factotum_core::knowledge::SourceId;

/// Everything that is found without asking questions, in the order of its places. `source` is the text of a source, if there is one at hand.
pub fn notes(answerer: &Answerer, files: &[SourceFile], source: Option<(SourceId, &Article)>) -> Vec<Diagnostic> {
    let base = answerer.base();
    let mut found = unfinished::lines(files);
    found.extend(names::kinds(base, files));
    found.extend(names::roles(base, files));
    found.extend(names::aliases(answerer, files));
    found.extend(answers::ungrounded(base, files, source));
    found.extend(unasked::facts(base, answerer.matcher()));
    found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    found
}

pub use overdue::overdue;

/// Where some words stand in the files, behind a place or anywhere.
fn find(files: &[SourceFile], behind: Option<&Place>, words: &str) -> Option<Place> {
    if words.is_empty() {
        return None;
    }
    let (from, start) = behind.map_or((0, 0), |place| (place.file, place.end));
    files.iter().enumerate().skip(from).find_map(|(file, source)| {
        let start = if file == from { start } else { 0 };
        let at = start + source.text.get(start..)?.find(words)?;
        Some(Place::new(file, at..at + words.len()))
    })
}
