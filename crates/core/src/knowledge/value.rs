//! What a row of a relation says of its subject: a date, a number with its unit, an entity or a text.

use super::{EntityId, KnowledgeBase, date_in_words};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// `2022`, `2022-04` or `2022-04-03`.
    Date(String),
    /// A number, with a unit or without.
    Number(Number),
    /// Somebody or something that has a name on record.
    Entity(EntityId),
    /// Anything else.
    Text(String),
}

/// A number as it is written, and as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// "1,200 km", "$3.5 million".
    pub written: String,
    /// A thousand times the figure, "million" and the like left out.
    figure: i64,
    /// What "million" and the like multiply it with.
    scale: i64,
    /// What stands before the figure: "$".
    currency: String,
    /// What stands behind figure and scale: "km".
    unit: String,
}

/// Words that multiply a number.
const SCALES: [(&str, i64); 4] = [("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000), ("trillion", 1_000_000_000_000)];

impl Value {
    /// Reads a value as it is written in a file; `entity` knows the ids of entities.
    pub fn parse(written: &str, entity: impl Fn(&str) -> Option<EntityId>) -> Value {
        let written = written.trim();
        if is_date(written) {
            return Value::Date(written.to_owned());
        }
        match (entity(written), Number::parse(written)) {
            (Some(id), _) => Value::Entity(id),
            (None, Some(number)) => Value::Number(number),
            (None, None) => Value::Text(written.to_owned()),
        }
    }

    /// As people read it: dates in words, entities by their short names.
    pub fn shown(&self, base: &KnowledgeBase) -> String {
        match self {
            Value::Date(date) => date_in_words(date),
            Value::Number(number) => number.written.clone(),
            Value::Entity(id) => base[*id].short.clone(),
            Value::Text(text) => text.clone(),
        }
    }

    /// As it is written in a file.
    pub fn written<'b>(&'b self, base: &'b KnowledgeBase) -> &'b str {
        match self {
            Value::Date(text) | Value::Text(text) => text,
            Value::Number(number) => &number.written,
            Value::Entity(id) => &base[*id].id,
        }
    }

    /// Which comes first, or is less; `None` where that has no meaning: texts, different units, "2022" beside "2022-04".
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Date(a), Value::Date(b)) if a != b && (a.starts_with(b.as_str()) || b.starts_with(a.as_str())) => None,
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Number(a), Value::Number(b)) => a.is_comparable(b).then(|| a.value().cmp(&b.value())),
            _ => None,
        }
    }
}

impl Number {
    /// A number at the beginning of a text, and what belongs to it. "12 June" or "5 or 6" is none.
    fn parse(written: &str) -> Option<Number> {
        let start = written.find(|c: char| c.is_ascii_digit())?;
        let (before, rest) = written.split_at(start);
        let currency = before.trim_end().strip_prefix('-').unwrap_or(before.trim_end());
        if !currency.is_empty() && (currency.chars().count() > 3 || currency.chars().any(char::is_lowercase)) {
            return None;
        }
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.')).unwrap_or(rest.len());
        let (digits, behind) = rest.split_at(end);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let grouped = whole.split(',').skip(1).all(|group| group.len() == 3);
        if !grouped || decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let whole: i64 = whole.replace(',', "").parse().ok().filter(|n| *n < 1_000_000_000_000)?;
        let figure = whole * 1_000 + format!("{decimals:0<3}").parse::<i64>().ok()?;
        let mut unit = behind.trim();
        let mut scale = 1;
        for (word, by) in SCALES {
            if let Some(rest) = unit.strip_prefix(word).filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
                (scale, unit) = (by, rest.trim());
            }
        }
        if unit.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let figure = if before.contains('-') { -figure } else { figure };
        Some(Number { written: written.to_owned(), figure, scale, currency: currency.to_owned(), unit: unit.to_owned() })
    }

    /// A thousand times what it comes to.
    fn value(&self) -> i128 {
        i128::from(self.figure) * i128::from(self.scale)
    }

    /// Whether it counts the same as another.
    fn is_comparable(&self, other: &Number) -> bool {
        self.currency == other.currency && self.unit == other.unit
    }

    /// Whether a figure in a question, in thousandths, is this one.
    pub fn is(&self, thousandths: u64) -> bool {
        let asked = i128::from(thousandths);
        self.value() == asked || i128::from(self.figure) == asked
    }

    /// By how much two differ, in their unit; `None` where their units are different.
    pub fn difference(&self, other: &Number) -> Option<String> {
        if !self.is_comparable(other) {
            return None;
        }
        let scale = if self.scale == other.scale { self.scale } else { 1 };
        let thousandths = (self.value() - other.value()).unsigned_abs() / scale.unsigned_abs() as u128;
        let word = SCALES.iter().find(|(_, by)| *by == scale).map_or(String::new(), |(word, _)| format!(" {word}"));
        let unit = if self.unit.is_empty() || self.unit.starts_with('%') { self.unit.clone() } else { format!(" {}", self.unit) };
        Some(format!("{}{}{word}{unit}", self.currency, in_digits(thousandths)))
    }
}

