//! Factotum: whole answers, with what they are decided by, and the proposals alone.

use super::{Contender, Load};
use crate::data::Training;
use anyhow::{Context, anyhow};
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::SourceFile;
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::question::Question;
use factotum_core::render::json;
use factotum_curator::import::{self, Table};
use factotum_service::cache::{Cache, Key};
use std::path::Path;

/// Answers as the program does: its best candidate is what `factotum ask --json` names first.
struct Answers(Answerer);

impl Contender for Answers {
    fn label(&self, question: &str) -> Option<&str> {
        let reply = self.0.answer(question);
        reply.candidates.first().map(|candidate| json::name(self.0.base(), candidate.class))
    }
}

/// Reads and ranks, and leaves out the judging: as much as the other contenders do.
struct Proposals(Answerer);

impl Contender for Proposals {
    fn label(&self, question: &str) -> Option<&str> {
        let (base, matcher) = (self.0.base(), self.0.matcher());
        let interpretation = matcher.interpret(base, Question::parse(question).ok()?);
        matcher
            .rank(base, &interpretation, &matcher.encode(base, &interpretation))
            .candidates
            .first()
            .map(|candidate| json::name(base, candidate.class))
    }
}

/// Learns, and keeps what was learned, as the program does at its first start.
pub fn learning(training: Training, folder: &Path) -> anyhow::Result<Load> {
    let (files, cache) = (pack(&training)?, Cache::new(folder));
    Ok(Box::new(move || {
        let base = base(&files)?;
        let key = Key::of(&base);
        let answerer = Answerer::new(base);
        cache.put(&key, answerer.matcher().learned()).context("cannot keep what was learned")?;
        Ok(Box::new(Answers(answerer)))
    }))
}

/// What was learned before.
pub fn cached(training: Training, folder: &Path) -> anyhow::Result<Load> {
    let (files, cache) = (pack(&training)?, Cache::new(folder));
    Ok(Box::new(move || Ok(Box::new(Answers(kept(&files, &cache)?)))))
}

/// The same, for proposals.
pub fn proposals(training: Training, folder: &Path) -> anyhow::Result<Load> {
    let (files, cache) = (pack(&training)?, Cache::new(folder));
    Ok(Box::new(move || Ok(Box::new(Proposals(kept(&files, &cache)?)))))
}

/// Importing is done once and not at every start, so it is no part of loading.
fn pack(training: &Training) -> anyhow::Result<Vec<SourceFile>> {
    // The date is not looked at by any question of the benchmarks.
    let table = Table { name: "train.csv", bytes: &training.csv, date: "2026" };
    let imported = import::pack(table).map_err(|problems| anyhow!("the table has {} bad rows", problems.len()))?;
    Ok(imported.files)
}

fn base(files: &[SourceFile]) -> anyhow::Result<KnowledgeBase> {
    factotum_core::pack::load(files).base.context("the pack made from the table has errors")
}

fn kept(files: &[SourceFile], cache: &Cache) -> anyhow::Result<Answerer> {
    let base = base(files)?;
    let learned = cache.get(&Key::of(&base), &base).context("nothing was learned yet: measure factotum-learning in the same go")?;
    Ok(Answerer::from_learned(base, learned))
}
