//! A knowledge base with the indexes that the bot needs. A reload replaces all of it at once.

use super::components::Directory;
use super::suggest::Suggester;
use factotum_core::answering::Answerer;
use factotum_core::knowledge::KnowledgeBase;

/// A knowledge base with its indexes.
#[derive(Debug)]
pub struct IndexedKnowledge {
    /// Answers questions.
    pub(crate) answerer: Answerer,
    /// Finds what buttons stand for.
    pub(crate) directory: Directory,
    /// Suggests questions while a user types.
    pub(crate) suggester: Suggester,
}

impl IndexedKnowledge {
    /// Builds the indexes.
    pub fn of(answerer: Answerer) -> IndexedKnowledge {
        let directory = Directory::of(answerer.base());
        let suggester = Suggester::of(answerer.base());
        IndexedKnowledge { answerer, directory, suggester }
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
