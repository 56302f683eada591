//! The identify queue: an HTTP server in which all processes of a bot wait for their turn to begin a session. `GET /?shard=3` is answered
//! with 200 when that shard may begin, like twilight's http-queue, and with 429 when the day's sessions are used up. `/livez` is answered at
//! once.
//!
//! A process waits with an open connection. If the connection breaks, the process leaves the line and the turn goes to the next: a process
//! that dies costs the others nothing. (A machine that vanishes without closing its connection still costs one turn.)

mod schedule;

use crate::event::Now;
use axum::Router;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use factotum_service::http;
use factotum_service::lock::locked;
pub use schedule::IdentifyLimits;
use schedule::Schedule;
use schedule::Turn;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Limits on the connections of the server.
pub const CONNECTION_LIMITS: http::Limits = http::Limits {
    // A process has one waiting shard, and checks now and then whether the queue is up: enough for 500 processes that all start at once.
    // Each connection takes a file descriptor, of which a process usually has 1,024.
    connections: 1_000,
    headers: Duration::from_secs(5),
    // 600 shards of one bucket have had their turns by then; a shard that is cut off asks again.
    connection: Duration::from_secs(3_600),
    // Each response is a line.
    response: Duration::from_secs(5),
    keep_alive: false,
};

/// The queue.
#[derive(Debug)]
pub struct IdentifyQueue {
    schedule: Mutex<Schedule>,
    /// One line per bucket. The first in line holds the lock; the others get it in order of arrival.
    lines: Mutex<BTreeMap<u32, Arc<tokio::sync::Mutex<()>>>>,
}

impl IdentifyQueue {
    /// An empty queue.
    pub fn new(limits: IdentifyLimits, now: Now) -> IdentifyQueue {
        IdentifyQueue { schedule: Mutex::new(Schedule::new(limits, now)), lines: Mutex::default() }
    }

    /// Takes new limits from Discord.
    pub fn update(&self, limits: IdentifyLimits, now: Now) {
        locked(&self.schedule).update(limits, now);
    }

    /// Waits for the shard's turn. Returns how many sessions are left today, or, when they are used up, when there are new ones.
    /// Dropping the future leaves the line.
    async fn turn(&self, shard: u32) -> Result<u64, Duration> {
        let bucket = locked(&self.schedule).bucket(shard);
        let line = locked(&self.lines).entry(bucket).or_default().clone();
        let _first = line.lock().await;
        loop {
            let turn = locked(&self.schedule).take(shard, Instant::now());
            match turn {
                Turn::Now { remaining } => return Ok(remaining),
                Turn::In(wait) => sleep(wait).await,
                Turn::UsedUp(resets_in) => return Err(resets_in),
            }
        }
    }
}

/// The routes of the server.
pub fn router(queue: Arc<IdentifyQueue>) -> Router {
    Router::new().route("/", get(move |uri: Uri| answer(queue.clone(), uri))).route("/livez", get(async || "alive\n"))
}

async fn answer(queue: Arc<IdentifyQueue>, uri: Uri) -> Response {
    let Some(shard) = shard(&uri) else {
        return (StatusCode::BAD_REQUEST, "name the shard, for example /?shard=0\n").into_response();
    };
    match queue.turn(shard).await {
        Ok(remaining) => {
            tracing::info!(shard, remaining, "gave the shard its turn");
            "your turn\n".into_response()
        }
        Err(resets_in) => {
            // Whole seconds, rounded up so that nobody comes too early.
            let seconds = resets_in.as_secs() + 1;
            tracing::warn!(shard, seconds, "no sessions left today");
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], "no sessions left today\n").into_response()
        }
    }
}

fn shard(uri: &Uri) -> Option<u32> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("shard="))?.parse().ok()
}
