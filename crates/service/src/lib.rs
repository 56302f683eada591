//! What a long-running Factotum needs, whatever its front end: settings, files, reloads, health and metrics.

pub mod ask;
pub mod cache;
pub mod config;
pub mod exit;
pub mod files;
pub mod health;
pub mod http;
pub mod lock;
pub mod metrics;
pub mod monitoring;
pub mod pack;
pub mod rate_limit;
pub mod redaction;
pub mod reload;
pub mod status;
