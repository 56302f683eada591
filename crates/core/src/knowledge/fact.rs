//! What is on record: statements with their citations.

use super::{EntityId, FactId, SourceId};
use crate::diagnostic::Place;
use serde::{Deserialize, Serialize};

/// Most paragraphs that one fact may cite: nobody looks up more than three.
pub const MAX_PARAGRAPHS: usize = 3;

/// One checkable statement with its citation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// A sentence that stands on its own.
    pub statement: String,
    /// The date at which it holds; `None` where its source is undated.
    pub as_of: Option<String>,
    /// The source that it cites.
    pub source: SourceId,
    /// One to three paragraphs.
    pub paragraphs: Vec<u32>,
    /// The entity whose words it reports.
    pub speaker: Option<EntityId>,
    /// Words that the paragraphs do not contain.
    pub derived: Vec<Derived>,
    /// Facts that say otherwise.
    pub contradicts: Vec<FactId>,
    /// When somebody is to look whether it still holds: its own date, its file's or its source's.
    pub review_after: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// Words of a statement that the cited paragraphs do not contain.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Derived {
    /// The words of the statement.
    pub text: String,
    /// What they follow from.
    pub from: String,
}
