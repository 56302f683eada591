//! Which of two events came first, and how much time lay between: read off a relation whose subjects are events.
//!
//! People name events in all sorts of ways ("NATO's war on Serbia", "the war that NATO waged on the Serbs"), so an event
//! is recognised by the words and names of any of its aliases, in whatever order they stand.

use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::{AnswerType, EntityId, Find, IntentId, KnowledgeBase};
use crate::matching::{Matcher, span_key};
use crate::question::Question;

/// The kind of entity that has a date.
const EVENT: &str = "event";
/// Words that ask for an order in time.
const ORDER: &[&str] = &[
    "before",
    "after",
    "first",
    "earlier",
    "later",
    "earliest",
    "prior",
    "precede",
    "preceded",
    "preceding",
    "predate",
    "predates",
    "predated",
    "antedate",
    "antedated",
    "chronological",
    "chronologically",
    "already",
    "follow",
    "followed",
    "older",
    "sooner",
    "latest",
    "last",
];
/// Words that ask for what lies between.
const GAP: &[&str] = &[
    "between",
    "after",
    "separate",
    "separates",
    "separated",
    "separating",
    "apart",
    "gap",
    "elapsed",
    "lie",
    "lay",
    "passed",
    "later",
    "went",
    "interval",
    "span",
];

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
        let dated: Vec<EntityId> =
            base.relations.iter().filter(|r| r.subject == EVENT).flat_map(|r| r.rows.iter().map(|row| row.subject)).collect();
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
        let cue = texts.iter().position(|w| ORDER.contains(w));
        let quantity = texts.windows(2).any(|w| w[0] == "how" && matches!(w[1], "many" | "long" | "much" | "quickly" | "soon"))
            || texts.iter().any(|w| matches!(*w, "gap" | "elapsed" | "apart" | "interval" | "span"));
        let gap = quantity && texts.iter().any(|w| GAP.contains(w));
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
        let uses = |id: &IntentId| base[*id].relation.as_ref().is_some_and(|u| u.find == find && base[u.relation].subject == EVENT);
        let intent = IntentId::all(base).find(uses)?;
        let both =
            texts.windows(3).any(|w| matches!(w, ["before", "or", "after"] | ["after", "or", "before"] | ["earlier", "or", "later"]));
        let word = cue.map(|c| texts[c]);
        let claims_before = match (interpretation.question.expected, cue, word) {
            (Some(AnswerType::YesNo), Some(at), Some("before" | "earlier" | "prior" | "precede" | "predate"))
                if !both && *a < at && at < *b =>
            {
                Some(true)
            }
            (Some(AnswerType::YesNo), Some(at), Some("after" | "later" | "follow")) if !both && *a < at && at < *b => Some(false),
            _ => None,
        };
        Some(EventPair { intent, first: *first, second: *second, claims_before })
    }
}

/// Keys of names, ideas and topic words with their places. Event names count by their words, so that those found as a
/// whole and those put in other words are the same.
fn keys(interpretation: &Interpretation) -> Vec<(u64, usize)> {
    let mut out = Vec::new();
    for span in &interpretation.spans {
        match span.mention {
            Mention::Word => {
                let word = &interpretation.question.words[span.from];
                if word.class == crate::english::WordClass::Content || word.stem.starts_with(|c: char| c.is_ascii_digit()) {
                    out.push((span_key(interpretation, span), span.from));
                }
            }
            _ => out.push((span_key(interpretation, span), span.from)),
        }
    }
    out
}
