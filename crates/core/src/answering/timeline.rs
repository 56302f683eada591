//! Which of two events came first, and how much time lay between: read off a relation whose subjects are events.
//!
//! People name events in all sorts of ways ("NATO's war on Serbia", "the war that NATO waged on the Serbs"), so an event
//! is recognised by the words and names of any of its aliases, in whatever order they stand.

use crate::english::{WordClass, english};
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::{AnswerType, EntityId, Find, IntentId, KnowledgeBase, RelationId, RelationUse};
use crate::matching::{Matcher, span_key};
use crate::question::Question;
use std::collections::BTreeSet;

/// The aliases of events as keys.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// Event and the keys of one alias.
    aliases: Vec<(EntityId, Vec<u64>)>,
}

/// Two events that a question sets in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventPair {
    /// The intent that answers it.
    pub intent: IntentId,
    /// The event that is named first.
    pub first: EntityId,
    /// The other.
    pub second: EntityId,
    /// For "did the first come before the second?": whether that is claimed.
    pub claims_before: Option<bool>,
}

impl Events {
    pub(super) fn new(base: &KnowledgeBase, matcher: &Matcher) -> Events {
        let ordered = |u: &&RelationUse| matches!(u.find, Find::Order | Find::Difference);
        let relations: BTreeSet<RelationId> =
            base.intents.iter().filter_map(|i| i.relation.as_ref()).filter(ordered).map(|u| u.relation).collect();
        let dated = relations.into_iter().flat_map(|id| base[id].rows.iter().map(|row| row.subject));
        let mut aliases = Vec::new();
        for event in dated {
            for alias in base[event].aliases.iter().chain(&base[event].cues) {
                if let Ok(question) = Question::parse(alias) {
                    let keys = keys(&matcher.interpret(base, question)).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
                    if !keys.is_empty() && !aliases.contains(&(event, keys.clone())) {
                        aliases.push((event, keys));
                    }
                }
            }
        }
        Events { aliases }
    }

    /// The two events that a question sets in order, if it does.
    pub(super) fn pair(&self, base: &KnowledgeBase, interpretation: &Interpretation) -> Option<EventPair> {
        let texts: Vec<&str> = interpretation.question.words.iter().map(|w| w.text.as_str()).collect();
        let known = &english().events;
        let cue = texts.iter().position(|w| known.order.has(w));
        let quantity = texts.windows(2).any(|w| w[0] == "how" && known.how_long.has(w[1])) || texts.iter().any(|w| known.gap.has(w));
        let gap = quantity && texts.iter().any(|w| known.between.has(w));
        if cue.is_none() && !gap {
            return None;
        }
        let own = keys(interpretation);
        let mut found: Vec<(EntityId, usize, usize)> = Vec::new();
        for (event, keys) in &self.aliases {
            let places: Option<Vec<usize>> = keys.iter().map(|k| own.iter().find(|(o, _)| o == k).map(|(_, at)| *at)).collect();
            let Some(places) = places else { continue };
            let at = places.iter().copied().min().unwrap_or(0);
            match found.iter_mut().find(|(e, _, _)| e == event) {
                Some(best) if best.1 < keys.len() => *best = (*event, keys.len(), at),
                Some(_) => {}
                None => found.push((*event, keys.len(), at)),
            }
        }
        // The events named most fully, then in the order in which they are named.
        found.sort_by_key(|(event, length, _)| (std::cmp::Reverse(*length), *event));
        found.truncate(2);
        found.sort_by_key(|(_, _, at)| *at);
        let [(first, _, a), (second, _, b)] = found.as_slice() else { return None };
        let find = if gap && quantity { Find::Difference } else { Find::Order };
        let uses = |id: &IntentId| base[*id].relation.as_ref().is_some_and(|u| u.find == find);
        let intent = IntentId::all(base).find(uses)?;
        Some(EventPair { intent, first: *first, second: *second, claims_before: claims_before(interpretation, *a, *b) })
    }
}

/// Whether a question asks "is it so?" and claims that what it names at the word `a` came before what it names at `b`, or after it.
pub(super) fn claims_before(interpretation: &Interpretation, a: usize, b: usize) -> Option<bool> {
    let texts: Vec<&str> = interpretation.question.words.iter().map(|w| w.text.as_str()).collect();
    let known = &english().events;
    let either = |w: &str| known.before.has(w) || known.after.has(w);
    let both = texts.windows(3).any(|w| either(w[0]) && w[1] == "or" && either(w[2]));
    let cue = texts.iter().position(|w| known.order.has(w)).filter(|at| !both && a < *at && *at < b);
    match texts[cue.filter(|_| interpretation.question.expected == Some(AnswerType::YesNo))?] {
        word if known.before.has(word) => Some(true),
        word if known.after.has(word) => Some(false),
        _ => None,
    }
}

/// Keys of names, synonym sets and topic words with their places. Event names count by their words, so that those found as a
/// whole and those put in other words are the same.
fn keys(interpretation: &Interpretation) -> Vec<(u64, usize)> {
    let mut out = Vec::new();
    for span in &interpretation.spans {
        match span.mention {
            Mention::Word => {
                let word = &interpretation.question.words[span.from];
                if word.class == WordClass::Content || word.stem.starts_with(|c: char| c.is_ascii_digit()) {
                    out.push((span_key(interpretation, span), span.from));
                }
            }
            _ => out.push((span_key(interpretation, span), span.from)),
        }
    }
    out
}
