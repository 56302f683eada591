//! Reloads the knowledge base while the bot runs: on a signal, and when the folder has changed.

use super::check::golden_questions;
use super::settings::{cache, learn};
use super::signals::Hangups;
use factotum_core::answering::Answerer;
use factotum_discord::bot::Bot;
use factotum_discord::guilds::Base;
use factotum_discord::indexed_knowledge::IndexedKnowledge;
use factotum_service::cache::Cache;
use factotum_service::config::Config;
use factotum_service::pack;
use factotum_service::reload::{self, Attempt, Content, FolderRead, Rejection, Verdict, Watch};
use factotum_service::status::{MAIN, ServiceStatus};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};

/// How long to wait between the two reads after a signal: its sender has finished writing. It only has to be longer than it takes to point a
/// link elsewhere between reading two files.
const SETTLE: Duration = Duration::from_millis(200);

/// How long reading the folder, or checking and training, usually take at most: five thousand questions are learned in less.
const LONG: Duration = Duration::from_secs(120);

/// Reloads one of the knowledge bases of a bot.
pub(super) struct Reloader {
    base: Base,
    /// What it is called in health checks; see [`ServiceStatus`].
    name: String,
    folder: Option<PathBuf>,
    cache: Option<Cache>,
    interval: Option<Duration>,
    /// Whether golden questions decide too.
    golden: bool,
    bot: Arc<Bot>,
    status: Arc<ServiceStatus>,
    /// One reload at a time, of whichever knowledge base: learning takes memory and a processor.
    turn: Arc<Semaphore>,
}

impl Reloader {
    /// A reloader for each knowledge base of these settings.
    pub(super) fn all(config: &Config, bot: &Arc<Bot>, status: &Arc<ServiceStatus>) -> Vec<Reloader> {
        let turn = Arc::new(Semaphore::new(1));
        let one = |base: Base, name: String, folder: Option<PathBuf>| Reloader {
            base,
            name,
            folder,
            cache: cache(config),
            interval: config.reload.poll_interval_seconds.duration(),
            golden: config.reload.check_golden_questions,
            bot: bot.clone(),
            status: status.clone(),
            turn: turn.clone(),
        };
        let main = one(Base::Main, MAIN.to_owned(), config.knowledge.0.clone());
        let of_guilds = config.discord.guilds.0.iter().enumerate();
        let of_guilds = of_guilds.map(|(number, entry)| one(Base::Guild(number), entry.name(), Some(entry.knowledge.clone())));
        std::iter::once(main).chain(of_guilds).collect()
    }

    /// Runs until it is dropped.
    pub(super) async fn run(self, mut hangups: Hangups) {
        let Some(folder) = self.folder.clone() else {
            while hangups.received().await.is_some() {
                tracing::info!("nothing to reload: the built-in knowledge base is in use");
            }
            return std::future::pending().await;
        };
        let mut watch = Watch::new(&self.bot.knowledge_of(self.base).base().version);
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
            // The semaphore is never closed.
            let turn = self.turn.acquire().await;
            let reloading = self.status.reloading(Instant::now());
            let path = folder.clone();
            if let Ok((read, content)) = patiently(spawn_blocking(move || read(&path))).await
                && watch.look(content) == Verdict::Changed
            {
                requested = false;
                self.attempt(read).await;
            }
            drop((reloading, turn));
            next.set(pause(if requested { Some(SETTLE) } else { self.interval }));
        }
    }

    /// Checks and trains on a thread of its own, then replaces the knowledge base.
    async fn attempt(&self, read: FolderRead) {
        let begun = Instant::now();
        let (current, cache) = (self.bot.knowledge_of(self.base), self.cache.clone());
        let golden = self.folder.clone().filter(|_| self.golden);
        let attempt = spawn_blocking(move || {
            match reload::attempt(read, &current.base().version, |base| {
                tracing::debug!(version = base.version, "training");
                // Without a progress bar: this is no terminal.
                learn(base, cache.as_ref(), Some(current.answerer()), &mut |_| {})
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
                self.status.accepted(&self.name, record.base(), now);
                self.bot.replace_base(self.base, record);
                tracing::info!(version, took_ms = begun.elapsed().as_millis(), "knowledge base reloaded");
            }
            Ok(None) => {
                self.status.unchanged(&self.name, now);
                tracing::info!("the knowledge base has not changed");
            }
            Err(rejection) => {
                self.status.rejected(&self.name, &rejection, now);
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
