//! What Discord says about its gateway: its address, the recommended number of shards, and how many sessions may begin.

use super::rest::{self, Failure};
use crate::identify_queue::IdentifyLimits;
use anyhow::Context as _;
use factotum_service::config;
use factotum_service::exit::ExitReason;
use factotum_service::health::SessionAllowance;
use serde_json::Value;
use serenity::http::{Http, Route};
use std::time::Duration;

/// The answer of `GET /gateway/bot`.
pub(super) struct Gateway {
    pub url: String,
    /// The recommended number.
    pub shards: u32,
    pub limits: IdentifyLimits,
}

/// Asks Discord about its gateway.
///
/// # Errors
/// If the answer makes no sense.
pub(super) async fn ask(http: &Http, failed: rest::Failed<'_>) -> anyhow::Result<Result<Gateway, ExitReason>> {
    let gateway = match rest::fetch(http, Route::GatewayBot, failed).await {
        Ok(gateway) => gateway,
        Err(Failure::Refused(401, _)) => return Ok(Err(ExitReason::BadToken)),
        Err(failure @ (Failure::Unreachable | Failure::Broken(_) | Failure::TooMany(_))) => {
            tracing::error!("cannot ask Discord where to connect: {failure}");
            return Ok(Err(ExitReason::NoConnection));
        }
        Err(failure) => return Err(failure).context("cannot ask Discord where to connect"),
    };
    let number = |pointer: &str| gateway.pointer(pointer).and_then(Value::as_u64);
    let url = gateway["url"].as_str().context("Discord does not say where to connect")?.to_owned();
    let small = |pointer: &str| number(pointer).and_then(|n| u32::try_from(n).ok()).unwrap_or(1).max(1);
    // A missing limit holds nobody back: the bot counts its sessions as well.
    let limit = |name: &str, usual| number(&format!("/session_start_limit/{name}")).unwrap_or(usual);
    let allowance = SessionAllowance {
        daily: limit("total", 1_000),
        remaining: limit("remaining", 1_000),
        resets_in: Duration::from_millis(limit("reset_after", 0)),
    };
    let limits = IdentifyLimits { allowance, buckets: small("/session_start_limit/max_concurrency") };
    Ok(Ok(Gateway { url, shards: small("/shards"), limits }))
}

/// Asks Discord how many sessions a bot may begin, for the identify queue.
pub struct SessionLimits(Http);

impl SessionLimits {
    /// For the bot with this token.
    ///
    /// # Errors
    /// If the HTTP client cannot be built.
    pub fn new(token: &str, settings: &config::Discord) -> anyhow::Result<SessionLimits> {
        rest::client(token, settings).map(SessionLimits)
    }

    /// What Discord allows now.
    ///
    /// # Errors
    /// If the answer makes no sense.
    pub async fn ask(&self) -> anyhow::Result<Result<IdentifyLimits, ExitReason>> {
        Ok(ask(&self.0, rest::UNCOUNTED).await?.map(|gateway| gateway.limits))
    }
}
