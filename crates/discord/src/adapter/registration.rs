//! Registering the bot's commands at Discord, at the start and from the command line.

use super::rest::{self, Failure};
use crate::commands;
use crate::event::Id;
use anyhow::Context as _;
use factotum_service::config;
use factotum_service::exit::ExitReason;
use serde_json::Value;
use serenity::http::{Http, Route};

/// Registers the commands globally if the registered ones differ. The bot answers messages without them, so a failure is only logged.
pub(super) async fn register(http: &Http, application: Id, settings: &config::Discord, failed: rest::Failed<'_>) {
    match (Scope { application, guild: None }).update(http, settings, failed).await {
        Ok(true) => tracing::info!("commands registered"),
        Ok(false) => tracing::debug!("commands are registered already"),
        Err(failure) => tracing::warn!("cannot register the commands: {failure}"),
    }
}

/// Where commands are registered: globally, or in one guild.
#[derive(Debug, Clone, Copy)]
struct Scope {
    application: Id,
    guild: Option<Id>,
}

impl Scope {
    fn route(self) -> Route<'static> {
        match self.guild {
            None => Route::Commands { application_id: self.application.into() },
            Some(guild) => Route::GuildCommands { application_id: self.application.into(), guild_id: guild.into() },
        }
    }

    async fn registered(self, http: &Http, failed: rest::Failed<'_>) -> Result<Vec<Value>, Failure> {
        match rest::fetch(http, self.route(), failed).await? {
            Value::Array(commands) => Ok(commands),
            _ => Err(Failure::Malformed),
        }
    }

    /// Registers our commands if the registered ones differ. Returns whether they did.
    async fn update(self, http: &Http, settings: &config::Discord, failed: rest::Failed<'_>) -> Result<bool, Failure> {
        let ours = commands::for_settings(self.guild.is_none(), settings);
        let differs = !commands::same(&self.registered(http, failed).await?, &ours);
        if differs {
            rest::replace(http, self.route(), &ours, failed).await?;
        }
        Ok(differs)
    }
}

/// The bot's application at Discord, for the command line.
pub struct Application {
    http: Http,
    id: Id,
}

impl Application {
    /// Asks Discord which application the token belongs to.
    ///
    /// # Errors
    /// If Discord cannot be asked, or does not accept the token.
    pub async fn of(token: &str, settings: &config::Discord) -> anyhow::Result<Application> {
        let http = rest::client(token, settings)?;
        let application = match rest::fetch(&http, Route::Oauth2ApplicationCurrent, rest::UNCOUNTED).await {
            Err(Failure::Refused(401, _)) => anyhow::bail!("{}", ExitReason::BadToken.advice()),
            other => other.context("cannot ask Discord about the application")?,
        };
        let id = application["id"].as_str().and_then(|id| id.parse().ok()).filter(|id| *id != 0);
        Ok(Application { http, id: id.context("Discord does not say which application it is")? })
    }

    /// The link that invites the bot.
    pub fn invitation(&self) -> String {
        commands::invitation(self.id)
    }

    /// The registered commands, in one guild or globally.
    ///
    /// # Errors
    /// If Discord cannot be asked.
    pub async fn commands(&self, guild: Option<Id>) -> anyhow::Result<Vec<Value>> {
        self.scope(guild).registered(&self.http, rest::UNCOUNTED).await.context("cannot ask Discord for the commands")
    }

    /// Registers our commands if the registered ones differ. Returns whether they did.
    ///
    /// # Errors
    /// If Discord does not accept them.
    pub async fn register(&self, guild: Option<Id>, settings: &config::Discord) -> anyhow::Result<bool> {
        self.scope(guild).update(&self.http, settings, rest::UNCOUNTED).await.context("cannot register the commands")
    }

    /// Removes all commands.
    ///
    /// # Errors
    /// If Discord does not accept it.
    pub async fn clear(&self, guild: Option<Id>) -> anyhow::Result<()> {
        let nothing: [Value; 0] = [];
        rest::replace(&self.http, self.scope(guild).route(), &nothing, rest::UNCOUNTED).await.context("cannot remove the commands")
    }

    fn scope(&self, guild: Option<Id>) -> Scope {
        Scope { application: self.id, guild }
    }
}
