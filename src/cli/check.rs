//! `factotum check`: every mistake in the knowledge files, what is weak in them, and what to do about it.

use super::progress::Progress;
use super::settings::{Pack, Settings};
use super::{BAD, DOUBTFUL, HEADING, Status, count, folder, read_bounded};
use anyhow::{Context, ensure};
use clap::ValueEnum;
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Code, Diagnostic, Severity, SourceFile, line_column};
use factotum_core::knowledge::{KnowledgeBase, SourceId, Today};
use factotum_core::pack::{self, Counts};
use factotum_core::render::escape_control;
use factotum_core::render::json::line;
use factotum_curator::article::{Article, plain};
use factotum_curator::grounding::{self, Belongs};
use factotum_curator::quality::coverage::{self, Covered};
use factotum_curator::quality::swap::{self, Effort, Exchange, SwapTest};
use factotum_curator::{audit, golden, quality};
use factotum_service::pack::MAX_FILE;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Most questions of a swap test that is run without being asked for: a second or two.
const QUICK: usize = 200;
/// Notes of one kind that are shown unless all are wanted.
const NOTES: usize = 3;
/// Characters of a sentence in the table of coverage.
const SENTENCE: usize = 70;

/// Most errors and warnings that are printed: nobody reads more, and the first ones often cause the others.
const SHOWN: usize = 100;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Errors prevent a knowledge base from being used; warnings do not. Notes say what is weak: statements \
that no question asks for, questions that nearly collide, what is unfinished, and more. They never \
change the exit status. docs/diagnostics.md explains every finding.

The swap test asks the questions of the knowledge base with other names, years, figures and question \
words, and with roles exchanged, and shows which are answered although no fact covers them. A small \
part of it runs by itself if the knowledge base is small.")]
pub(super) struct Check {
    /// Folder of the knowledge files; by default the current knowledge base, and those of guilds
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Exit with status 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// How findings are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// Show all notes in full, not the first few of each kind
    #[arg(long)]
    all: bool,
    /// Run the whole swap test
    #[arg(long)]
    swap: bool,
    /// Also ask the golden questions in the folder `questions` of the knowledge base; one that breaks is an error
    #[arg(long)]
    golden: bool,
    /// Also compare the facts with the text of their source
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// List each sentence of the source with the facts that rest on it
    #[arg(long, requires = "source")]
    coverage: bool,
    /// Write the fingerprint of the source into the knowledge files: this is the text that the facts were taken from
    #[arg(long, requires = "source")]
    accept_source: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the place in question quoted and underlined
    Human,
    /// A JSON object a line, the last one a summary
    Json,
}

impl Check {
    /// Checks the knowledge base that was named, or else all that the settings name.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let mut status = self.check(settings, self.folder.as_deref())?;
        // A source belongs to one knowledge base.
        let all = self.folder.is_none() && self.source.is_none();
        for entry in settings.config().discord.guilds.0.iter().filter(|_| all) {
            if self.format == Format::Human {
                writeln!(anstream::stdout())?;
            }
            if self.check(settings, Some(&entry.knowledge))? == Status::Bad {
                status = Status::Bad;
            }
        }
        Ok(status)
    }

    /// Checks the files and prints what was found.
    fn check(&self, settings: &Settings, folder: Option<&Path>) -> anyhow::Result<Status> {
        let mut knowledge = settings.pack(folder)?;
        let source = match &self.source {
            Some(path) => {
                Some((path.display().to_string(), read_bounded(path, MAX_FILE).context("cannot check the facts against their source")?))
            }
            None => None,
        };
        if self.accept_source
            && let Some((name, text)) = &source
        {
            accept(&mut knowledge, name, text)?;
        }
        let files = knowledge.files.len();
        let loaded = pack::load(&knowledge.files);
        let mut report = Report { all: self.all, found: loaded.diagnostics, swap: None, coverage: Vec::new() };
        if let Some(base) = loaded.base {
            let mut article: Option<(SourceId, Article)> = None;
            if let Some((name, text)) = &source {
                report.found.extend(grounding::check(&base, &knowledge.files, name, text));
                let file = grounding::source_file(name, text);
                if let Belongs::Signed(id) | Belongs::Unsigned(id) = grounding::source_of(&base, text) {
                    article = Some((id, Article::of(file.text.clone())));
                }
                knowledge.files.push(file);
            }
            let answerer: Answerer = settings.learn(base);
            let written = &knowledge.files[..files];
            report.found.extend(quality::notes(&answerer, written, article.as_ref().map(|(id, article)| (*id, article))));
            report.found.extend(quality::overdue(answerer.base(), &Today::of(SystemTime::now())));
            if let Some((id, article)) = &article {
                let sentences = coverage::sentences(answerer.base(), *id, article);
                report.found.extend(coverage::unused(article, &sentences, files));
                if self.coverage {
                    report.coverage = table(answerer.base(), article, &sentences);
                }
            }
            let audit = audit::run(&answerer);
            report.found.extend(audit.stolen);
            report.found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
            // These have their own order, the worst first.
            report.found.extend(audit.close);
            if self.golden
                && let Some(folder) = &knowledge.folder
            {
                let (mut found, golden) = golden_questions(folder, &answerer)?;
                found.iter_mut().for_each(|d| d.place.file += knowledge.files.len());
                report.found.extend(found);
                knowledge.files.extend(golden);
            }
            report.swap = self.swap_test(&answerer);
            report.found.extend(report.swap.iter().flat_map(swap::notes));
        }
        let number = |severity| report.found.iter().filter(|d| d.severity() == severity).count();
        let (errors, warnings, notes) = (number(Severity::Error), number(Severity::Warning), number(Severity::Note));
        let summary = Summary { name: &knowledge.name, files, counts: loaded.counts, errors, warnings, notes };
        match self.format {
            Format::Human => report.print_human(&knowledge, &summary)?,
            Format::Json => report.print_json(&knowledge, &summary)?,
        }
        let bad = errors > 0 || (self.deny_warnings && summary.warnings > 0);
        Ok(if bad { Status::Bad } else { Status::Good })
    }

    /// The swap test that is wanted, or a small one where it is quick.
    fn swap_test(&self, answerer: &Answerer) -> Option<SwapTest> {
        let effort = if self.swap { Effort::Thorough } else { Effort::Quick };
        if !self.swap && swap::size(answerer, effort) > QUICK {
            return None;
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let progress = Mutex::new(Progress::new("exchanging names and figures"));
        // A thread that panicked while it drew leaves a bar that can still be drawn.
        Some(swap::run(answerer, effort, threads, &|share| progress.lock().unwrap_or_else(PoisonError::into_inner).at(share)))
    }
}

