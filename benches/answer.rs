//! What loading the base and answering a question cost; the figures are kept in `docs/benchmarks.md`.
//!
//! `cargo bench --bench answer` measures everything, `cargo bench --bench answer -- load` only what has "load" in its name.

#![allow(clippy::print_stdout, reason = "the report of a benchmark")]

use factotum_core::answering::Answerer;
use factotum_core::diagnostic::SourceFile;
use factotum_core::render::json;
use factotum_curator::golden;
use factotum_discord::suggest::Suggester;
use factotum_service::pack;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// Folders of golden questions, as far as they are there.
const GOLDEN: [&str; 2] = ["tests/questions", "tests/heldout"];
/// Times that each question is asked for its own figure: an answer takes milliseconds, and there are two thousand questions.
const ROUNDS: usize = 5;
/// How long one thing is measured, and how often at least.
const MEASURED: Duration = Duration::from_secs(3);
const LEAST: usize = 3;

fn main() {
    let names: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
    let measure = |name: &str, run: &mut dyn FnMut()| {
        if is_wanted(name) {
            measure(name, run);
        }
    };
    // From nothing to an answerer, and from the knowledge files to a checked base, before anything is learned.
    measure("load/built-in", &mut || drop(black_box(factotum_built_in::answerer())));
    let files = factotum_built_in::files();
    measure("load/files", &mut || drop(black_box(factotum_core::pack::load(black_box(&files)))));

    // All questions once: the answer alone, and with its rendering as JSON, message included.
    let answerer = factotum_built_in::answerer();
    let questions = questions(&answerer);
    measure("answer/golden", &mut || questions.iter().for_each(|q| drop(black_box(answerer.answer(black_box(q))))));
    measure("answer/golden-as-json", &mut || {
        questions.iter().for_each(|q| drop(black_box(json::reply(answerer.base(), q, &answerer.answer(black_box(q))).to_string())));
    });

    // The choices for a half-typed question on Discord, which waits for three seconds, people for less: one that is long and has typing errors.
    let suggester = Suggester::of(answerer.base(), answerer.base().language());
    let typed = "why did the goverment of bosnia not recognise the indepedence of kosovo in the year";
    measure("suggest", &mut || drop(black_box(suggester.choices(&answerer, black_box(typed)))));

    if is_wanted("answer/distribution") {
        distribution(&answerer, &questions);
    }
}

/// Runs it again and again, and prints the median and the shortest time.
fn measure(name: &str, run: &mut dyn FnMut()) {
    run();
    let (begun, mut times) = (Instant::now(), Vec::new());
    while times.len() < LEAST || begun.elapsed() < MEASURED {
        let begun = Instant::now();
        run();
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    println!("{name:<24}median {:.1} µs   shortest {:.1} µs   {} times", micros(times[times.len() / 2]), micros(times[0]), times.len());
}

/// How the time of an answer is spread over the questions.
///
/// All questions are asked in turn, so that none profits from having just been asked; the median of a question's rounds
/// leaves out what other programs on the machine took away.
fn distribution(answerer: &Answerer, questions: &[String]) {
    let mut times: Vec<Vec<Duration>> = vec![Vec::with_capacity(ROUNDS); questions.len()];
    for _ in 0..ROUNDS {
        for (question, times) in questions.iter().zip(&mut times) {
            let begun = Instant::now();
            black_box(answerer.answer(black_box(question)));
            times.push(begun.elapsed());
        }
    }
    let mut medians: Vec<(Duration, &String)> = times
        .into_iter()
        .zip(questions)
        .map(|(mut times, question)| {
            times.sort_unstable();
            (times[ROUNDS / 2], question)
        })
        .collect();
    medians.sort_unstable();
    let share = |per_cent: usize| micros(medians[(medians.len() - 1) * per_cent / 100].0);
    println!("answer/distribution     {} questions, {ROUNDS} rounds, microseconds of a question", medians.len());
    println!("                        median {:.1}   p90 {:.1}   p99 {:.1}   most {:.1}", share(50), share(90), share(99), share(100));
    for (time, question) in medians.iter().rev().take(3) {
        println!("                        {:.1} {question:?}", micros(*time));
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The golden questions; where there are none, the questions that the base itself offers.
fn questions(answerer: &Answerer) -> Vec<String> {
    let files: Vec<SourceFile> = GOLDEN.into_iter().filter_map(|folder| pack::read(Path::new(folder)).ok()).flatten().collect();
    let sets = golden::parse(&files, answerer.base()).expect("golden questions without mistakes");
    let golden: Vec<String> = sets.into_iter().flat_map(|set| set.questions).map(|q| q.ask).collect();
    if golden.is_empty() { answerer.base().intents.iter().map(|intent| intent.question.clone()).collect() } else { golden }
}
