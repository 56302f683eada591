//! Compound questions: split, each part decided on its own, and combined.

use super::{AnswerPart, Decision, Outcome, Part, Reason, evidence};
use crate::english::{Word, WordClass, english};
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::FactId;
use crate::question::Question;

/// Confidence that a part must have to be answered where the whole was not: more than [`evidence::ENOUGH`], since a part has lost
/// its context, and less than [`evidence::SURE`], since both parts have to reach it.
const HALF: f32 = 0.6;

/// One part of a compound question, before anything is decided on it.
pub(super) struct PartQuestion {
    /// Its words as they were read.
    pub text: String,
    /// The part as a question of its own.
    pub question: Question,
}

/// The two parts of a question that asks two things.
pub(super) fn split(interpretation: &Interpretation) -> Option<[PartQuestion; 2]> {
    let (end, start) = boundary(interpretation)?;
    Some([part(interpretation, 0, end)?, part(interpretation, start, interpretation.question.words.len())?])
}

/// Answers the whole if it can be answered as one, else its parts; returns the parts where they decided.
pub(super) fn combine(whole: Decision, parts: [Part; 2]) -> (Decision, Vec<Part>) {
    if parts.iter().any(|part| part.decision.confidence < evidence::ENOUGH) {
        return (whole, Vec::new());
    }
    let answered = matches!(whole.outcome, Outcome::Answer(_));
    let [first, second] = &parts;
    let sure = |part: &Part| part.decision.confidence >= HALF;
    let (outcome, confidence) = match (&first.decision.outcome, &second.decision.outcome) {
        (Outcome::Answer(a), Outcome::Answer(b)) if sure(first) && sure(second) => {
            if answered && first_facts(a) == first_facts(b) {
                return (whole, Vec::new());
            }
            // One fact for both parts: its statement is shown once, behind both direct answers.
            let mut both = a.clone();
            both.extend(b.iter().filter(|p| !a.contains(p)).cloned());
            (Some(Outcome::Answer(both)), first.decision.confidence.min(second.decision.confidence))
        }
        (Outcome::Answer(parts), Outcome::NoAnswer(reason)) if sure(first) && known(reason) => {
            ((!answered).then(|| Outcome::Answer(parts.clone())), first.decision.confidence)
        }
        (Outcome::NoAnswer(reason), Outcome::Answer(parts)) if sure(second) && known(reason) => {
            ((!answered).then(|| Outcome::Answer(parts.clone())), second.decision.confidence)
        }
        _ => return (whole, Vec::new()),
    };
    let (outcome, events) = outcome.map_or((whole.outcome, whole.events), |outcome| (outcome, None));
    (Decision { outcome, events, confidence, ..whole }, parts.into())
}

/// The parts that are not on record, in the asker's words.
pub(super) fn unanswered(parts: &[Part]) -> Vec<String> {
    parts.iter().filter(|p| matches!(p.decision.outcome, Outcome::NoAnswer(_))).map(|p| p.text.clone()).collect()
}

fn first_facts(parts: &[AnswerPart]) -> Vec<FactId> {
    parts.iter().filter_map(|p| p.facts.first().copied()).collect()
}

/// Whether a part was understood and is known not to be on record, rather than cut badly.
fn known(reason: &Reason) -> bool {
    matches!(reason, Reason::Unanswerable(_) | Reason::UnknownOffice { .. } | Reason::NotListed { .. } | Reason::OutsideTime(_))
}

/// Where a question falls into two that both ask: words before the first number, from the second on.
fn boundary(interpretation: &Interpretation) -> Option<(usize, usize)> {
    let words = &interpretation.question.words;
    let lists = &english().lists;
    let asks = |w: &Word| lists.question_words.has(&w.text) || lists.openers.has(&w.text);
    let content = |range: &[Word]| range.iter().any(|w| w.class == WordClass::Content);
    (1..words.len().saturating_sub(1)).find_map(|at| {
        let before = interpretation.question.tokens.get(words[at - 1].token);
        let ended = before.is_some_and(|t| (t.comma || t.ends_clause) && words[at].token != words[at - 1].token);
        let and = lists.joiners.has(&words[at].text);
        let start = if and { at + 1 } else { at };
        // "and in which year": a preposition may stand before the question word.
        let preposition = words.get(start).is_some_and(|w| lists.part_prepositions.has(&w.text));
        let opener = words.get(start + usize::from(preposition))?;
        let second_asks = asks(opener);
        let left_asks = words[..at].iter().take(4).any(asks) || words[..at].iter().any(|w| lists.question_words.has(&w.text));
        ((ended || and) && second_asks && left_asks && content(&words[..at]) && words.len() - start >= 2).then_some((at, start))
    })
}

/// One part as a question of its own; names of the other part are carried over where it has none.
fn part(interpretation: &Interpretation, from: usize, to: usize) -> Option<PartQuestion> {
    let question = &interpretation.question;
    let own = question.words.get(from..to)?;
    let mut words: Vec<Word> = own.to_vec();
    let inside = |at: usize| (from..to).contains(&at);
    let names = || interpretation.spans.iter().filter(|s| matches!(s.mention, Mention::Entity(_)));
    if !names().any(|s| inside(s.from)) {
        words.extend(names().filter(|s| !inside(s.from)).flat_map(|s| question.words[s.from..s.to].to_vec()));
    }
    if !words.iter().any(|w| w.class == WordClass::Content) {
        return None;
    }
    let text = own.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
    let part = Question::from_words(question.tokens.clone(), words, question.length);
    let focus = vec![true; part.words.len()];
    Some(PartQuestion { text, question: Question { focus, ..part } })
}
