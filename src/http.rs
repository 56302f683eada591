//! What the bot tells about itself over HTTP, to whoever supervises it: `/livez`, `/readyz`, `/metrics`, `/version`.
//!
//! It runs in the runtime that watches serenity's, so it answers while serenity does not.

use crate::vitals::Vitals;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// How much a server lets whoever connects take up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once; others wait until the system lets them in.
    pub connections: u32,
    /// How long whoever connects may take to say what they want, and how long a connection may lie idle.
    pub headers: Duration,
    /// How long a connection may last in all; forever if nothing is said, and then it is kept for more than one question.
    pub connection: Option<Duration>,
}

/// Of what the bot tells about itself.
pub const TELLING: Limits = Limits {
    // Prometheus, a probe and somebody who is curious need three.
    connections: 64,
    headers: Duration::from_secs(5),
    // Each is for one question, which is answered at once.
    connection: Some(Duration::from_secs(10)),
};
/// Most bytes that are read before it is known what somebody wants.
const MAX_HEADERS: usize = 16 << 10;
/// How long the runtime that does the work may take to do nothing.
const PULSE: Duration = Duration::from_secs(2);
/// How long to wait where the system lets nobody connect: it has no file left to give.
const OUT_OF_FILES: Duration = Duration::from_millis(200);

/// The answers; `worker` is where the work is done.
pub fn router(vitals: Arc<Vitals>, worker: Handle) -> Router {
    let of = |tell: fn(&Vitals) -> axum::response::Response| {
        let vitals = vitals.clone();
        get(move || async move { tell(&vitals) })
    };
    Router::new()
        .route("/livez", get(move || alive(worker.clone())))
        .route(
            "/readyz",
            of(|vitals| {
                let (ready, detail) = vitals.readiness(Instant::now());
                (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, json(&detail)).into_response()
            }),
        )
        .route(
            "/metrics",
            of(|vitals| {
                let sort = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
                (sort, vitals.metrics_text(Instant::now())).into_response()
            }),
        )
        .route("/version", of(|vitals| json(&vitals.version()).into_response()))
}

/// Whether both runtimes still get round to things: this one, since it answers, and the one that does the work.
async fn alive(worker: Handle) -> (StatusCode, &'static str) {
    match timeout(PULSE, worker.spawn(async {})).await {
        Ok(Ok(())) => (StatusCode::OK, "alive\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "nothing gets done any more\n"),
    }
}

fn json(value: &Value) -> impl IntoResponse + use<> {
    ([(header::CONTENT_TYPE, "application/json")], format!("{value:#}\n"))
}

/// Answers whoever connects until `stop`.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    tokio::select! {
        () = stop => {}
        () = accept(listener, router, limits) => {}
    }
}

async fn accept(listener: TcpListener, router: Router, limits: Limits) {
    let places = Arc::new(Semaphore::new(limits.connections as usize));
    loop {
        // Nobody closes it.
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::debug!(%error, "nobody can connect");
                sleep(OUT_OF_FILES).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(limits.headers).max_buf_size(MAX_HEADERS);
            http.keep_alive(limits.connection.is_none());
            let connection = http.serve_connection(TokioIo::new(stream), service);
            // Whoever hangs up or talks nonsense gets nothing, and that is no news.
            let _ = match limits.connection {
                Some(limit) => timeout(limit, connection).await,
                None => Ok(connection.await),
            };
            drop(place);
        });
    }
}
