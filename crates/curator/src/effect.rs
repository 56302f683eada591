//! What a change would do, worked out on a candidate knowledge base beside the current one: which questions would be answered otherwise.

use crate::audit::fillings;
use crate::golden::{GoldenQuestion, GoldenSet, Verdict, judge};
use crate::parallel::in_parallel;
use factotum_core::answering::{Answerer, Outcome, Reply};
use factotum_core::english::WordClass;
use factotum_core::knowledge::{FactId, IntentId, KnowledgeBase, SmallTalkId, UnanswerableId};
use factotum_core::matching::Class;
use factotum_core::question::Question;
use factotum_core::render::{self, Line};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Learns what would then be on record. It answers exactly as the same files do after a reload.
///
/// `previous` is what is on record so far: all that has not changed can be taken from it.
pub fn candidate(previous: &Answerer, base: KnowledgeBase) -> Answerer {
    previous.relearn(base, &mut |_| {})
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
        let shown =
            |line: &Line| kind == SaidKind::Clarify || !matches!(line, Line::Suggestion(_) | Line::Corrections(_) | Line::Source(_));
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
    /// How many golden questions and paraphrases were asked, and how many there are. Of a large knowledge base, only those near to the wordings
    /// are asked.
    pub asked: (usize, usize),
}

impl Effect {
    /// The golden questions and paraphrases that would be answered worse than now.
    pub fn worse(&self) -> usize {
        self.golden.iter().chain(&self.own).filter(|turn| turn.better == Some(false)).count()
    }
}

/// A golden question or a paraphrase of the knowledge base, with what is right for it.
#[derive(Debug)]
struct Known {
    question: String,
    right: Right,
    /// Stems of its words, without those that any question has.
    stems: BTreeSet<String>,
    /// What the current knowledge base says to it, once it was asked.
    before: OnceLock<(Said, bool)>,
}

/// What a question should come to.
#[derive(Debug)]
enum Right {
    /// A paraphrase of an intent: an answer with one of these statements; any, where a name was filled in.
    Statements(Class, Vec<String>, bool),
    /// A paraphrase of an unanswerable question: no answer.
    Declined(Class),
    /// Small talk: this reply.
    Reply(Class, String),
    /// A golden question.
    Golden(Box<GoldenQuestion>),
}

impl Known {
    fn new(question: String, right: Right) -> Known {
        Known { stems: stems(&question), question, right, before: OnceLock::new() }
    }

    /// Asks it: what is said, and whether that is right.
    fn ask(&self, answerer: &Answerer) -> (Said, bool) {
        let base = answerer.base();
        // People ask a golden question as it is; a paraphrase stands for what people will ask in slightly other words.
        let reply = match self.right {
            Right::Golden(_) => answerer.answer(&self.question),
            _ => answerer.answer_by_evidence(&self.question),
        };
        let said = Said::of(base, &reply);
        let right = match &self.right {
            Right::Statements(_, own, filled) => {
                said.kind == SaidKind::Answer && (*filled || said.statements.iter().any(|statement| own.contains(statement)))
            }
            Right::Declined(_) => said.kind != SaidKind::Answer,
            Right::Reply(_, reply) => said.kind == SaidKind::SmallTalk && said.text == *reply,
            Right::Golden(golden) => judge(base, golden, &reply) == Verdict::Right,
        };
        (said, right)
    }

    /// Whether a change near these classes, facts and words may matter to it.
    fn is_near(&self, near: &Near) -> bool {
        match &self.right {
            Right::Statements(class, ..) | Right::Declined(class) | Right::Reply(class, _) if near.classes.contains(class) => true,
            Right::Golden(golden) if golden.facts.iter().any(|fact| near.facts.contains(fact)) => true,
            _ => near.stems.iter().any(|stems| {
                let shared = stems.intersection(&self.stems).count();
                shared >= SHARED && shared * 2 >= self.stems.len().min(stems.len())
            }),
        }
    }
}

/// Words that a question has to share with a wording, and half of all its words, for the two to be near.
const SHARED: usize = 2;
/// Questions up to which all are asked: two seconds on two slow processors.
const ALL: usize = 600;
/// Of more than that, how many of those near to the wordings are asked: half of them golden questions. A person waits for this.
const NEAREST: usize = 240;

/// What is near to some wordings.
#[derive(Debug, Default)]
struct Near {
    classes: Vec<Class>,
    /// Ids of the facts that the classes show.
    facts: BTreeSet<String>,
    /// Of each wording.
    stems: Vec<BTreeSet<String>>,
}

impl Near {
    fn new(answerer: &Answerer, wordings: &[String]) -> Near {
        let mut near = Near::default();
        for wording in wordings {
            near.stems.push(stems(wording));
            let Some(decision) = answerer.weigh(wording) else { continue };
            for candidate in decision.candidates {
                if let Class::Intent(intent) = candidate.class {
                    near.facts.extend(answerer.base()[intent].facts.iter().map(|fact| answerer.base()[*fact].id.clone()));
                }
                near.classes.push(candidate.class);
            }
        }
        near
    }
}

