//! Puts the built-in knowledge pack into the binary: its files as they are written, and what the matcher learns from
//! them, so that the program answers at once.
//!
//! The modules below are the program's own, compiled for the build: what is learned here is what the program would learn.

#![allow(dead_code, missing_docs, clippy::all)]

#[path = "src/diagnostic.rs"]
mod diagnostic;
#[path = "src/english.rs"]
mod english;
#[path = "src/knowledge.rs"]
mod knowledge;
#[path = "src/matching.rs"]
mod matching;
#[path = "src/question.rs"]
mod question;
#[path = "src/reading.rs"]
mod reading;
#[path = "src/spelling.rs"]
mod spelling;
#[path = "src/text.rs"]
mod text;
#[path = "src/vectors.rs"]
mod vectors;

use sha2::Digest;
use std::fmt::Write;
use std::path::PathBuf;

/// The modules above.
const LEARNING: [&str; 9] = ["diagnostic", "english", "knowledge", "matching", "question", "reading", "spelling", "text", "vectors"];

fn main() {
    for path in ["knowledge", "assets", "build.rs", "src/english.toml", "src/knowledge", "src/matching"] {
        println!("cargo:rerun-if-changed={path}");
    }
    for module in LEARNING {
        println!("cargo:rerun-if-changed=src/{module}.rs");
    }
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    println!("cargo:rustc-env=FACTOTUM_LEARNER={}", learner(&root));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root.join("knowledge"))
        .expect("the knowledge folder is part of the crate")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    let mut list = String::from("&[");
    let mut files = Vec::new();
    for path in &paths {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        write!(list, "({name:?}, include_str!({:?})),", path.display().to_string()).expect("writing to a string");
        files.push(diagnostic::SourceFile {
            name: format!("knowledge/{name}"),
            text: std::fs::read_to_string(path).expect("a knowledge file in UTF-8"),
        });
    }
    list.push(']');
    std::fs::write(out.join("built_in.rs"), list).expect("the build folder is writable");

    let loaded = knowledge::load(&files);
    let Some(base) = loaded.base else {
        let found: Vec<String> = loaded.diagnostics.iter().map(|d| d.human(&files, false)).collect();
        panic!("the built-in knowledge pack has mistakes:\n{}", found.join("\n"));
    };
    println!("cargo:rustc-env=FACTOTUM_BUILT_IN={}", base.version);
    let table = if std::env::var_os("CARGO_FEATURE_WORD_VECTORS").is_some() { table(&root) } else { vectors::Table::none() };
    let matcher = matching::Matcher::new(&base, table, &mut |_| {});
    let bytes = postcard::to_stdvec(&(&base, matcher.learned())).expect("plain values");
    std::fs::write(out.join("built_in.bin"), bytes).expect("the build folder is writable");
}

/// A hash of all that decides what is learned from a pack: these modules, the word lists and the word-vector table.
fn learner(root: &std::path::Path) -> String {
    let mut paths: Vec<PathBuf> = LEARNING.iter().map(|module| root.join(format!("src/{module}.rs"))).collect();
    for folder in ["src/knowledge", "src/matching"] {
        paths.extend(std::fs::read_dir(root.join(folder)).expect("a folder of the crate").map(|e| e.expect("a readable folder").path()));
    }
    paths.extend([root.join("src/english.toml"), root.join("Cargo.lock")]);
    if std::env::var_os("CARGO_FEATURE_WORD_VECTORS").is_some() {
        paths.push(root.join("assets/words.bin"));
    }
    paths.sort();
    let mut hasher = sha2::Sha256::new();
    for path in paths {
        hasher.update(std::fs::read(&path).unwrap_or_default());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn table(root: &std::path::Path) -> vectors::Table {
    let bytes = std::fs::read(root.join("assets/words.bin")).expect("the word-vector table is part of the crate");
    // The build ends soon: nobody misses the memory.
    vectors::Table::read(bytes.leak()).expect("a word-vector table of this version")
}
