//! `factotum check`: every mistake in a pack, and what to do about it.

use super::settings::{Pack, Settings};
use super::{BAD, DOUBTFUL, Status, count, read_bounded};
use anyhow::Context;
use clap::ValueEnum;
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Diagnostic, Severity};
use factotum_core::knowledge::{self, KnowledgeBase};
use factotum_core::render::json::line;
use factotum_curator::{audit, grounding};
use factotum_service::pack;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Folder of the pack; without it the one that is in force
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// End with status 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// How findings are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// Hold the facts against the text that they were taken from, too
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the place in question quoted and underlined
    Human,
    /// A JSON object a line, the last one a summary
    Json,
}

impl Check {
    /// Checks the pack and prints what was found.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let pack = settings.pack(self.folder.as_deref())?;
        let source = match &self.source {
            Some(path) => Some((
                path.display().to_string(),
                read_bounded(path, pack::MAX_FILE).context("cannot check the facts against their source")?,
            )),
            None => None,
        };
        let loaded = knowledge::load(&pack.files);
        let mut found = loaded.diagnostics;
        let base = loaded.base.map(|base| {
            if let Some((name, text)) = &source {
                found.extend(grounding::check(&base, &pack.files, name, text));
            }
            let answerer = settings.learn(base);
            found.extend(audit::stolen(&answerer));
            answerer
        });
        found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
        let tally = Tally::new(&pack, base.as_ref().map(Answerer::base), &found);
        match self.format {
            Format::Human => print_human(&pack, &found, &tally)?,
            Format::Json => print_json(&pack, &found, &tally)?,
        }
        let bad = tally.errors > 0 || (self.deny_warnings && tally.warnings > 0);
        Ok(if bad { Status::Bad } else { Status::Good })
    }
}

/// What the closing line counts.
struct Tally<'a> {
    pack: &'a Pack,
    /// What the pack has; unknown while there are errors in it.
    base: Option<&'a KnowledgeBase>,
    errors: usize,
    warnings: usize,
}

impl<'a> Tally<'a> {
    fn new(pack: &'a Pack, base: Option<&'a KnowledgeBase>, found: &[Diagnostic]) -> Self {
        let errors = found.iter().filter(|d| d.severity() == Severity::Error).count();
        Self { pack, base, errors, warnings: found.len() - errors }
    }

    fn phrases(base: &KnowledgeBase) -> usize {
        base.intents.iter().map(|i| i.paraphrases.len()).sum()
    }

    fn human(&self) -> String {
        let mut parts = vec![count(self.pack.files.len(), "file", "files")];
        if let Some(base) = self.base {
            parts.push(count(base.facts.len(), "fact", "facts"));
            parts.push(count(base.intents.len(), "intent", "intents"));
            parts.push(count(Self::phrases(base), "phrase", "phrases"));
            parts.push(count(base.unanswerables.len(), "near miss", "near misses"));
        }
        let colour = |style: anstyle::Style, number: usize| if number > 0 { style } else { anstyle::Style::new() };
        let (bad, doubtful) = (colour(BAD, self.errors), colour(DOUBTFUL, self.warnings));
        let (errors, warnings) = (count(self.errors, "error", "errors"), count(self.warnings, "warning", "warnings"));
        format!("{}: {}; {bad}{errors}{bad:#}, {doubtful}{warnings}{doubtful:#}", self.pack.name, parts.join(", "))
    }

    fn json(&self) -> Value {
        json!({"summary": {
            "pack": self.pack.name, "files": self.pack.files.len(), "facts": self.base.map(|b| b.facts.len()), "intents": self.base.map(|b| b.intents.len()),
            "phrases": self.base.map(Self::phrases), "near_misses": self.base.map(|b| b.unanswerables.len()), "errors": self.errors, "warnings": self.warnings,
        }})
    }
}

fn print_human(pack: &Pack, found: &[Diagnostic], tally: &Tally<'_>) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for diagnostic in found {
        writeln!(out, "{}\n", diagnostic.human(&pack.files, true))?;
    }
    writeln!(out, "{}", tally.human())?;
    Ok(())
}

fn print_json(pack: &Pack, found: &[Diagnostic], tally: &Tally<'_>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for diagnostic in found {
        writeln!(out, "{}", line(&diagnostic.json(&pack.files)))?;
    }
    writeln!(out, "{}", line(&tally.json()))?;
    Ok(())
}
