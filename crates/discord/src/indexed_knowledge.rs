//! What is answered from, as a whole: a base, and what makes it quick to look things up in it. It is replaced as a whole, too.

use super::components::Directory;
use super::suggest::Suggester;
use factotum_core::answering::Answerer;
use factotum_core::knowledge::KnowledgeBase;

/// A base with its indexes.
#[derive(Debug)]
pub struct IndexedKnowledge {
    /// Who answers.
    pub answerer: Answerer,
    /// What buttons stand for.
    pub directory: Directory,
    /// What is offered while somebody types.
    pub suggester: Suggester,
}

impl IndexedKnowledge {
    /// Indexes a base.
    pub fn of(answerer: Answerer) -> IndexedKnowledge {
        let directory = Directory::of(answerer.base());
        let suggester = Suggester::of(answerer.base());
        IndexedKnowledge { answerer, directory, suggester }
    }

    /// What is on record.
    pub fn base(&self) -> &KnowledgeBase {
        self.answerer.base()
    }
}
