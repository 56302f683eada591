//! What Factotum says to people, in six languages: refusals, buttons, help and notices.
//!
//! The texts stand in `wording/*.toml`, one file a language, which translators edit without Rust. What is on record is none of them: a curator
//! writes that.

mod language;
mod template;

pub use language::{Language, Recognised, recognise};
pub use template::{Counted, Template};

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// All texts of a language. `wording/en.toml` says what each is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Wording {
    /// Discord's codes of the locales that get these texts.
    pub locales: Vec<String>,
    languages: BTreeMap<Language, String>,
    dates: Dates,
    pub reply: Reply,
    pub discord: Discord,
    /// Names and descriptions of commands; none for a language that is no locale of Discord's.
    pub commands: Option<Commands>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    months: [String; 12],
    months_with_day: [String; 12],
    day: Template,
    month: Template,
}

/// Answers and refusals, wherever people ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Reply {
    pub quoted: Template,
    and: Template,
    or: Template,
    pub as_of: Template,
    pub disputed: Template,
    pub source: Template,
    pub overdue_on: Template,
    pub overdue_in: Template,
    pub only_in: Template,
    pub no_question: String,
    pub too_long: String,
    pub other_language: Template,
    pub not_on_record: Template,
    pub record_ends: Template,
    pub prediction: Template,
    pub opinion: Template,
    pub off_topic: Template,
    pub instruction: String,
    pub unknown_name: Template,
    pub unknown_office: Template,
    pub no_such_value: String,
    pub no_such_year: Template,
    pub outside_time: Template,
    pub other_roles: Template,
    pub other_polarity: Template,
    pub not_supplied: Template,
    pub unaccounted: Template,
    pub unsettled: String,
    pub nothing_close: String,
    pub about_what: Template,
    pub do_you_mean: Template,
    pub two_ways: String,
    pub related: String,
    pub i_read: Template,
    pub read_as: Template,
    pub paragraphs: Counted,
    pub asked_for: AskedFor,
}

/// What a question may ask for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AskedFor {
    pub who: String,
    pub which: String,
    pub r#where: String,
    pub when: String,
    pub how_long: String,
    pub how_old: String,
    pub how_far: String,
    pub how_much: String,
    pub how_many: String,
    pub what_share: String,
    pub how_often: String,
    pub why: String,
    pub how: String,
    pub that: String,
}

/// What only people on Discord read, as Markdown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Discord {
    pub help: String,
    pub stale: String,
    pub no_such_command: String,
    pub not_here: String,
    pub no_text: String,
    pub too_often: String,
    pub cannot_read_it: String,
    pub nothing_asked: String,
    pub on_record: String,
    pub said_by: String,
    pub as_of: String,
    pub source: String,
    pub helpful: String,
    pub not_helpful: String,
    pub thanks: String,
    pub counted_before: String,
    pub ask_further: String,
    pub your_question: String,
    pub after: Template,
    pub i_read_that_as: Template,
    pub unasked: String,
    pub no_topics: String,
    pub all_topics: Template,
    pub topic: Template,
    pub page: Template,
    pub choose_topic: String,
    pub choose_question: String,
    pub previous_page: String,
    pub next_page: String,
    pub all_topics_button: String,
    pub sources: String,
    pub all_from: Template,
    pub and_more: Template,
    pub date_note: Template,
    pub limits: Template,
    pub undated: String,
    pub about: Template,
    pub nothing_kept: String,
    pub ask_a_person: String,
    pub before_passing_on: Template,
    pub pass_on: String,
    pub change_question: String,
    pub passed_on: Template,
    pub passed_on_before: String,
    pub passed_on_often: String,
    pub what_was_wrong: String,
    pub wrong: String,
    pub other_question: String,
    pub out_of_date: String,
    pub unclear: String,
    pub thanks_why: String,
    pub a_person_answers: String,
    pub not_a_teacher: String,
    pub questions: Counted,
    pub topics: Counted,
    pub facts: Counted,
    pub paragraphs: Counted,
    pub gaps_kept: Counted,
}

/// Names and descriptions of the commands and their options.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Commands {
    pub answer_this: String,
    pub teach: String,
    pub ask: Described,
    pub question: Described,
    pub private: Described,
    pub topics: Described,
    pub sources: Described,
    pub help: Described,
    pub about: Described,
}

/// The name and description of a command or an option.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Described {
    pub name: String,
    pub description: String,
}

static WORDINGS: LazyLock<[Wording; Language::ALL.len()]> = LazyLock::new(|| {
    [
        include_str!("wording/en.toml"),
        include_str!("wording/de.toml"),
        include_str!("wording/hr.toml"),
        include_str!("wording/sq.toml"),
        include_str!("wording/el.toml"),
        include_str!("wording/es.toml"),
    ]
    .map(|file| toml::from_str(file).expect("the files are part of the program and tested"))
});

impl Language {
    /// Its texts.
    pub fn wording(self) -> &'static Wording {
        &WORDINGS[self as usize]
    }
}

impl Wording {
    /// A language where a sentence names it.
    pub fn name_of(&self, language: Language) -> &str {
        self.languages.get(&language).map_or(language.code(), String::as_str)
    }

    /// A date in words: `2022-02-27` is "27 February 2022", `2022-04` "April 2022".
    pub fn date(&self, date: &str) -> String {
        let mut parts = date.split('-');
        let year = parts.next().unwrap_or_default();
        let month = parts.next().and_then(|month| month.parse::<usize>().ok()).and_then(|month| month.checked_sub(1));
        let day = parts.next().and_then(|day| day.parse::<u32>().ok());
        let Dates { months, months_with_day, .. } = &self.dates;
        match (month.filter(|month| *month < months.len()), day) {
            (Some(month), Some(day)) => {
                self.dates.day.with([("day", &day.to_string()), ("month", &months_with_day[month]), ("year", year)])
            }
            (Some(month), None) => self.dates.month.with([("month", &months[month]), ("year", year)]),
            _ => year.to_owned(),
        }
    }
}

impl Reply {
    /// A list in words: "a, b and c".
    pub fn and<T: AsRef<str>>(&self, list: &[T]) -> String {
        joined(list, &self.and)
    }

    /// A list in words: "a, b or c".
    pub fn or<T: AsRef<str>>(&self, list: &[T]) -> String {
        joined(list, &self.or)
    }
}

fn joined<T: AsRef<str>>(list: &[T], last_two: &Template) -> String {
    let texts: Vec<&str> = list.iter().map(AsRef::as_ref).collect();
    match texts.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] => last_two.with([("most", &most.join(", ")), ("last", last)]),
    }
}

#[cfg(test)]
mod tests;
