//! The one reader of TOML that people write: knowledge files, settings and golden questions. All mistakes are reported together,
//! each with its place in the text.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::text::escape_control;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// Most syntax errors reported for one file: after the first few, one mistake tends to show up in many places.
const MAX_SYNTAX: usize = 10;
/// How far a file is read behind its first mistake, in bytes. Files that people write are shorter; with a mistake at every other byte this much
/// takes 40 MB.
const MAX_BROKEN: usize = 128 << 10;
/// Most doubled keys reported for one file.
const MAX_DUPLICATES: usize = 100;
/// Most wrong values reported for one table; each costs another attempt at reading the table.
const MAX_WRONG: usize = 20;
/// How alike two names must be (Jaro-Winkler) for "did you mean": "curater" and "curator" are, "hours" and "house" are not.
const ALIKE: f64 = 0.85;

/// A TOML text that was parsed.
#[derive(Debug)]
pub struct Parsed<'t> {
    /// Its tables, as far as they could be read.
    pub root: DeTable<'t>,
    /// Whether there are syntax errors. Then keys may appear to be in the wrong table.
    pub broken: bool,
}

/// Parses a text; syntax errors are reported, and what could be read despite them is returned.
pub fn parse<'t>(file: usize, text: &'t str, found: &mut Vec<Diagnostic>) -> Parsed<'t> {
    // The code that reads files puts this character where the bytes are not UTF-8.
    if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
        found.push(Diagnostic::new(
            Code::Syntax,
            Place::new(file, at..at + char::REPLACEMENT_CHARACTER.len_utf8()),
            "the file is not valid UTF-8 here",
            "save the file as UTF-8 and type this character again",
        ));
    }
    let (root, errors, cut) = recovered(text);
    let (mut syntax, mut duplicates) = (0, 0);
    for error in &errors {
        let place = Place::new(file, error.span().unwrap_or(0..text.len().min(1)));
        let duplicate = error.message().contains("duplicate key");
        *if duplicate { &mut duplicates } else { &mut syntax } += 1;
        // A parser that has lost its way complains about one place again and again.
        if duplicates > MAX_DUPLICATES || !duplicate && (syntax > MAX_SYNTAX || found.last().is_some_and(|last| last.place == place)) {
            continue;
        }
        found.push(match duplicate {
            true => Diagnostic::new(
                Code::DuplicateId,
                place,
                "this key or table is here twice",
                "give each table its own id, and write each key once",
            ),
            false => Diagnostic::new(Code::Syntax, place, error.message(), "correct the TOML here; https://toml.io explains the language"),
        });
    }
    Parsed { root, broken: syntax > 0 || cut }
}

/// The tables of a text with its errors, and whether the end of it was left out.
///
/// The parser keeps hundreds of bytes for each mistake. Where there is none, nothing is kept; behind the first, the text is read for another
/// while only.
fn recovered(text: &str) -> (DeTable<'_>, Vec<toml::de::Error>, bool) {
    let mistake = match DeTable::parse(text) {
        Ok(root) => return (root.into_inner(), Vec::new(), false),
        Err(mistake) => mistake,
    };
    let first = mistake.span().map_or(0, |span| span.start);
    let end = crate::text::truncate(text, first.saturating_add(MAX_BROKEN)).len();
    // To the end of a line, so that the cut is no mistake of its own.
    let end = if end < text.len() { text[..end].rfind('\n').filter(|line| *line > first).map_or(end, |line| line + 1) } else { end };
    let (root, mut errors) = DeTable::parse_recoverable(&text[..end]);
    // What is only wrong as a whole, such as a key with a hundred thousand dots, may be sound up to the cut.
    if errors.is_empty() {
        errors.push(mistake);
    }
    (root.into_inner(), errors, end < text.len())
}

/// Parses a text of which nothing is used if there is a mistake in its syntax.
pub fn root<'t>(file: usize, text: &'t str, found: &mut Vec<Diagnostic>) -> DeTable<'t> {
    let before = found.len();
    let parsed = parse(file, text, found);
    if parsed.broken || found.len() > before { DeTable::new() } else { parsed.root }
}

