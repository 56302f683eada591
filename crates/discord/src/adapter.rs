//! The only module that names serenity: it turns Discord's events into our own, and carries our actions to Discord.
//!
//! It also makes up for what serenity leaves open: serenity keeps identifying where that cannot help, reports a connection that is gone as
//! connected, and waits forever when it is stopped without a connection.

mod connection;
mod convert;
mod deliveries;
mod digests;
mod gateway;
pub(crate) mod http_interactions;
mod interview;
mod listener;
mod registration;
mod rest;
mod serenity_internals;

pub use connection::{Connection, run};
pub use gateway::SessionLimits;
pub use http_interactions::FollowUps;
pub use interview::{Silence, interview};
pub use registration::{Application, Others, Registered};
pub use serenity_internals::gateway_log::{self, ShardEvents};

use crate::event::{Id, Incoming};
use serde_json::Value;
use serenity::model::event::Event;

/// Reads an event from a gateway frame, as the bot with this id; `None` if it is not one that the bot answers, or cannot be read. The running
/// bot gets its events from serenity, which reads them in the same way.
pub fn read(kind: &str, data: Value, us: Id) -> Option<Incoming> {
    let event: Event = serde_json::from_value(serde_json::json!({"t": kind, "d": data})).ok()?;
    convert::event(&event, us)
}
