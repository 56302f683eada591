//! Which questions a reply offers: related ones below an answer, near ones with a refusal.

use super::{Answerer, Decision, Outcome, Reason};
use crate::knowledge::{IntentId, UnanswerableReason};
use crate::matching::Class;

/// Suggestions that a reply has at most: what fits a row of buttons and a glance.
pub const MAX_SUGGESTIONS: usize = 3;
/// Questions offered for one unanswerable question: it can be near to a dozen, and there are other candidates to offer.
const NEAR: usize = 2;
/// Likeness to a paraphrase or statement from which a question is near enough to be offered. Of recipes and printers the nearest question on record has 0.0
/// to 0.2, of what shares a subject with the record 0.25 and more.
const OFFERED: f32 = 0.22;

impl Answerer {
    /// Up to three intents near the question that can be answered.
    pub(super) fn suggestions(&self, decision: &Decision) -> Vec<IntentId> {
        let mut out: Vec<IntentId> = Vec::new();
        let add = |intent: IntentId, out: &mut Vec<IntentId>| {
            let slotted = self.base[intent].question.contains('{');
            let repeats = out.iter().any(|o| self.base[*o].question == self.base[intent].question);
            if !slotted && !repeats && !out.contains(&intent) && out.len() < MAX_SUGGESTIONS {
                out.push(intent);
            }
        };
        match &decision.outcome {
            Outcome::SmallTalk(_) | Outcome::Answer(_) => {
                // Related: what else is on record of the same things.
                let Outcome::Answer(parts) = &decision.outcome else { return out };
                for part in parts {
                    for other in self.matcher.related(part.intent) {
                        if parts.iter().all(|p| self.says_other(p.intent, other)) {
                            add(other, &mut out);
                        }
                    }
                }
            }
            Outcome::Clarify(intents) => intents.iter().for_each(|i| add(*i, &mut out)),
            Outcome::NoAnswer(reason) => {
                if matches!(reason, Reason::Unreadable(_) | Reason::NotEnglish) {
                    return out;
                }
                let off_topic = matches!(reason, Reason::Unanswerable(m) if matches!(self.base[*m].reason, UnanswerableReason::OffTopic | UnanswerableReason::Instruction));
                if off_topic {
                    return out;
                }
                // The best of the candidates comes first: the decline may have been a mistake.
                let mut near: Vec<IntentId> = Vec::new();
                // A question that is written down as unanswerable has its neighbours, and no likeness where it stands there word for word.
                let written_down = matches!(reason, Reason::Unanswerable(_));
                for candidate in decision.candidates.iter().filter(|c| written_down || c.phrase.max(c.statement) >= OFFERED) {
                    match candidate.class {
                        Class::Intent(i) => near.push(i),
                        Class::Unanswerable(m) => {
                            let alike = self.matcher.most_alike(&self.base, &decision.interpretation, &self.base[m].near);
                            near.extend(alike.into_iter().take(NEAR));
                        }
                        Class::SmallTalk(_) => {}
                    }
                }
                near.into_iter().for_each(|i| add(i, &mut out));
            }
        }
        out
    }
}
