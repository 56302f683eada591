//! Questions close to those on record that must be declined, and small talk.

use super::{IntentId, Paraphrase, RelationId};
use serde::{Deserialize, Serialize};

/// A question that must be declined.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unanswerable {
    /// Its id.
    pub id: String,
    /// Intents that it looks like.
    pub near: Vec<IntentId>,
    /// What is not on record.
    pub missing: String,
    /// Why it is declined.
    pub reason: UnanswerableReason,
    /// The relation whose subjects fill the gaps in its paraphrases.
    pub relation: Option<RelationId>,
    /// Ways of asking it.
    pub paraphrases: Vec<Paraphrase>,
}

/// Why a question cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UnanswerableReason {
    /// It is not on record.
    NotOnRecord,
    /// It happened after the record ends.
    Later,
    /// It lies in the future.
    Prediction,
    /// It asks what the bot thinks.
    Opinion,
    /// It is about something else altogether.
    OffTopic,
    /// It is an order to the bot, not a question.
    Instruction,
}

impl UnanswerableReason {
    /// All of them with their names in TOML.
    pub const ALL: &[(&str, UnanswerableReason)] = &[
        ("not_on_record", UnanswerableReason::NotOnRecord),
        ("later", UnanswerableReason::Later),
        ("prediction", UnanswerableReason::Prediction),
        ("opinion", UnanswerableReason::Opinion),
        ("off_topic", UnanswerableReason::OffTopic),
        ("instruction", UnanswerableReason::Instruction),
    ];

    /// The one of that name.
    pub fn parse(name: &str) -> Option<UnanswerableReason> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, r)| r)
    }

    /// Its name in TOML.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|&&(_, r)| r == self).map_or("not_on_record", |&(n, _)| n)
    }
}

/// Small talk and its reply.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SmallTalk {
    /// Its id.
    pub id: String,
    /// The reply.
    pub reply: String,
    /// What people say.
    pub paraphrases: Vec<Paraphrase>,
}
