//! Which questions are shown below an answer: those on record that speak of the same things and would show another fact.

use super::Profile;
use crate::knowledge::{Intent, IntentId, KnowledgeBase};
use std::collections::BTreeMap;

/// Questions kept for each intent: more than a row of buttons has, since some may turn out to repeat what an answer says.
const KEPT: usize = 6;
/// Intents that are looked at before and behind each, in the order of the knowledge base: curators write down together what belongs
/// together, and the time that it takes stays in proportion to the knowledge base.
const WINDOW: usize = 128;

/// For each intent those that are nearest to it, nearest first, each with another fact. `profiles` begin with those of the intents.
pub(super) fn related(base: &KnowledgeBase, profiles: &[Profile], rarity: &BTreeMap<u64, f32>) -> Vec<Vec<IntentId>> {
    let weight = |key: &u64| rarity.get(key).copied().unwrap_or_default();
    let weighed: Vec<Vec<(u64, f32)>> =
        profiles.iter().take(base.intents.len()).map(|p| p.keys.iter().map(|key| (*key, weight(key).powi(2))).collect()).collect();
    let lengths: Vec<f32> = weighed.iter().map(|keys| keys.iter().map(|(_, w)| w).sum::<f32>().sqrt()).collect();
    let one = |(at, intent): (usize, &Intent)| {
        let (from, to) = (at.saturating_sub(WINDOW), (at + WINDOW + 1).min(weighed.len()));
        let others = (from..to).filter(|other| {
            let other = &base.intents[*other];
            // No one should be led to a question that rests on a mistake, or that has a gap.
            other.facts.first() != intent.facts.first() && !other.false_premise && !other.question.contains('{')
        });
        let likeness = |other: usize| common(&weighed[at], &weighed[other]) / (lengths[at] * lengths[other]).max(f32::MIN_POSITIVE);
        let mut scored: Vec<(f32, usize)> = others.map(|other| (likeness(other), other)).collect();
        scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut kept: Vec<IntentId> = Vec::with_capacity(KEPT);
        for (_, other) in scored {
            let fact = base.intents[other].facts.first();
            if kept.len() < KEPT && kept.iter().all(|k| base[*k].facts.first() != fact) {
                kept.push(IntentId::new(other));
            }
        }
        kept
    };
    base.intents.iter().enumerate().map(one).collect()
}

/// The weight of what two profiles have in common; both are sorted by key.
fn common(a: &[(u64, f32)], b: &[(u64, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while let (Some((x, weight)), Some((y, _))) = (a.get(i), b.get(j)) {
        sum += if x == y { *weight } else { 0.0 };
        (i, j) = (i + usize::from(x <= y), j + usize::from(y <= x));
    }
    sum
}
