//! The only place that names serenity: it turns Discord's events into our own, and carries ours to Discord.
//!
//! What serenity leaves open is closed here: it identifies again and again where that cannot help, reads as connected while it is not,
//! and waits forever when it is stopped without a connection.

mod convert;
pub mod gateway;
pub mod http_interactions;
mod rest;
pub mod serenity_internals;

use super::commands;
use super::dispatch::Dispatcher;
use super::event::{Id, Incoming, Now};
use anyhow::Context as _;
use factotum_service::config;
use factotum_service::exit::ExitReason;
use factotum_service::health::{ConnectionHealth, SessionAllowance, ShardEvent};
use factotum_service::status::ServiceStatus;
use rest::Failure;
use serde_json::Value;
use serenity::Error;
use serenity::async_trait;
use serenity::client::{Client, ClientBuilder, Context, RawEventHandler};
use serenity::gateway::{GatewayError, ShardManager, ShardRunnerMessage};
use serenity::http::{Http, Route};
use serenity::model::event::Event;
use serenity::model::gateway::GatewayIntents;
use serenity_internals::gateway_log::ShardEvents;
use serenity_internals::identify_gate::IdentifyGate;
use std::future::{Future, IntoFuture, pending};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

/// Replies being delivered at once: bounds what a flood can occupy. At some 10 kB each, 10 MB.
const IN_FLIGHT: u32 = 1_000;
/// How long everything may take from the signal to stop until the end; whoever supervises us kills us soon after.
const STOPPING: Duration = Duration::from_millis(4_500);
/// How long the gateway has to acknowledge that we close the connection.
const CLOSING: Duration = Duration::from_millis(1_500);
/// How long serenity may take to prepare: it asks Discord once more where to connect.
const BUILDING: Duration = Duration::from_secs(10);
/// How often the connection's state is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How often limits that are over are forgotten. At 50 requests a second, what Discord allows, 3,000 of them come together.
const TIDY: Duration = Duration::from_secs(60);

/// What the bot is told of: messages on servers and to itself. Neither is privileged, and the text of a message that is not addressed
/// to us does not come with them.
const INTENTS: GatewayIntents = GatewayIntents::GUILD_MESSAGES.union(GatewayIntents::DIRECT_MESSAGES);

/// What it takes to run the bot.
pub struct Service {
    /// Who decides, and who is told how it goes.
    pub dispatcher: Dispatcher,
    /// Settings of the connection.
    pub settings: config::Discord,
    /// The bot's token.
    pub token: String,
}

/// Runs the bot until `stop`, or until it cannot go on.
///
/// All of serenity's work is done by `worker`, and is watched from outside of it: after some refusals a task of serenity's runs in circles
/// and never gives way, so that nothing in its runtime can be relied on any more, clocks included. Whoever calls must not wait for it.
///
/// # Errors
/// If it could not begin.
pub async fn run(service: Service, mut signs: ShardEvents, stop: impl Future<Output = ()>, worker: &Handle) -> anyhow::Result<ExitReason> {
    let Service { dispatcher, settings, token } = service;
    let status = dispatcher.status.clone();
    tokio::pin!(stop);
    let prepared = tokio::select! {
        () = &mut stop => return Ok(ExitReason::Stopped),
        prepared = worker.spawn(prepare(settings.clone(), token, status.clone())) => prepared??,
    };
    let Prepared { http, url, range, total, allowance } = match prepared {
        Ok(prepared) => prepared,
        Err(ended) => return Ok(ended),
    };
    let flights = Arc::new(Semaphore::new(IN_FLIGHT as usize));
    let listener = Listener {
        dispatcher,
        us: OnceLock::new(),
        signs: signs.sender(),
        flights: flights.clone(),
        register: AtomicBool::new(settings.register_commands),
    };
    let building = ClientBuilder::new_with_http(http, INTENTS).raw_event_handler(listener);
    let mut client: Client = tokio::select! {
        () = &mut stop => return Ok(ExitReason::Stopped),
        client = worker.spawn(timeout(BUILDING, building.into_future())) => match client? {
            Ok(client) => client.context("cannot set up the connection to Discord")?,
            Err(_) => return Ok(ExitReason::NoConnection),
        },
    };
    // serenity has asked once more, and would take another address if that failed.
    *client.ws_url.lock().await = url;
    let mut identify_gate = match &settings.identify_queue.0 {
        Some(queue) => Some(IdentifyGate::new(queue, signs.hold(client.ws_url.clone()), signs.sender())?),
        None => None,
    };
    let shards = client.shard_manager.clone();
    status.connecting(ConnectionHealth::new(range.clone(), &settings, allowance, Instant::now()));
    let http = client.http.clone();
    let tidying = worker.spawn(async move {
        let mut due = interval(TIDY);
        loop {
            due.tick().await;
            rest::tidy(&http).await;
        }
    });
    // The end of the range is a shard, too, says serenity's code.
    let connection = worker.spawn(async move { client.start_shard_range(*range.start()..*range.end(), total).await });
    let turns = async {
        match &mut identify_gate {
            Some(identify_gate) => identify_gate.run().await,
            None => pending().await,
        }
    };
    let ended = tokio::select! {
        () = &mut stop => ExitReason::Stopped,
        ended = watch(&status, &mut signs, connection) => ended?,
        never = turns => match never {},
    };
    // A shard that waits has given its place back, and must not begin a session without.
    std::mem::forget(identify_gate);
    status.stopping();
    tidying.abort();
    // Whatever state the connection is in: it closes, replies on their way arrive, or time is up.
    let closing = timeout(CLOSING, worker.spawn(close(shards)));
    let landing = flights.acquire_many(IN_FLIGHT);
    if timeout(STOPPING, async { tokio::join!(closing, landing) }).await.is_err() {
        tracing::warn!("some replies were still on their way when time was up");
    }
    tracing::info!(counts = ?status.counts(), "ended: {}", ended.advice());
    Ok(ended)
}

