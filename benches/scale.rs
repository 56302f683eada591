//! What a record's size costs: learning, memory and the time of an answer, at a hundred times the phrases.
//!
//! `cargo bench --bench scale`; the figures are kept in `docs/benchmarks.md`. `-- 5000 100000` measures one record of that
//! many intents and phrases, in a process of its own, as the table needs it: memory is that of the process.
//!
//! The generator: each intent has a few topic words of its own out of the word-vector table; a phrase is one of twelve
//! frames ("how do I ... the ...") with two or three of them, and up to three words of everyday life around. Words are drawn with
//! a generator of fixed seed, so the records are the same everywhere. Questions are phrases that the record does not have.

#![allow(clippy::print_stdout, reason = "the report of a benchmark")]

use factotum::answering::Answerer;
use factotum::import::{self, Table};
use factotum::knowledge;
use factotum::vectors;
use std::collections::HashSet;
use std::fmt::Write;
use std::hint::black_box;
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
    fn new(table: &vectors::Table) -> Generator {
        let mut words: Vec<&str> = table.words().filter(|w| w.len() > 3 && w.bytes().all(|b| b.is_ascii_lowercase())).collect();
        words.sort_by_key(|w| table.row(w).map(|row| table.rank(row)));
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
    let numbers: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    match numbers.as_slice() {
        [intents, phrases] => measure(*intents, *phrases),
        _ if std::env::args().any(|a| a == "--bench") => {
            println!("intents  phrases  learned, s  kept, MB  peak, MB  answer, us: median  p99");
            let own = std::env::current_exe().expect("a running program has a path");
            for (intents, phrases) in SIZES {
                let status = Command::new(&own).args([intents.to_string(), phrases.to_string()]).status();
                assert!(status.is_ok_and(|s| s.success()), "{intents} intents with {phrases} phrases");
            }
        }
        // `cargo test --benches` only looks whether it runs.
        _ => measure(5, 50),
    }
}

fn measure(intents: usize, phrases: usize) {
    let table = vectors::Table::built_in();
    let mut generator = Generator::new(&table);
    let topics: Vec<[&str; TOPIC]> = (0..intents).map(|_| generator.topic()).collect();
    let mut csv = String::from("intent,question,answer\n");
    let mut seen = HashSet::new();
    for (index, topic) in topics.iter().enumerate() {
        let mut left = phrases / intents;
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
    let imported = import::pack(Table { name: "generated.csv", bytes: csv.as_bytes(), date: "2026" }).expect("rows without mistakes");
    let base = knowledge::load(&imported.files).base.expect("a record without mistakes");
    drop((csv, imported, seen));
    let begun = Instant::now();
    let answerer = Answerer::learn(base, table, &mut |_| {});
    let learned = begun.elapsed();
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
        "{intents:>7}  {phrases:>7}  {:>10.1}  {:>8.1}  {:>8}  {:>18.1}  {:>3.0}",
        learned.as_secs_f64(),
        answerer.matcher().model_bytes() as f64 / 1e6,
        peak().map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1000).to_string()),
        medians[medians.len() / 2],
        medians[medians.len() * 99 / 100]
    );
}

/// Peak memory of this process in kilobytes, where the system tells (Linux).
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}
