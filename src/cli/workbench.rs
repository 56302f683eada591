//! What `desk` and `review` work on.

use super::read_bounded;
use super::settings::{Settings, show};
use anyhow::{Context, bail};
use factotum_core::answering::Answerer;
use factotum_curator::golden::FOLDER;
use factotum_desk::gaps::{self, GapSource, ListedGaps, Wording};
use factotum_desk::workbench::{OpenError, Places, Workbench};
use factotum_journal::{Day, Group, Journal, JournalError, Redacted, WordingId};
use factotum_service::pack::MAX_FILE;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// The largest list of questions, in bytes.
const MAX_GAPS: u64 = 4 << 20;

/// Options of both.
#[derive(Debug, clap::Args)]
pub(super) struct WorkbenchArgs {
    /// The text that the facts were taken from, with numbered paragraphs
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// Folder of golden questions [default: `questions` in the folder of the knowledge base]
    #[arg(long, value_name = "DIR")]
    questions: Option<PathBuf>,
    /// Questions that got no answer, one a line, instead of those in the journal; wordings of one are separated by `|`
    #[arg(long, value_name = "FILE")]
    gaps: Option<PathBuf>,
}

impl WorkbenchArgs {
    /// Reads and learns all of it.
    pub(super) fn open(&self, settings: &Settings) -> anyhow::Result<Workbench> {
        let Some(folder) = settings.config().knowledge.0.clone() else {
            bail!("there is no folder to write to; give one with --knowledge, or set `knowledge` in bot.toml");
        };
        let questions = self.questions.clone().unwrap_or_else(|| folder.join(FOLDER));
        if let Some(folder) = self.questions.as_ref().filter(|folder| !folder.is_dir()) {
            bail!("{} is not a folder", folder.display());
        }
        let source = match &self.source {
            Some(path) => Some((path.display().to_string(), read_bounded(path, MAX_FILE).context("cannot read the source")?)),
            None => None,
        };
        let gaps: Box<dyn GapSource> = match (&self.gaps, settings.config().journal.path.0.as_deref()) {
            (Some(path), _) => {
                let text = read_bounded(path, MAX_GAPS).context("cannot read the questions")?;
                Box::new(ListedGaps::from_lines(&String::from_utf8_lossy(&text)))
            }
            (None, Some(path)) => Box::new(JournalGaps::new(path)),
            (None, None) => Box::new(ListedGaps::default()),
        };
        let places = Places { folder, questions, source };
        match Workbench::open(places, gaps, |base| settings.learn(base)) {
            Ok(bench) => Ok(bench),
            Err(OpenError::Errors(found, files)) => {
                show(&found, &files)?;
                bail!("the knowledge base has errors; run `factotum check` to see all of them")
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The groups of the gaps journal.
#[derive(Debug)]
struct JournalGaps {
    path: PathBuf,
    /// As they were listed last: what is dismissed is one of these.
    listed: Mutex<Vec<Group>>,
}

impl JournalGaps {
    fn new(path: &Path) -> JournalGaps {
        JournalGaps { path: path.to_owned(), listed: Mutex::default() }
    }

    /// Opens the file for one step: the bot writes to it meanwhile.
    fn change(&self, step: impl FnOnce(&mut Journal) -> Result<(), JournalError>) -> Result<(), String> {
        Journal::open(&self.path).and_then(|mut journal| step(&mut journal)).map_err(in_words)
    }
}

impl GapSource for JournalGaps {
    fn groups(&self, answerer: &Answerer) -> Result<Vec<gaps::Group>, String> {
        let groups = match Journal::open(&self.path).and_then(|mut journal| journal.groups(answerer)) {
            Ok(groups) => groups,
            // Nobody has asked in vain so far.
            Err(JournalError::Missing(_)) => Vec::new(),
            Err(error) => return Err(in_words(error)),
        };
        let wording = |wording: &factotum_journal::Wording| Wording {
            id: wording.id.to_string(),
            text: wording.question.clone(),
            times: wording.times,
            redacted: Redacted::is_changed(&wording.question),
        };
        let shown = |group: &Group| gaps::Group {
            id: group.id.to_string(),
            wordings: group.wordings.iter().map(wording).collect(),
            people: group.people,
            last_day: group.last_day.clone(),
        };
        let listed = groups.iter().filter(|group| !group.wordings.is_empty()).map(shown).collect();
        *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = groups;
        Ok(listed)
    }

    fn dismiss(&self, group: &gaps::Group) -> Result<(), String> {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let found = listed.iter().find(|own| own.id.to_string() == group.id).ok_or("this group of questions is gone")?;
        self.change(|journal| journal.dismiss(found, Day::of(SystemTime::now())))
    }

    fn restore(&self, group: &gaps::Group) -> Result<(), String> {
        let id: WordingId = group.id.parse()?;
        self.change(|journal| journal.restore(id).map(drop))
    }

    fn mark_answered(&self, group: &gaps::Group) -> Result<(), String> {
        let ids = ids(group)?;
        self.change(|journal| journal.mark_answered(&ids))
    }

    fn reopen(&self, group: &gaps::Group) -> Result<(), String> {
        let ids = ids(group)?;
        self.change(|journal| journal.reopen(&ids))
    }
}

fn ids(group: &gaps::Group) -> Result<Vec<WordingId>, String> {
    group.wordings.iter().map(|wording| wording.id.parse::<WordingId>().map_err(str::to_owned)).collect()
}

/// An error with its causes.
fn in_words(error: JournalError) -> String {
    format!("{:#}", anyhow::Error::from(error))
}
