//! The files as they are written: shapes and places, no rules.

use super::list::{Block, Item, List, Numbers};
use crate::diagnostic::{Place, SourceFile};
use crate::document;
use crate::text::escape_control;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A text with its place in the file.
pub(super) type Text = Spanned<String>;

/// Words of a statement that the cited paragraphs do not have, each with what they follow from.
pub(super) type Derived = BTreeMap<Text, Text>;

/// `[defaults]`: what holds for every fact of the file that says nothing else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Defaults {
    pub(super) source: Option<Text>,
    pub(super) as_of: Option<Text>,
    pub(super) speaker: Option<Text>,
    #[serde(default)]
    pub(super) derived: Derived,
    pub(super) review_after: Option<Text>,
}

/// `[source.<id>]`: where facts come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) title: Text,
    #[serde(default)]
    pub(super) publisher: String,
    #[serde(default)]
    pub(super) url: String,
    /// `2022`, `2022-04` or `2022-04-03`; left out for an undated source.
    pub(super) date: Option<Text>,
    /// How the date is known.
    #[serde(default)]
    pub(super) date_note: String,
    /// How many paragraphs it has, or rows of a table.
    pub(super) paragraphs: Spanned<u32>,
    /// SHA-256 of the text that the facts were taken from, in hexadecimal.
    pub(super) sha256: Option<Text>,
    /// What it does not cover.
    #[serde(default)]
    pub(super) limits: String,
    /// When somebody is to look whether it still holds.
    pub(super) review_after: Option<Text>,
}

/// `[entity.<id>]`: who or what facts speak of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entity {
    pub(super) kind: Text,
    pub(super) name: Text,
    pub(super) short: Option<Text>,
    #[serde(default)]
    pub(super) description: String,
    pub(super) aliases: Option<List>,
    pub(super) sounds_like: Option<List>,
    /// Of an event: words that point at it, in any order.
    pub(super) cues: Option<List>,
    /// Groups that it belongs to.
    pub(super) r#in: Option<List>,
    #[serde(default)]
    pub(super) offices: Vec<Office>,
}

/// An office: `{ role = "curator", of = "museum" }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Office {
    pub(super) role: Text,
    pub(super) of: Text,
}

/// `[[fact]]`: one checkable statement. Its questions are read apart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fact {
    pub(super) id: Option<Text>,
    pub(super) statement: Text,
    pub(super) paragraphs: Option<Numbers>,
    pub(super) source: Option<Text>,
    pub(super) as_of: Option<Text>,
    pub(super) speaker: Option<Text>,
    #[serde(default)]
    pub(super) derived: Derived,
    pub(super) contradicts: Option<List>,
    pub(super) review_after: Option<Text>,
}

/// `[[fact.question]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactQuestion {
    pub(super) id: Option<Text>,
    pub(super) ask: Block,
    pub(super) answer: Option<Text>,
    pub(super) answer_type: Option<Text>,
    #[serde(default)]
    pub(super) false_premise: bool,
    /// Further facts that support the answer.
    pub(super) also: Option<List>,
}

/// `[[relation.<id>.question]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RelationQuestion {
    pub(super) id: Option<Text>,
    /// What is looked up in the rows.
    pub(super) find: Text,
    /// The column of the rows that it looks at.
    pub(super) column: Option<Text>,
    pub(super) ask: Block,
    /// Direct answer with `{subject}` and `{value}` in it, instead of the one that is composed.
    pub(super) answer: Option<Text>,
    pub(super) answer_type: Option<Text>,
    #[serde(default)]
    pub(super) false_premise: bool,
    /// Facts that answer it instead of those of the rows.
    pub(super) facts: Option<List>,
    pub(super) also: Option<List>,
    /// Direct answer where the relation holds for `{subject}`.
    pub(super) if_yes: Option<Text>,
    /// Direct answer where it is known not to hold.
    pub(super) if_no: Option<Text>,
    /// What is on record instead, where it is not known.
    pub(super) if_unknown: Option<Text>,
}

