//! Questions and answers in any format that can be imported, changed, into a record.

#![no_main]

#[path = "../../tests/properties/laws.rs"]
#[allow(dead_code, reason = "the other targets need the rest")]
mod laws;
#[path = "../../tests/properties/mutate.rs"]
#[allow(dead_code, reason = "the other targets need the rest")]
mod mutate;

use libfuzzer_sys::fuzz_target;
use mutate::Kind;

/// The first byte says which format.
const KINDS: [Kind; 4] = [Kind::Table, Kind::Markdown, Kind::Page, Kind::Workbook];

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let file = mutate::import(KINDS[usize::from(*kind) % KINDS.len()], rest);
    laws::import(file.name, &file.bytes);
    // As it is, too: most of it is found to be no such file early.
    laws::import(file.name, rest);
});
