//! `factotum import`: questions and answers that people have already become a knowledge base, or part of one.

use super::settings::show;
use super::{BAD, DOUBTFUL, Status, count, folder, read_bounded};
use anyhow::{Context, bail};
use clap::ValueEnum;
use factotum_core::diagnostic::SourceFile;
use factotum_core::render::escape_control;
use factotum_curator::import::{self, Imported, Merged, Options, Place, Problem, Role, Table, merge, pack_with};
use factotum_service::pack as packs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The largest file that is imported, in bytes: 200,000 rows take about half of it.
const MAX_FILE: u64 = 64 << 20;

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A table (CSV, TSV or .xlsx) has a header with `question` and `answer`, perhaps also `intent`, and a question \
a row; other columns are left out. Rows with the same intent belong together, and so do rows without one \
that have the same answer, which may be given once an intent. In Markdown, headings or lines in bold ask, \
and the text below answers. Web pages have an FAQ marked up as schema.org's FAQPage.

Import a file again when it has changed: entries are known by their intent, or by a question they share. \
Changes in the file are taken over; what you have changed in the knowledge base since stays, and you see it.

If any row is bad, all bad rows are reported, nothing is written, and the exit status is 1.")]
pub(super) struct Import {
    /// The table, Markdown file or web page; its format is recognised
    #[arg(value_name = "FILE")]
    table: PathBuf,
    /// Folder of the knowledge base; made if it does not exist yet
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Show what would come of it, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    how: How,
}

/// How a file is read: options that `init` has too.
#[derive(Debug, Default, Clone, clap::Args)]
pub(super) struct How {
    /// The day that the answers are as of; without it, the day on which the file was last changed
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    date: Option<String>,
    /// Which column holds what: `question=Frage`, `answer=3` or `intent=A`; several may hold questions
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = mapping)]
    map: Vec<(Role, String)>,
    /// The first row is data. Two columns are question and answer, three are intent, question and answer
    #[arg(long)]
    no_header: bool,
    /// Sheet of a workbook; without it, the first with a question and an answer
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Encoding of the text, such as windows-1252; without it, it is recognised
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Format of the file, where its name does not say it
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Leave out bad rows with a warning, and import the others
    #[arg(long)]
    skip_bad_rows: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table as text, separated by commas, semicolons or tabs
    Csv,
    /// A workbook of Excel 2007 or later
    Xlsx,
    /// An FAQ in Markdown
    Markdown,
    /// A web page with a schema.org FAQPage
    Html,
    /// A schema.org FAQPage as JSON-LD
    JsonLd,
}

impl How {
    /// Whether it says that the file is a table or an FAQ.
    pub(super) fn says_how(&self) -> bool {
        self.format.is_some() || !self.map.is_empty() || self.no_header || self.sheet.is_some()
    }

    fn options(&self) -> Options {
        Options {
            format: self.format.map(|format| match format {
                Format::Csv => import::Format::Csv,
                Format::Xlsx => import::Format::Xlsx,
                Format::Markdown => import::Format::Markdown,
                Format::Html => import::Format::Html,
                Format::JsonLd => import::Format::JsonLd,
            }),
            columns: self.map.clone(),
            no_header: self.no_header,
            encoding: self.encoding.clone(),
            sheet: self.sheet.clone(),
            skip_bad_rows: self.skip_bad_rows,
        }
    }
}

impl Import {
    /// Makes the knowledge base, or reports every bad row.
    pub(super) fn run(&self) -> anyhow::Result<Status> {
        let Some(imported) = read(&self.table, &self.how)? else { return Ok(Status::Bad) };
        warn(&self.table, &imported)?;
        let Some(folder) = self.out.as_ref().filter(|_| !self.dry_run) else {
            describe(&imported)?;
            if let Some(folder) = &self.out {
                let plan = Plan::new(folder, &imported)?;
                plan.say_what_was_kept()?;
                writeln!(anstream::stdout(), "{}: {}; nothing was written", folder.display(), plan.summary())?;
            }
            return Ok(Status::Good);
        };
        let plan = Plan::new(folder, &imported)?;
        plan.write(folder)?;
        let mut out = anstream::stdout().lock();
        let (rows, intents) = (count(imported.rows, "row", "rows"), count(imported.intents, "intent", "intents"));
        if plan.again {
            writeln!(out, "{}: {rows}, {intents}: {}", folder.display(), plan.summary())?;
        } else {
            writeln!(out, "{}: {rows} became {intents}; try `factotum ask --knowledge {0} ...`", folder.display())?;
        }
        Ok(Status::Good)
    }
}

