//! Requests to Discord's REST API, with retries.

use crate::bot::Action;
use crate::event::Now;
use crate::payload;
use factotum_service::config;
use reqwest::header::RETRY_AFTER;
use serde::Serialize;
use serde_json::Value;
use serenity::Error;
use serenity::http::{Http, HttpBuilder, HttpError, LightMethod, Request, Route};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};
use tokio::time::{sleep, timeout, timeout_at};

/// How long a response to an interaction is tried: Discord waits three seconds, and the way there takes time.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(2_700);
/// How long one attempt to respond may take, so that there is time for another.
const RESPONSE_ATTEMPT: Duration = Duration::from_millis(1_200);
/// How long posting a message is tried. After that, nobody waits for the answer any more.
const POST_TIMEOUT: Duration = Duration::from_secs(60);
/// How long one attempt to post may take. Discord answers in a fraction of a second, but serenity's rate limiter may hold a message back,
/// for up to some seconds in a busy channel.
const POST_ATTEMPT: Duration = Duration::from_secs(10);
/// How long one request at the start, or from the command line, may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest response that is read, in bytes. All commands with their translations have some tens of thousands.
const MAX_RESPONSE: usize = 4 << 20;
/// Most attempts at one request.
const MAX_ATTEMPTS: u32 = 4;
/// Pause before the second attempt; it doubles each time.
const BACKOFF: Duration = Duration::from_millis(200);

/// Discord's error code for an interaction that it no longer knows: its three seconds are over.
const UNKNOWN_INTERACTION: isize = 10_062;
/// Discord's error code for an interaction that already has its response: an attempt that seemed to fail arrived.
const ALREADY_ACKNOWLEDGED: isize = 40_060;
/// Discord's error code for a token that is not valid (yet): a follow-up can overtake a response that went out as an HTTP response.
const UNKNOWN_WEBHOOK: isize = 10_015;

/// Discord's error code for a forum post whose first message is not there yet.
const POST_NOT_BEGUN: isize = 40_058;

/// Why something was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The interaction's three seconds are over.
    Expired,
    /// Discord rejects it: HTTP status and Discord's error code.
    Refused(u16, isize),
    /// Too many requests; perhaps how long to wait.
    TooMany(Option<Duration>),
    /// An error of Discord's: HTTP status.
    Broken(u16),
    /// No answer in time, or no connection.
    Unreachable,
    /// The response cannot be read.
    Malformed,
}

/// Called for each attempt that fails.
pub(super) type Failed<'a> = &'a (dyn Fn(Failure) + Sync);
/// For the command line, which has no metrics.
pub(super) const UNCOUNTED: Failed<'static> = &|_| {};

impl Failure {
    /// Its name in metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Failure::Expired => "expired",
            Failure::Refused(..) => "refused",
            Failure::TooMany(_) => "too-many",
            Failure::Broken(_) => "broken",
            Failure::Unreachable => "unreachable",
            Failure::Malformed => "malformed",
        }
    }

    /// Whether another attempt may help.
    fn is_temporary(self) -> bool {
        matches!(
            self,
            Failure::TooMany(_)
                | Failure::Broken(_)
                | Failure::Unreachable
                | Failure::Refused(404, UNKNOWN_WEBHOOK)
                | Failure::Refused(_, POST_NOT_BEGUN)
        )
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Expired => f.write_str("the interaction has expired (10062)"),
            Failure::Refused(status, code) => write!(f, "Discord rejects it (HTTP status {status}, error {code})"),
            Failure::TooMany(_) => f.write_str("too many requests (HTTP status 429)"),
            Failure::Broken(status) => write!(f, "Discord has an error (HTTP status {status})"),
            Failure::Unreachable => f.write_str("Discord cannot be reached"),
            Failure::Malformed => f.write_str("Discord's response cannot be read"),
        }
    }
}

impl std::error::Error for Failure {}

/// A client for Discord's REST API.
///
/// With a proxy, the proxy keeps the rate limits for all processes behind it: serenity uses a proxy only if its own limiter is off. Without a
/// proxy, serenity keeps them.
pub(super) fn client(token: &str, settings: &config::Discord) -> anyhow::Result<Http> {
    let builder = HttpBuilder::new(token);
    #[cfg(debug_assertions)]
    let builder = detour(builder)?;
    Ok(match &settings.api_proxy.0 {
        Some(proxy) => builder.proxy(proxy.as_str()).ratelimiter_disabled(true).build(),
        None => builder.build(),
    })
}

