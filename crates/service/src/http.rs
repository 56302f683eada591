//! An HTTP server with limits. What it serves is up to the router.
//!
//! A client can cost the server no more than one place, and not for long: a request that does not come, a response that is not taken and a
//! connection that grows old all end it. When every place is taken, anyone who has been waiting longest without a request makes room.

mod places;
mod stream;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use places::{Answering, Places};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stream::Limited;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// How much of the server clients can use up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once. Further ones take the place of one that waits for its client, or wait until the system accepts them.
    pub connections: u32,
    /// How long a client may take to send a request's headers, and how long a connection may be idle.
    pub headers: Duration,
    /// How long a client may take to read more of a response.
    pub response: Duration,
    /// How long a connection may last. It then ends after the current response.
    pub connection: Duration,
    /// Whether a connection is kept for further requests.
    pub keep_alive: bool,
}

/// The address of the client that sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(pub IpAddr);

/// The largest number of bytes of a request's headers.
const MAX_HEADERS: usize = 16 << 10;
/// How long responses may take once the server stops, or their connection is too old. The supervisor kills the process soon after.
const DRAIN: Duration = Duration::from_secs(4);
/// How long to wait before accepting again after an error: the system has run out of file descriptors.
const OUT_OF_FILES: Duration = Duration::from_millis(200);

/// Serves requests until `stop`. Then it accepts no more connections, and ends once the current responses have been sent.
///
/// Requests carry the address of their [`Client`] as an extension.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let places = Arc::new(Places::new(limits.connections));
    let (stopping, stopped) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let accepted = listener.accept().await;
            // While there is no place and none can be made, further clients wait in the system's queue.
            (places.enter(Instant::now()).await, accepted)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        let (stream, client) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "cannot accept a connection");
                sleep(OUT_OF_FILES).await;
                continue;
            }
        };
        let router = router.clone().layer(axum::Extension(Client(client.ip())));
        tokio::spawn(connection(stream, router, limits, place, stopped.clone()));
    }
    drop(listener);
    drop(stopping);
    places.empty().await;
}

/// Serves one connection until its end.
async fn connection(stream: TcpStream, router: Router, limits: Limits, place: places::Place, mut stopped: watch::Receiver<()>) {
    // Responses are small, so they should not wait to be sent together. It does no harm if this fails.
    let _ = stream.set_nodelay(true);
    let (router, state) = (TowerToHyperService::new(router), place.state());
    let service = service_fn(move |request| {
        let answering = Answering::new(state.clone());
        let answer = router.call(request);
        async move {
            let response = answer.await;
            drop(answering);
            response
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.headers).max_buf_size(MAX_HEADERS).keep_alive(limits.keep_alive);
    let mut connection = pin!(http.serve_connection(TokioIo::new(Limited::new(stream, limits.response)), service));
    // Errors are the client's: it has hung up, or has not sent HTTP.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = place.taken() => {}
        () = async { tokio::select! { () = sleep(limits.connection) => {} _ = stopped.changed() => {} } } => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(DRAIN, connection).await;
        }
    }
}
