//! Every text of the bot that only people on Discord read. Answers and refusals are worded in `factotum_core::render`, for all front ends.

use super::markdown::{clip, curated, link, plain};
use super::payload::{Embed, Field, MAX_CONTENT, MAX_EMBEDS, MAX_FIELD, MAX_OPTIONS, Message};
use super::reply::{BLUE, fitting};
use factotum_core::knowledge::{KnowledgeBase, Source, date_in_words};
use factotum_journal::Ratings;

/// The help text: `/help`, "help", or a mention without a question.
pub const HELP: &str = "\
I answer questions from a knowledge base. Every answer comes with its source. If something is not on record, I say so.

- `/ask` answers a question and suggests some while you type. Set `private` to see the reply alone.
- In a direct message, just write your question. On a server, mention me in your question, or reply to one of my messages.
- Reply to an answer, or choose \"Ask further\" below it, to ask about it: \"why?\", \"who said so?\".
- On any message, choose Apps, then \"Answer this\".
- `/topics` lists what you can ask, `/sources` where the answers come from, `/about` who I am.";
/// For a button or menu that means nothing (any more).
pub const STALE: &str = "That button no longer works. Ask again with `/ask`, or browse `/topics`.";
/// For a command that the bot does not have (any more).
pub const NO_SUCH_COMMAND: &str = "I no longer have that command. `/help` shows what I can do.";
/// Where the settings do not let the bot answer.
pub const NOT_HERE: &str = "I am not set up to answer here.";
/// For "Answer this" on a message without text.
pub const NO_TEXT: &str = "That message has no text that I can read.";
/// For a user or channel over the rate limit. Sent once; then the bot is silent until the window is over.
pub const TOO_OFTEN: &str = "That is a lot of questions in a short time. Please wait a minute; until then I will not reply.";
/// For a first rating.
pub const THANKS: &str = "Thank you. Your rating was counted.";
/// For a second rating of the same answer.
pub const COUNTED_BEFORE: &str = "You have already rated this answer. Thank you.";

/// Title of the embed below an answer.
pub const ON_RECORD: &str = "On record";
/// Field with the speakers of reported statements.
pub const SAID_BY: &str = "Said by";
/// Field with the date of the facts.
pub const AS_OF: &str = "As of";
/// Field with the sources.
pub const SOURCE: &str = "Source";
/// Button below an answer.
pub const HELPFUL: &str = "Helpful";
/// Button below an answer.
pub const NOT_HELPFUL: &str = "Not helpful";

/// For `/topics` without any topics.
pub const NO_TOPICS: &str = "The knowledge base is empty.";
/// In the menu of topics.
pub const CHOOSE_TOPIC: &str = "Choose a topic";
/// In the menu of questions.
pub const CHOOSE_QUESTION: &str = "Choose a question";
/// Button to the previous page.
pub const PREVIOUS_PAGE: &str = "Previous page";
/// Button to the next page.
pub const NEXT_PAGE: &str = "Next page";
/// Button to the list of topics.
pub const ALL_TOPICS: &str = "All topics";

/// Above the menu of topics.
pub fn all_topics(questions: usize, topics: usize) -> String {
    format!("You can ask about {} on {}.", count(questions, "question"), count(topics, "topic"))
}

/// Above the menu of a topic's questions, as Markdown.
pub fn topic(name: &str, questions: usize) -> String {
    format!("Topic: {}. {}.", plain(name), count(questions, "question"))
}

/// Behind either, if there are several pages.
pub fn page(number: usize, pages: usize) -> String {
    format!("Page {number} of {pages}.")
}

fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// `/about`. `keep_days` says how long the gaps journal is kept, if there is one.
pub fn about(base: &KnowledgeBase, keep_days: Option<u64>) -> Message {
    let kept = keep_days.map_or_else(
        || "I keep no messages and no names, and neither does my log.".to_owned(),
        |days| {
            format!(
                "If I have no good answer, I keep the question for up to {days} days, so that one can be added: without who asked, and without \
                 names, links and numbers as far as I recognise them. Other messages I do not keep, and my log has neither messages nor names."
            )
        },
    );
    let version: String = base.version.chars().take(12).collect();
    Message::text(format!(
        "Factotum {}: a bot that answers from a knowledge base, and says so when something is not on record.\n\
         Knowledge base `{version}`: {}, {} and {}.\n\
         Privacy: I read messages that are addressed to me, to answer them. {kept} For a \
         while I remember, in memory only, how often each user asked and which answers they rated, so that I can limit the one and count \
         each rating once.",
        env!("CARGO_PKG_VERSION"),
        count(base.facts.len(), "fact"),
        count(base.intents.len(), "question"),
        count(base.topics().len(), "topic"),
    ))
}