/// `[relation.<id>]`: facts that answer the same question about many names. Its rows and questions are read apart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Relation {
    /// Kind of the entities that fill `{subject}`.
    pub(super) subject: Text,
    /// The entity that it is done to.
    pub(super) object: Option<Text>,
    /// Whether no row is missing.
    #[serde(default)]
    pub(super) complete: bool,
    /// The group for which a name that is in no row is known not to belong there.
    pub(super) complete_for: Option<Text>,
}

/// One row of a relation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) subject: Text,
    /// A date, a number with its unit, the id of an entity or a text.
    pub(super) value: Option<Text>,
    /// Several of them, by column.
    #[serde(default)]
    pub(super) values: BTreeMap<Text, Text>,
    pub(super) fact: Text,
}

/// `[[unanswerable]]`, `[[fact.unanswerable]]` or `[[relation.<id>.unanswerable]]`: a question to decline.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unanswerable {
    /// Completes "Not on record: ...".
    pub(super) missing: Text,
    pub(super) reason: Option<Text>,
    /// Questions or facts that it resembles.
    pub(super) near: Option<List>,
    pub(super) ask: Block,
}

/// `[[small_talk]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SmallTalk {
    pub(super) ask: Block,
    pub(super) reply: Text,
}

/// `[[translation]]`: a question in the language of its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Translation {
    /// The question that it translates, as its first line has it, or its id.
    pub(super) of: Text,
    pub(super) ask: Block,
    /// Of a question: the direct answer.
    pub(super) answer: Option<Text>,
    /// Of a question: the statement of its first fact.
    pub(super) statement: Option<Text>,
    /// Of an unanswerable question: what completes "Not on record: ...".
    pub(super) missing: Option<Text>,
    /// Of small talk.
    pub(super) reply: Option<Text>,
}

/// A table as written, or what is left of it where it could not be read.
#[derive(Debug)]
pub(super) struct Entry<T> {
    /// As written, or derived from its text.
    pub(super) id: String,
    /// The id is written in the file.
    pub(super) named: bool,
    /// Where the table stands: its id, else the text that it is known by, else its header.
    pub(super) place: Place,
    /// `None` if there is a mistake in it, which has been reported.
    pub(super) value: Option<T>,
}

/// What a question stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A fact, by its position.
    Fact(usize),
    /// A relation, by its position.
    Relation(usize),
}

/// A question of a fact or of a relation.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) ask: Block,
    pub(super) answer: Option<Text>,
    pub(super) answer_type: Option<Text>,
    pub(super) false_premise: bool,
    pub(super) also: Option<List>,
    /// Of a relation's question: what it does with the rows.
    pub(super) lookup: Option<Lookup>,
}

/// What a relation's question does with the rows.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) find: Text,
    pub(super) column: Option<Text>,
    pub(super) facts: Option<List>,
    pub(super) if_yes: Option<Text>,
    pub(super) if_no: Option<Text>,
    pub(super) if_unknown: Option<Text>,
}

/// All files as they are written. Facts, questions and unanswerable questions stand in the order of the files, and within a file
/// in the order of the blocks that they belong to.
#[derive(Debug)]
pub(super) struct Written<'f> {
    pub(super) files: &'f [SourceFile],
    /// By file.
    pub(super) defaults: Vec<Option<Defaults>>,
    /// By file: `lang`, the language of a file of translations.
    pub(super) languages: Vec<Option<Text>>,
    /// Those of all languages; the file says which one is in which.
    pub(super) translations: Vec<Entry<Translation>>,
    /// What entities are called in the language of the file.
    pub(super) entity_names: Vec<Entry<List>>,
    pub(super) sources: Vec<Entry<Source>>,
    pub(super) entities: Vec<Entry<Entity>>,
    pub(super) facts: Vec<Entry<Fact>>,
    pub(super) relations: Vec<Entry<Relation>>,
    /// By relation; `None` for a row with a mistake in it, which has been reported.
    pub(super) rows: Vec<Vec<Option<Row>>>,
    pub(super) questions: Vec<(Owner, Entry<Question>)>,
    /// With the fact or relation that each stands beside.
    pub(super) unanswerables: Vec<(Option<Owner>, Entry<Unanswerable>)>,
    pub(super) small_talk: Vec<Entry<SmallTalk>>,
    pub(super) synonyms: Vec<Entry<List>>,
    pub(super) roles: Vec<Entry<List>>,
    pub(super) names: Vec<Entry<List>>,
    pub(super) spellings: Vec<Entry<Text>>,
}

