//! Questions while the base is replaced: 1,000 a second, and 100 replacements, every fourth of them broken. None may be lost, and each answer
//! has to be the one of the base that was current when the question was asked. The figures are kept in `docs/benchmarks.md`.
//!
//! `cargo bench --bench reload`; `cargo bench --bench reload -- 8` makes fewer replacements.

#![expect(clippy::print_stdout)]

use factotum_core::answering::{Answerer, Reply};
use factotum_core::diagnostic::SourceFile;
use factotum_curator::golden;
use factotum_service::pack;
use factotum_service::reload::{self, Attempt, Current};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Time between two questions.
const PACE: Duration = Duration::from_millis(1);
/// Attempts at another base.
const ATTEMPTS: usize = 100;
/// Every so many of them is broken.
const BROKEN: usize = 4;

fn main() {
    let attempts = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    // `cargo test --benches` only looks whether it runs.
    let usual = if std::env::args().any(|argument| argument == "--bench") { ATTEMPTS } else { BROKEN };
    measure(attempts.unwrap_or(usual));
}

/// The built-in pack; the same with a word changed; the same with mistakes.
struct Packs {
    good: [Vec<SourceFile>; 2],
    broken: Vec<SourceFile>,
}

fn packs() -> Packs {
    let ours = factotum_built_in::files();
    let mut other = ours.clone();
    other.iter_mut().for_each(|file| file.text = file.text.replace("Yes.", "Indeed."));
    let mut broken = ours.clone();
    broken.iter_mut().for_each(|file| file.text = file.text.replace("facts = [\"", "facts = [\"no-"));
    Packs { good: [ours, other], broken }
}

fn measure(attempts: usize) {
    let packs = packs();
    let in_force = Current::new(factotum_built_in::answerer());
    let questions = questions(&in_force.get());
    // What each base answers, by its version.
    let expected: BTreeMap<String, Vec<Reply>> = packs
        .good
        .iter()
        .map(|files| {
            let Attempt::Accepted(answerer) = reload::attempt(Ok(files.clone()), "", Answerer::new) else { panic!("no mistakes") };
            (answerer.base().version.clone(), questions.iter().map(|q| answerer.answer(q)).collect())
        })
        .collect();
    assert_eq!(expected.len(), 2, "two bases");
    let [one, other] = [0, 1].map(|n| &expected.values().nth(n).expect("two")[..]);
    let differing = one.iter().zip(other).filter(|(a, b)| a != b).count();
    let done = AtomicBool::new(false);
    let (mut refused, mut accepted) = (0, 0);
    let begun = Instant::now();
    let asked = std::thread::scope(|scope| {
        let asking = scope.spawn(|| ask(&questions, &expected, &in_force, &done));
        for attempt in 1..=attempts {
            let version = in_force.get().base().version.clone();
            let files = if attempt % BROKEN == 0 { &packs.broken } else { &packs.good[(attempt - attempt / BROKEN) % 2] };
            match reload::attempt(Ok(files.clone()), &version, Answerer::new) {
                Attempt::Accepted(answerer) => {
                    in_force.replace(*answerer);
                    accepted += 1;
                }
                Attempt::Rejected(_) => refused += 1,
                Attempt::Unchanged => panic!("each attempt is another base"),
            }
        }
        done.store(true, Ordering::Relaxed);
        asking.join().expect("no panic")
    });
    let took = begun.elapsed();
    assert_eq!((refused, accepted), (attempts / BROKEN, attempts - attempts / BROKEN));
    let Asked { mut times, late, by_version } = asked;
    times.sort_unstable();
    let share = |permille: usize| times[(times.len() - 1) * permille / 1000];
    println!(
        "{attempts} attempts in {took:.1?}: {accepted} accepted, {refused} refused; {} questions ({} different ones, {differing} with another \
         reply after the change), {:.0} a second; none lost, none wrong",
        times.len(),
        questions.len(),
        times.len() as f64 / took.as_secs_f64(),
    );
    println!("answered by each base: {:?}", by_version.values().collect::<Vec<_>>());
    println!(
        "an answer: median {:?}, p99 {:?}, p99.9 {:?}, longest {:?}; begun at latest {late:?} after its time",
        share(500),
        share(990),
        share(999),
        share(1000)
    );
}

struct Asked {
    times: Vec<Duration>,
    /// How much later than planned a question was asked, at most: this thread competes with the one that learns.
    late: Duration,
    by_version: BTreeMap<String, usize>,
}

/// Asks a question a millisecond, those that are behind their time at once, until it is done. No question is left out.
fn ask(questions: &[String], expected: &BTreeMap<String, Vec<Reply>>, in_force: &Current<Answerer>, done: &AtomicBool) -> Asked {
    let mut asked = Asked { times: Vec::new(), late: Duration::ZERO, by_version: BTreeMap::new() };
    let begun = Instant::now();
    for number in 0_u32.. {
        let due = begun + PACE * number;
        if let Some(wait) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(wait);
        }
        if done.load(Ordering::Relaxed) {
            break;
        }
        let index = number as usize % questions.len();
        let now = Instant::now();
        let answerer = in_force.get();
        let reply = answerer.answer(&questions[index]);
        asked.times.push(now.elapsed());
        asked.late = asked.late.max(now - due);
        let version = &answerer.base().version;
        let right = expected.get(version).map(|replies| &replies[index]);
        assert_eq!(Some(&reply), right, "{}", questions[index]);
        *asked.by_version.entry(version.clone()).or_default() += 1;
    }
    asked
}

/// The golden questions.
fn questions(answerer: &Answerer) -> Vec<String> {
    let files: Vec<SourceFile> =
        ["tests/questions", "tests/heldout"].into_iter().filter_map(|folder| pack::read(Path::new(folder)).ok()).flatten().collect();
    let sets = golden::parse(&files, answerer.base()).expect("golden questions without mistakes");
    sets.into_iter().flat_map(|set| set.questions).map(|question| question.ask).collect()
}
