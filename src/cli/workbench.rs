//! What `desk` and `review` work on.

use super::read_bounded;
use super::settings::{Settings, show};
use anyhow::{Context, bail};
use factotum_desk::gaps::ListedGaps;
use factotum_desk::workbench::{OpenError, Places, Workbench};
use factotum_service::pack::MAX_FILE;
use std::path::{Path, PathBuf};

/// Where golden questions are by default, if there are any.
const USUAL: &str = "tests/questions";
/// The largest list of questions, in bytes.
const MAX_GAPS: u64 = 4 << 20;

/// Options of both.
#[derive(Debug, clap::Args)]
pub(super) struct WorkbenchArgs {
    /// The text that the facts were taken from, with numbered paragraphs
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// Folder of golden questions [default: tests/questions, if it exists]
    #[arg(long, value_name = "DIR")]
    questions: Option<PathBuf>,
    /// Questions that got no answer, one a line; several wordings of one are separated by `|`
    #[arg(long, value_name = "FILE")]
    gaps: Option<PathBuf>,
}

impl WorkbenchArgs {
    /// Reads and learns all of it.
    pub(super) fn open(&self, settings: &Settings) -> anyhow::Result<Workbench> {
        let Some(folder) = settings.config().knowledge.0.clone() else {
            bail!("there is no folder to write to; give one with --knowledge, or set `knowledge` in bot.toml");
        };
        let usual = Path::new(USUAL);
        let questions = self.questions.clone().or_else(|| usual.is_dir().then(|| usual.to_owned()));
        if let Some(folder) = self.questions.as_ref().filter(|folder| !folder.is_dir()) {
            bail!("{} is not a folder", folder.display());
        }
        let source = match &self.source {
            Some(path) => Some((path.display().to_string(), read_bounded(path, MAX_FILE).context("cannot read the source")?)),
            None => None,
        };
        let gaps = match &self.gaps {
            Some(path) => {
                ListedGaps::from_lines(&String::from_utf8_lossy(&read_bounded(path, MAX_GAPS).context("cannot read the questions")?))
            }
            None => ListedGaps::default(),
        };
        let places = Places { folder, questions, source };
        match Workbench::open(places, Box::new(gaps), |base| settings.learn(base)) {
            Ok(bench) => Ok(bench),
            Err(OpenError::Errors(found, files)) => {
                show(&found, &files)?;
                bail!("the knowledge base has errors; run `factotum check` to see all of them")
            }
            Err(error) => Err(error.into()),
        }
    }
}
