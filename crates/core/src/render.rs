//! Outcomes in words. What people read is put together here; where it is shown is the front ends' business.

pub mod console;
pub mod explain;
pub mod json;
mod readable;

use crate::answering::{AnswerPart, MAX_ANSWER, Outcome, Reason, Reply};
use crate::grammar::Kind;
use crate::knowledge::{Fact, FactId, KnowledgeBase, Source, SourceId, UnanswerableReason, date_in_words};
pub use crate::text::escape_control;
use crate::text::{fold, truncate};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of an asker's own words that a reply says back: enough to know them again, and a reply stays a message whatever was asked.
const MAX_QUOTED: usize = 100;

/// The direct answers with the statements that support them, date included, source line left out. A statement that says no more than the
/// direct answer is not said again.
pub fn answer_text(base: &KnowledgeBase, parts: &[AnswerPart]) -> String {
    let mut out = String::new();
    let mut shown: Vec<FactId> = Vec::new();
    for part in parts {
        if !part.direct.is_empty() {
            push(&mut out, &part.direct);
        }
        for (index, &fact) in part.facts.iter().enumerate() {
            let Fact { statement, as_of, source, contradicts, .. } = &base[fact];
            let disputed = contradicts.iter().any(|f| part.facts.contains(f));
            let room = out.len() + statement.len() + 20 <= MAX_ANSWER;
            if shown.contains(&fact) || !(index == 0 || room || disputed) {
                continue;
            }
            shown.push(fact);
            if disputed {
                let as_of = as_of.as_ref().map_or_else(String::new, |date| format!(", as of {}", date_in_words(date)));
                push(&mut out, &format!("{statement} ({}{as_of}.)", base[*source].title));
            } else if !repeats(&part.direct, statement) {
                push(&mut out, statement);
            }
        }
    }
    if let Some(latest) = shown.iter().filter_map(|f| base[*f].as_of.as_deref()).max() {
        push(&mut out, &format!("(As of {}.)", date_in_words(latest)));
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
fn quoted(words: &str) -> String {
    let shown = truncate(words, MAX_QUOTED);
    format!("\"{}{}\"", escape_control(shown), if shown.len() < words.len() { " ..." } else { "" })
}

/// The facts of an answer, each once.
pub fn facts<'a>(base: &'a KnowledgeBase, parts: &[AnswerPart]) -> Vec<&'a Fact> {
    let mut seen: Vec<FactId> = Vec::new();
    parts
        .iter()
        .flat_map(|p| &p.facts)
        .filter(|f| {
            !seen.contains(f) && {
                seen.push(**f);
                true
            }
        })
        .map(|f| &base[*f])
        .collect::<Vec<_>>()
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
    pub fn date(&self) -> String {
        self.source.date.as_deref().map_or_else(String::new, date_in_words)
    }

    /// The paragraphs in words: "paragraphs 2, 5".
    pub fn paragraphs(&self) -> String {
        let word = if self.paragraphs.len() == 1 { "paragraph" } else { "paragraphs" };
        format!("{word} {}", self.paragraphs.iter().map(u32::to_string).collect::<Vec<_>>().join(", "))
    }
}

/// What an answer cites: each source once, in their order.
pub fn citations<'a>(base: &'a KnowledgeBase, parts: &[AnswerPart]) -> Vec<Cited<'a>> {
    let mut by_source: BTreeMap<SourceId, BTreeSet<u32>> = BTreeMap::new();
    for fact in facts(base, parts) {
        by_source.entry(fact.source).or_default().extend(&fact.paragraphs);
    }
    by_source.into_iter().map(|(id, paragraphs)| Cited { source: &base[id], paragraphs: paragraphs.into_iter().collect() }).collect()
}

