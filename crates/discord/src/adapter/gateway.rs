//! What Discord says of its gateway: where it is, in how many shards to connect, and how many sessions may be begun.

use super::rest::{self, Failure};
use crate::identify_queue::IdentifyLimits;
use anyhow::Context as _;
use factotum_service::config;
use factotum_service::exit::ExitReason;
use factotum_service::health::SessionAllowance;
use serde_json::Value;
use serenity::http::{Http, Route};
use std::time::Duration;

/// What Discord says.
pub(super) struct Gateway {
    pub url: String,
    /// As many as it advises.
    pub shards: u32,
    pub limits: IdentifyLimits,
}

/// Asks Discord.
///
/// # Errors
/// If it answers something else.
pub(super) async fn ask(http: &Http, failed: rest::Failed<'_>) -> anyhow::Result<Result<Gateway, ExitReason>> {
    let gateway = match rest::fetch(http, Route::GatewayBot, failed).await {
        Ok(gateway) => gateway,
        Err(Failure::Refused(401, _)) => return Ok(Err(ExitReason::BadToken)),
        Err(failure @ (Failure::Unreachable | Failure::Broken(_) | Failure::TooMany)) => {
            tracing::error!("cannot ask Discord where to connect: {failure}");
            return Ok(Err(ExitReason::NoConnection));
        }
        Err(failure) => return Err(failure).context("cannot ask Discord where to connect"),
    };
    let number = |pointer: &str| gateway.pointer(pointer).and_then(Value::as_u64);
    let url = gateway["url"].as_str().context("Discord does not say where to connect")?.to_owned();
    let small = |pointer: &str| number(pointer).and_then(|n| u32::try_from(n).ok()).unwrap_or(1).max(1);
    // What Discord does not say does not hold anybody back: the breaker counts as well.
    let limit = |name: &str, usual| number(&format!("/session_start_limit/{name}")).unwrap_or(usual);
    let allowance = SessionAllowance {
        daily: limit("total", 1_000),
        remaining: limit("remaining", 1_000),
        resets_in: Duration::from_millis(limit("reset_after", 0)),
    };
    Ok(Ok(Gateway {
        url,
        shards: small("/shards"),
        limits: IdentifyLimits { allowance, buckets: small("/session_start_limit/max_concurrency") },
    }))
}

/// Who asks Discord how many sessions a bot may begin, for the queue of all its processes.
pub struct Asker(Http);

impl Asker {
    /// For the bot with this token.
    ///
    /// # Errors
    /// If requests cannot be made at all.
    pub fn new(token: &str, settings: &config::Discord) -> anyhow::Result<Asker> {
        rest::client(token, settings).map(Asker)
    }

    /// What Discord allows now.
    ///
    /// # Errors
    /// If it answers something else.
    pub async fn limits(&self) -> anyhow::Result<Result<IdentifyLimits, ExitReason>> {
        Ok(ask(&self.0, rest::UNCOUNTED).await?.map(|gateway| gateway.limits))
    }
}
