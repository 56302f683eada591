//! Finds paraphrases that change nothing: the knowledge base answers them just as well without having been taught them.
//!
//! ```text
//! cargo bench -p factotum-curator --bench condense -- FOLDER [--golden FILE]... [--margin 0.15] [--least 3]
//! ```
//!
//! A large base has many paraphrases that say what others say. This is Hart's condensed nearest neighbour rule ("The condensed
//! nearest neighbor rule", 1968), with the program itself as the classifier:
//!
//! 1. Each question keeps its first line and a few paraphrases that are unlike it and unlike each other.
//! 2. The base learns what is kept, and is asked everything else. A paraphrase that is answered with another fact comes back,
//!    and so does one where another fact comes within `--margin` of its own in confidence. An unanswerable question comes back
//!    when it is answered, or nearly so. Those that are most like others to come back return first: the others often come right
//!    with them.
//! 3. This repeats until nothing has to come back.
//!
//! Golden questions (`--golden`) that are right before stay right: where one goes wrong, the paraphrases most like it come back. A
//! paraphrase that repeats a golden question word for word goes first, and comes back only if it goes wrong: a question that the
//! base was taught tests nothing.
//!
//! Small talk and paraphrases with slots stay. The tool writes no files. It prints one line for each paraphrase to take out,
//! `FILE:LINE: PARAPHRASE`, and its progress on standard error. Afterwards, measure with questions that the tool has not seen. With
//! a larger margin more paraphrases stay, and other people's wordings fare better; so they do where only those are taken out that
//! several runs with different margins agree on.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the report of a tool")]

use factotum_core::answering::{Answerer, Outcome, Reply};
use factotum_core::diagnostic::{Place, SourceFile, line_column};
use factotum_core::knowledge::{AnswerType, IntentId, KnowledgeBase, Paraphrase, SmallTalkId, UnanswerableId};
use factotum_core::matching::Class;
use factotum_core::{pack, text};
use factotum_curator::golden::{self, Expect, GoldenSet, Verdict};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Most rounds. Nearly all that comes back has come back by then.
const ROUNDS: usize = 14;
/// Share of what has to come back to one class that comes back in one round.
const SHARE: f64 = 0.15;
/// Where fewer than this are due in all, all of them come back at once.
const FEW: usize = 150;
/// Paraphrases that come back for one golden question.
const FOR_GOLDEN: usize = 3;

/// The command line.
struct Options {
    folder: PathBuf,
    golden: Vec<PathBuf>,
    /// Least lead in confidence over any other fact.
    margin: f32,
    /// Paraphrases of a class that stay from the start.
    least: usize,
}

/// A paraphrase and what decides whether it stays.
struct Entry {
    class: Class,
    text: String,
    place: Place,
    words: BTreeSet<String>,
    /// Whether it repeats a golden question.
    golden: bool,
    kept: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = options(std::env::args().skip(1))?;
    let files = read(&options.folder)?;
    let base = pack::load(&files).base.ok_or("the knowledge base has errors; see `factotum check`")?;
    let golden_files = options.golden.iter().map(|path| source(path)).collect::<Result<Vec<_>, _>>()?;
    let sets = golden::parse(&golden_files, &base).map_err(|found| format!("{} errors in the golden questions", found.len()))?;

    let mut entries = entries(&base, &sets);
    let right = right(&learn(base.clone()), &sets);
    seed(&mut entries, options.least);
    for round in 1..=ROUNDS {
        let answerer = learn(without(&base, &entries));
        let due = due(&answerer, &entries, options.margin);
        let stolen = stolen(&answerer, &entries);
        let lost = lost(&answerer, &sets, &right);
        let kept = entries.iter().filter(|e| e.kept).count();
        eprintln!("round {round}: {kept} kept, {} to come back, {} stolen, {} golden questions lost", due.len(), stolen.len(), lost.len());
        let mut back = first_share(&entries, &due);
        for at in stolen {
            back.extend(nearest(&entries, &entries[at].words, 1, &|e| e.class == entries[at].class));
        }
        for question in lost {
            back.extend(nearest(&entries, &words(&question.ask), FOR_GOLDEN, &|e| serves(&base, e.class, question)));
        }
        if back.is_empty() {
            break;
        }
        back.into_iter().for_each(|at| entries[at].kept = true);
    }
    for entry in entries.iter().filter(|e| !e.kept) {
        let file = &files[entry.place.file];
        println!("{}:{}: {}", file.name, line_column(&file.text, entry.place.start).0, entry.text);
    }
    let kept = entries.iter().filter(|e| e.kept).count();
    eprintln!("{kept} of {} paraphrases stay", entries.len());
    Ok(())
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, Box<dyn std::error::Error>> {
    let mut options = Options { folder: PathBuf::new(), golden: Vec::new(), margin: 0.15, least: 3 };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--golden" => options.golden.push(value()?.into()),
            "--margin" => options.margin = value()?.parse()?,
            "--least" => options.least = value()?.parse()?,
            _ => options.folder = argument.into(),
        }
    }
    if options.folder.as_os_str().is_empty() { Err("name the folder of a knowledge base".into()) } else { Ok(options) }
}

