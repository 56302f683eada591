//! Values that hold several texts or numbers: a list, a block of lines, one number or some.

use crate::diagnostic::{Place, SourceFile};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::fmt;
use std::ops::Range;
use toml::Spanned;

/// Several short texts: `["one", "two"]`, `"one, two"`, or one a line between triple quotes.
#[derive(Debug, Clone)]
pub(super) struct List {
    span: Range<usize>,
    value: ListValue,
}

#[derive(Debug, Clone)]
enum ListValue {
    /// An array, each text with its own place.
    Array(Vec<Spanned<String>>),
    /// One text that holds all of them.
    Text(String),
}

/// Ways of asking, one a line: lines are trimmed, blank ones do not count.
#[derive(Debug, Clone)]
pub(super) struct Block {
    span: Range<usize>,
    text: String,
}

/// One text of a list or block, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) text: String,
    pub(super) place: Place,
}

impl List {
    /// Its texts.
    pub(super) fn items(&self, files: &[SourceFile], file: usize) -> Vec<Item> {
        match &self.value {
            ListValue::Array(texts) => texts
                .iter()
                .map(|text| Item { text: text.get_ref().trim().to_owned(), place: Place::new(file, text.span()) })
                .filter(|item| !item.text.is_empty())
                .collect(),
            ListValue::Text(text) => {
                let separator = if text.trim().contains('\n') { '\n' } else { ',' };
                split(text, separator, files, Place::new(file, self.span.clone()))
            }
        }
    }
}

impl Block {
    /// Its lines.
    pub(super) fn lines(&self, files: &[SourceFile], file: usize) -> Vec<Item> {
        split(&self.text, '\n', files, self.place(file))
    }

    /// Its first line, empty where there is none.
    pub(super) fn first(&self) -> &str {
        self.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// The place of the whole block.
    pub(super) fn place(&self, file: usize) -> Place {
        Place::new(file, self.span.clone())
    }
}

/// Cuts a text at a character. The raw text between the quotes is cut the same way: where that gives as many pieces, each piece
/// has its own place, and where escapes prevent it, all have the place of the whole text.
fn split(text: &str, separator: char, files: &[SourceFile], whole: Place) -> Vec<Item> {
    let pieces = || text.split(separator).map(str::trim).filter(|piece| !piece.is_empty());
    let raw = files.get(whole.file).and_then(|f| f.text.get(whole.start..whole.end)).unwrap_or_default();
    let quote = raw.chars().next().unwrap_or('"');
    let marks = if raw.starts_with(&quote.to_string().repeat(3)) { 3 } else { 1 };
    let inner = raw.get(marks..raw.len().saturating_sub(marks)).unwrap_or_default();
    let mut places = Vec::new();
    let mut at = whole.start + marks;
    for piece in inner.split(separator) {
        let trimmed = piece.trim();
        if !trimmed.is_empty() {
            let start = at + (piece.len() - piece.trim_start().len());
            places.push(Place::new(whole.file, start..start + trimmed.len()));
        }
        at += piece.len() + separator.len_utf8();
    }
    let plain = places.len() == pieces().count();
    pieces()
        .enumerate()
        .map(|(n, text)| Item { text: text.to_owned(), place: if plain { places[n].clone() } else { whole.clone() } })
        .collect()
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value(ListValue);
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list such as \"one, two\" or [\"one\", \"two\"]")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value(ListValue::Text(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = items.next_element()? {
                    texts.push(text);
                }
                Ok(Value(ListValue::Array(texts)))
            }
        }
        impl<'de> Deserialize<'de> for Value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Texts)
            }
        }
        let value = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { span: value.span(), value: value.into_inner().0 })
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value(String);
        struct Lines;
        impl Visitor<'_> for Lines {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one text between triple quotes, with one question a line")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value(text.to_owned()))
            }
        }
        impl<'de> Deserialize<'de> for Value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Lines)
            }
        }
        let value = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { span: value.span(), text: value.into_inner().0 })
    }
}

