//! Format 1 as it was written: its tables, with the comments that stand above each.

use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use factotum_core::document;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Text with its place.
pub(super) type Text = Spanned<String>;

/// An entry of a table.
#[derive(Debug)]
pub(super) struct Entry<T> {
    pub(super) id: String,
    /// Where its id is written.
    pub(super) place: Place,
    /// The comment lines that go with it; an empty line is a blank one.
    pub(super) comment: Vec<String>,
    pub(super) value: T,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Source {
    pub(super) title: String,
    #[serde(default)]
    pub(super) publisher: String,
    #[serde(default)]
    pub(super) url: String,
    pub(super) date: String,
    #[serde(default)]
    pub(super) date_note: String,
    pub(super) paragraphs: u32,
    #[serde(default)]
    pub(super) sha256: String,
    #[serde(default)]
    pub(super) limits: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Entity {
    pub(super) kind: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) short: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    #[serde(default)]
    pub(super) sounds_like: Vec<String>,
    #[serde(default)]
    pub(super) cues: Vec<String>,
    #[serde(default)]
    pub(super) r#in: Vec<String>,
    #[serde(default)]
    pub(super) offices: Vec<Office>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Office {
    pub(super) role: String,
    pub(super) of: String,
    /// Never used, and gone from format 2.
    #[serde(rename = "to", default)]
    _to: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Derived {
    pub(super) text: String,
    pub(super) from: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Fact {
    pub(super) statement: String,
    pub(super) as_of: String,
    pub(super) source: Option<Text>,
    #[serde(default)]
    pub(super) paragraphs: Vec<u32>,
    #[serde(default)]
    pub(super) speaker: String,
    #[serde(default)]
    pub(super) derived: Vec<Derived>,
    #[serde(default)]
    pub(super) contradicts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) subject: String,
    #[serde(default)]
    pub(super) value: String,
    pub(super) fact: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Relation {
    pub(super) subject: String,
    /// What it is a list of; a comment in format 2.
    pub(super) over: String,
    #[serde(default)]
    pub(super) complete: bool,
    #[serde(default)]
    pub(super) closed_for: String,
    /// Never used, and gone from format 2.
    #[serde(rename = "verbs", default)]
    _verbs: Vec<String>,
    #[serde(default)]
    pub(super) object: String,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Intent {
    pub(super) question: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) answer: String,
    #[serde(default)]
    pub(super) facts: Vec<Text>,
    #[serde(default)]
    pub(super) phrases: Vec<String>,
    #[serde(default)]
    pub(super) corrects: bool,
    pub(super) relation: Option<Text>,
    #[serde(default)]
    pub(super) ask: String,
    #[serde(default)]
    pub(super) holds: String,
    #[serde(default)]
    pub(super) lacks: String,
    #[serde(default)]
    pub(super) silent: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct NearMiss {
    #[serde(default)]
    pub(super) near: Vec<Text>,
    pub(super) missing: String,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) phrases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SmallTalk {
    pub(super) reply: String,
    #[serde(default)]
    pub(super) phrases: Vec<String>,
}

/// One of `[synonyms]`, `[roles]`, `[names]` and `[spellings]` of one file.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) table: &'static str,
    pub(super) place: Place,
    pub(super) comment: Vec<String>,
    pub(super) entries: Vec<Entry<Vec<String>>>,
}

/// All tables of a folder, in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Old {
    /// The comment lines at the head of each file.
    pub(super) heads: Vec<Vec<String>>,
    pub(super) sources: Vec<Entry<Source>>,
    pub(super) entities: Vec<Entry<Entity>>,
    pub(super) facts: Vec<Entry<Fact>>,
    pub(super) relations: Vec<Entry<Relation>>,
    pub(super) intents: Vec<Entry<Intent>>,
    pub(super) near_misses: Vec<Entry<NearMiss>>,
    pub(super) small_talk: Vec<Entry<SmallTalk>>,
    pub(super) words: Vec<Words>,
}

impl Old {
    /// Reads a folder; every mistake is reported.
    pub(super) fn read(files: &[SourceFile]) -> Result<Old, Vec<Diagnostic>> {
        let (mut old, mut found) = (Old::default(), Vec::new());
        for (index, file) in files.iter().enumerate() {
            old.file(index, &file.text, &mut found);
        }
        if found.is_empty() { Ok(old) } else { Err(found) }
    }

    fn file(&mut self, file: usize, text: &str, found: &mut Vec<Diagnostic>) {
        let root = document::root(file, text, found);
        let format = root.iter().find(|(key, _)| key.get_ref() == "format").map(|(_, value)| value.get_ref());
        if !matches!(format, Some(DeValue::Integer(number)) if number.as_str() == "1") {
            if found.iter().all(|d| d.place.file != file) {
                let place = Place::new(file, 0..text.lines().next().map_or(0, str::len));
                let help = "migrate a folder whose files begin with `format = 1`";
                found.push(Diagnostic::new(Code::Format, place, "this file is not format 1", help));
            }
            return;
        }
        let mut comments = Comments::new(text, &root);
        self.heads.push(std::mem::take(&mut comments.head));
        let mut reader = Reader { file, text, comments, found };
        for (key, value) in root {
            let place = Place::new(file, key.span());
            match key.get_ref().as_ref() {
                "format" => {}
                "sources" => reader.entries(value, &mut self.sources),
                "entities" => reader.entries(value, &mut self.entities),
                "facts" => reader.entries(value, &mut self.facts),
                "relations" => reader.entries(value, &mut self.relations),
                "intents" => reader.entries(value, &mut self.intents),
                "near-misses" => reader.entries(value, &mut self.near_misses),
                "small-talk" => reader.entries(value, &mut self.small_talk),
                "synonyms" => self.words.push(reader.words("synonyms", place, value)),
                "roles" => self.words.push(reader.words("roles", place, value)),
                "names" => self.words.push(reader.words("names", place, value)),
                "spellings" => self.words.push(reader.spellings(place, value)),
                other => {
                    let message = format!("format 1 has no table `{}`", factotum_core::render::escape_control(other));
                    reader.found.push(Diagnostic::new(Code::UnknownKey, place, message, "remove it, or correct its spelling"));
                }
            }
        }
        self.sort();
    }

    /// A parsed table is sorted by its keys; what people wrote has an order of its own.
    fn sort(&mut self) {
        fn by_place<T>(entries: &mut [Entry<T>]) {
            entries.sort_by(|a, b| a.place.cmp(&b.place));
        }
        by_place(&mut self.sources);
        by_place(&mut self.entities);
        by_place(&mut self.facts);
        by_place(&mut self.relations);
        by_place(&mut self.intents);
        by_place(&mut self.near_misses);
        by_place(&mut self.small_talk);
        self.words.sort_by(|a, b| a.place.cmp(&b.place));
    }
}

struct Reader<'a> {
    file: usize,
    text: &'a str,
    comments: Comments,
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn entries<T: DeserializeOwned>(&mut self, value: Spanned<DeValue<'_>>, out: &mut Vec<Entry<T>>) {
        let place = Place::new(self.file, value.span());
        let DeValue::Table(table) = value.into_inner() else {
            return self.found.push(Diagnostic::new(Code::InvalidValue, place, "expected a table of entries", "write `[table.id]`"));
        };
        for (key, value) in table {
            let place = Place::new(self.file, key.span());
            let id = key.into_inner().into_owned();
            let what = format!("`{}`", factotum_core::render::escape_control(&id));
            if let Some(value) = document::value(self.file, &what, value, self.found) {
                out.push(Entry { id, comment: self.comments.take(self.text, place.start), place, value });
            }
        }
    }

    fn words(&mut self, table: &'static str, place: Place, value: Spanned<DeValue<'_>>) -> Words {
        let comment = self.comments.take(self.text, place.start);
        let mut entries = Vec::new();
        self.entries(value, &mut entries);
        entries.sort_by(|a, b| a.place.cmp(&b.place));
        Words { table, place, comment, entries }
    }

    fn spellings(&mut self, place: Place, value: Spanned<DeValue<'_>>) -> Words {
        let comment = self.comments.take(self.text, place.start);
        let mut entries = Vec::new();
        self.entries::<String>(value, &mut entries);
        entries.sort_by(|a, b| a.place.cmp(&b.place));
        let entries = entries.into_iter().map(|e| Entry { id: e.id, place: e.place, comment: e.comment, value: vec![e.value] });
        Words { table: "spellings", place, comment, entries: entries.collect() }
    }
}

/// The comments of a file, by the line that they belong to.
struct Comments {
    head: Vec<String>,
    /// By the byte at which the line of an entry begins.
    lines: HashMap<usize, Vec<String>>,
}

impl Comments {
    fn new(text: &str, root: &DeTable<'_>) -> Comments {
        let mut anchors: Vec<usize> = Vec::new();
        for (key, value) in root {
            anchors.push(line_start(text, key.span().start));
            if let DeValue::Table(table) = value.get_ref() {
                anchors.extend(table.keys().map(|key| line_start(text, key.span().start)));
            }
        }
        anchors.sort_unstable();
        anchors.dedup();
        let format = root.iter().find(|(key, _)| key.get_ref() == "format").map(|(key, _)| line_start(text, key.span().start));
        let found = comments(text);
        let mut by_line: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (at, comment) in &found {
            let own_line = text[line_start(text, *at)..*at].trim().is_empty();
            // The entry on the next line that is more than a comment, else the entry that the comment stands in.
            let mut next = text[*at..].find('\n').map_or(text.len(), |n| at + n + 1);
            while let Some(line) = text.get(next..).and_then(|rest| rest.split_inclusive('\n').next()).filter(|l| !l.is_empty()) {
                let line_is_comment = found.iter().any(|(c, _)| *c == next + (line.len() - line.trim_start().len()));
                if !line.trim().is_empty() && !line_is_comment {
                    break;
                }
                next += line.len();
            }
            let around = anchors.iter().rev().find(|a| **a <= *at).copied();
            let anchor = if own_line && anchors.contains(&next) { Some(next) } else { around };
            let lines = by_line.entry(anchor.filter(|a| Some(*a) != format).unwrap_or(0)).or_default();
            lines.push((*comment).trim_end().to_owned());
            let gap = text[*at..].split('\n').nth(1).is_some_and(|line| line.trim().is_empty());
            if own_line && gap && anchor == Some(next) {
                lines.push(String::new());
            }
        }
        let mut head = by_line.remove(&0).unwrap_or_default();
        while head.last().is_some_and(String::is_empty) {
            head.pop();
        }
        Comments { head, lines: by_line.into_iter().collect() }
    }

    /// The comment lines of the entry whose id is written at this place.
    fn take(&mut self, text: &str, at: usize) -> Vec<String> {
        self.lines.remove(&line_start(text, at)).unwrap_or_default()
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |n| n + 1)
}

/// Where the comments of a document begin, and what they say.
fn comments(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        // What a string begins with, it ends with; only in the double quotation marks is there an escape.
        let string = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| rest.starts_with(quotes));
        if let Some(quotes) = string {
            at += quotes.len();
            while at < text.len() && !text[at..].starts_with(quotes) {
                let escape = quotes.starts_with('"') && text[at..].starts_with('\\');
                at += text[at..].chars().take(1 + usize::from(escape)).map(char::len_utf8).sum::<usize>();
            }
            at += quotes.len();
            // Quotation marks that belong to the text may stand before the closing three.
            while quotes.len() == 3 && text.get(at..).is_some_and(|rest| rest.starts_with(&quotes[..1])) {
                at += 1;
            }
        } else if rest.starts_with('#') {
            let end = rest.find('\n').map_or(text.len(), |n| at + n);
            out.push((at, &text[at..end]));
            at = end;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out
}
