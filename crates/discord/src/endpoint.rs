//! The endpoint to which Discord posts interactions, if the application has one: `POST /interactions`.
//!
//! ```text
//! request -> size, timestamp and signature checked -> parsed (adapter) -> decided (dispatch) -> the HTTP response is the reply
//! ```
//!
//! No reply depends on earlier requests, except for rate limits, the counting of ratings and the rejection of what was sent before, so any number
//! of copies can share one address.

use super::adapter::http_interactions::{self, FollowUps};
use super::bot::Action;
use super::dispatch::Dispatcher;
use super::event::Id;
use super::payload;
use super::signature::{MAX_CLOCK_SKEW, SignatureError, Signed};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use factotum_service::config::PublicKey;
use factotum_service::http::Limits;
use factotum_service::lock::locked;
use factotum_service::rate_limit::{Counter, Permit};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The path.
pub const PATH: &str = "/interactions";
/// Largest body, in bytes. Discord's largest request is "Answer this" on a message of 4,000 characters, with ten embeds of 6,000 in all, ten
/// attachments and the message it replies to: some tens of thousands.
pub const MAX_BODY: usize = 256 << 10;
/// How long a body may take to arrive. Discord gives up after three seconds.
const BODY_TIMEOUT: Duration = Duration::from_secs(3);
/// Most bytes of a rejected body that are read and thrown away. A client that is still sending when the connection is closed may never read why.
const MAX_DISCARDED: usize = 1 << 20;
/// How long the id of an interaction is remembered: a request is recent for thirty seconds before and after its time, and no longer.
const REMEMBERED: Duration = Duration::from_secs(2 * MAX_CLOCK_SKEW + 1);
/// Most follow-up messages in flight at once, as for the gateway.
const MAX_IN_FLIGHT: u32 = 1_000;
/// How long they may take once the program is stopping.
const FOLLOW_UP_TIMEOUT: Duration = Duration::from_secs(4);

/// Limits on the connections of the server. They come from a load balancer or proxy, which keeps them for more requests.
pub const CONNECTION_LIMITS: Limits = Limits {
    // Each can hold an unchecked body and its own buffers: 150 MB at worst. A load balancer needs as many connections as there are requests at
    // once, and 8,000 requests a second of some milliseconds each are 32.
    connections: 512,
    // Longer than load balancers keep an idle connection (nginx and the large clouds: 60 s), so that they close it: otherwise a request could
    // arrive on a connection that is being closed.
    headers: Duration::from_secs(75),
    // A proxy reads a response of some kilobytes at once.
    response: Duration::from_secs(10),
    // As long as nginx uses a connection by default.
    connection: Duration::from_secs(3_600),
    keep_alive: true,
};

/// The endpoint.
pub struct Endpoint {
    dispatcher: Dispatcher,
    key: PublicKey,
    follow_ups: FollowUps,
    in_flight: Semaphore,
    /// The interactions of the last minute.
    seen: Mutex<Counter<Id>>,
}

/// Why a request was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rejection {
    /// Its signature was not accepted.
    Signature(SignatureError),
    /// It is from Discord, but was sent before: somebody has recorded it.
    Repeated,
    /// It is larger than [`MAX_BODY`].
    TooLarge,
    /// It did not arrive completely or in time.
    Incomplete,
    /// It is from Discord, but cannot be parsed.
    Unreadable,
}

impl Rejection {
    fn status(self) -> StatusCode {
        match self {
            Rejection::Signature(_) => StatusCode::UNAUTHORIZED,
            Rejection::Repeated => StatusCode::CONFLICT,
            Rejection::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Rejection::Incomplete => StatusCode::REQUEST_TIMEOUT,
            Rejection::Unreadable => StatusCode::BAD_REQUEST,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Rejection::Signature(error) => error.as_str(),
            Rejection::Repeated => "repeated",
            Rejection::TooLarge => "too-large",
            Rejection::Incomplete => "incomplete",
            Rejection::Unreadable => "unreadable",
        }
    }
}

