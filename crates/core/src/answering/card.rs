//! One word is not a question: "serbia", "notifications?". It is not answered; what is on record about it is offered, as questions to choose from.

use super::evidence::{ENOUGH, SURE};
use super::{Answerer, Decision, Outcome, Reason};
use crate::english::{WordClass, english};
use crate::interpretation::{Interpretation, Mention, Span};
use crate::knowledge::{AnswerType, EntityId, FactId, IntentId};
use crate::matching::{Class, span_key};
use crate::question::{Question, asks};
use crate::text;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Questions that are offered at most: a row of buttons on Discord.
pub const MAX_CARD: usize = 5;
/// Most things that one word may mean: with more, it says too little to ask back.
const MOST_MEANT: usize = 3;
/// Most questions that are weighed for one word. Each takes some microseconds, and what half of a large knowledge base speaks of says little.
const MOST_WEIGHED: usize = 200;

/// The one name or word that a text consists of, if it is no more than that and asks nothing.
pub(super) fn bare(interpretation: &Interpretation) -> Option<&Span> {
    let Interpretation { question, spans, .. } = interpretation;
    if question.expected.is_some() || asks(&question.words) {
        return None;
    }
    let says = |span: &&Span| span.mention != Mention::Word || question.words[span.from].class == WordClass::Content;
    let mut saying = spans.iter().filter(says);
    let span = saying.next().filter(|_| saying.next().is_none())?;
    // "Tell me about Serbia" asks for something, though not for much; "Serbia, please" does not.
    let words = &question.words[span.from..span.to];
    let of_name = |token: usize| words.iter().any(|word| word.token == token);
    let behind = |token: usize| words.last().is_some_and(|last| token > last.token);
    let idle = |at: usize, text: &str| {
        let adds_nothing = english().class(text) == WordClass::Filler || matches!(text, "a" | "an" | "the" | "and");
        if behind(at) { english().lists.courteous.has(text) } else { adds_nothing }
    };
    question.tokens.iter().enumerate().all(|(at, token)| of_name(at) || idle(at, &token.text)).then_some(span)
}

impl Answerer {
    /// What to offer for a text that is only a name or a word: the refusal to answer it, and the questions, the best known first. `None` for other
    /// texts, and where it is settled what to say or nothing is on record.
    pub(super) fn card(&self, decision: &Decision) -> Option<(Reason, Vec<IntentId>)> {
        let span = bare(&decision.interpretation)?;
        let settled = decision.evidence.first().is_some_and(|evidence| evidence.verbatim);
        // "Cancel" is all of a question where nothing else has the word; a name never is.
        let plain = matches!(span.mention, Mention::Word | Mention::SynonymSet(_));
        let sure = plain && matches!(decision.outcome, Outcome::Answer(_)) && decision.confidence >= SURE;
        if settled || sure || matches!(decision.outcome, Outcome::SmallTalk(_)) || self.asks_who(decision, span) {
            return None;
        }
        let guessed = matches!(decision.outcome, Outcome::Answer(_) | Outcome::Clarify(_));
        if let Mention::Entity(named) = span.mention
            && !self.base[named].on_record
        {
            return guessed.then(|| (Reason::UnknownName(named), Vec::new()));
        }
        // What the word is most likely to be short for: "who is it?"
        let likely = decision.candidates.iter().zip(&decision.evidence).filter(|(_, e)| e.confidence >= ENOUGH && e.objection.is_none());
        let likely: Vec<Class> = likely.map(|(candidate, _)| candidate.class).collect();
        let word = decision.interpretation.words(span);
        let entities = self.meant(span, &word);
        let mut of_each: Vec<Vec<IntentId>> = match entities.as_slice() {
            [] => vec![self.speaking_of(span_key(&decision.interpretation, span), &likely)],
            entities => {
                let key = |e: EntityId| span_key(&decision.interpretation, &Span { mention: Mention::Entity(e), ..span.clone() });
                entities.iter().map(|e| self.speaking_of(key(*e), &likely)).collect()
            }
        };
        if of_each.iter().all(Vec::is_empty) {
            // No question has the word itself, but one that means nearly the same may have been found.
            if !guessed {
                return None;
            }
            let near = decision.candidates.iter().zip(&decision.evidence).filter(|(_, e)| e.confidence >= super::LISTED);
            of_each = vec![near.filter_map(|(c, _)| if let Class::Intent(intent) = c.class { Some(intent) } else { None }).collect()];
        }
        let mut questions: Vec<IntentId> = Vec::new();
        let longest = of_each.iter().map(Vec::len).max().unwrap_or(0);
        for intent in (0..longest).flat_map(|nth| of_each.iter().filter_map(move |intents| intents.get(nth)).copied()) {
            let written = &self.base[intent].question;
            let offered = !written.contains('{') && questions.iter().all(|q| self.base[*q].question != *written);
            if offered && questions.len() < MAX_CARD {
                questions.push(intent);
            }
        }
        Some((Reason::BareName { entities, word }, questions))
    }

