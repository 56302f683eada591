//! `factotum export`: questions and answers for a spreadsheet, a document or a web page.

use super::settings::Settings;
use super::{Status, count};
use anyhow::{Context, ensure};
use clap::ValueEnum;
use factotum_curator::export::{LeftOut, csv, entries, json_ld, markdown};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The export has the questions with all their wordings, and the answers. `factotum import` reads it back \
without a difference. Entities, relations, sources, small talk and what must be declined have no place in \
it; standard error says how many were left out.

To let somebody edit an imported knowledge base in a spreadsheet: export it under the name of the file that it \
was imported from, edit that, and import it again.")]
pub(super) struct Export {
    /// What to write
    #[arg(value_enum, value_name = "FORMAT")]
    format: Format,
    /// Write to this file, which must not exist yet, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for spreadsheets, in UTF-8
    Csv,
    /// An FAQ with the questions as headings
    Markdown,
    /// schema.org's FAQPage, for a web page or another program
    JsonLd,
}

impl Export {
    /// Writes the questions and answers.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let base = settings.base()?;
        let (entries, left) = entries(&base);
        ensure!(!entries.is_empty(), "the knowledge base has no question that can be exported");
        let title = base.sources.first().map_or("Questions and answers", |source| source.title.as_str());
        let text = match self.format {
            Format::Csv => csv(&entries),
            Format::Markdown => markdown(&entries, title),
            Format::JsonLd => json_ld(&entries),
        };
        match &self.out {
            Some(path) => {
                let file = OpenOptions::new().write(true).create_new(true).open(path);
                let mut file = file.with_context(|| format!("cannot make the file {}", path.display()))?;
                file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
                writeln!(anstream::stdout(), "{}: {}", path.display(), count(entries.len(), "question", "questions"))?;
            }
            None => std::io::stdout().write_all(text.as_bytes())?,
        }
        if let Some(left) = left_out(left) {
            writeln!(anstream::stderr(), "left out: {left}")?;
        }
        Ok(Status::Good)
    }
}

/// What there was no place for, in words.
fn left_out(left: LeftOut) -> Option<String> {
    let LeftOut { relation_questions, unanswerables, small_talk, entities, sources } = left;
    let parts: Vec<String> = [
        (relation_questions, "question of a relation", "questions of relations"),
        (unanswerables, "unanswerable question", "unanswerable questions"),
        (small_talk, "small talk", "small talks"),
        (entities, "name", "names"),
        (sources, "source", "sources"),
    ]
    .into_iter()
    .filter(|(number, _, _)| *number > 0)
    .map(|(number, one, many)| count(number, one, many))
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
