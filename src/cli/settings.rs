//! Which settings and which knowledge are in force.

use super::progress::Progress;
use super::{count, read_bounded};
use anyhow::{Context, bail};
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Diagnostic, Severity, SourceFile};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::vectors::Table;
use factotum_service::cache::{Cache, Key};
use factotum_service::config::{self, Config, Resolved, secret};
use factotum_service::pack;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where settings are looked for if nobody says where.
const USUAL: &str = "bot.toml";
/// Largest file of settings, in bytes.
const MAX_SETTINGS: u64 = 1 << 20;
/// Findings that are shown where a pack was to be used, not checked.
const SHOWN: usize = 20;

/// Options that every command has.
#[derive(Debug, clap::Args)]
pub(super) struct Global {
    /// Take the knowledge from this folder
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    knowledge: Option<PathBuf>,
    /// Take the settings from this file instead of ./bot.toml
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    config: Option<PathBuf>,
    /// Log what happens, on standard error
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    verbose: bool,
}

/// What is in force.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    settled: Resolved,
    verbose: bool,
}

/// A pack as it was read.
#[derive(Debug)]
pub(super) struct Pack {
    /// What to call it.
    pub name: String,
    /// Its files.
    pub files: Vec<SourceFile>,
}

impl Settings {
    /// Puts together the file, the environment and the options.
    pub(super) fn load(global: &Global) -> anyhow::Result<Settings> {
        let file = global.config.clone().or_else(|| Path::new(USUAL).exists().then(|| PathBuf::from(USUAL)));
        let written = match file {
            Some(path) => read_config(&path)?,
            None => Resolved::default(),
        };
        let mut settled = written.with_environment(&|name| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()))?;
        if let Some(folder) = &global.knowledge {
            settled = settled.with_knowledge(folder, "--knowledge");
        }
        Ok(Settings { settled, verbose: global.verbose })
    }

    /// The settings themselves.
    pub(super) fn config(&self) -> &Config {
        &self.settled.config
    }

    /// Every setting with where it comes from.
    pub(super) fn all(&self) -> Vec<config::Setting> {
        self.settled.settings()
    }

    /// What is logged.
    pub(super) fn log_filter(&self) -> &str {
        if self.verbose { "factotum=debug" } else { self.config().log.as_str() }
    }

    /// The pack of that folder, or else the one in force.
    pub(super) fn pack(&self, folder: Option<&Path>) -> anyhow::Result<Pack> {
        let pack = match folder.or(self.config().knowledge.0.as_deref()) {
            Some(folder) => Pack { name: folder.display().to_string(), files: pack::read(folder)? },
            None => Pack { name: "the built-in pack".to_owned(), files: factotum_built_in::files() },
        };
        tracing::debug!(pack = pack.name, files = pack.files.len(), "read");
        Ok(pack)
    }

    /// The base in force; what is wrong with it is shown on standard error.
    pub(super) fn base(&self) -> anyhow::Result<KnowledgeBase> {
        let pack = self.pack(None)?;
        let loaded = factotum_core::pack::load(&pack.files);
        let errors: Vec<Diagnostic> = loaded.diagnostics.into_iter().filter(|d| d.severity() == Severity::Error).collect();
        match loaded.base {
            Some(base) => Ok(base),
            None => {
                show(&errors, &pack.files)?;
                bail!("{} has {}; `factotum check` shows all there is to mend", pack.name, count(errors.len(), "error", "errors"))
            }
        }
    }

    /// Somebody who answers from a base: learned now, or before if there is a cache.
    pub(super) fn learn(&self, base: KnowledgeBase) -> Answerer {
        let mut progress = Progress::new("learning the pack");
        learn(base, self.config().cache_dir.0.as_deref(), &mut |share| progress.at(share))
    }

    /// Somebody who answers from the base in force.
    pub(super) fn answerer(&self) -> anyhow::Result<Answerer> {
        let begun = std::time::Instant::now();
        // The built-in base was learned when the program was built.
        let answerer = if self.config().knowledge.0.is_none() { factotum_built_in::answerer() } else { self.learn(self.base()?) };
        tracing::debug!(took = ?begun.elapsed(), intents = answerer.base().intents.len(), version = answerer.base().version, "learned");
        Ok(answerer)
    }
}

/// Learns a base, or takes what was learned of it before: when the program was built, or with a cache.
pub(super) fn learn(base: KnowledgeBase, cache: Option<&Path>, progress: &mut dyn FnMut(f32)) -> Answerer {
    if base.version == factotum_built_in::VERSION {
        return factotum_built_in::answerer();
    }
    let Some(folder) = cache else { return Answerer::learn(base, Table::built_in(), progress) };
    let (cache, key) = (Cache::new(folder), Key::of(&base));
    if let Some(learned) = cache.get(&key) {
        return Answerer::from_learned(base, learned);
    }
    let answerer = Answerer::learn(base, Table::built_in(), progress);
    if let Err(error) = cache.put(&key, answerer.matcher().learned()) {
        tracing::warn!(folder = %folder.display(), %error, "cannot keep what was learned; the next start learns it again");
    }
    answerer
}

fn read_config(path: &PathBuf) -> anyhow::Result<Resolved> {
    let bytes = read_bounded(path, MAX_SETTINGS).context("cannot read the settings")?;
    let file = SourceFile { name: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() };
    let folder = path.parent().unwrap_or(Path::new(""));
    match Resolved::parse(&file, folder) {
        Ok(settled) => Ok(settled),
        Err(found) => {
            let errors = count(found.len(), "error", "errors");
            let name = file.name.clone();
            show(&found, &[secret::masked(&file)])?;
            bail!("{name} has {errors}")
        }
    }
}

/// Shows findings on standard error, the first ones in full.
pub(super) fn show(found: &[Diagnostic], files: &[SourceFile]) -> std::io::Result<()> {
    let mut out = anstream::stderr().lock();
    for diagnostic in found.iter().take(SHOWN) {
        writeln!(out, "{}\n", diagnostic.human(files, true))?;
    }
    if found.len() > SHOWN {
        writeln!(out, "... and {} more\n", found.len() - SHOWN)?;
    }
    Ok(())
}
