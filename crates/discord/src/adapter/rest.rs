//! Requests to Discord's REST API, and what is done when they go wrong.

use crate::bot::Action;
use crate::event::Now;
use crate::payload;
use factotum_service::config;
use serde::Serialize;
use serde_json::Value;
use serenity::Error;
use serenity::http::{Http, HttpBuilder, HttpError, LightMethod, Request, Route};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::time::{sleep, timeout, timeout_at};

/// How long an interaction can be responded to: Discord waits for three seconds, and the way there takes time, too.
const RESPONSE: Duration = Duration::from_millis(2_700);
/// How long one attempt to respond may take, so that there is time for another one.
const RESPONSE_ATTEMPT: Duration = Duration::from_millis(1_200);
/// How long it is tried to post a message. Who asked has gone by then.
const POST: Duration = Duration::from_secs(60);
/// How long one attempt to post may take. Discord answers in a fraction of a second; with serenity's rate limiter it may have to wait
/// for its turn, up to some seconds in a busy channel.
const POST_ATTEMPT: Duration = Duration::from_secs(10);
/// How long one request at the start, or of a command, may take.
const REQUEST: Duration = Duration::from_secs(10);
/// Most attempts at anything.
const ATTEMPTS: u32 = 4;
/// Wait before the second attempt; it doubles each time.
const BACKOFF: Duration = Duration::from_millis(200);

/// Discord's error code of an interaction that it does not know any more: three seconds are over.
const UNKNOWN_INTERACTION: isize = 10_062;
/// Discord's error code of an interaction that has its response: an attempt that seemed to fail has arrived.
const ACKNOWLEDGED: isize = 40_060;
/// Discord's error code of a token that can do nothing (yet): where the response went out as that to a request, what follows may overtake it.
const UNKNOWN_WEBHOOK: isize = 10_015;

/// Why something was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The interaction's three seconds are over.
    Expired,
    /// Discord refuses: HTTP status and Discord's own error code.
    Refused(u16, isize),
    /// Too many requests.
    TooMany,
    /// Discord fails: HTTP status.
    Broken(u16),
    /// No answer in time, or no connection.
    Unreachable,
    /// The answer cannot be read.
    Malformed,
}

/// Who is told of each attempt that fails.
pub(super) type Failed<'a> = &'a (dyn Fn(Failure) + Sync);
/// Nobody is: a command of the command line says what became of it anyway.
pub(super) const UNCOUNTED: Failed<'static> = &|_| {};

impl Failure {
    /// Its name in metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Failure::Expired => "expired",
            Failure::Refused(..) => "refused",
            Failure::TooMany => "too-many",
            Failure::Broken(_) => "broken",
            Failure::Unreachable => "unreachable",
            Failure::Malformed => "malformed",
        }
    }

    /// Whether another attempt may help.
    fn passes(self) -> bool {
        matches!(self, Failure::TooMany | Failure::Broken(_) | Failure::Unreachable | Failure::Refused(404, UNKNOWN_WEBHOOK))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Expired => f.write_str("the interaction has expired (10062)"),
            Failure::Refused(status, code) => write!(f, "Discord refuses it (HTTP status {status}, error {code})"),
            Failure::TooMany => f.write_str("too many requests (HTTP status 429)"),
            Failure::Broken(status) => write!(f, "Discord fails (HTTP status {status})"),
            Failure::Unreachable => f.write_str("Discord cannot be reached"),
            Failure::Malformed => f.write_str("Discord's answer cannot be read"),
        }
    }
}

impl std::error::Error for Failure {}

/// A client for Discord's REST API.
///
/// With a proxy, that keeps the rate limits, for all processes that go through it; serenity uses a proxy only where its own limiter is
/// off. Without one, serenity keeps them.
pub(super) fn client(token: &str, settings: &config::Discord) -> anyhow::Result<Http> {
    let builder = HttpBuilder::new(token);
    #[cfg(debug_assertions)]
    let builder = detour(builder)?;
    Ok(match &settings.api_proxy.0 {
        Some(proxy) => builder.proxy(proxy.as_str()).ratelimiter_disabled(true).build(),
        None => builder.build(),
    })
}

/// A way for tests to stand in for discord.com itself, TLS included: `FACTOTUM_TEST_DISCORD` has an address on this machine, a space, and
/// the file of a certificate to trust. Release builds do not have it.
#[cfg(debug_assertions)]
fn detour(builder: HttpBuilder) -> anyhow::Result<HttpBuilder> {
    let Ok(detour) = std::env::var("FACTOTUM_TEST_DISCORD") else { return Ok(builder) };
    let (address, certificate) = detour.split_once(' ').unwrap_or_default();
    let certificate = reqwest::Certificate::from_pem(&std::fs::read(certificate)?)?;
    let client = reqwest::Client::builder().use_rustls_tls().resolve("discord.com", address.parse()?).add_root_certificate(certificate);
    Ok(builder.client(client.build()?))
}

