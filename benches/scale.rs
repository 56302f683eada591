//! What a record's size costs: learning, loading what was learned, memory and the time of an answer, at a hundred times the phrases.
//!
//! `cargo bench --bench scale`; the figures are kept in `docs/benchmarks.md`. `-- 5000 100000` measures one record of that
//! many intents and phrases. Each record is learned in a process of its own, which keeps what it learned as the program does at a first
//! start; another one, as at all later starts, loads that and answers. Memory is that of either process at its peak.
//!
//! The generator: each intent has a few topic words of its own out of the encoder's vocabulary; a phrase is one of twelve
//! frames ("how do I ... the ...") with two or three of them, and up to three words of everyday life around. Words are drawn with
//! a generator of fixed seed, so the records are the same everywhere. Questions are phrases that the record does not have.

#![allow(clippy::print_stdout, reason = "the report of a benchmark")]

use factotum_core::answering::Answerer;
use factotum_core::encoder::Encoder;
use factotum_core::knowledge::KnowledgeBase;
use factotum_curator::import::{self, Table};
use factotum_service::cache::{Cache, Key};
use factotum_service::pack;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Intents and phrases.
const SIZES: [(usize, usize); 4] = [(150, 1_000), (150, 10_000), (150, 100_000), (5_000, 100_000)];
/// Topic words of an intent: two or three of them in a phrase leave room for some thousands of phrases.
const TOPIC: usize = 12;
/// Questions that are asked, and times that each is.
const QUESTIONS: usize = 500;
const ROUNDS: usize = 9;

const FRAMES: [&str; 12] = [
    "how do i {a} the {b}",
    "what is the {a} of my {b}",
    "can you {a} {b} for me",
    "i want to know about {a} and {b}",
    "why was the {a} {b}",
    "when will {a} {b} arrive",
    "is there a {a} with {b}",
    "tell me the {a} {b} please",
    "my {a} has no {b}",
    "where can i find {a} near {b}",
    "{a} {b}",
    "who is in charge of {a} and of {b} here",
];

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

/// Makes phrases of intents.
struct Generator {
    words: Vec<&'static str>,
    everyday: Vec<&'static str>,
    chance: Chance,
}

impl Generator {
    fn new() -> Generator {
        // Commonest first.
        let mut words: Vec<&str> = Encoder::built_in().words().filter(|w| w.len() > 3).collect();
        let everyday = words.drain(..200).collect();
        Generator { words, everyday, chance: Chance(42) }
    }

    fn topic(&mut self) -> [&'static str; TOPIC] {
        std::array::from_fn(|_| self.words[self.chance.below(self.words.len())])
    }

    fn phrase(&mut self, topic: &[&str; TOPIC]) -> String {
        let [a, b] = [topic[self.chance.below(TOPIC)], topic[self.chance.below(TOPIC)]];
        let mut phrase = FRAMES[self.chance.below(FRAMES.len())].replace("{a}", a).replace("{b}", b);
        for _ in 0..self.chance.below(4) {
            let _ = write!(phrase, " {}", self.everyday[self.chance.below(self.everyday.len())]);
        }
        if self.chance.below(2) == 0 {
            let _ = write!(phrase, " {}", topic[self.chance.below(TOPIC)]);
        }
        phrase
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let number = |word: &str| word.parse::<usize>().expect("a number of intents or phrases");
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [LEARN, folder, intents, phrases] => learn(Path::new(folder), number(intents), number(phrases)),
        [ASK, folder] => ask(Path::new(folder)),
        [intents, phrases] => all(&[(number(intents), number(phrases))]),
        _ if std::env::args().any(|a| a == "--bench") => all(&SIZES),
        // `cargo test --benches` only looks whether it runs.
        _ => {
            let folder = tempfile::tempdir().expect("a folder can be made");
            learn(folder.path(), 5, 50);
            ask(folder.path());
        }
    }
}

/// First words on the command line of the two processes.
const LEARN: &str = "learn-in";
const ASK: &str = "ask-in";
/// What the first one leaves for the second in their folder.
const PACK: &str = "pack";
const KEPT: &str = "kept";
const ASKED: &str = "questions";