/// Follows the connection until it comes to its end.
async fn watch(
    status: &ServiceStatus,
    signs: &mut ShardEvents,
    mut connection: JoinHandle<Result<(), Error>>,
) -> anyhow::Result<ExitReason> {
    let mut look = interval(LOOK);
    let mut ready = false;
    loop {
        let sign = tokio::select! {
            result = &mut connection => return match result? {
                Ok(()) => Ok(ExitReason::NoConnection),
                Err(error) => refused(&error).ok_or(error).context("the connection to Discord broke down"),
            },
            sign = signs.next() => sign,
            _ = look.tick() => None,
        };
        let now = Instant::now();
        if let Some(sign) = sign {
            tell(sign);
            if let Some(ended) = status.record(sign, now) {
                return Ok(ended);
            }
        }
        if status.ready(now) != ready {
            ready = !ready;
            if ready {
                tracing::info!(counts = ?status.counts(), "ready");
            } else {
                tracing::warn!(counts = ?status.counts(), "not ready: the connection to Discord is gone, or gives no sign of life");
            }
        }
        if status.timed_out(now) {
            return Ok(ExitReason::NoConnection);
        }
    }
}

/// Closes the connections of all shards with code 1000, so that the bot does not look online for minutes.
async fn close(shards: Arc<ShardManager>) {
    // serenity closes them one after the other, each in up to half a second, and not before shards that wait for their turn have had it.
    for (id, runner) in shards.runners.lock().await.iter() {
        runner.runner_tx.send_to_shard(ShardRunnerMessage::Shutdown(*id, 1000));
    }
    shards.shutdown_all().await;
}

/// What has to be known before the connection is made.
struct Prepared {
    http: Http,
    url: String,
    range: RangeInclusive<u32>,
    total: u32,
    allowance: SessionAllowance,
}

