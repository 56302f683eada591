//! What the program is made of, and with: the same compiler everywhere, no crate but those of Cargo.lock, and a list of all of them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn toml(path: &str) -> toml::Table {
    read(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files that build the program or run its tests, with their text.
fn recipes() -> Vec<(String, String)> {
    let scripts = fs::read_dir(root().join("scripts")).expect("there are scripts").flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        scripts.chain(["Dockerfile", ".ci/run", ".github/workflows/release.yml"].map(|name| root().join(name))).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("a script in UTF-8"))).collect()
}

#[test]
fn one_compiler() {
    let toolchain = toml("rust-toolchain.toml")["toolchain"]["channel"].as_str().expect("a version").to_owned();
    let (minor, _) = toolchain.rsplit_once('.').expect("a version of three numbers");
    assert_eq!(toml("Cargo.toml")["workspace"]["package"]["rust-version"].as_str(), Some(minor));
    let image = format!("FROM docker.io/library/rust:{minor}-slim-bookworm AS build");
    assert!(read("Dockerfile").lines().any(|line| line == image), "the Dockerfile builds with {image}");
}

/// Cargo.lock says what is built, and nothing that builds or tests may go beyond it.
#[test]
fn cargo_is_held_to_its_lock_file() {
    let mut held = 0;
    for (path, text) in recipes() {
        let joined = text.replace("\\\n", " ");
        for line in joined.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let resolves = ["build", "test", "run", "clippy", "install", "vendor", "fetch", "metadata", "bench"];
            if line.split(['&', '|', ';', '(']).any(|call| {
                let words: Vec<&str> = call.split_whitespace().skip_while(|word| *word != "cargo").collect();
                words.get(1).is_some_and(|word| resolves.contains(word))
            }) {
                assert!(line.contains("--locked"), "{path}: {line}");
                held += 1;
            }
        }
    }
    assert!(held >= 8, "of all recipes only {held} lines call cargo");
}

/// A crate: its name and version.
type Crate = (String, String);

/// Whether a crate is one of this repository.
fn is_ours(name: &str) -> bool {
    name == "factotum" || name.starts_with("factotum-")
}

/// What the program is built from on the system that the image is for, by way of what cargo itself says: each with its licence.
fn shipped() -> BTreeMap<Crate, String> {
    let arguments = ["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes: BTreeMap<String, Value> = list(&metadata["resolve"]["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let mut reached = BTreeSet::new();
    let mut open = vec![text(&metadata["resolve"]["root"])];
    while let Some(id) = open.pop() {
        if !reached.insert(id.clone()) {
            continue;
        }
        // Tests are not shipped.
        let shipped = |dependency: &Value| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
        open.extend(list(&nodes[&id]["deps"]).iter().filter(|d| shipped(d)).map(|d| text(&d["pkg"])));
    }
    let packages = list(&metadata["packages"]).into_iter().filter(|package| reached.contains(&text(&package["id"])));
    packages.map(|p| ((text(&p["name"]), text(&p["version"])), text(&p["license"]))).collect()
}

/// The checksums of Cargo.lock: of all crates but our own.
fn checksums() -> BTreeMap<Crate, String> {
    let lock = toml("Cargo.lock");
    let packages = lock["package"].as_array().expect("crates").iter().filter_map(|package| {
        let text = |key: &str| package.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        Some(((text("name")?, text("version")?), text("checksum")?))
    });
    packages.collect()
}

#[test]
fn every_crate_comes_from_the_registry_with_a_checksum() {
    let checksums = checksums();
    let shipped = shipped();
    assert!(shipped.len() > 100, "cargo tells of {} crates", shipped.len());
    let without: Vec<&Crate> = shipped.keys().filter(|name| !is_ours(&name.0) && !checksums.contains_key(name)).collect();
    assert!(without.is_empty(), "no checksum: {without:?}");
}

#[test]
fn the_core_knows_no_network_and_no_command_line() {
    let arguments =
        ["tree", "--locked", "--offline", "--package", "factotum-core", "--edges", "normal", "--prefix", "none", "--format", "{lib}"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("names in ASCII");
    let crates: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    assert!(crates.contains("toml"), "{crates:?}");
    for name in ["axum", "clap", "hyper", "reqwest", "serenity", "tokio"] {
        assert!(!crates.contains(name), "factotum-core depends on {name}");
    }
}

/// The list of materials that `scripts/supply-chain` has written is complete: CycloneDX's `components`, each with version, licence and checksum.
#[test]
#[ignore = "scripts/supply-chain writes the list and runs this"]
fn the_list_of_materials_is_complete() {
    let path = std::env::var("FACTOTUM_SBOM").expect("FACTOTUM_SBOM names the list");
    let sbom: Value = serde_json::from_str(&fs::read_to_string(path).expect("the list can be read")).expect("it is JSON");
    assert_eq!(sbom["bomFormat"], "CycloneDX");
    assert_eq!(sbom["metadata"]["component"]["name"], "factotum");
    assert_eq!(sbom["metadata"]["component"]["version"], env!("CARGO_PKG_VERSION"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut listed = BTreeMap::new();
    for component in sbom["components"].as_array().expect("components") {
        let licence = text(&component["licenses"][0]["expression"]);
        let hashes = component["hashes"].as_array().cloned().unwrap_or_default();
        let hash = hashes.iter().find(|h| h["alg"] == "SHA-256").map(|h| text(&h["content"])).unwrap_or_default();
        let (name, version) = (text(&component["name"]), text(&component["version"]));
        assert!(text(&component["purl"]).starts_with(&format!("pkg:cargo/{name}@{version}")), "{component}");
        if !is_ours(&name) {
            listed.insert((name, version), (licence, hash));
        }
    }
    let checksums = checksums();
    // Old crates write "MIT/Apache-2.0" for "MIT OR Apache-2.0".
    let expected: BTreeMap<Crate, (String, String)> = shipped()
        .into_iter()
        .filter(|(name, _)| !is_ours(&name.0))
        .map(|(name, licence)| {
            let checksum = checksums[&name].clone();
            (name, (licence.replace('/', " OR "), checksum))
        })
        .collect();
    let names = |list: &BTreeMap<Crate, _>| list.keys().cloned().collect::<BTreeSet<Crate>>();
    assert_eq!(names(&listed).symmetric_difference(&names(&expected)).collect::<Vec<_>>(), Vec::<&Crate>::new(), "listed or expected only");
    assert_eq!(listed, expected);
}