/// `/sources`: where the answers come from, with dates and limits.
pub fn sources(base: &KnowledgeBase) -> Message {
    // Discord's limit of 25 fields; a knowledge base has few sources.
    let fields: Vec<Field> = base
        .sources
        .iter()
        .take(MAX_OPTIONS)
        .map(|source| {
            let mut value = link(&clip(&source.title, 250), &source.url);
            if !source.publisher.is_empty() {
                value.push_str(&format!("\n{}", plain(&source.publisher)));
            }
            value.push_str(&format!("\n{}", count(source.paragraphs as usize, "paragraph")));
            if !source.date_note.is_empty() {
                value.push_str(&format!("\nDate: {}", curated(&source.date_note)));
            }
            if !source.limits.is_empty() {
                value.push_str(&format!("\nLimits: {}", curated(&source.limits)));
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
    let content = format!("All my answers come from {}{more}. Later events and other subjects are not on record.", names.join(", "));
    let mut embed = Embed { title: "Sources".to_owned(), color: BLUE, fields, ..Embed::default() };
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

/// A text in English and its translations, by Discord's names of the locales.
pub(crate) struct Translated {
    pub en: &'static str,
    pub de: &'static str,
    pub hr: &'static str,
    pub el: &'static str,
}

/// The name and description of a command or an option.
pub(crate) struct CommandText {
    pub name: Translated,
    pub description: Translated,
}

/// `/ask`.
pub(crate) const ASK: CommandText = CommandText {
    name: Translated { en: "ask", de: "fragen", hr: "pitaj", el: "ρώτα" },
    description: Translated {
        en: "Ask a question and get an answer with its source",
        de: "Eine Frage stellen; die Antwort kommt mit ihrer Quelle (auf Englisch)",
        hr: "Postavi pitanje; odgovor dolazi s izvorom (na engleskom)",
        el: "Κάνε μια ερώτηση· η απάντηση έρχεται με την πηγή της (στα αγγλικά)",
    },
};
/// Its option `question`.
pub(crate) const QUESTION: CommandText = CommandText {
    name: Translated { en: "question", de: "frage", hr: "pitanje", el: "ερώτηση" },
    description: Translated {
        en: "Your question, in English",
        de: "Deine Frage, auf Englisch",
        hr: "Tvoje pitanje, na engleskom",
        el: "Η ερώτησή σου, στα αγγλικά",
    },
};
/// Its option `private`.
pub(crate) const PRIVATE: CommandText = CommandText {
    name: Translated { en: "private", de: "privat", hr: "privatno", el: "ιδιωτικά" },
    description: Translated {
        en: "Show the reply only to you",
        de: "Die Antwort nur dir zeigen",
        hr: "Prikaži odgovor samo tebi",
        el: "Να βλέπεις μόνο εσύ την απάντηση",
    },
};
/// The command in the context menu of a message.
pub(crate) const ANSWER_THIS: Translated =
    Translated { en: "Answer this", de: "Das beantworten", hr: "Odgovori na ovo", el: "Απάντησε σε αυτό" };
/// Commands without options.
pub(crate) const OTHER_COMMANDS: [CommandText; 4] = [
    CommandText {
        name: Translated { en: "topics", de: "themen", hr: "teme", el: "θέματα" },
        description: Translated {
            en: "Browse the questions that have an answer",
            de: "Durchsehen, worauf es Antworten gibt",
            hr: "Pregledaj na što postoje odgovori",
            el: "Δες για ποια θέματα υπάρχουν απαντήσεις",
        },
    },
    CommandText {
        name: Translated { en: "sources", de: "quellen", hr: "izvori", el: "πηγές" },
        description: Translated {
            en: "Where the answers come from, how recent they are, and what they leave out",
            de: "Worauf die Antworten beruhen, von wann sie sind und was fehlt",
            hr: "Na čemu se odgovori temelje, iz kojeg su vremena i što nedostaje",
            el: "Πού βασίζονται οι απαντήσεις, από πότε είναι και τι δεν καλύπτουν",
        },
    },
    CommandText {
        name: Translated { en: "help", de: "hilfe", hr: "pomoć", el: "βοήθεια" },
        description: Translated {
            en: "How to use this bot", de: "Wie man mich fragt", hr: "Kako me pitati", el: "Πώς να με ρωτήσεις"
        },
    },
    CommandText {
        name: Translated { en: "about", de: "info", hr: "informacije", el: "σχετικά" },
        description: Translated {
            en: "Version, size of the knowledge base, privacy",
            de: "Version, Umfang der Sammlung, Datenschutz",
            hr: "Verzija, veličina zbirke, privatnost",
            el: "Έκδοση, μέγεθος αρχείου, απόρρητο",
        },
    },
];

/// Button below an answer, and heading of its form.
pub const ASK_FURTHER: &str = "Ask further";
/// Label in the form.
pub const FURTHER_QUESTION: &str = "Your question";
/// For a form without a question.
pub const NOTHING_ASKED: &str = "There was no question in the form.";
/// For a mention that points to a message that the bot cannot read.
pub const CANNOT_READ_IT: &str = "I cannot read the message that you replied to. On that message, choose Apps, then \"Answer this\".";

/// In the empty field of the form.
pub fn about_what(question: &str) -> String {
    format!("After: {question}")
}

/// Below the answer to a follow-up.
pub fn read_as(full: &str) -> String {
    format!("I read that as: {full}")
}
