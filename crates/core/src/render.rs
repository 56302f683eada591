//! Outcomes in words. What people read is put together here; where it is shown is the front ends' business.

pub mod console;
pub mod explain;
pub mod json;
mod readable;

use crate::answering::{AnswerPart, MAX_ANSWER, Outcome, Reason, Reply};
use crate::grammar::Kind;
use crate::knowledge::{Fact, FactId, KnowledgeBase, Source, SourceId, UnanswerableReason};
pub use crate::text::escape_control;
use crate::text::{fold, truncate};
use factotum_wording::{AskedFor, Language};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of an asker's own words that a reply says back: enough to know them again, and a reply stays a message whatever was asked.
const MAX_QUOTED: usize = 100;

/// The direct answers with the statements that support them, date included, source line left out. A statement that says no more than the
/// direct answer is not said again.
///
/// `record` is the language in which the statements are shown, as far as they are on record in it, and `language` that of all other words.
pub fn answer_text(base: &KnowledgeBase, parts: &[AnswerPart], record: Language, language: Language) -> String {
    let wording = language.wording();
    let mut out = String::new();
    let mut shown: Vec<FactId> = Vec::new();
    for part in parts {
        if !part.direct.is_empty() {
            push(&mut out, &part.direct);
        }
        for (index, &fact) in part.facts.iter().enumerate() {
            let Fact { as_of, source, contradicts, .. } = &base[fact];
            let statement = base.statement(fact, record);
            let disputed = contradicts.iter().any(|f| part.facts.contains(f));
            let room = out.len() + statement.len() + 20 <= MAX_ANSWER;
            if shown.contains(&fact) || !(index == 0 || room || disputed) {
                continue;
            }
            shown.push(fact);
            if disputed {
                let title = &base[*source].title;
                let note = as_of.as_ref().map_or_else(
                    || format!("({title}.)"),
                    |date| wording.reply.disputed.with([("source", title), ("date", &wording.date(date))]),
                );
                push(&mut out, &format!("{statement} {note}"));
            } else if !repeats(&part.direct, statement) {
                push(&mut out, statement);
            }
        }
    }
    if let Some(latest) = shown.iter().filter_map(|f| base[*f].as_of.as_deref()).max() {
        push(&mut out, &wording.reply.as_of.with([("date", &wording.date(latest))]));
    }
    out
}

/// Whether a statement says no more than what is said already: its words are among the others, in one piece.
pub fn repeats(said: &str, statement: &str) -> bool {
    fn words(text: &str) -> Vec<String> {
        let end = |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?');
        text.split_whitespace().map(|word| fold(word.trim_end_matches(end))).filter(|word| !word.is_empty()).collect()
    }
    let (said, statement) = (words(said), words(statement));
    !statement.is_empty() && said.windows(statement.len()).any(|piece| piece == statement)
}

fn push(out: &mut String, text: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(text);
}

/// An asker's own words, in quotation marks, the end of long ones left out.
fn quoted(words: &str, language: Language) -> String {
    let shown = truncate(words, MAX_QUOTED);
    let end = if shown.len() < words.len() { " ..." } else { "" };
    language.wording().reply.quoted.with([("words", &format!("{}{end}", escape_control(shown)))])
}

/// The facts of an answer, each once.
pub fn facts(parts: &[AnswerPart]) -> Vec<FactId> {
    let mut seen: Vec<FactId> = Vec::new();
    for fact in parts.iter().flat_map(|part| &part.facts) {
        if !seen.contains(fact) {
            seen.push(*fact);
        }
    }
    seen
}

/// A source with the paragraphs that an answer cites.
#[derive(Debug)]
pub struct Cited<'a> {
    /// The source.
    pub source: &'a Source,
    /// The paragraphs, in order, each once.
    pub paragraphs: Vec<u32>,
}

impl Cited<'_> {
    /// The source's date in words; empty where it is undated.
    pub fn date(&self, language: Language) -> String {
        self.source.date.as_deref().map_or_else(String::new, |date| language.wording().date(date))
    }

    /// The paragraphs in words: "paragraphs 2, 5".
    pub fn paragraphs(&self, language: Language) -> String {
        let numbers = self.paragraphs.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        language.wording().reply.paragraphs.form(language, self.paragraphs.len()).with([("numbers", &numbers)])
    }
}

/// What an answer cites: each source once, in their order.
pub fn citations<'a>(base: &'a KnowledgeBase, parts: &[AnswerPart]) -> Vec<Cited<'a>> {
    let mut by_source: BTreeMap<SourceId, BTreeSet<u32>> = BTreeMap::new();
    for fact in facts(parts).into_iter().map(|fact| &base[fact]) {
        by_source.entry(fact.source).or_default().extend(&fact.paragraphs);
    }
    by_source.into_iter().map(|(id, paragraphs)| Cited { source: &base[id], paragraphs: paragraphs.into_iter().collect() }).collect()
}

