//! Receives serenity's events and answers them.

use super::deliveries::{Deliveries, NoRoom};
use super::{convert, registration, rest};
use crate::bot::Action;
use crate::dispatch::{Dispatcher, InFlight};
use crate::event::{Id, Incoming, Now};
use factotum_service::health::ShardEvent;
use serenity::async_trait;
use serenity::client::{Context, RawEventHandler};
use serenity::http::Http;
use serenity::model::event::Event;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tokio::sync::mpsc::UnboundedSender;

/// Handler of all events of all shards.
pub(super) struct Listener {
    pub dispatcher: Dispatcher,
    /// The ids of the bot and of its application, once Discord has sent them.
    pub us: OnceLock<(Id, Id)>,
    pub shard_events: UnboundedSender<ShardEvent>,
    /// Bounds the replies in flight.
    pub deliveries: Arc<Deliveries>,
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
                    registration::register(&context.http, application, self.dispatcher.bot.settings(), &|failure| {
                        metrics.rest_error(failure.as_str())
                    })
                    .await;
                }
            }
            Event::Resumed(_) => report(ShardEvent::Resumed(shard)),
            Event::MessageCreate(_) | Event::InteractionCreate(_) | Event::ThreadCreate(_) => {
                if let Some((bot, application)) = self.us.get()
                    && let Some(incoming) = convert::event(&event, *bot)
                {
                    self.answer(&context.http, *application, &incoming, received).await;
                }
            }
            // Unknown kinds of events do not concern us, but these must be readable.
            Event::Unknown(event)
                if ["MESSAGE_CREATE", "INTERACTION_CREATE", "READY", "RESUMED", "THREAD_CREATE"].contains(&event.kind.as_str()) =>
            {
                report(ShardEvent::Unreadable)
            }
            _ => {}
        }
    }
}

impl Listener {
    async fn answer(&self, http: &Http, application: Id, incoming: &Incoming, received: Now) {
        let _begun = self.deliveries.begin().await;
        let in_flight = self.dispatcher.decide(incoming, received);
        let actions = in_flight.decision.actions.as_slice();
        // Most events are not for us, or only to be counted.
        let Some((first, rest)) = actions.split_first() else { return };
        let channel = incoming.origin().channel;
        let room = match first {
            Action::Respond { .. } => {
                let responded =
                    self.deliveries.interaction(received, self.deliver(http, application, &in_flight, std::slice::from_ref(first))).await;
                match responded {
                    // What follows it has no deadline of three seconds, and must not take room from what has.
                    Ok(true) if !rest.is_empty() => {
                        self.deliveries.messages(channel, self.deliver(http, application, &in_flight, rest)).await
                    }
                    other => other,
                }
            }
            _ => self.deliveries.messages(channel, self.deliver(http, application, &in_flight, actions)).await,
        };
        if let Err(reason) = room {
            in_flight.dropped(NoRoom::NAME, &reason);
        }
    }

    /// Delivers actions in order. Returns whether all arrived.
    async fn deliver(&self, http: &Http, application: Id, in_flight: &InFlight, actions: &[Action]) -> bool {
        for action in actions {
            let action = &self.dispatcher.done(action).await;
            match rest::deliver(http, application, action, in_flight.received, &|failure| in_flight.attempt_failed(failure.as_str())).await
            {
                Ok(()) if !matches!(**action, Action::FollowUp { .. }) => in_flight.replied(),
                Ok(()) => {}
                Err(failure) => {
                    in_flight.undelivered(failure.as_str(), &failure);
                    return false;
                }
            }
        }
        true
    }
}
