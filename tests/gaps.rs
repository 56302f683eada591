//! The gaps journal as people use it: `ask` and `chat` record, `gaps` lists, dismisses, exports and deletes.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const SOLDIERS: &str = "How many soldiers does Bosnia have?";
const CAPITAL: &str = "What is the capital of Albania?";
const ANSWERED: &str = "Who is the president of Serbia?";

/// The program in a folder of its own, with a journal there or without.
fn factotum(folder: &TempDir, journal: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_factotum"));
    command.current_dir(folder.path()).env_remove("FACTOTUM_JOURNAL_PATH");
    if let Some(path) = journal {
        command.env("FACTOTUM_JOURNAL_PATH", path);
    }
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

/// What the program says, with these lines on its standard input.
fn said(mut command: Command, lines: &[&str]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    // The replies fit the pipe.
    child.stdin.take().expect("it is piped").write_all(lines.join("\n").as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn ask(folder: &TempDir, journal: Option<&str>, questions: &[&str]) -> Output {
    let mut command = factotum(folder, journal);
    command.arg("ask");
    said(command, questions)
}

/// What `gaps` with these arguments prints, if it succeeds.
fn gaps(folder: &TempDir, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    factotum(folder, Some("gaps.db")).arg("gaps").args(arguments).output().expect("it runs")
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

fn names(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder).expect("it is there").map(|e| e.expect("readable").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn switched_off_nothing_is_written() {
    let folder = folder();
    assert!(ask(&folder, None, &[SOLDIERS]).status.success());
    assert_eq!(names(folder.path()), [""; 0]);
    let output = factotum(&folder, None).arg("gaps").output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("set `path` in [journal]"));
    assert_eq!(gaps(&folder, &[]), "No gaps: nothing has been recorded yet in gaps.db.\n");
    assert_eq!(names(folder.path()), [""; 0], "nor by looking");
}

#[test]
fn from_a_question_in_vain_to_none() {
    let folder = folder();
    ask(&folder, Some("gaps.db"), &[SOLDIERS, ANSWERED, "how many soldiers does bosnia have", CAPITAL, "hello", ""]);
    let groups = lines(&gaps(&folder, &["--json"]));
    let told: Vec<(&str, u64, u64)> = groups
        .iter()
        .map(|g| (g["wordings"][0]["question"].as_str().expect("text"), g["times"].as_u64().expect("n"), g["people"].as_u64().expect("n")))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&(SOLDIERS, 2, 1)) && told.contains(&(CAPITAL, 1, 1)), "{told:?}");
    let id = groups.iter().find(|g| g["wordings"][0]["question"] == SOLDIERS).expect("it was asked")["id"].as_str().expect("text");
    // People see the same.
    let listed = gaps(&folder, &[]);
    for part in [
        &id[..8],
        "  1 person, 2 questions, last on ",
        SOLDIERS,
        "missing  Not on record: the size and equipment",
        "2 groups of 2 wordings.",
    ] {
        assert!(listed.contains(part), "{listed}");
    }
    assert!(gaps(&folder, &["dismiss", &id[..8]]).starts_with("1 group dismissed"));
    ask(&folder, Some("gaps.db"), &["what number of soldiers has Bosnia got"]);
    assert_eq!(lines(&gaps(&folder, &["--json"])).len(), 1, "by meaning");
    assert!(gaps(&folder, &["--dismissed"]).contains(SOLDIERS));
    let again = run(&folder, &["dismiss", id]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("not on the list"));
    gaps(&folder, &["restore", id]);
    assert_eq!(lines(&gaps(&folder, &["--json"])).len(), 2);
    assert_eq!(lines(&gaps(&folder, &["export"])).len(), 3);
    assert_eq!(gaps(&folder, &["forget", "--wording", &id[..8]]), "1 wording deleted.\n");
    assert_eq!(gaps(&folder, &["forget", "--before", "2020-01-01"]), "0 wordings deleted.\n");
    assert_eq!(gaps(&folder, &["forget", "--all"]), "2 wordings deleted.\n");
    assert_eq!(gaps(&folder, &[]), "No gaps.\n");
    for wrong in
        [&["forget"][..], &["dismiss", "zzzz"], &["dismiss", "ffffffffffffffff"], &["restore", "12"], &["forget", "--before", "soon"]]
    {
        assert_eq!(run(&folder, wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn chat_records_too() {
    let folder = folder();
    let mut command = factotum(&folder, Some("gaps.db"));
    command.arg("chat");
    said(command, &[SOLDIERS, "/topics", "/explain"]);
    let exported = lines(&gaps(&folder, &["export"]));
    assert_eq!(exported.len(), 1);
    assert_eq!((&exported[0]["question"], &exported[0]["kind"]), (&SOLDIERS.into(), &"declined".into()));
}

#[test]
fn a_journal_that_cannot_be_written_costs_no_answer() {
    let folder = folder();
    std::fs::write(folder.path().join("gaps.db"), "this is no database ".repeat(100)).expect("writable");
    let output = ask(&folder, Some("gaps.db"), &[SOLDIERS, CAPITAL, ANSWERED]);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("Vučić"), "{out}");
    assert_eq!(err.matches("the gaps journal is not written").count(), 1, "once: {err}");
    assert!(err.contains("is damaged or is not a journal: move it"), "{err}");
    assert_eq!(run(&folder, &[]).status.code(), Some(2));
}
