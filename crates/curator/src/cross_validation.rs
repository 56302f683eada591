//! Cross-validation: how a knowledge base answers paraphrases that it has not learned.
//!
//! Paraphrases are dealt into folds. For each fold the base is learned without the paraphrases of that fold, which are then asked.
//! Each is left out once, so the figure shows how other people's wordings will fare, with no other questions than the base's own.

use crate::audit::fillings;
use factotum_core::answering::{Answerer, Outcome};
use factotum_core::knowledge::{FactId, IntentId, KnowledgeBase, Paraphrase, SmallTalkId, UnanswerableId};
use factotum_core::matching::Class;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Folds that phrases are dealt into: with ten, each pack learned has nine tenths of the phrases.
pub const FOLDS: usize = 10;

/// A pack without some of its phrases.
#[derive(Debug)]
pub struct Fold {
    /// What is left.
    pub base: KnowledgeBase,
    /// What was left out, with whom it belongs to.
    pub left_out: Vec<LeftOut>,
}

/// A phrase that was left out, as a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Whom it belongs to.
    pub class: Class,
    /// The question; slots are filled.
    pub question: String,
    /// Whether nothing of its target is left: then nothing can answer it.
    pub wholly: bool,
}

impl Fold {
    /// The fold of a number below `of`. A target always keeps one phrase, unless it is among those that are left out
    /// `wholly`: of each kind every `of`th.
    pub fn new(base: &KnowledgeBase, number: usize, of: usize, wholly: bool) -> Fold {
        let mut fold = Fold { base: base.clone(), left_out: Vec::new() };
        let mut deal = |class: Class, index: usize, phrases: &mut Vec<Paraphrase>, ask: &dyn Fn(&str) -> String| {
            let gone = wholly && index % of == number;
            let mut left_out = Vec::new();
            let all = phrases.len();
            let mut at = 0;
            phrases.retain(|phrase| {
                // Neighbouring phrases, which are alike more often than not, go to different folds; targets begin with
                // different ones.
                let out = gone || (all > 1 && (at + index * 7) % of == number);
                at += 1;
                if out {
                    left_out.push(LeftOut { class, question: ask(&phrase.text), wholly: gone });
                }
                !out
            });
            fold.left_out.append(&mut left_out);
        };
        for (index, intent) in fold.base.intents.iter_mut().enumerate() {
            let id = IntentId::new(index);
            let ask = |text: &str| fillings(base, &base[id], text).swap_remove(0);
            deal(Class::Intent(id), index, &mut intent.paraphrases, &ask);
        }
        let plain = |text: &str| text.to_owned();
        for (index, unanswerable) in fold.base.unanswerables.iter_mut().enumerate() {
            deal(Class::Unanswerable(UnanswerableId::new(index)), index, &mut unanswerable.paraphrases, &plain);
        }
        for (index, talk) in fold.base.small_talk.iter_mut().enumerate() {
            deal(Class::SmallTalk(SmallTalkId::new(index)), index, &mut talk.paraphrases, &plain);
        }
        fold
    }
}

/// What became of a paraphrase that the base had not learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The question that it is a paraphrase of.
    pub intent: IntentId,
    /// As it was asked.
    pub question: String,
    /// The question that it was taken for; `None` where it was declined.
    pub taken: Option<IntentId>,
}

/// How often a fact was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The fact.
    pub fact: FactId,
    /// Paraphrases of questions that lead to it.
    pub asked: usize,
    /// Of these, answered with it.
    pub right: usize,
    /// Those that were not, in the order of the files.
    pub missed: Vec<Missed>,
}

/// The figures, and what is behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The figures.
    pub score: CrossValidation,
    /// Paraphrases that were not answered with their own facts, in the order of the files.
    pub missed: Vec<Missed>,
}

impl Report {
    /// The facts that people will miss most often, the weakest first; those that were always found are left out. A paraphrase counts for the
    /// first fact of its question.
    pub fn weakest(&self, base: &KnowledgeBase) -> Vec<Found> {
        let mut facts: Vec<Found> = FactId::all(base).map(|fact| Found { fact, asked: 0, right: 0, missed: Vec::new() }).collect();
        for intent in &base.intents {
            if let Some(fact) = intent.facts.first() {
                facts[fact.index()].asked += intent.paraphrases.len();
            }
        }
        for missed in &self.missed {
            if let Some(fact) = base[missed.intent].facts.first() {
                facts[fact.index()].missed.push(missed.clone());
            }
        }
        facts.retain(|fact| !fact.missed.is_empty());
        facts.iter_mut().for_each(|fact| fact.right = fact.asked.saturating_sub(fact.missed.len()));
        let share = |fact: &Found| fact.right as f64 / fact.asked.max(1) as f64;
        facts.sort_by(|a, b| share(a).total_cmp(&share(b)).then(b.missed.len().cmp(&a.missed.len())).then(a.fact.cmp(&b.fact)));
        facts
    }
}

/// How the paraphrases fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CrossValidation {
    /// Paraphrases of intents.
    pub asked: usize,
    /// Of these, answered with a fact of their intent.
    pub right: usize,
    /// Of these, answered with another fact.
    pub wrong: usize,
    /// Paraphrases of unanswerable questions.
    pub unanswerable: usize,
    /// Of these, answered although they should have been declined.
    pub false_answers: usize,
}