fn stems(question: &str) -> BTreeSet<String> {
    let words = Question::parse(question).map(|question| question.words).unwrap_or_default();
    words.into_iter().filter(|word| word.class == WordClass::Content).map(|word| word.stem).collect()
}

/// The questions that every change is held against. Each is asked of the current knowledge base once, however many changes are weighed.
#[derive(Debug)]
pub struct Baseline {
    golden: Vec<Known>,
    own: Vec<Known>,
}

impl Baseline {
    /// The golden questions, and the paraphrases of the knowledge base.
    pub fn new(base: &KnowledgeBase, golden: &[GoldenSet]) -> Baseline {
        let mut own = Vec::new();
        for id in IntentId::all(base) {
            let intent = &base[id];
            let statements: Vec<String> = intent.facts.iter().map(|fact| base[*fact].statement.clone()).collect();
            for paraphrase in &intent.paraphrases {
                // One name for each gap is enough to see whether the wording still works.
                let question = fillings(base, intent, &paraphrase.text).swap_remove(0);
                let filled = question != paraphrase.text;
                own.push(Known::new(question, Right::Statements(Class::Intent(id), statements.clone(), filled)));
            }
        }
        for id in UnanswerableId::all(base) {
            let class = Class::Unanswerable(id);
            own.extend(base[id].paraphrases.iter().map(|p| Known::new(p.text.clone(), Right::Declined(class))));
        }
        for id in SmallTalkId::all(base) {
            let talk = &base[id];
            let right = || Right::Reply(Class::SmallTalk(id), talk.reply.clone());
            own.extend(talk.paraphrases.iter().map(|p| Known::new(p.text.clone(), right())));
        }
        let golden = golden.iter().flat_map(|set| &set.questions);
        let golden = golden.map(|golden| Known::new(golden.ask.clone(), Right::Golden(Box::new(golden.clone())))).collect();
        Baseline { golden, own }
    }

    /// What a change would do: asks the wordings, the golden questions and the paraphrases of `candidate`, on several threads.
    pub fn compare(&self, current: &Answerer, candidate: &Answerer, wordings: &[String], threads: usize) -> Effect {
        let turn = |n: usize| {
            let question = wordings[n].clone();
            Turn { before: Said::to(current, &question), after: Said::to(candidate, &question), question, better: None }
        };
        let all = self.golden.len() + self.own.len();
        let near = (all > ALL).then(|| Near::new(current, wordings));
        let chosen = |known: &'_ [Known]| -> Vec<usize> {
            let near = |n: &usize| near.as_ref().is_none_or(|near| known[*n].is_near(near));
            (0..known.len()).filter(near).take(if all > ALL { NEAREST / 2 } else { ALL }).collect()
        };
        let changed = |known: &[Known], chosen: &[usize]| -> Vec<Turn> {
            let turns = in_parallel(threads, chosen.len(), |n| {
                let known = &known[chosen[n]];
                let (before, was_right) = known.before.get_or_init(|| known.ask(current));
                let (after, is_right) = known.ask(candidate);
                let better = (*was_right != is_right).then_some(is_right);
                (*before != after).then(|| Turn { question: known.question.clone(), before: before.clone(), after, better })
            });
            turns.into_iter().flatten().collect()
        };
        let (golden, own) = (chosen(&self.golden), chosen(&self.own));
        Effect {
            wordings: in_parallel(threads, wordings.len(), turn),
            golden: changed(&self.golden, &golden),
            own: changed(&self.own, &own),
            asked: (golden.len() + own.len(), all),
        }
    }
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
        let baseline = Baseline::new(current.base(), &golden);
        let wordings = vec!["who minds the lantern".to_owned(), "who is the lantern minder".to_owned()];
        let edit = Edit::Paraphrases { of: Asked::Question("who-keeps-it".to_owned()), lines: wordings[..1].to_vec() };
        let prepared = prepare(&files, current.base(), &edit).expect("sound");
        let candidate = candidate(&current, prepared.base);
        let effect = baseline.compare(&current, &candidate, &wordings, 2);
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
        let nothing = baseline.compare(&current, &current, &[], 2);
        assert_eq!(nothing, Effect { asked: nothing.asked, ..Effect::default() });
        assert_eq!(nothing.asked, (2 + baseline.own.len(), 2 + baseline.own.len()));
    }

    #[test]
    fn a_question_to_decline_takes_what_was_answered() {
        let files = files();
        let current = Answerer::new(pack::load(&files).base.expect("sound"));
        let baseline = Baseline::new(current.base(), &[]);
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
        let effect = baseline.compare(&current, &candidate(&current, prepared.base), &lines, 1);
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
        let effect = baseline.compare(&current, &candidate, &[own, "what is the keeper's dog called".to_owned()], 1);
        assert!(effect.wordings[0].after.text.starts_with("Ada Marlow."));
        assert_eq!(effect.wordings[1].after.statements, ["Ada Marlow's dog is called Bell."]);
    }
}
