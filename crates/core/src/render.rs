//! Outcomes in words. What people read is put together here; where it is shown is the front ends' business.

pub mod console;
pub mod explain;
pub mod json;

use crate::answering::{AnswerPart, MAX_ANSWER, Outcome, Reason, Reply};
use crate::knowledge::{Fact, FactId, KnowledgeBase, SourceId, UnanswerableReason, date_in_words};
use crate::text::truncate;
pub use crate::text::visible;
use std::collections::BTreeMap;

/// Bytes of an asker's own words that a reply says back: enough to know them again, and a reply stays a message whatever was asked.
const MAX_QUOTED: usize = 100;

/// The direct answers with the statements that support them, date included, source line left out.
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
            } else {
                push(&mut out, statement);
            }
        }
    }
    if let Some(latest) = shown.iter().filter_map(|f| base[*f].as_of.as_deref()).max() {
        push(&mut out, &format!("(As of {}.)", date_in_words(latest)));
    }
    out
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
    format!("\"{}{}\"", visible(shown), if shown.len() < words.len() { " ..." } else { "" })
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

/// The source line: title, publisher, date and paragraphs of each source.
pub fn source_line(base: &KnowledgeBase, parts: &[AnswerPart]) -> String {
    let mut by_source: BTreeMap<SourceId, Vec<u32>> = BTreeMap::new();
    for fact in facts(base, parts) {
        let list = by_source.entry(fact.source).or_default();
        list.extend(fact.paragraphs.iter().filter(|p| !list.contains(p)).copied().collect::<Vec<_>>());
    }
    let lines: Vec<String> = by_source
        .into_iter()
        .map(|(source, mut paragraphs)| {
            paragraphs.sort_unstable();
            let source = &base[source];
            let numbers: Vec<String> = paragraphs.iter().map(u32::to_string).collect();
            let publisher = if source.publisher.is_empty() { String::new() } else { format!(", {}", source.publisher) };
            let word = if paragraphs.len() == 1 { "paragraph" } else { "paragraphs" };
            let date = source.date.as_ref().map_or_else(String::new, |date| format!(", {}", date_in_words(date)));
            format!("\"{}\"{publisher}{date}, {word} {}", source.title, numbers.join(", "))
        })
        .collect();
    format!("Source: {}", lines.join("; "))
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
                UnanswerableReason::Instruction => "I only answer questions from the record, and I cannot be told otherwise.".to_owned(),
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
        Reason::OutsideTime(year) => format!("Not on record: anything about {year}.{}", record_end(base)),
        Reason::Unaccounted(words) => {
            let quoted: Vec<String> = words.iter().take(3).map(|w| quoted(w)).collect();
            format!("Not on record. I found nothing that accounts for {}.", quoted.join(", "))
        }
        Reason::NothingClose => "Not on record: nothing I know of comes close to that question.".to_owned(),
    }
}

/// When the record ends: the latest date of any source; nothing where all are undated.
fn record_end(base: &KnowledgeBase) -> String {
    let latest = base.sources.iter().filter_map(|s| s.date.as_deref()).max();
    latest.map_or_else(String::new, |date| format!(" The record ends in {}.", date_in_words(date)))
}

/// How a corrected question was read.
pub fn corrections_text(reply: &Reply) -> String {
    let read: Vec<String> = reply.corrections.iter().take(3).map(|c| format!("{} as {}", quoted(&c.from), c.to)).collect();
    if read.is_empty() { String::new() } else { format!("I read {}.", read.join(" and ")) }
}

/// All that a person is shown, in lines of plain text.
pub fn message(base: &KnowledgeBase, reply: &Reply) -> String {
    let mut lines: Vec<String> = Vec::new();
    match &reply.outcome {
        Outcome::Answer(parts) => {
            lines.push(answer_text(base, parts));
            for part in &reply.unanswered {
                lines.push(format!("Not on record: {}.", quoted(part)));
            }
            lines.push(source_line(base, parts));
        }
        Outcome::Clarify(_) => lines.push("I can read that in two ways. Did you mean:".to_owned()),
        Outcome::NoAnswer(reason) => lines.push(decline_text(base, reason)),
        Outcome::SmallTalk(talk) => lines.push(base[*talk].reply.clone()),
    }
    if matches!(reply.outcome, Outcome::Clarify(_) | Outcome::NoAnswer(_)) && !reply.suggestions.is_empty() {
        if matches!(reply.outcome, Outcome::NoAnswer(_)) {
            lines.push("On record, and near to it:".to_owned());
        }
        lines.extend(reply.suggestions.iter().map(|i| format!("  - {}", base[*i].question)));
    }
    let corrections = corrections_text(reply);
    if !corrections.is_empty() && !matches!(reply.outcome, Outcome::SmallTalk(_)) {
        lines.push(corrections);
    }
    lines.join("\n")
}