/// Asks Discord where to connect, in how many shards, and whether it may be done at all.
async fn prepare(settings: config::Discord, token: String, status: Arc<ServiceStatus>) -> anyhow::Result<Result<Prepared, ExitReason>> {
    let given = settings.shards.range().map_err(anyhow::Error::msg)?;
    let http = rest::client(&token, &settings)?;
    let gateway = match gateway::ask(&http, &|failure| status.metrics.rest_error(failure.as_str())).await? {
        Ok(gateway) => gateway,
        Err(ended) => return Ok(Err(ended)),
    };
    let (range, total) = given.unwrap_or((0..=gateway.shards - 1, gateway.shards));
    let (url, allowance) = (gateway.url, gateway.limits.allowance);
    let needed = u64::from(range.end() - range.start()) + 1;
    if needed < u64::from(total) && settings.identify_queue.0.is_none() {
        tracing::warn!(
            shards = ?range,
            total,
            "other processes have the other shards, and where they begin sessions at the same time, Discord invalidates them: start `factotum \
             identify-queue`, and give its address as `identify_queue` in [discord]"
        );
    }
    if !allowance.covers(needed) {
        tracing::error!(?allowance, needed, "Discord lets the bot begin too few sessions until they are renewed");
        return Ok(Err(ExitReason::TooManySessions));
    }
    tracing::info!(shards = ?range, total, ?allowance, "connecting");
    Ok(Ok(Prepared { http, url, range, total, allowance }))
}

/// Errors of serenity's that mean the end.
fn refused(error: &Error) -> Option<ExitReason> {
    match error {
        Error::Gateway(GatewayError::InvalidAuthentication) => Some(ExitReason::BadToken),
        Error::Gateway(GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents) => Some(ExitReason::BadIntents),
        _ => None,
    }
}

fn tell(sign: ShardEvent) {
    match sign {
        ShardEvent::Unreadable => tracing::warn!("something that Discord sent could not be read"),
        ShardEvent::Disconnected(shard) => tracing::warn!(shard, "the connection is gone; trying again"),
        ShardEvent::Waiting(shard) => tracing::info!(shard, "waiting for its turn to begin a session"),
        ShardEvent::GotTurn(shard, waited) => tracing::info!(shard, ?waited, "has its turn"),
        ShardEvent::Identifying(shard) => tracing::info!(shard, "beginning a session"),
        ShardEvent::Ready(shard) => tracing::info!(shard, "connected"),
        ShardEvent::Resumed(shard) => tracing::info!(shard, "connected again, in the same session"),
        ShardEvent::HeartbeatAcknowledged(shard) => tracing::debug!(shard, "heartbeat acknowledged"),
        // Said where it was noticed.
        ShardEvent::Rejected(_) | ShardEvent::QueueUnreachable(_) => {}
    }
}

/// Reads an event as it stands in a gateway frame, as the bot with this id; `None` if it is none of those that are answered, or cannot be
/// read. The bot itself gets its events from serenity, read in the same way.
pub fn read(kind: &str, data: Value, us: Id) -> Option<Incoming> {
    let event: Event = serde_json::from_value(serde_json::json!({"t": kind, "d": data})).ok()?;
    convert::event(&event, us)
}

/// Hears what happens on Discord.
struct Listener {
    dispatcher: Dispatcher,
    /// The bot's own id and its application's.
    us: OnceLock<(Id, Id)>,
    signs: UnboundedSender<ShardEvent>,
    flights: Arc<Semaphore>,
    register: AtomicBool,
}

#[async_trait]
impl RawEventHandler for Listener {
    async fn raw_event(&self, context: Context, event: Event) {
        let received = Instant::now();
        let sign = |sign| {
            // At the very end nobody listens any more.
            let _ = self.signs.send(sign);
        };
        match event {
            Event::Ready(event) => {
                let us = (event.ready.user.id.get(), event.ready.application.id.get());
                let _ = self.us.set(us);
                sign(ShardEvent::Ready(context.shard_id.0));
                // Once for all shards.
                if self.register.swap(false, Ordering::Relaxed) {
                    self.register(&context.http, us.1).await;
                }
            }
            Event::Resumed(_) => sign(ShardEvent::Resumed(context.shard_id.0)),
            Event::MessageCreate(_) | Event::InteractionCreate(_) => {
                if let Some(us) = self.us.get()
                    && let Some(incoming) = convert::event(&event, us.0)
                {
                    self.answer(&context.http, *us, &incoming, received).await;
                }
            }
            // Events of new kinds are none of our business; those that we live on are.
            Event::Unknown(event) if ["MESSAGE_CREATE", "INTERACTION_CREATE", "READY", "RESUMED"].contains(&event.kind.as_str()) => {
                sign(ShardEvent::Unreadable)
            }
            _ => {}
        }
    }
}

