//! `factotum import`: a table of questions and answers becomes a pack.

use super::settings::show;
use super::{BAD, DOUBTFUL, Status, count, folder, read_bounded};
use anyhow::{Context, bail, ensure};
use factotum_curator::import::{Problem, Table, pack};
use factotum_service::pack as packs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The table has a header, `intent,question,answer` or `question,answer`, and a question a row. Rows
with the same intent belong together, and so do rows without one that have the same answer. The
answer may be given once an intent. Labels are kept letter for letter. Each answer cites its row.

If any row is bad, all bad rows are reported, nothing is written, and the exit status is 1.")]
pub(super) struct Import {
    /// The table, comma-separated, in UTF-8
    #[arg(value_name = "TABLE.csv")]
    table: PathBuf,
    /// Folder for the pack; it must be empty, or not be there yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The day that the answers are as of; without it, the day on which the table was last changed
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    date: Option<String>,
}

impl Import {
    /// Makes the pack, or reports every bad row.
    pub(super) fn run(&self) -> anyhow::Result<Status> {
        folder::ensure_room(&self.out)?;
        let bytes = read_bounded(&self.table, packs::MAX_FILE).context("cannot read the table")?;
        let date = match &self.date {
            Some(date) => date.clone(),
            None => {
                let changed = std::fs::metadata(&self.table).and_then(|m| m.modified());
                day_of(changed.with_context(|| format!("cannot tell when {} was changed; use --date", self.table.display()))?)
            }
        };
        let name = self.table.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let imported = match pack(Table { name: &name, bytes: &bytes, date: &date }) {
            Ok(imported) => imported,
            Err(problems) => {
                self.report("error", BAD, &problems)?;
                let mut out = anstream::stderr().lock();
                writeln!(out, "{} in {}; nothing was written", count(problems.len(), "bad row", "bad rows"), self.table.display())?;
                return Ok(Status::Bad);
            }
        };
        // What is written will load: whoever imports should not meet the mistakes one command later.
        let found = factotum_core::pack::load(&imported.files);
        if found.base.is_none() {
            show(&found.diagnostics, &imported.files)?;
            bail!("the pack made from {} has errors; nothing was written", self.table.display());
        }
        let small = imported.files.iter().all(|file| file.text.len() as u64 <= packs::MAX_FILE);
        ensure!(small, "the pack made from {} is too large; nothing was written", self.table.display());
        self.report("warning", DOUBTFUL, &imported.warnings)?;
        folder::write(&self.out, &imported.files)?;
        let mut out = anstream::stdout().lock();
        let (rows, intents) = (count(imported.rows, "row", "rows"), count(imported.intents, "intent", "intents"));
        writeln!(out, "{}: {rows} became {intents}; try `factotum ask --knowledge {0} ...`", self.out.display())?;
        Ok(Status::Good)
    }

    fn report(&self, level: &str, style: anstyle::Style, problems: &[Problem]) -> std::io::Result<()> {
        let mut out = anstream::stderr().lock();
        for problem in problems {
            writeln!(out, "{}:{}: {style}{level}{style:#}: {}", self.table.display(), problem.line, problem.message)?;
        }
        Ok(())
    }
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
