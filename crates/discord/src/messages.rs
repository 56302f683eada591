//! The bot's fixed words, all in one place.

use super::markdown::{clip, link, plain};
use super::payload::{Embed, Field, MAX_FIELD, Message};
use super::reply::{BLUE, fitting};
use factotum_core::knowledge::{KnowledgeBase, Source, date_in_words};

/// For somebody who asked nothing, or for help.
pub const HELP: &str = "\
I answer questions from a record of checked statements, each with its source. What is not on record, I do not answer.

- `/ask` answers a question, and suggests some while you type; `private` keeps the reply to yourself.
- In a direct message, just write your question. On a server, mention me with it, or reply to a message of mine.
- On any message: Apps, then \"Answer this\".
- `/topics` shows what I have answers to, `/sources` where they come from, `/about` who I am.";
/// For a button or menu of an earlier record, another program, or nobody's.
pub const STALE: &str = "I do not know that button any more. Please ask again with `/ask`, or look through `/topics`.";
/// For a command that we do not have.
pub const NO_SUCH_COMMAND: &str = "I do not have that command any more. `/help` shows what I can do.";
/// Where we are not to answer.
pub const NOT_HERE: &str = "I am not set up to answer here.";
/// For a message without text.
pub const NO_TEXT: &str = "There is no text in that message that I could read.";
/// For whoever asks too often: said once, then there is silence for a while.
pub const TOO_OFTEN: &str = "That is a lot of questions at once. Give me a minute; I will be silent until then.";
/// For a first vote.
pub const THANKS: &str = "Thank you; that was counted.";
/// For a second vote.
pub const COUNTED_BEFORE: &str = "You have told me that already. Thank you.";

/// `/about`.
pub fn about(base: &KnowledgeBase) -> Message {
    let version: String = base.version.chars().take(12).collect();
    let topics = base.topics().len();
    let content = format!(
        "Factotum {}, a bot that answers from a record and says so when something is not on it.\n\
         IndexedKnowledge `{version}`: {} facts, {} questions on {topics} topics.\n\
         Privacy: I read what is addressed to me, to answer it. I keep no messages and no names; the log has neither. For a while I remember, \
         in memory only, how often somebody asked and which answers they rated, so that I can limit the one and count the other once.",
        env!("CARGO_PKG_VERSION"),
        base.facts.len(),
        base.intents.len(),
    );
    Message::text(content)
}

/// `/sources`: what the record rests on, its dates, its limits.
pub fn sources(base: &KnowledgeBase) -> Message {
    // Discord's limit of 25 fields; a record has few sources.
    let fields: Vec<Field> = base
        .sources
        .iter()
        .take(crate::payload::MAX_OPTIONS)
        .map(|source| {
            let mut value = link(&clip(&source.title, 250), &source.url);
            if !source.publisher.is_empty() {
                value.push_str(&format!("\n{}", plain(&source.publisher)));
            }
            value.push_str(&format!("\n{} paragraphs", source.paragraphs));
            if !source.date_note.is_empty() {
                value.push_str(&format!("\nDate: {}", plain(&source.date_note)));
            }
            if !source.limits.is_empty() {
                value.push_str(&format!("\nLimits: {}", plain(&source.limits)));
            }
            let date = source.date.as_ref().map_or_else(|| "Undated".to_owned(), |date| date_in_words(date));
            Field { name: clip(&plain(&date), 256), value: clip(&value, MAX_FIELD), inline: false }
        })
        .collect();
    let named = |source: &Source| {
        let date = source.date.as_ref().map_or_else(String::new, |date| format!(" ({})", plain(&date_in_words(date))));
        format!("\"{}\"{date}", plain(&clip(&source.title, 200)))
    };
    let names: Vec<String> = base.sources.iter().take(5).map(named).collect();
    let more = base.sources.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let content = format!("Everything I say rests on {}{more}. Later events and anything else are not on record.", names.join(", "));
    let mut embed = Embed { title: "Sources".to_owned(), color: BLUE, fields, ..Embed::default() };
    while embed.characters() > crate::payload::MAX_EMBEDS {
        embed.fields.pop();
    }
    Message { content: clip(&content, crate::payload::MAX_CONTENT), embeds: vec![fitting(embed)], ..Message::default() }
}
