//! Questions over HTTP: `GET /ask?q=...`, answered as by `factotum ask --json`. Nothing can be changed through it.

use crate::http::{Client, Limits};
use crate::lock::locked;
use crate::rate_limit::{Counter, Permit};
use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The path.
pub const PATH: &str = "/ask";
/// In how much time an address may ask as often as the setting `address_limit` says.
pub const WINDOW: Duration = Duration::from_secs(60);
/// Limits on the connections of the server.
pub const LIMITS: Limits = Limits {
    // A site in front of it, and some people who try it out; an answer takes milliseconds.
    connections: 128,
    headers: Duration::from_secs(10),
    response: Duration::from_secs(10),
    connection: Duration::from_secs(600),
    keep_alive: true,
};

/// Answers a question with a line of JSON.
pub type Answer = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What answers, and how often each address has asked.
struct Asking {
    answer: Answer,
    counts: Mutex<Counter<IpAddr>>,
}

/// The routes of the server; each address may ask `limit` questions per [`WINDOW`].
pub fn router(answer: Answer, limit: u64) -> Router {
    let asking = Asking { answer, counts: Mutex::new(Counter::new(limit, WINDOW)) };
    Router::new().route(PATH, get(ask)).with_state(Arc::new(asking))
}

async fn ask(State(asking): State<Arc<Asking>>, Extension(Client(client)): Extension<Client>, uri: Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let Some((_, question)) = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "q") else {
        return error(StatusCode::BAD_REQUEST, "add the question, for example /ask?q=who+keeps+the+lighthouse");
    };
    let now = Instant::now();
    let (permit, left) = {
        let mut counts = locked(&asking.counts);
        (counts.count(client, now), counts.left(client, now))
    };
    if permit != Permit::Within {
        // Whole seconds, rounded up so that nobody comes too early.
        let seconds = (left.as_secs() + 1).to_string();
        return ([(header::RETRY_AFTER, seconds)], error(StatusCode::TOO_MANY_REQUESTS, "too many questions from this address"))
            .into_response();
    }
    json_response(StatusCode::OK, (asking.answer)(&question))
}

fn error(status: StatusCode, message: &str) -> Response {
    json_response(status, json!({"error": message}).to_string())
}

fn json_response(status: StatusCode, line: String) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (status, headers, format!("{line}\n")).into_response()
}
