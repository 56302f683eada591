//! Reads shard events from serenity's log, the only place where serenity reports them. The end-to-end tests need every line listed here.
//!
//! The lines are never printed: some quote what was received, including what people wrote.
//!
//! One of serenity's spans opens right before a shard connects in order to identify. That is where a shard can be held back.

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

/// A module of serenity, a part of its log line, and the event that it stands for.
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

/// The line that quotes how often the gateway wants heartbeats, in milliseconds.
const HELLO: (&str, &str) = ("serenity::gateway::shard", "Received a Hello; interval: ");
/// The shortest time between heartbeats, in milliseconds. Discord asks for one every 41 seconds; with 0, serenity would do nothing else.
const MIN_HEARTBEAT: u64 = 100;

/// The module and name of the span in which serenity starts a shard: after its own pause of five seconds, right before it locks the gateway's
/// address and connects. Every identify goes through it, and nothing else does: resuming a session does not.
const START: (&str, &str) = ("serenity::gateway::bridge::shard_queuer", "start");

/// A shard that is about to identify. It waits for the lock, behind us.
pub(in crate::adapter) struct HeldShard {
    pub shard: u32,
    pub lock: Lock,
}

/// Our place in the line for the gateway's address.
type Lock = Pin<Box<dyn Future<Output = OwnedMutexGuard<String>> + Send>>;

/// Where shards are held back.
#[derive(Debug)]
struct AddressGate {
    address: Arc<Mutex<String>>,
    held: UnboundedSender<HeldShard>,
}

impl AddressGate {
    /// Gets into the line ahead of serenity, which is about to. The lock goes to the first in line.
    fn hold(&self, shard: u32) {
        // Outside of tokio's task budget, which may be used up, the first poll is sure to get a place.
        let mut lock: Lock = Box::pin(unconstrained(self.address.clone().lock_owned()));
        let lock = match lock.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())) {
            Poll::Ready(guard) => Box::pin(ready(guard)),
            Poll::Pending => lock,
        };
        // The receiver may be gone.
        let _ = self.held.send(HeldShard { shard, lock });
    }
}

/// The shard events in order. Those from the log and those from serenity's event handler share one channel, so that "disconnected" and
/// "resumed" keep their order.
#[derive(Debug)]
pub struct ShardEvents {
    sender: UnboundedSender<ShardEvent>,
    receiver: UnboundedReceiver<ShardEvent>,
    gate: Arc<OnceLock<AddressGate>>,
}

impl ShardEvents {
    /// Holds back every shard that is about to identify, with the lock of the gateway's address.
    pub(in crate::adapter) fn hold(&self, address: Arc<Mutex<String>>) -> UnboundedReceiver<HeldShard> {
        let (held, coming) = unbounded_channel();
        // A process has only one connection.
        let _ = self.gate.set(AddressGate { address, held });
        coming
    }

    /// Waits for the next event.
    pub(in crate::adapter) async fn next(&mut self) -> Option<ShardEvent> {
        self.receiver.recv().await
    }

    /// A sender for other sources of events.
    pub(in crate::adapter) fn sender(&self) -> UnboundedSender<ShardEvent> {
        self.sender.clone()
    }
}

/// The log layer that reads shard events, and the events.
pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> (impl Layer<S> + Send + Sync, ShardEvents) {
    let (sender, receiver) = unbounded_channel();
    let gate = Arc::new(OnceLock::new());
    let gateway_log = GatewayLog { sender: sender.clone(), gate: gate.clone() };
    (gateway_log.with_filter(filter_fn(concerns)), ShardEvents { sender, receiver, gate })
}

/// Only log lines of these modules, and only one of their spans: opening the others would format everything that is received.
fn concerns(metadata: &Metadata<'_>) -> bool {
    if metadata.is_span() {
        return (metadata.target(), metadata.name()) == START;
    }
    // At trace level only the shard module matters; the others log thousands of lines.
    let level = if metadata.target() == "serenity::gateway::shard" { Level::TRACE } else { Level::DEBUG };
    *metadata.level() <= level && LINES.iter().any(|(target, _, _)| *target == metadata.target())
}

