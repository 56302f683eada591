//! An HTTP server with limits. What it serves is up to the router.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

/// How much of the server clients can use up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once. Further ones wait until the system accepts them.
    pub connections: u32,
    /// How long a client may take to send a request's headers, and how long a connection may be idle.
    pub headers: Duration,
    /// How long a connection may last, for one request only. Without it, a connection lasts and is kept alive for further requests.
    pub connection: Option<Duration>,
}

/// The largest number of bytes of a request's headers.
const MAX_HEADERS: usize = 16 << 10;
/// How long responses may take once the server stops. The supervisor kills the process soon after.
const DRAIN: Duration = Duration::from_secs(4);
/// How long to wait before accepting again after an error: the system has run out of file descriptors.
const OUT_OF_FILES: Duration = Duration::from_millis(200);

/// Serves requests until `stop`. Then it accepts no more connections, and ends once the current responses have been sent.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(limits.connections as usize));
    let (stopping, stopped) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed.
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
                tracing::debug!(%error, "cannot accept a connection");
                sleep(OUT_OF_FILES).await;
                continue;
            }
        };
        // Responses are small, so they should not wait to be sent together. It does no harm if this fails.
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
            // Errors are the client's: it has hung up, or has not sent HTTP.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = over => {}
                _ = stopped.changed() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = timeout(DRAIN, connection).await;
                }
            }
            drop(place);
        });
    }
    drop(listener);
    drop(stopping);
    let _ = places.acquire_many(limits.connections).await;
}