impl Row {
    /// Its values by column; the one that stands alone has no name.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, &Text)> {
        let alone = self.value.iter().map(|value| ("", value));
        alone.chain(self.values.iter().map(|(column, value)| (column.get_ref().as_str(), value)))
    }
}

impl Lookup {
    /// The name of the column that it looks at; empty for the value that stands alone.
    pub(super) fn column(&self) -> &str {
        self.column.as_ref().map_or("", |column| column.get_ref())
    }
}

impl<T> Entry<T> {
    /// What messages call it: "fact `hours`", or "this fact" where it has no id of its own.
    pub(super) fn called(&self, what: &str) -> String {
        if self.named { format!("{what} `{}`", escape_control(&self.id)) } else { format!("this {what}") }
    }
}

/// The entries without a mistake in them, with their positions.
pub(super) fn sound<T>(entries: &[Entry<T>]) -> impl Iterator<Item = (usize, &Entry<T>, &T)> {
    entries.iter().enumerate().filter_map(|(index, entry)| Some((index, entry, entry.value.as_ref()?)))
}

impl Written<'_> {
    /// The questions without a mistake in them.
    pub(super) fn sound_questions(&self) -> impl Iterator<Item = (Owner, &Entry<Question>, &Question)> {
        self.questions.iter().filter_map(|(owner, entry)| Some((*owner, entry, entry.value.as_ref()?)))
    }

    /// The unanswerable questions without a mistake in them, each with the fact or relation that it stands beside.
    pub(super) fn sound_unanswerables(&self) -> impl Iterator<Item = (Option<Owner>, &Entry<Unanswerable>, &Unanswerable)> {
        self.unanswerables.iter().filter_map(|(owner, entry)| Some((*owner, entry, entry.value.as_ref()?)))
    }

    /// The texts of a list, empty where it is left out.
    pub(super) fn items(&self, file: usize, list: Option<&List>) -> Vec<Item> {
        list.map_or_else(Vec::new, |list| list.items(self.files, file))
    }

    /// The lines of a block.
    pub(super) fn lines(&self, file: usize, block: &Block) -> Vec<Item> {
        block.lines(self.files, file)
    }

    /// The source that a fact names, or that its file does.
    pub(super) fn source_of<'a>(&'a self, file: usize, fact: &'a Fact) -> Option<&'a Text> {
        fact.source.as_ref().or_else(|| self.defaults.get(file)?.as_ref()?.source.as_ref())
    }
}

/// The tables of a file, each with its keys as the shapes have them.
pub fn keys() -> [(&'static str, &'static [&'static str]); 12] {
    fn of<T: serde::de::DeserializeOwned>() -> &'static [&'static str] {
        document::keys::<T>().unwrap_or_default()
    }
    [
        ("[defaults]", of::<Defaults>()),
        ("[source.<id>]", of::<Source>()),
        ("[entity.<id>]", of::<Entity>()),
        ("offices", of::<Office>()),
        ("[[fact]]", of::<Fact>()),
        ("[[fact.question]]", of::<FactQuestion>()),
        ("[[unanswerable]]", of::<Unanswerable>()),
        ("[relation.<id>]", of::<Relation>()),
        ("rows", of::<Row>()),
        ("[[relation.<id>.question]]", of::<RelationQuestion>()),
        ("[[small_talk]]", of::<SmallTalk>()),
        ("[[translation]]", of::<Translation>()),
    ]
}
