//! From texts to [`Written`]: every table is read on its own, so that a mistake in one does not hide the mistakes in the others.

use super::FORMAT;
use super::ids::Slugs;
use super::written::{
    Entry, Fact, FactQuestion, Lookup, Owner, Question, RelationQuestion, Row, SmallTalk, Text, Translation, Unanswerable, Written, keys,
};
use crate::diagnostic::{Code, Diagnostic, Place, SourceFile};
use crate::document::{self, Hint, nearest};
use crate::text::escape_control;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// The tables of a file.
const TABLES: [&str; 12] =
    ["format", "defaults", "source", "entity", "fact", "unanswerable", "small_talk", "relation", "synonyms", "roles", "names", "spellings"];

/// The tables of a file of translations, one that says its `lang`.
const TABLES_OF_TRANSLATIONS: [&str; 4] = ["format", "lang", "entity_names", "translation"];

/// What to do about a key that its table does not have; `nested` are the tables that can stand below it.
fn elsewhere(key: &str, header: &str, nested: &[&str]) -> Option<Hint> {
    let hint = |help| Some(Hint { help, meant: None, sure: false });
    if let Some(near) = nearest(key, nested.iter().copied()) {
        return hint(format!("did you mean `[[{header}.{near}]]`?"));
    }
    if ["phrase", "phrases", "paraphrase", "paraphrases", "question", "questions"].contains(&key) {
        return Some(Hint { help: "write every way of asking as a line of `ask`".to_owned(), meant: Some("ask"), sure: true });
    }
    let above = |home| if ["[[fact]]", "[relation.<id>]"].contains(&home) { ", above its first question" } else { "" };
    // Translations stand in files of their own.
    let homes = keys().into_iter().filter(|(home, keys)| *home != "[[translation]]" && keys.contains(&key));
    let homes: Vec<String> = homes.map(|(home, _)| format!("`{home}`{}", above(home))).collect();
    // A key that many tables have says nothing about where it was meant to be.
    if (1..=2).contains(&homes.len()) { hint(format!("it belongs to {}", homes.join(" or "))) } else { None }
}

/// How much of the files could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Soundness {
    /// All of them, at least as TOML.
    Whole,
    /// One has mistakes in its syntax or in its headers, so tables are missing.
    Broken,
    /// One is in another format; nothing more can be said.
    OtherFormat,
}

/// Reads all files.
pub(super) fn read<'f>(files: &'f [SourceFile], found: &mut Vec<Diagnostic>) -> (Written<'f>, Soundness) {
    let mut reader = Reader {
        written: Written {
            files,
            defaults: Vec::new(),
            languages: Vec::new(),
            translations: Vec::new(),
            entity_names: Vec::new(),
            sources: Vec::new(),
            entities: Vec::new(),
            facts: Vec::new(),
            relations: Vec::new(),
            rows: Vec::new(),
            questions: Vec::new(),
            unanswerables: Vec::new(),
            small_talk: Vec::new(),
            synonyms: Vec::new(),
            roles: Vec::new(),
            names: Vec::new(),
            spellings: Vec::new(),
        },
        file: 0,
        questions: Vec::new(),
        unanswerables: Vec::new(),
        soundness: Soundness::Whole,
        found,
    };
    for (file, source) in files.iter().enumerate() {
        reader.file = file;
        reader.file(&source.text);
    }
    let (mut written, soundness) = (reader.written, reader.soundness);
    name(&mut written);
    (written, soundness)
}