/// The source line: title, publisher, date and paragraphs of each source.
fn source_line(base: &KnowledgeBase, parts: &[AnswerPart], language: Language) -> String {
    let words = &language.wording().reply;
    let line = |cited: Cited<'_>| {
        let title = words.quoted.with([("words", &cited.source.title)]);
        let about = [title, cited.source.publisher.clone(), cited.date(language), cited.paragraphs(language)];
        about.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
    };
    let sources = citations(base, parts).into_iter().map(line).collect::<Vec<_>>().join("; ");
    words.source.with([("sources", &sources)])
}

/// Why there is no answer, in words for the person asking.
pub fn decline_text(base: &KnowledgeBase, reason: &Reason, language: Language) -> String {
    let words = &language.wording().reply;
    match reason {
        Reason::Unreadable(crate::question::Unreadable::Empty) => words.no_question.clone(),
        Reason::Unreadable(crate::question::Unreadable::TooLong) => words.too_long.clone(),
        Reason::NotEnglish => {
            let languages: Vec<&str> = base.languages().into_iter().map(|known| language.wording().name_of(known)).collect();
            words.other_language.with([("languages", &words.and(&languages))])
        }
        Reason::Unanswerable(unanswerable) => {
            let missing = [("missing", base.missing(*unanswerable, language))];
            match base[*unanswerable].reason {
                UnanswerableReason::NotOnRecord => words.not_on_record.with(missing),
                UnanswerableReason::Later => until(base, words.not_on_record.with(missing), language),
                UnanswerableReason::Prediction => words.prediction.with(missing),
                UnanswerableReason::Opinion => words.opinion.with(missing),
                UnanswerableReason::OffTopic => words.off_topic.with(missing),
                UnanswerableReason::Instruction => words.instruction.clone(),
            }
        }
        Reason::UnknownName(entity) => words.unknown_name.with([("name", base.name(*entity, language))]),
        Reason::UnknownOffice { role, of } => {
            let role = base[*role].words.first().map_or("office", String::as_str);
            words.unknown_office.with([("role", role), ("name", base.name(*of, language))])
        }
        Reason::NotListed { entity, if_unknown } => {
            let mut out = words.unknown_name.with([("name", base.name(*entity, language))]);
            if !if_unknown.is_empty() {
                push(&mut out, if_unknown);
            }
            out
        }
        Reason::NoSuchValue { year, if_unknown } => {
            let mut out = year.as_ref().map_or_else(|| words.no_such_value.clone(), |year| words.no_such_year.with([("year", year)]));
            if !if_unknown.is_empty() {
                push(&mut out, if_unknown);
            }
            out
        }
        Reason::OutsideTime(year) => until(base, words.outside_time.with([("year", year)]), language),
        Reason::OtherRoles(fact) => words.other_roles.with([("statement", base.statement(*fact, language))]),
        Reason::OtherPolarity(fact) => words.other_polarity.with([("statement", base.statement(*fact, language))]),
        Reason::NotSupplied(kind) => words.not_supplied.with([("what", asked_for(*kind, &words.asked_for))]),
        Reason::Unaccounted(left_over) => {
            let quoted: Vec<String> = left_over.iter().take(3).map(|word| quoted(word, language)).collect();
            words.unaccounted.with([("words", &quoted.join(", "))])
        }
        Reason::Unsettled => words.unsettled.clone(),
        Reason::NothingClose => words.nothing_close.clone(),
        Reason::BareName { entities, word } => {
            let names: Vec<&str> = entities.iter().map(|entity| base.name(*entity, language)).collect();
            match names.as_slice() {
                [] => words.about_what.with([("name", &quoted(word, language))]),
                [name] => words.about_what.with([("name", name)]),
                several => words.do_you_mean.with([("names", &words.or(several))]),
            }
        }
    }
}

/// What a question of a kind asks for, in words.
fn asked_for(kind: Kind, words: &AskedFor) -> &str {
    match kind {
        Kind::Person => &words.who,
        Kind::Organisation | Kind::Which | Kind::KindOf | Kind::List => &words.which,
        Kind::Place => &words.r#where,
        Kind::Date => &words.when,
        Kind::Duration => &words.how_long,
        Kind::Age => &words.how_old,
        Kind::Distance => &words.how_far,
        Kind::Money | Kind::Amount | Kind::Measure => &words.how_much,
        Kind::Count => &words.how_many,
        Kind::Share => &words.what_share,
        Kind::Frequency => &words.how_often,
        Kind::Reason => &words.why,
        Kind::Manner => &words.how,
        Kind::YesNo | Kind::Other => &words.that,
    }
}

