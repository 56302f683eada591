//! The status of the running program: whether it is ready, its knowledge base, the last reload, and its metrics.

use crate::exit::ExitReason;
use crate::health::{ConnectionCounts, ConnectionHealth, ShardEvent};
use crate::lock::locked;
use crate::metrics::{Metrics, Reloaded, Size, resident_memory};
use crate::reload::Rejection;
use factotum_core::knowledge::KnowledgeBase;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// How long the program counts as overloaded after a reply was dropped because too many were on their way: longer than a probe's interval.
const OVERLOADED: Duration = Duration::from_secs(15);

/// The status, which all parts of the program report to and `/readyz` and others show.
#[derive(Debug)]
pub struct ServiceStatus {
    /// The metrics.
    pub metrics: Metrics,
    /// Whether interactions are served over HTTP, without a connection to the gateway.
    serving: AtomicBool,
    /// The connection; `None` until it is known which shards to connect.
    health: Mutex<Option<ConnectionHealth>>,
    /// The knowledge bases by name; the main one has none.
    bases: Mutex<BTreeMap<String, Loaded>>,
    stopping: AtomicBool,
    /// Replies on their way: to messages, to interactions.
    in_flight: [AtomicU64; 2],
    /// When a reply was last dropped because too many were on their way.
    overloaded: Mutex<Option<Instant>>,
    /// Since when a reload has been running.
    reloading: Mutex<Option<Instant>>,
}

/// A knowledge base in use.
#[derive(Debug)]
struct Loaded {
    size: Size,
    /// The same with more figures, for people.
    described: Value,
    /// `null` before the first reload.
    last_reload: Value,
    /// Whether the last reload was rejected.
    rejected: bool,
}

impl Loaded {
    fn of(base: &KnowledgeBase) -> Loaded {
        Loaded { size: Size::of(base), described: described(base), last_reload: Value::Null, rejected: false }
    }
}

/// The name of the main knowledge base.
pub const MAIN: &str = "";

/// What replies are to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replies {
    /// Messages.
    Messages,
    /// Interactions.
    Interactions,
}

impl Replies {
    const ALL: [(Replies, &'static str); 2] = [(Replies::Messages, "messages"), (Replies::Interactions, "interactions")];
}

/// A reply on its way, until it is dropped.
#[derive(Debug)]
pub struct ReplyInFlight<'a>(&'a AtomicU64);

impl Drop for ReplyInFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A reload that is running, until it is dropped.
#[derive(Debug)]
pub struct Reloading<'a>(&'a ServiceStatus);

impl Drop for Reloading<'_> {
    fn drop(&mut self) {
        *locked(&self.0.reloading) = None;
    }
}

impl ServiceStatus {
    /// The status of a program that starts now with this knowledge base.
    pub fn new(base: &KnowledgeBase, now: SystemTime) -> ServiceStatus {
        ServiceStatus {
            metrics: Metrics::new(base, now),
            serving: AtomicBool::new(false),
            health: Mutex::default(),
            bases: Mutex::new([(MAIN.to_owned(), Loaded::of(base))].into()),
            stopping: AtomicBool::new(false),
            in_flight: Default::default(),
            overloaded: Mutex::default(),
            reloading: Mutex::default(),
        }
    }