/// Gives ids to all that has none. Written ids come first, so that no derived one takes the place of another table's.
fn name(written: &mut Written<'_>) {
    let mut slugs = Slugs::new(written.facts.iter().filter(|f| f.named).map(|f| f.id.as_str()));
    for fact in written.facts.iter_mut().filter(|f| !f.named) {
        if let Some(value) = &fact.value {
            fact.id = slugs.derive(value.statement.get_ref(), "fact");
        }
    }
    let mut slugs = Slugs::new(written.questions.iter().filter(|(_, q)| q.named).map(|(_, q)| q.id.as_str()));
    for (_, question) in written.questions.iter_mut().filter(|(_, q)| !q.named) {
        if let Some(value) = &question.value {
            question.id = slugs.derive(value.ask.first(), "question");
        }
    }
    let mut slugs = Slugs::new(std::iter::empty());
    for (_, entry) in &mut written.unanswerables {
        if let Some(value) = &entry.value {
            entry.id = slugs.derive(value.missing.get_ref(), "unanswerable");
        }
    }
    let mut slugs = Slugs::new(std::iter::empty());
    for entry in &mut written.small_talk {
        if let Some(value) = &entry.value {
            entry.id = slugs.derive(value.ask.first(), "small-talk");
        }
    }
}

/// A table with where its block starts, and what it belongs to.
type Placed<O, T> = (usize, (O, Entry<T>));

struct Reader<'f, 'd> {
    written: Written<'f>,
    file: usize,
    /// Those of the current file.
    questions: Vec<Placed<Owner, Question>>,
    unanswerables: Vec<Placed<Option<Owner>, Unanswerable>>,
    /// The worst so far.
    soundness: Soundness,
    found: &'d mut Vec<Diagnostic>,
}

type Value<'t> = Spanned<DeValue<'t>>;
type Key<'t> = Spanned<Cow<'t, str>>;