/// Reads a file and makes knowledge files of it. Without any, the reasons have been shown.
pub(super) fn read(path: &Path, how: &How) -> anyhow::Result<Option<Imported>> {
    let bytes = read_bounded(path, MAX_FILE).context("cannot read the file to import")?;
    let date = match &how.date {
        Some(date) => date.clone(),
        None => {
            let changed = std::fs::metadata(path).and_then(|m| m.modified());
            day_of(changed.with_context(|| format!("cannot tell when {} was changed; use --date", path.display()))?)
        }
    };
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let imported = match pack_with(Table { name: &name, bytes: &bytes, date: &date }, &how.options()) {
        Ok(imported) => imported,
        Err(problems) => {
            report(path, "error", BAD, &problems)?;
            let mut out = anstream::stderr().lock();
            writeln!(out, "{} in {}; nothing was written", count(problems.len(), "error", "errors"), path.display())?;
            return Ok(None);
        }
    };
    let mut out = anstream::stderr().lock();
    for note in &imported.notes {
        writeln!(out, "{}: note: {}", path.display(), escape_control(note))?;
    }
    Ok(Some(imported))
}

/// Shows what is doubtful about what was imported.
pub(super) fn warn(path: &Path, imported: &Imported) -> std::io::Result<()> {
    report(path, "warning", DOUBTFUL, &imported.warnings)
}

fn report(path: &Path, level: &str, style: anstyle::Style, problems: &[Problem]) -> std::io::Result<()> {
    let mut out = anstream::stderr().lock();
    for problem in problems {
        let place = match problem.place {
            Place::Line(line) => format!("{line}:"),
            place => format!(" {place}:"),
        };
        writeln!(out, "{}:{place} {style}{level}{style:#}: {}", path.display(), problem.message)?;
    }
    Ok(())
}

/// How many intents a dry run shows.
const SHOWN: usize = 5;

/// Says what would come of a file.
fn describe(imported: &Imported) -> anyhow::Result<()> {
    packs::fits(&imported.files)?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "read as {}", imported.read_as)?;
    let (rows, intents) = (count(imported.rows, "row", "rows"), count(imported.intents, "intent", "intents"));
    writeln!(out, "{rows} would become {intents} with {}", count(imported.questions, "question", "questions"))?;
    let Some(base) = factotum_core::pack::load(&imported.files).base else { return Ok(()) };
    let first_line = |text: &str| escape_control(text).lines().next().unwrap_or_default().chars().take(100).collect::<String>();
    for intent in base.intents.iter().take(SHOWN) {
        let answer = intent.facts.first().map_or_else(String::new, |fact| first_line(&base[*fact].statement));
        let more = match intent.paraphrases.len() {
            0 | 1 => String::new(),
            many => format!(" (and {})", count(many - 1, "other wording", "other wordings")),
        };
        writeln!(out, "  {}{more}\n    {answer}", first_line(&intent.question))?;
    }
    if base.intents.len() > SHOWN {
        writeln!(out, "  ... and {} more", base.intents.len() - SHOWN)?;
    }
    Ok(())
}

/// What an import does to a folder.
pub(super) struct Plan {
    merged: Merged,
    /// What this import made, kept for the next one.
    record: SourceFile,
    /// An earlier import is changed.
    again: bool,
}

