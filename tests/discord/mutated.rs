//! Events that Discord would never send. `FACTOTUM_MUTATIONS=1000000 cargo test --release --test discord mutated` tries a million.

use crate::fake::{Asked, Fake, Place, US, Written};
use crate::openapi;
use crate::talk;
use factotum_discord::adapter;
use factotum_discord::bot::{Action, Bot};
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_service::config;
use serde_json::{Value, json};
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
    let bot = Bot::new(IndexedKnowledge::of(factotum_built_in::answerer()), config::Discord::default());
    let originals = originals(fake);
    let mut numbers = Numbers(1);
    let start = Instant::now();
    let (mut read, mut answered) = (0, 0);
    for n in 0..tries {
        let (kind, original) = &originals[numbers.below(originals.len())];
        let mut event = original.clone();
        for _ in 0..numbers.below(4) {
            mutate(&mut event, &mut numbers);
        }
        let Some(incoming) = adapter::read(kind, event.clone(), US) else { continue };
        read += 1;
        // One second apart, so that rate limits do not silence them all.
        let decision = bot.decide(&incoming, start + Duration::from_secs(n));
        if *kind == "MESSAGE_CREATE" && !is_question(&event) {
            assert!(decision.actions.is_empty(), "a reply without a question: {event} {decision:?}");
        }
        for action in &decision.actions {
            answered += 1;
            let (path, body) = match action {
                Action::Post { message, .. } => ("/channels/1/messages", json!(message)),
                Action::Respond { response, .. } => ("/interactions/1/t/callback", json!(response)),
                Action::FollowUp { message, .. } => ("/webhooks/1/t", json!(message)),
            };
            openapi::rules(&Asked {
                method: "POST".to_owned(),
                path: path.to_owned(),
                query: String::new(),
                body,
                raw: Vec::new(),
                status: 200,
                at: start,
            });
        }
    }
    assert!(read > tries / 10 && answered > tries / 20, "most say something: {read} of {tries} were read, {answered} answered");
}

/// Whether the event is a question for the bot, by its JSON alone.
fn is_question(event: &Value) -> bool {
    let us = US.to_string();
    let by_program = event["author"]["bot"] == true || !event["webhook_id"].is_null() || event["author"]["id"].as_str() == Some(&us);
    let mentioned = event["mentions"].as_array().into_iter().flatten().any(|m| m["id"].as_str() == Some(&us));
    !by_program && event["mention_everyone"] != true && (event["guild_id"].is_null() || mentioned)
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
    vec![
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
