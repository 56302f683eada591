//! `factotum test`: golden questions and the scorecard.

use super::progress::Progress;
use super::settings::{Settings, show};
use super::{BAD, HEADING, Status, count, read_bounded};
use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use factotum_core::diagnostic::{SourceFile, line_column};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::render::{escape_control, json, message};
use factotum_curator::cross_validation::{self, CrossValidation};
use factotum_curator::golden::{self, Counts, FileScore, Scorecard, Scored, Verdict};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where golden questions are by default.
const USUAL: &str = "tests/questions";
/// Largest file of golden questions, in bytes.
const MAX_FILE: u64 = 16 << 20;
/// Rows of the confusion table that are worth reading at once.
const CONFUSIONS: usize = 25;

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
right         as expected
wrong         answered, but not as expected
declined      not answered, although the answer is on record
false_answer  answered, although the answer is not on record

Then comes a 10-fold cross-validation: each paraphrase of the knowledge base is asked after learning
without it, which shows how other people's wordings will fare. --quick leaves it out.

The exit status is 1 if the right answers of any file are below its `min_percent`.")]
pub(super) struct Test {
    /// Files of golden questions, or folders of them [default: tests/questions]
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Show the questions with these verdicts
    #[arg(long, value_enum, value_name = "VERDICTS", value_delimiter = ',')]
    show: Vec<Shown>,
    /// Skip the cross-validation
    #[arg(long)]
    quick: bool,
    /// Print the scorecard and every question that is not right as a JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Shown {
    Right,
    Wrong,
    Declined,
    FalseAnswer,
}

impl From<Shown> for Verdict {
    fn from(shown: Shown) -> Verdict {
        match shown {
            Shown::Right => Verdict::Right,
            Shown::Wrong => Verdict::Wrong,
            Shown::Declined => Verdict::Declined,
            Shown::FalseAnswer => Verdict::FalseAnswer,
        }
    }
}

impl Test {
    /// Asks all golden questions and prints the score.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let files = self.read()?;
        let answerer = settings.answerer()?;
        let sets = match golden::parse(&files, answerer.base()) {
            Ok(sets) => sets,
            Err(found) => {
                show(&found, &files)?;
                bail!("the golden questions have {}", count(found.len(), "error", "errors"))
            }
        };
        let card = golden::run(&answerer, &sets);
        let crossed = (!self.quick).then(|| cross_validate(answerer.base()));
        let report = Report { files: &files, base: answerer.base(), card: &card, crossed };
        if self.json {
            writeln!(std::io::stdout(), "{}", json::line(&report.json()))?;
        } else {
            report.print(&self.show.iter().map(|s| (*s).into()).collect::<Vec<_>>())?;
        }
        Ok(if card.met() { Status::Good } else { Status::Bad })
    }

    fn read(&self) -> anyhow::Result<Vec<SourceFile>> {
        let mut paths = Vec::new();
        let usual = [PathBuf::from(USUAL)];
        for path in if self.files.is_empty() { &usual } else { self.files.as_slice() } {
            if path.is_dir() {
                paths.extend(listed(path)?);
            } else {
                paths.push(path.clone());
            }
        }
        paths
            .iter()
            .map(|path| {
                let bytes = read_bounded(path, MAX_FILE).context("cannot read the golden questions")?;
                Ok(SourceFile { name: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() })
            })
            .collect()
    }
}

/// Asks each paraphrase after learning without it, on all processors.
fn cross_validate(base: &KnowledgeBase) -> CrossValidation {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let progress = Mutex::new((Progress::new("learning without some paraphrases"), 0));
    cross_validation::run(base, threads, &|| {
        // A thread that panicked while it drew leaves a bar that can still be drawn.
        let (bar, done) = &mut *progress.lock().unwrap_or_else(PoisonError::into_inner);
        *done += 1;
        bar.at(*done as f32 / cross_validation::FOLDS as f32);
    })
}

/// The `.toml` files of a folder, in the order of their names.
fn listed(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let failed = || format!("cannot list the golden questions in {}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(failed)? {
        paths.push(entry.with_context(failed)?.path());
    }
    paths.retain(|p| p.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    ensure!(!paths.is_empty(), "there is no .toml file in {}", folder.display());
    Ok(paths)
}

struct Report<'a> {
    files: &'a [SourceFile],
    base: &'a KnowledgeBase,
    card: &'a Scorecard<'a>,
    crossed: Option<CrossValidation>,
}

