//! What the commands that serve Discord have in common: runtimes, signals, the knowledge base, health checks and metrics.

use super::logging;
use super::reload::Reloader;
use super::settings::Settings;
use super::signals::{Hangups, Stop};
use super::teach::FolderTeacher;
use anyhow::Context;
use factotum_discord::bot::Bot;
use factotum_discord::dispatch::Dispatcher;
use factotum_discord::guilds::{Base, Guilds};
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_journal::{Event, Recorder};
use factotum_service::exit::ExitReason;
use factotum_service::status::ServiceStatus;
use factotum_service::{ask, http, monitoring};
use std::future::pending;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use tokio::runtime::{Builder, Handle, Runtime};

/// What a command gets to serve Discord with.
pub(super) struct Started {
    /// Decides on events, and reports to the status.
    pub dispatcher: Dispatcher,
    /// The signal to stop.
    pub stop: Stop,
    /// The runtime to serve on.
    pub worker: Handle,
}

/// How long the program may take to stop after a signal, beyond the time that requests are still answered: all that it waits for takes less.
/// Supervisors kill after ten seconds (Docker), thirty (Kubernetes) or ninety (systemd).
const STOP_DEADLINE: Duration = Duration::from_millis(9_500);

/// Ends the process some time after the first signal to stop, whatever it is doing then: something may hang that nobody thought of.
fn stop_by_force(drain: Duration) {
    let watch = move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
        let signalled = runtime.block_on(async {
            Stop::new()?.received().await;
            anyhow::Ok(())
        });
        if signalled.is_ok() {
            thread::sleep(drain + STOP_DEADLINE);
            tracing::error!("not stopped in time; ending by force");
            logging::finish();
            std::process::exit(ExitReason::Stopped.code().into());
        }
    };
    // Without this thread, a supervisor has to kill what hangs.
    let _ = thread::Builder::new().name("deadline".to_owned()).spawn(watch);
}

/// Loads the knowledge base, serves health checks and metrics, reloads when needed, and runs `serve` meanwhile. Returns `None` if a signal
/// stopped it before `serve` could start. After a signal, `serve` may answer requests for `drain`.
pub(super) fn run<T, F>(settings: &Settings, drain: Duration, serve: impl FnOnce(Started) -> F) -> anyhow::Result<Option<T>>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let config = settings.config();
    // Before anything that takes long, and before connecting to Discord.
    let listener = config.http.listen.0.map(|address| listen(address, "[http]")).transpose()?;
    let ask_listener = config.ask.listen.0.map(|address| listen(address, "[ask]")).transpose()?;
    // Health checks must respond even if the worker hangs, so they have a runtime of their own.
    let supervisor = Builder::new_current_thread().enable_all().build().context("cannot start a runtime")?;
    // Signals may arrive while the program trains. Each knowledge base hears of every signal to reload.
    let bases = 1 + config.discord.guilds.0.len();
    let (hangups, mut stop) = supervisor.block_on(async {
        let hangups = (0..bases).map(|_| Hangups::new()).collect::<anyhow::Result<Vec<_>>>()?;
        anyhow::Ok((hangups, Stop::new()?))
    })?;
    stop_by_force(drain);
    let worker = runtime()?;
    let own_settings = settings.clone();
    let training = worker.spawn_blocking(move || anyhow::Ok((own_settings.answerer()?, own_settings.guild_answerers()?)));
    let trained = supervisor.block_on(async {
        tokio::select! {
            () = stop.received() => None,
            trained = training => Some(trained),
        }
    });
    let Some(trained) = trained else {
        worker.shutdown_background();
        return Ok(None);
    };
    let (answerer, of_guilds) = trained.context("training failed")??;
    let status = Arc::new(ServiceStatus::new(answerer.base(), SystemTime::now()));
    let observe = || {
        let observed = status.clone();
        move |event: Event| observed.metrics.journal(event.dropped())
    };
    let recorder = settings.recorder(observe())?;
    let (mut guilds, mut recorders) = (Guilds::default(), Vec::new());
    // The built-in knowledge base has no folder.
    let mut folders: Vec<(Base, PathBuf)> = config.knowledge.0.iter().map(|folder| (Base::Main, folder.clone())).collect();
    for (entry, answerer) in config.discord.guilds.0.iter().zip(of_guilds) {
        status.also_in_use(&entry.name(), answerer.base(), SystemTime::now());
        let recorder = entry.journal.0.as_ref().map(|path| settings.recorder_at(path, observe())).transpose()?;
        recorders.extend(recorder.clone());
        let kept = recorder.map(|recorder| (recorder, config.journal.keep_days.get()));
        let base = guilds.add(entry.guild.0, entry.channels.as_slice(), IndexedKnowledge::of(answerer).with_clock(SystemTime::now), kept);
        folders.push((base, entry.knowledge.clone()));
    }
    let bot = Bot::new(IndexedKnowledge::of(answerer).with_clock(SystemTime::now), config.discord.clone()).with_guilds(guilds);
    let bot = match recorder.clone() {
        Some(recorder) => bot.with_journal(recorder, config.journal.keep_days.get()),
        None => bot,
    };
    let teach = |bot: Bot, (base, folder): (Base, PathBuf)| bot.with_teacher(base, Arc::new(FolderTeacher::new(folder, config)));
    let bot = Arc::new(folders.into_iter().fold(bot, teach));
    let reloaders = Reloader::all(config, &bot, &status);
    let done = supervisor.block_on(async {
        if let Some(listener) = listener {
            let listener = tokio::net::TcpListener::from_std(listener).context("cannot listen")?;
            tracing::info!("serving health and metrics on http://{}", listener.local_addr()?);
            let router = monitoring::router(status.clone(), worker.handle().clone());
            tokio::spawn(http::serve(listener, router, monitoring::LIMITS, pending()));
        }
        for (reloader, hangups) in reloaders.into_iter().zip(hangups) {
            tokio::spawn(reloader.run(hangups));
        }
        let dispatcher = Dispatcher { bot, status, log_user_ids: config.log_user_ids };
        if let Some(listener) = ask_listener {
            let address = listener.local_addr()?;
            tracing::info!("answering questions on http://{address}{}", ask::PATH);
            let asked = dispatcher.clone();
            let router = ask::router(Arc::new(move |question| asked.answer_json(question, Instant::now())), config.ask.address_limit.get());
            worker.spawn(async move {
                match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => http::serve(listener, router, ask::LIMITS, pending()).await,
                    Err(error) => tracing::error!("cannot listen on {address}: {error}"),
                }
            });
        }
        serve(Started { dispatcher, stop, worker: worker.handle().clone() }).await
    });
    // A reload may be in the middle of training.
    supervisor.shutdown_background();
    // A task may hang.
    worker.shutdown_background();
    recorder.iter().chain(&recorders).for_each(Recorder::finish);
    done.map(Some)
}

/// Listens on an address, which is the setting `listen` of `section`.
pub(super) fn listen(address: SocketAddr, section: &str) -> anyhow::Result<TcpListener> {
    let bind = || -> std::io::Result<TcpListener> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().with_context(|| format!("cannot listen on {address}, the setting `listen` of {section}"))
}

/// The runtime for everything that waits for Discord.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build().context("cannot start a runtime")
}
