//! A proxy that keeps Discord's REST limits for several processes, like those that operators use: requests over a limit are delayed, and never
//! answered with 429.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::time::sleep_until;

/// Requests per second that Discord accepts from one bot.
pub(crate) const A_SECOND: usize = 50;
const SECOND: Duration = Duration::from_secs(1);
/// Most attempts at a request; no test needs more.
const ATTEMPTS: usize = 5;

/// The proxy. Each process has its own address of it.
#[derive(Clone)]
pub(crate) struct Proxy {
    client: reqwest::Client,
    discord: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// When the last requests went through.
    through: VecDeque<Instant>,
    /// Routes without requests left, and until when.
    closed: BTreeMap<String, Instant>,
    /// Requests by address.
    counts: BTreeMap<&'static str, usize>,
    delayed: usize,
}

impl Proxy {
    pub(crate) fn new(discord: &str) -> Proxy {
        Proxy { client: reqwest::Client::new(), discord: discord.to_owned(), state: Arc::default() }
    }

    /// Opens another address.
    pub(crate) async fn door(&self, name: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let proxy = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let proxy = proxy.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| proxy.clone().forward(name, request));
                    // A process may disconnect at any time.
                    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        address
    }

    /// Requests to this address.
    pub(crate) fn count(&self, door: &str) -> usize {
        self.state.lock().expect("no thread panics while it holds the lock").counts.get(door).copied().unwrap_or_default()
    }

    /// Requests that had to wait.
    pub(crate) fn delayed(&self) -> usize {
        self.state.lock().expect("no thread panics while it holds the lock").delayed
    }

    async fn forward(self, door: &'static str, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        *self.state.lock().expect("no thread panics while it holds the lock").counts.entry(door).or_default() += 1;
        let route = route(head.method.as_str(), head.uri.path());
        let mut answer = Response::builder().status(StatusCode::BAD_GATEWAY).body(Full::default()).expect("a response");
        for _ in 0..ATTEMPTS {
            self.let_through(&route).await;
            let mut asked = self.client.request(head.method.clone(), format!("{}{}", self.discord, head.uri)).body(body.clone());
            for (name, value) in head.headers.iter().filter(|(name, _)| !["host", "content-length", "connection"].contains(&name.as_str()))
            {
                asked = asked.header(name, value);
            }
            let Ok(given) = asked.send().await else { continue };
            let (status, headers) = (given.status(), given.headers().clone());
            self.note(&route, status, &headers);
            if status == StatusCode::TOO_MANY_REQUESTS {
                continue;
            }
            let bytes = given.bytes().await.unwrap_or_default();
            let mut response = Response::builder().status(status);
            for name in ["content-type"].map(HeaderName::from_static) {
                if let Some(value) = headers.get(&name) {
                    response = response.header(name, value);
                }
            }
            answer = response.body(Full::new(bytes)).expect("a response");
            break;
        }
        Ok(answer)
    }

    /// Waits until the limits have room for a request.
    async fn let_through(&self, route: &str) {
        let mut waited = false;
        loop {
            let until = {
                let mut state = self.state.lock().expect("no thread panics while it holds the lock");
                let now = Instant::now();
                while state.through.front().is_some_and(|at| now - *at >= SECOND) {
                    state.through.pop_front();
                }
                let closed = state.closed.get(route).copied().filter(|until| *until > now);
                let full = (state.through.len() >= A_SECOND).then(|| state.through.front().map(|at| *at + SECOND)).flatten();
                match closed.max(full) {
                    Some(until) => {
                        state.delayed += usize::from(!std::mem::replace(&mut waited, true));
                        until
                    }
                    None => {
                        state.through.push_back(now);
                        return;
                    }
                }
            };
            sleep_until(until.into()).await;
        }
    }

    /// Records what a response says about the limit of its route.
    fn note(&self, route: &str, status: StatusCode, headers: &reqwest::header::HeaderMap) {
        let number = |name: &str| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()?.parse::<f64>().ok());
        let used_up = status == StatusCode::TOO_MANY_REQUESTS || number("x-ratelimit-remaining") == Some(0.0);
        if let Some(seconds) = number("retry-after").or(number("x-ratelimit-reset-after")).filter(|_| used_up) {
            let until = Instant::now() + Duration::from_secs_f64(seconds);
            self.state.lock().expect("no thread panics while it holds the lock").closed.insert(route.to_owned(), until);
        }
    }
}

/// The route that a limit is for: the path with the ids of guilds, channels and webhooks, but without other ids.
fn route(method: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        let kept = !part.bytes().all(|b| b.is_ascii_digit()) || matches!(parts.last(), Some(&("channels" | "guilds" | "webhooks")));
        // Each interaction has its own token.
        parts.push(if kept && part.len() < 30 { part } else { "-" });
    }
    format!("{method} {}", parts.join("/"))
}
