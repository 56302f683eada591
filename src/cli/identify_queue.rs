//! `factotum identify-queue`: the queue in which several processes of a bot wait to start sessions.

use super::Status;
use super::long_running::listen;
use super::settings::Settings;
use super::signals::Stop;
use super::token::{Token, rejected, token};
use anyhow::{Context, bail};
use factotum_discord::adapter::SessionLimits;
use factotum_discord::identify_queue;
use factotum_service::exit::ExitReason;
use factotum_service::http;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often Discord is asked how many sessions are left. The queue counts its own turns, so this is for sessions that others start, and
/// for the daily reset.
const REFRESH: Duration = Duration::from_secs(600);

/// Arguments of `identify-queue`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Discord lets a bot start one session every five seconds (large bots: several at once) and 1,000 a \
day. Several processes of one bot share this limit: each waits here for its turn if its setting \
`identify_queue` of [discord] is the address of this queue. The queue listens on the address \
`listen` of [identify_queue]. The token is read as by `factotum run`. Ctrl-C or SIGTERM stops it.

Exit status:
  0  stopped by a signal
  2  could not start: no token, invalid settings, a port that is already in use
  3  Discord rejected the token
  8  Discord could not be reached: restart")]
pub(super) struct IdentifyQueue {}

impl IdentifyQueue {
    /// Runs the queue until a signal stops it.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let Token { secret: token, from, .. } = token()?;
        let config = settings.config();
        let Some(address) = config.identify_queue.listen.0 else {
            bail!("`listen` of [identify_queue] is off: set it to the address to listen on")
        };
        let listener = listen(address, "[identify_queue]")?;
        let session_limits = SessionLimits::new(&token, &config.discord)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
        let ended = runtime.block_on(async {
            let mut stop = Stop::new()?;
            tokio::select! {
                () = stop.received() => Ok(ExitReason::Stopped),
                ended = give_turns(listener, &session_limits) => ended,
            }
        });
        // Drops the requests that still wait.
        runtime.shutdown_background();
        let ended = ended?;
        match ended {
            ExitReason::Stopped => {}
            ExitReason::BadToken => super::complain(&rejected(&from)),
            other => super::complain(&anyhow::anyhow!("{}", other.advice())),
        }
        Ok(Status::Ended(ended))
    }
}

async fn give_turns(listener: TcpListener, session_limits: &SessionLimits) -> anyhow::Result<ExitReason> {
    let limits = match session_limits.ask().await? {
        Ok(limits) => limits,
        Err(ended) => return Ok(ended),
    };
    let queue = Arc::new(identify_queue::IdentifyQueue::new(limits, Instant::now()));
    let listener = tokio::net::TcpListener::from_std(listener).context("cannot listen")?;
    tracing::info!(?limits, "identify queue listening on http://{}", listener.local_addr()?);
    tokio::spawn(http::serve(listener, identify_queue::router(queue.clone()), identify_queue::CONNECTION_LIMITS, std::future::pending()));
    loop {
        sleep(REFRESH).await;
        match session_limits.ask().await {
            Ok(Ok(limits)) => {
                tracing::debug!(?limits, "limits refreshed");
                queue.update(limits, Instant::now());
            }
            Ok(Err(ExitReason::BadToken)) => return Ok(ExitReason::BadToken),
            // The queue counts its turns itself, so it can go on for a while.
            Ok(Err(_)) => {}
            Err(error) => tracing::warn!("{error:#}"),
        }
    }
}
