//! Receives serenity's events and answers them.

use super::{convert, registration, rest};
use crate::dispatch::Dispatcher;
use crate::event::{Id, Incoming, Now};
use factotum_service::health::ShardEvent;
use serenity::async_trait;
use serenity::client::{Context, RawEventHandler};
use serenity::http::Http;
use serenity::model::event::Event;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;

/// Handler of all events of all shards.
pub(super) struct Listener {
    pub dispatcher: Dispatcher,
    /// The ids of the bot and of its application, once Discord has sent them.
    pub us: OnceLock<(Id, Id)>,
    pub shard_events: UnboundedSender<ShardEvent>,
    /// Bounds the replies in flight.
    pub in_flight: Arc<Semaphore>,
    /// Whether commands are still to be registered.
    pub register: AtomicBool,
}

#[async_trait]
impl RawEventHandler for Listener {
    async fn raw_event(&self, context: Context, event: Event) {
        let received = Instant::now();
        let shard = context.shard_id.0;
        let report = |event| {
            // While the program exits, the receiver may be gone.
            let _ = self.shard_events.send(event);
        };
        match event {
            Event::Ready(event) => {
                let (bot, application) = (event.ready.user.id.get(), event.ready.application.id.get());
                let _ = self.us.set((bot, application));
                report(ShardEvent::Ready(shard));
                // Once for all shards.
                if self.register.swap(false, Ordering::Relaxed) {
                    let metrics = &self.dispatcher.status.metrics;
                    registration::register(&context.http, application, &|failure| metrics.rest_error(failure.as_str())).await;
                }
            }
            Event::Resumed(_) => report(ShardEvent::Resumed(shard)),
            Event::MessageCreate(_) | Event::InteractionCreate(_) => {
                if let Some((bot, application)) = self.us.get()
                    && let Some(incoming) = convert::event(&event, *bot)
                {
                    self.answer(&context.http, *application, &incoming, received).await;
                }
            }
            // Unknown kinds of events do not concern us, but these must be readable.
            Event::Unknown(event) if ["MESSAGE_CREATE", "INTERACTION_CREATE", "READY", "RESUMED"].contains(&event.kind.as_str()) => {
                report(ShardEvent::Unreadable)
            }
            _ => {}
        }
    }
}

impl Listener {
    async fn answer(&self, http: &Http, application: Id, incoming: &Incoming, received: Now) {
        let Ok(_permit) = self.in_flight.acquire().await else { return };
        let in_flight = self.dispatcher.decide(incoming, received);
        for (index, action) in in_flight.decision.actions.iter().enumerate() {
            match rest::deliver(http, application, action, received, &|failure| in_flight.attempt_failed(failure.as_str())).await {
                Ok(()) if index == 0 => in_flight.replied(),
                Ok(()) => {}
                Err(failure) => return in_flight.undelivered(failure.as_str(), &failure),
            }
        }
    }
}