/// Lets tests stand in for discord.com itself, with TLS: `FACTOTUM_TEST_DISCORD` has an address on this machine, a space, and the file of a
/// certificate to trust. Release builds do not have it.
#[cfg(debug_assertions)]
fn detour(builder: HttpBuilder) -> anyhow::Result<HttpBuilder> {
    let Ok(detour) = std::env::var("FACTOTUM_TEST_DISCORD") else { return Ok(builder) };
    let (address, certificate) = detour.split_once(' ').unwrap_or_default();
    let certificate = reqwest::Certificate::from_pem(&std::fs::read(certificate)?)?;
    let client = reqwest::Client::builder().use_rustls_tls().resolve("discord.com", address.parse()?).add_root_certificate(certificate);
    Ok(builder.client(client.build()?))
}

/// Drops expired rate limits. serenity keeps one for each channel and each interaction, and never drops them.
pub(super) async fn tidy(http: &Http) {
    let Some(limiter) = &http.ratelimiter else { return };
    let now = SystemTime::now();
    limiter.routes().write().await.retain(|_, limit| {
        // Those in use stay.
        Arc::strong_count(limit) > 1 || limit.try_lock().map_or(true, |limit| limit.reset().is_some_and(|reset| reset > now))
    });
}

/// Fetches JSON, at the start or for the command line.
///
/// # Errors
/// [`Failure`] after some attempts.
pub(super) async fn fetch(http: &Http, route: Route<'_>, failed: Failed<'_>) -> Result<Value, Failure> {
    with_attempts(Instant::now() + POST_TIMEOUT, failed, |_| async move {
        let request = Request::new(route, LightMethod::Get).params(params(&route));
        let response = perform(http, request, REQUEST_TIMEOUT).await?;
        let bytes = timeout(REQUEST_TIMEOUT, body(response)).await.map_err(|_| Failure::Unreachable)??;
        serde_json::from_slice(&bytes).map_err(|_| Failure::Malformed)
    })
    .await
}

