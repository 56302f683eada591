//! The journal from end to end, with the built-in knowledge base and the tiny one of the tests.

use crate::askers::Tag;
use crate::file::{Day, Journal, JournalError, Limits};
use crate::{Asker, Event, Forget, Gap, Group, Kind, Recorder, Wording, WordingId};
use factotum_core::answering::Answerer;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
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

/// Questions with the groups that people put them into.
fn labelled(name: &str) -> (Vec<u32>, Vec<crate::meaning::Meaning>) {
    #[derive(serde::Deserialize)]
    struct Line {
        group: u32,
        question: String,
    }
    let path = std::path::Path::new("../../tests/gaps").join(name);
    let text = std::fs::read_to_string(path).expect("a file of the tests");
    let lines: Vec<Line> = text.lines().map(|line| serde_json::from_str(line).expect("a labelled question")).collect();
    let read = |line: &Line| {
        let mut meaning = crate::meaning::Meaning::read(&BUILT_IN, &line.question).expect("a question");
        meaning.vector = meaning.encode();
        meaning
    };
    (lines.iter().map(|line| line.group).collect(), lines.iter().map(read).collect())
}

/// Of the pairs of questions: those rightly put together, wrongly put together, wrongly kept apart, and rightly kept apart.
fn pairs(labels: &[u32], groups: &[Vec<usize>]) -> [usize; 4] {
    let mut found = vec![0; labels.len()];
    groups.iter().enumerate().for_each(|(number, group)| group.iter().for_each(|at| found[*at] = number));
    let mut counts = [0; 4];
    for a in 0..labels.len() {
        for b in a + 1..labels.len() {
            let at = match (labels[a] == labels[b], found[a] == found[b]) {
                (true, true) => 0,
                (false, true) => 1,
                (true, false) => 2,
                (false, false) => 3,
            };
            counts[at] += 1;
        }
    }
    counts
}

/// Of the pairs of questions, in per cent: of those put together the ones that belong together, of those that belong together the ones put
/// together, and of all those decided rightly.
fn precision_recall_accuracy(name: &str) -> [f64; 3] {
    let (labels, meanings) = labelled(name);
    let [together, mixed, split, apart] = pairs(&labels, &crate::grouping::grouped(&meanings)).map(|count| count as f64);
    let accuracy = (together + apart) / (together + mixed + split + apart);
    [together / (together + mixed), together / (together + split), accuracy].map(|share| share * 100.0)
}

/// The first file is what the figures of `meaning.rs` were chosen on; the second was written by others, and never tuned on.
#[test]
fn pairs_are_grouped_rightly() {
    for (name, floors) in [("tuning.jsonl", [80.0, 74.0, 99.0]), ("groups.jsonl", [70.0, 48.0, 98.5])] {
        let measured = precision_recall_accuracy(name);
        assert!(measured.iter().zip(floors).all(|(is, floor)| *is >= floor), "{name}: precision, recall, accuracy: {measured:.1?}");
    }
}

/// A recorder into a file, with what it observes.
fn recorder(path: &Path) -> (Recorder, Arc<Mutex<Vec<Event>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = events.clone();
    let recorder = Recorder::start(path.to_owned(), LIMITS, move |event| seen.lock().expect("not poisoned").push(event)).expect("a thread");
    (recorder, events)
}

/// What becomes of one entry.
fn recorded(path: &Path) -> Event {
    let (recorder, events) = recorder(path);
    recorder.record(Asker::Person(1), vec![plain("what about this")]);
    recorder.finish();
    let events = events.lock().expect("not poisoned");
    assert_eq!(events.len(), 1);
    events[0]
}

#[test]
fn entries_are_written_and_the_file_is_for_its_owner_only() {
    let folder = folder();
    let path = folder.path().join("gaps.db");
    let (recorder, events) = recorder(&path);
    assert!(!path.exists(), "the first entry makes it");
    for question in ["one thing", "another thing", "one thing"] {
        recorder.record(Asker::Person(1), vec![plain(question)]);
    }
    recorder.record(Asker::Person(2), vec![plain("one thing")]);
    recorder.finish();
    assert_eq!(*events.lock().expect("not poisoned"), [Event::Written; 4]);
    // Started again: what was there is there.
    drop(recorder);
    assert_eq!(recorded(&path), Event::Written);
    let journal = Journal::open(&path).expect("it was written");
    let mut found: Vec<(String, u32, u32)> = exported(&journal).into_iter().map(|w| (w.question, w.times, w.people)).collect();
    found.sort();
    let expected = [("another thing", 1, 1), ("one thing", 3, 2), ("what about this", 1, 1)];
    assert_eq!(found, expected.map(|(question, times, people)| (question.to_owned(), times, people)));
    #[cfg(unix)]
    for entry in std::fs::read_dir(folder.path()).expect("it is there") {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.expect("readable");
        assert_eq!(entry.metadata().expect("readable").permissions().mode() & 0o777, 0o600, "{entry:?}");
    }
}

