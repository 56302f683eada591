//! What a change would do, worked out on a candidate knowledge base beside the current one: which questions would be answered otherwise.

use crate::audit::fillings;
use crate::golden::{GoldenSet, Verdict, judge};
use factotum_core::answering::{Answerer, Outcome, Reply};
use factotum_core::knowledge::{FactId, KnowledgeBase};
use factotum_core::render::{self, Line};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Learns what would then be on record. It answers exactly as the same files do after a reload.
///
/// `previous` is what is on record so far: all that has not changed can be taken from it.
pub fn candidate(previous: &Answerer, base: KnowledgeBase) -> Answerer {
    let _ = previous;
    Answerer::new(base)
}

/// What a question comes to, without ids, so that it can be compared between two knowledge bases.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Said {
    /// Of which kind it is.
    pub kind: SaidKind,
    /// What people read, related questions left out.
    pub text: String,
    /// The statements of the facts behind an answer.
    pub statements: Vec<String>,
}

/// Kinds of outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SaidKind {
    /// An answer.
    Answer,
    /// Two meanings are offered.
    Clarify,
    /// Declined.
    NoAnswer,
    /// Small talk.
    SmallTalk,
}

impl Said {
    /// What a reply says.
    pub fn of(base: &KnowledgeBase, reply: &Reply) -> Said {
        let (kind, facts): (_, Vec<FactId>) = match &reply.outcome {
            Outcome::Answer(parts) => (SaidKind::Answer, parts.iter().flat_map(|part| part.facts.iter().copied()).collect()),
            Outcome::Clarify(_) => (SaidKind::Clarify, Vec::new()),
            Outcome::NoAnswer(_) => (SaidKind::NoAnswer, Vec::new()),
            Outcome::SmallTalk(_) => (SaidKind::SmallTalk, Vec::new()),
        };
        // Of a choice, the suggestions are what is said.
        let shown = |line: &Line| kind == SaidKind::Clarify || !matches!(line, Line::Suggestion(_) | Line::Corrections(_) | Line::Source(_));
        let lines: Vec<String> = render::lines(base, reply).iter().filter(|line| shown(line)).map(Line::to_string).collect();
        let related = |line: &String| kind == SaidKind::NoAnswer && line.starts_with("Related questions");
        let text = lines.into_iter().filter(|line| !related(line)).collect::<Vec<_>>().join(" ");
        Said { kind, text, statements: facts.iter().map(|fact| base[*fact].statement.clone()).collect() }
    }

    fn to(answerer: &Answerer, question: &str) -> Said {
        Said::of(answerer.base(), &answerer.answer(question))
    }
}

/// One question before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// What is asked.
    pub question: String,
    /// What it comes to so far.
    pub before: Said,
    /// What it would come to.
    pub after: Said,
    /// Whether that is better or worse, where somebody has written down what is right.
    pub better: Option<bool>,
}

/// What a change would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// The wordings that it is about, changed or not, in their order.
    pub wordings: Vec<Turn>,
    /// The golden questions that would change.
    pub golden: Vec<Turn>,
    /// The knowledge base's own paraphrases that would change, asked as if they did not stand there word for word.
    pub own: Vec<Turn>,
}

impl Effect {
    /// The golden questions and paraphrases that would be answered worse than now.
    pub fn worse(&self) -> usize {
        self.golden.iter().chain(&self.own).filter(|turn| turn.better == Some(false)).count()
    }
}

/// A paraphrase of the knowledge base with what is right for it.
#[derive(Debug)]
struct Own {
    question: String,
    right: Right,
    said: Said,
}

/// What a paraphrase should come to.
#[derive(Debug)]
enum Right {
    /// An answer with one of these statements; any, where a name was filled in.
    Statements(Vec<String>, bool),
    /// No answer.
    Declined,
    /// This reply.
    Reply(String),
}

impl Right {
    fn is(&self, said: &Said) -> bool {
        match self {
            Right::Statements(own, filled) => {
                said.kind == SaidKind::Answer && (*filled || said.statements.iter().any(|statement| own.contains(statement)))
            }
            Right::Declined => said.kind != SaidKind::Answer,
            Right::Reply(reply) => said.kind == SaidKind::SmallTalk && said.text == *reply,
        }
    }
}

