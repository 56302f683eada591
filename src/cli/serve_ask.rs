//! `factotum serve-ask`: questions over HTTP, without Discord.

use super::Status;
use super::long_running::{self, Started};
use super::settings::Settings;
use anyhow::ensure;
use std::time::Duration;

/// Arguments of `serve-ask`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
GET http://ADDRESS/ask?q=QUESTION returns the same JSON as `factotum ask --json`, where ADDRESS is \
the setting `listen` of [ask]. It is off until you set it. `factotum run` and `factotum \
serve-interactions` serve the same address beside Discord.

Nothing can be changed this way, and no token is needed. Everyone who can reach the address can ask, up \
to `address_limit` questions a minute. Ctrl-C or SIGTERM stops it. SIGHUP reloads the knowledge \
base.

Exit status:
  0  stopped by a signal
  2  could not start: `listen` is off, invalid settings or knowledge base, a port that is in use")]
pub(super) struct ServeAsk {}

impl ServeAsk {
    /// Serves until a signal stops it.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        ensure!(
            settings.config().ask.listen.0.is_some(),
            "`listen` of [ask] is off: set it to the address to listen on, for example 127.0.0.1:8081"
        );
        let ended = long_running::run(settings, Duration::ZERO, |Started { dispatcher, mut stop, .. }| async move {
            dispatcher.status.serving();
            stop.received().await;
            dispatcher.status.stopping();
            anyhow::Ok(())
        });
        ended.map(|_| Status::Good)
    }
}
