//! Facts in rows, where several shapes of question share them.

use super::{EntityId, FactId, RelationId};
use serde::{Deserialize, Serialize};

/// Facts in rows: subjects, each with its value and the fact that it rests on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Relation {
    /// Its id.
    pub id: String,
    /// Kind of its subjects.
    pub subject: String,
    /// Whether nothing is missing.
    pub complete: bool,
    /// The group for which it is complete: for a member that is not in a row, the answer is no.
    pub complete_for: Option<String>,
    /// The entity that it is done to; never a subject.
    pub object: Option<EntityId>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// One row of a relation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// Entity that it is about.
    pub subject: EntityId,
    /// Date or number; empty where there is none.
    pub value: String,
    /// Fact that it rests on.
    pub fact: FactId,
}

/// How an intent uses a relation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RelationUse {
    /// The relation.
    pub relation: RelationId,
    /// What the intent looks up in it.
    pub find: Find,
    /// Direct answer where it holds.
    pub if_yes: String,
    /// Direct answer where it is known not to hold.
    pub if_no: String,
    /// What is on record where it is not known.
    pub if_unknown: String,
}

/// What a question looks up in a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Find {
    /// Does it hold for the subject?
    Holds,
    /// Which date or number belongs to the subject?
    Value,
    /// All subjects.
    List,
    /// How many subjects.
    Count,
    /// The subject with the least value.
    First,
    /// The subject with the greatest value.
    Last,
    /// What lies between two subjects' values.
    Difference,
    /// Which of two subjects has the lesser value.
    Order,
}

impl Find {
    /// All of them with their names in TOML.
    pub const ALL: &[(&str, Find)] = &[
        ("holds", Find::Holds),
        ("value", Find::Value),
        ("list", Find::List),
        ("count", Find::Count),
        ("first", Find::First),
        ("last", Find::Last),
        ("difference", Find::Difference),
        ("order", Find::Order),
    ];

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Find> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, f)| f)
    }
}
