//! `factotum run`: the bot on Discord.

use super::Status;
use super::settings::Settings;
use anyhow::{Context, bail};
use factotum::discord::adapter::{self, witness::Signs};
use factotum::discord::bot::Bot;
use factotum::discord::health::Ended;

/// Where the token comes from: from here alone.
const TOKEN: &str = "DISCORD_TOKEN";

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The token is taken from the environment variable DISCORD_TOKEN. Ctrl-C or SIGTERM stops the bot.

Exit status:
  0  stopped, as it was told to
  2  could not begin: no token, or settings that do not load
  3  Discord does not accept the token
  4  Discord does not accept the intents
  5  Discord does not accept the shards
  6  Discord does not speak this version of its API any more
  7  too many sessions were begun: starting it again at once would make it worse
  8  no connection for too long: it can be started again")]
pub struct Run {}

impl Run {
    /// Runs the bot until it is told to stop, or cannot go on.
    pub fn run(&self, settings: &Settings, signs: Signs) -> anyhow::Result<Status> {
        let token = token()?;
        let discord = &settings.config().discord;
        let bot = Bot::new(settings.answerer()?, discord.clone());
        let worker = runtime()?;
        let watching = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
        let ended = watching.block_on(async {
            let stop = stop()?;
            adapter::run(bot, discord, &token, signs, stop, worker.handle()).await
        });
        // It may never be done.
        worker.shutdown_background();
        let ended = ended?;
        if ended != Ended::Stopped {
            super::complain(&anyhow::anyhow!("{}", ended.advice()));
        }
        Ok(Status::Ended(ended))
    }
}

/// The bot's token.
pub fn token() -> anyhow::Result<String> {
    match std::env::var(TOKEN) {
        Ok(token) if !token.trim().is_empty() => Ok(token.trim().to_owned()),
        _ => bail!("{TOKEN} is not set: give it the bot's token (https://discord.com/developers/applications, Bot, Reset Token)"),
    }
}

/// What runs everything that waits for Discord.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")
}

/// Ends when the program is told to stop: by Ctrl-C, or by a supervisor.
#[cfg(unix)]
fn stop() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when the program is told to stop by Ctrl-C.
#[cfg(not(unix))]
fn stop() -> anyhow::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a way to be told, it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
