//! HTTP: how it is served, within limits, and what the bot tells about itself to whoever supervises it: `/livez`, `/readyz`, `/metrics`,
//! `/version`.
//!
//! What it tells, it tells from the runtime that watches the one that does the work, so it answers while that one does not.

use crate::vitals::Vitals;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
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
/// How long an answer on its way may take once the server is told to stop. Whoever supervises us kills us soon after.
const LAST: Duration = Duration::from_secs(4);
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

/// Answers whoever connects until `stop`; then nobody is let in any more, and it ends when answers on their way have been given.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(limits.connections as usize));
    let (stopping, stopped) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // Nobody closes it.
            let place = places.clone().acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::debug!(%error, "nobody can connect");
                sleep(OUT_OF_FILES).await;
                continue;
            }
        };
        // Answers are small and wait for nothing; without it they would be held back for others to go along. Nothing depends on it.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let mut stopped = stopped.clone();
        tokio::spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(limits.headers).max_buf_size(MAX_HEADERS);
            http.keep_alive(limits.connection.is_none());
            let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
            let over = async {
                match limits.connection {
                    Some(limit) => sleep(limit).await,
                    None => pending().await,
                }
            };
            // Whoever hangs up or talks nonsense gets nothing, and that is no news.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = over => {}
                _ = stopped.changed() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = timeout(LAST, connection).await;
                }
            }
            drop(place);
        });
    }
    drop(listener);
    drop(stopping);
    let _ = places.acquire_many(limits.connections).await;
}
