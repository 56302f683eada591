//! The knowledge base: checked facts and the ways of asking for them. The type is the proof that the checks passed.

#[path = "knowledge/check.rs"]
pub mod check;
#[path = "knowledge/file.rs"]
pub mod file;

use crate::diagnostic::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use check::load;

/// Most paragraphs that one fact may cite: more than three are no citation that a reader would look up.
pub const MAX_PARAGRAPHS: usize = 3;
/// The version of the pack format that this program reads.
pub const FORMAT: i64 = 1;

/// Where facts come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Title of the work.
    pub title: String,
    /// Who published it; may be empty.
    pub publisher: String,
    /// Its address; may be empty.
    pub url: String,
    /// Its date, as precise as it is known.
    pub date: String,
    /// How the date is known; may be empty.
    pub date_note: String,
    /// Number of paragraphs.
    pub paragraphs: u32,
    /// SHA-256 of its text, lower-case hexadecimal; may be empty.
    pub sha256: String,
    /// What it does not cover; may be empty.
    pub limits: String,
}

/// An office that a person holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Index into [`KnowledgeBase::roles`].
    pub role: usize,
    /// Entity that the office belongs to.
    pub of: usize,
    /// Entity that it is accredited to.
    pub to: Option<usize>,
}

/// Somebody or something that facts speak of.
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
    /// What it is, in a few words.
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

/// What of a statement is not literally in the cited paragraphs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Derived {
    /// The words of the statement.
    pub text: String,
    /// What they follow from.
    pub from: String,
}

/// One checkable statement with its citation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// A sentence that stands on its own.
    pub statement: String,
    /// When it holds.
    pub as_of: String,
    /// Index into [`KnowledgeBase::sources`].
    pub source: usize,
    /// One to three paragraphs.
    pub paragraphs: Vec<u32>,
    /// Entity whose words it reports.
    pub speaker: Option<usize>,
    /// What is not literally in the paragraphs.
    pub derived: Vec<Derived>,
    /// Facts that say otherwise.
    pub contradicts: Vec<usize>,
    /// Where it is written.
    pub place: Place,
}

/// What a question asks for, and what an intent supplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
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

impl Kind {
    /// All kinds with their names in TOML.
    pub const ALL: &[(&str, Kind)] = &[
        ("person", Kind::Person),
        ("date", Kind::Date),
        ("place", Kind::Place),
        ("number", Kind::Number),
        ("list", Kind::List),
        ("reason", Kind::Reason),
        ("yes-no", Kind::YesNo),
        ("statement", Kind::Statement),
    ];

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Kind> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, k)| k)
    }

    /// Its name in TOML.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|&&(_, k)| k == self).map_or("statement", |&(n, _)| n)
    }
}

/// What is asked of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
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

impl Ask {
    /// All with their names in TOML.
    pub const ALL: &[(&str, Ask)] = &[
        ("holds", Ask::Holds),
        ("value", Ask::Value),
        ("list", Ask::List),
        ("count", Ask::Count),
        ("first", Ask::First),
        ("last", Ask::Last),
        ("difference", Ask::Difference),
        ("order", Ask::Order),
    ];

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Ask> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, a)| a)
    }
}

/// How an intent uses a relation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RelationUse {
    /// Index into [`KnowledgeBase::relations`].
    pub relation: usize,
    /// What is asked of it.
    pub ask: Ask,
    /// Direct answer where it holds.
    pub holds: String,
    /// Direct answer where it is known not to.
    pub lacks: String,
    /// What is on record where it is not known.
    pub silent: String,
}

/// A way of asking, with the place where it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Phrase {
    /// As written, slots included.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// One thing that people want to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intent {
    /// Its id.
    pub id: String,
    /// The question in its plainest form.
    pub question: String,
    /// What it supplies.
    pub kind: Kind,
    /// The direct answer; may be empty.
    pub answer: String,
    /// Facts that answer it; never empty.
    pub facts: Vec<usize>,
    /// Ways of asking, the canonical question first.
    pub phrases: Vec<Phrase>,
    /// The phrases rest on something false.
    pub corrects: bool,
    /// The relation that answers it.
    pub relation: Option<RelationUse>,
    /// Name of the file without its ending: its topic.
    pub topic: String,
}