impl Report<'_> {
    fn print(&self, shown: &[Verdict]) -> std::io::Result<()> {
        let mut out = anstream::stdout().lock();
        for scored in self.card.scored().filter(|s| shown.contains(&s.verdict)) {
            writeln!(out, "{}\n", self.question(scored))?;
        }
        let confusion = self.card.confusion(self.base);
        if !confusion.is_empty() {
            writeln!(out, "{HEADING}times  expected -> taken for{HEADING:#}")?;
            for row in confusion.iter().take(CONFUSIONS) {
                writeln!(out, "{:>5}  {} -> {}", row.times, row.expected, row.taken)?;
            }
            if confusion.len() > CONFUSIONS {
                writeln!(out, "       ... and {} more", confusion.len() - CONFUSIONS)?;
            }
            writeln!(out)?;
        }
        let width = self.card.files.iter().map(|f| self.name(f.file).chars().count()).max().unwrap_or(0).max("in all".len());
        writeln!(
            out,
            "{HEADING}{:width$}  {:>6} {:>6} {:>8} {:>13} {:>8}  {:>8}{HEADING:#}",
            "", "right", "wrong", "declined", "false answers", "per cent", "at least"
        )?;
        for file in &self.card.files {
            let target =
                if file.met() { format!("{:>8.1}", file.min_percent) } else { format!("{BAD}{:>8.1} missed{BAD:#}", file.min_percent) };
            writeln!(out, "{:width$}  {}  {target}", self.name(file.file), row(&file.counts))?;
        }
        if self.card.files.len() > 1 {
            writeln!(out, "{:width$}  {}", "in all", row(&self.card.counts()))?;
        }
        if let Some(crossed) = self.crossed {
            writeln!(out, "\n{HEADING}cross-validation{HEADING:#}")?;
            writeln!(
                out,
                "  of {}  {} answered with their own facts ({:.1} %), {} with others",
                count(crossed.asked, "paraphrase", "paraphrases"),
                crossed.right,
                crossed.per_cent(),
                crossed.wrong
            )?;
            writeln!(
                out,
                "  of {}  {} answered",
                count(crossed.unanswerable, "unanswerable question", "unanswerable questions"),
                crossed.false_answers
            )?;
        }
        Ok(())
    }

    /// A question with what was expected of it and what came of it.
    fn question(&self, scored: &Scored<'_>) -> String {
        let golden = scored.golden;
        let (name, line) = self.at(scored);
        let mut out = format!(
            "{HEADING}{}{HEADING:#}  {name}:{line}\n  asked     {}",
            scored.verdict.as_str().replace('_', " "),
            escape_control(&golden.ask).replace('\n', " ")
        );
        let mut add = |label: &str, text: &str| out.push_str(&format!("\n  {label:<9} {text}"));
        add("expected", &golden::expected(golden));
        for group in &golden.contains_any {
            add("contains", &escape_control(&group.join(" | ")));
        }
        if !golden.must_not_contain.is_empty() {
            add("must not", &escape_control(&golden.must_not_contain.join(" | ")));
        }
        add("taken for", &format!("{}, confidence {:.2}", golden::taken(self.base, &scored.reply), scored.reply.confidence));
        add("reply", &escape_control(&message(self.base, &scored.reply)).replace('\n', "\n            "));
        if !golden.note.is_empty() {
            add("note", &escape_control(&golden.note));
        }
        out
    }

    fn name(&self, file: usize) -> &str {
        self.files.get(file).map_or("?", |f| f.name.as_str())
    }

    fn at(&self, scored: &Scored<'_>) -> (&str, usize) {
        let place = &scored.golden.place;
        (self.name(place.file), self.files.get(place.file).map_or(0, |f| line_column(&f.text, place.start).0))
    }

    fn json(&self) -> Value {
        let counts = |c: &Counts| json!({"total": c.total(), "right": c.right, "wrong": c.wrong, "declined": c.declined, "false_answers": c.false_answers, "per_cent": c.per_cent()});
        let file = |f: &FileScore<'_>| {
            let mut object = counts(&f.counts);
            object["file"] = json!(self.name(f.file));
            object["min_percent"] = json!(f.min_percent);
            object["met"] = json!(f.met());
            object
        };
        let question = |s: &Scored<'_>| {
            let (name, line) = self.at(s);
            json!({
                "file": name, "line": line, "verdict": s.verdict.as_str(), "expected": golden::expected(s.golden), "taken": golden::taken(self.base, &s.reply),
                "note": s.golden.note, "reply": json::reply(self.base, &s.golden.ask, &s.reply),
            })
        };
        json!({
            "met": self.card.met(),
            "all": counts(&self.card.counts()),
            "files": self.card.files.iter().map(file).collect::<Vec<_>>(),
            "cross_validation": self.crossed.map(|r| json!({"paraphrases": r.asked, "right": r.right, "wrong": r.wrong, "per_cent": r.per_cent(), "unanswerable": r.unanswerable, "false_answers": r.false_answers})),
            "confusion": self.card.confusion(self.base).iter().map(|c| json!({"expected": c.expected, "taken": c.taken, "times": c.times})).collect::<Vec<_>>(),
            "not_right": self.card.scored().filter(|s| s.verdict != Verdict::Right).map(question).collect::<Vec<_>>(),
        })
    }
}

fn row(counts: &Counts) -> String {
    format!("{:>6} {:>6} {:>8} {:>13} {:>8.1}", counts.right, counts.wrong, counts.declined, counts.false_answers, counts.per_cent())
}
