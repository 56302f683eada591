//! Factotum answers only what is on record.
//!
//! ```text
//! load:  knowledge/*.toml -> file::* (spanned) -> check -> KnowledgeBase | diagnostics
//! ask:   text -> Question -> Reading -> Ranking -> evidence -> Outcome -> reply -> console | Discord
//! ```
//!
//! Everything down to [`render`] is synchronous, deterministic and free of input and output. [`discord`] is a front end;
//! [`http`] tells whoever supervises it how it is.

pub mod answering;
pub mod cache;
pub mod config;
pub mod crossval;
pub mod diagnostic;
pub mod discord;
pub mod document;
pub mod english;
pub mod golden;
pub mod grounding;
pub mod http;
pub mod import;
pub mod knowledge;
pub mod language;
pub mod matching;
pub mod metrics;
pub mod pack;
pub mod question;
pub mod reading;
pub mod reload;
pub mod render;
pub mod spelling;
pub mod text;
pub mod vectors;
pub mod vitals;
