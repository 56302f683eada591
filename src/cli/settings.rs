//! The settings and the knowledge base that a command uses.

use super::progress::Progress;
use super::{count, logging, read_bounded};
use anyhow::{Context, bail};
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Diagnostic, Severity, SourceFile};
use factotum_core::knowledge::KnowledgeBase;
use factotum_journal::{Event, Limits, Recorder};
use factotum_service::cache::{Cache, Key};
use factotum_service::config::{self, Config, Resolved, secret};
use factotum_service::pack;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The default settings file.
const DEFAULT_FILE: &str = "bot.toml";
/// The largest settings file, in bytes; ours with all its comments has eight thousand.
const MAX_SETTINGS: u64 = 64 << 10;
/// How many findings are shown by commands other than `check`.
const SHOWN: usize = 20;

/// Options that every command has.
#[derive(Debug, clap::Args)]
pub(super) struct Global {
    /// Use the knowledge base in this folder
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    knowledge: Option<PathBuf>,
    /// Read the settings from this file instead of ./bot.toml
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    config: Option<PathBuf>,
    /// Write a detailed log to standard error
    #[arg(long, short, global = true, help_heading = "Global options")]
    verbose: bool,
}

/// The settings that a command uses.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    resolved: Resolved,
    verbose: bool,
}

/// The files of a knowledge base.
#[derive(Debug)]
pub(super) struct Pack {
    /// Its name, for people.
    pub name: String,
    /// Its files.
    pub files: Vec<SourceFile>,
    /// The folder that they are in; `None` for the built-in knowledge base.
    pub folder: Option<PathBuf>,
}

impl Settings {
    /// Combines the settings file, the environment and the options.
    pub(super) fn load(global: &Global) -> anyhow::Result<Settings> {
        let file = global.config.clone().or_else(|| Path::new(DEFAULT_FILE).exists().then(|| PathBuf::from(DEFAULT_FILE)));
        // Also for what is wrong with the settings themselves.
        let format = std::env::var("FACTOTUM_LOG_FORMAT").ok().and_then(|format| format.parse().ok());
        if let Some(format) = format {
            logging::use_format(format);
        }
        let written = match file {
            Some(path) => read_config(&path, format.is_some())?,
            None => Resolved::default(),
        };
        let mut resolved = written.with_environment(&|name| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()))?;
        if let Some(folder) = &global.knowledge {
            resolved = resolved.with_knowledge(folder, "--knowledge");
        }
        Ok(Settings { resolved, verbose: global.verbose })
    }

    /// The settings themselves.
    pub(super) fn config(&self) -> &Config {
        &self.resolved.config
    }

    /// Every setting with its origin.
    pub(super) fn all(&self) -> Vec<config::Setting> {
        self.resolved.settings()
    }

    /// The log filter.
    pub(super) fn log_filter(&self) -> &str {
        if self.verbose { "factotum=debug" } else { self.config().log.as_str() }
    }

    /// Reads the files of the knowledge base in this folder, or else of the one in the settings.
    pub(super) fn pack(&self, folder: Option<&Path>) -> anyhow::Result<Pack> {
        let pack = match folder.or(self.config().knowledge.0.as_deref()) {
            Some(folder) => Pack { name: folder.display().to_string(), files: pack::read(folder)?, folder: Some(folder.to_owned()) },
            None => Pack { name: "the built-in knowledge base".to_owned(), files: factotum_built_in::files(), folder: None },
        };
        tracing::debug!(name = pack.name, files = pack.files.len(), "knowledge base read");
        Ok(pack)
    }

    /// Loads the knowledge base. Its errors are shown on standard error.
    pub(super) fn base(&self) -> anyhow::Result<KnowledgeBase> {
        self.base_in(None)
    }

    /// The same of this folder.
    fn base_in(&self, folder: Option<&Path>) -> anyhow::Result<KnowledgeBase> {
        let pack = self.pack(folder)?;
        let loaded = factotum_core::pack::load(&pack.files);
        let errors: Vec<Diagnostic> = loaded.diagnostics.into_iter().filter(|d| d.severity() == Severity::Error).collect();
        match loaded.base {
            Some(base) => Ok(base),
            None => {
                show(&errors, &pack.files)?;
                bail!("{} has {}; run `factotum check` to see all of them", pack.name, count(errors.len(), "error", "errors"))
            }
        }
    }

    /// Trains on a knowledge base, or takes the result from the cache.
    pub(super) fn learn(&self, base: KnowledgeBase) -> Answerer {
        let mut progress = Progress::new("training");
        learn(base, self.cache().as_ref(), None, &mut |share| progress.at(share))
    }

    /// Loads the knowledge base and trains on it.
    pub(super) fn answerer(&self) -> anyhow::Result<Answerer> {
        let begun = std::time::Instant::now();
        // The program was built with the result of training on its own knowledge base.
        let answerer = if self.config().knowledge.0.is_none() { factotum_built_in::answerer() } else { self.learn(self.base()?) };
        tracing::debug!(took = ?begun.elapsed(), intents = answerer.base().intents.len(), version = answerer.base().version, "trained");
        Ok(answerer)
    }
}

