//! Replies on their way to Discord, bounded so that a flood in some channels holds nothing else up: interactions have room of their own, and no
//! channel takes more than its share of the rest.

use crate::event::{Id, Now};
use factotum_service::lock::locked;
use factotum_service::status::{Replies, ServiceStatus};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{RwLock, RwLockReadGuard, Semaphore};
use tokio::time::timeout_at;

/// Most responses to interactions at once. Each takes less than three seconds.
const INTERACTIONS: u32 = 1_000;
/// How long a response may wait for room, from when its interaction arrived: Discord waits for three seconds.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(2_700);
/// Most messages that are being sent or wait for it. At some kilobytes each, they take 20 MB at worst.
const MESSAGES: u32 = 2_000;
/// Most of them in one channel. Discord lets a bot send about one message a second there, so the last one arrives after twenty seconds.
const IN_CHANNEL: usize = 20;
/// Most that are being sent at once: each has a connection, which takes 100 kB. Discord takes 50 requests a second, each in some tenths of one.
const SENDING: usize = 250;
/// Most that are being sent at once in one channel, so that no few slow channels take all connections.
const SENDING_IN_CHANNEL: usize = 2;
/// How often the log may say that replies are dropped.
const WARN_INTERVAL: Duration = Duration::from_secs(60);

/// Replies on their way.
pub(super) struct Deliveries {
    status: Arc<ServiceStatus>,
    interactions: Semaphore,
    messages: Semaphore,
    sending: Semaphore,
    channels: Mutex<HashMap<Id, Channel>>,
    /// Read by each event from before it is decided until its replies are delivered or dropped.
    events: RwLock<()>,
    /// When the log last had a warning.
    warned: Mutex<Option<Instant>>,
}

/// The messages of a channel.
struct Channel {
    accepted: usize,
    sending: Arc<Semaphore>,
}

/// Why a reply was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// Its channel has too many.
    InChannel,
    /// There are too many in all.
    InAll,
}

impl std::fmt::Display for NoRoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NoRoom::InChannel => "too many replies are on their way to this channel",
            NoRoom::InAll => "too many replies are on their way",
        })
    }
}

impl NoRoom {
    /// Its name in metrics.
    pub(super) const NAME: &'static str = "no-room";
}

impl Deliveries {
    pub(super) fn new(status: Arc<ServiceStatus>) -> Deliveries {
        Deliveries {
            status,
            interactions: Semaphore::new(INTERACTIONS as usize),
            messages: Semaphore::new(MESSAGES as usize),
            sending: Semaphore::new(SENDING),
            channels: Mutex::default(),
            events: RwLock::default(),
            warned: Mutex::default(),
        }
    }

    /// Delivers the response to an interaction that arrived at `received`.
    pub(super) async fn interaction<T>(&self, received: Now, delivery: impl Future<Output = T>) -> Result<T, NoRoom> {
        let _counted = self.status.replies_in_flight(Replies::Interactions);
        match timeout_at((received + RESPONSE_TIMEOUT).into(), self.interactions.acquire()).await {
            Ok(_permit) => Ok(delivery.await),
            Err(_) => Err(self.full()),
        }
    }

    /// Delivers messages to a channel.
    pub(super) async fn messages<T>(&self, channel: Id, delivery: impl Future<Output = T>) -> Result<T, NoRoom> {
        let Ok(_accepted) = self.messages.try_acquire() else { return Err(self.full()) };
        let Some(place) = self.enter(channel) else { return Err(self.warned(NoRoom::InChannel)) };
        let _counted = self.status.replies_in_flight(Replies::Messages);
        // Neither semaphore is ever closed.
        let (_one, _all) = (place.sending.acquire().await, self.sending.acquire().await);
        Ok(delivery.await)
    }

    /// An event begins to be answered; it ends when this is dropped.
    pub(super) async fn begin(&self) -> RwLockReadGuard<'_, ()> {
        self.events.read().await
    }

    /// Waits until all events that have begun are answered. Further ones do not begin.
    pub(super) async fn finish(&self) {
        drop(self.events.write().await);
    }

    fn full(&self) -> NoRoom {
        self.status.overloaded(Instant::now());
        self.warned(NoRoom::InAll)
    }

    /// Warns of dropped replies, now and then.
    fn warned(&self, reason: NoRoom) -> NoRoom {
        let mut last = locked(&self.warned);
        if last.is_none_or(|last| last.elapsed() >= WARN_INTERVAL) {
            *last = Some(Instant::now());
            tracing::warn!("replies are dropped: {reason}; factotum_undelivered_replies_total counts them");
        }
        reason
    }

    fn enter(&self, channel: Id) -> Option<Place<'_>> {
        let mut channels = locked(&self.channels);
        let entry =
            channels.entry(channel).or_insert_with(|| Channel { accepted: 0, sending: Arc::new(Semaphore::new(SENDING_IN_CHANNEL)) });
        if entry.accepted >= IN_CHANNEL {
            return None;
        }
        entry.accepted += 1;
        Some(Place { deliveries: self, channel, sending: entry.sending.clone() })
    }
}

