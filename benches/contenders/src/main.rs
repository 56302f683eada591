//! Measures how well, how fast and with how much memory several ways of finding the right intent do, in one go on the same
//! phrases and questions.
//!
//! `contenders TRAIN.csv QUESTIONS.jsonl...` runs every contender in a process of its own, so that its memory is its own, and
//! shows a table; `--lines FILE` keeps the figures as JSON, a line for each contender and file of questions. `--table FILE` and
//! `--plot FILE` make the table and the picture of `docs/benchmarks.md` out of such lines; `tools/contenders.py` writes the same
//! lines for contenders in Python. Formats: TRAIN has the columns `intent`, `question` and `answer`; a line of QUESTIONS is
//! `{"q": "...", "intent": "..."}`, with null for what has no intent.

#![allow(clippy::print_stdout, reason = "the report of a benchmark")]

mod contender;
mod data;
mod measure;
mod plot;
mod record;
mod table;

use anyhow::{Context, bail, ensure};
use clap::Parser;
use contender::{CONTENDERS, Kind};
use record::Record;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Debug, Parser)]
#[command(about = "All contenders on the same phrases and questions")]
struct Arguments {
    /// The phrases
    #[arg(value_name = "TRAIN.csv")]
    train: Option<PathBuf>,
    /// The questions, one or several files
    #[arg(value_name = "QUESTIONS.jsonl")]
    questions: Vec<PathBuf>,
    /// Only these contenders
    #[arg(long, value_name = "NAME", value_parser = kind)]
    only: Vec<&'static Kind>,
    /// Add the figures to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    lines: Option<PathBuf>,
    /// Measure nothing: show the table of these lines
    #[arg(long, value_name = "FILE", conflicts_with = "train")]
    table: Option<PathBuf>,
    /// Put the table between the marks in this document instead
    #[arg(long, value_name = "FILE", requires = "table")]
    into: Option<PathBuf>,
    /// Measure nothing: draw a picture (SVG) of these lines
    #[arg(long, value_name = "FILE", conflicts_with_all = ["train", "table"])]
    plot: Option<PathBuf>,
    /// Folder in which Factotum keeps what it learned; given to the processes of their own
    #[arg(long, value_name = "DIR", hide = true)]
    cache: Option<PathBuf>,
}

fn kind(name: &str) -> Result<&'static Kind, String> {
    let names: Vec<&str> = CONTENDERS.iter().map(|kind| kind.name).collect();
    CONTENDERS.iter().find(|kind| kind.name == name).ok_or_else(|| format!("there are: {}", names.join(", ")))
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(lines) = &arguments.table {
        let table = table::markdown(&record::read(lines)?);
        match &arguments.into {
            Some(document) => put_into(document, &table)?,
            None => print!("{table}"),
        }
        return Ok(());
    }
    if let Some(lines) = &arguments.plot {
        print!("{}", plot::svg(&record::read(lines)?).context("there is nothing to plot in the lines")?);
        return Ok(());
    }
    let train = arguments.train.as_deref().context("name the phrases and the questions, or see --help")?;
    ensure!(!arguments.questions.is_empty(), "name a file of questions after that of the phrases");
    match (&arguments.cache, arguments.only.as_slice()) {
        (Some(cache), [kind]) => measure::contender(kind, train, &arguments.questions, cache).map(|records| show(&records)),
        (Some(_), _) => bail!("--cache is for a single contender"),
        (None, only) => all(only, train, &arguments),
    }
}

/// Each contender in a process of its own, then the table.
fn all(only: &[&Kind], train: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let own = std::env::current_exe().context("cannot tell which program this is")?;
    let cache = tempfile::tempdir().context("cannot make a folder for Factotum's cache")?;
    let mut records = Vec::new();
    for kind in CONTENDERS.iter().filter(|kind| only.is_empty() || only.iter().any(|o| o.name == kind.name)) {
        let mut command = Command::new(&own);
        command.arg(train).args(&arguments.questions).args(["--only", kind.name, "--cache"]).arg(cache.path());
        let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {}", own.display()))?;
        ensure!(output.status.success(), "{} failed: {}", kind.name, output.status);
        let lines = String::from_utf8(output.stdout).context("the figures are not text")?;
        if let Some(path) = &arguments.lines {
            let file = OpenOptions::new().create(true).append(true).open(path);
            file.and_then(|mut file| file.write_all(lines.as_bytes())).with_context(|| format!("cannot write {}", path.display()))?;
        }
        records.extend(record::parse(&lines)?);
    }
    print!("{}", table::markdown(&records));
    Ok(())
}

fn show(records: &[Record]) {
    records.iter().for_each(|record| println!("{}", record.line()));
}

/// What stands between these marks in a document is made, not written.
const MARKS: [&str; 2] = ["<!-- contenders: made by scripts/contenders -->\n", "<!-- contenders: end -->\n"];

fn put_into(document: &Path, table: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(document).with_context(|| format!("cannot read {}", document.display()))?;
    let between = text.split_once(MARKS[0]).and_then(|(before, rest)| rest.split_once(MARKS[1]).map(|(_, after)| (before, after)));
    let (before, after) = between.with_context(|| format!("{} has not both marks of the table", document.display()))?;
    let [begin, end] = MARKS;
    fs::write(document, format!("{before}{begin}\n{table}\n{end}{after}")).with_context(|| format!("cannot write {}", document.display()))
}
