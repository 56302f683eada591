//! ShardEvents of the connection's life. serenity tells them to nobody but its log, so they are read off its log lines; the version of serenity
//! is held fast in `Cargo.toml`, and the end-to-end tests need every one of these lines.
//!
//! The lines themselves are never printed: some quote what was received, and with it what people wrote.
//!
//! One of its spans tells, too, when a shard is about to connect in order to identify, and it is opened just there: so a shard can be held up.

use factotum_service::exit::ExitReason;
use factotum_service::health::ShardEvent;
use std::future::ready;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Poll, Waker};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::unconstrained;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// A module of serenity's, what its line has to say, and of what it is a sign for a shard.
type Line = (&'static str, &'static str, fn(u32) -> ShardEvent);

const LINES: &[Line] = &[
    ("serenity::gateway::ws", "] Identifying", ShardEvent::Identifying),
    ("serenity::gateway::ws", "Err decompressing bytes", |_| ShardEvent::Unreadable),
    ("serenity::gateway::ws", "Err deserializing", |_| ShardEvent::Unreadable),
    ("serenity::gateway::shard", "Received heartbeat ack", ShardEvent::HeartbeatAcknowledged),
    ("serenity::gateway::shard", "Attempting to resume", ShardEvent::Disconnected),
    ("serenity::gateway::shard", "Sent invalid authentication", |_| ShardEvent::Rejected(ExitReason::BadToken)),
    ("serenity::gateway::shard", "Invalid gateway intents", |_| ShardEvent::Rejected(ExitReason::BadIntents)),
    ("serenity::gateway::shard", "Disallowed gateway intents", |_| ShardEvent::Rejected(ExitReason::BadIntents)),
    ("serenity::gateway::shard", "Sent invalid shard data", |_| ShardEvent::Rejected(ExitReason::BadShards)),
    ("serenity::gateway::shard", "Shard has too many guilds", |_| ShardEvent::Rejected(ExitReason::BadShards)),
    ("serenity::gateway::shard", "Unknown unclean close 4012", |_| ShardEvent::Rejected(ExitReason::BadVersion)),
    ("serenity::gateway::bridge::shard_runner", "Requesting restart", ShardEvent::Disconnected),
];

/// The module and the name of the span in which serenity starts a shard: after it has waited its own five seconds, directly before it takes the
/// gateway's address from under its lock, and connects. Every identify comes that way, and nothing else does; to take a session up again is
/// another way.
const START: (&str, &str) = ("serenity::gateway::bridge::shard_queuer", "start");

/// A shard that is about to connect in order to identify. It waits for the lock, behind us.
pub(in crate::adapter) struct Held {
    pub shard: u32,
    pub lock: Lock,
}

/// A place in the line for the gateway's address.
type Lock = Pin<Box<dyn Future<Output = OwnedMutexGuard<String>> + Send>>;

/// Where shards are held up.
#[derive(Debug)]
struct Gate {
    address: Arc<Mutex<String>>,
    held: UnboundedSender<Held>,
}

impl Gate {
    /// Gets into the line before serenity, which is about to. The lock is given to whoever came first.
    fn hold(&self, shard: u32) {
        // Without tokio's budget for tasks, which may be spent, the first poll has a place for sure.
        let mut lock: Lock = Box::pin(unconstrained(self.address.clone().lock_owned()));
        let lock = match lock.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())) {
            Poll::Ready(guard) => Box::pin(ready(guard)),
            Poll::Pending => lock,
        };
        // Nobody may be there any more.
        let _ = self.held.send(Held { shard, lock });
    }
}

/// The signs as they come. What is read off the log and what is heard of events go one way, so that "lost" and "resumed" keep their order.
#[derive(Debug)]
pub struct ShardEvents {
    sender: UnboundedSender<ShardEvent>,
    receiver: UnboundedReceiver<ShardEvent>,
    gate: Arc<OnceLock<Gate>>,
}

impl ShardEvents {
    /// Holds up every shard that is about to identify, by the lock of the gateway's address.
    pub(in crate::adapter) fn hold(&self, address: Arc<Mutex<String>>) -> UnboundedReceiver<Held> {
        let (held, coming) = unbounded_channel();
        // A second connection of the same process there is not.
        let _ = self.gate.set(Gate { address, held });
        coming
    }

    /// The next one, once there is one.
    pub(in crate::adapter) async fn next(&mut self) -> Option<ShardEvent> {
        self.receiver.recv().await
    }

    /// Where others can send theirs.
    pub(in crate::adapter) fn sender(&self) -> UnboundedSender<ShardEvent> {
        self.sender.clone()
    }
}