fn source(path: &Path) -> std::io::Result<SourceFile> {
    Ok(SourceFile { name: path.display().to_string(), text: std::fs::read_to_string(path)? })
}

/// The files of a knowledge base, by name.
fn read(folder: &Path) -> std::io::Result<Vec<SourceFile>> {
    let mut paths = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    paths.iter().map(|path| source(path)).collect()
}

fn learn(base: KnowledgeBase) -> Answerer {
    Answerer::new(base)
}

/// Folded words, without punctuation.
fn plain(text: &str) -> String {
    text::fold(text).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> BTreeSet<String> {
    plain(text).split(' ').map(str::to_owned).collect()
}

/// Words that two texts share, over words that either has.
fn likeness(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let shared = a.intersection(b).count();
    shared as f64 / (a.len() + b.len() - shared).max(1) as f64
}

/// Every paraphrase of the base. First lines, small talk and paraphrases with slots are kept from the start.
fn entries(base: &KnowledgeBase, sets: &[GoldenSet]) -> Vec<Entry> {
    let golden: BTreeSet<String> = sets.iter().flat_map(|s| &s.questions).map(|q| plain(&q.ask)).collect();
    let mut out = Vec::new();
    let mut add = |class: Class, paraphrases: &[Paraphrase]| {
        for (at, paraphrase) in paraphrases.iter().enumerate() {
            out.push(Entry {
                class,
                text: paraphrase.text.clone(),
                place: paraphrase.place.clone(),
                words: words(&paraphrase.text),
                golden: golden.contains(&plain(&paraphrase.text)),
                kept: fixed(class, &paraphrase.text) || (at == 0 && matches!(class, Class::Intent(_))),
            });
        }
    };
    IntentId::all(base).for_each(|id| add(Class::Intent(id), &base[id].paraphrases));
    UnanswerableId::all(base).for_each(|id| add(Class::Unanswerable(id), &base[id].paraphrases));
    SmallTalkId::all(base).for_each(|id| add(Class::SmallTalk(id), &base[id].paraphrases));
    out
}

/// Whether a paraphrase always stays.
fn fixed(class: Class, text: &str) -> bool {
    text.contains('{') || matches!(class, Class::SmallTalk(_))
}

/// Keeps some paraphrases of each class to begin with, each as unlike those before it as possible. Repeats of golden questions are
/// kept only where a class has nothing else.
fn seed(entries: &mut [Entry], least: usize) {
    for group in by_class(entries, 0..entries.len()) {
        for _ in group.iter().filter(|at| entries[**at].kept).count()..least {
            let kept: Vec<usize> = group.iter().copied().filter(|at| entries[*at].kept).collect();
            let nearest = |at: usize| kept.iter().map(|k| likeness(&entries[at].words, &entries[*k].words)).fold(0.0, f64::max);
            let free = group.iter().copied().filter(|at| !entries[*at].kept && (kept.is_empty() || !entries[*at].golden));
            let order = |a: &usize, b: &usize| entries[*a].golden.cmp(&entries[*b].golden).then(nearest(*a).total_cmp(&nearest(*b)));
            let Some(next) = free.min_by(order) else { break };
            entries[next].kept = true;
        }
    }
}

/// Some entries by their class, classes in the order in which they first occur.
fn by_class(entries: &[Entry], which: impl IntoIterator<Item = usize>) -> Vec<Vec<usize>> {
    let (mut groups, mut numbers): (Vec<Vec<usize>>, HashMap<Class, usize>) = (Vec::new(), HashMap::new());
    for at in which {
        let number = *numbers.entry(entries[at].class).or_insert(groups.len());
        if number == groups.len() {
            groups.push(Vec::new());
        }
        groups[number].push(at);
    }
    groups
}

/// The base with what is kept.
fn without(base: &KnowledgeBase, entries: &[Entry]) -> KnowledgeBase {
    let mut base = base.clone();
    let mut kept = entries.iter().map(|e| e.kept);
    let mut retain =
        |paraphrases: &mut Vec<Paraphrase>| paraphrases.retain(|_| kept.next().expect("the entries are the paraphrases in order"));
    base.intents.iter_mut().for_each(|i| retain(&mut i.paraphrases));
    base.unanswerables.iter_mut().for_each(|u| retain(&mut u.paraphrases));
    base.small_talk.iter_mut().for_each(|t| retain(&mut t.paraphrases));
    base
}

/// Whether both classes show the same fact, or both decline.
fn same(base: &KnowledgeBase, one: Class, other: Class) -> bool {
    match (one, other) {
        (Class::Intent(a), Class::Intent(b)) => a == b || base[a].facts.first() == base[b].facts.first(),
        (Class::Unanswerable(_), Class::Unanswerable(_)) => true,
        _ => one == other,
    }
}

/// Whether a reply is as it should be: an answer with one of the intent's facts, no answer to an unanswerable question.
fn fits(base: &KnowledgeBase, class: Class, outcome: &Outcome) -> bool {
    match (class, outcome) {
        (Class::Intent(id), Outcome::Answer(parts)) => {
            // A yes or a no has to be its own; beside any other direct answer the statement says it.
            let by_fact = base[id].answer_type != AnswerType::YesNo;
            parts.iter().any(|p| p.intent == id || (by_fact && p.facts.iter().any(|f| base[id].facts.contains(f))))
        }
        (Class::Unanswerable(_), outcome) => !matches!(outcome, Outcome::Answer(_)),
        (Class::SmallTalk(own), Outcome::SmallTalk(talk)) => own == *talk,
        _ => false,
    }
}

/// The confidence of what a paraphrase should come to, less that of anything else; below zero where the reply is wrong.
fn lead(base: &KnowledgeBase, class: Class, reply: &Reply) -> f32 {
    if !fits(base, class, &reply.outcome) {
        return -1.0;
    }
    let best = |wanted: bool| {
        let judged = reply.candidates.iter().zip(&reply.evidence).filter(|(c, _)| same(base, class, c.class) == wanted);
        judged.map(|(_, e)| e.confidence).fold(0.0, f32::max)
    };
    (best(true) - best(false)).max(0.0)
}

/// The leads of some entries, asked on all processors.
fn leads(answerer: &Answerer, entries: &[Entry], which: impl Fn(&Entry) -> bool) -> Vec<(usize, f32)> {
    let chosen: Vec<usize> = (0..entries.len()).filter(|at| which(&entries[*at])).collect();
    let ask = |at: &usize| (*at, lead(answerer.base(), entries[*at].class, &answerer.answer(&entries[*at].text)));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let chunks = chosen.chunks(chosen.len().div_ceil(threads).max(1));
        let workers: Vec<_> = chunks.map(|chunk| scope.spawn(move || chunk.iter().map(ask).collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|w| w.join().expect("answering does not panic")).collect()
    })
}

