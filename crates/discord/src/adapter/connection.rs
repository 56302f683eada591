//! The connection to Discord's gateway, from the start to the exit.

use super::deliveries::Deliveries;
use super::digests;
use super::gateway;
use super::listener::Listener;
use super::rest;
use super::serenity_internals::gateway_log::ShardEvents;
use super::serenity_internals::identify_gate::IdentifyGate;
use crate::digest::Digest;
use crate::dispatch::Dispatcher;
use anyhow::Context as _;
use factotum_service::config;
use factotum_service::exit::ExitReason;
use factotum_service::health::{ConnectionHealth, SessionAllowance, ShardEvent};
use factotum_service::status::ServiceStatus;
use serenity::Error;
use serenity::client::{Client, ClientBuilder};
use serenity::gateway::{GatewayError, ShardManager, ShardRunnerMessage};
use serenity::http::Http;
use serenity::model::gateway::GatewayIntents;
use std::future::{Future, IntoFuture, pending};
use std::ops::RangeInclusive;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

/// How long everything may take from the signal to the exit; the supervisor kills us soon after.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(4_500);
/// How long the gateway has to acknowledge that we close the connection.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How long serenity may take to build its client: it asks Discord once more where to connect.
const BUILD_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the state of the connection is checked.
const CHECK_INTERVAL: Duration = Duration::from_millis(200);
/// How often expired rate limits are dropped. At Discord's limit of 50 requests a second, 3,000 of them add up in this time.
const TIDY_INTERVAL: Duration = Duration::from_secs(60);

/// The events that the bot receives: messages in guilds and direct messages. Neither intent is privileged, and the text of a message that is
/// not addressed to the bot does not come with them. Where it answers forum posts, the guilds are added, which are not privileged either.
const INTENTS: GatewayIntents = GatewayIntents::GUILD_MESSAGES.union(GatewayIntents::DIRECT_MESSAGES);

/// What [`run`] needs.
pub struct Connection {
    /// Decides on replies, and reports.
    pub dispatcher: Dispatcher,
    /// Settings of the connection.
    pub settings: config::Discord,
    /// The bot's token.
    pub token: String,
    /// The weekly digest, if one is wanted.
    pub digest: Option<Digest>,
}

/// Runs the bot until `stop`, or until it cannot go on.
///
/// serenity runs on `worker`, and is watched from outside of it: after some rejections one of serenity's tasks loops and never yields, so
/// that nothing in its runtime can be relied on any more, not even timers. The caller must not wait for `worker`.
///
/// # Errors
/// If it could not start.
pub async fn run(
    connection: Connection,
    mut shard_events: ShardEvents,
    stop: impl Future<Output = ()>,
    worker: &Handle,
) -> anyhow::Result<ExitReason> {
    let Connection { dispatcher, settings, token, digest } = connection;
    let (status, bot) = (dispatcher.status.clone(), dispatcher.bot.clone());
    tokio::pin!(stop);
    let prepared = tokio::select! {
        () = &mut stop => return Ok(ExitReason::Stopped),
        prepared = worker.spawn(prepare(settings.clone(), token, status.clone())) => prepared??,
    };
    let Prepared { http, url, range, total, allowance } = match prepared {
        Ok(prepared) => prepared,
        Err(reason) => return Ok(reason),
    };
    let deliveries = Arc::new(Deliveries::new(status.clone()));
    let listener = Listener {
        dispatcher,
        us: OnceLock::new(),
        shard_events: shard_events.sender(),
        deliveries: deliveries.clone(),
        register: AtomicBool::new(settings.register_commands),
    };
    // Threads come with the guilds.
    let intents = if settings.forums.channels.is_empty() { INTENTS } else { INTENTS.union(GatewayIntents::GUILDS) };
    let building = ClientBuilder::new_with_http(http, intents).raw_event_handler(listener);
    let mut client: Client = tokio::select! {
        () = &mut stop => return Ok(ExitReason::Stopped),
        client = worker.spawn(timeout(BUILD_TIMEOUT, building.into_future())) => match client? {
            Ok(client) => client.context("cannot set up the connection to Discord")?,
            Err(_) => return Ok(ExitReason::NoConnection),
        },
    };
    // serenity has asked again, and falls back to another address if that failed.
    *client.ws_url.lock().await = url;
    let mut gate = match &settings.identify_queue.0 {
        Some(queue) => Some(IdentifyGate::new(queue, shard_events.hold(client.ws_url.clone()), shard_events.sender())?),
        None => None,
    };
    let shards = client.shard_manager.clone();
    status.connecting(ConnectionHealth::new(range.clone(), &settings, allowance, Instant::now()));
    let http = client.http.clone();
    let tidying = worker.spawn(async move {
        let mut due = interval(TIDY_INTERVAL);
        loop {
            due.tick().await;
            rest::tidy(&http).await;
        }
    });
    let digesting = digest.map(|digest| worker.spawn(digests::send(client.http.clone(), bot, digest)));
    // serenity's code treats the end of the range as inclusive.
    let connection = worker.spawn(async move { client.start_shard_range(*range.start()..*range.end(), total).await });
    let gating = async {
        match &mut gate {
            Some(gate) => gate.run().await,
            None => pending().await,
        }
    };
    let reason = tokio::select! {
        () = &mut stop => ExitReason::Stopped,
        reason = watch(&status, &mut shard_events, connection) => reason?,
        never = gating => match never {},
    };
    // A waiting shard has now left the queue, and must not begin a session without its turn: so the gate stays shut.
    std::mem::forget(gate);
    status.stopping();
    tidying.abort();
    digesting.iter().for_each(JoinHandle::abort);
    // Close the connection whatever its state, and deliver the replies in flight, until time is up.
    let closing = timeout(CLOSE_TIMEOUT, worker.spawn(close(shards)));
    if timeout(SHUTDOWN_TIMEOUT, async { tokio::join!(closing, deliveries.finish()) }).await.is_err() {
        tracing::warn!("time is up, and some replies were not delivered");
    }
    tracing::info!(counts = ?status.counts(), "exiting: {}", reason.advice());
    Ok(reason)
}