fn all(sizes: &[(usize, usize)]) {
    println!("                  learning:             at a later start:    answer, us:");
    println!("intents  phrases  time, s  peak, MB  model, MB  time, ms  peak, MB  median   p99");
    let own = std::env::current_exe().expect("a running program has a path");
    for (intents, phrases) in sizes {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let run = |word: &str, numbers: &[String]| {
            let status = Command::new(&own).arg(word).arg(folder.path()).args(numbers).status();
            assert!(status.is_ok_and(|s| s.success()), "{intents} intents with {phrases} phrases");
        };
        run(LEARN, &[intents.to_string(), phrases.to_string()]);
        run(ASK, &[]);
    }
}

/// Makes a record and questions, and learns it.
fn learn(folder: &Path, intents: usize, phrases: usize) {
    let mut generator = Generator::new();
    let topics: Vec<[&str; TOPIC]> = (0..intents).map(|_| generator.topic()).collect();
    let mut csv = String::from("intent,question,answer\n");
    let mut seen = HashSet::new();
    for (index, topic) in topics.iter().enumerate() {
        let mut left = (index + 1) * phrases / intents - index * phrases / intents;
        while left > 0 {
            let phrase = generator.phrase(topic);
            if seen.insert(phrase.clone()) {
                let _ = writeln!(csv, "intent-{index},{phrase},Answer number {index}.");
                left -= 1;
            }
        }
    }
    let mut questions = Vec::new();
    while questions.len() < QUESTIONS.min(phrases) {
        let phrase = generator.phrase(&topics[questions.len() % intents]);
        if !seen.contains(&phrase) {
            questions.push(phrase);
        }
    }
    fs::write(folder.join(ASKED), questions.join("\n")).expect("questions can be written");
    let imported = import::pack(Table { name: "generated.csv", bytes: csv.as_bytes(), date: "2026" }).expect("rows without mistakes");
    fs::create_dir(folder.join(PACK)).expect("a folder can be made");
    for file in &imported.files {
        fs::write(folder.join(PACK).join(&file.name), &file.text).expect("a file can be written");
    }
    drop((csv, imported, seen));
    let base = record(folder);
    let key = Key::of(&base);
    let begun = Instant::now();
    let answerer = Answerer::learn(base, &mut |_| {});
    let learned = begun.elapsed();
    Cache::new(&folder.join(KEPT)).put(&key, answerer.matcher().learned()).expect("what was learned can be kept");
    print!(
        "{intents:>7}  {phrases:>7}  {:>7.1}  {:>8}  {:>9.1}  ",
        learned.as_secs_f64(),
        peak(),
        answerer.matcher().model_bytes() as f64 / 1e6
    );
    io::stdout().flush().expect("standard output is there");
}

/// The record that was written, checked.
fn record(folder: &Path) -> KnowledgeBase {
    let files = pack::read(&folder.join(PACK)).expect("a record was written");
    factotum_core::pack::load(&files).base.expect("a record without mistakes")
}

/// Loads what was learned, from the record's files on, and asks.
fn ask(folder: &Path) {
    let questions = fs::read_to_string(folder.join(ASKED)).expect("questions were written");
    let questions: Vec<&str> = questions.lines().collect();
    let begun = Instant::now();
    let base = record(folder);
    let learned = Cache::new(&folder.join(KEPT)).get(&Key::of(&base), &base).expect("what was learned was kept");
    let answerer = Answerer::from_learned(base, learned);
    let loaded = begun.elapsed();
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); questions.len()];
    for _ in 0..ROUNDS {
        for (question, times) in questions.iter().zip(&mut times) {
            let begun = Instant::now();
            black_box(answerer.answer(black_box(question)));
            times.push(begun.elapsed().as_secs_f64() * 1e6);
        }
    }
    let mut medians: Vec<f64> = times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[ROUNDS / 2]
        })
        .collect();
    medians.sort_by(f64::total_cmp);
    println!(
        "{:>8.0}  {:>8}  {:>6.1}  {:>4.0}",
        loaded.as_secs_f64() * 1e3,
        peak(),
        medians[medians.len() / 2],
        medians[medians.len() * 99 / 100]
    );
}

/// Peak memory of this process in megabytes, where the system tells (Linux).
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| format!("{:.0}", kilobytes * 1024.0 / 1e6))
}
