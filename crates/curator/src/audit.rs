//! Asks the knowledge base each of its own paraphrases: one that leads elsewhere was stolen.
//!
//! Word for word it is answered all the same; in slightly other words, which is how people ask, it would not be.

use factotum_core::answering::{AnswerPart, Answerer, Outcome, Reason};
use factotum_core::diagnostic::{Code, Diagnostic, Place};
use factotum_core::knowledge::{Intent, KnowledgeBase, Paraphrase, SmallTalkId};
use factotum_core::text::escape_control;

/// Finds the paraphrases that lead to something other than what they are written under, in the order of their places.
///
/// A paraphrase of a question must be answered with one of the question's facts. One with slots is asked with every row of the
/// relation in turn, and must be answered. A near miss must not be answered, and small talk must get its own reply.
pub fn stolen(answerer: &Answerer) -> Vec<Diagnostic> {
    let base = answerer.base();
    let mut found = Vec::new();
    for intent in &base.intents {
        for phrase in &intent.paraphrases {
            let thief = fillings(base, intent, &phrase.text).into_iter().find_map(|question| {
                let outcome = answerer.answer_by_evidence(&question).outcome;
                // With a name filled in, an intent made for just that name may well answer.
                let filled = question != phrase.text;
                let own = |part: &AnswerPart| filled || part.facts.iter().any(|f| intent.facts.contains(f));
                let kept = matches!(&outcome, Outcome::Answer(parts) if parts.iter().any(own));
                (!kept).then_some((question, outcome))
            });
            if let Some((question, outcome)) = thief {
                found.push(theft(base, phrase, &question, &format!("question `{}`", escape_control(&intent.id)), &outcome));
            }
        }
    }
    for miss in &base.unanswerables {
        for phrase in &miss.paraphrases {
            let outcome = answerer.answer_by_evidence(&phrase.text).outcome;
            if matches!(outcome, Outcome::Answer(_)) {
                found.push(theft(base, phrase, &phrase.text, &format!("unanswerable question `{}`", miss.id), &outcome));
            }
        }
    }
    for id in SmallTalkId::all(base) {
        let talk = &base[id];
        for phrase in &talk.paraphrases {
            let outcome = answerer.answer_by_evidence(&phrase.text).outcome;
            if outcome != Outcome::SmallTalk(id) {
                found.push(theft(base, phrase, &phrase.text, &format!("small talk `{}`", talk.id), &outcome));
            }
        }
    }
    found.sort_by(|a, b| a.place.cmp(&b.place));
    found
}

/// A paraphrase as questions: one for each row of the intent's relation if it has slots.
pub(crate) fn fillings(base: &KnowledgeBase, intent: &Intent, phrase: &str) -> Vec<String> {
    let rows = intent.relation.as_ref().map_or(&[][..], |used| base[used.relation].rows.as_slice());
    if rows.is_empty() || !phrase.contains('{') {
        return vec![phrase.to_owned()];
    }
    let name = |row: usize| base[rows[row % rows.len()].subject].short.as_str();
    (0..rows.len()).map(|row| phrase.replace("{subject}", name(row)).replace("{other}", name(row + 1))).collect()
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
