//! The documents keep their word: what they show is loaded, and what they list is complete.

use factotum::diagnostic::{Code, SourceFile};
use factotum::knowledge::file::{
    EntityEntry, FactEntry, IntentEntry, NearMissEntry, RelationEntry, RowEntry, SmallTalkEntry, SourceEntry, keys,
};
use factotum::{knowledge, pack};
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a document of the repository")
}

/// The contents of a document's code blocks of one sort.
fn blocks(document: &str, sort: &str) -> Vec<String> {
    let fence = format!("\n```{sort}\n");
    document.split(&fence).skip(1).filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| format!("{block}\n")).collect()
}

fn findings(files: &[SourceFile]) -> Vec<String> {
    knowledge::load(files).diagnostics.iter().map(|d| d.human(files, false)).collect()
}

#[test]
fn the_worked_example_fits_into_the_built_in_pack() {
    let examples = blocks(&read("docs/knowledge.md"), "toml example");
    let [example] = examples.as_slice() else { panic!("one worked example, not {}", examples.len()) };
    let mut files = pack::built_in_files();
    let before = findings(&files);
    let file = files.iter_mut().find(|f| f.name.ends_with("osmani.toml")).expect("the file that the document names");
    file.text.push('\n');
    file.text.push_str(example);
    assert_eq!(findings(&files), before);
    let base = knowledge::load(&files).base.expect("a pack without errors");
    let intent = base.intent("osmani-kind-of-dialogue").expect("the intent of the example");
    assert_eq!(intent.phrases.len(), 3, "the question and two phrases");
}

#[test]
fn the_pieces_of_the_format_make_a_pack() {
    let text = blocks(&read("docs/knowledge.md"), "toml").join("\n");
    let files = [SourceFile { name: "knowledge.md".to_owned(), text }];
    assert_eq!(findings(&files), Vec::<String>::new());
    assert!(knowledge::load(&files).base.is_some());
}

#[test]
fn every_key_is_explained() {
    let document = read("docs/knowledge.md");
    let all = [
        keys::<SourceEntry>(),
        keys::<EntityEntry>(),
        keys::<FactEntry>(),
        keys::<IntentEntry>(),
        keys::<RelationEntry>(),
        keys::<RowEntry>(),
        keys::<NearMissEntry>(),
        keys::<SmallTalkEntry>(),
    ];
    for key in all.into_iter().flatten().flatten() {
        assert!(document.contains(&format!("`{key}`")), "docs/knowledge.md does not explain `{key}`");
    }
    for table in
        ["sources", "entities", "facts", "intents", "relations", "near-misses", "small-talk", "synonyms", "roles", "names", "spellings"]
    {
        assert!(
            document.contains(&format!("`[{table}]`")) || document.contains(&format!("`[{table}.<id>]`")),
            "docs/knowledge.md has no `[{table}]`"
        );
    }
}

#[test]
fn every_diagnostic_is_explained_as_it_is() {
    let document = read("docs/diagnostics.md");
    let explained: Vec<&str> = document.lines().filter_map(|l| l.strip_prefix("### `")?.strip_suffix('`')).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|c| c.as_str()).collect();
    assert_eq!(explained, codes);
    for code in Code::ALL {
        let section = document.split(&format!("### `{code}`\n")).nth(1).and_then(|s| s.split("\n### ").next()).unwrap_or_default();
        assert!(section.contains(code.explanation()), "{code}: its section says what the program says: {}", code.explanation());
        let expected = read(&format!("tests/diagnostics/{code}/expected.txt"));
        let first = expected.split("\n\n").next().unwrap_or_default();
        assert!(
            section.contains(&format!("```text\n{first}\n```")),
            "{code}: its section shows the first finding of tests/diagnostics/{code}/expected.txt"
        );
    }
}

/// CI may run more, with other options; but whatever a contributor is told to run, it runs.
#[test]
fn what_contributors_run_is_what_ci_runs() {
    let told = blocks(&read("CONTRIBUTING.md"), "sh").into_iter().next().expect("the commands come first");
    let ci = read(".ci/run");
    let steps: Vec<Vec<&str>> = ci.lines().filter_map(|line| line.strip_prefix("step ")).map(|l| l.split_whitespace().collect()).collect();
    for command in told.lines() {
        let command = command.replace("cargo run --release --", "\"$factotum\"");
        let ran = steps.iter().any(|step| command.split_whitespace().all(|word| step.contains(&word)));
        assert!(ran, "CI does not run {command}");
    }
}
