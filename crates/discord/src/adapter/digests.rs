//! Sends the weekly digest.

use super::rest;
use crate::bot::Bot;
use crate::digest::Digest;
use serenity::http::Http;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How often to look whether one is due, and how long to wait after the first failure; it doubles each time.
const LOOK: Duration = Duration::from_secs(60);
/// Longest wait after a failure: within the day on which the digest may be late, it is tried some twenty times.
const LONGEST: Duration = Duration::from_secs(3_600);

/// A message in a channel needs no id of the application.
const NO_APPLICATION: u64 = 0;

/// Sends each digest when it is due, until it is aborted.
pub(super) async fn send(http: Arc<Http>, bot: Arc<Bot>, digest: Digest) {
    let (mut done, mut wait) = (None, LOOK);
    loop {
        let now = SystemTime::now();
        if let Some(due) = digest.due(now).filter(|due| done != Some(*due)) {
            match one(&http, &bot, &digest, now).await {
                Ok(what) => {
                    tracing::info!("weekly digest: {what}");
                    (done, wait) = (Some(due), LOOK);
                }
                Err(problem) => {
                    tracing::warn!("cannot send the weekly digest to its channel, and will try again: {problem:#}");
                    wait = (wait * 2).min(LONGEST);
                }
            }
        }
        sleep(wait).await;
    }
}

/// Sends the digest that is due; returns what became of it.
async fn one(http: &Http, bot: &Arc<Bot>, digest: &Digest, now: SystemTime) -> anyhow::Result<&'static str> {
    let Some(due) = digest.due(now) else { return Ok("not due") };
    let (knowledge, made) = (bot.knowledge(), digest.clone());
    let Some(claimed) = spawn_blocking(move || made.claim(knowledge.answerer(), due, now)).await?? else { return Ok("sent before") };
    let Some(action) = claimed.action else { return Ok("there is nothing to tell") };
    match rest::deliver(http, NO_APPLICATION, &action, Instant::now(), rest::UNCOUNTED).await {
        Ok(()) => Ok("sent"),
        Err(failure) => {
            let digest = digest.clone();
            spawn_blocking(move || digest.release(&claimed.claim)).await??;
            Err(failure.into())
        }
    }
}
