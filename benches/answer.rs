//! What loading the base and answering a question cost; the figures are kept in `docs/benchmarks.md`.
//!
//! `cargo bench --bench answer` measures everything, `cargo bench --bench answer -- load` only what has "load" in its name.

use criterion::{Criterion, Throughput};
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::SourceFile;
use factotum_core::knowledge;
use factotum_core::render::json;
use factotum_curator::golden;
use factotum_discord::suggest::Suggester;
use factotum_service::pack;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// Folders of golden questions, as far as they are there.
const GOLDEN: [&str; 2] = ["tests/questions", "tests/heldout"];
/// Times that each question is asked for its own figure.
const ROUNDS: usize = 25;

// The macros of criterion would make an undocumented public function of each group.
fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let answerer = factotum_built_in::answerer();
    let questions = questions(&answerer);
    load(&mut criterion);
    answer(&mut criterion, &answerer, &questions);
    suggest(&mut criterion, &answerer);
    criterion.final_summary();
    // `cargo test --benches` only looks whether the above runs.
    if std::env::args().any(|argument| argument == "--bench") {
        distribution(&answerer, &questions);
    }
}

/// From nothing to an answerer; and from the pack's files to a checked base, before anything is learned.
fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(20);
    group.bench_function("built-in", |b| b.iter(factotum_built_in::answerer));
    let files = factotum_built_in::files();
    group.bench_function("files", |b| b.iter(|| knowledge::load(black_box(&files))));
    group.finish();
}

/// All questions once: the answer alone, and with its rendering as JSON, message included.
fn answer(criterion: &mut Criterion, answerer: &Answerer, questions: &[String]) {
    let mut group = criterion.benchmark_group("answer");
    group.sample_size(20).throughput(Throughput::Elements(questions.len() as u64));
    group.bench_function("golden", |b| b.iter(|| questions.iter().map(|q| answerer.answer(black_box(q)).suggestions.len()).sum::<usize>()));
    group.bench_function("golden-as-json", |b| {
        b.iter(|| {
            questions.iter().map(|q| json::reply(answerer.base(), q, &answerer.answer(black_box(q))).to_string().len()).sum::<usize>()
        })
    });
    group.finish();
}

/// The choices for a half-typed question on Discord, which waits for three seconds, people for less: one that is long and has
/// typing errors.
fn suggest(criterion: &mut Criterion, answerer: &Answerer) {
    let suggester = Suggester::of(answerer.base());
    let typed = "why did the goverment of bosnia not recognise the indepedence of kosovo in the year";
    criterion.bench_function("suggest", |b| b.iter(|| suggester.choices(answerer, black_box(typed))));
}

/// How the time of an answer is spread over the questions: what criterion's mean of all hides.
///
/// All questions are asked in turn, so that none profits from having just been asked; the median of a question's rounds
/// leaves out what other programs on the machine took away.
#[allow(clippy::print_stdout, reason = "the report of a benchmark")]
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
