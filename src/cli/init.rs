//! `factotum init`: settings and a knowledge base in a folder, and what to do next.

use super::import::{How, Plan, read as read_import, warn};
use super::{Status, count, folder, read_bounded};
use anyhow::{Context, bail, ensure};
use factotum_core::diagnostic::SourceFile;
use factotum_core::render::escape_control;
use factotum_curator::import::{Table, pack};
use factotum_curator::scaffold::{self, Draft, MAX_ARTICLE};
use std::fs::OpenOptions;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// The settings with every default, as they are in the repository.
const SETTINGS: &str = include_str!("../../bot.toml");
/// Lines of it that are examples there, and settings here.
const SET: [(&str, &str); 2] =
    [("#knowledge = \"knowledge\"\n", "knowledge = \"knowledge\"\n"), ("#cache_dir = \"cache\"\n", "cache_dir = \"cache\"\n")];
/// The name of the settings file.
const FILE: &str = "bot.toml";
/// The name of the folder of the knowledge base, as the settings have it.
const KNOWLEDGE: &str = "knowledge";
/// The longest line that is read from a terminal, in bytes: the longest path.
const MAX_LINE: u64 = 4_096;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes bot.toml, with every setting and its default, and the folder knowledge/. The knowledge base is a small \
example, or is made of FILE: a table (CSV, .xlsx), an FAQ in Markdown, a web page with one, or an article as plain \
text (.txt). Nothing that exists is overwritten. On a terminal, it asks for what is not given; elsewhere it does \
not.")]
pub(super) struct Init {
    /// Folder to write to; made if it does not exist yet
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// File to begin with: questions and answers, or an article
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Begin with the example, without asking
    #[arg(long, conflicts_with = "from")]
    example: bool,
    #[command(flatten)]
    how: How,
}

impl Init {
    /// Writes the files and says what to do next.
    pub(super) fn run(&self) -> anyhow::Result<Status> {
        let (settings, knowledge) = (self.folder.join(FILE), self.folder.join(KNOWLEDGE));
        ensure!(!settings.exists(), "{} exists already; nothing was written", settings.display());
        folder::ensure_room(&knowledge)?;
        let from = match (&self.from, self.example) {
            (Some(from), _) => Some(from.clone()),
            (None, true) => None,
            (None, false) => asked()?,
        };
        let files = match &from {
            None => {
                let files = scaffold::example();
                folder::write(&knowledge, &files)?;
                files
            }
            Some(path) if self.is_article(path)? => {
                let made = of_article(path)?;
                folder::write(&knowledge, &made)?;
                made
            }
            Some(path) => {
                let Some(imported) = read_import(path, &self.how)? else { return Ok(Status::Bad) };
                warn(path, &imported)?;
                Plan::new(&knowledge, &imported)?.write(&knowledge)?;
                imported.files
            }
        };
        if let Err(error) = write_new(&settings, &with_settings()?) {
            // Half a beginning would be in the way of the next attempt.
            drop(std::fs::remove_dir_all(&knowledge));
            return Err(error);
        }
        self.say_what_is_next(&files)
    }

    /// Whether a file is an article: plain text that is no table. Spreadsheets save tables as .txt too.
    fn is_article(&self, path: &Path) -> anyhow::Result<bool> {
        let ending = path.extension().map_or_else(String::new, |ending| ending.to_string_lossy().to_lowercase());
        if self.how.says_how() || !matches!(ending.as_str(), "txt" | "text" | "") {
            return Ok(false);
        }
        let bytes = read_bounded(path, MAX_ARTICLE).context("cannot read the file to begin with")?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(pack(Table { name: &name, bytes: &bytes, date: "2000" }).is_err())
    }

