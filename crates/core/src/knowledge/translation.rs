//! What is on record in a further language.

use super::{EntityId, FactId, IntentId, KnowledgeBase, SmallTalkId, UnanswerableId};
use factotum_wording::Language;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Questions and statements of a knowledge base in a further language, as far as somebody has translated them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Translation {
    /// The language.
    pub language: Language,
    /// What entities are called in it: the name that is shown, then the others.
    pub names: BTreeMap<EntityId, Vec<String>>,
    /// Statements of facts.
    pub statements: BTreeMap<FactId, String>,
    /// Questions.
    pub questions: Vec<Translated>,
}

/// What a translation translates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Original {
    /// A question with an answer.
    Intent(IntentId),
    /// An unanswerable question.
    Unanswerable(UnanswerableId),
    /// Small talk.
    SmallTalk(SmallTalkId),
}

/// A question in a further language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Translated {
    /// What it translates.
    pub of: Original,
    /// That question as it is asked in the language of the knowledge base, gaps filled.
    pub original: String,
    /// Ways of asking it, the plainest first; never empty.
    pub paraphrases: Vec<String>,
    /// The direct answer, what is missing, or the reply to small talk; may be empty for an answer.
    pub answer: String,
}

impl Translation {
    fn of(&self, original: Original) -> Option<&Translated> {
        self.questions.iter().find(|question| question.of == original)
    }
}

impl KnowledgeBase {
    /// The language of what is not in a translation.
    pub fn language(&self) -> Language {
        Language::English
    }

    /// The languages in which questions are understood.
    pub fn languages(&self) -> Vec<Language> {
        [self.language()].into_iter().chain(self.translations.iter().map(|translation| translation.language)).collect()
    }

    /// What is on record in a further language.
    pub fn translation(&self, language: Language) -> Option<&Translation> {
        self.translations.iter().find(|translation| translation.language == language)
    }

    /// A fact's statement in a language, or as it is on record where it has none in it.
    pub fn statement(&self, fact: FactId, language: Language) -> &str {
        let translated = self.translation(language).and_then(|translation| translation.statements.get(&fact));
        translated.map_or(&self[fact].statement, String::as_str)
    }

    /// An intent's question in a language, or as it is on record where it has none in it.
    pub fn question(&self, intent: IntentId, language: Language) -> &str {
        let translated = self.translation(language).and_then(|translation| {
            // With a gap filled, it is another question.
            let plain = translation.of(Original::Intent(intent)).filter(|_| !self[intent].question.contains('{'))?;
            plain.paraphrases.first()
        });
        translated.map_or(&self[intent].question, String::as_str)
    }

    /// What is missing where an unanswerable question is asked, in a language, or as it is on record where it has none in it.
    pub fn missing(&self, unanswerable: UnanswerableId, language: Language) -> &str {
        let translated = self.translation(language).and_then(|translation| translation.of(Original::Unanswerable(unanswerable)));
        translated.map_or(&self[unanswerable].missing, |translated| &translated.answer)
    }

    /// The reply to small talk in a language, or as it is on record where it has none in it.
    pub fn small_talk_reply(&self, talk: SmallTalkId, language: Language) -> &str {
        let translated = self.translation(language).and_then(|translation| translation.of(Original::SmallTalk(talk)));
        translated.map_or(&self[talk].reply, |translated| &translated.answer)
    }

    /// An entity's name in a language, or as it is on record where it has none in it.
    pub fn name(&self, entity: EntityId, language: Language) -> &str {
        let translated = self.translation(language).and_then(|translation| translation.names.get(&entity)?.first());
        translated.map_or(&self[entity].name, String::as_str)
    }
}
