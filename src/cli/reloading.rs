//! Reads the knowledge anew while the bot runs: when it is told to, and when what lies in the folder has changed.

use super::settings::learn;
use super::signals::Hangups;
use factotum_discord::bot::Bot;
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_service::config::Config;
use factotum_service::pack;
use factotum_service::reload::{self, Attempt, Content, Look, Refusal, Verdict, Watch};
use factotum_service::vitals::Vitals;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How long to wait between the two looks when told to read anew: whoever tells so has finished writing. It only has to be longer than it
/// takes to point a link elsewhere between reading two files.
const SETTLE: Duration = Duration::from_millis(200);

/// Where to look, and whom to give what is found.
pub(super) struct Reloading {
    folder: Option<PathBuf>,
    cache: Option<PathBuf>,
    every: Option<Duration>,
    bot: Arc<Bot>,
    vitals: Arc<Vitals>,
}

impl Reloading {
    /// As the settings say.
    pub(super) fn new(config: &Config, bot: Arc<Bot>, vitals: Arc<Vitals>) -> Reloading {
        Reloading {
            folder: config.knowledge.0.clone(),
            cache: config.cache_dir.0.clone(),
            every: config.reload.poll_interval_seconds.duration(),
            bot,
            vitals,
        }
    }

    /// Goes on for as long as it is left to.
    pub(super) async fn run(self, mut hangups: Hangups) {
        let Some(folder) = self.folder.clone() else {
            while hangups.recv().await.is_some() {
                tracing::info!("the built-in knowledge is in force: there is nothing to read anew");
            }
            return std::future::pending().await;
        };
        let mut watch = Watch::new(&self.bot.record().base().version);
        let mut told = false;
        loop {
            let wait = if told { Some(SETTLE) } else { self.every };
            tokio::select! {
                Some(()) = hangups.recv() => {
                    tracing::info!("told to read the knowledge anew");
                    told = true;
                    watch.ask();
                }
                () = pause(wait) => {}
            }
            let at = folder.clone();
            let Ok((look, content)) = spawn_blocking(move || look(&at)).await else { continue };
            if watch.look(content) == Verdict::Changed {
                told = false;
                self.attempt(look).await;
            }
        }
    }

    /// Checks and learns on a thread of its own, and puts the result in force.
    async fn attempt(&self, look: Look) {
        let begun = Instant::now();
        let (in_force, cache) = (self.bot.record().base().version.clone(), self.cache.clone());
        // Nothing is drawn while it learns: nobody sits before it.
        let attempt = spawn_blocking(move || {
            match reload::attempt(look, &in_force, |base| {
                tracing::debug!(version = base.version, "learning");
                learn(base, cache.as_deref(), &mut |_| {})
            }) {
                Attempt::Accepted(answerer) => Ok(Some(IndexedKnowledge::of(*answerer))),
                Attempt::Unchanged => Ok(None),
                Attempt::Refused(refusal) => Err(refusal),
            }
        });
        let now = SystemTime::now();
        match attempt.await.unwrap_or_else(|error| Err(Refusal::unreadable(&format!("it could not be learned: {error}")))) {
            Ok(Some(record)) => {
                let version = record.base().version.clone();
                self.vitals.accepted(record.base(), now);
                self.bot.replace(record);
                tracing::info!(version, took_ms = begun.elapsed().as_millis(), "the knowledge was read anew, and is in force");
            }
            Ok(None) => {
                self.vitals.unchanged(now);
                tracing::info!("nothing has changed in the knowledge");
            }
            Err(refusal) => {
                self.vitals.refused(&refusal, now);
                tracing::error!("the knowledge was refused, and the one before stays in force: {}", refusal.problem);
                refusal.lines().for_each(|line| tracing::error!("{line}"));
            }
        }
    }
}

fn look(folder: &Path) -> (Look, Content) {
    let look = pack::read(folder).map_err(|error| format!("{:#}", anyhow::Error::from(error)));
    let content = Content::of(&look);
    (look, content)
}

async fn pause(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}