/// Watches the connection until it ends.
async fn watch(
    status: &ServiceStatus,
    shard_events: &mut ShardEvents,
    mut connection: JoinHandle<Result<(), Error>>,
) -> anyhow::Result<ExitReason> {
    let mut check = interval(CHECK_INTERVAL);
    let mut ready = false;
    loop {
        let event = tokio::select! {
            result = &mut connection => return match result? {
                Ok(()) => Ok(ExitReason::NoConnection),
                Err(error) => rejection(&error).ok_or(error).context("the connection to Discord broke"),
            },
            event = shard_events.next() => event,
            _ = check.tick() => None,
        };
        let now = Instant::now();
        if let Some(event) = event {
            log(event);
            if let Some(reason) = status.record(event, now) {
                return Ok(reason);
            }
        }
        if status.ready(now) != ready {
            ready = !ready;
            if ready {
                tracing::info!(counts = ?status.counts(), "ready");
            } else {
                let why = status.readiness(now).1["why"].as_str().unwrap_or_default().to_owned();
                tracing::warn!(counts = ?status.counts(), "not ready: {why}");
            }
        }
        if status.timed_out(now) {
            return Ok(ExitReason::NoConnection);
        }
    }
}

/// Closes the connections of all shards with code 1000, so that the bot does not look online for minutes.
async fn close(shards: Arc<ShardManager>) {
    // serenity itself closes them one by one, each in up to half a second, and only after shards that wait for their turn have had it.
    for (id, runner) in shards.runners.lock().await.iter() {
        runner.runner_tx.send_to_shard(ShardRunnerMessage::Shutdown(*id, 1000));
    }
    shards.shutdown_all().await;
}

/// What must be known before connecting.
struct Prepared {
    http: Http,
    url: String,
    range: RangeInclusive<u32>,
    total: u32,
    allowance: SessionAllowance,
}

/// Asks Discord where to connect, with how many shards, and whether enough sessions are left.
async fn prepare(settings: config::Discord, token: String, status: Arc<ServiceStatus>) -> anyhow::Result<Result<Prepared, ExitReason>> {
    let given = settings.shards.range().map_err(anyhow::Error::msg)?;
    let http = rest::client(&token, &settings)?;
    let gateway = match gateway::ask(&http, &|failure| status.metrics.rest_error(failure.as_str())).await? {
        Ok(gateway) => gateway,
        Err(reason) => return Ok(Err(reason)),
    };
    let most = config::Shards::MAX;
    anyhow::ensure!(given.is_some() || gateway.shards <= most, "Discord recommends {} shards; no bot has more than {most}", gateway.shards);
    let (range, total) = given.unwrap_or((0..=gateway.shards - 1, gateway.shards));
    let (url, allowance) = (gateway.url, gateway.limits.allowance);
    let needed = u64::from(range.end() - range.start()) + 1;
    if needed < u64::from(total) && settings.identify_queue.0.is_none() {
        tracing::warn!(
            shards = ?range,
            total,
            "other processes run the other shards, and Discord invalidates sessions that begin at the same time: start `factotum \
             identify-queue`, and set `identify_queue` in [discord] to its address"
        );
    }
    if !allowance.covers(needed) {
        tracing::error!(?allowance, needed, "not enough sessions are left for today");
        return Ok(Err(ExitReason::TooManySessions));
    }
    tracing::info!(shards = ?range, total, ?allowance, "connecting");
    Ok(Ok(Prepared { http, url, range, total, allowance }))
}

/// The exit reason for an error of serenity's that is final.
fn rejection(error: &Error) -> Option<ExitReason> {
    match error {
        Error::Gateway(GatewayError::InvalidAuthentication) => Some(ExitReason::BadToken),
        Error::Gateway(GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents) => Some(ExitReason::BadIntents),
        _ => None,
    }
}

fn log(event: ShardEvent) {
    match event {
        ShardEvent::Unreadable => tracing::warn!("Discord sent something that could not be read"),
        ShardEvent::Disconnected(shard) => tracing::warn!(shard, "disconnected; reconnecting"),
        ShardEvent::Waiting(shard) => tracing::info!(shard, "waiting for its turn to begin a session"),
        ShardEvent::GotTurn(shard, waited) => tracing::info!(shard, ?waited, "got its turn"),
        ShardEvent::Identifying(shard) => tracing::info!(shard, "beginning a session"),
        ShardEvent::Ready(shard) => tracing::info!(shard, "connected"),
        ShardEvent::Resumed(shard) => tracing::info!(shard, "session resumed"),
        ShardEvent::HeartbeatAcknowledged(shard) => tracing::debug!(shard, "heartbeat acknowledged"),
        ShardEvent::HeartbeatTooFast(shard) => {
            tracing::error!(shard, "the gateway asks for a heartbeat more than ten times a second: it is not Discord's")
        }
        // Logged where they were noticed.
        ShardEvent::Rejected(_) | ShardEvent::QueueUnreachable(_) => {}
    }
}
