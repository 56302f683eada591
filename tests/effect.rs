//! The effect that the desk shows before a change is what the knowledge base does after it is reloaded.

use factotum_core::answering::Answerer;
use factotum_core::knowledge::{KnowledgeBase, UnanswerableReason};
use factotum_core::pack;
use factotum_curator::edit::{Asked, Beside, Edit, NewFact};
use factotum_curator::effect::{Said, Turn};
use factotum_curator::golden::{self, Expect, GoldenQuestion};
use factotum_desk::gaps::ListedGaps;
use factotum_desk::workbench::{Places, Workbench};
use std::path::{Path, PathBuf};

/// Other golden questions that are asked in each trial; those that were not said to change must not.
const OTHERS: usize = 20;

fn golden_questions(base: &KnowledgeBase) -> Vec<GoldenQuestion> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/questions");
    let files = factotum_service::pack::read(&folder).expect("golden questions");
    golden::parse(&files, base).expect("sound").into_iter().flat_map(|set| set.questions).collect()
}

/// A change for a question that people asked: in turn a wording, an unanswerable question, a fact.
fn edit(base: &KnowledgeBase, golden: &GoldenQuestion, number: usize) -> Option<Edit> {
    let fact = base.find_fact(golden.facts.first()?)?;
    let intent = base.intents.iter().find(|intent| base[*intent.facts.first().expect("never empty")].id == fact.id)?;
    let lines = vec![golden.ask.clone()];
    Some(match number % 4 {
        0 | 1 => Edit::Paraphrases { of: Asked::Question(intent.id.clone()), lines },
        2 => Edit::Unanswerable {
            beside: Beside::Fact(fact.id.clone()),
            missing: format!("what trial {number} asks"),
            reason: UnanswerableReason::NotOnRecord,
            lines,
        },
        _ => Edit::Fact(NewFact {
            topic: intent.topic.clone(),
            statement: format!("Trial {number} has a fact of its own."),
            source: Some(base[fact.source].id.clone()),
            paragraphs: fact.paragraphs.clone(),
            lines,
            ..NewFact::default()
        }),
    })
}

/// As `FACTOTUM_TRIALS` says, or a hundred: they take half an hour, so this runs only where it is asked for
/// (`cargo test --release --test all effect -- --ignored`).
#[test]
#[ignore = "takes half an hour"]
fn what_is_shown_is_what_happens() {
    let trials = std::env::var("FACTOTUM_TRIALS").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let held = tempfile::tempdir().expect("a folder");
    for file in factotum_built_in::files() {
        let name = PathBuf::from(&file.name);
        std::fs::write(held.path().join(name.file_name().expect("a name")), &file.text).expect("written");
    }
    let questions = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/questions");
    let places = Places { folder: held.path().to_owned(), questions, source: None };
    let bench = Workbench::open(places, Box::new(ListedGaps::default()), |_| factotum_built_in::answerer()).expect("sound");
    // What a running bot has: it reloads the folder, and knows nothing of the desk.
    let bot = factotum_built_in::answerer();
    let golden = golden_questions(bot.base());
    let (mut done, mut changed) = (0, 0);
    for number in 0.. {
        if done == trials {
            break;
        }
        // A step that has no divisor in common with their number passes all of them.
        let asked = &golden[number * 37 % golden.len()];
        if asked.expect != Expect::Answer {
            continue;
        }
        let current = bench.current();
        let Some(edit) = edit(current.base(), asked, done) else { continue };
        let wordings: Vec<String> = (0..3).map(|n| golden[(number * 37 + n) % golden.len()].ask.clone()).collect();
        let Ok(effect) = bench.effect(&current, &edit, &wordings) else { continue };
        bench.commit(current.version(), &edit, None).expect("its effect was shown");
        let files = factotum_service::pack::read(held.path()).expect("written");
        let reloaded = bot.relearn(pack::load(&files).base.expect("sound"), &mut |_| {});
        let said = |answerer: &Answerer, question: &str, by_evidence: bool| {
            let reply = if by_evidence { answerer.answer_by_evidence(question) } else { answerer.answer(question) };
            Said::of(answerer.base(), &reply)
        };
        let holds = |turn: &Turn, by_evidence: bool| {
            assert_eq!(turn.before, said(&bot, &turn.question, by_evidence), "{number}: {}", turn.question);
            assert_eq!(turn.after, said(&reloaded, &turn.question, by_evidence), "{number}: {}", turn.question);
        };
        effect.wordings.iter().chain(&effect.golden).for_each(|turn| holds(turn, false));
        effect.own.iter().for_each(|turn| holds(turn, true));
        changed += effect.wordings.iter().filter(|turn| turn.before != turn.after).count();
        if effect.asked.0 == effect.asked.1 {
            for other in golden.iter().cycle().skip(number * 101 % golden.len()).take(OTHERS) {
                let listed = effect.golden.iter().any(|turn| turn.question == other.ask);
                assert_eq!(listed, said(&bot, &other.ask, false) != said(&reloaded, &other.ask, false), "{number}: {}", other.ask);
            }
        }
        bench.undo().expect("nobody else writes");
        done += 1;
    }
    assert!(done == trials && changed > 0, "{done} of {trials} trials as shown; {changed} wordings changed");
    assert_eq!(bench.current().version(), bot.base().version);
}
