//! A file of a record, changed, through its checks and into an answerer.

#![no_main]

#[path = "../../tests/properties/laws.rs"]
#[allow(dead_code, reason = "the other targets need the rest")]
mod laws;
#[path = "../../tests/properties/mutate.rs"]
#[allow(dead_code, reason = "the other targets need the rest")]
mod mutate;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| laws::record(&mutate::record(bytes)));
