//! Reloads the knowledge base while the bot runs: on a signal, and when the folder has changed.

use super::settings::learn;
use super::signals::Hangups;
use factotum_discord::bot::Bot;
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_service::config::Config;
use factotum_service::pack;
use factotum_service::reload::{self, Attempt, Content, FolderRead, Rejection, Verdict, Watch};
use factotum_service::status::ServiceStatus;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};

/// How long to wait between the two reads after a signal: its sender has finished writing. It only has to be longer than it takes to point a
/// link elsewhere between reading two files.
const SETTLE: Duration = Duration::from_millis(200);

/// How long reading the folder, or checking and training, usually take at most: five thousand questions are learned in less.
const LONG: Duration = Duration::from_secs(120);

/// Reloads the knowledge base of a bot.
pub(super) struct Reloader {
    folder: Option<PathBuf>,
    cache: Option<PathBuf>,
    interval: Option<Duration>,
    bot: Arc<Bot>,
    status: Arc<ServiceStatus>,
}

impl Reloader {
    /// A reloader with these settings.
    pub(super) fn new(config: &Config, bot: Arc<Bot>, status: Arc<ServiceStatus>) -> Reloader {
        Reloader {
            folder: config.knowledge.0.clone(),
            cache: config.cache_dir.0.clone(),
            interval: config.reload.poll_interval_seconds.duration(),
            bot,
            status,
        }
    }

    /// Runs until it is dropped.
    pub(super) async fn run(self, mut hangups: Hangups) {
        let Some(folder) = self.folder.clone() else {
            while hangups.received().await.is_some() {
                tracing::info!("nothing to reload: the built-in knowledge base is in use");
            }
            return std::future::pending().await;
        };
        let mut watch = Watch::new(&self.bot.knowledge().base().version);
        let mut requested = false;
        let mut next = pin!(pause(self.interval));
        loop {
            tokio::select! {
                // One reload is enough for all signals that come before it begins; those that come during it make for another.
                Some(()) = hangups.received(), if !requested => {
                    tracing::info!("SIGHUP received: reloading the knowledge base");
                    requested = true;
                    watch.ask();
                }
                () = &mut next => {}
            }
            let reloading = self.status.reloading(Instant::now());
            let path = folder.clone();
            if let Ok((read, content)) = patiently(spawn_blocking(move || read(&path))).await
                && watch.look(content) == Verdict::Changed
            {
                requested = false;
                self.attempt(read).await;
            }
            drop(reloading);
            next.set(pause(if requested { Some(SETTLE) } else { self.interval }));
        }
    }

    /// Checks and trains on a thread of its own, then replaces the knowledge base.
    async fn attempt(&self, read: FolderRead) {
        let begun = Instant::now();
        let (current, cache) = (self.bot.knowledge(), self.cache.clone());
        let attempt = spawn_blocking(move || {
            match reload::attempt(read, &current.base().version, |base| {
                tracing::debug!(version = base.version, "training");
                // Without a progress bar: this is no terminal.
                learn(base, cache.as_deref(), Some(current.answerer()), &mut |_| {})
            }) {
                Attempt::Accepted(answerer) => Ok(Some(IndexedKnowledge::of(*answerer))),
                Attempt::Unchanged => Ok(None),
                Attempt::Rejected(rejection) => Err(rejection),
            }
        });
        let now = SystemTime::now();
        match patiently(attempt).await.unwrap_or_else(|error| Err(Rejection::unreadable(&format!("training failed: {error}")))) {
            Ok(Some(record)) => {
                let version = record.base().version.clone();
                self.status.accepted(record.base(), now);
                self.bot.replace(record);
                tracing::info!(version, took_ms = begun.elapsed().as_millis(), "knowledge base reloaded");
            }
            Ok(None) => {
                self.status.unchanged(now);
                tracing::info!("the knowledge base has not changed");
            }
            Err(rejection) => {
                self.status.rejected(&rejection, now);
                tracing::error!("the knowledge base was rejected, and the previous one stays in use: {}", rejection.problem);
                rejection.lines().for_each(|line| tracing::error!("{line}"));
            }
        }
    }
}

/// Waits for a step of a reload, with a warning if it takes long: meanwhile nothing else is reloaded.
async fn patiently<T>(mut step: JoinHandle<T>) -> Result<T, JoinError> {
    match timeout(LONG, &mut step).await {
        Ok(done) => done,
        Err(_) => {
            tracing::warn!("a reload has been running for {} seconds; until it is over, nothing else is reloaded", LONG.as_secs());
            step.await
        }
    }
}

fn read(folder: &Path) -> (FolderRead, Content) {
    let read = pack::read(folder).map_err(|error| format!("{:#}", anyhow::Error::from(error)));
    let content = Content::of(&read);
    (read, content)
}

async fn pause(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}