/// The golden questions of a knowledge base that are broken, or the mistakes in their files; with the files that these lie in.
pub(super) fn golden_questions(folder: &Path, answerer: &Answerer) -> anyhow::Result<(Vec<Diagnostic>, Vec<SourceFile>)> {
    let files = super::golden::of(folder)?;
    let found = match golden::parse(&files, answerer.base()) {
        Ok(sets) => golden::broken(answerer, &sets),
        Err(found) => found,
    };
    Ok((found, files))
}

/// Writes the fingerprint of a text into its source.
fn accept(knowledge: &mut Pack, name: &str, text: &[u8]) -> anyhow::Result<()> {
    let folder = knowledge.folder.clone().context("the built-in knowledge base cannot be changed; name the folder of a knowledge base")?;
    let Some((file, signed)) = grounding::sign(&knowledge.files, text) else {
        anyhow::bail!("cannot tell which source {name} is the text of; write its `sha256` into the source yourself")
    };
    if knowledge.files[file].text != signed {
        let path = Path::new(&knowledge.files[file].name).to_owned();
        ensure!(path.starts_with(&folder), "{} is not in {}", path.display(), folder.display());
        folder::replace(&path, &signed)?;
        writeln!(
            anstream::stderr(),
            "{}: the fingerprint of {} was written",
            escape_control(&path.display().to_string()),
            escape_control(name)
        )?;
        knowledge.files[file].text = signed;
    }
    Ok(())
}

/// The lines of the table of coverage: each sentence with the ids of its facts.
fn table(base: &KnowledgeBase, article: &Article, sentences: &[Covered]) -> Vec<String> {
    let row = |covered: &Covered| {
        let text = plain(&article.text[covered.place.clone()]);
        let short: String = text.chars().take(SENTENCE).collect();
        let more = if short.len() < text.len() { " ..." } else { "" };
        let facts: Vec<&str> = covered.facts.iter().map(|f| base[*f].id.as_str()).collect();
        let facts = if facts.is_empty() { format!("{DOUBTFUL}nothing{DOUBTFUL:#}") } else { facts.join(", ") };
        format!("[{}] {}  {}{more}\n        {facts}", covered.paragraph, covered.number, escape_control(&short))
    };
    sentences.iter().map(row).collect()
}

/// What was found.
struct Report {
    all: bool,
    found: Vec<Diagnostic>,
    swap: Option<SwapTest>,
    coverage: Vec<String>,
}