/// What to do about an unknown key.
#[derive(Debug)]
pub struct Hint {
    /// In words.
    pub help: String,
    /// The key of the same table that was meant, if there is one.
    pub meant: Option<&'static str>,
    /// Whether it goes before a key that is merely spelt alike.
    pub sure: bool,
}

/// Reads a table into a shape. Every unknown key is reported, and every value of the wrong kind.
///
/// `what` names the table in messages, `at` is where a missing key is reported, `hint` says what to do about an unknown key that is not
/// just misspelt.
pub fn table<T: DeserializeOwned>(
    file: usize,
    what: &str,
    at: &Place,
    mut value: Spanned<DeValue<'_>>,
    hint: impl Fn(&str) -> Option<Hint>,
    found: &mut Vec<Diagnostic>,
) -> Option<T> {
    let known = keys::<T>().unwrap_or_default();
    let DeValue::Table(table) = value.get_mut() else {
        let message = format!("{what} is a table of keys, not a single value");
        found.push(Diagnostic::new(Code::InvalidValue, Place::new(file, value.span()), message, format!("its keys are {}", listed(known))));
        return None;
    };
    // Keys whose absence has a cause that is reported already: they are misspelt, or their value was wrong.
    let mut explained: Vec<String> = Vec::new();
    let unknown: Vec<Spanned<_>> = table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).cloned().collect();
    for key in unknown {
        table.remove(&key);
        let help = match (nearest(key.get_ref(), known.iter().copied()), hint(key.get_ref())) {
            (near, Some(hint)) if hint.sure || near.is_none() => {
                explained.extend(hint.meant.map(str::to_owned));
                hint.help
            }
            (Some(near), _) => {
                explained.push(near.to_owned());
                format!("did you mean `{near}`?")
            }
            (None, _) => format!("remove it; the keys here are {}", listed(known)),
        };
        let message = format!("{what} has no key `{}`", escape_control(key.get_ref()));
        found.push(Diagnostic::new(Code::UnknownKey, Place::new(file, key.span()), message, help));
    }
    for attempt in 0..=MAX_WRONG {
        let error = match T::deserialize(ValueDeserializer::from(value.clone())) {
            // Without a key that was misspelt, it would say something else.
            Ok(read) => return (attempt == 0 && explained.is_empty()).then_some(read),
            Err(error) => error,
        };
        if let Some(key) = missing_field(error.message()) {
            if !explained.iter().any(|e| e == key) {
                found.push(finding(file, what, at, &value.span(), &error));
            }
            return None;
        }
        found.push(finding(file, what, at, &value.span(), &error));
        // Without the wrong value, the next one shows.
        let (DeValue::Table(table), Some(span)) = (value.get_mut(), error.span()) else { return None };
        let within = |value: &Spanned<DeValue<'_>>| value.span().start <= span.start && span.end <= value.span().end;
        let key = table.iter().find(|(_, value)| within(value)).map(|(key, _)| key.clone())?;
        table.remove(&key);
        explained.push(key.get_ref().to_string());
    }
    None
}

/// Reads one value; a mistake in it is reported. `what` names it in the message.
pub fn value<T: DeserializeOwned>(file: usize, what: &str, value: Spanned<DeValue<'_>>, found: &mut Vec<Diagnostic>) -> Option<T> {
    let span = value.span();
    match T::deserialize(ValueDeserializer::from(value)) {
        Ok(value) => Some(value),
        Err(error) => {
            found.push(finding(file, what, &Place::new(file, span.clone()), &span, &error));
            None
        }
    }
}

