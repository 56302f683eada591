//! Interactions that Discord posts over HTTP, in place of the gateway: read by serenity as those of the gateway are, and what does not fit
//! the response to the request is sent after it.

use super::{convert, rest};
use crate::dispatch::InFlight;
use crate::event::{Id, Incoming};
use factotum_service::config;
use rest::Failure;
use serenity::http::Http;
use serenity::model::application::Interaction;

/// What was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// Discord wants to know whether we are there.
    Ping,
    /// Somebody used something of this application.
    Interaction {
        /// The application.
        application: Id,
        /// What was used.
        incoming: Incoming,
    },
}

/// Reads what was posted; `None` if it cannot be read.
pub fn read(body: &[u8]) -> Option<Posted> {
    let interaction: Interaction = serde_json::from_slice(body).ok()?;
    let application = match &interaction {
        Interaction::Command(i) | Interaction::Autocomplete(i) => i.application_id,
        Interaction::Component(i) => i.application_id,
        Interaction::Modal(i) => i.application_id,
        _ => return Some(Posted::Ping),
    };
    Some(Posted::Interaction { application: application.get(), incoming: convert::interaction(&interaction)? })
}

/// Sends what comes after a response. It takes no token but the interaction's own.
pub struct FollowUps {
    http: Http,
}

impl FollowUps {
    /// Sends them by these settings.
    ///
    /// # Errors
    /// If there can be no client.
    pub fn new(settings: &config::Discord) -> anyhow::Result<FollowUps> {
        Ok(FollowUps { http: rest::client("", settings)? })
    }

    /// Sends all that was decided but the response, in its order.
    pub async fn deliver(&self, application: Id, in_flight: &InFlight) {
        for action in in_flight.decision.actions.iter().skip(1) {
            let failed = |failure: Failure| in_flight.attempt_failed(failure.as_str());
            if let Err(failure) = rest::deliver(&self.http, application, action, in_flight.received, &failed).await {
                return in_flight.undelivered(failure.as_str(), &failure);
            }
        }
    }
}