#[test]
fn what_is_no_journal_is_left_alone() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("text"), "not a database, but somebody's notes".repeat(100)).expect("writable");
    std::fs::create_dir(at("folder")).expect("writable");
    let other = rusqlite::Connection::open(at("other")).expect("writable");
    other.execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine');").expect("writable");
    drop(other);
    drop(new(&folder));
    let newer = rusqlite::Connection::open(at("gaps.db")).expect("writable");
    newer.pragma_update(None, "user_version", 99).expect("writable");
    drop(newer);
    let before = |name: &str| std::fs::read(at(name)).expect("readable");
    let bytes = ["text", "other"].map(before);
    type Expected = fn(&JournalError) -> bool;
    let cases: [(&str, Expected); 4] = [
        ("text", |e| matches!(e, JournalError::Damaged(_))),
        ("folder", |e| matches!(e, JournalError::NotAFile(_))),
        ("other", |e| matches!(e, JournalError::Foreign(_))),
        ("gaps.db", |e| matches!(e, JournalError::Newer { version: 99, .. })),
    ];
    for (name, expected) in cases {
        let error = Journal::create(&at(name)).expect_err("it is none");
        assert!(expected(&error), "{name}: {error:?}");
        assert_eq!(recorded(&at(name)), Event::WriteFailed);
    }
    assert_eq!(["text", "other"].map(before), bytes);
    assert!(matches!(Journal::open(&at("nothing")), Err(JournalError::Missing(_))));
    assert!(matches!(Journal::create(&at("no/such/folder/gaps.db")), Err(JournalError::NoFolder(_))));
    assert_eq!(recorded(&at("no/such/folder/gaps.db")), Event::WriteFailed);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = folder();
    let (target, link) = (folder.path().join("target"), folder.path().join("gaps.db"));
    for exists in [false, true] {
        if exists {
            std::fs::write(&target, "").expect("writable");
        }
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(&target, &link).expect("writable");
        assert!(matches!(Journal::create(&link), Err(JournalError::NotAFile(_))));
        assert_eq!(recorded(&link), Event::WriteFailed);
        assert_eq!(target.exists(), exists);
    }
    assert_eq!(std::fs::read(&target).expect("readable"), b"");
    // A link to the folder is the operator's own.
    let door = folder.path().join("door");
    std::fs::create_dir(folder.path().join("room")).expect("writable");
    std::os::unix::fs::symlink(folder.path().join("room"), &door).expect("writable");
    assert_eq!(recorded(&door.join("gaps.db")), Event::Written);
}

#[test]
fn damage_and_removal_are_survived() {
    let folder = folder();
    let path = folder.path().join("gaps.db");
    let (recorder, events) = recorder(&path);
    let ask = |number: u32| {
        recorder.record(Asker::Person(1), vec![plain(&format!("thing number {number}"))]);
        recorder.finish();
        *events.lock().expect("not poisoned").last().expect("one for each")
    };
    let remove = || ["", "-wal", "-shm"].iter().for_each(|end| drop(std::fs::remove_file(format!("{}{end}", path.display()))));
    assert_eq!(ask(1), Event::Written);
    remove();
    assert_eq!(ask(2), Event::Written, "a new file is begun");
    remove();
    std::fs::write(&path, [7; 9_000]).expect("writable");
    assert_eq!((ask(3), ask(4)), (Event::WriteFailed, Event::WriteFailed));
    remove();
    assert_eq!(ask(5), Event::Written, "as soon as it can be written again");
    assert_eq!(exported(&Journal::open(&path).expect("it was written")).len(), 1);
}

#[test]
fn the_size_of_the_file_is_bounded() {
    let folder = folder();
    let mut journal = new(&folder);
    let limits = Limits { max_entries: 1_000_000, max_megabytes: 1, ..LIMITS };
    journal.tidy(TODAY, limits).expect("it can be written");
    let long = "a question that is as long as they get ".repeat(7);
    for number in 0..4_000 {
        journal.record(&plain(&format!("{number} {long}")), None, Day(TODAY.0 + number / 100), limits).expect("others make room");
    }
    let size = std::fs::metadata(journal.path()).expect("it is there").len();
    assert!(size <= 1 << 20, "{size}");
    let kept = journal.entries().expect("it can be read");
    assert!(kept > 1_000, "{kept}");
    assert!(exported(&journal).iter().any(|w| w.question.starts_with("3999 ")), "the latest is there");
    // A setting that was lowered counts too.
    for number in 0..4_000 {
        journal
            .record(&plain(&format!("{number} {long}")), None, TODAY, Limits { max_megabytes: 64, ..limits })
            .expect("it can be written");
    }
    journal.tidy(TODAY, limits).expect("it can be written");
    journal.shrink().expect("it can be written");
    let size = std::fs::metadata(journal.path()).expect("it is there").len();
    assert!(size <= 1 << 20, "{size}");
}

