//! What our knowledge base is made of: it is there to be read, so most of it is prose.

use std::fs;
use std::path::Path;
use toml::{Table, Value};

/// Most lines of all files together: as many as there are now. The aim is 12,000; docs/benchmarks.md says what stands between.
const MAX_LINES: usize = 14_510;

/// Keys whose texts people read or write as sentences.
const PROSE: [&str; 8] = ["statement", "ask", "answer", "missing", "reply", "if_yes", "if_no", "if_unknown"];

/// Bytes of prose in a value.
fn prose(key: &str, value: &Value) -> usize {
    match value {
        Value::String(text) if PROSE.contains(&key) => text.len(),
        Value::Array(items) => items.iter().map(|item| prose(key, item)).sum(),
        Value::Table(table) => table.iter().map(|(key, value)| prose(key, value)).sum(),
        _ => 0,
    }
}

#[test]
fn two_thirds_of_our_knowledge_is_prose() {
    let (mut lines, mut bytes, mut sentences) = (0, 0, 0);
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge")).expect("the knowledge is there") {
        let text = fs::read_to_string(file.expect("it can be listed").path()).expect("it is text");
        // A translation has the same facts again.
        if text.lines().any(|line| line.starts_with("lang = ")) {
            continue;
        }
        lines += text.lines().count();
        bytes += text.len();
        sentences += prose("", &Value::Table(text.parse::<Table>().expect("it is TOML")));
    }

    assert!(lines <= MAX_LINES, "{lines} lines; take out paraphrases that differ in a word only");
    assert!(sentences * 3 >= bytes * 2, "{sentences} of {bytes} bytes are prose");
}
