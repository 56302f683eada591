//! A table of questions and answers, changed, into a record.

#![no_main]

#[path = "../../tests/properties/laws.rs"]
#[allow(dead_code, reason = "the other targets need the rest")]
mod laws;
#[path = "../../tests/properties/mutate.rs"]
#[allow(dead_code, reason = "the other targets need the rest")]
mod mutate;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| laws::table(&mutate::table(bytes)));