impl Settings {
    /// The cache, if there is one.
    pub(super) fn cache(&self) -> Option<Cache> {
        cache(self.config())
    }

    /// Loads the knowledge bases of `[[discord.guilds]]`, in their order, and trains on them, on all processors.
    pub(super) fn guild_answerers(&self) -> anyhow::Result<Vec<Answerer>> {
        let folders: Vec<&Path> = self.config().discord.guilds.0.iter().map(|entry| entry.knowledge.as_path()).collect();
        let (cache, next) = (self.cache(), AtomicUsize::new(0));
        let load = |folder: &Path| anyhow::Ok(learn(self.base_in(Some(folder))?, cache.as_ref(), None, &mut |_| {}));
        let take = || {
            let number = next.fetch_add(1, Ordering::Relaxed);
            Some((number, *folders.get(number)?))
        };
        let work = || std::iter::from_fn(take).map(|(number, folder)| (number, load(folder))).collect::<Vec<_>>();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(folders.len());
        let done = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            running
                .into_iter()
                .map(|thread| thread.join().map_err(|_| anyhow::anyhow!("training failed")))
                .collect::<anyhow::Result<Vec<_>>>()
        });
        let mut done: Vec<_> = done?.into_iter().flatten().collect();
        done.sort_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, answerer)| answerer).collect()
    }

    /// The recorder of the gaps journal, if one is kept.
    pub(super) fn recorder(&self, observe: impl Fn(Event) + Send + Sync + 'static) -> anyhow::Result<Option<Recorder>> {
        self.config().journal.path.0.as_ref().map(|path| self.recorder_at(path, observe)).transpose()
    }

    /// The recorder of a gaps journal in this file.
    pub(super) fn recorder_at(&self, path: &Path, observe: impl Fn(Event) + Send + Sync + 'static) -> anyhow::Result<Recorder> {
        Recorder::start(path.to_owned(), self.journal_limits(), observe).context("cannot start to write the gaps journal")
    }

    /// How much the gaps journal keeps.
    pub(super) fn journal_limits(&self) -> Limits {
        let journal = &self.config().journal;
        Limits { keep_days: small(journal.keep_days), max_entries: small(journal.max_entries), max_megabytes: small(journal.max_megabytes) }
    }
}

/// A limit is a million at most.
fn small(limit: config::Limit) -> u32 {
    u32::try_from(limit.get()).unwrap_or(u32::MAX)
}

/// The cache of these settings, with room for every knowledge base.
pub(super) fn cache(config: &Config) -> Option<Cache> {
    config.cache_dir.0.as_deref().map(|folder| Cache::new(folder).with_room_for(config.discord.guilds.0.len()))
}

/// Trains on a knowledge base, or takes an earlier result: from the build of the program, or from the cache. Of a base that replaces
/// `before`, only what is new is encoded.
pub(super) fn learn(base: KnowledgeBase, cache: Option<&Cache>, before: Option<&Answerer>, progress: &mut dyn FnMut(f32)) -> Answerer {
    if base.version == factotum_built_in::VERSION {
        return factotum_built_in::answerer();
    }
    let train = |base, progress: &mut dyn FnMut(f32)| match before {
        Some(before) => before.relearn(base, progress),
        None => Answerer::learn(base, progress),
    };
    let Some(cache) = cache else { return train(base, progress) };
    let key = Key::of(&base);
    if let Some(learned) = cache.get(&key, &base) {
        return Answerer::from_learned(base, learned);
    }
    let answerer = train(base, progress);
    if let Err(error) = cache.put(&key, answerer.matcher().learned()) {
        tracing::warn!(folder = %cache.folder().display(), %error, "cannot write to the cache; the next start trains again");
    }
    answerer
}

fn read_config(path: &Path, format_is_known: bool) -> anyhow::Result<Resolved> {
    let bytes = read_bounded(path, MAX_SETTINGS).context("cannot read the settings")?;
    let file = SourceFile { name: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() };
    if let Some(format) = config::log_format(&file.text).filter(|_| !format_is_known) {
        logging::use_format(format);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    match Resolved::parse(&file, folder) {
        Ok(resolved) => Ok(resolved),
        Err(found) => {
            let errors = count(found.len(), "error", "errors");
            let name = file.name.clone();
            show(&found, &[secret::masked(&file)])?;
            bail!("{name} has {errors}")
        }
    }
}

/// Shows the first findings on standard error.
pub(super) fn show(found: &[Diagnostic], files: &[SourceFile]) -> std::io::Result<()> {
    for diagnostic in found.iter().take(SHOWN) {
        let level = if diagnostic.severity() == Severity::Error { "ERROR" } else { "WARN" };
        let finding = Some(("finding", diagnostic.json(files)));
        logging::print(level, &diagnostic.message, &format!("{}\n", diagnostic.human(files, true)), finding);
    }
    if found.len() > SHOWN {
        let more = format!("... and {} more", found.len() - SHOWN);
        logging::print("ERROR", &more, &format!("{more}\n"), None);
    }
    Ok(())
}
