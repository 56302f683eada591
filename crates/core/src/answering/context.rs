//! What a reply was about, in ids, so that a follow-up can be read with it long after: from a button, from another process, after a restart.
//!
//! The question is written again from what is on record, with names in its gaps. So no word of the asker's has to be kept or shown, and ids that
//! somebody made up lead to a question on record or to nothing.

use super::{AnswerPart, Answerer, Outcome, Reason, Reply, relation};
use crate::interpretation::Interpretation;
use crate::knowledge::{EntityId, IntentId, Value};
use crate::matching::Class;
use crate::question::Question;
use std::collections::BTreeSet;

/// Most names that fill the gaps of a question: more than a question on record has, and few enough for a button's id.
pub const MAX_NAMES: usize = 4;

/// The question behind a reply, as it stands on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The intent that was answered, or the unanswerable question that was declined.
    pub class: Class,
    /// What fills the gaps of its question, in order, at most [`MAX_NAMES`]: its subjects. Of a question for those that have a value, one
    /// that has it.
    pub names: Vec<EntityId>,
}

impl Answerer {
    /// What a reply was about, where ids can say it: asked again, the question has the same facts, or is declined for the same reason. `None`
    /// where it is not settled: for an answer of several parts, a choice, small talk, and most refusals.
    pub fn context(&self, reply: &Reply) -> Option<Context> {
        let interpretation = reply.interpretation.as_ref()?;
        let context = match &reply.outcome {
            Outcome::Answer(parts) => match parts.as_slice() {
                [part] => self.context_of_part(reply, part, interpretation)?,
                _ => return None,
            },
            Outcome::NoAnswer(Reason::Unanswerable(miss)) => {
                let relation = self.base[*miss].relation.map(|relation| &self.base[relation]);
                let names = relation.map_or_else(Vec::new, |relation| relation::subjects(&self.base, relation, interpretation));
                Context { class: Class::Unanswerable(*miss), names }
            }
            Outcome::NoAnswer(reason @ Reason::NotListed { entity, .. }) => {
                let asks = |intent: &IntentId| {
                    let Some(used) = &self.base[*intent].relation else { return false };
                    relation::answer(&self.base, *intent, used, interpretation).err().as_ref() == Some(reason)
                };
                Context { class: Class::Intent(self.proposed(reply).into_iter().find(asks)?), names: vec![*entity] }
            }
            _ => return None,
        };
        self.says_the_same(&context, reply, interpretation).then_some(context)
    }

    fn context_of_part(&self, reply: &Reply, part: &AnswerPart, interpretation: &Interpretation) -> Option<Context> {
        let names = match (&reply.events, &self.base[part.intent].relation) {
            (Some(pair), _) => vec![pair.first, pair.second],
            (None, Some(used)) => relation::fillers(&self.base, part.intent, used, interpretation),
            (None, None) => Vec::new(),
        };
        // A question without gaps has no use for names.
        let names = if self.base[part.intent].question.contains('{') { names } else { Vec::new() };
        (names.len() <= MAX_NAMES).then_some(Context { class: Class::Intent(part.intent), names })
    }

    /// The intents that a reply's candidates are, or stand beside.
    fn proposed(&self, reply: &Reply) -> Vec<IntentId> {
        let of = |class: Class| match class {
            Class::Intent(intent) => vec![intent],
            Class::Unanswerable(miss) => self.base[miss].near.clone(),
            Class::SmallTalk(_) => Vec::new(),
        };
        reply.candidates.iter().flat_map(|candidate| of(candidate.class)).collect()
    }

    /// Whether a context's question comes to what a reply says. An intent's own question does: it stands on record word for word.
    fn says_the_same(&self, context: &Context, reply: &Reply, interpretation: &Interpretation) -> bool {
        let Some(question) = self.question_of(context) else { return false };
        match context.class {
            Class::Intent(intent) if !self.base[intent].question.contains('{') => true,
            Class::Unanswerable(_) => {
                // It may be written down about somebody else.
                let Ok(question) = Question::parse(&question) else { return false };
                let written: BTreeSet<EntityId> = self.matcher.interpret(&self.base, question).entities(false).collect();
                written == interpretation.entities(false).collect()
            }
            _ => {
                let again = self.answer(&question);
                match &reply.outcome {
                    Outcome::Answer(_) => !Self::facts_of(reply).is_empty() && Self::facts_of(reply).is_subset(&Self::facts_of(&again)),
                    declined => again.outcome == *declined,
                }
            }
        }
    }

    /// The question that a context stands for; `None` if its names do not fill the gaps. Anybody can make up a context.
    pub fn question_of(&self, context: &Context) -> Option<String> {
        let Context { class, names } = context;
        let (template, used) = match *class {
            Class::Intent(intent) => (self.base[intent].question.as_str(), self.base[intent].relation.as_ref()),
            Class::Unanswerable(miss) => (self.base[miss].paraphrases.first()?.text.as_str(), None),
            Class::SmallTalk(_) => return None,
        };
        if !template.contains('{') {
            return names.is_empty().then(|| template.to_owned());
        }
        let short: Vec<&str> = names.iter().map(|name| self.base[*name].short.as_str()).collect();
        let mut question = template.to_owned();
        if question.contains("{value}") {
            let (used, [name]) = (used?, names.as_slice()) else { return None };
            let row = self.base[used.relation].rows.iter().find(|row| row.subject == *name)?;
            let value = match row.value(&used.column)? {
                // As it is asked for most: by the year.
                Value::Date(date) => date.get(..4)?.to_owned(),
                value => value.shown(&self.base),
            };
            question = question.replace("{value}", &value);
        }
        if question.contains("{other}") {
            let [first, second] = short.as_slice() else { return None };
            question = question.replace("{subject}", first).replace("{other}", second);
        } else if !short.is_empty() {
            question = question.replace("{subject}", &relation::listed(&short));
        }
        (!question.contains('{')).then(|| relation::sentence(&question))
    }
}
