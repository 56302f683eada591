//! The pictures in `docs/pictures` show what the bot sends. `scripts/pictures` takes them, and keeps what they show in `payloads.json`.

use factotum_discord::bot::{Action, Bot};
use factotum_discord::event::{Enclosed, Incoming, Interaction, InteractionKind, InteractionToken, MessageEvent, Origin, Replied};
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_discord::payload::Response;
use factotum_service::config;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Most bytes of a picture: a reader loads every one that a document shows.
const MOST_BYTES: usize = 60_000;
const THEMES: [&str; 2] = ["dark", "light"];
const ORIGIN: Origin = Origin { user: 1, channel: 2, guild: Some(3) };

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What each picture shows: the message, and what it replies to.
fn payloads() -> Vec<Value> {
    let bot = Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), config::Discord::default());
    vec![
        asked(&bot, "answer", "which NATO members don't recognize Kosovo?"),
        mentioned(&bot, "speaker", "what does Osmani say about NATO membership?"),
        asked(&bot, "decline", "does Cyprus recognise Kosovo?"),
        asked(&bot, "clarify", "Osmani influence?"),
        command(&bot, "topics"),
        command(&bot, "help"),
        mentioned(&bot, "card", "sanctions?"),
        followed(&bot, "further", "does Spain recognise Kosovo?", "and Romania?"),
    ]
}

/// The reply to `/ask`.
fn asked(bot: &Bot, name: &str, question: &str) -> Value {
    let kind = InteractionKind::Ask { question: question.to_owned(), private: false };
    json!({"name": name, "asked": {"command": "ask", "options": {"question": question}}, "message": used(bot, kind)})
}

/// The reply to a command without options. If it has a menu, the picture shows the menu open.
fn command(bot: &Bot, name: &str) -> Value {
    json!({"name": name, "asked": {"command": name, "open": true}, "message": used(bot, InteractionKind::Command(name.to_owned()))})
}

/// The reply to a message that mentions the bot.
fn mentioned(bot: &Bot, name: &str, question: &str) -> Value {
    written(bot, name, question, Enclosed::default())
}

/// The reply to a message that replies to the answer to another question.
fn followed(bot: &Bot, name: &str, before: &str, question: &str) -> Value {
    let answer = mentioned(bot, name, before);
    let rows = answer["message"]["components"].as_array().cloned().unwrap_or_default();
    let buttons = rows.iter().flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
    let custom_ids = buttons.filter_map(|button| button["custom_id"].as_str().map(str::to_owned)).collect();
    let replied = Some(Replied { author: 4, by_us: true, text: String::new(), custom_ids });
    written(bot, name, question, Enclosed { replied, ..Enclosed::default() })
}

fn written(bot: &Bot, name: &str, question: &str, enclosed: Enclosed) -> Value {
    let text = format!("<@4> {question}");
    let message = MessageEvent {
        id: 5,
        origin: ORIGIN,
        text: text.clone(),
        from_bot: false,
        regular: true,
        mentions_everyone: false,
        mentions_bot: true,
        replies_to_bot: false,
        enclosed,
        roles: Vec::new(),
    };
    json!({"name": name, "asked": {"written": text}, "message": sent(bot, &Incoming::Message(message))})
}

fn used(bot: &Bot, kind: InteractionKind) -> Value {
    let token = InteractionToken("secret".to_owned());
    sent(bot, &Incoming::Interaction(Interaction { id: 5, token, origin: ORIGIN, kind, roles: Vec::new(), present: true }))
}

/// The one message that the bot sends.
fn sent(bot: &Bot, incoming: &Incoming) -> Value {
    match bot.decide(incoming, Instant::now()).actions.as_slice() {
        [Action::Respond { response: Response::Message(message), .. }] => json!(message),
        [Action::Post { message, .. }] => json!(message),
        other => panic!("a picture shows one message, not {other:?}"),
    }
}

#[test]
fn show_what_the_bot_sends() {
    let now = format!("{:#}\n", Value::Array(payloads()));
    // So scripts/pictures learns what to take pictures of.
    if let Some(file) = std::env::var_os("FACTOTUM_PAYLOADS") {
        fs::write(file, now).expect("the script made the folder");
        return;
    }
    let kept = fs::read_to_string(root().join("docs/pictures/payloads.json")).unwrap_or_default();
    let differs = kept.lines().zip(now.lines()).find(|(kept, now)| kept != now);
    assert!(kept == now, "the bot sends something else than docs/pictures show: run scripts/pictures\n{differs:#?}");
}

#[test]
fn are_small_and_in_both_themes() {
    for payload in payloads() {
        for theme in THEMES {
            let file = format!("{}-{theme}.png", payload["name"].as_str().unwrap_or_default());
            let picture = fs::read(root().join("docs/pictures").join(&file)).unwrap_or_default();
            assert!(picture.starts_with(b"\x89PNG"), "docs/pictures/{file} is missing: run scripts/pictures");
            assert!(picture.len() <= MOST_BYTES, "docs/pictures/{file} has {} bytes, more than {MOST_BYTES}", picture.len());
        }
    }
}

#[test]
fn exist_where_documents_show_them() {
    for document in ["README.md", "docs/discord.md"] {
        let path = root().join(document);
        let text = fs::read_to_string(&path).expect("the document exists");
        let folder = path.parent().expect("a file lies in a folder");
        let after = |start| text.split(start).skip(1).filter_map(|rest| rest.split('"').next());
        let shown: Vec<&str> = after("src=\"").chain(after("srcset=\"")).collect();
        for theme in THEMES {
            assert!(shown.iter().any(|file| file.ends_with(&format!("-{theme}.png"))), "{document} shows no picture in the {theme} theme");
        }
        for file in shown {
            assert!(folder.join(file).exists(), "{document}: nothing is at {file}");
        }
    }
}
