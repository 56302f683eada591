//! Messages of the bot that are no answers, and the texts that only curators, operators and those who answer for the bot read. What everybody reads is
//! worded in `factotum_wording`, in every language; the others work with files and diagnostics in English anyway.

use super::markdown::{clip, curated, link, plain};
use super::payload::{Embed, Field, MAX_CONTENT, MAX_EMBEDS, MAX_FIELD, MAX_OPTIONS, Message};
use super::reply::{BLUE, fitting};
use factotum_core::knowledge::{KnowledgeBase, Source};
use factotum_journal::Ratings;
use factotum_wording::Language;
use std::time::Duration;

/// `/about`. `keep_days` says how long the gaps journal is kept, if there is one.
pub fn about(base: &KnowledgeBase, keep_days: Option<u64>, language: Language) -> Message {
    let words = &language.wording().discord;
    let kept = keep_days
        .map_or_else(|| words.nothing_kept.clone(), |days| words.gaps_kept.of(language, usize::try_from(days).unwrap_or(usize::MAX)));
    let version: String = base.version.chars().take(12).collect();
    Message::text(words.about.with([
        ("version", env!("CARGO_PKG_VERSION")),
        ("base", &version),
        ("facts", &words.facts.of(language, base.facts.len())),
        ("questions", &words.questions.of(language, base.intents.len())),
        ("topics", &words.topics.of(language, base.topics().len())),
        ("kept", &kept),
    ]))
}

/// `/sources`: where the answers come from, with dates and limits.
pub fn sources(base: &KnowledgeBase, language: Language) -> Message {
    let wording = language.wording();
    let words = &wording.discord;
    // Discord's limit of 25 fields; a knowledge base has few sources.
    let fields: Vec<Field> = base
        .sources
        .iter()
        .take(MAX_OPTIONS)
        .map(|source| {
            let mut lines = vec![link(&clip(&source.title, 250), &source.url)];
            if !source.publisher.is_empty() {
                lines.push(plain(&source.publisher));
            }
            lines.push(words.paragraphs.of(language, source.paragraphs as usize));
            if !source.date_note.is_empty() {
                lines.push(words.date_note.with([("note", &curated(&source.date_note))]));
            }
            if !source.limits.is_empty() {
                lines.push(words.limits.with([("limits", &curated(&source.limits))]));
            }
            let date = source.date.as_ref().map_or_else(|| words.undated.clone(), |date| wording.date(date));
            Field { name: clip(&plain(&date), 256), value: clip(&lines.join("\n"), MAX_FIELD), inline: false }
        })
        .collect();
    let named = |source: &Source| {
        let date = source.date.as_ref().map_or_else(String::new, |date| format!(" ({})", plain(&wording.date(date))));
        format!("{}{date}", wording.reply.quoted.with([("words", &plain(&clip(&source.title, 200)))]))
    };
    let names: Vec<String> = base.sources.iter().take(5).map(named).collect();
    let mut named = names.join(", ");
    let more = base.sources.len().saturating_sub(names.len());
    if more > 0 {
        named.push_str(&format!(" {}", words.and_more.with([("number", &more.to_string())])));
    }
    let content = words.all_from.with([("sources", &named)]);
    let mut embed = Embed { title: words.sources.clone(), color: BLUE, fields, ..Embed::default() };
    while embed.characters() > MAX_EMBEDS {
        embed.fields.pop();
    }
    Message { content: clip(&content, MAX_CONTENT), embeds: vec![fitting(embed)], ..Message::default() }
}

/// The weekly digest; `None` if there is nothing to tell. `gaps` are groups of questions, `overdue` sources and facts.
pub fn digest(gaps: usize, overdue: usize, ratings: Ratings) -> Option<String> {
    let mut lines = vec!["Weekly digest".to_owned()];
    if gaps > 0 {
        lines.push(format!(
            "- No good answer in the last seven days: {}. `factotum gaps` lists them.",
            if gaps == 1 { "1 group of questions".to_owned() } else { format!("{gaps} groups of questions") }
        ));
    }
    if overdue > 0 {
        lines.push(format!(
            "- Due for review: {}. `factotum check` lists them.",
            if overdue == 1 { "1 source or fact".to_owned() } else { format!("{overdue} sources or facts") }
        ));
    }
    if ratings != Ratings::default() {
        let Ratings { helpful, not_helpful } = ratings;
        lines.push(format!("- Ratings since the last digest: {helpful} helpful, {not_helpful} not helpful."));
    }
    (lines.len() > 1).then(|| lines.join("\n"))
}

