//! Health checks and metrics: `/livez`, `/readyz`, `/metrics`, `/version`.
//!
//! They are served from another runtime than the one that answers questions, so they respond even if that one hangs.

use crate::http::Limits;
use crate::status::ServiceStatus;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// The server's limits.
pub const LIMITS: Limits = Limits {
    // Prometheus, a probe and somebody who is curious need three.
    connections: 64,
    headers: Duration::from_secs(5),
    response: Duration::from_secs(5),
    // Each is for one request, which is answered at once.
    connection: Duration::from_secs(10),
    keep_alive: false,
};
/// How long the worker may take to run an empty task.
const WORKER_TIMEOUT: Duration = Duration::from_secs(2);

/// The routes. `worker` is the runtime that answers questions.
pub fn router(status: Arc<ServiceStatus>, worker: Handle) -> Router {
    let route = |respond: fn(&ServiceStatus) -> Response| {
        let status = status.clone();
        get(move || async move { respond(&status) })
    };
    Router::new()
        .route("/livez", get(move || livez(worker.clone())))
        .route("/readyz", route(readyz))
        .route("/metrics", route(metrics))
        .route("/version", route(|status| json(&status.version())))
}

/// Whether both runtimes work: this one does if it responds, and the worker if it runs a task.
async fn livez(worker: Handle) -> (StatusCode, &'static str) {
    match timeout(WORKER_TIMEOUT, worker.spawn(async {})).await {
        Ok(Ok(())) => (StatusCode::OK, "alive\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the worker does not respond\n"),
    }
}

fn readyz(status: &ServiceStatus) -> Response {
    let (ready, detail) = status.readiness(Instant::now());
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, json(&detail)).into_response()
}

fn metrics(status: &ServiceStatus) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    (content_type, status.metrics_text(Instant::now())).into_response()
}

fn json(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], format!("{value:#}\n")).into_response()
}