struct GatewayLog {
    sender: UnboundedSender<ShardEvent>,
    gate: Arc<OnceLock<AddressGate>>,
}

impl<S: Subscriber> Layer<S> for GatewayLog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        if let Some(shard_event) = shard_event(event.metadata().target(), &message.0) {
            // The receiver may be gone.
            let _ = self.sender.send(shard_event);
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        // `concerns` lets no other span through.
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

fn shard_event(target: &str, message: &str) -> Option<ShardEvent> {
    // The rest of a line may quote what was received: only its beginning is serenity's own.
    let own = factotum_core::text::truncate(message, 120);
    if target == HELLO.0
        && let Some((_, interval)) = own.split_once(HELLO.1)
    {
        // A number that does not fit is no short time.
        let interval = interval.parse().unwrap_or(u64::MAX);
        return (interval < MIN_HEARTBEAT).then(|| ShardEvent::HeartbeatTooFast(shard(own)));
    }
    let (_, _, event) = LINES.iter().find(|(module, words, _)| *module == target && own.contains(words))?;
    Some(event(shard(own)))
}

/// The shard that a line is about: `[ShardInfo { id: ShardId(3), total: 4 }] ...`.
fn shard(message: &str) -> u32 {
    let digits = message.split("ShardId(").nth(1).unwrap_or_default();
    digits.split(')').next().and_then(|d| d.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_events() {
        let line = |rest: &str| format!("[ShardInfo {{ id: ShardId(3), total: 4 }}] {rest}");
        assert_eq!(shard_event("serenity::gateway::ws", &line("Identifying")), Some(ShardEvent::Identifying(3)));
        assert_eq!(shard_event("serenity::gateway::shard", &line("Received heartbeat ack")), Some(ShardEvent::HeartbeatAcknowledged(3)));
        assert_eq!(
            shard_event("serenity::gateway::shard", &line("Unknown unclean close 4012: None")),
            Some(ShardEvent::Rejected(ExitReason::BadVersion))
        );
        assert_eq!(shard_event("serenity::gateway::shard", &line("Unknown unclean close 4000: None")), None);
        let hello = |interval: &str| shard_event("serenity::gateway::shard", &line(&format!("Received a Hello; interval: {interval}")));
        assert_eq!(
            ["0", "99", "100", "41250", "99999999999999999999"].map(hello).map(|event| event.is_some()),
            [true, true, false, false, false]
        );
        assert_eq!(
            shard_event("serenity::gateway::ws", &format!("Err deserializing text: x; text: {}] Identifying", "y".repeat(200))),
            Some(ShardEvent::Unreadable)
        );
        assert_eq!(shard_event("somewhere::else", &line("Identifying")), None);
    }

    #[tokio::test]
    async fn a_starting_shard_is_held_back() {
        use tracing_subscriber::prelude::*;
        #[derive(Debug)]
        #[expect(dead_code, reason = "it is read by its Debug")]
        struct ShardId(u32);
        let start = |number| {
            drop(tracing::info_span!(target: "serenity::gateway::bridge::shard_queuer", "start", id = ?ShardId(number), total = 4_u32));
            drop(tracing::info_span!(target: "serenity::gateway::bridge::shard_queuer", "check_last_start"));
        };
        let (layer, shard_events) = layer();
        let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        start(9);
        let address = Arc::new(Mutex::new(String::new()));
        let mut coming = shard_events.hold(address.clone());
        start(3);
        let HeldShard { shard, lock } = coming.recv().await.expect("the first: before `hold`, no shard was held back");
        assert!(shard == 3 && address.try_lock().is_err());
        drop(lock.await);
        // Another shard resumes its session just now.
        let other = address.clone().try_lock_owned().expect("the gate is open");
        start(2);
        let mut serenity = Box::pin(address.lock());
        assert!(serenity.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())).is_pending());
        drop(other);
        let HeldShard { shard, lock } = coming.recv().await.expect("the second");
        let guard = lock.await;
        assert!(shard == 2 && serenity.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())).is_pending(), "we came first");
        drop(guard);
        drop(serenity.await);
    }
}
