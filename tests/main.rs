//! All tests of the program but those against a Discord. They are one binary, because building one takes longer than running most of them.

mod cli;
mod diagnostics;
mod docs;
mod effect;
mod expected;
mod faults;
mod follow_ups;
mod gaps;
mod keys;
mod knowledge;
mod languages;
mod packaging;
mod pictures;
mod properties;
mod readme;
mod relations;
mod review;
mod sessions;
mod supply_chain;
mod titles;
