//! `factotum run`: the bot on Discord.

use super::long_running::{self, Started};
use super::settings::Settings;
use super::token::{Token, rejected, token};
use super::{Status, complain};
use anyhow::Context;
use factotum_core::knowledge::{KnowledgeBase, Today};
use factotum_curator::quality;
use factotum_discord::adapter::{self, Connection, ShardEvents};
use factotum_discord::digest::Digest;
use factotum_service::exit::ExitReason;
use std::time::Duration;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The bot's token is read from the environment variable DISCORD_TOKEN, or from the file that \
DISCORD_TOKEN_FILE names. Ctrl-C or SIGTERM stops the bot. SIGHUP reloads the knowledge base.

Exit status:
  0  stopped by a signal
  2  could not start: no token, invalid settings or knowledge base, a port that is already in use
  3  Discord rejected the token
  4  Discord rejected the intents
  5  Discord rejected the shards
  6  Discord no longer supports this version of its API
  7  too many sessions were started: do not restart at once, that would make it worse
  8  no connection for too long: restart")]
pub(super) struct Run {}

impl Run {
    /// Runs the bot until a signal stops it or it cannot go on.
    pub(super) fn run(&self, settings: &Settings, signs: ShardEvents) -> anyhow::Result<Status> {
        let Token { secret: token, from, .. } = token()?;
        let discord = settings.config().discord.clone();
        let digest = digest(settings)?;
        let ended = long_running::run(settings, Duration::ZERO, |Started { dispatcher, mut stop, worker }| async move {
            let connection = Connection { dispatcher, settings: discord, token, digest };
            adapter::run(connection, signs, stop.received(), &worker).await
        })?;
        let ended = ended.unwrap_or(ExitReason::Stopped);
        match ended {
            ExitReason::Stopped => {}
            ExitReason::BadToken => complain(&rejected(&from)),
            other => complain(&anyhow::anyhow!("{}", other.advice())),
        }
        Ok(Status::Ended(ended))
    }
}

/// The weekly digest, if a channel is set for it.
fn digest(settings: &Settings) -> anyhow::Result<Option<Digest>> {
    let config = settings.config();
    if config.discord.digest.channel.0.is_none() {
        return Ok(None);
    }
    let journal = config.journal.path.0.clone().context(
        "`channel` of [discord.digest] is set, but no gaps journal, in which it is marked which digest was sent: set `path` of [journal]",
    )?;
    let overdue = |base: &KnowledgeBase, today: &Today| quality::overdue(base, today).len();
    Ok(Some(Digest { settings: config.discord.digest.clone(), journal, overdue }))
}
