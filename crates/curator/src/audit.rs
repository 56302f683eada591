//! Asks the knowledge base each of its own paraphrases: one that leads elsewhere was stolen, and one that nearly does is close to another.
//!
//! Word for word it is answered all the same; in slightly other words, which is how people ask, it would not be.

use factotum_core::answering::{AnswerPart, Answerer, Outcome, Reason, Reply};
use factotum_core::diagnostic::{Code, Diagnostic, Place};
use factotum_core::knowledge::{Intent, IntentId, KnowledgeBase, Paraphrase, SmallTalkId};
use factotum_core::matching::Class;
use factotum_core::text::escape_control;
use std::collections::BTreeMap;

/// Likeness to a paraphrase of another question from which the two are close: a word more or less decides.
const CLOSE: f32 = 0.88;

/// What came of asking every paraphrase, each in the order of places.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// Paraphrases that lead to something other than what they are written under; one finding for those that go the same way.
    pub stolen: Vec<Diagnostic>,
    /// Pairs of questions that nearly collide.
    pub close: Vec<Diagnostic>,
}

/// Asks every paraphrase.
///
/// A paraphrase of a question must be answered with one of the question's facts. One with slots is asked with every row of the
/// relation in turn, and must be answered. A near miss must not be answered, and small talk must get its own reply.
pub fn run(answerer: &Answerer) -> Audit {
    let base = answerer.base();
    let mut found = Found::default();
    for id in IntentId::all(base) {
        let intent = &base[id];
        for phrase in &intent.paraphrases {
            let thief = fillings(base, intent, &phrase.text).into_iter().find_map(|question| {
                let reply = answerer.answer_by_evidence(&question);
                // With a name filled in, an intent made for just that name may well answer.
                let filled = question != phrase.text;
                let own = |part: &AnswerPart| filled || part.facts.iter().any(|f| intent.facts.contains(f));
                let kept = matches!(&reply.outcome, Outcome::Answer(parts) if parts.iter().any(own));
                if kept && !filled {
                    found.compare(base, id, phrase, &reply);
                }
                (!kept).then_some((question, reply.outcome))
            });
            if let Some((question, outcome)) = thief {
                found.theft(base, phrase, &question, &format!("question `{}`", escape_control(&intent.id)), &outcome);
            }
        }
    }
    for miss in &base.unanswerables {
        for phrase in &miss.paraphrases {
            let outcome = answerer.answer_by_evidence(&phrase.text).outcome;
            if matches!(outcome, Outcome::Answer(_)) {
                found.theft(base, phrase, &phrase.text, &format!("unanswerable question `{}`", miss.id), &outcome);
            }
        }
    }
    for id in SmallTalkId::all(base) {
        let talk = &base[id];
        for phrase in &talk.paraphrases {
            let outcome = answerer.answer_by_evidence(&phrase.text).outcome;
            if outcome != Outcome::SmallTalk(id) {
                found.theft(base, phrase, &phrase.text, &format!("small talk `{}`", talk.id), &outcome);
            }
        }
    }
    found.audit(base)
}

/// What was found so far.
#[derive(Default)]
struct Found {
    /// Thefts, by what was robbed and where it went.
    thefts: BTreeMap<(String, String), Vec<Diagnostic>>,
    /// Of two close questions: how alike they are, and the paraphrase that shows it.
    close: BTreeMap<(IntentId, IntentId), (f32, Place)>,
}

impl Found {
    /// Takes note of a question with other facts that is nearly as likely.
    fn compare(&mut self, base: &KnowledgeBase, id: IntentId, phrase: &Paraphrase, reply: &Reply) {
        let facts = &base[id].facts;
        let shows_other = |other: IntentId| !base[other].facts.iter().any(|f| facts.contains(f));
        let rivals = reply.candidates.iter().zip(&reply.evidence).filter_map(|(candidate, evidence)| match candidate.class {
            Class::Intent(other) if other != id && shows_other(other) && !evidence.is_ruled_out() => Some((other, candidate.own)),
            _ => None,
        });
        let rival = rivals.max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((other, likeness)) = rival.filter(|(_, likeness)| *likeness >= CLOSE) else { return };
        let pair = if id < other { (id, other) } else { (other, id) };
        let entry = self.close.entry(pair).or_insert_with(|| (likeness, phrase.place.clone()));
        if likeness > entry.0 {
            *entry = (likeness, phrase.place.clone());
        }
    }

    /// Takes note of a paraphrase that went elsewhere.
    fn theft(&mut self, base: &KnowledgeBase, phrase: &Paraphrase, question: &str, owner: &str, outcome: &Outcome) {
        let way = (owner.to_owned(), came_to(base, outcome).0);
        self.thefts.entry(way).or_default().push(theft(base, phrase, question, owner, outcome));
    }

