//! Every text of the bot that only people on Discord read. Answers and refusals are worded in `factotum_core::render`, for all front ends.

use super::markdown::{clip, curated, link, plain};
use super::payload::{Embed, Field, MAX_CONTENT, MAX_EMBEDS, MAX_FIELD, MAX_OPTIONS, Message};
use super::reply::{BLUE, fitting};
use factotum_core::knowledge::{KnowledgeBase, Source, date_in_words};
use factotum_journal::Ratings;
use std::time::Duration;

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

/// Below a reply to a forum post, as Markdown.
pub const UNASKED: &str = "\n-# I answered because your title is a question that is on record. A person may still reply.";

/// Button below a refusal, and heading of the form.
pub const ASK_A_PERSON: &str = "Ask a person";
/// Button that passes a question on.
pub const PASS_ON: &str = "Pass it on";
/// Button that opens the form.
pub const CHANGE_QUESTION: &str = "Change the question";
/// Label in the form.
pub const YOUR_QUESTION: &str = "Your question";
/// For a form without a question.
pub const NO_QUESTION: &str = "There was no question in the form.";
/// For a question that was passed on already.
pub const PASSED_ON_BEFORE: &str = "This question has already been passed on.";
/// For a user who has passed on many questions.
pub const PASSED_ON_OFTEN: &str = "You have passed on several questions in the last hour. Please wait a while.";
/// After "Not helpful".
pub const WHY: &str = "Thank you. Your rating was counted. What was wrong with the answer?";
/// A reason.
pub const WHY_WRONG: &str = "It is wrong";
/// A reason.
pub const WHY_OTHER_QUESTION: &str = "Not what I asked";
/// A reason.
pub const WHY_OUT_OF_DATE: &str = "Out of date";
/// A reason.
pub const WHY_UNCLEAR: &str = "Unclear";
/// After a reason.
pub const THANKS_WHY: &str = "Thank you, that helps to improve the answer. Would you like to ask a person?";
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
/// Above a person's answer, as Markdown.
pub const A_PERSON_ANSWERS: &str = "**A person answers** (this is not on record):";
/// To the person who answered.
pub const DELIVERED: &str = "Passed on.";
/// For a reply to a post for people by somebody who has not got the role.
pub const NOT_A_PERSON: &str = "Only members of the role that answers questions can reply through me.";
/// For a reply that the bot cannot read.
pub const NOT_PINGED: &str = "I can read your reply only if it mentions me. Please reply again, and leave the mention (\"@ ON\") on.";
/// For an answer to a place where the bot is no longer set up to answer.
pub const NOT_THERE: &str = "I am no longer set up to answer where that was asked.";

/// Before a question is passed on: `quotation` is the question as Markdown.
pub fn before_passing_on(channel: u64, quotation: &str) -> String {
    format!(
        "I can pass this question on to people who may know:\n{quotation}\nIt will be posted in <#{channel}>, with a link to this place, so that \
         readers of that channel can see who asked. If somebody answers, the answer appears here."
    )
}

/// Once a question is on its way: `quotation` is the question as Markdown.
pub fn passed_on(quotation: &str) -> String {
    format!("I am passing your question on:\n{quotation}\nIf somebody answers, the answer appears here.")
}

/// The command for curators in the context menu of a message.
pub(crate) const TEACH: Translated = Translated { en: "Teach", de: "Beibringen", hr: "Nauči", el: "Δίδαξέ το" };
/// For "Teach" by somebody who has not got the role.
pub const NOT_A_TEACHER: &str = "Only curators of this server can teach me. If I should know something, tell one of them, or ask me: I keep a note \
    of what I could not answer where my operator has set that up.";
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
            format!("I notice the change by myself within {}.", count(usize::try_from(time.as_secs()).unwrap_or(usize::MAX), "second"))
        }
        None => "I notice the change once my operator has me reload.".to_owned(),
    }
}

/// Why nothing was taught; the texts are Markdown.
pub fn worse(number: usize, quotation: &str, list: &str) -> String {
    let others = if number == 1 { "One other question".to_owned() } else { format!("{number} other questions") };
    format!("I have not added this wording yet:\n{quotation}\n{others} would be answered worse:\n{list}")
}
/// For a change that ended in an error of the program's.
pub const WORK_FAILED: &str =
    "Something went wrong on my side, and I do not know whether the change was made. My operator can find out from the files.";
