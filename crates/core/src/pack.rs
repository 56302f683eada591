//! Knowledge files: read, checked, and made into a [`KnowledgeBase`].
//!
//! ```text
//! files -> read -> Written (shapes and places, no rules) -> checks -> resolve -> KnowledgeBase
//!                                                             \-> diagnostics
//! ```

mod checks;
mod ids;
mod list;
mod read;
mod resolve;
#[cfg(test)]
mod tests;
mod written;

use crate::diagnostic::{Diagnostic, Severity, SourceFile};
use crate::hash::hex;
use crate::knowledge::KnowledgeBase;
use sha2::{Digest, Sha256};

pub use checks::{CHECKS, Check};
pub use ids::slug;
pub use written::keys;

/// The version of the format that this program reads.
pub const FORMAT: i64 = 2;

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// The knowledge base; `None` if there was any error.
    pub base: Option<KnowledgeBase>,
    /// Errors and warnings, in the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
    /// What the files have, as far as it could be read.
    pub counts: Counts,
}

/// How many there are of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Facts.
    pub facts: usize,
    /// Questions.
    pub questions: usize,
    /// Ways of asking them, the questions themselves among them.
    pub paraphrases: usize,
    /// Unanswerable questions.
    pub unanswerables: usize,
}

/// Reads and checks knowledge files.
///
/// Never fails as a whole: with errors there is no base, and the diagnostics say why.
pub fn load(files: &[SourceFile]) -> Loaded {
    let mut diagnostics = Vec::new();
    let (written, sound) = read::read(files, &mut diagnostics);
    let ids = ids::Ids::of(&written);
    if sound != read::Soundness::OtherFormat {
        let context = checks::Context { written: &written, ids: &ids };
        checks::run(&context, sound == read::Soundness::Whole, &mut diagnostics);
    }
    diagnostics.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    let counts = Counts {
        facts: written.facts.len(),
        questions: written.questions.len(),
        paraphrases: written.sound_questions().map(|(_, entry, question)| written.lines(entry.place.file, &question.ask).len()).sum(),
        unanswerables: written.unanswerables.len(),
    };
    let failed = diagnostics.iter().any(|d| d.severity() == Severity::Error);
    let base = (!failed).then(|| KnowledgeBase { version: version(files), ..resolve::resolve(&written, &ids) });
    Loaded { base, diagnostics, counts }
}

/// SHA-256 over names and texts: files with the same version say the same.
pub fn version(files: &[SourceFile]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        let name = file_name(&file.name);
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update((file.text.len() as u64).to_le_bytes());
        hash.update(file.text.as_bytes());
    }
    hex(&hash.finalize())
}

/// A path's last part.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The gaps of a text: what stands in braces.
pub fn slots(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(slot, _)| slot))
}