/// How the current knowledge base answers, for comparing: asked once, however many changes are weighed.
#[derive(Debug)]
pub struct Baseline {
    own: Vec<Own>,
    golden: Vec<(Said, Verdict)>,
}

impl Baseline {
    /// Asks all paraphrases and golden questions, on several threads.
    pub fn new(answerer: &Answerer, golden: &[GoldenSet], threads: usize) -> Baseline {
        let base = answerer.base();
        let mut own: Vec<(String, Right)> = Vec::new();
        for intent in &base.intents {
            let statements: Vec<String> = intent.facts.iter().map(|fact| base[*fact].statement.clone()).collect();
            for paraphrase in &intent.paraphrases {
                // One name for each gap is enough to see whether the wording still works.
                let question = fillings(base, intent, &paraphrase.text).swap_remove(0);
                let filled = question != paraphrase.text;
                own.push((question, Right::Statements(statements.clone(), filled)));
            }
        }
        own.extend(base.unanswerables.iter().flat_map(|u| &u.paraphrases).map(|p| (p.text.clone(), Right::Declined)));
        for talk in &base.small_talk {
            own.extend(talk.paraphrases.iter().map(|p| (p.text.clone(), Right::Reply(talk.reply.clone()))));
        }
        let said = in_parallel(threads, own.len(), |n| Said::of(base, &answerer.answer_by_evidence(&own[n].0)));
        let own = own.into_iter().zip(said).map(|((question, right), said)| Own { question, right, said }).collect();
        let golden: Vec<_> = golden.iter().flat_map(|set| &set.questions).collect();
        let golden = in_parallel(threads, golden.len(), |n| {
            let reply = answerer.answer(&golden[n].ask);
            (Said::of(base, &reply), judge(base, golden[n], &reply))
        });
        Baseline { own, golden }
    }

    /// Asks them all of a candidate. `golden` are the questions that the baseline was made with.
    pub fn compare(&self, current: &Answerer, candidate: &Answerer, wordings: &[String], golden: &[GoldenSet], threads: usize) -> Effect {
        let base = candidate.base();
        let asked = wordings.iter().map(|question| Turn {
            question: question.clone(),
            before: Said::to(current, question),
            after: Said::to(candidate, question),
            better: None,
        });
        let wordings = asked.collect();
        let own = in_parallel(threads, self.own.len(), |n| Said::of(base, &candidate.answer_by_evidence(&self.own[n].question)));
        let own = self.own.iter().zip(own).filter(|(own, after)| own.said != *after).map(|(own, after)| Turn {
            question: own.question.clone(),
            better: better(own.right.is(&own.said), own.right.is(&after)),
            before: own.said.clone(),
            after,
        });
        let own = own.collect();
        let questions: Vec<_> = golden.iter().flat_map(|set| &set.questions).collect();
        let golden = in_parallel(threads, questions.len(), |n| {
            let reply = candidate.answer(&questions[n].ask);
            (Said::of(base, &reply), judge(base, questions[n], &reply))
        });
        let turns = questions.iter().zip(self.golden.iter().zip(golden)).filter(|(_, (before, after))| before.0 != after.0);
        let golden = turns.map(|(question, (before, after))| Turn {
            question: question.ask.clone(),
            better: better(before.1 == Verdict::Right, after.1 == Verdict::Right),
            before: before.0.clone(),
            after: after.0,
        });
        Effect { wordings, golden: golden.collect(), own }
    }
}

/// Whether a change for the better or the worse; neither where both are right or both are wrong.
fn better(before: bool, after: bool) -> Option<bool> {
    (before != after).then_some(after)
}