/// The source line: title, publisher, date and paragraphs of each source.
fn source_line(base: &KnowledgeBase, parts: &[AnswerPart]) -> String {
    let line = |cited: Cited<'_>| {
        let about = [format!("\"{}\"", cited.source.title), cited.source.publisher.clone(), cited.date(), cited.paragraphs()];
        about.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
    };
    format!("Source: {}", citations(base, parts).into_iter().map(line).collect::<Vec<_>>().join("; "))
}

/// Why there is no answer, in words for the person asking.
pub fn decline_text(base: &KnowledgeBase, reason: &Reason) -> String {
    match reason {
        Reason::Unreadable(crate::question::Unreadable::Empty) => "There is no question in that. Ask me something in words.".to_owned(),
        Reason::Unreadable(crate::question::Unreadable::TooLong) => {
            "That is too long for me to read. Please ask in a sentence or two.".to_owned()
        }
        Reason::NotEnglish => "I only understand English so far. Please ask me in English.".to_owned(),
        Reason::Unanswerable(unanswerable) => {
            let missing = &base[*unanswerable].missing;
            match base[*unanswerable].reason {
                UnanswerableReason::NotOnRecord => format!("Not on record: {missing}."),
                UnanswerableReason::Later => format!("Not on record: {missing}.{}", record_end(base)),
                UnanswerableReason::Prediction => format!("I do not predict: {missing} is not on record."),
                UnanswerableReason::Opinion => format!("I have no opinions, only a record: {missing} is not on it."),
                UnanswerableReason::OffTopic => format!("That is not what my record is about: {missing}."),
                UnanswerableReason::Instruction => {
                    "I only answer questions from the record, and instructions do not change that.".to_owned()
                }
            }
        }
        Reason::UnknownName(entity) => format!("Nothing on record about {} in this matter.", base[*entity].name),
        Reason::UnknownOffice { role, of } => {
            let role = base[*role].words.first().map_or("office", String::as_str);
            format!("Not on record: who the {role} of {} is.", base[*of].name)
        }
        Reason::NotListed { entity, if_unknown } => {
            let mut out = format!("Nothing on record about {} in this matter.", base[*entity].name);
            if !if_unknown.is_empty() {
                push(&mut out, if_unknown);
            }
            out
        }
        Reason::NoSuchValue { year, if_unknown } => {
            let what = year.as_ref().map_or_else(|| "that fits".to_owned(), |year| format!("for {year} in this matter"));
            let mut out = format!("Nothing on record {what}.");
            if !if_unknown.is_empty() {
                push(&mut out, if_unknown);
            }
            out
        }
        Reason::OutsideTime(year) => format!("Not on record: anything about {year}.{}", record_end(base)),
        Reason::OtherRoles(fact) => format!("Not on record the way you put it. What is on record: {}", base[*fact].statement),
        Reason::OtherPolarity(fact) => format!("Not on record. What comes close says the opposite: {}", base[*fact].statement),
        Reason::NotSupplied(kind) => format!("Not on record: what comes close does not say {}.", asked_for(*kind)),
        Reason::Unaccounted(words) => {
            let quoted: Vec<String> = words.iter().take(3).map(|w| quoted(w)).collect();
            format!("Not on record. I found nothing that accounts for {}.", quoted.join(", "))
        }
        Reason::Unsettled => "I cannot tell what that refers to. Ask it as a full question.".to_owned(),
        Reason::NothingClose => "Not on record: nothing I know of comes close to that question.".to_owned(),
        Reason::BareName { entities, word } => {
            let names: Vec<&str> = entities.iter().map(|e| base[*e].name.as_str()).collect();
            match names.as_slice() {
                [] => format!("What would you like to know about {}?", quoted(word)),
                [name] => format!("What would you like to know about {name}?"),
                [most @ .., last] => format!("Do you mean {} or {last}?", most.join(", ")),
            }
        }
    }
}

