//! What statements say and nobody asks for.

use super::supply::{Wh, says};
use crate::scaffold::asked_of;
use factotum_core::answering::relation::listed;
use factotum_core::diagnostic::{Code, Diagnostic};
use factotum_core::grammar::asked;
use factotum_core::knowledge::{FactId, Intent, KnowledgeBase};
use factotum_core::matching::Matcher;
use factotum_core::question::Question;
use std::collections::BTreeSet;

/// Each fact with what its statement surely says and no question that leads to it asks for.
pub(super) fn facts(base: &KnowledgeBase, matcher: &Matcher) -> Vec<Diagnostic> {
    let mut asked: Vec<BTreeSet<Wh>> = vec![BTreeSet::new(); base.facts.len()];
    let mut any = vec![false; base.facts.len()];
    for intent in &base.intents {
        let wanted = wanted(intent);
        for fact in &intent.facts {
            asked[fact.index()].extend(&wanted);
            any[fact.index()] = true;
        }
    }
    let note = |id: FactId| {
        let fact = &base[id];
        let missing: Vec<Wh> = says(base, matcher, &fact.statement).into_iter().filter(|wh| !asked[id.index()].contains(wh)).collect();
        // A fact that nothing leads to has a finding of its own.
        if missing.is_empty() || !any[id.index()] {
            return None;
        }
        let words: Vec<&str> = missing.iter().map(|wh| wh.as_str()).collect();
        let message = format!("this statement says {}, and no question asks for it", listed(&words));
        let help =
            format!("paste below the fact:\n{}", missing.iter().map(|wh| block(&fact.statement, *wh)).collect::<Vec<_>>().join("\n"));
        Some(Diagnostic::new(Code::Unasked, fact.place.clone(), message, help))
    };
    FactId::all(base).filter_map(note).collect()
}

/// What the paraphrases of a question ask for.
fn wanted(intent: &Intent) -> BTreeSet<Wh> {
    let phrases = intent.paraphrases.iter().filter_map(|p| Question::parse(&p.text).ok());
    let mut wanted: BTreeSet<Wh> = phrases.filter_map(|question| Wh::of_kind(asked(&question).kind)).collect();
    wanted.extend(Wh::of_type(intent.answer_type));
    wanted
}

/// A question to paste: what plain grammar makes of the statement, or a beginning.
fn block(statement: &str, wh: Wh) -> String {
    let begins = |ask: &str| match wh {
        Wh::Who => ask.starts_with("Who ") || ask.starts_with("Which "),
        Wh::When => ask.starts_with("When ") || ask.starts_with("Since when "),
        Wh::Where => ask.starts_with("Where "),
        Wh::HowMany => ask.starts_with("How many "),
        Wh::Why => ask.starts_with("Why "),
    };
    let made = asked_of(statement).into_iter().find(|(ask, _)| begins(ask));
    let (ask, answer) = made.unwrap_or_else(|| {
        let mut word = wh.as_str().to_owned();
        word[..1].make_ascii_uppercase();
        (format!("{word} ...?"), "...".to_owned())
    });
    let quoted = crate::writing::quoted;
    format!("[[fact.question]]\nask = {}\nanswer = {}", quoted(&ask), quoted(&answer))
}
