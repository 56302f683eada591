//! A knowledge base with the indexes that the bot needs. A reload replaces all of it at once.

use super::components::Directory;
use super::guilds::Journal;
use super::payload::Choice;
use super::suggest::Suggester;
use factotum_core::answering::{Answerer, Reply};
use factotum_core::knowledge::{KnowledgeBase, Today};
use factotum_wording::Language;
use std::time::SystemTime;

/// A knowledge base with its indexes.
#[derive(Debug)]
pub struct IndexedKnowledge {
    /// Answers questions.
    pub(crate) answerer: Answerer,
    /// Finds what buttons stand for.
    pub(crate) directory: Directory,
    /// Suggest questions while a user types: one for the language of the knowledge base, and one for each that it is translated to.
    pub(crate) suggesters: Vec<(Language, Suggester)>,
    /// What time it is, for answers that are overdue for review; without it, none says so.
    pub(crate) clock: Option<fn() -> SystemTime>,
    /// Where its gaps are recorded.
    pub(crate) journal: Journal,
}

impl IndexedKnowledge {
    /// Builds the indexes.
    pub fn of(answerer: Answerer) -> IndexedKnowledge {
        let directory = Directory::of(answerer.base());
        let base = answerer.base();
        let suggesters = base.languages().into_iter().map(|language| (language, Suggester::of(base, language))).collect();
        IndexedKnowledge { answerer, directory, suggesters, clock: None, journal: Journal::Shared }
    }

    /// Questions for a text that is being typed: in the user's language if there are any in it.
    pub(crate) fn choices(&self, typed: &str, language: Language) -> Vec<Choice> {
        let of = |wanted| self.suggesters.iter().find(|(language, _)| *language == wanted).map(|(_, suggester)| suggester);
        let choices = |suggester: &Suggester| suggester.choices(&self.answerer, typed);
        let own = of(language).map(choices).unwrap_or_default();
        if own.is_empty() { of(self.base().language()).map(choices).unwrap_or_default() } else { own }
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