/// What is out and has to come back.
fn due(answerer: &Answerer, entries: &[Entry], margin: f32) -> Vec<usize> {
    let least = |at: usize| if entries[at].golden { 0.0 } else { margin };
    leads(answerer, entries, |e| !e.kept).into_iter().filter(|(at, lead)| *lead < least(*at)).map(|(at, _)| at).collect()
}

/// Of what has to come back a share of each class: those most like the others.
fn first_share(entries: &[Entry], due: &[usize]) -> Vec<usize> {
    if due.len() < FEW {
        return due.to_vec();
    }
    let mut out = Vec::new();
    for group in by_class(entries, due.iter().copied()) {
        let likeness = |at: &usize| -> f64 { group.iter().map(|other| likeness(&entries[*at].words, &entries[*other].words)).sum() };
        let mut scored: Vec<(f64, usize)> = group.iter().map(|at| (likeness(at), *at)).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        out.extend(scored.iter().take((group.len() as f64 * SHARE).ceil() as usize).map(|(_, at)| *at));
    }
    out
}

/// What is kept and comes to something else.
fn stolen(answerer: &Answerer, entries: &[Entry]) -> Vec<usize> {
    let asked = leads(answerer, entries, |e| e.kept && !fixed(e.class, &e.text));
    asked.into_iter().filter(|(_, lead)| *lead < 0.0).map(|(at, _)| at).collect()
}

/// The `count` entries that are out and most like these words, of those that may serve.
fn nearest(entries: &[Entry], words: &BTreeSet<String>, count: usize, may: &dyn Fn(&Entry) -> bool) -> Vec<usize> {
    let mut out: Vec<(f64, usize)> = (0..entries.len())
        .filter(|at| !entries[*at].kept && may(&entries[*at]))
        .map(|at| (likeness(&entries[at].words, words), at))
        .collect();
    out.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    out.into_iter().take(count).map(|(_, at)| at).collect()
}

/// The golden questions that are right.
fn right(answerer: &Answerer, sets: &[GoldenSet]) -> BTreeSet<String> {
    let card = golden::run(answerer, sets);
    card.scored().filter(|s| s.verdict == Verdict::Right).map(|s| s.golden.ask.clone()).collect()
}

/// The golden questions that were right and no longer are.
fn lost<'a>(answerer: &Answerer, sets: &'a [GoldenSet], right: &BTreeSet<String>) -> Vec<&'a golden::GoldenQuestion> {
    let now = self::right(answerer, sets);
    sets.iter().flat_map(|s| &s.questions).filter(|q| right.contains(&q.ask) && !now.contains(&q.ask)).collect()
}

/// Whether a paraphrase of this class can help a golden question.
fn serves(base: &KnowledgeBase, class: Class, question: &golden::GoldenQuestion) -> bool {
    match class {
        Class::Intent(id) => question.expect != Expect::NoAnswer && base[id].facts.iter().any(|f| question.facts.contains(&base[*f].id)),
        Class::Unanswerable(_) => question.expect != Expect::Answer,
        Class::SmallTalk(_) => false,
    }
}