    /// Whether a name of several words, written out, is answered with who or what that is: nobody writes "Igor Kalabukhov" to hear anything else.
    fn asks_who(&self, decision: &Decision, span: &Span) -> bool {
        let (Outcome::Answer(parts), Mention::Entity(named)) = (&decision.outcome, span.mention) else { return false };
        let [part] = parts.as_slice() else { return false };
        let Ok(question) = Question::parse(&self.base[part.intent].question) else { return false };
        let asked = self.matcher.interpret(&self.base, question);
        let says = |s: &&Span| s.mention != Mention::Word || asked.question.words[s.from].class == WordClass::Content;
        let only_name = asked.spans.iter().filter(says).all(|s| s.mention == Mention::Entity(named));
        span.to - span.from > 1 && only_name && decision.confidence >= SURE
    }

    /// The entities on record that a name may mean: all that bear it, or for a word that is nobody's whole name the people of that name.
    fn meant(&self, span: &Span, word: &str) -> Vec<EntityId> {
        let bears = |e: &EntityId| {
            let entity = &self.base[*e];
            let mut names = entity.aliases.iter().map(|alias| text::tokens(alias).into_iter().map(|t| t.text).collect::<Vec<_>>());
            match span.mention {
                Mention::Entity(first) => first == *e || (entity.on_record && names.any(|name| name.join(" ") == word)),
                Mention::Word => entity.on_record && entity.kind == "person" && names.any(|name| name.iter().any(|part| part == word)),
                _ => false,
            }
        };
        let meant: Vec<EntityId> = EntityId::all(&self.base).filter(bears).collect();
        if meant.len() <= MOST_MEANT { meant } else { Vec::new() }
    }

    /// The questions that speak of what has this key, each about another fact, the best known first: the likely ones; then those that name it
    /// themselves before those whose paraphrases or statements do, questions for something before those whether it is so, and those with the most
    /// ways of asking.
    fn speaking_of(&self, key: u64, likely: &[Class]) -> Vec<IntentId> {
        let speaks = |intent: &IntentId| {
            let written = &self.base[*intent];
            let profile = self.matcher.profile_of(&self.base, Class::Intent(*intent));
            !written.false_premise && !written.question.contains('{') && profile.is_some_and(|profile| profile.has(key))
        };
        let names = |intent: IntentId| {
            let Ok(question) = Question::parse(&self.base[intent].question) else { return false };
            let interpretation = self.matcher.interpret(&self.base, question);
            interpretation.spans.iter().any(|span| span_key(&interpretation, span) == key)
        };
        let found = IntentId::all(&self.base).filter(speaks).take(MOST_WEIGHED);
        let rank = |intent: IntentId| {
            let written = &self.base[intent];
            let likely = likely.iter().position(|class| *class == Class::Intent(intent)).unwrap_or(likely.len());
            (likely, !names(intent), written.answer_type == AnswerType::YesNo, Reverse(written.paraphrases.len()))
        };
        let mut ranked: Vec<_> = found.map(|intent| (rank(intent), intent)).collect();
        // The sort is stable: of equals the first in the knowledge base.
        ranked.sort_by_key(|(rank, _)| *rank);
        let mut facts: BTreeSet<FactId> = BTreeSet::new();
        let another = |intent: &IntentId| self.base[*intent].facts.first().is_none_or(|fact| facts.insert(*fact));
        ranked.into_iter().map(|(_, intent)| intent).filter(another).collect()
    }
}
