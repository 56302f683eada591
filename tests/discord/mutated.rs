//! Events that Discord would never send. `FACTOTUM_MUTATIONS=1000000 cargo test --release --test discord mutated` tries a million.

use crate::fake::{Asked, FORUM, Fake, PEOPLE, Place, ROLE, US, Written};
use crate::openapi;
use crate::talk;
use factotum_core::answering::Answerer;
use factotum_discord::adapter;
use factotum_discord::bot::{Action, Bot};
use factotum_discord::guilds::Base;
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_discord::teach::{Taught, Teacher, Wanted};
use factotum_service::config;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The button of an answer, with made-up keys.
const FURTHER: &str = "1:further:0123456789abcdef:0123456789abcdef";

/// How many are tried by default.
const USUAL: u64 = 20_000;

/// Pseudo-random numbers, the same in each run: a Lehmer generator.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0xda94_2042_e4dd_58b5).wrapping_add(0x9e37_79b9);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }
}

pub(crate) async fn nothing_panics_and_nobody_is_pinged(fake: Fake) {
    let tries = std::env::var("FACTOTUM_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(USUAL);
    tokio::task::spawn_blocking(move || run(&fake, tries)).await.expect("no panic");
}

fn run(fake: &Fake, tries: u64) {
    let ids = |id: u64| id.to_string().parse::<config::Ids>().expect("an id");
    let settings = config::Discord {
        forums: config::Forums { channels: ids(FORUM), ..config::Forums::default() },
        ask_a_person: config::AskAPerson {
            channel: config::Optional(Some(config::Id(PEOPLE))),
            role: config::Optional(Some(config::Id(ROLE))),
        },
        teach: config::Teach { roles: ids(ROLE) },
        ..config::Discord::default()
    };
    let bot = Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), settings).with_teacher(Base::Main, Arc::new(NoTeacher));
    let originals = originals(fake);
    let mut numbers = Numbers(1);
    let start = Instant::now();
    let (mut read, mut answered, mut unasked) = (0, 0, 0);
    for n in 0..tries {
        let (kind, original) = &originals[numbers.below(originals.len())];
        let mut event = original.clone();
        // A thread is answered once, so there have to be many.
        let thread = json!((1_000 + n / 40).to_string());
        for key in ["id", "channel_id"] {
            if event[key] == "100" {
                event[key] = thread.clone();
            }
        }
        for _ in 0..numbers.below(4) {
            mutate(&mut event, &mut numbers);
        }
        let Some(incoming) = adapter::read(kind, event.clone(), US) else { continue };
        read += 1;
        // One second apart, so that rate limits do not silence them all.
        let decision = bot.decide(&incoming, start + Duration::from_secs(n));
        if *kind != "INTERACTION_CREATE" && !is_question(&event) && !is_for_people(&event) {
            // Only in a forum, and under a nonce that Discord takes once.
            let in_thread = |action: &Action| matches!(action, Action::Post { channel, message } if message.nonce == channel.to_string());
            assert!(
                decision.actions.len() <= 1 && decision.actions.iter().all(in_thread),
                "a reply without a question: {event} {decision:?}"
            );
            unasked += decision.actions.len();
        }
        for action in &decision.actions {
            answered += 1;
            let (path, body) = match action {
                Action::Post { channel, message } => (format!("/channels/{channel}/messages"), json!(message)),
                Action::Respond { response, .. } => ("/interactions/1/t/callback".to_owned(), json!(response)),
                Action::FollowUp { message, .. } => ("/webhooks/1/t".to_owned(), json!(message)),
                Action::Work { base, work, .. } => ("/webhooks/1/t".to_owned(), json!(bot.work(*base, work))),
            };
            openapi::rules(&Asked { method: "POST".to_owned(), path, query: String::new(), body, raw: Vec::new(), status: 200, at: start });
        }
    }
    assert!(read > tries / 10 && answered > tries / 20, "most say something: {read} of {tries} were read, {answered} answered");
    assert!(unasked > 0, "forum posts are among them");
}

