//! The pictures in `docs/pictures` show what the bot sends. `scripts/pictures` takes them, and keeps what they show in `payloads.json`.

use factotum_core::answering::Answerer;
use factotum_discord::bot::{Action, Bot};
use factotum_discord::event::{
    Enclosed, Id, Incoming, Interaction, InteractionKind, InteractionToken, MessageEvent, Origin, PostEvent, PressedOn, Replied,
};
use factotum_discord::guilds::Base;
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_discord::payload::Response;
use factotum_discord::teach::{Taught, Teacher, Wanted};
use factotum_service::config;
use factotum_wording::Language;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    let mut all = vec![
        asked(&bot, "answer", "which NATO members don't recognize Kosovo?"),
        mentioned(&bot, "speaker", "what does Osmani say about NATO membership?"),
        asked(&bot, "decline", "does Cyprus recognise Kosovo?"),
        asked_in(&bot, "german", Language::German, "Wie viele NATO-Staaten erkennen das Kosovo nicht an?"),
        asked(&bot, "clarify", "Osmani influence?"),
        command(&bot, "topics"),
        command(&bot, "help"),
        mentioned(&bot, "card", "sanctions?"),
        followed(&bot, "further", "does Spain recognise Kosovo?", "and Romania?"),
    ];
    all.extend(with_people());
    all
}

/// A forum, the channel in which people see questions, and the role whose members answer and teach.
const FORUM: Id = 20;
const PEOPLE: Id = 30;
const ROLE: Id = 31;

/// The pictures of what takes people: a post, a question that is passed on, and a lesson.
fn with_people() -> Vec<Value> {
    let ids = |id: Id| id.to_string().parse().expect("an id");
    let one = |id| config::Optional(Some(config::Id(id)));
    let settings = config::Discord {
        forums: config::Forums { channels: ids(FORUM), ..config::Forums::default() },
        ask_a_person: config::AskAPerson { channel: one(PEOPLE), role: one(ROLE) },
        teach: config::Teach { roles: ids(ROLE) },
        ..config::Discord::default()
    };
    let bot = Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), settings).with_teacher(Base::Main, Arc::new(NoTeacher));
    let message = |text: &str| MessageEvent { roles: vec![ROLE], mentions_bot: false, ..message(text, Enclosed::default()) };
    let press = |custom_id: &str, text: &str| {
        let on = PressedOn { text: text.to_owned(), replied_to: Some(5), ..PressedOn::default() };
        let kind = InteractionKind::Component { custom_id: custom_id.to_owned(), chosen: None, message: 6, answers: Some(5), on };
        interaction(kind)
    };
    let words = |message: &Value| message["content"].as_str().unwrap_or_default().to_owned();

    let title = "Which NATO members have not recognised Kosovo?";
    let post = PostEvent { id: 40, forum: FORUM, guild: ORIGIN.guild, user: 1, title: title.to_owned(), tags: Vec::new() };
    bot.decide(&Incoming::Post(post), Instant::now());
    let begins = MessageEvent { id: 40, origin: Origin { channel: 40, ..ORIGIN }, ..message("I could not find it anywhere.") };
    let answered = sent(&bot, &Incoming::Message(begins));

    let question = "what is the population of Kosovo?";
    bot.decide(&Incoming::Message(self::message(&format!("<@4> {question}"), Enclosed::default())), Instant::now());
    let offer = sent(&bot, &press("1:person", ""));
    let passed_on = bot.decide(&press("1:pass:5", &words(&offer)), Instant::now());
    let for_people = passed_on.actions.iter().find_map(|action| match action {
        Action::Post { message, .. } => Some(json!(message)),
        _ => None,
    });
    let for_people = for_people.expect("a post for people");
    let replied = Some(Replied { author: 4, by_us: true, text: words(&for_people), custom_ids: Vec::new() });
    let origin = Origin { channel: PEOPLE, ..ORIGIN };
    let person = MessageEvent {
        id: 41,
        origin,
        enclosed: Enclosed { replied, ..Enclosed::default() },
        ..message("About 1.8 million in 2021, says its statistical office.")
    };
    let answer = bot.decide(&Incoming::Message(person), Instant::now());
    let [Action::Post { message: answer, .. }, ..] = answer.actions.as_slice() else { panic!("{answer:?}") };

    let wording = "does anybody know which countries of the alliance still refuse to recognise Kosovo";
    vec![
        json!({"name": "post", "asked": {"written": title, "post": true}, "message": answered}),
        json!({"name": "offer", "asked": {}, "message": offer}),
        json!({"name": "for-people", "asked": {}, "message": for_people}),
        json!({"name": "person", "asked": {"written": question}, "message": answer}),
        json!({"name": "teach", "asked": {"used": "Teach"}, "message": sent(&bot, &interaction(InteractionKind::Teach { text: wording.to_owned() }))}),
    ]
}

/// Nobody gets that far in a picture.
#[derive(Debug)]
struct NoTeacher;

impl Teacher for NoTeacher {
    fn teach(&self, _: &Answerer, _: &Wanted) -> Result<Taught, String> {
        Err(String::new())
    }

    fn undo(&self, _: &str, _: Id) -> Result<String, String> {
        Err(String::new())
    }

    fn noticed_within(&self) -> Option<Duration> {
        None
    }
}

/// The reply to `/ask`.
fn asked(bot: &Bot, name: &str, question: &str) -> Value {
    let kind = InteractionKind::Ask { question: question.to_owned(), private: false };
    json!({"name": name, "asked": {"command": "ask", "options": {"question": question}}, "message": used(bot, kind)})
}

/// The same of somebody with Discord in another language.
fn asked_in(bot: &Bot, name: &str, language: Language, question: &str) -> Value {
    let commands = language.wording().commands.as_ref().expect("Discord has this language");
    let kind = InteractionKind::Ask { question: question.to_owned(), private: false };
    let Incoming::Interaction(interaction) = interaction(kind) else { unreachable!("it is one") };
    let message = sent(bot, &Incoming::Interaction(Interaction { language: Some(language), ..interaction }));
    json!({"name": name, "asked": {"command": commands.ask.name, "options": {commands.question.name.as_str(): question}}, "message": message})
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
    json!({"name": name, "asked": {"written": text}, "message": sent(bot, &Incoming::Message(message(&text, enclosed)))})
}

/// A message that mentions the bot.
fn message(text: &str, enclosed: Enclosed) -> MessageEvent {
    MessageEvent {
        id: 5,
        origin: ORIGIN,
        text: text.to_owned(),
        from_bot: false,
        regular: true,
        mentions_everyone: false,
        mentions_bot: true,
        replies_to_bot: false,
        enclosed,
        roles: Vec::new(),
    }
}

fn used(bot: &Bot, kind: InteractionKind) -> Value {
    sent(bot, &interaction(kind))
}

fn interaction(kind: InteractionKind) -> Incoming {
    let token = InteractionToken("secret".to_owned());
    Incoming::Interaction(Interaction { id: 5, token, origin: ORIGIN, kind, roles: vec![ROLE], present: true, language: None })
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
