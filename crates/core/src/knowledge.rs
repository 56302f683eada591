//! The knowledge base: checked facts and the ways of asking for them.

mod date;
mod entity;
mod fact;
mod ids;
mod intent;
mod relation;
mod source;
mod translation;
mod unanswerable;
mod value;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use date::{MONTHS, Today, date_in_words};
pub use entity::{Entity, Office, WordSet};
pub use fact::{Derived, Fact, MAX_PARAGRAPHS};
pub use ids::{EntityId, FactId, IntentId, RelationId, RoleId, SmallTalkId, SourceId, SynonymSetId, UnanswerableId};
pub use intent::{AnswerType, Intent, Paraphrase};
pub use relation::{Find, Relation, RelationUse, Row};
pub use source::Source;
pub use translation::{Original, Translated, Translation};
pub use unanswerable::{SmallTalk, Unanswerable, UnanswerableReason};
pub use value::{Number, Value, is_date};

/// All that is on record, checked. Ids are looked up by indexing: `base[fact]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KnowledgeBase {
    /// Sources.
    pub sources: Vec<Source>,
    /// Entities, then the names that nothing is on record about.
    pub entities: Vec<Entity>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Intents.
    pub intents: Vec<Intent>,
    /// Unanswerable questions.
    pub unanswerables: Vec<Unanswerable>,
    /// Small talk.
    pub small_talk: Vec<SmallTalk>,
    /// Relations.
    pub relations: Vec<Relation>,
    /// Sets of words that mean the same.
    pub synonyms: Vec<WordSet>,
    /// Roles and what they are called.
    pub roles: Vec<WordSet>,
    /// The knowledge base's own chat spellings.
    pub spellings: BTreeMap<String, String>,
    /// What is on record in further languages, one a language.
    pub translations: Vec<Translation>,
    /// SHA-256 over the files, hexadecimal: its version.
    pub version: String,
}

impl KnowledgeBase {
    /// The fact with this id in the files.
    pub fn find_fact(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|f| f.id == id)
    }

    /// The intent with this id in the files.
    pub fn find_intent(&self, id: &str) -> Option<&Intent> {
        self.intents.iter().find(|i| i.id == id)
    }

    /// Topics with their intents, in the order of the files.
    pub fn topics(&self) -> Vec<(&str, Vec<&Intent>)> {
        let mut topics: Vec<(&str, Vec<&Intent>)> = Vec::new();
        for intent in &self.intents {
            match topics.iter_mut().find(|(name, _)| *name == intent.topic) {
                Some((_, list)) => list.push(intent),
                None => topics.push((&intent.topic, vec![intent])),
            }
        }
        topics
    }
}
