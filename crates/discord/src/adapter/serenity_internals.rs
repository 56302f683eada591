//! Everything that relies on how serenity works inside, and that serenity does not promise.
//!
//! serenity reports most of what happens to a connection only in its own log, and it has no hook before a shard begins a session. So
//! [`gateway_log`] reads serenity's log lines, and [`identify_gate`] holds a shard back with a lock that serenity takes. Both depend on the
//! exact version of serenity, which `Cargo.toml` pins. The end-to-end tests fail if one of the lines or the lock changes. When serenity
//! offers events and a queue of its own, this module can go.

pub mod gateway_log;
pub(super) mod identify_gate;