#[test]
fn a_locked_file_is_said_to_be() {
    let folder = folder();
    let mut journal = new(&folder);
    journal.connection.busy_timeout(std::time::Duration::ZERO).expect("a setting");
    let other = rusqlite::Connection::open(journal.path()).expect("readable");
    other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    let error = journal.record(&plain("a question"), None, TODAY, LIMITS).expect_err("it is locked");
    assert!(matches!(error, JournalError::Locked(_)), "{error}");
    other.execute_batch("COMMIT").expect("it is ours");
    journal.record(&plain("a question"), None, TODAY, LIMITS).expect("it is free again");
}

/// Not a test of its own: the process that the next two start. It writes entries and says the number of each once it is written.
#[test]
#[ignore = "started by other tests"]
fn child() {
    let (Some(path), Some(name)) = (std::env::var_os("JOURNAL_PATH"), std::env::var_os("JOURNAL_CHILD")) else { return };
    let mut journal = Journal::create(Path::new(&path)).expect("a journal");
    for number in 0..200 {
        let gap = plain(&format!("question {number} of {}", name.to_string_lossy()));
        journal.record(&gap, Some(Tag(1)), TODAY, LIMITS).expect("it can be written");
        journal.record(&plain("what both ask"), Some(Tag(number % 50)), TODAY, LIMITS).expect("it can be written");
        writeln!(std::io::stdout(), "\nwritten {number}").expect("somebody reads");
    }
}

fn start_child(path: &Path, name: &str) -> (std::process::Child, impl Iterator<Item = u32>) {
    use std::io::BufRead;
    let mut child = std::process::Command::new(std::env::current_exe().expect("a test"))
        .args(["--exact", "tests::child", "--ignored", "--nocapture"])
        .envs([("JOURNAL_PATH", path.as_os_str()), ("JOURNAL_CHILD", name.as_ref())])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it runs");
    let output = std::io::BufReader::new(child.stdout.take().expect("it is piped"));
    (child, output.lines().map_while(Result::ok).filter_map(|line| line.strip_prefix("written ")?.parse().ok()))
}

#[test]
fn a_process_that_is_killed_loses_the_last_entry_at_most() {
    let folder = folder();
    let path = folder.path().join("gaps.db");
    for (round, until) in [3, 40, 90].into_iter().enumerate() {
        let name = format!("round {round}");
        let (mut child, mut written) = start_child(&path, &name);
        assert!(written.any(|number| number == until), "it writes");
        // SIGKILL: it is in the middle of something.
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        let said = written.last().unwrap_or(until);
        let journal = Journal::open(&path).expect("it is whole");
        let whole: String = journal.connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it can be read");
        assert_eq!(whole, "ok");
        let kept = exported(&journal).iter().filter(|w| w.question.ends_with(&format!("of {name}"))).count();
        assert!((said as usize + 1..=said as usize + 2).contains(&kept), "{said} were said to be written, {kept} are there");
    }
}

#[test]
fn a_file_whose_maker_was_killed_at_once_is_used() {
    let folder = folder();
    let path = folder.path().join("gaps.db");
    let half = rusqlite::Connection::open(&path).expect("it can be made");
    half.pragma_update(None, "auto_vacuum", "incremental").expect("a setting");
    drop(half);
    assert!(std::fs::metadata(&path).expect("it is there").len() > 0, "a page without a table");
    let mut journal = Journal::create(&path).expect("nothing of anybody's is in it");
    journal.record(&plain("a question"), None, TODAY, LIMITS).expect("it can be written");
}

#[test]
fn two_processes_share_a_file() {
    let folder = folder();
    let path = folder.path().join("gaps.db");
    let children = [start_child(&path, "a"), start_child(&path, "b")];
    for (mut child, written) in children {
        assert_eq!(written.count(), 200);
        assert!(child.wait().expect("it ends").success());
    }
    let journal = Journal::open(&path).expect("it was written");
    let all = exported(&journal);
    let both = all.iter().find(|w| w.question == "what both ask").expect("both asked");
    assert_eq!((all.len(), both.times, both.people), (401, 400, 50));
    assert_eq!(journal.entries().expect("it can be read"), 401);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_said_to_be() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = new(&folder).path().to_owned();
    let allow = |mode: u32, at: &Path| std::fs::set_permissions(at, std::fs::Permissions::from_mode(mode)).expect("it is ours");
    allow(0o400, &path);
    allow(0o500, folder.path());
    // Root may write everything.
    if std::fs::OpenOptions::new().write(true).open(&path).is_err() {
        assert!(matches!(Journal::create(&path), Err(JournalError::ReadOnly(_))));
        assert_eq!(recorded(&path), Event::WriteFailed);
    }
    allow(0o700, folder.path());
}
