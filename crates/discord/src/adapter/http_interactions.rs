//! Interactions that Discord posts over HTTP instead of sending them over the gateway. serenity parses them like those of the gateway; what
//! does not fit the HTTP response follows over the REST API.

use super::{convert, rest};
use crate::dispatch::{Dispatcher, InFlight};
use crate::event::{Id, Incoming};
use factotum_service::config;
use rest::Failure;
use serenity::http::Http;
use serenity::model::application::Interaction;

/// A request of Discord's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Discord checks whether the endpoint is up.
    Ping,
    /// An interaction with this application.
    Interaction {
        /// The application.
        application: Id,
        /// The interaction.
        incoming: Box<Incoming>,
    },
}

/// Parses the body of a request; `None` if it cannot be read.
pub(crate) fn read(body: &[u8]) -> Option<Request> {
    let interaction: Interaction = serde_json::from_slice(body).ok()?;
    let application = match &interaction {
        Interaction::Command(i) | Interaction::Autocomplete(i) => i.application_id,
        Interaction::Component(i) => i.application_id,
        Interaction::Modal(i) => i.application_id,
        _ => return Some(Request::Ping),
    };
    Some(Request::Interaction { application: application.get(), incoming: Box::new(convert::interaction(&interaction)?) })
}

/// Sends the messages that follow a response. It needs no token but the interaction's own.
pub struct FollowUps {
    http: Http,
}

impl FollowUps {
    /// A client with these settings. The bot's token is needed only to post in other channels.
    ///
    /// # Errors
    /// If the HTTP client cannot be built.
    pub fn new(token: &str, settings: &config::Discord) -> anyhow::Result<FollowUps> {
        Ok(FollowUps { http: rest::client(token, settings)? })
    }

    /// Sends all actions but the first, which was the response, in order.
    pub(crate) async fn deliver(&self, dispatcher: &Dispatcher, application: Id, in_flight: &InFlight) {
        for action in in_flight.decision.actions.iter().skip(1) {
            let action = &dispatcher.done(action).await;
            let failed = |failure: Failure| in_flight.attempt_failed(failure.as_str());
            if let Err(failure) = rest::deliver(&self.http, application, action, in_flight.received, &failed).await {
                return in_flight.undelivered(failure.as_str(), &failure);
            }
        }
    }
}
