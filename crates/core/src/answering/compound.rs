//! Compound questions: both halves are answered, or one with word of the other.

use super::{Answerer, Decision, Outcome, Reason, evidence};
use crate::english::{Word, WordClass};
use crate::question::Question;
use crate::reading::{Reading, Unit};

/// Confidence that a half must have to be answered where the whole was not: a half has lost its context.
const HALF: f32 = 0.6;

/// Answers the whole if it can be answered as one; else its halves. Also returns the halves that are not on record.
pub(super) fn answer(answerer: &Answerer, reading: &Reading, whole: Decision) -> (Decision, Vec<String>) {
    let Some(at) = split(reading) else { return (whole, Vec::new()) };
    let halves = [half(answerer, reading, 0, at.0), half(answerer, reading, at.1, reading.question.words.len())];
    let [Some((first, first_text)), Some((second, second_text))] = halves else { return (whole, Vec::new()) };
    let answered = matches!(whole.outcome, Outcome::Answer(_));
    match (&first.outcome, &second.outcome) {
        (Outcome::Answer(a), Outcome::Answer(b)) if first.confidence >= HALF && second.confidence >= HALF => {
            let facts = |parts: &[super::AnswerPart]| parts.iter().flat_map(|p| p.facts.first().copied()).collect::<Vec<_>>();
            let same = facts(a) == facts(b);
            if same && answered {
                return (whole, Vec::new());
            }
            // One fact for both halves: its statement is shown once, behind both direct answers.
            let mut parts = a.clone();
            parts.extend(b.iter().filter(|p| !a.contains(p)).cloned());
            let confidence = first.confidence.min(second.confidence);
            (Decision { outcome: Outcome::Answer(parts), confidence, ..whole }, Vec::new())
        }
        (Outcome::Answer(parts), Outcome::NoAnswer(reason)) if first.confidence >= HALF && known(reason) => {
            let outcome = if answered { whole.outcome.clone() } else { Outcome::Answer(parts.clone()) };
            (Decision { outcome, confidence: first.confidence, ..whole }, vec![second_text])
        }
        (Outcome::NoAnswer(reason), Outcome::Answer(parts)) if second.confidence >= HALF && known(reason) => {
            let outcome = if answered { whole.outcome.clone() } else { Outcome::Answer(parts.clone()) };
            (Decision { outcome, confidence: second.confidence, ..whole }, vec![first_text])
        }
        _ => (whole, Vec::new()),
    }
}

/// Whether a half was understood and is known not to be on record, rather than cut badly.
fn known(reason: &Reason) -> bool {
    matches!(reason, Reason::Unanswerable(_) | Reason::UnknownOffice { .. } | Reason::NotListed { .. } | Reason::OutsideTime(_))
}

/// Where a question falls into two that both ask: words before the first number, from the second on.
fn split(reading: &Reading) -> Option<(usize, usize)> {
    let words = &reading.question.words;
    let asks = |w: &Word| {
        matches!(
            w.text.as_str(),
            "who"
                | "what"
                | "which"
                | "when"
                | "where"
                | "why"
                | "how"
                | "whose"
                | "is"
                | "are"
                | "was"
                | "were"
                | "do"
                | "does"
                | "did"
                | "has"
                | "have"
                | "had"
                | "can"
                | "could"
                | "will"
                | "would"
        )
    };
    let content = |range: &[Word]| range.iter().any(|w| w.class == WordClass::Content);
    (1..words.len().saturating_sub(1)).find_map(|at| {
        let before = reading.question.tokens.get(words[at - 1].token);
        let ended = before.is_some_and(|t| (t.comma || t.ends_clause) && words[at].token != words[at - 1].token);
        let and = matches!(words[at].text.as_str(), "and" | "also" | "plus");
        let start = if and { at + 1 } else { at };
        // "and in which year": a preposition may stand before the question word.
        let preposition = words
            .get(start)
            .is_some_and(|w| matches!(w.text.as_str(), "in" | "on" | "at" | "by" | "for" | "to" | "with" | "from" | "since"));
        let opener = words.get(start + usize::from(preposition))?;
        let second_asks = asks(opener);
        let left_asks = words[..at].iter().take(4).any(asks)
            || words[..at].iter().any(|w| matches!(w.text.as_str(), "who" | "what" | "which" | "when" | "where" | "why" | "how"));
        ((ended || and) && second_asks && left_asks && content(&words[..at]) && words.len() - start >= 2).then_some((at, start))
    })
}

/// One half as a question of its own; names of the other are carried over where it has none.
fn half(answerer: &Answerer, reading: &Reading, from: usize, to: usize) -> Option<(Decision, String)> {
    let question = &reading.question;
    let mut words: Vec<Word> = question.words.get(from..to)?.to_vec();
    let inside = |at: usize| (from..to).contains(&at);
    let named = reading.parts.iter().any(|p| matches!(p.unit, Unit::Entity(_)) && inside(p.from));
    if !named {
        let carried = reading
            .parts
            .iter()
            .filter(|p| matches!(p.unit, Unit::Entity(_)) && !inside(p.from))
            .flat_map(|p| question.words[p.from..p.to].to_vec());
        words.extend(carried);
    }
    if !words.iter().any(|w| w.class == WordClass::Content) {
        return None;
    }
    let text: Vec<&str> = question.words[from..to].iter().map(|w| w.text.as_str()).collect();
    let text = text.join(" ");
    let part = Question::from_words(question.tokens.clone(), words, question.length);
    let focus = vec![true; part.words.len()];
    let reading = answerer.matcher().read(answerer.base(), Question { focus, ..part });
    let decision = answerer.decide(&reading);
    (decision.confidence >= evidence::ENOUGH).then_some((decision, text))
}