/// Forgets the limits that are over. serenity keeps one for each channel and each interaction, and would keep them forever.
pub(super) async fn tidy(http: &Http) {
    let Some(limiter) = &http.ratelimiter else { return };
    let now = SystemTime::now();
    limiter.routes().write().await.retain(|_, limit| {
        // Whatever is in use stays.
        Arc::strong_count(limit) > 1 || limit.try_lock().map_or(true, |limit| limit.reset().is_some_and(|reset| reset > now))
    });
}

/// Asks for something at the start, or for a command of the command line: as JSON.
///
/// # Errors
/// [`Failure`] after some attempts.
pub(super) async fn fetch(http: &Http, route: Route<'_>, failed: Failed<'_>) -> Result<Value, Failure> {
    with_attempts(Instant::now() + POST, failed, |_| async move {
        let request = Request::new(route, LightMethod::Get).params(params(&route));
        let response = match timeout(REQUEST, http.request(request)).await {
            Err(_) => return Err(Failure::Unreachable),
            Ok(Err(error)) => return Err(failure(&error)),
            Ok(Ok(response)) => response,
        };
        let bytes = timeout(REQUEST, response.bytes()).await.map_err(|_| Failure::Unreachable)?.map_err(|_| Failure::Unreachable)?;
        serde_json::from_slice(&bytes).map_err(|_| Failure::Malformed)
    })
    .await
}

/// Commands are compared with their names in all languages, which Discord sends only when asked.
fn params(route: &Route<'_>) -> Option<Vec<(&'static str, String)>> {
    matches!(route, Route::Commands { .. } | Route::GuildCommands { .. }).then(|| vec![("with_localizations", "true".to_owned())])
}

/// Replaces something as a whole.
///
/// # Errors
/// [`Failure`] after some attempts.
pub(super) async fn replace(http: &Http, route: Route<'_>, with: &impl Serialize, failed: Failed<'_>) -> Result<(), Failure> {
    let body = &payload::json(with);
    with_attempts(Instant::now() + POST, failed, |_| send(http, route, LightMethod::Put, body, REQUEST)).await
}

/// Delivers what was decided on something that came in at `received`.
///
/// # Errors
/// [`Failure`] after some attempts; for a response, as soon as its three seconds are over.
pub(super) async fn deliver(http: &Http, application: u64, action: &Action, received: Now, failed: Failed<'_>) -> Result<(), Failure> {
    match action {
        Action::Respond { id, token, response } => {
            let route = Route::InteractionResponse { interaction_id: (*id).into(), token: &token.0 };
            let body = &payload::json(response);
            with_attempts(received + RESPONSE, failed, |attempt| async move {
                match send(http, route, LightMethod::Post, body, RESPONSE_ATTEMPT).await {
                    Err(Failure::Refused(_, ACKNOWLEDGED)) if attempt > 0 => Ok(()),
                    Err(Failure::Refused(_, UNKNOWN_INTERACTION)) => Err(Failure::Expired),
                    other => other,
                }
            })
            .await
        }
        // The nonce keeps a message from being posted twice where an answer got lost.
        Action::Post { channel, message } => {
            let route = Route::ChannelMessages { channel_id: (*channel).into() };
            let body = &payload::json(message);
            with_attempts(received + POST, failed, |_| send(http, route, LightMethod::Post, body, POST_ATTEMPT)).await
        }
        // Nothing does here: rather not at all than twice.
        Action::FollowUp { token, message } => {
            let route = Route::WebhookFollowupMessages { application_id: application.into(), token: &token.0 };
            let body = &payload::json(message);
            with_attempts(received + POST, failed, |_| async move {
                match send(http, route, LightMethod::Post, body, POST_ATTEMPT).await {
                    Err(Failure::Unreachable) => Err(Failure::Malformed),
                    other => other,
                }
            })
            .await
        }
    }
}

/// Tries until it works, attempts or time run out, or another attempt would not help.
async fn with_attempts<T, F>(until: Instant, failed: Failed<'_>, mut attempt: impl FnMut(u32) -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut last = Failure::Expired;
    for number in 0..ATTEMPTS {
        if number > 0 {
            let wait = BACKOFF * 2_u32.pow(number - 1);
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
        if !failure.passes() || Instant::now() >= until {
            return Err(failure);
        }
        last = failure;
    }
    Err(last)
}

async fn send(http: &Http, route: Route<'_>, method: LightMethod, body: &[u8], within: Duration) -> Result<(), Failure> {
    match timeout(within, http.request(Request::new(route, method).body(Some(body.to_vec())))).await {
        Err(_) => Err(Failure::Unreachable),
        Ok(Err(error)) => Err(failure(&error)),
        // What Discord says about what it did is not needed; a malformed answer to a message is no reason to send it again.
        Ok(Ok(_)) => Ok(()),
    }
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Http(HttpError::UnsuccessfulRequest(response)) => match response.status_code.as_u16() {
            429 => Failure::TooMany,
            status @ 500.. => Failure::Broken(status),
            status => Failure::Refused(status, response.error.code),
        },
        Error::Http(HttpError::Request(_)) => Failure::Unreachable,
        _ => Failure::Malformed,
    }
}
