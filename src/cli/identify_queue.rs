//! `factotum identify-queue`: the processes of a bot begin their sessions one after the other.

use super::Status;
use super::service::listen;
use super::settings::Settings;
use super::signals::Stop;
use super::token::token;
use anyhow::{Context, bail};
use factotum_discord::adapter::gateway::Asker;
use factotum_discord::identify_queue;
use factotum_service::exit::ExitReason;
use factotum_service::http;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often Discord is asked what it allows. The turns are counted here as well, so that is for what others use up, and for when there are
/// more.
const AGAIN: Duration = Duration::from_secs(600);

/// Arguments of `identify-queue`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Several processes of one bot share the sessions that Discord lets it begin: one in five seconds
(several at once for large bots), and 1,000 a day. Each asks here for its turn, if the setting
`identify_queue` of [discord] is this address. Where to listen is `listen` of [identify_queue].
The token is taken as `factotum run` takes it. Ctrl-C or SIGTERM stops it.

Exit status:
  0  stopped, as it was told to
  2  could not begin: no token, settings that do not load, an address that is taken
  3  Discord does not accept the token
  8  Discord cannot be asked how many sessions it allows: it can be started again")]
pub(super) struct IdentifyQueue {}

impl IdentifyQueue {
    /// Gives turns until it is told to stop.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let token = token()?.secret;
        let config = settings.config();
        let Some(address) = config.identify_queue.listen.0 else {
            bail!("`listen` in [identify_queue] is off: it says where the queue can be asked")
        };
        let listener = listen(address, "[identify_queue]")?;
        let asker = Asker::new(&token, &config.discord)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
        let ended = runtime.block_on(async {
            let mut stop = Stop::new()?;
            tokio::select! {
                () = stop.told() => Ok(ExitReason::Stopped),
                ended = give_turns(listener, &asker) => ended,
            }
        });
        // Whoever waits is let go of.
        runtime.shutdown_background();
        let ended = ended?;
        if ended != ExitReason::Stopped {
            super::complain(&anyhow::anyhow!("{}", ended.advice()));
        }
        Ok(Status::Ended(ended))
    }
}

async fn give_turns(listener: TcpListener, asker: &Asker) -> anyhow::Result<ExitReason> {
    let limits = match asker.limits().await? {
        Ok(limits) => limits,
        Err(ended) => return Ok(ended),
    };
    let queue = Arc::new(identify_queue::IdentifyQueue::new(limits, Instant::now()));
    let listener = tokio::net::TcpListener::from_std(listener).context("cannot listen")?;
    tracing::info!(?limits, "giving turns at http://{}", listener.local_addr()?);
    tokio::spawn(http::serve(listener, identify_queue::router(queue.clone()), identify_queue::CONNECTION_LIMITS, std::future::pending()));
    loop {
        sleep(AGAIN).await;
        match asker.limits().await {
            Ok(Ok(limits)) => {
                tracing::debug!(?limits, "Discord was asked");
                queue.update(limits, Instant::now());
            }
            Ok(Err(ExitReason::BadToken)) => return Ok(ExitReason::BadToken),
            // The turns are counted here, too: it can go on for a while.
            Ok(Err(_)) => {}
            Err(error) => tracing::warn!("{error:#}"),
        }
    }
}