impl Plan {
    /// Compares the folder with what was imported. The whole knowledge base is checked, so that no mistake comes to light one command later.
    pub(super) fn new(folder: &Path, imported: &Imported) -> anyhow::Result<Plan> {
        let [new] = imported.files.as_slice() else { bail!("an import makes one knowledge file") };
        let mut pack = match packs::read(folder) {
            Ok(pack) => pack,
            Err(packs::PackError::Empty(_)) => Vec::new(),
            Err(packs::PackError::Folder { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        for file in &mut pack {
            file.name = Path::new(&file.name).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        }
        let record =
            SourceFile { name: Path::new(&new.name).with_extension(import::NEXT_TO).display().to_string(), text: new.text.clone() };
        let again = pack.iter().any(|file| file.name == new.name);
        let last = folder.join(&record.name);
        let last = match last.exists() {
            true => {
                let bytes = read_bounded(&last, packs::MAX_FILE).context("cannot read what the last import made")?;
                Some(SourceFile { name: record.name.clone(), text: String::from_utf8_lossy(&bytes).into_owned() })
            }
            false => None,
        };
        let merged = merge(&pack, last.as_ref(), new).map_err(|message| anyhow::anyhow!("{message}; nothing was written"))?;
        for file in &merged.files {
            pack.retain(|old| old.name != file.name);
            pack.push(file.clone());
        }
        packs::fits(&pack).with_context(|| format!("cannot write to {}; nothing was written", folder.display()))?;
        let found = factotum_core::pack::load(&pack);
        if found.base.is_none() {
            show(&found.diagnostics, &pack)?;
            bail!("the knowledge base in {} would have errors; nothing was written", folder.display());
        }
        Ok(Plan { merged, record, again })
    }

    /// Writes the files, and says what was kept.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        self.say_what_was_kept()?;
        // The record last: without it the next import takes what it finds for the curator's, which loses nothing.
        let files: Vec<&SourceFile> = self.merged.files.iter().chain([&self.record]).collect();
        folder::replace_all(folder, &files)
    }

    fn say_what_was_kept(&self) -> std::io::Result<()> {
        let mut out = anstream::stderr().lock();
        for kept in &self.merged.kept {
            writeln!(out, "{DOUBTFUL}kept{DOUBTFUL:#}: {}", escape_control(kept))?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let Merged { added, updated, removed, unchanged, kept, .. } = &self.merged;
        let kept = if kept.is_empty() { String::new() } else { format!(", {} kept as you have changed them", kept.len()) };
        format!("{added} added, {updated} changed, {removed} removed, {unchanged} as before{kept}")
    }
}

/// Reads `ROLE=COLUMN`.
fn mapping(text: &str) -> Result<(Role, String), String> {
    let (role, column) = text.split_once('=').ok_or("write it as question=Frage")?;
    let role = Role::ALL.into_iter().find(|(name, _)| *name == role.trim()).map(|(_, role)| role);
    let role = role.ok_or("a column holds an intent, a question or an answer: write it as question=Frage")?;
    Ok((role, column.trim().to_owned()))
}

/// Reads a day of the calendar.
pub(super) fn day(text: &str) -> Result<String, String> {
    let number = |range: std::ops::Range<usize>| {
        text.get(range).filter(|t| t.bytes().all(|b| b.is_ascii_digit())).and_then(|t| t.parse::<u32>().ok())
    };
    let dashes = text.len() == 10 && text.is_char_boundary(4) && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    match (dashes, number(0..4), number(5..7), number(8..10)) {
        (true, Some(_), Some(1..=12), Some(1..=31)) => Ok(text.to_owned()),
        _ => Err("write a day as 2022-04-03".to_owned()),
    }
}

/// The day of a time, in UTC (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn day_of(time: SystemTime) -> String {
    let days = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400) + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Within the limits of an import, a table can make more than a knowledge base may have.
    #[test]
    fn what_would_not_be_read_is_not_written() {
        let parent = tempfile::tempdir().expect("a folder for the test");
        let folder = parent.path().join("knowledge");
        let table = |rows: usize| (0..rows).fold("question,answer\n".to_owned(), |table, n| table + &format!("what is w{n},It is {n}.\n"));
        let imported = |rows: usize| {
            pack_with(Table { name: "faq.csv", bytes: table(rows).as_bytes(), date: "2026-12-01" }, &Options::default()).expect("good rows")
        };
        let error = Plan::new(&folder, &imported(20_000)).err().map(|error| format!("{error:#}")).unwrap_or_default();
        assert!(error.contains("nothing was written: with faq.toml the knowledge base is too large"), "{error}");
        Plan::new(&folder, &imported(200)).and_then(|plan| plan.write(&folder)).expect("a small one is written");
        assert!(packs::read(&folder).is_ok());
    }

    #[test]
    fn days_of_the_calendar() {
        for (days, text) in
            [(0, "1970-01-01"), (31 + 28, "1970-03-01"), (11_016, "2000-02-29"), (19_050, "2022-02-27"), (20_453, "2025-12-31")]
        {
            assert_eq!(day_of(UNIX_EPOCH + Duration::from_secs(days * 86_400 + 86_399)), text);
            assert_eq!(day(text).as_deref(), Ok(text));
        }
        for text in ["", "2022", "2022-4-3", "2022-13-01", "2022-01-32", "20é2-01-01", "2022/01/01", "+022-01-01"] {
            assert!(day(text).is_err(), "{text}");
        }
    }
}
