//! `factotum test`: golden questions and the scorecard.

use super::progress::Progress;
use super::settings::{Settings, show};
use super::{BAD, HEADING, Status, count};
use anyhow::bail;
use clap::ValueEnum;
use factotum_core::diagnostic::{SourceFile, line_column};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::render::{escape_control, json, message};
use factotum_curator::cross_validation::{self, Found};
use factotum_curator::golden::{self, Counts, FileScore, Scorecard, Scored, Verdict};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where golden questions are by default.
const USUAL: &str = "tests/questions";
/// Weak facts that are worth reading at once.
const WEAKEST: usize = 8;
/// Missed paraphrases that are shown of each.
const MISSED: usize = 3;
/// Paraphrases that every question should have, at least.
const FEW: usize = 3;
/// Rows of the confusion table that are worth reading at once.
const CONFUSIONS: usize = 25;

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
right         as expected
wrong         answered, but not as expected
declined      not answered, although the answer is on record
false_answer  answered, although the answer is not on record

Then comes a 10-fold cross-validation: each paraphrase of the knowledge base is asked after learning \
without it, which shows how other people's wordings will fare. --quick leaves it out.

Without FILES these are the .toml files in the folder `questions` of the knowledge base, which `ask --save` \
writes too. If there are none, the cross-validation shows which facts are weakest, and what to add.

The exit status is 1 if the right answers of any file are below its `min_percent`.")]
pub(super) struct Test {
    /// Files of golden questions, or folders of them [default: `questions` in the folder of the knowledge base]
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
        let files = self.read(settings)?;
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
        let folder = settings.config().knowledge.0.as_ref().map(|folder| folder.join(golden::FOLDER));
        let report = Report { files: &files, base: answerer.base(), card: &card, crossed, folder };
        if self.json {
            writeln!(std::io::stdout(), "{}", json::line(&report.json()))?;
        } else {
            report.print(&self.show.iter().map(|s| (*s).into()).collect::<Vec<_>>())?;
        }
        Ok(if card.met() { Status::Good } else { Status::Bad })
    }

    /// The files that are given; else those beside the knowledge files; else, of the built-in knowledge base, the usual ones.
    fn read(&self, settings: &Settings) -> anyhow::Result<Vec<SourceFile>> {
        if !self.files.is_empty() {
            return super::golden::read(&self.files);
        }
        match settings.config().knowledge.0.as_deref() {
            Some(folder) => super::golden::of(folder),
            None if Path::new(USUAL).is_dir() => super::golden::read(&[PathBuf::from(USUAL)]),
            None => Ok(Vec::new()),
        }
    }
}

/// Asks each paraphrase after learning without it, on all processors.
fn cross_validate(base: &KnowledgeBase) -> cross_validation::Report {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let progress = Mutex::new((Progress::new("learning without some paraphrases"), 0));
    cross_validation::run(base, threads, &|| {
        // A thread that panicked while it drew leaves a bar that can still be drawn.
        let (bar, done) = &mut *progress.lock().unwrap_or_else(PoisonError::into_inner);
        *done += 1;
        bar.at(*done as f32 / cross_validation::FOLDS as f32);
    })
}

