//! The journal from end to end, with the built-in knowledge base and the tiny one of the tests.

use crate::askers::Tag;
use crate::file::{Day, Journal, JournalError, Limits};
use crate::{Forget, Gap, Group, Kind, Wording, WordingId};
use factotum_core::answering::Answerer;
use std::sync::LazyLock;
use tempfile::TempDir;

static BUILT_IN: LazyLock<Answerer> = LazyLock::new(factotum_built_in::answerer);
const LIMITS: Limits = Limits { keep_days: 90, max_entries: 1_000, max_megabytes: 64 };
const TODAY: Day = Day(20_000);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn new(folder: &TempDir) -> Journal {
    let mut journal = Journal::create(&folder.path().join("gaps.db")).expect("a new journal");
    journal.tidy(TODAY, LIMITS).expect("it can be written");
    journal
}

fn gap(question: &str) -> Gap {
    let reply = BUILT_IN.answer(question);
    let mut gaps = Gap::all(&BUILT_IN, question, &reply);
    assert_eq!(gaps.len(), 1, "{question}: {:?}", reply.outcome);
    gaps.remove(0)
}

/// A gap that no knowledge base was asked for.
fn plain(question: &str) -> Gap {
    Gap {
        question: question.to_owned(),
        kind: Kind::Declined,
        reason: "nothing-close",
        missing: "Not on record.".to_owned(),
        confidence: 0.2,
        candidates: Vec::new(),
        knowledge_base: "test".to_owned(),
    }
}

fn ask(journal: &mut Journal, question: &str, person: u16, day: i64) {
    journal.record(&gap(question), Some(Tag(person)), Day(TODAY.0 + day), LIMITS).expect("it can be written");
}

fn groups(journal: &mut Journal) -> Vec<Group> {
    journal.groups(&BUILT_IN).expect("it can be read")
}

fn exported(journal: &Journal) -> Vec<Wording> {
    let mut all = Vec::new();
    journal
        .export(|wording| {
            all.push(wording);
            Ok::<(), JournalError>(())
        })
        .expect("it can be read");
    all
}

#[test]
fn what_means_the_same_is_one_group() {
    let folder = folder();
    let mut journal = new(&folder);
    for (question, person) in [
        ("How many soldiers does Bosnia have?", 1),
        ("how many soldiers does bosnia have", 2),
        ("what is the number of troops of Bosnia", 1),
        ("What is the capital of Albania?", 3),
    ] {
        ask(&mut journal, question, person, 0);
    }
    let found = groups(&mut journal);
    assert_eq!(found.len(), 2, "{found:#?}");
    // One person asked in two ways, and is one person.
    assert_eq!((found[0].people, found[0].times, found[0].wordings.len()), (2, 3, 2));
    assert_eq!(found[0].wordings[0].times, 2);
    assert_eq!(found, groups(&mut journal), "the same with vectors from the file");
}

#[test]
fn dismissed_groups_stay_away_by_meaning() {
    let folder = folder();
    let mut journal = new(&folder);
    ask(&mut journal, "How many soldiers does Bosnia have?", 1, 0);
    ask(&mut journal, "What is the capital of Albania?", 3, 0);
    let group = groups(&mut journal).into_iter().find(|g| g.wordings[0].question.contains("soldiers")).expect("it was asked");
    journal.dismiss(&group, TODAY).expect("it can be written");
    ask(&mut journal, "what number of soldiers has Bosnia got", 7, 1);
    let left = groups(&mut journal);
    assert_eq!(left.iter().map(|g| g.wordings[0].question.as_str()).collect::<Vec<_>>(), ["What is the capital of Albania?"]);
    assert_eq!(journal.dismissed().expect("it can be read")[0].id, group.id);
    assert_eq!(journal.find(&group.id.short()).expect("it is there"), group.id);
    assert!(journal.restore(group.id).expect("it can be written"));
    assert!(!journal.restore(group.id).expect("it can be written"));
    assert_eq!(groups(&mut journal).len(), 2);
}

