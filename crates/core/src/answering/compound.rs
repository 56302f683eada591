//! Compound questions: split, each part decided on its own, and combined.

use super::{AnswerPart, Decision, Outcome, Part, Reason};
use crate::english::{Word, WordClass, english};
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::FactId;
use crate::question::Question;
use std::ops::Range;

/// Confidence that a part must have to be answered where the whole was not: more than [`super::evidence::ENOUGH`], since a part has lost
/// its context, and less than [`super::evidence::SURE`], since all parts have to reach it.
const HALF: f32 = 0.6;
/// Most parts of one message that are answered apart: more answers at once are an essay, and each part takes the time of a question.
const MAX_PARTS: usize = 4;

/// One part of a compound question, before anything is decided on it.
pub(super) struct PartQuestion {
    /// Its words as they were read.
    pub text: String,
    /// The part as a question of its own.
    pub question: Question,
    /// Whether it is a sentence of its own, and not only a clause: then it was surely meant as a question.
    pub separate: bool,
}

/// The parts of a question that asks several things, in order; none if it asks one.
pub(super) fn split(interpretation: &Interpretation) -> Vec<PartQuestion> {
    let words = &interpretation.question.words;
    let mut cuts: Vec<Cut> = Vec::new();
    while cuts.len() + 1 < MAX_PARTS {
        let Some(cut) = boundary(interpretation, cuts.last().map_or(0, |c| c.start)) else { break };
        cuts.push(cut);
    }
    if cuts.is_empty() {
        return Vec::new();
    }
    let starts = std::iter::once(0).chain(cuts.iter().map(|c| c.start));
    let ends = cuts.iter().map(|c| c.end).chain(std::iter::once(words.len()));
    let ranges: Vec<Range<usize>> = starts.zip(ends).map(|(start, end)| start..end).collect();
    let separate = |number: usize| {
        let sides = [number.checked_sub(1), Some(number)];
        sides.into_iter().flatten().filter_map(|side| cuts.get(side)).all(|cut| cut.sentence)
    };
    let parts: Option<Vec<PartQuestion>> =
        (0..ranges.len()).map(|number| part(interpretation, &ranges, number, separate(number))).collect();
    parts.unwrap_or_default()
}

/// Answers the whole if it can be answered as one, else its parts; returns the parts where they decided. With each part stands whether it is
/// a sentence of its own.
pub(super) fn combine(whole: Decision, parts: Vec<(Part, bool)>) -> (Decision, Vec<Part>) {
    let is_answer =
        |part: &Part, separate: bool| matches!(part.decision.outcome, Outcome::Answer(_)) && (separate || part.decision.confidence >= HALF);
    // What is no answer must be a question that is known not to be on record, or surely one. In doubt the whole is one question.
    let is_refusal = |part: &Part, separate: bool| match &part.decision.outcome {
        Outcome::NoAnswer(reason) => separate || known(reason),
        Outcome::Clarify(_) | Outcome::SmallTalk(_) => separate,
        Outcome::Answer(_) => false,
    };
    let answers: Vec<&Part> = parts.iter().filter(|(part, separate)| is_answer(part, *separate)).map(|(part, _)| part).collect();
    if answers.is_empty() || !parts.iter().all(|(part, separate)| is_answer(part, *separate) || is_refusal(part, *separate)) {
        return (whole, Vec::new());
    }
    let mut shown: Vec<AnswerPart> = Vec::new();
    for part in &answers {
        if let Outcome::Answer(answer) = &part.decision.outcome {
            // One fact for two parts: its statement is shown once, behind both direct answers.
            shown.extend(answer.iter().filter(|a| !shown.contains(a)).cloned().collect::<Vec<_>>());
        }
    }
    let answered = matches!(whole.outcome, Outcome::Answer(_));
    let facts: Vec<Vec<FactId>> = answers.iter().map(|part| first_facts(part)).collect();
    if answered && answers.len() == parts.len() && facts.windows(2).all(|pair| pair[0] == pair[1]) {
        return (whole, Vec::new());
    }
    let confidence = answers.iter().map(|part| part.decision.confidence).fold(1.0, f32::min);
    // Where the whole was answered like the one part that has an answer, it keeps that.
    let keep = answered && answers.len() == 1;
    let (outcome, events) = if keep { (whole.outcome, whole.events) } else { (Outcome::Answer(shown), None) };
    (Decision { outcome, events, confidence, ..whole }, parts.into_iter().map(|(part, _)| part).collect())
}

/// The parts that are not on record, in the asker's words.
pub(super) fn unanswered(parts: &[Part]) -> Vec<String> {
    let is_open = |part: &&Part| matches!(part.decision.outcome, Outcome::NoAnswer(_) | Outcome::Clarify(_));
    parts.iter().filter(is_open).map(|p| p.text.clone()).collect()
}

