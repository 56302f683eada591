//! Many questions at once. Not run by default: `cargo test --release --test discord -- --ignored load`.

use crate::bot::Bot;
use crate::fake::{Asked, Fake, Order, Place, US, Written, requests};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
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
        // A second reply to the same question would not be found.
        match asked.remove(answers(request)) {
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

/// How long the steady load lasts, unless `STEADY_MINUTES` says otherwise. Reloads come every minute.
const STEADY_MINUTES: u64 = 60;
/// Of these as many at the beginning are to settle in: caches fill, and the allocator learns how much a reload takes.
const SETTLING: usize = 10;
/// Questions a second of the steady load: a busy guild, all day.
const STEADY_RATE: u32 = 4;
/// What the reloads change, to and fro.
const CHANGED: (&str, &str) = ("around $1.5 billion in 2021", "around 1.5 billion dollars in 2021");
/// Questions with an answer, with a near one, with none, and words that are no question. None is asked twice in a row.
const ASKED: [&str; 8] = [
    "who is the president of serbia",
    "which nato members have not recognised kosovo",
    "how many soldiers does bosnia have",
    "serbia defence budget",
    "what did russia say about bosnia joining nato?",
    "when did kosovo become independent and who is its president",
    "kosovo",
    "what is the capital of france",
];

/// Steady load with a reload every minute: each question is answered once, nothing is logged as an error, and memory stays where it was.
#[expect(clippy::print_stdout)]
pub(crate) async fn an_hour(fake: Fake) {
    let minutes = std::env::var("STEADY_MINUTES").ok().and_then(|minutes| minutes.parse().ok()).unwrap_or(STEADY_MINUTES);
    let folder = tempfile::tempdir().expect("a folder for the test");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    for file in fs::read_dir(own).expect("the knowledge base of the program") {
        let file = file.expect("a file of it");
        fs::copy(file.path(), folder.path().join(file.file_name())).expect("a writable folder");
    }
    let changing = folder.path().join("serbia.toml");
    let texts = fs::read_to_string(&changing).map(|text| [text.replace(CHANGED.0, CHANGED.1), text]).expect("a file of it");
    assert_ne!(texts[0], texts[1], "nothing changes");
    let path = folder.path().display().to_string();
    let bot = Bot::start(&fake, &[("FACTOTUM_LOG", "info"), ("FACTOTUM_KNOWLEDGE", &path), ("FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS", "0")]);
    fake.asked("POST /commands", 5).await;
    let (mut number, mut samples, mut asked) = (0, Vec::new(), BTreeSet::new());
    let mut pace = tokio::time::interval(Duration::from_secs(1) / STEADY_RATE);
    for minute in 1..=minutes {
        for _ in 0..60 * STEADY_RATE {
            pace.tick().await;
            let text = ASKED[number as usize % ASKED.len()];
            let (person, channel) = (100 + number % PEOPLE, 10_000 + number);
            let id = if number.is_multiple_of(2) {
                fake.ask(Place { person, channel, ..Place::default() }, text, None).0
            } else {
                fake.write(&Written { text: text.to_owned(), person, channel, ..Written::default() })
            };
            asked.insert(id.to_string());
            number += 1;
        }
        samples.push(bot.memory().expect("the system says"));
        println!("minute {minute}: {} kB", samples[samples.len() - 1]);
        fs::write(&changing, &texts[(minute as usize + 1) % 2]).expect("a writable folder");
        bot.signal("HUP");
    }
    fake.settle().await;
    bot.says("knowledge base reloaded", minutes as usize).await;
    for request in requests(&fake.seen()).filter(|r| r.method == "POST") {
        asked.remove(answers(request));
    }
    assert!(asked.is_empty(), "{} were not answered", asked.len());
    let complaints = [bot.lines(" ERROR "), bot.lines(" WARN ")].concat();
    assert!(complaints.is_empty(), "{complaints:?}");
    // The most of ten: reloads differ, since what the program has built in is not learned again.
    let most = |some: &[u64]| some.iter().copied().max().unwrap_or_default();
    if let (Some(first), Some(last)) = (samples.get(SETTLING..2 * SETTLING), samples.last_chunk::<SETTLING>()) {
        let (first, last) = (most(first), most(last));
        println!("{number} questions, {minutes} reloads; at most {first} kB after {SETTLING} minutes, {last} kB at the end");
        assert!(last <= first + first / 20, "memory grows: {first} kB, then {last} kB");
    }
}

/// The interaction or message that a request responds to.
fn answers(request: &Asked) -> &str {
    let interaction = request.path.strip_prefix("/interactions/").and_then(|rest| rest.split('/').next());
    interaction.or(request.body["message_reference"]["message_id"].as_str()).unwrap_or_default()
}