struct Report<'a> {
    files: &'a [SourceFile],
    base: &'a KnowledgeBase,
    card: &'a Scorecard<'a>,
    crossed: Option<cross_validation::Report>,
    /// Where golden questions of the knowledge base would be; `None` for the built-in one.
    folder: Option<PathBuf>,
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
        if self.files.is_empty() {
            let place = self.folder.as_ref().map_or_else(|| USUAL.to_owned(), |folder| escape_control(&folder.display().to_string()));
            writeln!(
                out,
                "no golden questions in {place}; `factotum ask --save right QUESTION` writes them, docs/questions.md explains them"
            )?;
        } else {
            self.table(&mut out)?;
        }
        if let Some(crossed) = &self.crossed {
            let score = crossed.score;
            writeln!(out, "\n{HEADING}cross-validation{HEADING:#}")?;
            writeln!(
                out,
                "  of {}  {} answered with their own facts ({:.1} %), {} with others",
                count(score.asked, "paraphrase", "paraphrases"),
                score.right,
                score.per_cent(),
                score.wrong
            )?;
            writeln!(
                out,
                "  of {}  {} answered",
                count(score.unanswerable, "unanswerable question", "unanswerable questions"),
                score.false_answers
            )?;
            // Anyone who has golden questions looks at those first.
            if self.files.is_empty() {
                self.weakest(&mut out, crossed)?;
            }
        }
        Ok(())
    }

    fn table(&self, out: &mut impl Write) -> std::io::Result<()> {
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
        Ok(())
    }

    /// The facts that other people's wordings will miss, and what to add.
    fn weakest(&self, out: &mut impl Write, crossed: &cross_validation::Report) -> std::io::Result<()> {
        let weakest = crossed.weakest(self.base);
        if weakest.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{HEADING}weakest facts, by their paraphrases that were answered rightly{HEADING:#}")?;
        for found in weakest.iter().take(WEAKEST) {
            writeln!(out, "  {} of {}  {}", found.right, found.asked, escape_control(&self.base[found.fact].statement))?;
            for missed in found.missed.iter().take(MISSED) {
                let taken = missed
                    .taken
                    .map_or_else(|| "declined".to_owned(), |i| format!("taken for \"{}\"", escape_control(&self.base[i].question)));
                writeln!(out, "          \"{}\": {taken}", escape_control(&missed.question))?;
            }
            if found.missed.len() > MISSED {
                writeln!(out, "          ... and {} more", found.missed.len() - MISSED)?;
            }
            writeln!(out, "          add: {}", self.advice(found))?;
        }
        if weakest.len() > WEAKEST {
            writeln!(out, "  ... and {} more facts", weakest.len() - WEAKEST)?;
        }
        Ok(())
    }

    /// What would help a fact that is missed.
    fn advice(&self, found: &Found) -> String {
        let few = self.base.intents.iter().find(|intent| intent.facts.first() == Some(&found.fact) && intent.paraphrases.len() < FEW);
        if let Some(taken) = found.missed.iter().find_map(|missed| missed.taken) {
            return format!(
                "to both questions, wordings that say what sets this apart from \"{}\"",
                escape_control(&self.base[taken].question)
            );
        }
        match few {
            Some(few) => format!(
                "to \"{}\", which has {} only, two or three other ways of asking",
                escape_control(&few.question),
                count(few.paraphrases.len(), "line", "lines")
            ),
            None => "wordings between those that are there: other verbs, the short form, the names that people use".to_owned(),
        }
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
            "cross_validation": self.crossed.as_ref().map(|r| r.score).map(|r| json!({"paraphrases": r.asked, "right": r.right, "wrong": r.wrong, "per_cent": r.per_cent(), "unanswerable": r.unanswerable, "false_answers": r.false_answers})),
            "weakest": self.crossed.as_ref().map(|r| r.weakest(self.base).iter().map(|f| json!({
                "fact": self.base[f.fact].id, "paraphrases": f.asked, "right": f.right,
                "missed": f.missed.iter().map(|m| json!({"question": m.question, "taken": m.taken.map(|i| self.base[i].id.as_str())})).collect::<Vec<_>>(),
            })).collect::<Vec<_>>()),
            "confusion": self.card.confusion(self.base).iter().map(|c| json!({"expected": c.expected, "taken": c.taken, "times": c.times})).collect::<Vec<_>>(),
            "not_right": self.card.scored().filter(|s| s.verdict != Verdict::Right).map(question).collect::<Vec<_>>(),
        })
    }
}

fn row(counts: &Counts) -> String {
    format!("{:>6} {:>6} {:>8} {:>13} {:>8.1}", counts.right, counts.wrong, counts.declined, counts.false_answers, counts.per_cent())
}
