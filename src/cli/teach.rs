//! What people teach from Discord, written into the folder of the knowledge base with the checks of the desk.

use super::check::golden_questions;
use factotum_core::answering::Answerer;
use factotum_core::hash::sha256_hex;
use factotum_core::knowledge::UnanswerableReason;
use factotum_core::pack;
use factotum_curator::edit::disk::{self, WriteError, Written};
use factotum_curator::edit::{self, Asked, Beside, Edit, NewFact, Refusal};
use factotum_curator::effect::{Baseline, SaidKind, candidate};
use factotum_desk::workbench::fitted;
use factotum_discord::teach::{Lesson, Taught, Teacher, Wanted};
use factotum_service::config::Config;
use factotum_service::lock::locked;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// Changes that can be taken back. Each keeps one knowledge file twice.
const UNDO: usize = 50;

/// Writes into a folder.
#[derive(Debug)]
pub(super) struct FolderTeacher {
    folder: PathBuf,
    /// How often the folder is read.
    interval: Option<Duration>,
    /// Whether golden questions decide at a reload.
    golden: bool,
    /// What was done last, with its key and what it was. Held during a change, so that there is one at a time.
    done: Mutex<Vec<Done>>,
}

#[derive(Debug)]
struct Done {
    key: String,
    summary: String,
    written: Written,
}

impl FolderTeacher {
    /// A teacher for a folder that the bot reads with these settings.
    pub(super) fn new(folder: PathBuf, config: &Config) -> FolderTeacher {
        FolderTeacher {
            folder,
            interval: config.reload.poll_interval_seconds.duration(),
            golden: config.reload.check_golden_questions,
            done: Mutex::default(),
        }
    }
}

impl Teacher for FolderTeacher {
    fn teach(&self, answerer: &Answerer, wanted: &Wanted) -> Result<Taught, String> {
        let mut done = locked(&self.done);
        let files = factotum_service::pack::read(&self.folder).map_err(|_| UNREADABLE.to_owned())?;
        if pack::version(&files) != answerer.base().version {
            return Err(CHANGED.to_owned());
        }
        let edit = fitted(answerer, &edit(wanted));
        let prepared = edit::prepare(&files, answerer.base(), &edit).map_err(|refusal| in_words(&refusal))?;
        let candidate = candidate(answerer, prepared.base);
        if self.golden
            && let Ok((broken, _)) = golden_questions(&self.folder, &candidate)
            && let Some(first) = broken.first()
        {
            return Err(format!("A golden question would break, so I would not take the change over: {}.", first.message));
        }
        let wordings = [wanted.wording.clone()];
        // On one thread: people ask meanwhile.
        let effect = Baseline::new(answerer.base(), &[]).compare(answerer, &candidate, &wordings, 1);
        let worse = effect.own.iter().filter(|turn| turn.better == Some(false));
        let worse: Vec<(String, String)> = worse.map(|turn| (turn.question.clone(), turn.after.text.clone())).collect();
        if !worse.is_empty() && !wanted.anyway {
            return Ok(Taught::Worse(worse));
        }
        let change = prepared.change;
        let name = Path::new(&change.name);
        let written =
            disk::write(name, change.before.as_deref().map(str::as_bytes), change.after.as_bytes()).map_err(|error| not_written(&error))?;
        let file = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let summary = format!("{} in {file}", edit.summary());
        // The file as it is then, so that the same change of a later day is another one.
        let key: String = sha256_hex(format!("{}\n{}", change.name, change.after).as_bytes()).chars().take(16).collect();
        let (kind, about) = kind(&wanted.lesson);
        let then = effect.wordings.first().map_or_else(String::new, |turn| match turn.after.kind {
            SaidKind::Clarify => "two questions are offered".to_owned(),
            _ => turn.after.text.clone(),
        });
        // A warning, so that it is in the log of every operator: somebody has changed what the bot says.
        tracing::warn!(
            who = wanted.by,
            kind,
            about,
            file,
            undo = key,
            "taught from Discord; \"Undo\" below the reply takes it back until the next start"
        );
        if done.len() >= UNDO {
            done.remove(0);
        }
        done.push(Done { key: key.clone(), summary: summary.clone(), written });
        Ok(Taught::Done { summary, then, others: effect.own.len(), undo: key })
    }

