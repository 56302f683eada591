//! The bot on Discord: a front end like the console.
//!
//! ```text
//! gateway ->         adapter -> Incoming -> bot: rules, limits, Question -> Outcome, reply -> Action -> adapter -> REST API
//! HTTP -> endpoint -> adapter -> Incoming -> (the same)                                     -> the response to the request
//! ```
//!
//! Only [`adapter`] names serenity, and only it and [`endpoint`], where Discord posts interactions if it is to, do anything that takes time.
//! All else is plain values: what comes in ([`event`]), what is decided about it ([`bot`]), and what goes out ([`payload`]). [`queue`] is a
//! server of its own, for bots of several processes.

pub mod adapter;
pub mod bot;
pub mod browse;
pub mod commands;
pub mod components;
pub mod dispatch;
pub mod endpoint;
pub mod event;
pub mod feedback;
pub mod identify_queue;
pub mod indexed_knowledge;
pub mod markdown;
pub mod messages;
pub mod payload;
pub mod rate_limit;
pub mod reply;
pub mod signature;
pub mod suggest;
