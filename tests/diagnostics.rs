//! Every code of a diagnostic has a folder in `tests/diagnostics` with the smallest pack that shows it, and what is said.
//! `scripts/bless` rewrites the expected texts.

use crate::expected;
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Code, Diagnostic, Severity, SourceFile};
use factotum_core::knowledge;
use factotum_curator::{audit, grounding};
use factotum_service::pack;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// A pack's files, called by their names alone, so that texts are the same everywhere.
fn files(folder: &Path) -> Vec<SourceFile> {
    let mut files = pack::read(folder).expect("a folder with a pack");
    for file in &mut files {
        file.name = Path::new(&file.name).file_name().expect("a file has a name").to_string_lossy().into_owned();
    }
    files
}

/// All that is found in a pack: loading it, against `source.txt` where there is one, and by asking its own phrases.
fn findings(folder: &Path, files: &[SourceFile]) -> Vec<Diagnostic> {
    let loaded = knowledge::load(files);
    let mut found = loaded.diagnostics;
    if let Some(base) = loaded.base {
        if let Ok(source) = fs::read(folder.join("source.txt")) {
            found.extend(grounding::check(&base, files, "source.txt", &source));
        }
        if folder.ends_with(Code::PhraseStolen.as_str()) {
            found.extend(audit::stolen(&Answerer::new(base)));
        }
    }
    found
}

#[test]
fn every_code_is_shown_by_a_pack_of_its_own() {
    for code in Code::ALL {
        let folder = root().join(code.as_str());
        let files = files(&folder);
        let found = findings(&folder, &files);
        assert!(
            !found.is_empty() && found.iter().all(|d| d.code == *code),
            "{code}: {:?}",
            found.iter().map(|d| (d.code, &d.message)).collect::<Vec<_>>()
        );
        let text: String = found.iter().map(|d| d.human(&files, false) + "\n\n").collect();
        expected::hold(&folder.join("expected.txt"), &text);
    }
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
    let files = files(&folder);
    let found = findings(&folder, &files);
    let first = found.first().map(|d| d.json(&files)).unwrap_or_default();
    assert_eq!(first["code"], "alias-shared");
    assert_eq!(first["severity"], "warning");
    assert_eq!((&first["at"]["file"], &first["at"]["line"], &first["at"]["column"]), (&"entities.toml".into(), &11.into(), &29.into()));
    assert_eq!((&first["also"]["at"]["line"], &first["also"]["at"]["column"]), (&6.into(), &12.into()));
}

/// Files that ask for more than anybody would write end in findings, and soon.
#[test]
fn bombs_end_in_findings() {
    let deep = 100_000;
    let bombs = [
        format!("format = 1\nx = {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("format = 1\nx = {}", "[".repeat(deep)),
        format!("format = 1\n[facts]\nx = {}", "{a=".repeat(deep)),
        format!("format = 1\n{}a = 1", "a.".repeat(deep)),
        format!("format = 1\n[{}a]\nb = 1", "a.".repeat(deep)),
        format!("format = 1\n[facts.a]\n{}a = 1", "a.".repeat(deep)),
        format!("format = 1\n[intents.a]\nphrases = [{}]", "\"a\", ".repeat(deep)),
        format!("format = 1\n[intents.a]\n{}", (0..deep).map(|i| format!("k{i} = 1\n")).collect::<String>()),
        format!("format = 1\n{}", "[intents.a]\n".repeat(deep)),
        format!("format = 1\n{}", (0..deep).map(|i| format!("[near-misses.a{i}]\nmissing = \"x\"\nnear = [\"b\"]\n")).collect::<String>()),
        "\0".repeat(deep),
        "\u{feff}\u{202e}\u{1b}[31m".repeat(deep),
        "= ".repeat(deep),
    ];
    for text in bombs {
        let start: String = text.chars().take(40).collect();
        let files = [SourceFile { name: "bomb.toml".to_owned(), text }];
        let loaded = knowledge::load(&files);
        assert!(loaded.base.is_none(), "{start:?}");
        let error = loaded.diagnostics.iter().find(|d| d.severity() == Severity::Error).expect("an error");
        assert!(!error.human(&files, false).is_empty() && error.json(&files).is_object(), "{start:?}");
    }
}
