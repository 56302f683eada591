//! `factotum migrate`: a folder of format 1 becomes one of format 2. It can go after the first release.

use super::settings::show;
use super::{BAD, Status, count, folder};
use anyhow::bail;
use factotum_core::diagnostic::SourceFile;
use factotum_core::render::escape_control;
use factotum_curator::migrate::migrate;
use factotum_service::pack as packs;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each fact is written with its questions, and with the unanswerable questions near to it. Comments move \
with the table that they stand above. A question that stood in another file moves to that of its fact.

If anything in OLD is not format 1, all of it is reported and nothing is written. The new files are checked, \
and compared with the old ones; the exit status is 1 if there is something to correct.")]
pub(super) struct Migrate {
    /// Folder with knowledge files of format 1
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// Folder for the files of format 2; it must be empty, or not exist yet
    #[arg(long, value_name = "NEW")]
    out: PathBuf,
    /// Write the id of every question, not only of those that something refers to
    #[arg(long)]
    keep_ids: bool,
}

impl Migrate {
    /// Converts the folder, and checks what came of it.
    pub(super) fn run(&self) -> anyhow::Result<Status> {
        folder::ensure_room(&self.out)?;
        let old = packs::read(&self.old)?;
        let migrated = match migrate(&old, self.keep_ids) {
            Ok(migrated) => migrated,
            Err(found) => {
                show(&found, &old)?;
                bail!("{} has {}; nothing was written", self.old.display(), count(found.len(), "error", "errors"));
            }
        };
        folder::write(&self.out, &migrated.files)?;
        show(&migrated.diagnostics, &migrated.files)?;
        for difference in &migrated.differences {
            writeln!(anstream::stderr(), "{BAD}different{BAD:#}: {}", escape_control(difference))?;
        }
        let lines = |files: &[SourceFile]| files.iter().map(|file| file.text.lines().count()).sum::<usize>();
        writeln!(
            std::io::stdout(),
            "{}: {}, {} instead of {}; {} to correct",
            self.out.display(),
            count(migrated.files.len(), "file", "files"),
            count(lines(&migrated.files), "line", "lines"),
            lines(&old),
            count(migrated.diagnostics.len() + migrated.differences.len(), "finding", "findings")
        )?;
        Ok(if migrated.diagnostics.is_empty() && migrated.differences.is_empty() { Status::Good } else { Status::Bad })
    }
}
