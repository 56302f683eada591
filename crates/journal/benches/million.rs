//! A full journal: how long a million entries take to write, how large the file is, and how long a curator waits for the list.
//!
//! `cargo bench -p factotum-journal --bench million`, or with another number of entries behind `--`. It takes some minutes.

use factotum_core::answering::Answerer;
use factotum_journal::{Asker, Event, Gap, Journal, JournalError, Kind, Limits, Near, Recorder};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

/// Entries between two waits for the writer: as many as its queue takes.
const BURST: u32 = 1_000;

/// A question that nobody asked before; some are asked several times.
fn question(number: u32) -> String {
    let pick = |from: &[&str], by: u32| from[(number / by) as usize % from.len()].to_owned();
    let start = pick(
        &["how many", "when did", "why did", "who were", "where are", "what about", "does anybody know the", "is there a list of the"],
        1,
    );
    let what =
        pick(&["soldiers", "members", "ministers", "borders", "treaties", "refugees", "elections", "budgets", "visits", "speeches"], 8);
    let place = pick(&["Bosnia", "Kosovo", "Serbia", "Albania", "Croatia", "Greece", "Spain", "Romania", "Slovakia", "Ukraine"], 80);
    format!("{start} {what} of {place} in {} according to paper {}", 1900 + number % 125, number / 800)
}

fn gap(answerer: &Answerer, number: u32) -> Gap {
    let intents = &answerer.base().intents;
    let near = |at: u32| Near { id: intents[(number + at) as usize % intents.len()].id.clone(), confidence: 0.3 / (at + 1) as f32 };
    Gap {
        question: question(number),
        kind: Kind::Declined,
        reason: "nothing-close",
        missing: "Not on record: nothing I know of comes close to that question.".to_owned(),
        confidence: 0.3,
        candidates: (0..3).map(near).collect(),
        knowledge_base: answerer.base().version.clone(),
    }
}

fn main() {
    let entries = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("gaps.db");
    let answerer = factotum_built_in::answerer();
    let limits = Limits { keep_days: 90, max_entries: 1_000_000, max_megabytes: 1_000_000 };
    let lost = Arc::new(AtomicU32::new(0));
    let counted = lost.clone();
    let observe = move |event| {
        if event != Event::Written {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    };
    let recorder = Recorder::start(path.clone(), limits, observe).expect("a thread");
    let mut out = std::io::stdout().lock();
    let mut say = |what: &str, figure: String| writeln!(out, "{what:<32} {figure:>12}").expect("somebody reads");

    let begun = Instant::now();
    for number in 0..entries {
        recorder.record(Asker::Person(u64::from(number % 5_000)), vec![gap(&answerer, number)]);
        if number % BURST == BURST - 1 {
            recorder.finish();
        }
    }
    // Some are asked by many.
    for number in (0..entries / 500).flat_map(|number| [number, number, number / 2]) {
        recorder.record(Asker::Person(u64::from(number * 7 % 5_000)), vec![gap(&answerer, number)]);
        if number % (BURST / 4) == 0 {
            recorder.finish();
        }
    }
    recorder.finish();
    let took = begun.elapsed();
    say("entries that were lost", lost.load(Ordering::Relaxed).to_string());
    say("writing an entry, µs", (took.as_micros() / u128::from(entries)).to_string());
    let size = |end: &str| std::fs::metadata(format!("{}{end}", path.display())).map_or(0, |found| found.len() >> 20);
    say("file, MiB", size("").to_string());
    say("log beside it, MiB", size("-wal").to_string());

    for round in ["first list, ms", "second list, ms"] {
        let begun = Instant::now();
        let mut journal = Journal::open(&path).expect("it was written");
        journal.resolve(&answerer).expect("it can be read");
        let groups = journal.groups(&answerer).expect("it can be read");
        say(round, begun.elapsed().as_millis().to_string());
        assert!(!groups.is_empty());
    }
    let mut journal = Journal::open(&path).expect("it was written");
    say("entries", journal.entries().expect("it can be read").to_string());
    let mut exported = 0;
    let begun = Instant::now();
    let count = |_| {
        exported += 1;
        Ok::<(), JournalError>(())
    };
    journal.export(count).expect("it can be read");
    say("export, ms", begun.elapsed().as_millis().to_string());
    let begun = Instant::now();
    journal.forget(&factotum_journal::Forget::All).expect("it can be written");
    say("forget all, ms", begun.elapsed().as_millis().to_string());
    say("file then, KiB", (std::fs::metadata(&path).map_or(0, |found| found.len()) >> 10).to_string());
}
