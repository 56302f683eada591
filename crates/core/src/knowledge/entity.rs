//! Who and what facts speak of, and the words of a knowledge base.

use super::{EntityId, RoleId};
use serde::{Deserialize, Serialize};

/// A person, country, organisation, event or thing that facts speak of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entity {
    /// Its id.
    pub id: String,
    /// country, person, ...
    pub kind: String,
    /// The name as it is shown.
    pub name: String,
    /// The name in running text.
    pub short: String,
    /// What it is, in a few words; may be empty.
    pub description: String,
    /// Every name, the shown one included.
    pub aliases: Vec<String>,
    /// The name by ear.
    pub sounds_like: Vec<String>,
    /// Words by which an event is recognised, in any order.
    pub cues: Vec<String>,
    /// Groups that it belongs to.
    pub groups: Vec<String>,
    /// Offices that it holds.
    pub offices: Vec<Office>,
    /// False for a name that people ask about although nothing is on record.
    pub on_record: bool,
}

/// An office: a role that an entity holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// What the office is called.
    pub role: RoleId,
    /// The entity that the office belongs to.
    pub of: EntityId,
}

/// Words and expressions that mean the same, or that name one role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WordSet {
    /// Its id.
    pub id: String,
    /// Its words and expressions.
    pub words: Vec<String>,
}
