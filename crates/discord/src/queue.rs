//! The queue in which all processes of a bot wait for their turn to begin a session, as a server: `GET /?shard=3` is answered 200 when it is
//! that shard's turn, as twilight's http-queue does, and 429 when the day's sessions are used up. `/livez` is answered at once.
//!
//! Whoever waits stands in line with a connection. When that breaks, so does the wait, and the turn goes to the next in line: a process that
//! dies costs nobody anything. (A machine that vanishes without a word still costs its one turn.)

use super::event::Now;
use super::turns::{Limits, Turn, Turns};
use axum::Router;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use factotum_service::http;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// What whoever connects may take up.
pub const SERVING: http::Limits = http::Limits {
    // A process has one shard that waits, and asks now and then whether the queue is there: enough for 500 that all begin at once. Each takes
    // a file, of which a process usually has 1,024.
    connections: 1_000,
    headers: Duration::from_secs(5),
    // 600 shards of one bucket have had their turns by then; whoever is cut off asks again.
    connection: Some(Duration::from_secs(3_600)),
};

/// The queue.
#[derive(Debug)]
pub struct Queue {
    turns: Mutex<Turns>,
    /// A line for each bucket. Its first one holds the lock; the others get it in the order in which they came.
    lines: Mutex<BTreeMap<u32, Arc<tokio::sync::Mutex<()>>>>,
}

impl Queue {
    /// Nobody waits yet.
    pub fn new(limits: Limits, now: Now) -> Queue {
        Queue { turns: Mutex::new(Turns::new(limits, now)), lines: Mutex::default() }
    }

    /// Discord says anew what it allows.
    pub fn told(&self, limits: Limits, now: Now) {
        locked(&self.turns).told(limits, now);
    }

    /// Waits for the shard's turn; gives how many sessions are left today. To drop it is to leave the line.
    ///
    /// # Errors
    /// When there are new sessions, if those of the day are used up.
    pub async fn turn(&self, shard: u32) -> Result<u64, Duration> {
        let bucket = locked(&self.turns).bucket(shard);
        let line = locked(&self.lines).entry(bucket).or_default().clone();
        let _first = line.lock().await;
        loop {
            let turn = locked(&self.turns).take(shard, Instant::now());
            match turn {
                Turn::Now { left } => return Ok(left),
                Turn::In(wait) => sleep(wait).await,
                Turn::UsedUp(renewed_in) => return Err(renewed_in),
            }
        }
    }
}

/// What is under these locks is left whole by whoever holds them.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answers.
pub fn router(queue: Arc<Queue>) -> Router {
    Router::new().route("/", get(move |uri: Uri| answer(queue.clone(), uri))).route("/livez", get(async || "alive\n"))
}

async fn answer(queue: Arc<Queue>, uri: Uri) -> Response {
    let Some(shard) = shard(&uri) else {
        return (StatusCode::BAD_REQUEST, "whose turn? /?shard=0 is answered when it is that of shard 0\n").into_response();
    };
    match queue.turn(shard).await {
        Ok(left) => {
            tracing::info!(shard, left, "its turn");
            "its turn\n".into_response()
        }
        Err(renewed_in) => {
            // In whole seconds, and not too early.
            let seconds = renewed_in.as_secs() + 1;
            tracing::warn!(shard, seconds, "no session is left until they are renewed");
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], "no session is left today\n").into_response()
        }
    }
}

fn shard(uri: &Uri) -> Option<u32> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("shard="))?.parse().ok()
}
