//! Reloads the knowledge base while the bot runs: on a signal, and when the folder has changed.

use super::check::golden_questions;
use super::settings::learn;
use super::signals::Hangups;
use factotum_core::answering::Answerer;
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
    /// Whether golden questions decide too.
    golden: bool,
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
            golden: config.reload.check_golden_questions,
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
        let golden = self.folder.clone().filter(|_| self.golden);
        let attempt = spawn_blocking(move || {
            match reload::attempt(read, &current.base().version, |base| {
                tracing::debug!(version = base.version, "training");
                // Without a progress bar: this is no terminal.
                learn(base, cache.as_deref(), Some(current.answerer()), &mut |_| {})
            }) {
                Attempt::Accepted(answerer) => {
                    golden.as_deref().map_or(Ok(()), |folder| ask_golden_questions(folder, &answerer))?;
                    Ok(Some(IndexedKnowledge::of(*answerer).with_clock(SystemTime::now)))
                }
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

/// Rejects a knowledge base that breaks one of its golden questions, or whose golden questions cannot be read.
fn ask_golden_questions(folder: &Path, answerer: &Answerer) -> Result<(), Rejection> {
    match golden_questions(folder, answerer) {
        Ok((broken, _)) if broken.is_empty() => Ok(()),
        Ok((broken, files)) => Err(Rejection::of(&broken, &files)),
        Err(error) => Err(Rejection::unreadable(&format!("{error:#}"))),
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

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = "format = 2\n[source.log]\ntitle = \"Log\"\nparagraphs = 1\n[[fact]]\nid = \"height\"\nstatement = \"The tower is 31 metres high.\"\n\
        paragraphs = 1\n[[fact.question]]\nask = \"How high is the tower?\"\nanswer = \"31 metres.\"\n";

    #[test]
    fn golden_questions_decide() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = factotum_core::diagnostic::SourceFile { name: "p.toml".to_owned(), text: PACK.to_owned() };
        let answerer = Answerer::new(factotum_core::pack::load(&[file]).base.expect("a pack without mistakes"));
        let ask = |golden: &str| {
            let questions = folder.path().join("questions");
            std::fs::create_dir_all(&questions).expect("a writable folder");
            std::fs::write(questions.join("saved.toml"), golden).expect("a writable folder");
            ask_golden_questions(folder.path(), &answerer)
        };
        assert_eq!(ask_golden_questions(folder.path(), &answerer), Ok(()), "there are none");
        let golden = |metres: u32| {
            format!(
                "format = 1\n[[questions]]\nask = \"How high is the tower?\"\nexpect = \"answer\"\ncontains_any = [[\"{metres} metres\"]]\n"
            )
        };
        assert_eq!(ask(&golden(31)), Ok(()));
        let broken = ask(&golden(32)).expect_err("the answer is another one");
        assert!(
            broken.problem == "1 error" && broken.lines().next().is_some_and(|l| l.starts_with("error[golden-question-broken]")),
            "{broken:?}"
        );
        assert!(ask("format = ").is_err(), "nobody knows whether they are right");
    }
}
