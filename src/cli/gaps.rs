//! `factotum gaps`: what people asked in vain, by meaning, and what to do about it.

use super::settings::Settings;
use super::{HEADING, Status, count};
use anyhow::{Context, bail};
use clap::Subcommand;
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::render::{console, escape_control, json};
use factotum_journal::{Day, Dismissed, Forget, GROUPED, Group, Journal, JournalError};
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

/// Wordings of a group that are shown: enough to see what people mean.
const WORDINGS: usize = 5;

/// Arguments of `gaps`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
The journal is kept only if `path` in [journal] is set. `gaps` shows the questions that were \
declined, answered weakly or rated \"Not helpful\": wordings that mean the same are one group, and \
those that most people asked come first, then those nearest to an answer. Wordings that the \
knowledge base answers by now leave the list. GROUP is the id of any wording of a group, or its \
first digits.")]
pub(super) struct Gaps {
    /// Print a JSON object for each group, one a line
    #[arg(long)]
    json: bool,
    /// List the groups that were dismissed instead
    #[arg(long)]
    dismissed: bool,
    /// Show at most this many groups
    #[arg(long, value_name = "NUMBER", default_value_t = 20, conflicts_with = "json")]
    most: usize,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Take groups off the list for good, and every later wording that means the same
    Dismiss {
        /// The groups
        #[arg(required = true, value_name = "GROUP")]
        groups: Vec<String>,
    },
    /// Put dismissed groups back on the list
    Restore {
        /// The groups
        #[arg(required = true, value_name = "GROUP")]
        groups: Vec<String>,
    },
    /// Print every wording as a JSON object, one a line
    Export,
    /// Delete wordings from the file
    Forget(Which),
}

/// What to delete.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// Everything, dismissed groups too
    #[arg(long)]
    all: bool,
    /// What was last asked before this day
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = super::import::day)]
    before: Option<String>,
    /// One wording
    #[arg(long, value_name = "ID")]
    wording: Option<String>,
}

impl Gaps {
    /// Shows the list, or changes it.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let path = settings.config().journal.path.0.as_deref();
        let path = path.context("no gaps journal is kept: set `path` in [journal] to the file that should hold it")?;
        let mut journal = match Journal::open(path) {
            Ok(journal) => journal,
            // Nobody has asked in vain so far.
            Err(JournalError::Missing(_)) => return self.nothing(path),
            Err(error) => return Err(error.into()),
        };
        match &self.action {
            None if self.dismissed => self.list_dismissed(&journal),
            None => self.list(settings, &mut journal),
            Some(Action::Dismiss { groups }) => dismiss(settings, &mut journal, groups),
            Some(Action::Restore { groups }) => restore(&mut journal, groups),
            Some(Action::Export) => export(&journal),
            Some(Action::Forget(which)) => which.forget(&mut journal),
        }
    }

    fn nothing(&self, path: &Path) -> anyhow::Result<Status> {
        if matches!(self.action, Some(Action::Dismiss { .. } | Action::Restore { .. } | Action::Forget(_))) {
            return Err(JournalError::Missing(path.to_owned()).into());
        }
        if !self.json && self.action.is_none() {
            writeln!(anstream::stdout(), "No gaps: nothing has been recorded yet in {}.", path.display())?;
        }
        Ok(Status::Good)
    }

    fn list(&self, settings: &Settings, journal: &mut Journal) -> anyhow::Result<Status> {
        let answerer = settings.answerer()?;
        // What is past its time is not shown, even if no bot has run since.
        journal.tidy(Day::of(SystemTime::now()), settings.journal_limits())?;
        let resolved = journal.resolve(&answerer)?;
        let groups = journal.groups(&answerer)?;
        if self.json {
            let mut out = std::io::stdout().lock();
            for group in &groups {
                writeln!(out, "{}", json::line(&serde_json::to_value(group)?))?;
            }
            return Ok(Status::Good);
        }
        let mut out = anstream::stdout().lock();
        for group in groups.iter().take(self.most) {
            writeln!(out, "{}", shown(answerer.base(), group))?;
        }
        let entries = journal.entries()?;
        let wordings: usize = groups.iter().map(|group| group.wordings.len()).sum();
        if groups.is_empty() {
            writeln!(out, "No gaps.")?;
        } else {
            writeln!(out, "{} of {}.", count(groups.len(), "group", "groups"), count(wordings, "wording", "wordings"))?;
        }
        if groups.len() > self.most {
            writeln!(out, "The first {} are shown; --most {} shows all.", self.most, groups.len())?;
        }
        if entries > i64::from(GROUPED) {
            writeln!(out, "Only the {GROUPED} wordings that most people asked are grouped, of {entries}; `factotum gaps export` has all.")?;
        }
        if resolved > 0 {
            writeln!(out, "{} left the list, because the knowledge base answers them now.", count(resolved, "wording", "wordings"))?;
        }
        Ok(Status::Good)
    }

    fn list_dismissed(&self, journal: &Journal) -> anyhow::Result<Status> {
        let groups = journal.dismissed()?;
        if self.json {
            let mut out = std::io::stdout().lock();
            for group in &groups {
                writeln!(out, "{}", json::line(&serde_json::to_value(group)?))?;
            }
            return Ok(Status::Good);
        }
        let mut out = anstream::stdout().lock();
        for Dismissed { id, questions, day } in groups.iter().take(self.most) {
            writeln!(out, "{HEADING}{}{HEADING:#}  dismissed on {day}", id.short())?;
            questions.iter().try_for_each(|question| writeln!(out, "  {}", escape_control(question)))?;
            writeln!(out)?;
        }
        writeln!(out, "{} dismissed.", count(groups.len(), "group", "groups"))?;
        Ok(Status::Good)
    }
}