/// The results for 0 to `count`, in order, worked out on several threads.
fn in_parallel<T: Send>(threads: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= count {
                return done;
            }
            done.push((n, work(n)));
        }
    };
    let mut all: Vec<(usize, T)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.clamp(1, count.max(1))).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("answering does not panic")).collect()
    });
    all.sort_by_key(|(n, _)| *n);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{Asked, Beside, Edit, NewFact, prepare};
    use crate::golden;
    use factotum_core::diagnostic::SourceFile;
    use factotum_core::knowledge::UnanswerableReason;
    use factotum_core::pack;

    fn files() -> Vec<SourceFile> {
        let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), text: text.to_owned() };
        vec![
            file("lighthouse.toml", include_str!("../../../tests/packs/tiny/lighthouse.toml")),
            file("source.toml", include_str!("../../../tests/packs/tiny/source.toml")),
        ]
    }

    #[test]
    fn the_effect_is_what_happens() {
        let files = files();
        let current = Answerer::new(pack::load(&files).base.expect("sound"));
        let golden = "format = 1\n[[questions]]\nask = \"who minds the lantern\"\nexpect = \"answer\"\nfacts = [\"keeper\"]\n\
                      [[questions]]\nask = \"how tall is it\"\nexpect = \"answer\"\nfacts = [\"height\"]\n";
        let golden = golden::parse(&[SourceFile { name: "q".to_owned(), text: golden.to_owned() }], current.base()).expect("sound");
        let baseline = Baseline::new(&current, &golden, 2);
        let wordings = vec!["who minds the lantern".to_owned(), "who is the lantern minder".to_owned()];
        let edit = Edit::Paraphrases { of: Asked::Question("who-keeps-it".to_owned()), lines: wordings[..1].to_vec() };
        let prepared = prepare(&files, current.base(), &edit).expect("sound");
        let candidate = candidate(&current, prepared.base);
        let effect = baseline.compare(&current, &candidate, &wordings, &golden, 2);
        // Learned from the files alone, as a reload does.
        let reloaded = Answerer::new(pack::load(&prepared.files).base.expect("sound"));
        for turn in &effect.wordings {
            assert_eq!(turn.before, Said::to(&current, &turn.question));
            assert_eq!(turn.after, Said::to(&reloaded, &turn.question));
        }
        assert_eq!(effect.wordings[0].after.kind, SaidKind::Answer);
        assert!(effect.wordings[0].after.text.starts_with("Ada Marlow."), "{:?}", effect.wordings[0].after);
        let changed: Vec<_> = effect.golden.iter().map(|turn| (turn.question.as_str(), turn.better)).collect();
        let was_right = effect.wordings[0].before.kind == SaidKind::Answer;
        assert_eq!(changed, if was_right { vec![] } else { vec![("who minds the lantern", Some(true))] });
        assert_eq!(effect.worse(), effect.own.iter().filter(|turn| turn.better == Some(false)).count());
        // Nothing changes where nothing changed.
        assert_eq!(baseline.compare(&current, &current, &[], &golden, 2), Effect::default());
    }

    #[test]
    fn a_question_to_decline_takes_what_was_answered() {
        let files = files();
        let current = Answerer::new(pack::load(&files).base.expect("sound"));
        let baseline = Baseline::new(&current, &[], 1);
        let own = "name of the keeper".to_owned();
        let missing = "what the keeper's dog is called".to_owned();
        let lines = vec!["name of the keeper's dog".to_owned()];
        let unanswerable = Edit::Unanswerable {
            beside: Beside::Fact("keeper".to_owned()),
            missing,
            reason: UnanswerableReason::NotOnRecord,
            lines: lines.clone(),
        };
        let prepared = prepare(&files, current.base(), &unanswerable).expect("sound");
        let effect = baseline.compare(&current, &candidate(&current, prepared.base), &lines, &[], 1);
        assert_eq!(effect.wordings[0].after.text, "Not on record: what the keeper's dog is called.");
        let fact = Edit::Fact(NewFact {
            topic: "lighthouse".to_owned(),
            statement: "Ada Marlow's dog is called Bell.".to_owned(),
            paragraphs: vec![4],
            lines,
            answer: "Bell.".to_owned(),
            ..NewFact::default()
        });
        let prepared = prepare(&files, current.base(), &fact).expect("sound");
        let candidate = candidate(&current, prepared.base);
        let effect = baseline.compare(&current, &candidate, &[own, "what is the keeper's dog called".to_owned()], &[], 1);
        assert!(effect.wordings[0].after.text.starts_with("Ada Marlow."));
        assert_eq!(effect.wordings[1].after.statements, ["Ada Marlow's dog is called Bell."]);
    }
}
