//! Every code of a diagnostic has a folder in `tests/diagnostics` with the smallest knowledge base that shows it, and what is said.
//! `docs/diagnostics.md` is made from both. `scripts/bless` rewrites the expected texts and the document.

use crate::expected;
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Code, Diagnostic, Severity, SourceFile, Stage};
use factotum_core::knowledge::Today;
use factotum_curator::article::Article;
use factotum_curator::grounding::Belongs;
use factotum_curator::quality::{coverage, swap, swap::Effort};
use factotum_curator::{audit, golden, grounding, quality};
use factotum_service::pack;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// The files of a folder, called by their names alone, so that texts are the same everywhere.
fn files(folder: &Path) -> Vec<SourceFile> {
    let mut files = pack::read(folder).expect("a folder with knowledge files");
    for file in &mut files {
        file.name = Path::new(&file.name).file_name().expect("a file has a name").to_string_lossy().into_owned();
    }
    files
}

/// All that is found: by loading, by comparing with `source.txt` where there is one, and by asking the paraphrases where the code needs it.
/// The source is added to the files, since findings may lie in it.
fn findings(folder: &Path, code: Code, files: &mut Vec<SourceFile>) -> Vec<Diagnostic> {
    let loaded = factotum_core::pack::load(files);
    let mut found = loaded.diagnostics;
    if let Some(base) = loaded.base {
        if let Ok(source) = fs::read(folder.join("source.txt")) {
            found.extend(grounding::check(&base, files, "source.txt", &source));
            files.push(grounding::source_file("source.txt", &source));
            if let (Code::UnusedSentence, Belongs::Signed(id)) = (code, grounding::source_of(&base, &source)) {
                let article = Article::of(files[files.len() - 1].text.clone());
                found.extend(coverage::unused(&article, &coverage::sentences(&base, id, &article), files.len() - 1));
            }
        }
        if code == Code::GoldenQuestionBroken {
            let mut golden = self::files(&folder.join("questions"));
            let answerer = Answerer::new(base);
            let sets = golden::parse(&golden, answerer.base()).expect("golden questions without mistakes");
            found.extend(golden::broken(&answerer, &sets).into_iter().map(|mut d| {
                d.place.file += files.len();
                d
            }));
            files.append(&mut golden);
            return found;
        }
        if matches!(code.stage(), Stage::Audit | Stage::Quality) {
            let answerer = Answerer::new(base);
            let audit = audit::run(&answerer);
            found.extend(audit.stolen);
            if code.stage() == Stage::Quality {
                // Notes are about anything; each folder is there for one of them.
                let mut notes = quality::notes(&answerer, files, None);
                notes.extend(audit.close);
                // Long after whatever the folders have.
                let today = Today::of(SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_083_200));
                notes.extend(quality::overdue(answerer.base(), &today));
                notes.extend(swap::notes(&swap::run(&answerer, Effort::Thorough, 1, &|_| {})));
                found.extend(notes.into_iter().filter(|d| d.severity() > Severity::Note || d.code == code));
            }
        }
    }
    found
}

#[test]
fn every_code_is_shown_by_a_base_of_its_own() {
    for code in Code::ALL {
        let folder = root().join(code.as_str());
        let mut files = files(&folder);
        let found = findings(&folder, *code, &mut files);
        assert!(
            !found.is_empty() && found.iter().all(|d| d.code == *code),
            "{code}: {:?}",
            found.iter().map(|d| (d.code, &d.message)).collect::<Vec<_>>()
        );
        let text: String = found.iter().map(|d| d.human(&files, false) + "\n\n").collect();
        expected::hold(&folder.join("expected.txt"), &text);
    }
}

