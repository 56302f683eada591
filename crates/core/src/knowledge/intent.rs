//! What people want to know: questions on record with their paraphrases and answers.

use super::{FactId, RelationUse};
use crate::diagnostic::Place;
use serde::{Deserialize, Serialize};

/// One curated question with its paraphrases and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intent {
    /// Its id.
    pub id: String,
    /// The question in its plainest form.
    pub question: String,
    /// What it asks for.
    pub answer_type: AnswerType,
    /// The direct answer; may be empty.
    pub answer: String,
    /// Facts that answer it; never empty.
    pub facts: Vec<FactId>,
    /// Ways of asking it, the question itself first.
    pub paraphrases: Vec<Paraphrase>,
    /// Whether it assumes something untrue, which the answer corrects.
    pub false_premise: bool,
    /// The relation that answers it.
    pub relation: Option<RelationUse>,
    /// Name of the file without its ending: its topic.
    pub topic: String,
}

/// A way of asking, with the place where it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paraphrase {
    /// As written, slots included.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AnswerType {
    /// Who or what did it; which country, organisation or person.
    Person,
    /// When.
    Date,
    /// Where.
    Place,
    /// How many, how much, how long.
    Number,
    /// Which ones.
    List,
    /// Why.
    Reason,
    /// Is it so?
    YesNo,
    /// What, how, tell me about.
    Statement,
}

impl AnswerType {
    /// All of them with their names in TOML and JSON.
    pub const ALL: &[(&str, AnswerType)] = &[
        ("person", AnswerType::Person),
        ("date", AnswerType::Date),
        ("place", AnswerType::Place),
        ("number", AnswerType::Number),
        ("list", AnswerType::List),
        ("reason", AnswerType::Reason),
        ("yes_no", AnswerType::YesNo),
        ("statement", AnswerType::Statement),
    ];

    /// The one of that name.
    pub fn parse(name: &str) -> Option<AnswerType> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, t)| t)
    }

    /// Its name in TOML and JSON.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|&&(_, t)| t == self).map_or("statement", |&(n, _)| n)
    }
}
