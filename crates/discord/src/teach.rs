//! Changing the knowledge base from Discord: what is wanted, and the port to whatever writes it. This crate touches no files.

use crate::event::Id;
use factotum_core::answering::Answerer;
use std::fmt::Debug;
use std::time::Duration;

/// A change that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What is to be added.
    pub lesson: Lesson,
    /// How it was asked.
    pub wording: String,
    /// Who wants it.
    pub by: Id,
    /// Whether it is wanted even if other questions fare worse for it.
    pub anyway: bool,
}

/// What is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lesson {
    /// A wording of the question with this id.
    Question(String),
    /// A wording of the unanswerable question with this id.
    Unanswerable(String),
    /// A new unanswerable question.
    Missing {
        /// Completes "Not on record: ...".
        missing: String,
        /// The fact that it is near to; with none, it stands by itself in `topic`.
        fact: Option<String>,
        /// The topic.
        topic: String,
    },
    /// A new fact, whose question is the wording.
    Fact {
        /// A sentence that stands on its own.
        statement: String,
        /// Its paragraphs in the source.
        paragraphs: Vec<u32>,
        /// The topic.
        topic: String,
        /// The direct answer; may be empty.
        answer: String,
    },
}

/// What became of a wanted change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taught {
    /// It is written.
    Done {
        /// What was done, in a clause.
        summary: String,
        /// What the wording is answered with now.
        then: String,
        /// How many other questions are answered otherwise.
        others: usize,
        /// Stands for it when it is taken back: 16 hexadecimal digits.
        undo: String,
    },
    /// Nothing is written, because other questions would fare worse. They are listed with what would be answered.
    Worse(Vec<(String, String)>),
}

/// Writes changes down. Each step takes as long as learning a change does: do not wait for it where others wait too. Errors are for curators, in
/// a sentence.
pub trait Teacher: Send + Sync + Debug {
    /// Makes a change to the files that `answerer` has learned.
    ///
    /// # Errors
    /// Why it is not made; nothing is written then.
    fn teach(&self, answerer: &Answerer, wanted: &Wanted) -> Result<Taught, String>;
    /// Takes a change back for somebody. Returns what was taken back, in a clause.
    ///
    /// # Errors
    /// Why it is not taken back; nothing is written then.
    fn undo(&self, undo: &str, by: Id) -> Result<String, String>;
    /// How soon a change is noticed by itself; `None` if somebody has to ask for it.
    fn noticed_within(&self) -> Option<Duration>;
}

/// Something that takes longer than a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Make a change.
    Teach(Wanted),
    /// Take one back.
    Undo {
        /// Which one.
        undo: String,
        /// Who takes it back.
        by: Id,
    },
}
