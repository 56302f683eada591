//! Passes events to the bot, and counts and logs what becomes of them, whether they come over the gateway or over HTTP.

use super::bot::{Action, Bot, Decision};
use super::event::{Id, Incoming, Now};
use super::messages;
use super::payload::Message;
use factotum_service::status::ServiceStatus;
use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

/// Passes events to the bot and reports.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    /// Decides on replies.
    pub bot: Arc<Bot>,
    /// Metrics and readiness.
    pub status: Arc<ServiceStatus>,
    /// Whether user ids are logged.
    pub log_user_ids: bool,
}

/// A decision whose reply is on its way.
#[derive(Debug)]
pub struct InFlight {
    /// The decision.
    pub decision: Decision,
    /// When the event arrived.
    pub received: Now,
    status: Arc<ServiceStatus>,
    trace: Id,
    user: Option<Id>,
    decided: Duration,
}

impl Dispatcher {
    /// Decides on an event that arrived at `received`.
    pub fn decide(&self, incoming: &Incoming, received: Now) -> InFlight {
        let decision = self.bot.decide(incoming, received);
        let decided = received.elapsed();
        let (trace, kind, outcome) = (incoming.id(), decision.kind, decision.outcome);
        self.status.metrics.decided(kind, outcome, decision.asked, decided);
        let message = if decision.actions.is_empty() { "silent" } else { "delivering" };
        tracing::debug!(trace, kind, outcome, "{message}");
        let user = self.log_user_ids.then(|| incoming.origin().user);
        InFlight { decision, received, status: self.status.clone(), trace, user, decided }
    }
}

impl Dispatcher {
    /// Does what an action needs before it can be delivered: work, on a thread of its own, which becomes a message.
    pub(crate) async fn done<'a>(&self, action: &'a Action) -> Cow<'a, Action> {
        let Action::Work { token, base, work } = action else { return Cow::Borrowed(action) };
        let (bot, base, work) = (self.bot.clone(), *base, work.clone());
        let message = tokio::task::spawn_blocking(move || bot.work(base, &work)).await;
        // A bug in it must not leave anybody waiting.
        let message = message.unwrap_or_else(|_| Message::text(messages::WORK_FAILED).private());
        Cow::Owned(Action::FollowUp { token: token.clone(), message })
    }

    /// Answers a question that arrived over HTTP at `received`, with a line of JSON.
    pub fn answer_json(&self, question: &str, received: Now) -> String {
        let (line, outcome, asked) = self.bot.answer_json(question);
        self.status.metrics.decided("http", outcome, Some(asked), received.elapsed());
        line
    }
}

impl InFlight {
    /// Discord has accepted the first reply.
    pub fn replied(&self) {
        let acknowledged = self.received.elapsed();
        self.status.metrics.acknowledged(acknowledged);
        let InFlight { decision, trace, user, decided, .. } = self;
        tracing::info!(
            trace,
            user,
            kind = decision.kind,
            outcome = decision.outcome,
            about = decision.about.as_ref().map(tracing::field::display),
            decided_us = decided.as_micros(),
            acknowledged_us = acknowledged.as_micros(),
            "replied"
        );
    }

    /// An attempt to deliver it has failed.
    pub fn attempt_failed(&self, kind: &'static str) {
        self.status.metrics.rest_error(kind);
    }

    /// A reply was dropped. Anyone who drops one drops many, so the log has each only in detail.
    pub fn dropped(&self, reason: &'static str, why: &dyn Display) {
        self.status.metrics.undelivered(reason);
        tracing::debug!(trace = self.trace, kind = self.decision.kind, "dropped: {why}");
    }

    /// A reply could not be delivered.
    pub fn undelivered(&self, failure: &'static str, why: &dyn Display) {
        self.status.metrics.undelivered(failure);
        let InFlight { decision, trace, user, received, .. } = self;
        let (kind, outcome) = (decision.kind, decision.outcome);
        tracing::warn!(trace, user, kind, outcome, after_ms = received.elapsed().as_millis(), "not delivered: {why}");
    }
}