/// Whether the event is a question for the bot, by its JSON alone.
fn is_question(event: &Value) -> bool {
    let us = US.to_string();
    let by_program = event["author"]["bot"] == true || !event["webhook_id"].is_null() || event["author"]["id"].as_str() == Some(&us);
    let mentioned = event["mentions"].as_array().into_iter().flatten().any(|m| m["id"].as_str() == Some(&us));
    !by_program && event["mention_everyone"] != true && (event["guild_id"].is_null() || mentioned)
}

/// Whether the event is a reply to a message of the bot's in the channel where people answer.
fn is_for_people(event: &Value) -> bool {
    event["channel_id"].as_str() == Some(&PEOPLE.to_string())
        && event["referenced_message"]["author"]["id"].as_str() == Some(&US.to_string())
}

/// Refuses or lists what others fare worse with, by turns, with texts that do what they can.
#[derive(Debug)]
struct NoTeacher;

impl Teacher for NoTeacher {
    fn teach(&self, _: &Answerer, wanted: &Wanted) -> Result<Taught, String> {
        let text = format!("@everyone <@1> **{wanted:?}**");
        match wanted.wording.len() % 3 {
            0 => Err(text),
            1 => Ok(Taught::Worse(vec![(text.clone(), text); 40])),
            _ => Ok(Taught::Done { summary: text.clone(), then: text, others: 3, undo: "0123456789abcdef".to_owned() }),
        }
    }

    fn undo(&self, undo: &str, _: u64) -> Result<String, String> {
        Err(format!("<@1> {undo}"))
    }

    fn noticed_within(&self) -> Option<Duration> {
        None
    }
}

/// One of each kind.
fn originals(fake: &Fake) -> Vec<(&'static str, Value)> {
    let mention =
        Written { text: format!("<@{US}> who is the president of Serbia?"), server: Some(22), mentions: vec![US], ..Written::default() };
    let direct = Written { text: "which NATO members have not recognised Kosovo?".to_owned(), ..Written::default() };
    let reply = Written { replies_to: Some(US), kind: 19, text: "and why?".to_owned(), ..mention.clone() };
    let here = Place::default();
    let interaction = |kind, data| ("INTERACTION_CREATE", fake.interaction(7, "token", here, kind, data));
    let ask = json!({"id": "9", "name": "ask", "type": 1, "options": [
        {"name": "question", "type": 3, "value": "who is the president of Serbia?"}, {"name": "private", "type": 5, "value": true}]});
    let this = json!({"id": "9", "name": "Answer this", "type": 3, "target_id": "88", "resolved": {"messages": {"88": fake.message(88, &direct)}}});
    let typing = json!({"id": "9", "name": "ask", "type": 1, "options": [{"name": "question", "type": 3, "value": "wh", "focused": true}]});
    let curator = Place { role: Some(ROLE), ..here };
    let with = |place, kind, data, message: Value| {
        let mut interaction = fake.interaction(7, "token", place, kind, data);
        interaction["message"] = message;
        ("INTERACTION_CREATE", interaction)
    };
    let press = |place, custom_id: &str, text: &str| {
        with(place, 3, json!({"custom_id": custom_id, "component_type": 2}), fake.ours(44, &json!({"content": text})))
    };
    let quoting = "Teach me this wording:\n> who is the president of Serbia\nWhere?";
    let post = "Can anyone answer this?\n> who is it\n-# [Where it was asked](https://discord.com/channels/22/33/44). Reply to this message to answer: I pass your words on.";
    let person = Written {
        replies_to: Some(US),
        replied_text: Some(post.to_owned()),
        kind: 19,
        channel: PEOPLE,
        roles: vec![ROLE],
        ..mention.clone()
    };
    let beginning = Written { server: Some(22), channel: 100, ..Written::default() };
    let teach =
        json!({"id": "9", "name": "Teach", "type": 3, "target_id": "88", "resolved": {"messages": {"88": fake.message(88, &direct)}}});
    let key = "0123456789abcdef";
    vec![
        ("THREAD_CREATE", fake.thread(100, FORUM, "Who is the president of Serbia?", &[1])),
        ("MESSAGE_CREATE", fake.message(100, &beginning)),
        ("MESSAGE_CREATE", fake.message(8, &person)),
        press(here, "1:person", "declined"),
        press(here, "1:pass:44", quoting),
        press(here, "1:change:44", quoting),
        press(here, &format!("1:why:wrong:1:2:{key}"), "why"),
        (
            "INTERACTION_CREATE",
            fake.form(7, "token", here, "1:question:44", &[("question", "@everyone who is it?")], fake.ours(44, &json!({}))),
        ),
        with(curator, 2, teach, json!(null)),
        press(curator, "1:teach:missing", quoting),
        press(curator, "1:teach:fact", quoting),
        press(curator, &format!("1:undo:{key}"), quoting),
        (
            "INTERACTION_CREATE",
            fake.form(7, "token", curator, "1:teach:missing", &[("missing", "@everyone")], fake.ours(44, &json!({"content": quoting}))),
        ),
        ("MESSAGE_CREATE", fake.message(5, &mention)),
        ("MESSAGE_CREATE", fake.message(6, &direct)),
        ("MESSAGE_CREATE", fake.message(7, &reply)),
        interaction(2, ask),
        interaction(2, this),
        interaction(2, json!({"id": "9", "name": "topics", "type": 1})),
        interaction(3, json!({"custom_id": "1:topics:0", "component_type": 2})),
        interaction(3, json!({"custom_id": "1:pick", "component_type": 3, "values": ["0123456789abcdef"]})),
        interaction(4, typing),
        (
            "MESSAGE_CREATE",
            fake.message(
                8,
                &Written {
                    also: talk::replying(fake, US, &talk::buttons(&[FURTHER])),
                    text: format!("<@{US}> and Spain?"),
                    ..mention.clone()
                },
            ),
        ),
        (
            "MESSAGE_CREATE",
            fake.message(
                9,
                &Written {
                    also: talk::replying(fake, 12, &json!({"content": "who is it?"})),
                    text: format!("<@{US}> can you answer this?"),
                    ..mention.clone()
                },
            ),
        ),
        ("MESSAGE_CREATE", fake.message(10, &Written { also: talk::forwarding("does Spain recognise Kosovo?"), ..Written::default() })),
        (
            "MESSAGE_CREATE",
            fake.message(11, &Written { text: "> does Spain recognise Kosovo?\nand Romania?".to_owned(), ..Written::default() }),
        ),
        interaction(3, json!({"custom_id": FURTHER, "component_type": 2})),
        interaction(5, talk::filled(FURTHER, "and Romania?")),
    ]
}

