//! What the documents show is true: the README's sessions print what they show, its TOML loads, links lead somewhere, and commands and their
//! options exist.
//! `scripts/bless` rewrites what the README's sessions print.

use crate::{expected, sessions};
use factotum_core::diagnostic::SourceFile;
use factotum_core::pack;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The documents at the top and all of `docs/`.
fn documents() -> Vec<(PathBuf, String)> {
    let docs = fs::read_dir(root().join("docs")).expect("there is documentation").flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    paths.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "PRIVACY.md", "SECURITY.md"].map(|name| root().join(name)));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

/// A line of a document with the language of the fenced block that it stands in: `None` outside of any.
fn lines(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let mut fence = None;
    text.lines().filter_map(move |line| {
        if let Some(language) = line.strip_prefix("```") {
            fence = if fence.is_none() { Some(language) } else { None };
            return None;
        }
        Some((fence, line))
    })
}

/// A folder without settings.
fn empty() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    fs::create_dir_all(&folder).expect("the build folder is writable");
    folder
}

/// Standard output of our program.
fn run(arguments: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_factotum"))
        .args(arguments)
        .current_dir(empty())
        .env_remove("FACTOTUM_KNOWLEDGE")
        .output()
        .expect("the program was built for this test");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("replies are UTF-8")
}

#[test]
fn sessions_print_what_they_show() {
    let path = root().join("README.md");
    let readme = read(&path);
    let (now, calls) = sessions::held(&readme, &empty());
    assert!(calls >= 2, "the README shows an answer and a refusal");
    expected::hold(&path, &now);
}

#[test]
fn the_example_of_a_fact_has_no_mistakes() {
    let readme = read(&root().join("README.md"));
    let example: Vec<&str> = lines(&readme).filter(|(fence, _)| *fence == Some("toml")).map(|(_, line)| line).collect();
    assert!(!example.is_empty(), "the README shows how to add a fact");
    let mut files = factotum_built_in::files();
    files.push(SourceFile { name: "README.md".to_owned(), text: example.join("\n") });
    let loaded = pack::load(&files);
    let found: Vec<String> = loaded.diagnostics.iter().map(|d| d.human(&files, false)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What a heading is called in addresses.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn links_lead_somewhere() {
    for (path, text) in documents() {
        let folder = path.parent().expect("a file lies in a folder");
        for (_, line) in lines(&text).filter(|(fence, _)| fence.is_none()) {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
                if target.contains("://") {
                    continue;
                }
                let (file, heading) = target.split_once('#').unwrap_or((target, ""));
                let file = if file.is_empty() { path.clone() } else { folder.join(file) };
                assert!(file.exists(), "{}: nothing is at {target}", path.display());
                if !heading.is_empty() {
                    let text = read(&file);
                    let found = lines(&text)
                        .any(|(fence, line)| fence.is_none() && line.starts_with('#') && anchor(line.trim_start_matches('#')) == heading);
                    assert!(found, "{}: no heading is at {target}", path.display());
                }
            }
        }
    }
}

/// The command lines in a document that call our program: in blocks of shell and sessions, and between backticks.
fn calls(text: &str) -> Vec<Vec<String>> {
    let code = lines(text).flat_map(|(fence, line)| match fence {
        Some("sh") => vec![line],
        Some("console") => line.strip_prefix("$ ").into_iter().collect(),
        Some(_) => Vec::new(),
        None => line.split('`').skip(1).step_by(2).collect(),
    });
    let arguments = |line: &str| Some(sessions::call(line)?.arguments);
    code.filter_map(arguments).filter(|words| words.first().is_some_and(|w| w.bytes().all(|b| b.is_ascii_lowercase()))).collect()
}

#[test]
fn commands_and_their_options_exist() {
    let commands = run(&["--help".to_owned()]);
    let commands = commands.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("the help lists the commands");
    let helps: BTreeMap<&str, String> = commands
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty())
        .map(|name| (name, run(&[name.to_owned(), "--help".to_owned()])))
        .collect();
    for (path, text) in documents() {
        for call in calls(&text) {
            let path = path.display();
            let help = helps.get(call[0].as_str()).unwrap_or_else(|| panic!("{path}: there is no `factotum {}`", call[0]));
            // Some have commands of their own, with options of their own.
            let inner =
                call.get(1).filter(|word| help.split_once("Commands:").is_some_and(|(_, list)| list.contains(&format!("\n  {word} "))));
            let inner = inner.map(|word| run(&[call[0].clone(), word.clone(), "--help".to_owned()]));
            let help = inner.as_ref().unwrap_or(help);
            for option in call.iter().filter(|word| word.starts_with("--")) {
                let option = option.split('=').next().unwrap_or_default();
                assert!(help.contains(option), "{path}: `factotum {}` has no {option}", call[0]);
            }
        }
    }
}
