//! The bot on Discord: a front end like the console.
//!
//! ```text
//! gateway ->         adapter -> Incoming -> dispatch -> bot: Question -> Outcome -> reply -> Action -> adapter -> REST API
//! HTTP -> endpoint -> adapter -> Incoming -> (the same)                                           -> the HTTP response
//! ```
//!
//! Only [`adapter`] names serenity, and only it and [`endpoint`] wait for anything. The rest are plain values: what arrives ([`event`]), what is
//! decided ([`bot`]), and what is sent ([`payload`]). [`identify_queue`] is a server of its own, for bots of several processes.

pub mod adapter;
pub mod bot;
mod browse;
pub mod commands;
mod components;
mod conversations;
pub mod diagnosis;
pub mod digest;
pub mod dispatch;
pub mod endpoint;
pub mod event;
mod feedback;
mod further;
mod gaps;
pub mod guilds;
pub mod identify_queue;
pub mod indexed_knowledge;
mod markdown;
pub mod messages;
pub mod payload;
pub mod places;
mod quote;
mod rate_limit;
mod recent;
pub mod reply;
mod said;
pub mod signature;
pub mod suggest;
pub mod teach;