#[test]
fn answered_wordings_leave_the_list_until_they_are_asked_again() {
    let folder = folder();
    let mut journal = new(&folder);
    ask(&mut journal, "How many soldiers does Bosnia have?", 1, 0);
    let id = groups(&mut journal)[0].id;
    journal.mark_answered(&[id]).expect("it can be written");
    assert_eq!(groups(&mut journal), []);
    journal.reopen(&[id]).expect("it can be written");
    assert_eq!(groups(&mut journal).len(), 1);
    journal.mark_answered(&[id]).expect("it can be written");
    ask(&mut journal, "how many soldiers does Bosnia have", 1, 2);
    assert_eq!(groups(&mut journal)[0].id, id);
}

#[test]
fn what_a_new_knowledge_base_answers_is_resolved() {
    let folder = folder();
    let mut journal = new(&folder);
    let answered = "Who is the president of Serbia?";
    assert_eq!(Gap::all(&BUILT_IN, answered, &BUILT_IN.answer(answered)), []);
    for question in [answered, "Who is the president of [name]?"] {
        journal.record(&plain(question), None, TODAY, LIMITS).expect("it can be written");
    }
    ask(&mut journal, "How many soldiers does Bosnia have?", 1, 0);
    assert_eq!(journal.resolve(&BUILT_IN).expect("it can be written"), 1);
    assert_eq!(groups(&mut journal).len(), 2);
    assert!(exported(&journal).iter().all(|w| w.answered == (w.question == answered)));
}

#[test]
fn what_is_old_goes() {
    let folder = folder();
    let mut journal = new(&folder);
    ask(&mut journal, "How many soldiers does Bosnia have?", 1, -80);
    ask(&mut journal, "How many soldiers does Bosnia have?", 1, 20);
    ask(&mut journal, "What is the capital of Albania?", 1, -80);
    journal.tidy(Day(TODAY.0 + 20), LIMITS).expect("it can be written");
    let left = exported(&journal);
    assert_eq!(left.iter().map(|w| (w.question.as_str(), w.times)).collect::<Vec<_>>(), [("How many soldiers does Bosnia have?", 1)]);
    assert_eq!(journal.entries().expect("it can be read"), 1);
}

#[test]
fn entries_are_bounded() {
    let folder = folder();
    let mut journal = new(&folder);
    let limits = Limits { max_entries: 10, ..LIMITS };
    for number in 0..25 {
        let day = Day(TODAY.0 + number);
        journal.record(&plain(&format!("what about thing {number}")), None, day, limits).expect("it can be written");
    }
    assert_eq!(journal.entries().expect("it can be read"), 10);
    let mut kept: Vec<String> = exported(&journal).into_iter().map(|w| w.question).collect();
    kept.sort();
    assert_eq!(kept, (15..25).map(|n| format!("what about thing {n}")).collect::<Vec<_>>());
}

#[test]
fn forgotten_is_gone_from_the_disk() {
    let folder = folder();
    let mut journal = new(&folder);
    ask(&mut journal, "What is the capital of Albania?", 1, 0);
    ask(&mut journal, "How many soldiers does Bosnia have?", 1, 0);
    groups(&mut journal);
    let id = WordingId::of("what is the capital of albania").expect("words");
    assert_eq!(journal.forget(&Forget::Wording(id)).expect("it can be written"), 1);
    assert_eq!(on_disk(&folder, "capital of Albania"), 0);
    assert!(on_disk(&folder, "soldiers does Bosnia") > 0);
    assert_eq!(journal.forget(&Forget::Before("2024-10-04".to_owned())).expect("it can be written"), 0);
    assert_eq!(journal.forget(&Forget::Before("2024-10-05".to_owned())).expect("it can be written"), 1);
    ask(&mut journal, "How many soldiers does Bosnia have?", 1, 0);
    let group = groups(&mut journal).remove(0);
    journal.dismiss(&group, TODAY).expect("it can be written");
    assert_eq!(journal.forget(&Forget::All).expect("it can be written"), 1);
    assert_eq!((journal.dismissed().expect("it can be read"), on_disk(&folder, "soldiers")), (Vec::new(), 0));
}

/// How often a text occurs in the files of a folder.
fn on_disk(folder: &TempDir, text: &str) -> usize {
    let files = std::fs::read_dir(folder.path()).expect("it is there").map(|entry| entry.expect("readable").path());
    files.map(|file| count(&std::fs::read(file).expect("readable"), text.as_bytes())).sum()
}

fn count(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len()).filter(|window| *window == text).count()
}
