//! What the bot hands to the gaps journal, if there is one: questions without a good answer, and answers rated "Not helpful".
//!
//! A button says which entry was shown, but not what somebody had asked. So the wordings that were answered last are remembered, redacted, in
//! memory only.

use super::event::Id;
use factotum_core::answering::{Answerer, Outcome, Reply};
use factotum_core::knowledge::{Intent, KnowledgeBase};
use factotum_journal::{Asker, Gap, Recorder, redacted};
use factotum_service::lock::locked;
use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

/// Wordings that are remembered until somebody rates their answers: half a megabyte, and some hours of a busy bot.
const REMEMBERED: usize = 1_000;

/// The bot's side of the journal.
#[derive(Debug)]
pub(crate) struct Gaps {
    recorder: Recorder,
    keep_days: u64,
    answered: Mutex<Answered>,
}

/// Wordings by the message or interaction that asked.
#[derive(Debug, Default)]
struct Answered {
    wordings: HashMap<Id, String>,
    order: VecDeque<Id>,
}

impl Gaps {
    /// A journal behind this recorder.
    pub(crate) fn new(recorder: Recorder, keep_days: u64) -> Gaps {
        Gaps { recorder, keep_days, answered: Mutex::default() }
    }

    /// For how many days an entry is kept.
    pub(crate) fn keep_days(&self) -> u64 {
        self.keep_days
    }

    /// A question got this reply.
    pub(crate) fn asked(&self, answerer: &Answerer, question: &str, reply: &Reply, asked: Id, user: Id) {
        self.recorder.record(Asker::Person(user), Gap::all(answerer, question, reply));
        if matches!(reply.outcome, Outcome::Answer(_)) {
            let wording = redacted(answerer, question, reply.corrections()).text;
            locked(&self.answered).remember(asked, wording);
        }
    }

    /// A question that came over HTTP got this reply.
    pub(crate) fn asked_over_http(&self, answerer: &Answerer, question: &str, reply: &Reply) {
        self.recorder.record(Asker::Http, Gap::all(answerer, question, reply));
    }

    /// Somebody rated an answer.
    pub(crate) fn rated(&self, helpful: bool) {
        self.recorder.rate(helpful);
    }

    /// Somebody rated an answer that showed this intent "Not helpful". Without the wording that was asked, the intent's own question stands for it.
    pub(crate) fn not_helpful(&self, base: &KnowledgeBase, intent: &Intent, answers: Option<Id>, user: Id) {
        let asked = answers.and_then(|id| locked(&self.answered).wordings.get(&id).cloned());
        let gap = Gap::not_helpful(base, asked.as_deref().unwrap_or(&intent.question), &intent.id);
        self.recorder.record(Asker::Person(user), vec![gap]);
    }

    /// Somebody who rated an answer "Not helpful" says why.
    pub(crate) fn because(&self, base: &KnowledgeBase, intent: &Intent, asked: Id, user: Id, why: &'static str) {
        let wording = locked(&self.answered).wordings.get(&asked).cloned();
        let gap = Gap { reason: why, ..Gap::not_helpful(base, wording.as_deref().unwrap_or(&intent.question), &intent.id) };
        self.recorder.record(Asker::Person(user), vec![gap]);
    }

    /// A person has answered a question that was declined: a draft for the curator.
    pub(crate) fn answered_by_person(&self, answerer: &Answerer, question: &str, text: &str) {
        let reply = answerer.answer(question);
        self.recorder.record(Asker::Uncounted, vec![Gap::answered_by_person(answerer, question, text, &reply)]);
    }
}

impl Answered {
    fn remember(&mut self, asked: Id, wording: String) {
        if self.wordings.insert(asked, wording).is_none() {
            self.order.push_back(asked);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.wordings.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded() {
        let mut answered = Answered::default();
        (0..(REMEMBERED as Id * 2)).for_each(|id| answered.remember(id, id.to_string()));
        assert_eq!((answered.wordings.len(), answered.order.len()), (REMEMBERED, REMEMBERED));
        assert!(!answered.wordings.contains_key(&0) && answered.wordings.contains_key(&(REMEMBERED as Id)));
    }
}
