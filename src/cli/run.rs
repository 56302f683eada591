//! `factotum run`: the bot on Discord.

use super::Status;
use super::reloading::Reloading;
use super::settings::Settings;
use super::token::token;
use anyhow::Context;
use factotum::discord::adapter::{self, Service, witness::Signs};
use factotum::discord::bot::Bot;
use factotum::discord::health::Ended;
use factotum::discord::record::Record;
use factotum::http;
use factotum::vitals::Vitals;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::SystemTime;

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
pub struct Run {}

impl Run {
    /// Runs the bot until it is told to stop, or cannot go on.
    pub fn run(&self, settings: &Settings, signs: Signs) -> anyhow::Result<Status> {
        let token = token()?.secret;
        let config = settings.config();
        // Before anything that takes long, and before Discord hears of us.
        let listener = config.http.listen.0.map(|address| listen(address, "http")).transpose()?;
        let watching = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
        // Signals may come while the base is being learned. A process that is the first in its container has no other way to stop.
        let (hangups, stop) = watching.block_on(async { anyhow::Ok((hangups()?, stop()?)) })?;
        let mut stop = Box::pin(stop);
        let worker = runtime()?;
        let own = settings.clone();
        let learning = worker.spawn_blocking(move || own.answerer());
        let learned = watching.block_on(async {
            tokio::select! {
                () = &mut stop => None,
                learned = learning => Some(learned),
            }
        });
        let Some(learned) = learned else {
            worker.shutdown_background();
            return Ok(Status::Ended(Ended::Stopped));
        };
        let answerer = learned.context("the knowledge cannot be learned")??;
        let vitals = Arc::new(Vitals::new(answerer.base(), SystemTime::now()));
        let bot = Arc::new(Bot::new(Record::of(answerer), config.discord.clone()));
        let reloading = Reloading::new(config, bot.clone(), vitals.clone());
        let ended = watching.block_on(async {
            if let Some(listener) = listener {
                let listener = tokio::net::TcpListener::from_std(listener).context("cannot listen")?;
                tracing::info!("telling about itself at http://{}", listener.local_addr()?);
                let router = http::router(vitals.clone(), worker.handle().clone());
                tokio::spawn(http::serve(listener, router, http::TELLING, std::future::pending()));
            }
            tokio::spawn(reloading.run(hangups));
            let service = Service { bot, vitals, settings: config.discord.clone(), log_users: config.log_users, token };
            adapter::run(service, signs, stop, worker.handle()).await
        });
        // A base may be in the middle of being learned.
        watching.shutdown_background();
        // It may never be done.
        worker.shutdown_background();
        let ended = ended?;
        if ended != Ended::Stopped {
            super::complain(&anyhow::anyhow!("{}", ended.advice()));
        }
        Ok(Status::Ended(ended))
    }
}

/// Takes the address that a section of the settings names, so that nobody else can.
pub fn listen(address: SocketAddr, section: &str) -> anyhow::Result<TcpListener> {
    let taken = || -> std::io::Result<TcpListener> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    taken().with_context(|| format!("cannot listen on {address}, the setting `listen` of [{section}]"))
}

/// What runs everything that waits for Discord.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")
}

/// Ends when the program is told to stop: by Ctrl-C, or by a supervisor.
#[cfg(unix)]
pub fn stop() -> anyhow::Result<impl Future<Output = ()>> {
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
pub fn stop() -> anyhow::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a way to be told, it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Signals to read the knowledge anew.
#[cfg(unix)]
pub type Hangups = tokio::signal::unix::Signal;
/// Nothing tells to read the knowledge anew.
#[cfg(not(unix))]
pub struct Hangups;

#[cfg(unix)]
fn hangups() -> anyhow::Result<Hangups> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::hangup()).context("cannot listen for SIGHUP")
}

#[cfg(not(unix))]
fn hangups() -> anyhow::Result<Hangups> {
    Ok(Hangups)
}

#[cfg(not(unix))]
impl Hangups {
    /// Never ends.
    pub async fn recv(&mut self) -> Option<()> {
        std::future::pending().await
    }
}