impl Listener {
    async fn answer(&self, http: &Http, (_, application): (Id, Id), incoming: &Incoming, received: Now) {
        let Ok(_flight) = self.flights.acquire().await else { return };
        let in_flight = self.dispatcher.decide(incoming, received);
        for (index, action) in in_flight.decision.actions.iter().enumerate() {
            match rest::deliver(http, application, action, received, &|failure| in_flight.attempt_failed(failure.as_str())).await {
                Ok(()) if index == 0 => in_flight.replied(),
                Ok(()) => {}
                Err(failure) => return in_flight.undelivered(failure.as_str(), &failure),
            }
        }
    }

    /// Registers the commands if Discord has others. Without them the bot still answers messages: a failure is logged.
    async fn register(&self, http: &Http, application: Id) {
        let scope = Scope { application, server: None };
        match scope.bring_up_to_date(http, &|failure| self.dispatcher.status.metrics.rest_error(failure.as_str())).await {
            Ok(true) => tracing::info!("commands registered"),
            Ok(false) => tracing::debug!("commands are registered already"),
            Err(failure) => tracing::warn!("cannot register the commands: {failure}"),
        }
    }
}

/// Where commands are registered: everywhere, or on one server.
#[derive(Debug, Clone, Copy)]
struct Scope {
    application: Id,
    server: Option<Id>,
}

impl Scope {
    fn route(self) -> Route<'static> {
        match self.server {
            None => Route::Commands { application_id: self.application.into() },
            Some(server) => Route::GuildCommands { application_id: self.application.into(), guild_id: server.into() },
        }
    }

    async fn registered(self, http: &Http, failed: rest::Failed<'_>) -> Result<Vec<Value>, Failure> {
        match rest::fetch(http, self.route(), failed).await? {
            Value::Array(commands) => Ok(commands),
            _ => Err(Failure::Malformed),
        }
    }

    /// Says whether there was anything to do.
    async fn bring_up_to_date(self, http: &Http, failed: rest::Failed<'_>) -> Result<bool, Failure> {
        let ours = commands::definitions(self.server.is_none());
        let differs = !commands::same(&self.registered(http, failed).await?, &ours);
        if differs {
            rest::replace(http, self.route(), &ours, failed).await?;
        }
        Ok(differs)
    }
}

/// The bot's application on Discord, for commands of the command line.
pub struct Application {
    http: Http,
    id: Id,
}

impl Application {
    /// Asks Discord whose token this is.
    ///
    /// # Errors
    /// If Discord cannot be asked, or does not accept the token.
    pub async fn of(token: &str, settings: &config::Discord) -> anyhow::Result<Application> {
        let http = rest::client(token, settings)?;
        let application = match rest::fetch(&http, Route::Oauth2ApplicationCurrent, rest::UNCOUNTED).await {
            Err(Failure::Refused(401, _)) => anyhow::bail!("{}", ExitReason::BadToken.advice()),
            other => other.context("cannot ask Discord about the application")?,
        };
        let id = application["id"].as_str().and_then(|id| id.parse().ok()).filter(|id| *id != 0);
        Ok(Application { http, id: id.context("Discord does not say which application it is")? })
    }

    /// The link with which the bot is invited.
    pub fn invitation(&self) -> String {
        commands::invitation(self.id)
    }

    /// The commands that Discord has, on one server or everywhere.
    ///
    /// # Errors
    /// If Discord cannot be asked.
    pub async fn commands(&self, server: Option<Id>) -> anyhow::Result<Vec<Value>> {
        self.scope(server).registered(&self.http, rest::UNCOUNTED).await.context("cannot ask Discord for the commands")
    }

    /// Registers our commands; says whether anything differed.
    ///
    /// # Errors
    /// If Discord does not take them.
    pub async fn register(&self, server: Option<Id>) -> anyhow::Result<bool> {
        self.scope(server).bring_up_to_date(&self.http, rest::UNCOUNTED).await.context("cannot register the commands")
    }

    /// Removes all commands.
    ///
    /// # Errors
    /// If Discord refuses.
    pub async fn clear(&self, server: Option<Id>) -> anyhow::Result<()> {
        let nothing: [Value; 0] = [];
        rest::replace(&self.http, self.scope(server).route(), &nothing, rest::UNCOUNTED).await.context("cannot remove the commands")
    }

    fn scope(&self, server: Option<Id>) -> Scope {
        Scope { application: self.id, server }
    }
}
