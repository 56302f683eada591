//! Which questions are shown below an answer: those on record about other facts that are near in meaning.

use crate::knowledge::{Intent, IntentId, KnowledgeBase};
use crate::vectors::{dot, normalise};

/// Questions kept for each fact: more than a row of buttons has, since some may turn out to repeat what an answer says.
const KEPT: usize = 6;
/// Facts that are looked at before and behind each, in the order of the knowledge base: curators write down together what belongs
/// together, and the time that it takes stays in proportion to the knowledge base.
const WINDOW: usize = 128;

/// For each intent the first question of each of the nearest other facts, nearest first. `meanings` has a vector of length one for what is asked of each
/// intent, and `statements` one for each fact, both without what all texts of the base have in common. Words that questions share say less than that:
/// "how long" is asked of many things.
pub(super) fn related(base: &KnowledgeBase, meanings: &[Vec<f32>], statements: &[Vec<f32>]) -> Vec<Vec<IntentId>> {
    // A fact means what its statement says and what is asked of it.
    let mut facts: Vec<Vec<f32>> = statements.to_vec();
    // No one should be led to a question that rests on a mistake, or that has a gap.
    let leads = |intent: &Intent| !intent.false_premise && !intent.question.contains('{');
    let mut questions: Vec<Option<IntentId>> = vec![None; facts.len()];
    for (id, meaning) in IntentId::all(base).zip(meanings) {
        let Some(fact) = base[id].facts.first().map(|fact| fact.index()) else { continue };
        facts[fact].iter_mut().zip(meaning).for_each(|(sum, v)| *sum += v);
        if leads(&base[id]) {
            questions[fact].get_or_insert(id);
        }
    }
    facts.iter_mut().for_each(|fact| {
        normalise(fact);
    });
    let near = |at: usize| {
        let others = (at.saturating_sub(WINDOW)..facts.len().min(at + WINDOW + 1)).filter(|other| *other != at);
        let mut scored: Vec<(f32, IntentId)> =
            others.filter_map(|other| Some((dot(&facts[at], &facts[other]), questions[other]?))).collect();
        scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        scored.into_iter().take(KEPT).map(|(_, question)| question).collect::<Vec<_>>()
    };
    let nearest: Vec<Vec<IntentId>> = (0..facts.len()).map(near).collect();
    base.intents.iter().map(|intent| intent.facts.first().map_or_else(Vec::new, |fact| nearest[fact.index()].clone())).collect()
}
