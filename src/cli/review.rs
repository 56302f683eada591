//! `factotum review`: the desk's queue in the terminal.

use super::lines::read_line;
use super::settings::Settings;
use super::workbench::WorkbenchArgs;
use super::{BAD, HEADING, Status};
use anyhow::Context;
use factotum_core::answering::Reply;
use factotum_core::knowledge::UnanswerableReason;
use factotum_core::render::{self, escape_control};
use factotum_curator::edit::{Beside, Edit, Refusal};
use factotum_curator::effect::{Effect, Said, SaidKind};
use factotum_desk::gaps::{self, Wording};
use factotum_desk::words::{self, Nearby, capital};
use factotum_desk::workbench::{Current, Failure, Workbench};
use std::io::{BufRead, Write};
use std::sync::Arc;

/// Other questions that change, of those that are listed.
const LISTED: usize = 4;
/// Longest text of an outcome that is shown, in bytes: a line.
const SHOWN: usize = 90;

/// Arguments of `review`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each group of questions that got no answer is shown with the nearest entries and with what adding \
its first wording there would do. Then type

  1, 2, 3      add it there            d  dismiss the group for good
  u MISSING    decline it              s  skip it for now
  z            take the last step back q  quit

and press Enter. `factotum desk` shows the same in a browser, and can write facts.")]
pub(super) struct Review {
    #[command(flatten)]
    workbench: WorkbenchArgs,
}

/// What to do after a command.
enum Next {
    /// Look at the same place of the list again.
    Stay,
    /// Go on to the group behind this one.
    Skip,
    /// Stop.
    Quit,
}

impl Review {
    /// Goes through the groups.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let bench = self.workbench.open(settings)?;
        let mut input = std::io::stdin().lock();
        let mut skipped = 0;
        loop {
            let current = bench.current();
            let gaps = bench.gaps(&current)?;
            let Some(gap) = gaps.get(skipped) else {
                let text = if gaps.is_empty() { "Nothing is waiting." } else { "That was the last one." };
                writeln!(anstream::stdout(), "{text}")?;
                return Ok(Status::Good);
            };
            let group = Group::new(&bench, current, gap);
            group.print(skipped + 1, gaps.len())?;
            match group.ask(&mut input)? {
                Next::Stay => {}
                Next::Skip => skipped += 1,
                Next::Quit => return Ok(Status::Good),
            }
        }
    }
}

/// A group with what can be done with it.
struct Group<'a> {
    bench: &'a Workbench,
    current: Arc<Current>,
    gap: &'a gaps::Group,
    wordings: Vec<&'a Wording>,
    /// The one that is added, with its reply.
    first: (&'a Wording, Reply),
    nearby: Vec<Nearby>,
}

