//! Checks and learns the built-in knowledge base, so that the program answers as soon as it starts.

use factotum_core::diagnostic::SourceFile;
use factotum_core::{matching, pack};
use sha2::Digest;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let own = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = own.join("../..");
    let core = own.join("../core");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let folder = root.join("knowledge");
    println!("cargo:rerun-if-changed={}", folder.display());
    let learner = learner(&[core.join("src"), core.join("assets"), root.join("Cargo.lock")]);
    println!("cargo:rustc-env=FACTOTUM_LEARNER={learner}");

    let mut paths = files_below(&folder);
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    let mut list = String::from("&[");
    let mut files = Vec::new();
    for path in &paths {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let path = path.canonicalize().expect("it was just listed");
        write!(list, "({name:?}, include_str!({:?})),", path.display().to_string()).expect("writing to a string");
        files.push(SourceFile {
            name: format!("knowledge/{name}"),
            text: std::fs::read_to_string(path).expect("a knowledge file in UTF-8"),
        });
    }
    list.push(']');
    std::fs::write(out.join("built_in.rs"), list).expect("the build folder is writable");

    let loaded = pack::load(&files);
    let Some(base) = loaded.base else {
        let found: Vec<String> = loaded.diagnostics.iter().map(|d| d.human(&files, false)).collect();
        panic!("the built-in knowledge base has mistakes:\n{}", found.join("\n"));
    };
    println!("cargo:rustc-env=FACTOTUM_BUILT_IN={}", base.version);
    let matcher = matching::Matcher::new(&base, &mut |_| {});
    let bytes = postcard::to_stdvec(&(&base, matcher.learned())).expect("plain values");
    std::fs::write(out.join("built_in.bin"), bytes).expect("the build folder is writable");
}

/// A hash of all that decides what is learned from a base: the core's code, word lists, encoder and reader, and the versions of
/// libraries.
fn learner(paths: &[PathBuf]) -> String {
    let mut hasher = sha2::Sha256::new();
    for path in paths.iter().flat_map(|path| files_below(path)) {
        hasher.update(std::fs::read(&path).unwrap_or_default());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file, or all files in and below the folder, sorted.
fn files_below(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(path).expect("a folder of the repository").map(|e| e.expect("readable").path()).collect();
    entries.sort();
    entries.iter().flat_map(|entry| files_below(entry)).collect()
}
