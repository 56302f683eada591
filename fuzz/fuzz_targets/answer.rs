//! Real questions, changed, through the whole path of an answer.

#![no_main]

#[path = "../../tests/properties/laws.rs"]
#[allow(dead_code, reason = "the other targets need the rest")]
mod laws;
#[path = "../../tests/properties/mutate.rs"]
#[allow(dead_code, reason = "the other targets need the rest")]
mod mutate;

use factotum_core::answering::Answerer;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static ANSWERER: LazyLock<Answerer> = LazyLock::new(factotum_built_in::answerer);
static MATERIAL: LazyLock<mutate::Material> = LazyLock::new(|| mutate::Material::of(ANSWERER.base()));

fuzz_target!(|bytes: &[u8]| laws::answer(&ANSWERER, &mutate::question(&MATERIAL, bytes)));