impl Reader<'_, '_> {
    fn say(&mut self, code: Code, span: std::ops::Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::new(code, Place::new(self.file, span), message, help));
    }

    /// Something that the files say could not be read.
    fn damaged(&mut self) {
        self.soundness = self.soundness.max(Soundness::Broken);
    }

    /// Reads one file.
    fn file(&mut self, text: &str) {
        self.written.defaults.push(None);
        self.written.languages.push(None);
        let before = self.found.len();
        let parsed = document::parse(self.file, text, self.found);
        let first_line = 0..text.lines().next().map_or(0, str::len);
        let broken = self.found.len() > before;
        if broken {
            self.damaged();
        }
        let mut root = parsed.root;
        match root.remove("format") {
            Some(format) => {
                let span = format.span();
                let number = i64::deserialize(ValueDeserializer::from(format)).ok();
                if number != Some(FORMAT) {
                    let (message, help) = match number {
                        Some(1) => ("this is format 1", "`factotum migrate OLD --out NEW` converts a folder to format 2".to_owned()),
                        _ => ("this program does not read this format", format!("write `format = {FORMAT}`")),
                    };
                    self.say(Code::Format, span, message, help);
                    self.soundness = Soundness::OtherFormat;
                    return;
                }
            }
            None if !broken => {
                self.say(Code::Format, first_line, "the file does not say its format", format!("begin the file with `format = {FORMAT}`"));
            }
            None => {}
        }
        let language = root.remove("lang").map(|language| document::value::<Text>(self.file, "`lang`", language, self.found));
        let translates = language.is_some();
        self.written.languages[self.file] = language.flatten();
        for (key, value) in root {
            if translates {
                self.table_of_translations(&key, value, parsed.broken);
            } else {
                self.table(&key, value, parsed.broken);
            }
        }
        // In the order of their blocks.
        self.questions.sort_by_key(|(start, _)| *start);
        self.unanswerables.sort_by_key(|(start, _)| *start);
        self.written.questions.extend(self.questions.drain(..).map(|(_, question)| question));
        self.written.unanswerables.extend(self.unanswerables.drain(..).map(|(_, unanswerable)| unanswerable));
    }

    /// Reads what stands under one key at the top of a file.
    fn table(&mut self, key: &Key<'_>, value: Value<'_>, broken: bool) {
        let file = self.file;
        match key.get_ref().as_ref() {
            "defaults" => {
                let at = Place::new(file, key.span());
                let hint = |key: &str| elsewhere(key, "", &[]);
                self.written.defaults[file] = document::table(file, "`[defaults]`", &at, value, hint, self.found);
            }
            "source" => self.entries(key, value, "source", |w| &mut w.sources),
            "entity" => self.entries(key, value, "entity", |w| &mut w.entities),
            "synonyms" => self.entries(key, value, "synonym set", |w| &mut w.synonyms),
            "roles" => self.entries(key, value, "role", |w| &mut w.roles),
            "names" => self.entries(key, value, "list of names", |w| &mut w.names),
            "spellings" => self.entries(key, value, "spelling", |w| &mut w.spellings),
            "relation" => self.relations(key, value),
            "fact" => {
                for value in self.array(key, value, "fact") {
                    self.fact(value);
                }
            }
            "unanswerable" => {
                for value in self.array(key, value, "unanswerable") {
                    let start = value.span().start;
                    self.unanswerable(value, start, None);
                }
            }
            "small_talk" => {
                for value in self.array(key, value, "small_talk") {
                    let (place, value) = self.read::<SmallTalk>("this small talk", value, "small_talk", &[]);
                    let place = value.as_ref().map_or(place, |v| v.ask.place(file));
                    self.written.small_talk.push(Entry { id: String::new(), named: false, place, value });
                }
            }
            // Behind broken syntax, keys of a table can seem to stand at the top.
            _ if broken => {}
            other => {
                let help = match other {
                    "translation" | "entity_names" => {
                        "say which language they are in: begin the file with `lang = \"de\"`, for example".to_owned()
                    }
                    "question" | "questions" | "intent" | "intents" => {
                        "a question stands below its fact, as `[[fact.question]]`".to_owned()
                    }
                    _ => match nearest(other, TABLES.into_iter()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("a file has {}", TABLES.join(", ")),
                    },
                };
                self.say(Code::UnknownKey, key.span(), format!("a knowledge file has no `{}`", escape_control(other)), help);
            }
        }
    }

    /// Reads what stands under one key at the top of a file of translations.
    fn table_of_translations(&mut self, key: &Key<'_>, value: Value<'_>, broken: bool) {
        match key.get_ref().as_ref() {
            "entity_names" => self.entries(key, value, "names of entity", |w| &mut w.entity_names),
            "translation" => {
                for value in self.array(key, value, "translation") {
                    let (place, value) = self.read::<Translation>("this translation", value, "translation", &[]);
                    let place = value.as_ref().map_or(place, |v| Place::new(self.file, v.of.span()));
                    self.written.translations.push(Entry { id: String::new(), named: false, place, value });
                }
            }
            _ if broken => {}
            other => {
                let help = if TABLES.contains(&other) {
                    "only translations stand in a file that says its `lang`; move it to another file".to_owned()
                } else {
                    format!("a file of translations has {}", TABLES_OF_TRANSLATIONS.join(", "))
                };
                self.say(Code::UnknownKey, key.span(), format!("a file of translations has no `{}`", escape_control(other)), help);
            }
        }
    }

    /// Reads one table; its header's place is returned with it.
    fn read<T: DeserializeOwned>(&mut self, what: &str, value: Value<'_>, header: &str, nested: &[&str]) -> (Place, Option<T>) {
        let place = Place::new(self.file, value.span());
        let value = document::table(self.file, what, &place, value, |key| elsewhere(key, header, nested), self.found);
        (place, value)
    }

    /// The tables of `[[header]]`.
    fn array<'t>(&mut self, key: &Key<'_>, value: Value<'t>, header: &str) -> Vec<Value<'t>> {
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(tables) => tables.into_iter().collect(),
            DeValue::Table(table) if header == "fact" && !table.contains_key("statement") => {
                self.damaged();
                self.say(Code::InvalidValue, span, "this stands below no fact", "write `[[fact]]` with its `statement` above it");
                Vec::new()
            }
            _ => {
                self.damaged();
                let message = format!("`{}` is written in two brackets, without an id", escape_control(key.get_ref()));
                self.say(Code::InvalidValue, key.span(), message, format!("write `[[{header}]]` above its keys"));
                Vec::new()
            }
        }
    }

    /// Takes the tables of `[[header.key]]` out of the table that they stand below.
    fn nested<'t>(&mut self, table: &mut Value<'t>, key: &str, header: &str) -> Vec<Value<'t>> {
        let DeValue::Table(table) = table.get_mut() else { return Vec::new() };
        match table.remove_entry(key) {
            Some((key, value)) => self.array(&key, value, header),
            None => Vec::new(),
        }
    }

    /// Reads a table of entries by their ids.
    fn entries<T: DeserializeOwned>(
        &mut self,
        key: &Key<'_>,
        value: Value<'_>,
        what: &str,
        list: for<'a, 'w> fn(&'a mut Written<'w>) -> &'a mut Vec<Entry<T>>,
    ) {
        for (key, value) in self.by_id(key, value, document::keys::<T>().is_some()) {
            let id = key.get_ref().to_string();
            let place = Place::new(self.file, key.span());
            let what = format!("{what} `{}`", escape_control(&id));
            let value = if document::keys::<T>().is_some() {
                document::table(self.file, &what, &place, value, |key| elsewhere(key, "", &[]), self.found)
            } else {
                document::value(self.file, &what, value, self.found)
            };
            list(&mut self.written).push(Entry { id, named: true, place, value });
        }
    }

    /// The entries of a table, in the order in which they are written.
    fn by_id<'t>(&mut self, key: &Key<'_>, value: Value<'t>, of_tables: bool) -> Vec<(Key<'t>, Value<'t>)> {
        let name = escape_control(key.get_ref());
        let span = value.span();
        let table = match value.into_inner() {
            DeValue::Table(table) => table,
            DeValue::Array(_) => {
                self.damaged();
                let help = format!("write `[{name}.<id>]`, with an id of your own");
                self.say(Code::InvalidValue, span, format!("`{name}` is written in single brackets, with an id"), help);
                DeTable::new()
            }
            _ => {
                self.damaged();
                self.say(Code::InvalidValue, span, format!("`{name}` is a table"), format!("write `[{name}]` above its keys"));
                DeTable::new()
            }
        };
        if of_tables && !table.is_empty() && !table.values().any(|value| matches!(value.get_ref(), DeValue::Table(_))) {
            self.damaged();
            let help = format!("write `[{name}.<id>]`, with an id of your own");
            self.say(Code::InvalidValue, key.span(), format!("this {name} has no id"), help);
            return Vec::new();
        }
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
    }

    fn fact(&mut self, mut value: Value<'_>) {
        let (file, start) = (self.file, value.span().start);
        let index = self.written.facts.len();
        let questions = self.nested(&mut value, "question", "fact.question");
        let unanswerables = self.nested(&mut value, "unanswerable", "fact.unanswerable");
        let id = id_of(&value);
        let what = id.as_ref().map_or_else(|| "this fact".to_owned(), |id| format!("fact `{}`", escape_control(id.get_ref())));
        let (header, value) = self.read::<Fact>(&what, value, "fact", &["question", "unanswerable"]);
        let id = value.as_ref().map_or(id, |fact| fact.id.clone());
        let known_by = id.as_ref().map(Spanned::span).or_else(|| value.as_ref().map(|v: &Fact| v.statement.span()));
        let place = known_by.map_or(header, |span| Place::new(file, span));
        self.written.facts.push(Entry { named: id.is_some(), id: id.map(Spanned::into_inner).unwrap_or_default(), place, value });
        for value in questions {
            let what = what_question(&value);
            let id = id_of(&value);
            let (header, value) = self.read::<FactQuestion>(&what, value, "fact.question", &[]);
            let id = value.as_ref().map_or(id, |question| question.id.clone());
            let question = value.map(|q| Question {
                ask: q.ask,
                answer: q.answer,
                answer_type: q.answer_type,
                false_premise: q.false_premise,
                also: q.also,
                lookup: None,
            });
            self.question(start, Owner::Fact(index), id, header, question);
        }
        for value in unanswerables {
            self.unanswerable(value, start, Some(Owner::Fact(index)));
        }
    }

    fn question(&mut self, start: usize, owner: Owner, id: Option<Text>, header: Place, value: Option<Question>) {
        let known_by = id.as_ref().map(|id| Place::new(self.file, id.span()));
        let place = known_by.or_else(|| value.as_ref().map(|q| q.ask.place(self.file))).unwrap_or(header);
        let entry = Entry { named: id.is_some(), id: id.map(Spanned::into_inner).unwrap_or_default(), place, value };
        self.questions.push((start, (owner, entry)));
    }

    fn unanswerable(&mut self, value: Value<'_>, start: usize, owner: Option<Owner>) {
        let header = match owner {
            None => "unanswerable",
            Some(Owner::Fact(_)) => "fact.unanswerable",
            Some(Owner::Relation(_)) => "relation.unanswerable",
        };
        let (place, value) = self.read::<Unanswerable>("this unanswerable question", value, header, &[]);
        let place = value.as_ref().map_or(place, |v| Place::new(self.file, v.missing.span()));
        self.unanswerables.push((start, (owner, Entry { id: String::new(), named: false, place, value })));
    }

    fn relations(&mut self, key: &Key<'_>, value: Value<'_>) {
        for (key, mut value) in self.by_id(key, value, true) {
            let id = key.get_ref().to_string();
            let what = format!("relation `{}`", escape_control(&id));
            let index = self.written.relations.len();
            let questions = self.nested(&mut value, "question", &format!("relation.{}.question", escape_control(&id)));
            let rows = self.nested(&mut value, "rows", &format!("relation.{}.rows", escape_control(&id)));
            let unanswerables = self.nested(&mut value, "unanswerable", &format!("relation.{}.unanswerable", escape_control(&id)));
            // Its questions may be written above it.
            let start = questions.iter().chain(&unanswerables).map(|q| q.span().start).chain([key.span().start]).min().unwrap_or_default();
            let place = Place::new(self.file, key.span());
            let hint = |key: &str| elsewhere(key, &format!("relation.{}", escape_control(&id)), &["question", "rows", "unanswerable"]);
            let value = document::table(self.file, &what, &place, value, hint, self.found);
            self.written.relations.push(Entry { id: id.clone(), named: true, place, value });
            let rows = rows.into_iter().map(|row| self.read::<Row>(&format!("this row of {what}"), row, "", &[]).1).collect();
            self.written.rows.push(rows);
            for value in questions {
                let what = what_question(&value);
                let id = id_of(&value);
                let (header, value) = self.read::<RelationQuestion>(&what, value, "relation", &[]);
                let id = value.as_ref().map_or(id, |question| question.id.clone());
                let question = value.map(|q| Question {
                    ask: q.ask,
                    answer: q.answer,
                    answer_type: q.answer_type,
                    false_premise: q.false_premise,
                    also: q.also,
                    lookup: Some(Lookup {
                        find: q.find,
                        column: q.column,
                        facts: q.facts,
                        if_yes: q.if_yes,
                        if_no: q.if_no,
                        if_unknown: q.if_unknown,
                    }),
                });
                self.question(start, Owner::Relation(index), id, header, question);
            }
            for value in unanswerables {
                self.unanswerable(value, start, Some(Owner::Relation(index)));
            }
        }
    }
}

/// The `id` of a table that may turn out to have mistakes in it.
fn id_of(value: &Value<'_>) -> Option<Text> {
    let DeValue::Table(table) = value.get_ref() else { return None };
    let id = table.get("id")?;
    let DeValue::String(text) = id.get_ref() else { return None };
    Some(Spanned::new(id.span(), text.to_string()))
}

fn what_question(value: &Value<'_>) -> String {
    id_of(value).map_or_else(|| "this question".to_owned(), |id| format!("question `{}`", escape_control(id.get_ref())))
}