/// Heading of a post for people.
pub const FOR_PEOPLE: &str = "Can anyone answer this?";
/// Above the questions on record that are nearest.
pub const NEAREST: &str = "Nearest on record:";
/// Link in a post for people.
pub const WHERE_ASKED: &str = "Where it was asked";
/// Link in a post for people, which only the user who asked can open.
pub const ASKED_DIRECTLY: &str = "Asked in a direct message";
/// Behind it.
pub const REPLY_TO_ANSWER: &str = "Reply to this message to answer: I pass your words on.";
/// To the person who answered.
pub const DELIVERED: &str = "Passed on.";
/// For a reply to a post for people by somebody who has not got the role.
pub const NOT_A_PERSON: &str = "Only members of the role that answers questions can reply through me.";
/// For a reply that the bot cannot read.
pub const NOT_PINGED: &str = "I can read your reply only if it mentions me. Please reply again, and leave the mention (\"@ ON\") on.";
/// For an answer to a place where the bot is no longer set up to answer.
pub const NOT_THERE: &str = "I am no longer set up to answer where that was asked.";

/// For "Teach" without a folder.
pub const NO_FOLDER: &str = "I answer from the knowledge base that is built into me, so there is no folder to write to. My operator can set one with \
    `knowledge`.";
/// Button and heading of the form for an unanswerable question.
pub const NOT_ON_RECORD: &str = "It is not on record";
/// Button and heading of the form for a fact.
pub const NEW_FACT: &str = "New fact";
/// Label in the form.
pub const WHAT_IS_MISSING: &str = "What is missing: \"Not on record: ...\"";
/// Example in the form.
pub const SUCH_AS_MISSING: &str = "what a ticket costs";
/// Label in the form.
pub const STATEMENT: &str = "Statement";
/// Example in the form.
pub const SUCH_AS_STATEMENT: &str = "A sentence that makes sense on its own, with names and figures.";
/// Label in the form.
pub const PARAGRAPHS: &str = "Paragraphs of the source";
/// Label in the form.
pub const TOPIC: &str = "Topic";
/// Label in the form.
pub const DIRECT_ANSWER: &str = "Direct answer, put before the statement";
/// For a form without numbers of paragraphs.
pub const NO_PARAGRAPHS: &str = "Give the numbers of the paragraphs that say it, such as `2, 3`.";
/// Button.
pub const UNDO: &str = "Undo";
/// Button.
pub const ANYWAY: &str = "Add it all the same";

/// The title of an unanswerable question.
pub fn not_on_record(missing: &str) -> String {
    format!("Not on record: {missing}")
}

/// Above the buttons of "Teach"; both are Markdown.
pub fn where_does_it_belong(quotation: &str, nearest: &str) -> String {
    if nearest.is_empty() {
        return format!("Teach me this wording:\n{quotation}\nNothing on record is near.");
    }
    format!("Teach me this wording:\n{quotation}\nWhere does it belong?\n{nearest}")
}

/// What was taught; the texts are Markdown.
pub fn taught(summary: &str, then: &str, others: usize, noticed_within: Option<Duration>) -> String {
    let others = match others {
        0 => "No other question that I tried changes.".to_owned(),
        1 => "One other question is answered differently.".to_owned(),
        n => format!("{n} other questions are answered differently."),
    };
    format!("Done: {summary}.\nThe reply to it is then: {then}\n{others} {}", live(noticed_within))
}

/// What was taken back, as Markdown.
pub fn taken_back(summary: &str, noticed_within: Option<Duration>) -> String {
    format!("Taken back: {summary}. {}", live(noticed_within))
}

fn live(noticed_within: Option<Duration>) -> String {
    match noticed_within {
        Some(time) => {
            format!("I notice the change by myself within {}.", seconds(time))
        }
        None => "I notice the change once my operator has me reload.".to_owned(),
    }
}

fn seconds(time: Duration) -> String {
    if time.as_secs() == 1 { "1 second".to_owned() } else { format!("{} seconds", time.as_secs()) }
}

/// Why nothing was taught; the texts are Markdown.
pub fn worse(number: usize, quotation: &str, list: &str) -> String {
    let others = if number == 1 { "One other question".to_owned() } else { format!("{number} other questions") };
    format!("I have not added this wording yet:\n{quotation}\n{others} would be answered worse:\n{list}")
}
/// For a change that ended in an error of the program's.
pub const WORK_FAILED: &str =
    "Something went wrong on my side, and I do not know whether the change was made. My operator can find out from the files.";