impl Which {
    fn forget(&self, journal: &mut Journal) -> anyhow::Result<Status> {
        let what = match (&self.before, &self.wording) {
            (Some(day), _) => Forget::Before(day.clone()),
            (_, Some(id)) => Forget::Wording(journal.find(id)?),
            _ => Forget::All,
        };
        let removed = journal.forget(&what)?;
        writeln!(anstream::stdout(), "{} deleted.", count(removed, "wording", "wordings"))?;
        Ok(Status::Good)
    }
}

fn dismiss(settings: &Settings, journal: &mut Journal, ids: &[String]) -> anyhow::Result<Status> {
    let groups = journal.groups(&settings.answerer()?)?;
    let mut chosen: Vec<&Group> = Vec::new();
    for written in ids {
        let id = journal.find(written)?;
        match groups.iter().find(|group| group.wordings.iter().any(|wording| wording.id == id)) {
            Some(group) if chosen.contains(&group) => {}
            Some(group) => chosen.push(group),
            None => {
                bail!("{} is not on the list of `factotum gaps`: it was dismissed or answered already, or few people asked", id.short())
            }
        }
    }
    let today = Day::of(SystemTime::now());
    chosen.iter().try_for_each(|group| journal.dismiss(group, today))?;
    let ids: Vec<String> = chosen.iter().map(|group| group.id.short()).collect();
    writeln!(
        anstream::stdout(),
        "{} dismissed; `factotum gaps restore {}` takes it back.",
        count(chosen.len(), "group", "groups"),
        ids.join(" ")
    )?;
    Ok(Status::Good)
}

fn restore(journal: &mut Journal, ids: &[String]) -> anyhow::Result<Status> {
    for written in ids {
        let id = journal.find(written)?;
        if !journal.restore(id)? {
            bail!("{} was not dismissed; `factotum gaps --dismissed` lists what was", id.short());
        }
    }
    writeln!(anstream::stdout(), "{} restored.", count(ids.len(), "group", "groups"))?;
    Ok(Status::Good)
}

fn export(journal: &Journal) -> anyhow::Result<Status> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    journal.export(|wording| -> anyhow::Result<()> { Ok(writeln!(out, "{}", json::line(&serde_json::to_value(wording)?))?) })?;
    out.flush()?;
    Ok(Status::Good)
}

/// A group, for people.
fn shown(base: &KnowledgeBase, group: &Group) -> String {
    let mut out = format!(
        "{HEADING}{}{HEADING:#}  {}, {}, last on {}",
        group.id.short(),
        count(group.people as usize, "person", "people"),
        count(group.times as usize, "question", "questions"),
        group.last_day
    );
    if group.not_helpful > 0 {
        out.push_str(&format!(", rated \"Not helpful\" {}", count(group.not_helpful as usize, "time", "times")));
    }
    out.push('\n');
    for wording in group.wordings.iter().take(WORDINGS) {
        out.push_str(&format!("  {}\n", escape_control(&wording.question)));
    }
    if group.wordings.len() > WORDINGS {
        out.push_str(&format!("  ... and {} more\n", count(group.wordings.len() - WORDINGS, "wording", "wordings")));
    }
    for missing in &group.missing {
        out.push_str(&format!("  missing  {}\n", escape_control(missing)));
    }
    for near in &group.nearest {
        let percent = (near.confidence * 100.0).round();
        out.push_str(&format!("  nearest  {} ({percent} %)\n", escape_control(&question(base, &near.id))));
    }
    out
}

/// The question behind an id, as far as the knowledge base still has it.
fn question(base: &KnowledgeBase, id: &str) -> String {
    base.find_intent(id).map_or_else(|| id.to_owned(), console::question)
}
