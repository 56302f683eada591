//! Many questions at once. Not run by default: `cargo test --release --test discord -- --ignored load`.

use crate::bot::Bot;
use crate::fake::{Fake, Order, Place, US, Written, requests};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Questions, users and channels; no user exceeds the default limits.
const QUESTIONS: u64 = 10_000;
const PEOPLE: u64 = 2_000;
const CHANNELS: u64 = 500;
/// Questions per second.
const RATE: u32 = 200;
/// Events after that, to measure memory: most events that a bot gets are not for it.
const EVENTS: u64 = 100_000;

/// Prints what it measured.
#[expect(clippy::print_stdout)]
pub(crate) async fn two_hundred_a_second(fake: Fake) {
    let bot = Bot::start(&fake, &[("FACTOTUM_LOG", "warn"), ("FACTOTUM_KNOWLEDGE", "")]);
    fake.asked("POST /commands", 5).await;
    let began = bot.processor();
    let mut asked: BTreeMap<String, Instant> = BTreeMap::new();
    let mut pace = tokio::time::interval(Duration::from_secs(1) / RATE);
    for n in 0..QUESTIONS {
        pace.tick().await;
        let (person, channel) = (100 + n % PEOPLE, 10_000 + n % CHANNELS);
        let now = Instant::now();
        let id = match n % 3 {
            0 => fake.ask(Place { person, channel, ..Place::default() }, "who is the president of serbia", None).0,
            1 => fake.write(&Written {
                text: "which nato members have not recognised kosovo".to_owned(),
                person,
                channel,
                ..Written::default()
            }),
            _ => {
                let text = format!("<@{US}> does cyprus recognise kosovo");
                fake.write(&Written { text, person, channel, server: Some(22), mentions: vec![US], ..Written::default() })
            }
        };
        asked.insert(id.to_string(), now);
    }
    fake.settle().await;
    let mut times: Vec<Duration> = Vec::new();
    for request in requests(&fake.seen()).filter(|a| a.method == "POST" && !a.names("/commands")) {
        let interaction = request.path.strip_prefix("/interactions/").and_then(|rest| rest.split('/').next());
        let id = interaction.or(request.body["message_reference"]["message_id"].as_str()).unwrap_or_default();
        // A second reply to the same question would not be found.
        match asked.remove(id) {
            Some(since) => times.push(request.at - since),
            None => assert!(request.body["data"]["choices"].is_array(), "answered twice: {request:?}"),
        }
    }
    assert!(asked.is_empty(), "{} were not answered", asked.len());
    times.sort_unstable();
    let share = |percent: usize| times[(times.len() - 1) * percent / 100];
    let (before, busy) = (bot.memory(), bot.processor());
    for n in 0..EVENTS {
        let written = Written { text: "talk".to_owned(), person: 100 + n, channel: 20_000 + n, server: Some(22), ..Written::default() };
        fake.order(0, Order::Dispatch("MESSAGE_CREATE", fake.message(n + 1, &written)));
        // Neither side should hold all of them at once.
        if n % 1_000 == 0 {
            fake.settle().await;
        }
    }
    fake.settle().await;
    let after = bot.memory();
    let each = |after: Option<u64>, before, of| after.zip(before).map(|(after, before): (u64, u64)| (after - before) * 1_000 / of);
    let (question, event) = (each(busy, began, QUESTIONS), each(bot.processor(), busy, EVENTS));
    println!(
        "{} questions: p50 {:?}, p99 {:?}, longest {:?}; memory {before:?} kB, after {EVENTS} events {after:?} kB; processor time {question:?} us a \
         question, {event:?} us an event that is not for the bot",
        times.len(),
        share(50),
        share(99),
        share(100)
    );
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after < before + before / 10, "memory grows: {before} kB, then {after} kB");
    }
}

/// What a process with more shards needs. serenity starts one every five seconds.
#[expect(clippy::print_stdout)]
pub(crate) async fn sixteen_shards(fake: Fake) {
    let share =
        |last| [("FACTOTUM_DISCORD_SHARDS_FIRST", "0"), ("FACTOTUM_DISCORD_SHARDS_LAST", last), ("FACTOTUM_DISCORD_SHARDS_TOTAL", "16")];
    let one = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", "")].into_iter().chain(share("0")).collect::<Vec<_>>()).await;
    let memory = one.memory();
    drop(one);
    let begun = Instant::now();
    let sixteen = Bot::start(&fake, &[("FACTOTUM_KNOWLEDGE", "")].into_iter().chain(share("15")).collect::<Vec<_>>());
    let connected = |count: usize| fake.wait_for("sessions", count, |seen| matches!(seen, crate::fake::Seen::Identified { .. }));
    for count in 2..=17 {
        connected(count).await;
    }
    sixteen.says(" ready counts", 1).await;
    println!("one shard: {memory:?} kB; sixteen: {:?} kB, ready after {:?}", sixteen.memory(), begun.elapsed());
}
