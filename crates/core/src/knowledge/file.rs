//! The TOML as it is written: shapes and places, no rules.
//!
//! Each table of a file is read on its own, so that a mistake in one does not hide the mistakes in the others.

use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use std::collections::BTreeMap;
use toml::Spanned;

/// Text with its place in the file.
pub type Text = Spanned<String>;

/// `[sources.<id>]`: where facts come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceEntry {
    /// Title of the work.
    pub title: Text,
    /// Who published it.
    #[serde(default)]
    pub publisher: String,
    /// Its address.
    #[serde(default)]
    pub url: String,
    /// Its date: `2022`, `2022-04` or `2022-04-03`.
    pub date: Text,
    /// How the date is known, where that is not plain.
    #[serde(default)]
    pub date_note: String,
    /// How many paragraphs it has, or rows of a table.
    pub paragraphs: Spanned<u32>,
    /// SHA-256 of the text that the facts were taken from, in hexadecimal; empty if there is none to compare.
    #[serde(default)]
    pub sha256: String,
    /// What it does not cover, in a sentence for people.
    #[serde(default)]
    pub limits: String,
}

/// `[entities.<id>]`: somebody or something that facts speak of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntityEntry {
    /// country, person, organisation, place, event, thing, group, or a kind of the pack's own.
    pub kind: Text,
    /// The name as it is shown.
    pub name: Text,
    /// A shorter name for running text.
    pub short: Option<Text>,
    /// What it is, in a few words.
    #[serde(default)]
    pub description: String,
    /// Every other name that people use.
    #[serde(default)]
    pub aliases: Vec<Text>,
    /// How the name is written by ear.
    #[serde(default)]
    pub sounds_like: Vec<Text>,
    /// For an event: words by which it is recognised where events are set in order, in any order of words.
    #[serde(default)]
    pub cues: Vec<Text>,
    /// Groups that it belongs to.
    #[serde(default)]
    pub r#in: Vec<Text>,
    /// Offices that a person holds.
    #[serde(default)]
    pub offices: Vec<OfficeEntry>,
}

/// An office: `{ role = "president", of = "kosovo" }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeEntry {
    /// Id of the role, from `[roles]`.
    pub role: Text,
    /// Entity that the office belongs to.
    pub of: Text,
    /// Entity that it is accredited to.
    pub to: Option<Text>,
}

/// Part of a statement that the cited paragraphs do not have word for word, and what it follows from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedEntry {
    /// The words of the statement.
    pub text: Text,
    /// What they are derived from.
    pub from: String,
}

/// `[facts.<id>]`: one checkable statement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FactEntry {
    /// The statement, a sentence that stands on its own.
    pub statement: Text,
    /// When it holds.
    pub as_of: Text,
    /// Source id; may be left out where the pack has one source.
    pub source: Option<Text>,
    /// One to three paragraphs of the source.
    #[serde(default)]
    pub paragraphs: Vec<Spanned<u32>>,
    /// Entity whose words it reports.
    pub speaker: Option<Text>,
    /// What is not literally in the paragraphs.
    #[serde(default)]
    pub derived: Vec<DerivedEntry>,
    /// Facts that say otherwise; both are then shown with their dates.
    #[serde(default)]
    pub contradicts: Vec<Text>,
}

/// One row of a relation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowEntry {
    /// Entity that it is about.
    pub subject: Text,
    /// Date or number that belongs to it.
    pub value: Option<Text>,
    /// The fact that it rests on.
    pub fact: Text,
}

/// `[relations.<id>]`: facts in structured form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RelationEntry {
    /// Kind of its subjects.
    pub subject: Text,
    /// What the list is a list of, in words that follow "on record".
    pub over: Text,
    /// Whether nothing is missing from it.
    #[serde(default)]
    pub complete: bool,
    /// The group for which a name off the list is known not to be on it.
    pub closed_for: Option<Text>,
    /// Verbs in which the subject acts, to tell who does it to whom.
    #[serde(default)]
    pub verbs: Vec<Text>,
    /// The entity that it is done to, where there is one.
    pub object: Option<Text>,
    /// Its rows.
    pub rows: Vec<RowEntry>,
}

/// `[intents.<id>]`: one thing that people want to know.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IntentEntry {
    /// The question in its plainest form, shown to people.
    pub question: Text,
    /// What is asked for.
    pub kind: Text,
    /// The direct answer.
    pub answer: Option<Text>,
    /// Facts that answer it; the first is shown with the direct answer.
    #[serde(default)]
    pub facts: Vec<Text>,
    /// Ways of asking it.
    #[serde(default)]
    pub phrases: Vec<Text>,
    /// The phrases rest on something false, which the answer corrects.
    #[serde(default)]
    pub corrects: bool,
    /// Relation that answers it instead of a fixed answer.
    pub relation: Option<Text>,
    /// What is asked of the relation: holds, value, list, count, first, last, difference or order.
    pub ask: Option<Text>,
    /// Direct answer where the relation holds for `{subject}`.
    pub holds: Option<Text>,
    /// Direct answer where it is known not to.
    pub lacks: Option<Text>,
    /// Shown after "Nothing on record about ..." where it is not known.
    pub silent: Option<Text>,
}

/// `[near-misses.<id>]`: a question that must be declined.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NearMissEntry {
    /// Intents that it looks like.
    #[serde(default)]
    pub near: Vec<Text>,
    /// What is not on record; completes "Not on record: ...".
    pub missing: Text,
    /// Why it is declined.
    pub reason: Option<Text>,
    /// Ways of asking it.
    #[serde(default)]
    pub phrases: Vec<Text>,
}

/// `[small-talk.<id>]`: chatter and its reply.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmallTalkEntry {
    /// What is said back.
    pub reply: Text,
    /// What people say.
    #[serde(default)]
    pub phrases: Vec<Text>,
}

/// Lists of words by id: `[synonyms]`, `[roles]`, `[names]`.
pub type WordSets = BTreeMap<Spanned<String>, Vec<Text>>;

/// The keys that an entry of this type can have; `None` if it is not a table.
///
/// Asked of the type itself, so that no second list of keys can go stale.
pub fn keys<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    struct Probe<'a>(&'a mut Option<&'static [&'static str]>);
    impl<'de> Deserializer<'de> for Probe<'_> {
        type Error = Error;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            name: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Error> {
            // A value with a place counts as a struct too, of a kind that only the toml crate makes.
            if !name.starts_with('$') {
                *self.0 = Some(fields);
            }
            self.deserialize_any(visitor)
        }

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            Err(serde::de::Error::custom("only the keys were asked for"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut found = None;
    // Always an error: nothing is read.
    let _ = T::deserialize(Probe(&mut found));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_tell_their_keys() {
        assert_eq!(keys::<SmallTalkEntry>(), Some(["reply", "phrases"].as_slice()));
        assert!(keys::<SourceEntry>().is_some_and(|k| k.contains(&"date-note")));
        assert_eq!(keys::<Vec<Text>>(), None);
        assert_eq!(keys::<Text>(), None);
    }
}
