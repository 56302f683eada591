//! Where Discord posts interactions, if the application has an address for them: `POST /interactions`.
//!
//! ```text
//! request -> not too large, in time, signed (signature) -> read (adapter::http_interactions) -> decided (dispatcher) -> the response is the reply
//! ```
//!
//! Nothing is kept from one request to the next that a reply depends on, but the counts of [`limits`](super::limits) and
//! [`feedback`](super::feedback): any number of copies can stand behind one address.

use super::adapter::http_interactions::{self, FollowUps, Posted};
use super::bot::Action;
use super::dispatch::Dispatcher;
use super::payload;
use super::signature::{Rejected, Signed};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use factotum_service::config::PublicKey;
use factotum_service::http::Limits;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The path.
pub const PATH: &str = "/interactions";
/// Largest request, in bytes. The largest that Discord can have is "Answer this" on a message of 4,000 characters with ten embeds of 6,000 in
/// all, with ten attachments and whatever it replies to: some tens of thousands.
pub const MAX_BODY: usize = 256 << 10;
/// How long a request may take to arrive. Discord has gone after three seconds.
const BODY: Duration = Duration::from_secs(3);
/// Follow-up messages on their way at once, as for the gateway.
const IN_FLIGHT: u32 = 1_000;
/// How long they may take once the program is told to stop.
const LANDING: Duration = Duration::from_secs(4);

/// Connections to the endpoint. They come from a balancer or proxy, which keeps them for the next requests.
pub const LIMITS: Limits = Limits {
    // Each can hold a body that is not checked yet, and its own buffers: 150 MB at worst. A balancer that keeps connections needs as many as
    // there are requests at once, and 8,000 a second of some milliseconds each are 32.
    connections: 512,
    // Longer than balancers keep an idle connection (nginx and those of the large clouds: 60 s), so that it is they who close it: else a
    // request could meet a connection that is just being closed.
    headers: Duration::from_secs(75),
    connection: None,
};

/// Takes what Discord posts.
pub struct Endpoint {
    dispatcher: Dispatcher,
    key: PublicKey,
    follow_ups: FollowUps,
    flights: Semaphore,
}

/// Why a request gets no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// It is not Discord's, or not of now.
    Rejected(Rejected),
    /// It is larger than [`MAX_BODY`].
    TooLarge,
    /// It did not arrive as a whole, or not in time.
    Incomplete,
    /// It is Discord's, and cannot be read.
    Unreadable,
}

impl Refused {
    fn status(self) -> StatusCode {
        match self {
            Refused::Rejected(_) => StatusCode::UNAUTHORIZED,
            Refused::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refused::Incomplete => StatusCode::REQUEST_TIMEOUT,
            Refused::Unreadable => StatusCode::BAD_REQUEST,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Refused::Rejected(rejected) => rejected.as_str(),
            Refused::TooLarge => "too-large",
            Refused::Incomplete => "incomplete",
            Refused::Unreadable => "unreadable",
        }
    }
}

impl Endpoint {
    /// Takes what is signed with the private half of `key`.
    pub fn new(dispatcher: Dispatcher, key: PublicKey, follow_ups: FollowUps) -> Arc<Endpoint> {
        Arc::new(Endpoint { dispatcher, key, follow_ups, flights: Semaphore::new(IN_FLIGHT as usize) })
    }

    /// What it answers to.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new().route(PATH, post(answer)).with_state(self)
    }

    /// Waits until follow-up messages have landed; says whether they did in time.
    pub async fn landed(&self) -> bool {
        timeout(LANDING, self.flights.acquire_many(IN_FLIGHT)).await.is_ok()
    }

    async fn respond(self: &Arc<Self>, request: Request) -> Result<Response, Refused> {
        let received = Instant::now();
        let body = self.accepted(request).await?;
        let (application, incoming) = match http_interactions::read(&body).ok_or(Refused::Unreadable)? {
            Posted::Ping => return Ok(json(Bytes::from_static(b"{\"type\":1}"))),
            Posted::Interaction { application, incoming } => (application, incoming),
        };
        let in_flight = self.dispatcher.decide(&incoming, received);
        let Some(Action::Respond { response, .. }) = in_flight.decision.actions.first() else {
            // Nothing is to be said, and Discord tells so in its own words after three seconds.
            return Ok(StatusCode::ACCEPTED.into_response());
        };
        let response = json(payload::json(response).into());
        in_flight.replied();
        if in_flight.decision.actions.len() > 1 {
            let endpoint = self.clone();
            tokio::spawn(async move {
                // Nobody closes it.
                let Ok(_flight) = endpoint.flights.acquire().await else { return };
                endpoint.follow_ups.deliver(application, &in_flight).await;
            });
        }
        Ok(response)
    }

    /// The body of a request that comes from Discord, just now.
    async fn accepted(&self, request: Request) -> Result<Bytes, Refused> {
        let (head, body) = request.into_parts();
        let header = |name: &str| head.headers.get(name).map(|value| value.as_bytes()).unwrap_or_default();
        let signed = Signed { timestamp: header("x-signature-timestamp"), signature: header("x-signature-ed25519") };
        signed.in_time(now()).map_err(Refused::Rejected)?;
        let body = read(&head.headers, body).await?;
        signed.by(&self.key, &body).map_err(Refused::Rejected)?;
        Ok(body)
    }
}

async fn answer(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    endpoint.respond(request).await.unwrap_or_else(|refused| {
        let reason = refused.as_str();
        endpoint.dispatcher.status.metrics.rejected(reason);
        tracing::debug!(reason, "a request was refused");
        let mut response = refused.status().into_response();
        if matches!(refused, Refused::TooLarge | Refused::Incomplete) {
            // What is left of it is not read: the connection is good for nothing any more, and whoever keeps it should know.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    })
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()).and_then(|length| length.parse::<u64>().ok());
    if said.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(Refused::TooLarge);
    }
    match timeout(BODY, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refused::TooLarge),
        _ => Err(Refused::Incomplete),
    }
}

fn json(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// Seconds since 1970; a clock before that is as wrong as any other.
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}