    /// A reply is on its way.
    pub fn replies_in_flight(&self, to: Replies) -> ReplyInFlight<'_> {
        let count = &self.in_flight[to as usize];
        count.fetch_add(1, Ordering::Relaxed);
        ReplyInFlight(count)
    }

    /// A reply was dropped because too many are on their way.
    pub fn overloaded(&self, now: Instant) {
        *locked(&self.overloaded) = Some(now);
    }

    /// A reload begins.
    pub fn reloading(&self, now: Instant) -> Reloading<'_> {
        *locked(&self.reloading) = Some(now);
        Reloading(self)
    }

    fn is_overloaded(&self, now: Instant) -> bool {
        locked(&self.overloaded).is_some_and(|at| now.saturating_duration_since(at) < OVERLOADED)
    }

    /// The bot starts to connect its shards.
    pub fn connecting(&self, health: ConnectionHealth) {
        *locked(&self.health) = Some(health);
    }

    /// Interactions are served over HTTP.
    pub fn serving(&self) {
        self.serving.store(true, Ordering::Relaxed);
    }

    /// The program is about to stop.
    pub fn stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Something happened to a shard. Returns how the bot ends, if it does.
    pub fn record(&self, event: ShardEvent, now: Instant) -> Option<ExitReason> {
        let mut health = locked(&self.health);
        let health = health.as_mut()?;
        let before = health.counts().losses;
        let ended = health.record(event, now);
        self.metrics.shard_event(event, health.counts().losses > before);
        ended
    }

    /// Whether every shard is connected and alive, or interactions are served over HTTP.
    pub fn ready(&self, now: Instant) -> bool {
        let connected = || locked(&self.health).as_ref().is_some_and(|health| health.ready(now));
        let busy = self.stopping.load(Ordering::Relaxed) || self.is_overloaded(now);
        !busy && (self.serving.load(Ordering::Relaxed) || connected())
    }

    /// Whether there has been no connection for `reconnect_timeout_seconds`.
    pub fn timed_out(&self, now: Instant) -> bool {
        locked(&self.health).as_ref().is_some_and(|health| health.timed_out(now))
    }

    /// What has been counted since the start.
    pub fn counts(&self) -> ConnectionCounts {
        locked(&self.health).as_ref().map(ConnectionHealth::counts).unwrap_or_default()
    }

    /// Another knowledge base is in use, that of a guild.
    pub fn also_in_use(&self, name: &str, base: &KnowledgeBase, now: SystemTime) {
        let mut bases = locked(&self.bases);
        bases.insert(name.to_owned(), Loaded::of(base));
        self.metrics.all_loaded(bases.values().map(|loaded| &loaded.size), now);
    }

    /// A reload of the knowledge base with this name was accepted, and it is in use now.
    pub fn accepted(&self, name: &str, base: &KnowledgeBase, now: SystemTime) {
        self.also_in_use(name, base, now);
        self.reloaded(name, Reloaded::Accepted, json!({}), now);
    }

    /// A reload was rejected.
    pub fn rejected(&self, name: &str, rejection: &Rejection, now: SystemTime) {
        self.reloaded(name, Reloaded::Rejected, rejection.json(), now);
    }

    /// A reload found nothing new.
    pub fn unchanged(&self, name: &str, now: SystemTime) {
        self.reloaded(name, Reloaded::Unchanged, json!({}), now);
    }

    fn reloaded(&self, name: &str, result: Reloaded, mut detail: Value, now: SystemTime) {
        detail["result"] = json!(result.as_str());
        detail["unix_seconds"] = json!(now.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default());
        let mut bases = locked(&self.bases);
        if let Some(loaded) = bases.get_mut(name) {
            (loaded.last_reload, loaded.rejected) = (detail, result == Reloaded::Rejected);
        }
        self.metrics.reloaded(result, bases.values().all(|loaded| !loaded.rejected));
    }

    /// The main knowledge base and its last reload; and those of guilds by name.
    fn bases(&self) -> (Value, Value, Value) {
        let bases = locked(&self.bases);
        let main = bases.get(MAIN).map(|loaded| (loaded.described.clone(), loaded.last_reload.clone())).unwrap_or_default();
        let of_guild =
            |(name, loaded): (&String, &Loaded)| (name.clone(), json!({"base": loaded.described, "last_reload": loaded.last_reload}));
        let guilds: serde_json::Map<String, Value> = bases.iter().filter(|(name, _)| *name != MAIN).map(of_guild).collect();
        (main.0, main.1, guilds.into())
    }

    /// Whether the program is ready; and as JSON the reason if it is not, every shard, the knowledge base and the last reload.
    pub fn readiness(&self, now: Instant) -> (bool, Value) {
        let stopping = self.stopping.load(Ordering::Relaxed);
        let health = locked(&self.health);
        let shards = health.as_ref().map(|health| health.shards(now)).unwrap_or_default();
        let why = match () {
            () if stopping => Some("stopping"),
            () if self.is_overloaded(now) => Some("overloaded"),
            () if self.serving.load(Ordering::Relaxed) => None,
            () if shards.is_empty() => Some("not-connected-yet"),
            () if shards.iter().any(|shard| !shard.connected) => Some("shard-not-connected"),
            () if shards.iter().any(|shard| !shard.ready) => Some("heartbeat-timeout"),
            () => None,
        };
        let shards: Vec<Value> = shards
            .iter()
            .map(|shard| {
                let alive = shard.alive.map(|since| since.as_secs());
                json!({"shard": shard.number, "ready": shard.ready, "connected": shard.connected, "seconds_since_heartbeat": alive})
            })
            .collect();
        let ready = why.is_none();
        let in_flight: serde_json::Map<String, Value> = Replies::ALL
            .iter()
            .map(|(to, name)| ((*name).to_owned(), json!(self.in_flight[*to as usize].load(Ordering::Relaxed))))
            .collect();
        let reloading = locked(&self.reloading).map(|since| now.saturating_duration_since(since).as_secs());
        let (base, last_reload, guilds) = self.bases();
        let detail = json!({
            "ready": ready, "why": why, "shards": shards, "replies_in_flight": in_flight, "base": base, "last_reload": last_reload,
            "guild_bases": guilds, "reload_running_seconds": reloading,
        });
        (ready, detail)
    }

    /// The versions of the program and of its knowledge base.
    pub fn version(&self) -> Value {
        json!({"program": "factotum", "version": env!("CARGO_PKG_VERSION"), "base": self.bases().0})
    }

    /// All metrics.
    pub fn metrics_text(&self, now: Instant) -> String {
        let ready = self.ready(now);
        for (to, name) in Replies::ALL {
            self.metrics.in_flight(name, self.in_flight[to as usize].load(Ordering::Relaxed));
        }
        self.metrics.reloading(locked(&self.reloading).map(|since| now.saturating_duration_since(since)));
        self.metrics.text(locked(&self.health).as_ref(), ready, resident_memory(), now)
    }
}

/// A knowledge base in a few figures.
fn described(base: &KnowledgeBase) -> Value {
    let paraphrases: usize = base.intents.iter().map(|i| i.paraphrases.len()).sum();
    json!({
        "version": base.version, "facts": base.facts.len(), "intents": base.intents.len(), "paraphrases": paraphrases,
        "unanswerable": base.unanswerables.len(), "sources": base.sources.len(), "topics": base.topics().len(),
    })
}