/// The body of a response.
async fn body(mut response: reqwest::Response) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Failure::Unreachable)? {
        if bytes.len() + chunk.len() > MAX_RESPONSE {
            return Err(Failure::Malformed);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Commands are compared with their translations, which Discord sends only on request.
fn params(route: &Route<'_>) -> Option<Vec<(&'static str, String)>> {
    matches!(route, Route::Commands { .. } | Route::GuildCommands { .. }).then(|| vec![("with_localizations", "true".to_owned())])
}

/// Creates a resource that replaces one of the same name, so that another attempt does no harm.
///
/// # Errors
/// [`Failure`] after some attempts.
pub(super) async fn create(http: &Http, route: Route<'_>, what: &impl Serialize, failed: Failed<'_>) -> Result<(), Failure> {
    let body = &payload::json(what);
    with_attempts(Instant::now() + POST_TIMEOUT, failed, |_| send(http, route, LightMethod::Post, body, REQUEST_TIMEOUT)).await
}

/// Removes a resource.
///
/// # Errors
/// [`Failure`] after some attempts.
pub(super) async fn remove(http: &Http, route: Route<'_>, failed: Failed<'_>) -> Result<(), Failure> {
    let attempt = |_| async move { perform(http, Request::new(route, LightMethod::Delete), REQUEST_TIMEOUT).await.map(drop) };
    with_attempts(Instant::now() + POST_TIMEOUT, failed, attempt).await
}

/// Delivers an action for an event that arrived at `received`.
///
/// # Errors
/// [`Failure`] after some attempts; for a response, as soon as its three seconds are over.
pub(super) async fn deliver(http: &Http, application: u64, action: &Action, received: Now, failed: Failed<'_>) -> Result<(), Failure> {
    match action {
        Action::Respond { id, token, response } => {
            let route = Route::InteractionResponse { interaction_id: (*id).into(), token: &token.0 };
            let body = &payload::json(response);
            with_attempts(received + RESPONSE_TIMEOUT, failed, |attempt| async move {
                match send(http, route, LightMethod::Post, body, RESPONSE_ATTEMPT).await {
                    Err(Failure::Refused(_, ALREADY_ACKNOWLEDGED)) if attempt > 0 => Ok(()),
                    Err(Failure::Refused(_, UNKNOWN_INTERACTION)) => Err(Failure::Expired),
                    other => other,
                }
            })
            .await
        }
        // The nonce keeps a message from being posted twice if a response got lost.
        Action::Post { channel, message } => {
            let route = Route::ChannelMessages { channel_id: (*channel).into() };
            let body = &payload::json(message);
            with_attempts(received + POST_TIMEOUT, failed, |_| send(http, route, LightMethod::Post, body, POST_ATTEMPT)).await
        }
        // It has been done, and its result is a message.
        Action::Work { .. } => Ok(()),
        // Here nothing does: better not at all than twice.
        Action::FollowUp { token, message } => {
            let route = Route::WebhookFollowupMessages { application_id: application.into(), token: &token.0 };
            let body = &payload::json(message);
            with_attempts(received + POST_TIMEOUT, failed, |_| async move {
                match send(http, route, LightMethod::Post, body, POST_ATTEMPT).await {
                    Err(Failure::Unreachable) => Err(Failure::Malformed),
                    other => other,
                }
            })
            .await
        }
    }
}

/// Retries until it works, attempts or time run out, or another attempt would not help.
async fn with_attempts<T, F>(until: Instant, failed: Failed<'_>, mut attempt: impl FnMut(u32) -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut last = Failure::Expired;
    for number in 0..MAX_ATTEMPTS {
        if number > 0 {
            let wait = match last {
                // Coming back earlier would only make it longer.
                Failure::TooMany(Some(wait)) => wait,
                _ => BACKOFF * 2_u32.pow(number - 1),
            };
            if Instant::now() + wait >= until {
                break;
            }
            sleep(wait).await;
        }
        let failure = match timeout_at(until.into(), attempt(number)).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(failure)) => failure,
            Err(_) => Failure::Unreachable,
        };
        failed(failure);
        if !failure.is_temporary() || Instant::now() >= until {
            return Err(failure);
        }
        last = failure;
    }
    Err(last)
}

async fn send(http: &Http, route: Route<'_>, method: LightMethod, body: &[u8], within: Duration) -> Result<(), Failure> {
    // The response body is not needed; a malformed response to a message is no reason to send it again.
    perform(http, Request::new(route, method).body(Some(body.to_vec())), within).await.map(drop)
}

/// The client for requests to a proxy.
static PROXIED: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

/// Performs a request; a response with an error status is a [`Failure`].
async fn perform(http: &Http, request: Request<'_>, within: Duration) -> Result<reqwest::Response, Failure> {
    let performed = async {
        let Some(proxy) = &http.proxy else { return http.request(request).await.map_err(|error| failure(&error)) };
        // serenity's own client would lose the header that says how long to wait.
        let request = request.build(&PROXIED, http.token(), Some(proxy)).map_err(|_| Failure::Malformed)?;
        let response = request.send().await.map_err(|_| Failure::Unreachable)?;
        if response.status().is_success() { Ok(response) } else { Err(unsuccessful(response).await) }
    };
    timeout(within, performed).await.unwrap_or(Err(Failure::Unreachable))
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Http(HttpError::UnsuccessfulRequest(response)) => failed(response.status_code.as_u16(), response.error.code, None),
        Error::Http(HttpError::Request(_)) => Failure::Unreachable,
        _ => Failure::Malformed,
    }
}

/// What a response of the proxy with an error status comes to.
async fn unsuccessful(response: reqwest::Response) -> Failure {
    let status = response.status().as_u16();
    let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<f64>().ok());
    let told: Value = body(response).await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let code = told["code"].as_i64().and_then(|code| isize::try_from(code).ok()).unwrap_or(-1);
    failed(status, code, header.or_else(|| told["retry_after"].as_f64()))
}

fn failed(status: u16, code: isize, retry_after: Option<f64>) -> Failure {
    match status {
        // Negative and endless times come from no proxy that works.
        429 => Failure::TooMany(retry_after.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())),
        500.. => Failure::Broken(status),
        _ => Failure::Refused(status, code),
    }
}