    fn say_what_is_next(&self, files: &[SourceFile]) -> anyhow::Result<Status> {
        let Some(base) = factotum_core::pack::load(files).base else { bail!("the knowledge base has errors; run `factotum check`") };
        let question = base.intents.first().map_or("hello", |intent| intent.question.as_str());
        let here = self.folder.as_os_str() == "." || self.folder.as_os_str().is_empty();
        let within = if here { String::new() } else { format!("  cd {}\n", escape_control(&self.folder.display().to_string())) };
        let mut out = anstream::stdout().lock();
        writeln!(
            out,
            "Made {FILE} and {KNOWLEDGE}/ with {} and {}. Next:\n\n{within}  factotum ask {}\n  factotum check     # after every change in {KNOWLEDGE}/\n  factotum doctor    # before `factotum run`: says what the bot still needs",
            count(base.facts.len(), "fact", "facts"),
            count(base.intents.len(), "question", "questions"),
            quoted(question),
        )?;
        Ok(Status::Good)
    }
}

/// The files that are made of an article. They load: nobody should begin with somebody else's mistakes.
fn of_article(path: &Path) -> anyhow::Result<Vec<SourceFile>> {
    let bytes = read_bounded(path, MAX_ARTICLE).context("cannot read the article")?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let made = scaffold::scaffold(Draft { name: &name, bytes: &bytes }).with_context(|| format!("cannot use {}", path.display()))?;
    let loaded = factotum_core::pack::load(&made.files);
    ensure!(loaded.base.is_some(), "the files made of {} have errors; nothing was written", path.display());
    let (facts, questions) = (count(made.facts, "stub of a fact", "stubs of facts"), count(made.questions, "question", "questions"));
    writeln!(anstream::stderr(), "{}: {facts} and {questions}; lines with TODO say what is left to do", path.display())?;
    Ok(made.files)
}

/// A question as a shell takes it.
fn quoted(question: &str) -> String {
    let question = escape_control(question).replace('\n', " ");
    if question.contains(['"', '$', '`', '\\', '!']) { format!("'{}'", question.replace('\'', "'\\''")) } else { format!("\"{question}\"") }
}

/// The settings file: every default, with the knowledge base and the cache beside it.
fn with_settings() -> anyhow::Result<String> {
    let mut text = SETTINGS.to_owned();
    for (example, setting) in SET {
        ensure!(text.contains(example), "the template of the settings has no line {}", example.trim());
        text = text.replacen(example, setting, 1);
    }
    Ok(text)
}

fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.with_context(|| format!("cannot make the file {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// Asks what to begin with, if there is somebody to ask.
fn asked() -> anyhow::Result<Option<PathBuf>> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    let mut out = anstream::stderr().lock();
    write!(out, "A file to begin with (spreadsheet, Markdown, web page or article), or Enter for a small example: ")?;
    out.flush()?;
    let mut line = String::new();
    std::io::Read::take(std::io::stdin().lock(), MAX_LINE).read_line(&mut line).context("cannot read the answer")?;
    // Terminals put what is dropped on them in quotation marks.
    let path = line.trim().trim_matches(['"', '\'']).to_owned();
    Ok((!path.is_empty()).then(|| PathBuf::from(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use factotum_service::config::Resolved;

    #[test]
    fn the_template_and_the_example_are_good() {
        let file = SourceFile { name: FILE.to_owned(), text: with_settings().expect("the template has the lines") };
        let resolved = Resolved::parse(&file, Path::new("x")).expect("no error");
        assert_eq!(resolved.config.knowledge.0.as_deref(), Some(Path::new("x/knowledge")));
        assert_eq!(resolved.config.cache_dir.0.as_deref(), Some(Path::new("x/cache")));
        let loaded = factotum_core::pack::load(&scaffold::example());
        assert!(loaded.diagnostics.is_empty() && loaded.base.is_some(), "{:?}", loaded.diagnostics);
    }

    #[test]
    fn questions_for_a_shell() {
        for (question, word) in [("Is it open?", "\"Is it open?\""), ("What's \"it\"?", "'What'\\''s \"it\"?'"), ("a $b", "'a $b'")] {
            assert_eq!(quoted(question), word);
        }
    }
}