/// Why a near miss is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MissReason {
    /// The record does not have it.
    NotOnRecord,
    /// It came after the record.
    Later,
    /// It lies in the future.
    Prediction,
    /// It asks what the bot thinks.
    Opinion,
    /// It is about something else altogether.
    OffTopic,
    /// It is not a question but an order to the bot.
    Instruction,
}

impl MissReason {
    /// All with their names in TOML.
    pub const ALL: &[(&str, MissReason)] = &[
        ("not-on-record", MissReason::NotOnRecord),
        ("later", MissReason::Later),
        ("prediction", MissReason::Prediction),
        ("opinion", MissReason::Opinion),
        ("off-topic", MissReason::OffTopic),
        ("instruction", MissReason::Instruction),
    ];

    /// The one of that name.
    pub fn parse(name: &str) -> Option<MissReason> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, r)| r)
    }

    /// Its name in TOML.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|&&(_, r)| r == self).map_or("not-on-record", |&(n, _)| n)
    }
}

/// A question that must be declined.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NearMiss {
    /// Its id.
    pub id: String,
    /// Intents that it looks like.
    pub near: Vec<usize>,
    /// What is not on record.
    pub missing: String,
    /// Why it is declined.
    pub reason: MissReason,
    /// Ways of asking.
    pub phrases: Vec<Phrase>,
}

/// Chatter and its reply.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SmallTalk {
    /// Its id.
    pub id: String,
    /// What is said back.
    pub reply: String,
    /// What people say.
    pub phrases: Vec<Phrase>,
}

/// One row of a relation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// Entity that it is about.
    pub subject: usize,
    /// Date or number; empty where there is none.
    pub value: String,
    /// Fact that it rests on.
    pub fact: usize,
}

/// Facts in structured form: verb(subject, object).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Relation {
    /// Its id.
    pub id: String,
    /// Kind of its subjects.
    pub subject: String,
    /// What the list is a list of.
    pub over: String,
    /// Whether nothing is missing.
    pub complete: bool,
    /// Group for which a name off the list is known not to be on it.
    pub closed_for: Option<String>,
    /// Verbs in which the subject acts.
    pub verbs: Vec<String>,
    /// The entity that it is done to.
    pub object: Option<usize>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// Words and expressions that name one idea or office.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WordSet {
    /// Its id.
    pub id: String,
    /// Its words and expressions.
    pub words: Vec<String>,
}

/// All that is on record, checked.
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
    /// Near misses.
    pub near_misses: Vec<NearMiss>,
    /// Small talk.
    pub small_talk: Vec<SmallTalk>,
    /// Relations.
    pub relations: Vec<Relation>,
    /// Sets of words that mean the same.
    pub synonyms: Vec<WordSet>,
    /// Offices and how they are called.
    pub roles: Vec<WordSet>,
    /// Chat spellings of the pack's own.
    pub spellings: BTreeMap<String, String>,
    /// SHA-256 over the pack's files, hexadecimal: its version.
    pub version: String,
}

impl KnowledgeBase {
    /// The fact of that id.
    pub fn fact(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|f| f.id == id)
    }

    /// The intent of that id.
    pub fn intent(&self, id: &str) -> Option<&Intent> {
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

/// A date of the record in words: `2022-02-27` is "27 February 2022", `2022-04` "April 2022".
pub fn date_in_words(date: &str) -> String {
    const MONTHS: [&str; 12] =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    let mut parts = date.split('-');
    let year = parts.next().unwrap_or_default();
    let month = parts.next().and_then(|m| m.parse::<usize>().ok()).and_then(|m| MONTHS.get(m.wrapping_sub(1)));
    let day = parts.next().and_then(|d| d.parse::<u32>().ok());
    match (month, day) {
        (Some(month), Some(day)) => format!("{day} {month} {year}"),
        (Some(month), None) => format!("{month} {year}"),
        _ => year.to_owned(),
    }
}