/// A place among the messages of a channel. A channel without messages is forgotten.
struct Place<'a> {
    deliveries: &'a Deliveries,
    channel: Id,
    sending: Arc<Semaphore>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut channels = locked(&self.deliveries.channels);
        if let Some(entry) = channels.get_mut(&self.channel) {
            entry.accepted -= 1;
            if entry.accepted == 0 {
                channels.remove(&self.channel);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};
    use std::time::SystemTime;

    fn deliveries() -> Arc<Deliveries> {
        let status = ServiceStatus::new(factotum_built_in::answerer().base(), SystemTime::now());
        Arc::new(Deliveries::new(Arc::new(status)))
    }

    /// Polls deliveries that never end, once each; they hold their places while they are kept.
    async fn stuck(deliveries: &Arc<Deliveries>, channels: impl Iterator<Item = Id>) -> (Vec<tokio::task::JoinHandle<()>>, usize) {
        let (mut kept, mut dropped) = (Vec::new(), 0);
        for channel in channels {
            let mut delivery = Box::pin({
                let deliveries = deliveries.clone();
                async move { deliveries.messages(channel, pending::<()>()).await.err() }
            });
            let refused = std::future::poll_fn(|context| match delivery.as_mut().poll(context) {
                std::task::Poll::Ready(refused) => std::task::Poll::Ready(refused),
                std::task::Poll::Pending => std::task::Poll::Ready(None),
            })
            .await;
            dropped += usize::from(refused.is_some());
            if refused.is_none() {
                kept.push(tokio::spawn(async move { assert_eq!(delivery.await, None) }));
            }
        }
        (kept, dropped)
    }

    #[tokio::test]
    async fn slow_channels_hold_nothing_else_up() {
        let deliveries = deliveries();
        // 300 people mention the bot ten times each in 60 channels that take nothing.
        let (kept, dropped) = stuck(&deliveries, (0..3_000).map(|n| n % 60)).await;
        assert_eq!((kept.len(), dropped), (60 * IN_CHANNEL, 3_000 - 60 * IN_CHANNEL));
        assert_eq!(deliveries.messages(99, ready(1)).await, Ok(1), "another channel");
        assert_eq!(deliveries.messages(7, ready(1)).await, Err(NoRoom::InChannel));
        assert_eq!(deliveries.interaction(Instant::now(), ready(1)).await, Ok(1), "commands");
        assert!(deliveries.status.readiness(Instant::now()).1["replies_in_flight"]["messages"] == 60 * IN_CHANNEL);
        for task in kept {
            task.abort();
            let _ = task.await;
        }
        assert!(locked(&deliveries.channels).is_empty(), "nothing is remembered");
        let begun = deliveries.begin().await;
        let mut finishing = Box::pin(deliveries.finish());
        tokio::select! {
            biased;
            () = &mut finishing => panic!("an event is being answered"),
            () = ready(()) => {}
        }
        drop(begun);
        finishing.await;
    }

    #[tokio::test]
    async fn there_is_a_limit_in_all_and_it_shows() {
        let deliveries = deliveries();
        let (_kept, dropped) = stuck(&deliveries, 0..u64::from(MESSAGES) + 5).await;
        assert_eq!(dropped, 5);
        assert_eq!(deliveries.messages(1_000_000, ready(1)).await, Err(NoRoom::InAll));
        assert_eq!(deliveries.status.readiness(Instant::now()).1["why"], "overloaded");
        assert_eq!(deliveries.interaction(Instant::now(), ready(1)).await, Ok(1));
        // One that has no time left is not waited for.
        let _all = deliveries.interactions.acquire_many(INTERACTIONS).await;
        assert_eq!(deliveries.interaction(Instant::now() - RESPONSE_TIMEOUT, ready(1)).await, Err(NoRoom::InAll));
    }
}