/// What the closing line says.
struct Summary<'a> {
    name: &'a str,
    files: usize,
    counts: Counts,
    errors: usize,
    warnings: usize,
    notes: usize,
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
        let notes = if self.notes > 0 { format!(", {}", count(self.notes, "note", "notes")) } else { String::new() };
        format!("{}: {}; {bad}{errors}{bad:#}, {doubtful}{warnings}{doubtful:#}{notes}", self.name, parts.join(", "))
    }

    fn json(&self, swap: Option<&SwapTest>) -> Value {
        let counts = self.counts;
        let mut summary = json!({
            "knowledge": self.name, "files": self.files, "facts": counts.facts, "questions": counts.questions, "paraphrases": counts.paraphrases,
            "unanswerables": counts.unanswerables, "errors": self.errors, "warnings": self.warnings, "notes": self.notes, "not_shown": (self.errors + self.warnings).saturating_sub(SHOWN),
        });
        if let Some(test) = swap {
            let of = |exchange: Exchange| {
                (exchange.as_str().to_owned(), json!({"asked": asked(test, exchange), "answered": answered(test, exchange)}))
            };
            summary["swap"] = Exchange::ALL.into_iter().map(of).collect::<serde_json::Map<_, _>>().into();
        }
        json!({"summary": summary})
    }
}

fn asked(test: &SwapTest, exchange: Exchange) -> usize {
    test.asked.get(&exchange).copied().unwrap_or(0)
}

fn answered(test: &SwapTest, exchange: Exchange) -> usize {
    test.answered.iter().filter(|swapped| swapped.exchange == exchange).count()
}

impl Report {
    fn print_human(&self, knowledge: &Pack, summary: &Summary<'_>) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        let (notes, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) = self.found.iter().partition(|d| d.severity() == Severity::Note);
        for diagnostic in others.iter().take(SHOWN) {
            writeln!(out, "{}\n", diagnostic.human(&knowledge.files, true))?;
        }
        if others.len() > SHOWN {
            writeln!(out, "... and {} more\n", others.len() - SHOWN)?;
        }
        for code in Code::ALL {
            let of_code: Vec<&Diagnostic> = notes.iter().filter(|d| d.code == *code).copied().collect();
            self.print_notes(&mut out, *code, &of_code, knowledge)?;
        }
        if !self.coverage.is_empty() {
            writeln!(out, "{HEADING}sentences and the facts that rest on them{HEADING:#}")?;
            self.coverage.iter().try_for_each(|row| writeln!(out, "  {}", row.replace('\n', "\n  ")))?;
            writeln!(out)?;
        }
        if let Some(test) = &self.swap {
            let of = |exchange: &Exchange| {
                let asked = asked(test, *exchange);
                (asked > 0).then(|| format!("{} {} of {asked}", exchange.as_str().replace('_', " "), answered(test, *exchange)))
            };
            let parts: Vec<String> = Exchange::ALL.iter().filter_map(of).collect();
            if !parts.is_empty() {
                writeln!(out, "swap test: answered although no fact covers it: {}", parts.join(", "))?;
            }
        }
        writeln!(out, "{}", summary.human())?;
        Ok(())
    }

    /// Notes of one kind: what they mean, the first few with their places, and what to paste for the first.
    fn print_notes(&self, out: &mut impl Write, code: Code, notes: &[&Diagnostic], knowledge: &Pack) -> anyhow::Result<()> {
        let Some(first) = notes.first() else { return Ok(()) };
        if self.all {
            for note in notes {
                writeln!(out, "{}\n", note.human(&knowledge.files, true))?;
            }
            return Ok(());
        }
        writeln!(out, "{HEADING}note[{code}]{HEADING:#}: {} ({})", code.explanation(), notes.len())?;
        for note in notes.iter().take(NOTES) {
            let file = knowledge.files.get(note.place.file);
            let (line, _) = file.map_or((0, 0), |f| line_column(&f.text, note.place.start));
            let name = file.map_or("?", |f| f.name.as_str());
            writeln!(out, "  {}:{line}: {}", escape_control(name), note.message)?;
        }
        if notes.len() > NOTES {
            writeln!(out, "  ... and {} more; --all shows them", notes.len() - NOTES)?;
        }
        let which = if notes.len() > 1 { "for the first: " } else { "" };
        writeln!(out, "  = help: {which}{}\n", first.help.replace('\n', "\n      "))?;
        Ok(())
    }

    fn print_json(&self, knowledge: &Pack, summary: &Summary<'_>) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        let mut left = SHOWN;
        for diagnostic in &self.found {
            if diagnostic.severity() != Severity::Note {
                let Some(fewer) = left.checked_sub(1) else { continue };
                left = fewer;
            }
            writeln!(out, "{}", line(&diagnostic.json(&knowledge.files)))?;
        }
        writeln!(out, "{}", line(&summary.json(self.swap.as_ref())))?;
        Ok(())
    }
}
