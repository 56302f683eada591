//! Who did what to whom, and what is asked for: as much of English grammar as telling questions apart takes.
//!
//! A bag of words cannot tell "Did Russia invade Ukraine?" from "Did Ukraine invade Russia?". Here a sentence is read into [`Frame`]s: a verb, or a
//! noun that tells of a deed ("invasion"), and in which role each name stands beside it. A question and the phrases of a candidate are
//! texts of the same kind, so that frames are compared with frames; [`objection`] says where a candidate has the same names in exchanged
//! roles. [`asked`] tells the kind of answer that a question wants, [`supplies`] whether a text has one, and [`missing`] which of the
//! question's figures a text lacks.
//!
//! It is no parser of English. What it does not understand has no frame, and without a frame there is no objection.
//!
//! ```text
//! Interpretation -> tagging (name, noun, verb, ...) -> phrases (noun phrases, verb groups) -> Frame
//! ```

mod answer;
mod figures;
mod frame;
mod lexicon;
mod marks;
mod objection;
mod phrases;
mod tagging;
#[cfg(test)]
mod tests;

pub use answer::{Asked, Kind, Shown, Support, asked, supplies};
pub use figures::{Missing, has_other_unit, missing, numbers};
pub use frame::{Act, Frame, Place, Role};
pub use marks::Marks;
pub use objection::{Comparison, RoleObjection, compare, exchanged, objection, taken};

use crate::interpretation::Interpretation;
use crate::knowledge::{EntityId, KnowledgeBase};
use crate::question::Question;
use serde::{Deserialize, Serialize};

/// Somebody or something that stands in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Name {
    /// An entity of the knowledge base.
    Entity(EntityId),
    /// The gap of a paraphrase: any name of a kind.
    Slot,
    /// A name that the knowledge base does not have, folded.
    Text(String),
    /// A plain noun, by its stem.
    Noun(String),
}

impl Name {
    /// Whether both can mean the same: "Mahama" and "John Mahama" do. A gap is nobody in particular.
    pub fn agrees(&self, other: &Name) -> bool {
        match (self, other) {
            (Name::Slot, _) | (_, Name::Slot) => false,
            (Name::Text(a), Name::Text(b)) => {
                let within = |a: &str, b: &str| a.split(' ').all(|word| b.split(' ').any(|other| word == other));
                within(a, b) || within(b, a)
            }
            _ => self == other,
        }
    }

    /// Whether it names somebody: no gap and no plain noun.
    pub fn is_proper(&self) -> bool {
        matches!(self, Name::Entity(_) | Name::Text(_))
    }
}

/// A sentence or two as the grammar reads them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Who does what to whom; empty where nothing was understood.
    pub frames: Vec<Frame>,
    /// Denial, exceptions and words like "former".
    pub marks: Marks,
}

impl Reading {
    /// Whether everything that it refers to is in the knowledge base.
    pub fn fits(&self, base: &KnowledgeBase) -> bool {
        let Reading { frames, marks } = self;
        let named = |name: &Name| !matches!(name, Name::Entity(id) if !id.is_in(base));
        let act = |act: &Act| act.set.is_none_or(|set| set.is_in(base));
        let framed =
            |frame: &Frame| act(&frame.act) && frame.object.as_ref().is_none_or(act) && frame.roles.iter().all(|role| named(&role.name));
        frames.iter().all(framed) && marks.excepted.iter().all(named)
    }
}

/// Reads a question, a paraphrase or a statement with the names of a knowledge base.
pub fn read(interpretation: &Interpretation) -> Reading {
    Reading::of(&tagging::pieces_of(interpretation))
}

/// Reads a text of which only the names are known, as written, beside words in capitals. What cannot be read at all has no frames.
pub fn read_text(text: &str, names: &[&str]) -> Reading {
    let Ok(question) = Question::parse(text) else { return Reading::default() };
    let names: Vec<Vec<String>> =
        names.iter().map(|n| crate::english::english().words_of(n).into_iter().map(|w| w.text).collect()).collect();
    Reading::of(&tagging::pieces_of_text(&question, &names))
}

impl Reading {
    fn of(pieces: &[tagging::Piece]) -> Reading {
        let items = phrases::items(pieces);
        Reading { frames: frame::frames(&items), marks: marks::marks(pieces, &items) }
    }
}