/// A refusal, and when the record ends: the latest date of any source; nothing where all are undated.
fn until(base: &KnowledgeBase, mut refusal: String, language: Language) -> String {
    if let Some(date) = base.sources.iter().filter_map(|s| s.date.as_deref()).max() {
        let wording = language.wording();
        push(&mut refusal, &wording.reply.record_ends.with([("date", &wording.date(date))]));
    }
    refusal
}

/// How a corrected question was read.
fn corrections_text(reply: &Reply) -> Option<String> {
    let words = &reply.language.wording().reply;
    let read = reply.corrections().iter().take(3).map(|c| words.read_as.with([("from", &quoted(&c.from, reply.language)), ("to", &c.to)]));
    let read: Vec<String> = read.collect();
    (!read.is_empty() && !matches!(reply.outcome, Outcome::SmallTalk(_))).then(|| words.i_read.with([("readings", &words.and(&read))]))
}

/// A line of a message, by what it is for; front ends differ in how they show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The answer.
    Answer {
        /// The direct answer of its first part; may be empty.
        direct: String,
        /// What follows it.
        rest: String,
    },
    /// What is not on record, in the asker's own words: a part of a compound question, or words that nothing accounts for. In all other lines,
    /// what is not the program's own words is a curator's.
    Unanswered(String),
    /// Where the answer comes from.
    Source(String),
    /// A refusal, small talk, or what introduces the suggestions.
    Text(String),
    /// A question to ask instead.
    Suggestion(String),
    /// Words that were read as others, some of them the asker's own.
    Corrections(String),
    /// A remark on the answer: that it is overdue for review, or in another language than the question.
    Note(String),
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Line::Answer { direct, rest } => write!(f, "{direct}{rest}"),
            Line::Suggestion(question) => write!(f, "  - {question}"),
            Line::Unanswered(text) | Line::Source(text) | Line::Text(text) | Line::Corrections(text) | Line::Note(text) => {
                f.write_str(text)
            }
        }
    }
}

/// That something was due for review on a day, in a month or in a year.
pub fn was_due_for_review(date: &str, language: Language) -> String {
    let wording = language.wording();
    let template = if date.len() > "2026-12".len() { &wording.reply.overdue_on } else { &wording.reply.overdue_in };
    template.with([("date", &wording.date(date))])
}

/// All that a person is shown, line by line.
pub fn lines(base: &KnowledgeBase, reply: &Reply) -> Vec<Line> {
    let language = reply.language;
    let words = &language.wording().reply;
    let mut lines = Vec::new();
    match &reply.outcome {
        Outcome::Answer(parts) => {
            let text = answer_text(base, parts, reply.record, language);
            let direct = parts.first().map_or("", |p| p.direct.as_str());
            let (direct, rest) = text.split_at(if text.starts_with(direct) { direct.len() } else { 0 });
            lines.push(Line::Answer { direct: direct.to_owned(), rest: rest.to_owned() });
            let not_on_record = |part: &String| Line::Unanswered(words.not_on_record.with([("missing", &quoted(part, language))]));
            lines.extend(reply.unanswered.iter().map(not_on_record));
            lines.push(Line::Source(source_line(base, parts, language)));
            lines.extend(reply.overdue.as_ref().map(|date| Line::Note(was_due_for_review(date, language))));
            lines.extend(
                reply
                    .is_untranslated(base)
                    .then(|| Line::Note(words.only_in.with([("language", language.wording().name_of(base.language()))]))),
            );
        }
        Outcome::Clarify(_) => lines.push(Line::Text(words.two_ways.clone())),
        Outcome::NoAnswer(reason) => {
            let text = decline_text(base, reason, language);
            lines.push(if matches!(reason, Reason::Unaccounted(_)) { Line::Unanswered(text) } else { Line::Text(text) });
            if !reply.suggestions.is_empty() && !matches!(reason, Reason::BareName { .. }) {
                lines.push(Line::Text(words.related.clone()));
            }
        }
        Outcome::SmallTalk(talk) => lines.push(Line::Text(base.small_talk_reply(*talk, reply.record).to_owned())),
    }
    if matches!(reply.outcome, Outcome::Clarify(_) | Outcome::NoAnswer(_)) {
        lines.extend(reply.suggestions.iter().map(|intent| Line::Suggestion(base.question(*intent, reply.record).to_owned())));
    }
    lines.extend(corrections_text(reply).map(Line::Corrections));
    lines
}

/// All that a person is shown, in lines of plain text.
pub fn message(base: &KnowledgeBase, reply: &Reply) -> String {
    lines(base, reply).iter().map(Line::to_string).collect::<Vec<_>>().join("\n")
}
