//! A knowledge base with the indexes that the bot needs. A reload replaces all of it at once.

use super::components::Directory;
use super::guilds::Journal;
use super::suggest::Suggester;
use factotum_core::answering::{Answerer, Reply};
use factotum_core::knowledge::{KnowledgeBase, Today};
use std::time::SystemTime;

/// A knowledge base with its indexes.
#[derive(Debug)]
pub struct IndexedKnowledge {
    /// Answers questions.
    pub(crate) answerer: Answerer,
    /// Finds what buttons stand for.
    pub(crate) directory: Directory,
    /// Suggests questions while a user types.
    pub(crate) suggester: Suggester,
    /// What time it is, for answers that are overdue for review; without it, none says so.
    pub(crate) clock: Option<fn() -> SystemTime>,
    /// Where its gaps are recorded.
    pub(crate) journal: Journal,
}

impl IndexedKnowledge {
    /// Builds the indexes.
    pub fn of(answerer: Answerer) -> IndexedKnowledge {
        let directory = Directory::of(answerer.base());
        let suggester = Suggester::of(answerer.base());
        IndexedKnowledge { answerer, directory, suggester, clock: None, journal: Journal::Shared }
    }

    /// The same, with a clock: answers that are overdue for review say so.
    pub fn with_clock(self, clock: fn() -> SystemTime) -> IndexedKnowledge {
        IndexedKnowledge { clock: Some(clock), ..self }
    }

    /// A reply as it is shown today.
    pub(crate) fn shown_today(&self, reply: Reply) -> Reply {
        match self.clock {
            Some(clock) => reply.shown_on(self.base(), &Today::of(clock())),
            None => reply,
        }
    }

    /// Answers questions.
    pub fn answerer(&self) -> &Answerer {
        &self.answerer
    }

    /// The knowledge base.
    pub fn base(&self) -> &KnowledgeBase {
        self.answerer.base()
    }
}