/// What a question of a kind asks for, in words.
fn asked_for(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "who",
        Kind::Organisation | Kind::Which | Kind::KindOf | Kind::List => "which",
        Kind::Place => "where",
        Kind::Date => "when",
        Kind::Duration => "how long",
        Kind::Age => "how old",
        Kind::Distance => "how far",
        Kind::Money | Kind::Amount | Kind::Measure => "how much",
        Kind::Count => "how many",
        Kind::Share => "what share",
        Kind::Frequency => "how often",
        Kind::Reason => "why",
        Kind::Manner => "how",
        Kind::YesNo | Kind::Other => "that",
    }
}

/// When the record ends: the latest date of any source; nothing where all are undated.
fn record_end(base: &KnowledgeBase) -> String {
    let latest = base.sources.iter().filter_map(|s| s.date.as_deref()).max();
    latest.map_or_else(String::new, |date| format!(" The record ends in {}.", date_in_words(date)))
}

/// How a corrected question was read.
fn corrections_text(reply: &Reply) -> Option<String> {
    let read: Vec<String> = reply.corrections().iter().take(3).map(|c| format!("{} as {}", quoted(&c.from), c.to)).collect();
    (!read.is_empty() && !matches!(reply.outcome, Outcome::SmallTalk(_))).then(|| format!("I read {}.", read.join(" and ")))
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
    /// That the answer is overdue for review.
    Overdue(String),
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Line::Answer { direct, rest } => write!(f, "{direct}{rest}"),
            Line::Suggestion(question) => write!(f, "  - {question}"),
            Line::Unanswered(text) | Line::Source(text) | Line::Text(text) | Line::Corrections(text) | Line::Overdue(text) => {
                f.write_str(text)
            }
        }
    }
}

/// When something was due for review, in words: on a day, in a month or in a year.
pub fn due_for_review(date: &str) -> String {
    let preposition = if date.len() > "2026-12".len() { "on" } else { "in" };
    format!("due for review {preposition} {}", date_in_words(date))
}

/// All that a person is shown, line by line.
pub fn lines(base: &KnowledgeBase, reply: &Reply) -> Vec<Line> {
    let mut lines = Vec::new();
    match &reply.outcome {
        Outcome::Answer(parts) => {
            let text = answer_text(base, parts);
            let direct = parts.first().map_or("", |p| p.direct.as_str());
            let (direct, rest) = text.split_at(if text.starts_with(direct) { direct.len() } else { 0 });
            lines.push(Line::Answer { direct: direct.to_owned(), rest: rest.to_owned() });
            lines.extend(reply.unanswered.iter().map(|part| Line::Unanswered(format!("Not on record: {}.", quoted(part)))));
            lines.push(Line::Source(source_line(base, parts)));
            let overdue = |date: &String| Line::Overdue(format!("This was {}.", due_for_review(date)));
            lines.extend(reply.overdue.as_ref().map(overdue));
        }
        Outcome::Clarify(_) => lines.push(Line::Text("I can read that in two ways. Did you mean:".to_owned())),
        Outcome::NoAnswer(reason) => {
            let text = decline_text(base, reason);
            lines.push(if matches!(reason, Reason::Unaccounted(_)) { Line::Unanswered(text) } else { Line::Text(text) });
            if !reply.suggestions.is_empty() && !matches!(reason, Reason::BareName { .. }) {
                lines.push(Line::Text("Related questions I can answer:".to_owned()));
            }
        }
        Outcome::SmallTalk(talk) => lines.push(Line::Text(base[*talk].reply.clone())),
    }
    if matches!(reply.outcome, Outcome::Clarify(_) | Outcome::NoAnswer(_)) {
        lines.extend(reply.suggestions.iter().map(|intent| Line::Suggestion(base[*intent].question.clone())));
    }
    lines.extend(corrections_text(reply).map(Line::Corrections));
    lines
}

/// All that a person is shown, in lines of plain text.
pub fn message(base: &KnowledgeBase, reply: &Reply) -> String {
    lines(base, reply).iter().map(Line::to_string).collect::<Vec<_>>().join("\n")
}