/// The document, made from the table of codes and what is said of their folders.
fn document() -> String {
    let mut text = "# Diagnostics\n\n\
        What `factotum check` can find, by the code in its brackets. Errors prevent a knowledge base from being used; warnings do not, unless you \
        ask for that with `--deny-warnings`. Notes say what could be better. Each finding names file, line and column, underlines the text in question and ends with the next \
        step. The examples come from `tests/diagnostics/<code>/`, where you find the knowledge files that show them.\n"
        .to_owned();
    for (severity, heading) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings"), (Severity::Note, "Notes")] {
        text.push_str(&format!("\n## {heading}\n"));
        for code in Code::ALL.iter().filter(|code| code.severity() == severity) {
            let expected = fs::read_to_string(root().join(code.as_str()).join("expected.txt")).unwrap_or_default();
            let first = expected.split("\n\n").next().unwrap_or_default();
            let (explanation, advice) = (code.explanation(), code.advice());
            text.push_str(&format!("\n### `{code}`\n\n{explanation}\n\n```text\n{first}\n```\n\n{advice}\n"));
        }
    }
    text
}

#[test]
fn the_document_is_made_from_table_and_folders() {
    expected::hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics.md"), &document());
}

#[test]
fn no_folder_is_left_over() {
    let folders: BTreeSet<String> =
        fs::read_dir(root()).expect("the folder is there").flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(|c| c.to_string()).collect();
    assert_eq!(folders, codes);
}

#[test]
fn json_has_the_same_places() {
    let folder = root().join("alias-shared");
    let mut files = files(&folder);
    let found = findings(&folder, Code::AliasShared, &mut files);
    let first = found.first().map(|d| d.json(&files)).unwrap_or_default();
    assert_eq!(first["code"], "alias-shared");
    assert_eq!(first["severity"], "warning");
    assert_eq!((&first["at"]["file"], &first["at"]["line"], &first["at"]["column"]), (&"entities.toml".into(), &11.into(), &27.into()));
    assert_eq!((&first["also"]["at"]["line"], &first["also"]["at"]["column"]), (&6.into(), &12.into()));
}

/// Files that ask for more than anybody would write end in findings, and soon.
#[test]
fn bombs_end_in_findings() {
    let deep = 100_000;
    let repeated = |table: &str| format!("format = 2\n{}", table.repeat(deep));
    let bombs = [
        format!("format = 2\nx = {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("format = 2\nx = {}", "[".repeat(deep)),
        format!("format = 2\n[source]\nx = {}", "{a=".repeat(deep)),
        format!("format = 2\n{}a = 1", "a.".repeat(deep)),
        format!("format = 2\n[{}a]\nb = 1", "a.".repeat(deep)),
        format!("format = 2\n[source.a]\n{}a = 1", "a.".repeat(deep)),
        format!("format = 2\n[entity.a]\naliases = [{}]", "\"a\", ".repeat(deep)),
        format!("format = 2\n[entity.a]\naliases = \"{}\"", "\\\"a, ".repeat(deep)),
        format!("format = 2\n[[small_talk]]\nask = \"\"\"{}\"\"\"", "\\\"a\n".repeat(deep)),
        format!("format = 2\n[entity.a]\n{}", (0..deep).map(|i| format!("k{i} = 1\n")).collect::<String>()),
        repeated("[entity.a]\n"),
        repeated("[[fact]]\nstatement = \"a b\"\nparagraphs = 1\n"),
        repeated("[[unanswerable]]\nmissing = \"x\"\nnear = \"b\"\nask = \"y\"\n"),
        "\0".repeat(deep),
        "\u{feff}\u{202e}\u{1b}[31m".repeat(deep),
        "= ".repeat(deep),
    ];
    for text in bombs {
        let start: String = text.chars().take(40).collect();
        let files = [SourceFile { name: "bomb.toml".to_owned(), text }];
        let loaded = factotum_core::pack::load(&files);
        assert!(loaded.base.is_none(), "{start:?}");
        let error = loaded.diagnostics.iter().find(|d| d.severity() == Severity::Error).expect("an error");
        assert!(!error.human(&files, false).is_empty() && error.json(&files).is_object(), "{start:?}");
    }
}
