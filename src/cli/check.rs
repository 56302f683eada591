//! `factotum check`: every mistake in the knowledge files, and what to do about it.

use super::settings::{Pack, Settings};
use super::{BAD, DOUBTFUL, Status, count, read_bounded};
use anyhow::Context;
use clap::ValueEnum;
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Diagnostic, Severity};
use factotum_core::pack::{self, Counts};
use factotum_core::render::json::line;
use factotum_curator::{audit, grounding};
use factotum_service::pack::MAX_FILE;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

/// Most findings that are printed: whoever has more does not read on, and the first ones often cause the others.
const SHOWN: usize = 100;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Folder of the knowledge files; by default the current knowledge base
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Exit with status 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// How findings are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// Also compare the facts with the text of their source
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
    /// Checks the files and prints what was found.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let knowledge = settings.pack(self.folder.as_deref())?;
        let source = match &self.source {
            Some(path) => {
                Some((path.display().to_string(), read_bounded(path, MAX_FILE).context("cannot check the facts against their source")?))
            }
            None => None,
        };
        let loaded = pack::load(&knowledge.files);
        let mut found = loaded.diagnostics;
        if let Some(base) = loaded.base {
            if let Some((name, text)) = &source {
                found.extend(grounding::check(&base, &knowledge.files, name, text));
            }
            let answerer: Answerer = settings.learn(base);
            found.extend(audit::stolen(&answerer));
        }
        found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
        let errors = found.iter().filter(|d| d.severity() == Severity::Error).count();
        let summary =
            Summary { name: &knowledge.name, files: knowledge.files.len(), counts: loaded.counts, errors, warnings: found.len() - errors };
        match self.format {
            Format::Human => print_human(&knowledge, &found, &summary)?,
            Format::Json => print_json(&knowledge, &found, &summary)?,
        }
        let bad = errors > 0 || (self.deny_warnings && summary.warnings > 0);
        Ok(if bad { Status::Bad } else { Status::Good })
    }
}

/// What the closing line says.
struct Summary<'a> {
    name: &'a str,
    files: usize,
    counts: Counts,
    errors: usize,
    warnings: usize,
}

impl Summary<'_> {
    fn human(&self) -> String {
        let parts = [
            count(self.files, "file", "files"),
            count(self.counts.facts, "fact", "facts"),
            count(self.counts.questions, "question", "questions"),
            count(self.counts.paraphrases, "paraphrase", "paraphrases"),
            count(self.counts.unanswerables, "unanswerable question", "unanswerable questions"),
        ];
        let colour = |style: anstyle::Style, number: usize| if number > 0 { style } else { anstyle::Style::new() };
        let (bad, doubtful) = (colour(BAD, self.errors), colour(DOUBTFUL, self.warnings));
        let (errors, warnings) = (count(self.errors, "error", "errors"), count(self.warnings, "warning", "warnings"));
        format!("{}: {}; {bad}{errors}{bad:#}, {doubtful}{warnings}{doubtful:#}", self.name, parts.join(", "))
    }

    fn json(&self) -> Value {
        let counts = self.counts;
        json!({"summary": {
            "knowledge": self.name, "files": self.files, "facts": counts.facts, "questions": counts.questions, "paraphrases": counts.paraphrases,
            "unanswerables": counts.unanswerables, "errors": self.errors, "warnings": self.warnings,
            "not_shown": (self.errors + self.warnings).saturating_sub(SHOWN),
        }})
    }
}

fn print_human(knowledge: &Pack, found: &[Diagnostic], summary: &Summary<'_>) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for diagnostic in found.iter().take(SHOWN) {
        writeln!(out, "{}\n", diagnostic.human(&knowledge.files, true))?;
    }
    if found.len() > SHOWN {
        writeln!(out, "... and {} more\n", found.len() - SHOWN)?;
    }
    writeln!(out, "{}", summary.human())?;
    Ok(())
}

fn print_json(knowledge: &Pack, found: &[Diagnostic], summary: &Summary<'_>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for diagnostic in found.iter().take(SHOWN) {
        writeln!(out, "{}", line(&diagnostic.json(&knowledge.files)))?;
    }
    writeln!(out, "{}", line(&summary.json()))?;
    Ok(())
}