/// Changes something at random.
fn mutate(value: &mut Value, numbers: &mut Numbers) {
    match value {
        Value::Object(map) if !map.is_empty() && numbers.below(8) > 0 => {
            let nth = numbers.below(map.len());
            let key = map.keys().nth(nth).cloned().expect("there are more than that");
            if numbers.below(20) == 0 {
                map.remove(&key);
            } else if let Some(inner) = map.get_mut(&key) {
                mutate(inner, numbers);
            }
        }
        Value::Array(list) if !list.is_empty() && numbers.below(8) > 0 => {
            let nth = numbers.below(list.len());
            if numbers.below(8) == 0 {
                let again = list[nth].clone();
                list.push(again);
            } else {
                mutate(&mut list[nth], numbers);
            }
        }
        Value::String(text) if numbers.below(3) > 0 => {
            const BITS: [&str; 12] =
                ["@everyone", "<@1>", "`", "**", "\u{202e}", "\u{1f642}", " and ", "?", "https://x.example", "\n- ", "Kosovo", "\u{0}"];
            let at = (0..=numbers.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            match numbers.below(3) {
                0 => text.insert_str(at, BITS[numbers.below(BITS.len())]),
                1 => text.truncate(at),
                _ => *text = text.repeat(1 + numbers.below(30)),
            }
        }
        other => {
            let values =
                [json!(null), json!(true), json!(0), json!(-1), json!(u64::MAX), json!(""), json!("1"), json!([]), json!({}), json!(1.5)];
            *other = values[numbers.below(values.len())].clone();
        }
    }
}