/// A layer that takes note of signs, and where they come out.
pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> (impl Layer<S> + Send + Sync, ShardEvents) {
    let (sender, receiver) = unbounded_channel();
    let gate = Arc::new(OnceLock::new());
    let gateway_log = GatewayLog { sender: sender.clone(), gate: gate.clone() };
    (gateway_log.with_filter(filter_fn(concerns)), ShardEvents { sender, receiver, gate })
}

/// Events of these modules only. Of their spans just one: to open the others would put everything that is received into words.
fn concerns(metadata: &Metadata<'_>) -> bool {
    if metadata.is_span() {
        return (metadata.target(), metadata.name()) == START;
    }
    // Of the least level, only the shard's own lines matter; the others come by the thousand.
    let level = if metadata.target() == "serenity::gateway::shard" { Level::TRACE } else { Level::DEBUG };
    *metadata.level() <= level && LINES.iter().any(|(target, _, _)| *target == metadata.target())
}

struct GatewayLog {
    sender: UnboundedSender<ShardEvent>,
    gate: Arc<OnceLock<Gate>>,
}

impl<S: Subscriber> Layer<S> for GatewayLog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        if let Some(sign) = sign(event.metadata().target(), &message.0) {
            // Nobody may be listening any more.
            let _ = self.sender.send(sign);
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        // No other span comes here.
        if let Some(gate) = self.gate.get() {
            let mut id = ShardField(String::new());
            attributes.record(&mut id);
            gate.hold(shard(&id.0));
        }
    }
}

/// The field `id` of a span, as `ShardId(3)`.
struct ShardField(String);

impl Visit for ShardField {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "id" {
            self.0 = format!("{value:?}");
        }
    }
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

fn sign(target: &str, message: &str) -> Option<ShardEvent> {
    // What was received may be quoted behind: only the beginning is serenity's own.
    let own = factotum_core::text::truncate(message, 120);
    let (_, _, sign) = LINES.iter().find(|(module, words, _)| *module == target && own.contains(words))?;
    Some(sign(shard(own)))
}

/// The shard that a line speaks of: `[ShardInfo { id: ShardId(3), total: 4 }] ...`.
fn shard(message: &str) -> u32 {
    let digits = message.split("ShardId(").nth(1).unwrap_or_default();
    digits.split(')').next().and_then(|d| d.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_with_their_shards() {
        let line = |rest: &str| format!("[ShardInfo {{ id: ShardId(3), total: 4 }}] {rest}");
        assert_eq!(sign("serenity::gateway::ws", &line("Identifying")), Some(ShardEvent::Identifying(3)));
        assert_eq!(sign("serenity::gateway::shard", &line("Received heartbeat ack")), Some(ShardEvent::HeartbeatAcknowledged(3)));
        assert_eq!(
            sign("serenity::gateway::shard", &line("Unknown unclean close 4012: None")),
            Some(ShardEvent::Rejected(ExitReason::BadVersion))
        );
        assert_eq!(sign("serenity::gateway::shard", &line("Unknown unclean close 4000: None")), None);
        assert_eq!(
            sign("serenity::gateway::ws", &format!("Err deserializing text: x; text: {}] Identifying", "y".repeat(200))),
            Some(ShardEvent::Unreadable)
        );
        assert_eq!(sign("somewhere::else", &line("Identifying")), None);
    }

    #[tokio::test]
    async fn whoever_starts_a_shard_is_held_up() {
        use tracing_subscriber::prelude::*;
        #[derive(Debug)]
        #[expect(dead_code, reason = "it is read by its Debug")]
        struct ShardId(u32);
        let start = |number| {
            drop(tracing::info_span!(target: "serenity::gateway::bridge::shard_queuer", "start", id = ?ShardId(number), total = 4_u32));
            drop(tracing::info_span!(target: "serenity::gateway::bridge::shard_queuer", "check_last_start"));
        };
        let (layer, signs) = layer();
        let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        start(9);
        let address = Arc::new(Mutex::new(String::new()));
        let mut coming = signs.hold(address.clone());
        start(3);
        let Held { shard, lock } = coming.recv().await.expect("the first: without a gate nobody was held up");
        assert!(shard == 3 && address.try_lock().is_err());
        drop(lock.await);
        // Another shard takes its session up again just now.
        let other = address.clone().try_lock_owned().expect("the gate is open");
        start(2);
        let mut serenity = Box::pin(address.lock());
        assert!(serenity.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())).is_pending());
        drop(other);
        let Held { shard, lock } = coming.recv().await.expect("the second");
        let guard = lock.await;
        assert!(shard == 2 && serenity.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())).is_pending(), "we came first");
        drop(guard);
        drop(serenity.await);
    }
}
