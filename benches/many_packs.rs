//! What many knowledge bases in one process cost: `cargo bench --bench many_packs`, or `-- PACKS QUESTIONS` for other numbers. `scripts/try-many-packs`
//! builds and runs it.
//!
//! One process writes and learns the packs, and keeps what it learned in a cache, as the program does at a first start. Another one loads them, as
//! at all later starts, and answers events of all guilds in turn with the whole bot. Memory is what that process has before and after it loads
//! them.

#![allow(clippy::print_stdout, reason = "the report of a benchmark")]

use factotum_core::answering::Answerer;
use factotum_core::encoder::Encoder;
use factotum_core::knowledge::KnowledgeBase;
use factotum_discord::bot::Bot;
use factotum_discord::event::{Id, Incoming, Interaction, InteractionKind, InteractionToken, Origin};
use factotum_discord::guilds::Guilds;
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_service::cache::{Cache, Key};
use factotum_service::metrics::resident_memory;
use factotum_service::{config, pack};
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Packs, and questions of each.
const USUAL: (usize, usize) = (100, 100);
/// Ways of asking each question.
const FRAMES: [&str; 5] = [
    "How do I get the {a} for the {b}?",
    "where is the {a} of our {b}",
    "tell me about {a} and {b}",
    "{a} {b} please",
    "who has the {a} and the {b}",
];
/// How people ask, in words that stand in no pack.
const ASKED: [&str; 3] = ["what about a {a} with the {b}", "is there any {a} or {b} here", "can somebody give me the {b} {a}"];
/// Events that are answered.
const EVENTS: usize = 20_000;

/// Numbers that look like chance (xorshift64*, Vigna 2016), the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let number = |word: &str| word.parse::<usize>().expect("a number of packs or questions");
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [LEARN, folder, packs, questions] => learn(Path::new(folder), number(packs), number(questions)),
        [SERVE, folder, packs, questions] => serve(Path::new(folder), number(packs), number(questions), EVENTS),
        [packs, questions] => both(number(packs), number(questions)),
        _ if std::env::args().any(|a| a == "--bench") => both(USUAL.0, USUAL.1),
        // `cargo test --benches` only looks whether it runs.
        _ => {
            let folder = tempfile::tempdir().expect("a folder can be made");
            learn(folder.path(), 2, 5);
            serve(folder.path(), 2, 5, 20);
        }
    }
}

/// First words on the command line of the two processes.
const LEARN: &str = "learn-in";
const SERVE: &str = "serve-in";

fn both(packs: usize, questions: usize) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let own = std::env::current_exe().expect("a running program has a path");
    for word in [LEARN, SERVE] {
        let status = Command::new(&own).arg(word).arg(folder.path()).args([packs.to_string(), questions.to_string()]).status();
        assert!(status.is_ok_and(|s| s.success()), "{packs} packs of {questions} questions");
    }
}

fn place(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("pack-{number}"))
}

/// The two words that a question is about, the same in both processes.
fn topics(number: usize, questions: usize) -> Vec<[&'static str; 2]> {
    let words: Vec<&str> = Encoder::built_in().words().filter(|word| word.len() > 3).skip(200).collect();
    let mut chance = Chance(42 + number as u64);
    (0..questions).map(|_| std::array::from_fn(|_| words[chance.below(words.len())])).collect()
}

fn filled(frame: &str, [a, b]: [&str; 2]) -> String {
    frame.replace("{a}", a).replace("{b}", b)
}

fn learn(folder: &Path, packs: usize, questions: usize) {
    let cache = Cache::new(&folder.join("cache")).with_room_for(packs);
    let mut spent = Duration::ZERO;
    for number in 0..packs {
        let mut text = String::from("format = 2\n[source.log]\ntitle = \"Log\"\nparagraphs = 1\n");
        for (index, topic) in topics(number, questions).into_iter().enumerate() {
            // The number keeps questions about the same words apart.
            let ask: String = FRAMES.iter().map(|frame| format!("{} {index}\n", filled(frame, topic))).collect();
            let _ = writeln!(
                text,
                "[[fact]]\nstatement = \"The {} of the {} is number {index} of pack {number}.\"\nparagraphs = 1\n[[fact.question]]\nask = \"\"\"\n{ask}\"\"\"",
                topic[0], topic[1]
            );
        }
        fs::create_dir(place(folder, number)).expect("a folder can be made");
        fs::write(place(folder, number).join("pack.toml"), text).expect("a file can be written");
        let base = record(folder, number);
        let key = Key::of(&base);
        let begun = Instant::now();
        let answerer = Answerer::learn(base, &mut |_| {});
        spent += begun.elapsed();
        cache.put(&key, answerer.matcher().learned()).expect("what was learned can be kept");
    }
    println!("learning, a pack of {questions} questions: {:.0} ms", spent.as_secs_f64() * 1e3 / packs as f64);
}

fn record(folder: &Path, number: usize) -> KnowledgeBase {
    let files = pack::read(&place(folder, number)).expect("a pack was written");
    let loaded = factotum_core::pack::load(&files);
    loaded.base.unwrap_or_else(|| panic!("a pack without mistakes: {:?}", loaded.diagnostics.first()))
}

fn megabytes() -> f64 {
    resident_memory().unwrap_or_default() as f64 / 1e6
}

/// Loads all packs as the program does, and answers events of all guilds.
fn serve(folder: &Path, packs: usize, questions: usize, events: usize) {
    let main = IndexedKnowledge::of(factotum_built_in::answerer());
    // So that the tables that all share are there before.
    black_box(main.answerer().answer("what is the capital of a country"));
    let (before, begun) = (megabytes(), Instant::now());
    let (mut guilds, cache) = (Guilds::default(), Cache::new(&folder.join("cache")));
    for number in 0..packs {
        let base = record(folder, number);
        let learned = cache.get(&Key::of(&base), &base).expect("what was learned was kept");
        guilds.add(number as Id + 1, &[], IndexedKnowledge::of(Answerer::from_learned(base, learned)), None);
    }
    let started = begun.elapsed();
    let most = config::Limit::MAX;
    let settings = config::Discord { user_limit: most, channel_limit: most, ..config::Discord::default() };
    let bot = Bot::new(main, settings).with_guilds(guilds);
    let (after, mut chance) = (megabytes(), Chance(7));
    let asked: Vec<Vec<String>> = (0..packs)
        .map(|number| topics(number, questions).into_iter().map(|topic| filled(ASKED[chance.below(ASKED.len())], topic)).collect())
        .collect();
    let mut times: Vec<Duration> = (0..events)
        .map(|event| {
            let number = chance.below(packs);
            let question = asked[number][chance.below(questions)].clone();
            let incoming = Incoming::Interaction(Interaction {
                id: event as Id,
                token: InteractionToken(String::new()),
                origin: Origin { user: event as Id, channel: 1, guild: Some(number as Id + 1) },
                kind: InteractionKind::Ask { question, private: false },
                roles: Vec::new(),
                present: true,
                language: None,
            });
            let begun = Instant::now();
            black_box(bot.decide(&incoming, begun));
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!(
        "memory: {before:.0} MB with the main knowledge base, {after:.0} MB with {packs} more: {:.2} MB each",
        (after - before) / packs as f64
    );
    println!("start from the cache: {:.2} s for all", started.as_secs_f64());
    println!("an event: median {:.2} ms, p99 {:.2} ms, slowest {:.2} ms of {events}; then {:.0} MB", at(50), at(99), at(100), megabytes());
}