/// One number, or a list of them, each with its place.
#[derive(Debug, Clone)]
pub(super) struct Numbers(pub(super) Vec<Spanned<u32>>);

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        enum Value {
            One(u32),
            Some(Vec<Spanned<u32>>),
        }
        struct OneOrSome;
        impl<'de> Visitor<'de> for OneOrSome {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or a list of whole numbers")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
                u32::try_from(number).map(Value::One).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
                u32::try_from(number).map(Value::One).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = items.next_element()? {
                    numbers.push(number);
                }
                Ok(Value::Some(numbers))
            }
        }
        impl<'de> Deserialize<'de> for Value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(OneOrSome)
            }
        }
        let value = Spanned::<Value>::deserialize(deserializer)?;
        let span = value.span();
        Ok(Self(match value.into_inner() {
            Value::One(number) => vec![Spanned::new(span, number)],
            Value::Some(numbers) => numbers,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Shape {
        list: Option<List>,
        block: Option<Block>,
        numbers: Option<Numbers>,
    }

    fn read(text: &str) -> (Shape, [SourceFile; 1]) {
        (toml::from_str(text).expect("a shape"), [SourceFile { name: "a.toml".to_owned(), text: text.to_owned() }])
    }

    /// Each text with what the file has at its place.
    fn pairs(items: &[Item], files: &[SourceFile]) -> Vec<(String, String)> {
        items.iter().map(|i| (i.text.clone(), files[0].text[i.place.start..i.place.end].to_owned())).collect()
    }

    #[test]
    fn each_text_of_a_list_has_its_place() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("list = [\"one, a\", 'two']", &[("one, a", "\"one, a\""), ("two", "'two'")]),
            ("list = \"one,two , , three\"", &[("one", "one"), ("two", "two"), ("three", "three")]),
            ("list = \"\"\"\none, a\r\n\n  two\n\"\"\"", &[("one, a", "one, a"), ("two", "two")]),
            ("list = 'é, ü'", &[("é", "é"), ("ü", "ü")]),
            ("list = \"one, t\\\"wo\"", &[("one", "one"), ("t\"wo", "t\\\"wo")]),
            ("list = \"one\\u002c two\"", &[("one", "\"one\\u002c two\""), ("two", "\"one\\u002c two\"")]),
            ("list = \"\"", &[]),
            ("list = []", &[]),
        ];
        for (text, expected) in cases {
            let (shape, files) = read(text);
            let items = shape.list.expect("a list").items(&files, 0);
            let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(pairs(&items, &files), expected, "{text}");
        }
    }

    #[test]
    fn each_line_of_a_block_has_its_place() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("block = \"When, and why?\"", &[("When, and why?", "When, and why?")]),
            ("block = \"\"\"\n  When?\n\n\twhy \n\"\"\"", &[("When?", "When?"), ("why", "why")]),
            ("block = '''When?\r\nwhy \"so\"'''", &[("When?", "When?"), ("why \"so\"", "why \"so\"")]),
            ("block = \"\"\"\nWhen \\\n  is it?\n\"\"\"", &[("When is it?", "\"\"\"\nWhen \\\n  is it?\n\"\"\"")]),
            ("block = \" \"", &[]),
        ];
        for (text, expected) in cases {
            let (shape, files) = read(text);
            let block = shape.block.expect("a block");
            let items = block.lines(&files, 0);
            let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(pairs(&items, &files), expected, "{text}");
            assert_eq!(block.first(), expected.first().map_or("", |(first, _)| first));
        }
        assert!(toml::from_str::<Shape>("block = [\"a\"]").is_err());
    }

    #[test]
    fn one_number_will_do_for_a_list() {
        let numbers = |text: &str| read(text).0.numbers.map(|n| n.0.iter().map(|n| (*n.get_ref(), n.span())).collect::<Vec<_>>());
        assert_eq!(numbers("numbers = 2"), Some(vec![(2, 10..11)]));
        assert_eq!(numbers("numbers = [2, 13]"), Some(vec![(2, 11..12), (13, 14..16)]));
        assert!(toml::from_str::<Shape>("numbers = -1").is_err() && toml::from_str::<Shape>("numbers = [\"a\"]").is_err());
    }
}