    fn undo(&self, undo: &str, by: u64) -> Result<String, String> {
        let mut done = locked(&self.done);
        let at = done.iter().rposition(|done| done.key == undo).ok_or(FORGOTTEN)?;
        done[at].written.undo().map_err(|error| match error {
            WriteError::Changed(_) => LATER.to_owned(),
            error => not_written(&error),
        })?;
        let Done { summary, written, .. } = done.remove(at);
        let file = written.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        tracing::warn!(who = by, file, undo, "taken back from Discord");
        Ok(summary)
    }

    fn noticed_within(&self) -> Option<Duration> {
        // A change counts once two reads in a row agree.
        self.interval.map(|interval| interval * 2)
    }
}

/// For a folder that cannot be read.
const UNREADABLE: &str = "I cannot read my knowledge files at the moment. My operator can find out why with `factotum check`.";
/// For files that are not as the bot knows them.
const CHANGED: &str = "My knowledge files have changed, and I have not taken that over yet. Please try again in some seconds; if it stays like this, \
    `factotum check` tells my operator why.";
/// For a change that was made by another process, or before the last start.
const FORGOTTEN: &str =
    "I no longer know that change, because I was restarted since, or it is long ago. It can be taken back by hand in the file.";
/// For a change on which others rest.
const LATER: &str = "The file has been changed since. Take the later changes back first, or this one by hand in the file.";

fn edit(wanted: &Wanted) -> Edit {
    let lines = vec![wanted.wording.clone()];
    match wanted.lesson.clone() {
        Lesson::Question(id) => Edit::Paraphrases { of: Asked::Question(id), lines },
        Lesson::Unanswerable(id) => Edit::Paraphrases { of: Asked::Unanswerable(id), lines },
        Lesson::Missing { missing, fact, topic } => Edit::Unanswerable {
            beside: fact.map_or(Beside::Topic(topic), Beside::Fact),
            missing,
            reason: UnanswerableReason::NotOnRecord,
            lines,
        },
        Lesson::Fact { statement, paragraphs, topic, answer } => {
            Edit::Fact(NewFact { topic, statement, source: None, paragraphs, speaker: None, lines, answer })
        }
    }
}

/// A lesson as the log names it: no texts.
fn kind(lesson: &Lesson) -> (&'static str, Option<&str>) {
    match lesson {
        Lesson::Question(id) => ("wording", Some(id)),
        Lesson::Unanswerable(id) => ("unanswerable-wording", Some(id)),
        Lesson::Missing { .. } => ("unanswerable", None),
        Lesson::Fact { .. } => ("fact", None),
    }
}

/// Why a change is refused, in a sentence.
fn in_words(refusal: &Refusal) -> String {
    let problem = match refusal {
        Refusal::Changed => return CHANGED.to_owned(),
        Refusal::Findings { found, .. } => found.first().map(|first| format!("{}; {}", first.message, first.help)),
        Refusal::Unusual(name) => {
            let file = Path::new(name).file_name().unwrap_or_default().to_string_lossy();
            Some(format!("{file} is written in a way that I cannot add to; edit the file by hand"))
        }
        other => Some(other.to_string()),
    };
    format!("I have not added it: {}.", problem.unwrap_or_else(|| refusal.to_string()).trim_end_matches('.'))
}

/// Why a file is not written. Where it lies is nobody's business on Discord.
fn not_written(error: &WriteError) -> String {
    tracing::error!("cannot write what was taught: {:#}", error);
    match error {
        WriteError::Changed(_) => CHANGED.to_owned(),
        WriteError::Io { .. } => {
            "I cannot write to my knowledge files. My operator can let me: `factotum doctor` says what is missing.".to_owned()
        }
    }
}