/// Thousandths as "1,234.5".
fn in_digits(thousandths: u128) -> String {
    let whole = (thousandths / 1_000).to_string();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match thousandths % 1_000 {
        0 => grouped,
        rest => format!("{grouped}.{}", format!("{rest:03}").trim_end_matches('0')),
    }
}

/// `2022`, `2022-04` or `2022-04-03`.
pub fn is_date(date: &str) -> bool {
    let parts: Vec<&str> = date.split('-').collect();
    let number = |p: &str, digits: usize| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit());
    let between = |p: &str, low: u32, high: u32| p.parse::<u32>().is_ok_and(|n| (low..=high).contains(&n));
    match parts.as_slice() {
        [y] => number(y, 4),
        [y, m] => number(y, 4) && number(m, 2) && between(m, 1, 12),
        [y, m, d] => number(y, 4) && number(m, 2) && between(m, 1, 12) && number(d, 2) && between(d, 1, 31),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(written: &str) -> Value {
        Value::parse(written, |_| None)
    }

    #[test]
    fn tells_dates_numbers_and_texts_apart() {
        for date in ["1994", "2022-04", "2022-04-03"] {
            assert_eq!(value(date), Value::Date(date.to_owned()));
        }
        for number in ["88", "88 tackles", "$3.5 million", "-4 °C", "1,200 km", "5%", "EUR 20", "1.8"] {
            assert!(matches!(value(number), Value::Number(_)), "{number}");
        }
        for text in ["", "24–10", "12, 13", "1.2.3", "about 50", "Kawann Short", "5 or 6", "2022-13", "3 km 200 m", "99999999999999"] {
            assert!(matches!(value(text), Value::Text(_)), "{text}");
        }
    }

    #[test]
    fn compares_what_can_be_compared() {
        let order = |a: &str, b: &str| value(a).compare(&value(b));
        assert_eq!(order("1990", "1995-02"), Some(Ordering::Less));
        assert_eq!(order("2022", "2022-04"), None, "neither is known to be first");
        assert_eq!(order("9 km", "10 km"), Some(Ordering::Less), "numbers, not letters");
        assert_eq!(order("900 thousand", "1.2 million"), Some(Ordering::Less));
        assert_eq!(order("-5", "3"), Some(Ordering::Less));
        assert_eq!(order("9 km", "10 miles"), None);
        assert_eq!(order("blue", "red"), None);
    }

    #[test]
    fn differences_keep_their_unit() {
        let difference = |a: &str, b: &str| match (value(a), value(b)) {
            (Value::Number(a), Value::Number(b)) => a.difference(&b),
            _ => None,
        };
        for (a, b, expected) in [
            ("88 tackles", "66 tackles", "22 tackles"),
            ("$3.5 million", "$2 million", "$1.5 million"),
            ("900 thousand people", "1.2 million people", "300,000 people"),
            ("5%", "7.25%", "2.25%"),
        ] {
            assert_eq!(difference(a, b).as_deref(), Some(expected));
        }
        assert_eq!(difference("5 km", "5 kg"), None);
    }
}
