//! Where facts come from.

use crate::diagnostic::Place;
use serde::{Deserialize, Serialize};

/// A text that facts come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Title of the work.
    pub title: String,
    /// Who published it; may be empty.
    pub publisher: String,
    /// Its address; may be empty.
    pub url: String,
    /// Its date, as precise as it is known; `None` where it is undated.
    pub date: Option<String>,
    /// How the date is known; may be empty.
    pub date_note: String,
    /// Number of paragraphs.
    pub paragraphs: u32,
    /// SHA-256 of its text, lower-case hexadecimal; may be empty.
    pub sha256: String,
    /// What it does not cover; may be empty.
    pub limits: String,
    /// When somebody is to look whether it still holds.
    pub review_after: Option<String>,
    /// Where it is written.
    pub place: Place,
}