impl Group<'_> {
    fn new<'a>(bench: &'a Workbench, current: Arc<Current>, gap: &'a gaps::Group) -> Group<'a> {
        let (mut replies, first) = current.wordings(gap);
        let wordings = replies.iter().map(|(wording, _)| *wording).collect();
        let first = replies.swap_remove(first);
        let nearby = words::nearby(current.base(), &first.1);
        Group { bench, current, gap, wordings, first, nearby }
    }

    /// The wording that is added.
    fn line(&self) -> Vec<String> {
        vec![self.first.0.text.clone()]
    }

    fn edit(&self, near: &Nearby) -> Option<Edit> {
        Some(Edit::Paraphrases { of: near.asked.clone()?, lines: self.line() })
    }

    fn print(&self, number: usize, of: usize) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        let wordings: Vec<String> = self.wordings.iter().map(|wording| wording.text.clone()).collect();
        let (first, reply) = &self.first;
        writeln!(out, "{HEADING}{number} of {of}: {}{HEADING:#}", escape_control(&first.text))?;
        for wording in wordings.iter().filter(|wording| **wording != first.text) {
            writeln!(out, "  also: {}", escape_control(wording))?;
        }
        if let Some(line) = render::lines(self.current.base(), reply).first() {
            writeln!(out, "  now: {}", clip(&line.to_string()))?;
        }
        for (n, near) in self.nearby.iter().enumerate() {
            writeln!(out, "\n  {HEADING}{}{HEADING:#}  {}", n + 1, escape_control(&near.title))?;
            writeln!(out, "     {}", clip(&near.says))?;
            if !near.speaks_against.is_empty() {
                writeln!(out, "     - {}", escape_control(&near.speaks_against.join("; ")))?;
            }
            out.flush()?;
            let Some(edit) = self.edit(near) else { continue };
            match self.bench.effect(&self.current, &edit, &wordings) {
                Ok(effect) => print_effect(&mut out, &effect)?,
                Err(failure) => writeln!(out, "     {BAD}not possible{BAD:#}: {}", escape_control(&failure.to_string()))?,
            }
        }
        writeln!(out)?;
        Ok(())
    }

    /// Reads commands until one leads on.
    fn ask(&self, input: &mut impl BufRead) -> anyhow::Result<Next> {
        loop {
            let mut out = anstream::stdout().lock();
            write!(out, "1-3 add, u MISSING decline, d dismiss, s skip, z undo, q quit > ")?;
            out.flush()?;
            let Some(line) = read_line(input).context("cannot read standard input")? else {
                writeln!(out)?;
                return Ok(Next::Quit);
            };
            let (command, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            let done = match command {
                "q" => return Ok(Next::Quit),
                "s" => return Ok(Next::Skip),
                "d" => self.bench.dismiss(self.gap),
                "z" => self.bench.undo(),
                "u" => self.commit(Some(self.decline(rest))),
                number => match number.parse::<usize>().ok().and_then(|n| self.nearby.get(n.checked_sub(1)?)) {
                    Some(near) => self.commit(self.edit(near)),
                    None => Err(Failure::Other("that is not one of the commands".to_owned())),
                },
            };
            match done {
                Ok(summary) => {
                    writeln!(out, "{}.\n", capital(&escape_control(&summary)))?;
                    return Ok(Next::Stay);
                }
                Err(failure) => writeln!(out, "{BAD}Refused{BAD:#}: {}.", escape_control(&why(&failure)))?,
            }
        }
    }

    fn decline(&self, missing: &str) -> Edit {
        let fact = self.nearby.iter().find_map(|near| near.fact.clone());
        let topic = || self.current.base().topics().first().map_or_else(String::new, |(topic, _)| (*topic).to_owned());
        let beside = fact.map_or_else(|| Beside::Topic(topic()), Beside::Fact);
        Edit::Unanswerable { beside, missing: missing.to_owned(), reason: UnanswerableReason::NotOnRecord, lines: self.line() }
    }

    fn commit(&self, edit: Option<Edit>) -> Result<String, Failure> {
        let edit = edit.ok_or_else(|| Failure::Other("nothing can be added there".to_owned()))?;
        self.bench.commit(self.current.version(), &edit, Some(self.gap))
    }
}

fn print_effect(out: &mut impl Write, effect: &Effect) -> std::io::Result<()> {
    for turn in &effect.wordings {
        let change = if turn.before == turn.after { format!("stays: {}", outcome(&turn.after)) } else { outcome(&turn.after) };
        writeln!(out, "     > {}: {change}", escape_control(&turn.question))?;
    }
    let others: Vec<_> = effect.golden.iter().chain(&effect.own).collect();
    if !others.is_empty() {
        writeln!(out, "     other questions that change: {}, {} of them for the worse", others.len(), effect.worse())?;
        for turn in others.iter().filter(|turn| turn.better == Some(false)).take(LISTED) {
            writeln!(out, "       {}: {}", escape_control(&turn.question), outcome(&turn.after))?;
        }
    }
    Ok(())
}

fn outcome(said: &Said) -> String {
    match said.kind {
        SaidKind::Clarify => "two questions are offered".to_owned(),
        _ => clip(&said.text),
    }
}

/// Why something was refused: each error of the files that it would lead to.
fn why(failure: &Failure) -> String {
    match failure {
        Failure::Refused(Refusal::Findings { found, .. }) => found.iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

fn clip(text: &str) -> String {
    let cut = factotum_core::text::truncate(text, SHOWN);
    format!("{}{}", escape_control(cut), if cut.len() < text.len() { " ..." } else { "" })
}
