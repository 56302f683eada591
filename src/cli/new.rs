//! `factotum new`: the beginning of a knowledge base, from an article or as a small example.

use super::settings::show;
use super::{DOUBTFUL, Status, count, folder, read_bounded};
use anyhow::{Context, bail};
use factotum_core::diagnostic::SourceFile;
use factotum_core::render::escape_control;
use factotum_curator::scaffold::{self, Draft, MAX_ARTICLE};
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `new`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --from, each sentence of the article becomes a stub of a fact that cites its paragraph, with the \
questions that plain grammar makes of it. Names become entities, with a guess at what each is. Lines marked \
TODO say what is left to do; `factotum check DIR` counts them. The result can be asked at once.

Paragraphs are separated by blank lines, or numbered [1], [2] at the start of their lines.

Without --from, DIR gets a small commented example.")]
pub(super) struct New {
    /// Folder for the knowledge base; it must be empty, or not exist yet
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The article to begin with, as plain text in UTF-8 or UTF-16
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

impl New {
    /// Writes the files and says what to do next.
    pub(super) fn run(&self) -> anyhow::Result<Status> {
        folder::ensure_room(&self.folder)?;
        match &self.from {
            Some(article) => self.of_article(article),
            None => {
                self.write(&scaffold::example())?;
                let folder = escape_control(&self.folder.display().to_string());
                writeln!(
                    anstream::stdout(),
                    "{folder}: a small example to change\n  factotum ask --knowledge {folder} \"what time does the library close?\"\n  factotum check {folder}"
                )?;
                Ok(Status::Good)
            }
        }
    }

    fn of_article(&self, path: &std::path::Path) -> anyhow::Result<Status> {
        let bytes = read_bounded(path, MAX_ARTICLE).context("cannot read the article")?;
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let made = scaffold::scaffold(Draft { name: &name, bytes: &bytes }).with_context(|| format!("cannot use {}", path.display()))?;
        if made.markup {
            let warning = "it looks like a web page; save its text without tags for better statements";
            writeln!(anstream::stderr(), "{DOUBTFUL}warning{DOUBTFUL:#}: {}: {warning}", escape_control(&path.display().to_string()))?;
        }
        self.write(&made.files)?;
        let folder = escape_control(&self.folder.display().to_string());
        writeln!(
            anstream::stdout(),
            "{folder}: {}, {}, {} and {} from {}\n  factotum check {folder} --source {}\n  factotum ask --knowledge {folder} \"...\"",
            count(made.paragraphs, "paragraph", "paragraphs"),
            count(made.facts, "fact", "facts"),
            count(made.questions, "question", "questions"),
            count(made.entities, "name", "names"),
            escape_control(&name),
            escape_control(&path.display().to_string()),
        )?;
        Ok(Status::Good)
    }

    fn write(&self, files: &[SourceFile]) -> anyhow::Result<()> {
        // What is written will load: nobody should begin with somebody else's mistakes.
        let loaded = factotum_core::pack::load(files);
        if loaded.base.is_none() {
            show(&loaded.diagnostics, files)?;
            bail!("the files made for {} have errors; nothing was written", self.folder.display());
        }
        folder::write(&self.folder, files)
    }
}
