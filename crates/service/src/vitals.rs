//! What the running bot knows of itself: whether it is ready, which base is in force, what became of the last reload, and its metrics.

use crate::exit::ExitReason;
use crate::health::{ConnectionCounts, ConnectionHealth, ShardEvent};
use crate::metrics::{Metrics, Reloaded, resident_memory};
use crate::reload::Refusal;
use factotum_core::knowledge::KnowledgeBase;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

/// All of it, for those who report and those who ask.
#[derive(Debug)]
pub struct Vitals {
    /// What is counted.
    pub metrics: Metrics,
    /// Whether interactions are being taken over HTTP: there is no connection to wait for.
    serving: AtomicBool,
    /// The connection; nothing before it is known what to connect.
    health: Mutex<Option<ConnectionHealth>>,
    base: Mutex<Value>,
    last_reload: Mutex<Value>,
    stopping: AtomicBool,
}

impl Vitals {
    /// Of a bot that starts now, with this base.
    pub fn new(base: &KnowledgeBase, now: SystemTime) -> Vitals {
        Vitals {
            metrics: Metrics::new(base, now),
            serving: AtomicBool::new(false),
            health: Mutex::default(),
            base: Mutex::new(described(base)),
            last_reload: Mutex::default(),
            stopping: AtomicBool::new(false),
        }
    }

    /// The bot begins to connect these shards.
    pub fn connecting(&self, health: ConnectionHealth) {
        *locked(&self.health) = Some(health);
    }

    /// Interactions are being taken over HTTP.
    pub fn serving(&self) {
        self.serving.store(true, Ordering::Relaxed);
    }

    /// The bot is about to stop.
    pub fn stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Records an event of the connection. Returns the reason if the bot must exit.
    pub fn record(&self, event: ShardEvent, now: Instant) -> Option<ExitReason> {
        let mut health = locked(&self.health);
        let health = health.as_mut()?;
        let before = health.counts().losses;
        let ended = health.record(event, now);
        self.metrics.shard_event(event, health.counts().losses > before);
        ended
    }

    /// Whether every shard is connected and alive, or interactions are being taken over HTTP.
    pub fn ready(&self, now: Instant) -> bool {
        let connected = || locked(&self.health).as_ref().is_some_and(|health| health.ready(now));
        !self.stopping.load(Ordering::Relaxed) && (self.serving.load(Ordering::Relaxed) || connected())
    }

    /// Whether there has been no connection for too long.
    pub fn timed_out(&self, now: Instant) -> bool {
        locked(&self.health).as_ref().is_some_and(|health| health.timed_out(now))
    }

    /// What has been counted of the connection.
    pub fn counts(&self) -> ConnectionCounts {
        locked(&self.health).as_ref().map(ConnectionHealth::counts).unwrap_or_default()
    }

    /// Another base is in force.
    pub fn accepted(&self, base: &KnowledgeBase, now: SystemTime) {
        self.metrics.in_force(base, now);
        *locked(&self.base) = described(base);
        self.reloaded(Reloaded::Accepted, json!({}), now);
    }

    /// The knowledge as it lies there was refused.
    pub fn refused(&self, refusal: &Refusal, now: SystemTime) {
        self.reloaded(Reloaded::Refused, refusal.json(), now);
    }

    /// The knowledge as it lies there is what is in force.
    pub fn unchanged(&self, now: SystemTime) {
        self.reloaded(Reloaded::Unchanged, json!({}), now);
    }

    fn reloaded(&self, result: Reloaded, mut detail: Value, now: SystemTime) {
        self.metrics.reloaded(result);
        detail["result"] = json!(result.as_str());
        detail["unix_seconds"] = json!(now.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default());
        *locked(&self.last_reload) = detail;
    }

    /// Whether the bot is ready, and in JSON why not, shard by shard, with the base in force and what became of the last reload.
    pub fn readiness(&self, now: Instant) -> (bool, Value) {
        let stopping = self.stopping.load(Ordering::Relaxed);
        let health = locked(&self.health);
        let shards = health.as_ref().map(|health| health.shards(now)).unwrap_or_default();
        let why = match () {
            () if stopping => Some("stopping"),
            () if self.serving.load(Ordering::Relaxed) => None,
            () if shards.is_empty() => Some("not-connected-yet"),
            () if shards.iter().any(|shard| !shard.connected) => Some("shard-not-connected"),
            () if shards.iter().any(|shard| !shard.ready) => Some("no-sign-of-life"),
            () => None,
        };
        let shards: Vec<Value> = shards
            .iter()
            .map(|shard| {
                let alive = shard.alive.map(|since| since.as_secs());
                json!({"shard": shard.number, "ready": shard.ready, "connected": shard.connected, "seconds_since_sign_of_life": alive})
            })
            .collect();
        let ready = why.is_none();
        let detail =
            json!({"ready": ready, "why": why, "shards": shards, "base": *locked(&self.base), "last_reload": *locked(&self.last_reload)});
        (ready, detail)
    }

    /// Which program and which base.
    pub fn version(&self) -> Value {
        json!({"program": "factotum", "version": env!("CARGO_PKG_VERSION"), "base": *locked(&self.base)})
    }

    /// All metrics.
    pub fn metrics_text(&self, now: Instant) -> String {
        let ready = self.ready(now);
        self.metrics.text(locked(&self.health).as_ref(), ready, resident_memory(), now)
    }
}

/// A base in a few figures.
fn described(base: &KnowledgeBase) -> Value {
    let phrases: usize = base.intents.iter().map(|i| i.paraphrases.len()).sum();
    json!({
        "version": base.version, "facts": base.facts.len(), "intents": base.intents.len(), "phrases": phrases,
        "near_misses": base.unanswerables.len(), "sources": base.sources.len(), "topics": base.topics().len(),
    })
}

/// What is under these locks is replaced as a whole, or counted.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