    fn audit(self, base: &KnowledgeBase) -> Audit {
        let one = |mut thefts: Vec<Diagnostic>| {
            thefts.sort_by(|a, b| a.place.cmp(&b.place));
            let more = thefts.len() - 1;
            let mut first = thefts.swap_remove(0);
            if more > 0 {
                first.message.push_str(&format!("; {more} more of its paraphrases {} the same way", if more == 1 { "goes" } else { "go" }));
            }
            first
        };
        let mut stolen: Vec<Diagnostic> = self.thefts.into_values().map(one).collect();
        stolen.sort_by(|a, b| a.place.cmp(&b.place));
        let mut close: Vec<(f32, Diagnostic)> =
            self.close.into_iter().map(|((a, b), (likeness, place))| (likeness, near(base, a, b, place, likeness))).collect();
        close.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.place.cmp(&b.1.place)));
        Audit { stolen, close: close.into_iter().map(|(_, diagnostic)| diagnostic).collect() }
    }
}

/// What is said of two close questions.
fn near(base: &KnowledgeBase, a: IntentId, b: IntentId, place: Place, likeness: f32) -> Diagnostic {
    let of = |id: IntentId| base[id].paraphrases.iter().any(|p| p.place == place);
    let (own, other) = if of(a) { (a, b) } else { (b, a) };
    let text = base[own].paraphrases.iter().find(|p| p.place == place).map_or("", |p| p.text.as_str());
    let (text, question) = (escape_control(text), escape_control(&base[other].question));
    let message = format!("\"{text}\" is nearly \"{question}\" (likeness {likeness:.2}), which has other facts");
    let help = format!(
        "add paraphrases to `{}` and `{}` that say what sets them apart, or make one question of both with `also`",
        escape_control(&base[own].id),
        escape_control(&base[other].id)
    );
    let found = Diagnostic::new(Code::CloseQuestions, place, message, help);
    match base[other].paraphrases.first() {
        Some(phrase) => found.also(phrase.place.clone(), "the other question"),
        None => found,
    }
}

/// A paraphrase as questions: one for each row of the intent's relation if it has slots.
pub(crate) fn fillings(base: &KnowledgeBase, intent: &Intent, phrase: &str) -> Vec<String> {
    let Some(used) = intent.relation.as_ref().filter(|_| phrase.contains('{')) else { return vec![phrase.to_owned()] };
    let rows = &base[used.relation].rows;
    let name = |row: usize| base[rows[row % rows.len()].subject].short.as_str();
    let fill = |row: usize| {
        let value = rows[row].value(&used.column).map(|value| value.shown(base));
        // A row without the value has nothing to ask for.
        let filled = phrase.replace("{subject}", name(row)).replace("{other}", name(row + 1));
        if filled.contains("{value}") { value.map(|value| filled.replace("{value}", &value)) } else { Some(filled) }
    };
    let filled: Vec<String> = (0..rows.len()).filter_map(fill).collect();
    if filled.is_empty() { vec![phrase.to_owned()] } else { filled }
}

/// What is said of one paraphrase.
fn theft(base: &KnowledgeBase, phrase: &Paraphrase, question: &str, owner: &str, outcome: &Outcome) -> Diagnostic {
    let (came_to, thief) = came_to(base, outcome);
    let asked = if question == phrase.text { String::new() } else { format!(", asked as \"{}\",", escape_control(question)) };
    let help = "make it say what sets it apart, or move it to where it goes; `factotum ask --explain` shows why it went there";
    let found = Diagnostic::new(Code::ParaphraseStolen, phrase.place.clone(), format!("a paraphrase of {owner}{asked} {came_to}"), help);
    match thief {
        Some(place) => found.also(place, "it went here"),
        None => found,
    }
}

/// What an outcome is, in words that follow "the paraphrase", and where that is written.
fn came_to(base: &KnowledgeBase, outcome: &Outcome) -> (String, Option<Place>) {
    let first = |phrases: &[Paraphrase]| phrases.first().map(|p| p.place.clone());
    match outcome {
        Outcome::Answer(parts) => {
            let ids: Vec<String> = parts.iter().map(|p| format!("`{}`", escape_control(&base[p.intent].id))).collect();
            (format!("is answered by {}", ids.join(" and ")), parts.first().and_then(|p| first(&base[p.intent].paraphrases)))
        }
        Outcome::Clarify(intents) => {
            let ids: Vec<String> = intents.iter().map(|i| format!("`{}`", escape_control(&base[*i].id))).collect();
            (format!("is as close to {}", ids.join(" as to ")), None)
        }
        Outcome::NoAnswer(Reason::Unanswerable(miss)) => {
            let miss = &base[*miss];
            (format!("is declined as unanswerable `{}`", miss.id), first(&miss.paraphrases))
        }
        Outcome::NoAnswer(Reason::Unaccounted(words)) => {
            (format!("is declined: nothing close accounts for \"{}\"", escape_control(&words.join("\", \""))), None)
        }
        Outcome::NoAnswer(reason) => (format!("is declined ({})", reason.as_str()), None),
        Outcome::SmallTalk(talk) => {
            let talk = &base[*talk];
            (format!("is taken for small talk `{}`", talk.id), first(&talk.paraphrases))
        }
    }
}