impl CrossValidation {
    /// Paraphrases of intents answered with their own facts, in per cent; 100 of none.
    pub fn per_cent(&self) -> f64 {
        if self.asked == 0 { 100.0 } else { 100.0 * self.right as f64 / self.asked as f64 }
    }

    /// Counts a paraphrase; what it missed, if it did.
    fn add(&mut self, base: &KnowledgeBase, left_out: &LeftOut, outcome: &Outcome) -> Option<Missed> {
        match left_out.class {
            Class::Intent(intent) => {
                self.asked += 1;
                let mut taken = None;
                if let Outcome::Answer(parts) = outcome {
                    let facts = &base[intent].facts;
                    let own = parts.iter().any(|p| p.intent == intent || p.facts.iter().any(|f| facts.contains(f)));
                    self.right += usize::from(own);
                    self.wrong += usize::from(!own);
                    if own {
                        return None;
                    }
                    taken = parts.first().map(|p| p.intent);
                }
                return Some(Missed { intent, question: left_out.question.clone(), taken });
            }
            Class::Unanswerable(_) => {
                self.unanswerable += 1;
                self.false_answers += usize::from(matches!(outcome, Outcome::Answer(_)));
            }
            Class::SmallTalk(_) => {}
        }
        None
    }

    fn join(&mut self, other: CrossValidation) {
        self.asked += other.asked;
        self.right += other.right;
        self.wrong += other.wrong;
        self.unanswerable += other.unanswerable;
        self.false_answers += other.false_answers;
    }
}

/// Asks every paraphrase once, after learning without it. The result is the same on any number of threads; `done` is called
/// after each fold, on any of them.
pub fn run(base: &KnowledgeBase, threads: usize, done: &(dyn Fn() + Sync)) -> Report {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut score, mut missed) = (CrossValidation::default(), Vec::new());
        // Most paraphrases are the same in the next fold, and are not encoded again.
        let mut last: Option<Answerer> = None;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= FOLDS {
                return (score, missed);
            }
            let fold = Fold::new(base, number, FOLDS, false);
            let answerer = match &last {
                Some(last) => last.relearn(fold.base, &mut |_| {}),
                None => Answerer::new(fold.base),
            };
            for left_out in &fold.left_out {
                missed.extend(score.add(base, left_out, &answerer.answer(&left_out.question).outcome));
            }
            last = Some(answerer);
            done();
        }
    };
    let (mut score, mut missed) = (CrossValidation::default(), Vec::new());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.clamp(1, FOLDS)).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let (counted, of_worker) = worker.join().expect("answering does not panic");
            score.join(counted);
            missed.extend(of_worker);
        }
    });
    missed.sort_by(|a: &Missed, b| (a.intent, &a.question).cmp(&(b.intent, &b.question)));
    Report { score, missed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use factotum_core::diagnostic::SourceFile;
    use factotum_core::pack;
    use std::collections::BTreeSet;

    fn base() -> KnowledgeBase {
        let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), text: text.to_owned() };
        let files = [
            file("lighthouse.toml", include_str!("../../../tests/packs/tiny/lighthouse.toml")),
            file("source.toml", include_str!("../../../tests/packs/tiny/source.toml")),
        ];
        pack::load(&files).base.expect("without mistakes")
    }

    #[test]
    fn every_phrase_is_left_out_once() {
        let base = base();
        let mut left: Vec<LeftOut> = Vec::new();
        for number in 0..FOLDS {
            let fold = Fold::new(&base, number, FOLDS, false);
            assert!(fold.left_out.iter().all(|l| !l.wholly));
            assert!(fold.base.intents.iter().all(|i| !i.paraphrases.is_empty()));
            left.extend(fold.left_out);
        }
        let phrases: usize = base.intents.iter().map(|i| i.paraphrases.len()).sum::<usize>()
            + base.unanswerables.iter().map(|n| n.paraphrases.len()).sum::<usize>()
            + base.small_talk.iter().map(|s| s.paraphrases.len()).sum::<usize>();
        let distinct: BTreeSet<String> = left.iter().map(|l| l.question.clone()).collect();
        assert_eq!((left.len(), distinct.len()), (phrases, phrases));
    }

    #[test]
    fn left_out_wholly_nothing_is_left() {
        let base = base();
        let fold = Fold::new(&base, 1, 3, true);
        assert!(fold.base.intents[1].paraphrases.is_empty() && !fold.base.intents[0].paraphrases.is_empty());
        assert!(fold.left_out.iter().any(|l| l.wholly && l.class == Class::Intent(IntentId::new(1))));
    }

    #[test]
    fn threads_do_not_change_the_figure() {
        let base = base();
        let one = run(&base, 1, &|| {});
        assert_eq!(one, run(&base, 3, &|| {}));
        let score = one.score;
        assert!(score.asked > 10 && score.right + one.missed.len() == score.asked);
        let weakest = one.weakest(&base);
        assert_eq!(weakest.iter().map(|fact| fact.missed.len()).sum::<usize>(), one.missed.len());
        assert!(weakest.iter().all(|fact| fact.right < fact.asked));
    }
}
