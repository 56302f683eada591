//! Texts with gaps, and texts that depend on a number.

use crate::Language;
use serde::Deserialize;

/// A text with names in braces to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Template(String);

impl Template {
    /// The text with its gaps filled. What is filled in is never looked at again, so it may have braces of its own.
    pub fn with<const N: usize>(&self, values: [(&str, &str); N]) -> String {
        let mut out = String::with_capacity(self.0.len() + 32);
        let mut rest = self.0.as_str();
        while let Some((before, name, after)) = gap(rest) {
            out.push_str(before);
            match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => out.push_str(value),
                None => {
                    out.push('{');
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The names of its gaps, sorted, each once.
    #[cfg(test)]
    pub(crate) fn gaps(&self) -> Vec<&str> {
        let mut gaps = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((_, name, after)) = gap(rest) {
            gaps.push(name);
            rest = after;
        }
        gaps.sort_unstable();
        gaps.dedup();
        gaps
    }
}

/// The text before the first gap, the gap's name, and the text after it.
fn gap(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// A text in its plural forms, with `{number}` to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    one: Template,
    /// Of languages that have it: 2 to 4, 22 to 24, and so on.
    few: Option<Template>,
    other: Template,
}

impl Counted {
    /// The form for a number in a language.
    ///
    /// The rules are those of the Unicode CLDR for whole numbers ("Language Plural Rules"), of which our languages have two.
    pub fn form(&self, language: Language, number: usize) -> &Template {
        let (last, last_two) = (number % 10, number % 100);
        match language {
            Language::Croatian if last == 1 && last_two != 11 => &self.one,
            Language::Croatian if (2..=4).contains(&last) && !(12..=14).contains(&last_two) => self.few.as_ref().unwrap_or(&self.other),
            Language::Croatian => &self.other,
            _ if number == 1 => &self.one,
            _ => &self.other,
        }
    }

    /// The text for a number in a language.
    pub fn of(&self, language: Language, number: usize) -> String {
        self.form(language, number).with([("number", &number.to_string())])
    }

    #[cfg(test)]
    pub(crate) fn forms(&self) -> impl Iterator<Item = &Template> {
        [&self.one, &self.other].into_iter().chain(&self.few)
    }

    #[cfg(test)]
    pub(crate) fn has_few(&self) -> bool {
        self.few.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_once() {
        let template = Template("{a} and {b}, {a} {c} {".into());
        assert_eq!(template.with([("a", "{b}"), ("b", "2")]), "{b} and 2, {b} {c} {");
        assert_eq!(template.gaps(), ["a", "b", "c"]);
    }

    #[test]
    fn plural_forms() {
        let template = |text: &str| Template(text.into());
        let counted = Counted { one: template("{number} one"), few: Some(template("{number} few")), other: template("{number} other") };
        let of = |language, numbers: [usize; 7]| numbers.map(|number| counted.of(language, number));
        let croatian = of(Language::Croatian, [1, 2, 5, 11, 12, 21, 104]);
        assert_eq!(croatian, ["1 one", "2 few", "5 other", "11 other", "12 other", "21 one", "104 few"]);
        let german = of(Language::German, [0, 1, 2, 5, 11, 21, 101]);
        assert_eq!(german, ["0 other", "1 one", "2 other", "5 other", "11 other", "21 other", "101 other"]);
    }
}