/// What the toml crate found, as a diagnostic. `at` is where a missing key is reported.
fn finding(file: usize, what: &str, at: &Place, around: &std::ops::Range<usize>, error: &toml::de::Error) -> Diagnostic {
    let message = error.message().lines().next().unwrap_or_default();
    let place = Place::new(file, error.span().unwrap_or_else(|| around.clone()));
    if let Some(key) = missing_field(message) {
        return Diagnostic::new(
            Code::MissingKey,
            at.clone(),
            format!("{what} has no `{}`", escape_control(key)),
            format!("add `{} = ...`", escape_control(key)),
        );
    }
    // Of a table inside a table, such as an office or a row.
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (key, expected) = rest.split_once('`').unwrap_or((rest, ""));
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let help = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("remove it; the keys here are {}", listed(&known)),
        };
        return Diagnostic::new(Code::UnknownKey, place, format!("{what}: there is no key `{}` here", escape_control(key)), help);
    }
    let list = message.ends_with("expected a sequence");
    let message = message
        .replace("invalid type: ", "")
        .replace("invalid value: ", "")
        .replace("expected u32", "expected a whole number")
        .replace("expected a sequence", "expected a list");
    let help = if list { "put `[` and `]` around it" } else { "write a value of the kind that is expected here" };
    Diagnostic::new(Code::InvalidValue, place, format!("{what}: {}", escape_control(&message)), help)
}

/// The key that a message of the toml crate misses.
fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

/// Reports a key that a text does not have at its top.
pub fn unknown_key(file: usize, key: &Spanned<Cow<'_, str>>, known: &[&str], found: &mut Vec<Diagnostic>) {
    let help = match nearest(key.get_ref(), known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("use {}", listed(known)),
    };
    let message = format!("there is no key `{}` here", escape_control(key.get_ref()));
    found.push(Diagnostic::new(Code::UnknownKey, Place::new(file, key.span()), message, help));
}

/// The name that was probably meant, if one is close enough.
pub fn nearest<'a>(wrong: &str, right: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = right.map(|id| (id, strsim::jaro_winkler(id, wrong))).filter(|(_, score)| *score > ALIKE);
    scored.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0))).map(|(id, _)| id)
}

/// "`a`, `b`, `c`"
fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The keys of a shape; `None` if it is not a table. The type itself is asked, so that no second list of keys can go stale.
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
            Err(serde::de::Error::custom("only the keys are wanted"))
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
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its keys and its mistakes are looked at")]
    struct Shape {
        title: Spanned<String>,
        pages: u32,
        #[serde(default)]
        note: String,
        #[serde(default)]
        parts: Vec<u32>,
    }

    fn findings(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let root = root(0, text, &mut found);
        for (key, value) in root {
            let at = Place::new(0, key.span());
            let _ = table::<Shape>(0, "a book", &at, value, |_| None, &mut found);
        }
        found.iter().map(|d| format!("{}: {} | {}", d.code, d.message, d.help)).collect()
    }

    #[test]
    fn a_shape_knows_its_keys() {
        assert_eq!(keys::<Shape>(), Some(["title", "pages", "note", "parts"].as_slice()));
        assert_eq!(keys::<Vec<Shape>>(), None);
        assert_eq!(keys::<Spanned<String>>(), None);
    }

    #[test]
    fn all_mistakes_of_a_table_are_reported() {
        let cases: &[(&str, &[&str])] = &[
            ("[a]\ntitle = \"x\"\npages = 2\n", &[]),
            (
                "[a]\ntitel = \"x\"\npages = \"two\"\nnote = 3\n",
                &[
                    "unknown-key: a book has no key `titel` | did you mean `title`?",
                    "invalid-value: a book: integer `3`, expected a string | write a value of the kind that is expected here",
                    "invalid-value: a book: string \"two\", expected a whole number | write a value of the kind that is expected here",
                ],
            ),
            (
                "[a]\ntitle = \"x\"\npages = 2\nparts = 1\n",
                &["invalid-value: a book: integer `1`, expected a list | put `[` and `]` around it"],
            ),
            ("[a]\ntitle = \"x\"\n", &["missing-key: a book has no `pages` | add `pages = ...`"]),
            ("a = 1\n", &["invalid-value: a book is a table of keys, not a single value | its keys are `title`, `pages`, `note`, `parts`"]),
            ("[a\n", &["syntax: unclosed table, expected `]` | correct the TOML here; https://toml.io explains the language"]),
            ("[a]\n[a]\n", &["duplicate-id: this key or table is here twice | give each table its own id, and write each key once"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&findings(text), expected, "{text}");
        }
    }
}
