//! Factotum's core: from a question to a reply that can be shown.
//!
//! ```text
//! load:  knowledge/*.toml -> file::* (spanned) -> check -> KnowledgeBase | diagnostics
//! ask:   text -> Question -> Interpretation -> Ranking -> evidence -> Outcome -> reply
//! ```
//!
//! All of it is synchronous and deterministic, and does no input or output.

// From text to reply.
pub mod answering;
pub mod interpretation;
pub mod layout;
pub mod matching;
pub mod question;

pub mod render;
pub mod text;
mod translation;

// What is on record.
pub mod diagnostic;
pub mod document;
pub mod hash;
pub mod knowledge;
pub mod pack;

// The English language.
pub mod dictionary;
pub mod encoder;
pub mod english;
pub mod grammar;
pub mod language;
pub mod spelling;
pub mod vectors;
