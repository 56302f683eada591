//! `factotum run`: the bot on Discord.

use super::service::{self, Started};
use super::settings::Settings;
use super::token::token;
use super::{Status, complain};
use factotum_discord::adapter::{self, Service, serenity_internals::gateway_log::ShardEvents};
use factotum_service::exit::ExitReason;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The token is taken from the environment variable DISCORD_TOKEN, or from the file that DISCORD_TOKEN_FILE
names. Ctrl-C or SIGTERM stops the bot; SIGHUP lets it read the folder of its knowledge anew.

Exit status:
  0  stopped, as it was told to
  2  could not begin: no token, settings or knowledge that do not load, a port that is taken
  3  Discord does not accept the token
  4  Discord does not accept the intents
  5  Discord does not accept the shards
  6  Discord does not speak this version of its API any more
  7  too many sessions were begun: starting it again at once would make it worse
  8  no connection for too long: it can be started again")]
pub(super) struct Run {}

impl Run {
    /// Runs the bot until it is told to stop, or cannot go on.
    pub(super) fn run(&self, settings: &Settings, signs: ShardEvents) -> anyhow::Result<Status> {
        let token = token()?.secret;
        let discord = settings.config().discord.clone();
        let ended = service::run(settings, |Started { dispatcher, mut stop, worker }| async move {
            let service = Service { dispatcher, settings: discord, token };
            adapter::run(service, signs, stop.told(), &worker).await
        })?;
        let ended = ended.unwrap_or(ExitReason::Stopped);
        if ended != ExitReason::Stopped {
            complain(&anyhow::anyhow!("{}", ended.advice()));
        }
        Ok(Status::Ended(ended))
    }
}
