//! What commands have in common that go on until they are told to stop: runtimes, signals, the record, and what is told about it.

use super::reloading::Reloading;
use super::settings::Settings;
use super::signals::{Hangups, Stop};
use anyhow::Context;
use factotum_discord::bot::Bot;
use factotum_discord::dispatch::Dispatcher;
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_service::http;
use factotum_service::vitals::Vitals;
use std::future::pending;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::runtime::{Builder, Handle, Runtime};

/// What the work is done with.
pub(super) struct Started {
    /// Who decides, and who is told how it goes.
    pub dispatcher: Dispatcher,
    /// Who is told to stop.
    pub stop: Stop,
    /// Where the work is done.
    pub worker: Handle,
}

/// Learns the record, tells about itself, reads the record anew when it is to, and does the work meanwhile; `None` if it was told to stop
/// before there was anything to do it with.
pub(super) fn run<T, F>(settings: &Settings, work: impl FnOnce(Started) -> F) -> anyhow::Result<Option<T>>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let config = settings.config();
    // Before anything that takes long, and before Discord hears of us.
    let telling = config.http.listen.0.map(|address| listen(address, "[http]")).transpose()?;
    let watching = Builder::new_current_thread().enable_all().build().context("cannot start")?;
    // Signals may come while the base is being learned.
    let (hangups, mut stop) = watching.block_on(async { anyhow::Ok((Hangups::new()?, Stop::new()?)) })?;
    let worker = runtime()?;
    let own = settings.clone();
    let learning = worker.spawn_blocking(move || own.answerer());
    let learned = watching.block_on(async {
        tokio::select! {
            () = stop.told() => None,
            learned = learning => Some(learned),
        }
    });
    let Some(learned) = learned else {
        worker.shutdown_background();
        return Ok(None);
    };
    let answerer = learned.context("the knowledge cannot be learned")??;
    let vitals = Arc::new(Vitals::new(answerer.base(), SystemTime::now()));
    let bot = Arc::new(Bot::new(IndexedKnowledge::of(answerer), config.discord.clone()));
    let reloading = Reloading::new(config, bot.clone(), vitals.clone());
    let done = watching.block_on(async {
        if let Some(listener) = telling {
            let listener = tokio::net::TcpListener::from_std(listener).context("cannot listen")?;
            tracing::info!("telling about itself at http://{}", listener.local_addr()?);
            let router = http::router(vitals.clone(), worker.handle().clone());
            tokio::spawn(http::serve(listener, router, http::TELLING, pending()));
        }
        tokio::spawn(reloading.run(hangups));
        let dispatcher = Dispatcher { bot, vitals, log_user_ids: config.log_user_ids };
        work(Started { dispatcher, stop, worker: worker.handle().clone() }).await
    });
    // A base may be in the middle of being learned.
    watching.shutdown_background();
    // It may never be done.
    worker.shutdown_background();
    done.map(Some)
}

/// Takes the address, the setting `listen` of `section`, so that nobody else can.
pub(super) fn listen(address: SocketAddr, section: &str) -> anyhow::Result<TcpListener> {
    let taken = || -> std::io::Result<TcpListener> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    taken().with_context(|| format!("cannot listen on {address}, the setting `listen` of {section}"))
}

/// What runs everything that waits for Discord.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build().context("cannot start")
}
