//! What is done around a decision, whichever way the question came and the reply goes: it is counted, and told to the log.

use super::bot::{Bot, Decision};
use super::event::{Id, Incoming, Now};
use factotum_service::status::ServiceStatus;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

/// Who decides, and who is told.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    /// Who decides.
    pub bot: Arc<Bot>,
    /// Who is told how it goes.
    pub status: Arc<ServiceStatus>,
    /// Whether the log has the ids of people.
    pub log_user_ids: bool,
}

/// Something that was decided on, until its reply has arrived or has not.
#[derive(Debug)]
pub struct InFlight {
    /// What was decided.
    pub decision: Decision,
    /// When it came in.
    pub received: Now,
    status: Arc<ServiceStatus>,
    trace: Id,
    user: Option<Id>,
    decided: Duration,
}

impl Dispatcher {
    /// Decides on what came in at `received`.
    pub fn decide(&self, incoming: &Incoming, received: Now) -> InFlight {
        let decision = self.bot.decide(incoming, received);
        let decided = received.elapsed();
        let (trace, kind, outcome) = (incoming.id(), decision.kind, decision.outcome);
        self.status.metrics.decided(kind, outcome, decision.asked, decided);
        let what = if decision.actions.is_empty() { "silent" } else { "delivering" };
        tracing::debug!(trace, kind, outcome, "{what}");
        let user = self.log_user_ids.then(|| incoming.origin().user);
        InFlight { decision, received, status: self.status.clone(), trace, user, decided }
    }
}

impl InFlight {
    /// The first reply has arrived.
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

    /// An attempt at it has failed, for a reason of this sort.
    pub fn attempt_failed(&self, sort: &'static str) {
        self.status.metrics.rest_error(sort);
    }

    /// A reply will never arrive, for a reason of this sort.
    pub fn undelivered(&self, sort: &'static str, why: &dyn Display) {
        self.status.metrics.undelivered(sort);
        let InFlight { decision, trace, user, received, .. } = self;
        let (kind, outcome) = (decision.kind, decision.outcome);
        tracing::warn!(trace, user, kind, outcome, after_ms = received.elapsed().as_millis(), "not delivered: {why}");
    }
}