fn first_facts(part: &Part) -> Vec<FactId> {
    match &part.decision.outcome {
        Outcome::Answer(answers) => answers.iter().filter_map(|a| a.facts.first().copied()).collect(),
        _ => Vec::new(),
    }
}

/// Whether a part was understood and is known not to be on record, rather than cut badly.
fn known(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::Unanswerable(_)
            | Reason::UnknownOffice { .. }
            | Reason::NotListed { .. }
            | Reason::NoSuchValue { .. }
            | Reason::OutsideTime(_)
    )
}

/// Where one part ends and the next begins.
struct Cut {
    /// Behind the last word of the part.
    end: usize,
    /// The first word of the next one.
    start: usize,
    /// Whether a sentence ends there.
    sentence: bool,
}

/// The first place behind `from` where a question falls into two that both ask.
fn boundary(interpretation: &Interpretation, from: usize) -> Option<Cut> {
    let words = &interpretation.question.words;
    let lists = &english().lists;
    let asks = |w: &Word| lists.question_words.has(&w.text) || lists.openers.has(&w.text);
    let content = |range: &[Word]| range.iter().any(|w| w.class == WordClass::Content);
    (from + 1..words.len().saturating_sub(1)).find_map(|end| {
        let before = interpretation.question.tokens.get(words[end - 1].token).filter(|_| words[end].token != words[end - 1].token);
        let ended = before.is_some_and(|t| t.comma || t.ends_clause);
        let and = lists.joiners.has(&words[end].text);
        let start = if and { end + 1 } else { end };
        // "and in which year": a preposition may stand before the question word.
        let preposition = words.get(start).is_some_and(|w| lists.part_prepositions.has(&w.text));
        let opener = words.get(start + usize::from(preposition))?;
        let left = &words[from..end];
        let left_asks = left.iter().take(4).any(asks) || left.iter().any(|w| lists.question_words.has(&w.text));
        let sentence = before.is_some_and(|t| t.ends_clause);
        // "In which country, by her account, has it been growing?": behind a comma alone, the auxiliary is that of the question before.
        let awaited = !and && !sentence && lists.openers.has(&opener.text) && !left.iter().any(|w| lists.openers.has(&w.text));
        let two = (ended || and) && asks(opener) && !awaited && left_asks && content(left) && words.len() - start >= 2;
        two.then_some(Cut { end, start, sentence })
    })
}

/// One part as a question of its own. Where it has no name, those of the nearest part that has some are carried over; where it has nothing but
/// names ("and when did Spain?"), what the part before says of its own names is.
fn part(interpretation: &Interpretation, ranges: &[Range<usize>], number: usize, separate: bool) -> Option<PartQuestion> {
    let question = &interpretation.question;
    let range = ranges.get(number)?;
    let own = question.words.get(range.clone())?;
    let names = |range: &Range<usize>| -> Vec<Range<usize>> {
        let spans = interpretation.spans.iter().filter(|s| matches!(s.mention, Mention::Entity(_)) && range.contains(&s.from));
        spans.map(|s| s.from..s.to).collect()
    };
    let is_name = |at: usize| interpretation.spans.iter().any(|s| matches!(s.mention, Mention::Entity(_)) && (s.from..s.to).contains(&at));
    // What is said beside the whole question is said beside the part.
    let mut words: Vec<Word> =
        own.iter().zip(&question.focus[range.clone()]).filter(|(_, focus)| **focus).map(|(w, _)| w.clone()).collect();
    if words.is_empty() {
        words = own.to_vec();
    }
    let own_names = names(range);
    let before = number.checked_sub(1).and_then(|n| ranges.get(n));
    if own_names.is_empty() {
        let earlier = ranges[..number].iter().rev().chain(&ranges[number + 1..]);
        let carried = earlier.map(&names).find(|names| !names.is_empty()).unwrap_or_default();
        words.extend(carried.into_iter().flat_map(|name| question.words[name].to_vec()));
    } else if let Some(before) = before.filter(|_| range.clone().all(|at| is_name(at) || question.words[at].class != WordClass::Content)) {
        let said = before.clone().filter(|at| !is_name(*at) && question.words[*at].class == WordClass::Content);
        let others = names(before).into_iter().skip(own_names.len()).flatten();
        words.extend(said.chain(others).map(|at| question.words[at].clone()));
    }
    if !words.iter().any(|w| w.class == WordClass::Content) {
        return None;
    }
    let text = own.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
    let part = Question::from_words(question.tokens.clone(), words, question.length);
    let focus = vec![true; part.words.len()];
    Some(PartQuestion { text, question: Question { focus, ..part }, separate })
}
