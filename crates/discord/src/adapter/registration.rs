//! Registering the bot's commands at Discord, at the start and from the command line.

use super::rest::{self, Failure};
use crate::commands::{self, Comparison};
use crate::event::Id;
use anyhow::Context as _;
use factotum_service::config;
use factotum_service::exit::ExitReason;
use serde_json::Value;
use serenity::http::{Http, Route};

/// Registers the commands globally if the registered ones differ. The bot answers messages without them, so a failure is only logged.
pub(super) async fn register(http: &Http, application: Id, settings: &config::Discord, failed: rest::Failed<'_>) {
    match (Scope { application, guild: None }).update(http, settings, Others::Keep, failed).await {
        Ok(Registered { changed: 0, kept, .. }) => tracing::debug!(kept = kept.len(), "commands are registered already"),
        Ok(Registered { changed, kept, .. }) => tracing::info!(changed, kept = kept.len(), "commands registered"),
        Err(failure) => tracing::warn!("cannot register the commands: {}", advice(failure)),
    }
}

/// What becomes of the application's commands that are none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Keep,
    /// They are removed.
    Remove,
}

/// What registering came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registered {
    /// How many commands were registered, because they were missing or different.
    pub changed: usize,
    /// Commands that were removed, as people call them.
    pub removed: Vec<String>,
    /// Commands of other programs, and the entry point of an Activity, that were left alone.
    pub kept: Vec<String>,
}

/// Discord's error code for an application with as many commands as it may have.
const TOO_MANY_COMMANDS: isize = 30_032;
/// Discord's error code for a command that does not exist: it was removed already.
const UNKNOWN_COMMAND: isize = 10_063;

/// A failure in words, with what to do about it where something can be done.
fn advice(failure: Failure) -> String {
    match failure {
        Failure::Refused(_, TOO_MANY_COMMANDS) => {
            "the application has as many commands as it may have; `factotum commands` lists them, and `factotum commands register \
             --replace-all` removes those that are not this bot's"
                .to_owned()
        }
        other => other.to_string(),
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

    fn route_of(self, command: Id) -> Route<'static> {
        let (application_id, command_id) = (self.application.into(), command.into());
        match self.guild {
            None => Route::Command { application_id, command_id },
            Some(guild) => Route::GuildCommand { application_id, guild_id: guild.into(), command_id },
        }
    }

    async fn registered(self, http: &Http, failed: rest::Failed<'_>) -> Result<Vec<Value>, Failure> {
        match rest::fetch(http, self.route(), failed).await? {
            Value::Array(commands) => Ok(commands),
            _ => Err(Failure::Malformed),
        }
    }

    async fn compared(self, http: &Http, settings: &config::Discord, failed: rest::Failed<'_>) -> Result<Comparison, Failure> {
        Ok(commands::compare(&self.registered(http, failed).await?, &commands::for_settings(self.guild.is_none(), settings)))
    }

    /// Registers those of our commands that are missing or different, one by one: replacing all of them at once would remove the commands of
    /// other programs, and Discord refuses it if the application has the entry point of an Activity.
    async fn update(
        self,
        http: &Http,
        settings: &config::Discord,
        others: Others,
        failed: rest::Failed<'_>,
    ) -> Result<Registered, Failure> {
        let Comparison { missing, others: theirs, unwanted, .. } = self.compared(http, settings, failed).await?;
        let mut done = Registered { removed: self.remove(http, &unwanted, failed).await?, ..Registered::default() };
        // First, so that there is room for ours.
        match others {
            Others::Keep => done.kept = theirs.iter().map(commands::called).collect(),
            Others::Remove => done.removed.extend(self.remove(http, &theirs, failed).await?),
        }
        for command in &missing {
            rest::create(http, self.route(), command, failed).await?;
            done.changed += 1;
        }
        Ok(done)
    }

    /// Removes commands one by one; returns what they are called.
    async fn remove(self, http: &Http, registered: &[Value], failed: rest::Failed<'_>) -> Result<Vec<String>, Failure> {
        for command in registered {
            let id = command["id"].as_str().and_then(|id| id.parse().ok()).filter(|id| *id != 0).ok_or(Failure::Malformed)?;
            match rest::remove(http, self.route_of(id), failed).await {
                Ok(()) | Err(Failure::Refused(_, UNKNOWN_COMMAND)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(registered.iter().map(commands::called).collect())
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

    /// Registers those of our commands that are missing or different.
    ///
    /// # Errors
    /// If Discord does not accept them.
    pub async fn register(&self, guild: Option<Id>, settings: &config::Discord, others: Others) -> anyhow::Result<Registered> {
        let done = self.scope(guild).update(&self.http, settings, others, rest::UNCOUNTED).await;
        done.map_err(|failure| anyhow::anyhow!("cannot register the commands: {}", advice(failure)))
    }

    /// Removes our commands.
    ///
    /// # Errors
    /// If Discord does not accept it.
    pub async fn clear(&self, guild: Option<Id>, settings: &config::Discord, others: Others) -> anyhow::Result<Registered> {
        let scope = self.scope(guild);
        let remove = async {
            let Comparison { ours, unwanted, others: theirs, .. } = scope.compared(&self.http, settings, rest::UNCOUNTED).await?;
            let (gone, kept) = match others {
                Others::Keep => ([ours, unwanted].concat(), theirs),
                Others::Remove => ([ours, unwanted, theirs].concat(), Vec::new()),
            };
            let removed = scope.remove(&self.http, &gone, rest::UNCOUNTED).await?;
            Ok::<_, Failure>(Registered { changed: 0, removed, kept: kept.iter().map(commands::called).collect() })
        };
        remove.await.context("cannot remove the commands")
    }

    fn scope(&self, guild: Option<Id>) -> Scope {
        Scope { application: self.id, guild }
    }
}
