//! Facts in rows, where several shapes of question share them.

use super::{EntityId, FactId, RelationId, Value};
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
    /// Its values by column; the one that stands alone has no name.
    pub values: Vec<(String, Value)>,
    /// Fact that it rests on.
    pub fact: FactId,
}

impl Row {
    /// Its value in a column.
    pub fn value(&self, column: &str) -> Option<&Value> {
        self.values.iter().find(|(name, _)| name == column).map(|(_, value)| value)
    }
}

/// How an intent uses a relation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RelationUse {
    /// The relation.
    pub relation: RelationId,
    /// What the intent looks up in it.
    pub find: Find,
    /// The column that it looks at; empty for the value that stands alone.
    pub column: String,
    /// Direct answer with gaps for names and values; empty where it is composed of them.
    pub answer: String,
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
    /// Which value belongs to the subject?
    Value,
    /// Which subjects have a value?
    Subjects,
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
        ("subjects", Find::Subjects),
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