impl Endpoint {
    /// An endpoint for requests that are signed with the private half of `key`.
    pub fn new(dispatcher: Dispatcher, key: PublicKey, follow_ups: FollowUps) -> Arc<Endpoint> {
        let seen = Mutex::new(Counter::new(1, REMEMBERED));
        Arc::new(Endpoint { dispatcher, key, follow_ups, in_flight: Semaphore::new(MAX_IN_FLIGHT as usize), seen })
    }

    /// The route of the server.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new().route(PATH, post(answer)).with_state(self)
    }

    /// Waits for follow-up messages in flight. Returns whether they were delivered in time.
    pub async fn finish(&self) -> bool {
        timeout(FOLLOW_UP_TIMEOUT, self.in_flight.acquire_many(MAX_IN_FLIGHT)).await.is_ok()
    }

    async fn respond(self: &Arc<Self>, request: Request) -> Result<Response, Rejection> {
        let received = Instant::now();
        let body = self.accepted(request).await?;
        let (application, incoming) = match http_interactions::read(&body).ok_or(Rejection::Unreadable)? {
            http_interactions::Request::Ping => return Ok(json(Bytes::from_static(b"{\"type\":1}"))),
            http_interactions::Request::Interaction { application, incoming } => (application, incoming),
        };
        if locked(&self.seen).count(incoming.id(), received) != Permit::Within {
            return Err(Rejection::Repeated);
        }
        let in_flight = self.dispatcher.decide(&incoming, received);
        let Some(Action::Respond { response, .. }) = in_flight.decision.actions.first() else {
            // No reply; after three seconds Discord says so in its own words.
            return Ok(StatusCode::ACCEPTED.into_response());
        };
        let response = json(payload::json(response).into());
        in_flight.replied();
        if in_flight.decision.actions.len() > 1 {
            let endpoint = self.clone();
            tokio::spawn(async move {
                // Those that wait would take memory, and come too late.
                match endpoint.in_flight.try_acquire() {
                    Ok(_permit) => endpoint.follow_ups.deliver(&endpoint.dispatcher, application, &in_flight).await,
                    Err(_) => in_flight.dropped("no-room", &"too many follow-up messages are on their way"),
                }
            });
        }
        Ok(response)
    }

    /// The body of a request, once its timestamp and signature are checked.
    async fn accepted(&self, request: Request) -> Result<Bytes, Rejection> {
        let (head, body) = request.into_parts();
        let header = |name: &str| head.headers.get(name).map(|value| value.as_bytes()).unwrap_or_default();
        let signed = Signed { timestamp: header("x-signature-timestamp"), signature: header("x-signature-ed25519") };
        if let Err(error) = signed.in_time(now()) {
            discard(body).await;
            return Err(Rejection::Signature(error));
        }
        let body = read(&head.headers, body).await?;
        signed.by(&self.key, &body).map_err(Rejection::Signature)?;
        Ok(body)
    }
}

async fn answer(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    endpoint.respond(request).await.unwrap_or_else(|rejection| {
        let reason = rejection.as_str();
        endpoint.dispatcher.status.metrics.rejected(reason);
        tracing::debug!(reason, "request rejected");
        let mut response = rejection.status().into_response();
        if matches!(rejection, Rejection::TooLarge | Rejection::Incomplete) {
            // The rest of the body is not read, so the connection cannot be used again, and the client should know.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    })
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Rejection> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()).and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY as u64) {
        discard(body).await;
        return Err(Rejection::TooLarge);
    }
    match timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Rejection::TooLarge),
        _ => Err(Rejection::Incomplete),
    }
}

/// Reads a body without keeping it, up to a limit.
async fn discard(mut body: Body) {
    let all = async {
        let mut left = MAX_DISCARDED;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            if length > left {
                return;
            }
            left -= length;
        }
    };
    // What has not come by then is not waited for.
    let _ = timeout(BODY_TIMEOUT, all).await;
}

fn json(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// Seconds since 1970; 0 for a clock before that.
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}
