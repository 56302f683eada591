//! Puts wordings of like meaning together: the two groups that are most alike on average become one, until none are alike enough.
//!
//! The result depends on the wordings alone, not on their order: ties go to the ones with the smaller ids.

use crate::meaning::{Meaning, SAME};

/// Groups of wordings, by their places in `meanings`, each in order; the groups in the order of their first ones.
pub(crate) fn grouped(meanings: &[Meaning]) -> Vec<Vec<usize>> {
    let count = meanings.len();
    // The sums of likenesses between the members of two groups; of the average they are divided by the number of pairs.
    let mut sums = vec![0.0f32; count * count];
    for a in 0..count {
        for b in a + 1..count {
            let likeness = meanings[a].likeness(&meanings[b]);
            (sums[a * count + b], sums[b * count + a]) = (likeness, likeness);
        }
    }
    let mut groups: Vec<Vec<usize>> = (0..count).map(|at| vec![at]).collect();
    // For each group the one behind it that is most alike.
    let nearest = |groups: &[Vec<usize>], sums: &[f32], a: usize| -> (f32, usize) {
        let mut best = (f32::NEG_INFINITY, a);
        for b in (a + 1..count).filter(|b| !groups[*b].is_empty()) {
            let average = sums[a * count + b] / (groups[a].len() * groups[b].len()) as f32;
            if average > best.0 {
                best = (average, b);
            }
        }
        best
    };
    let mut best: Vec<(f32, usize)> = (0..count).map(|a| nearest(&groups, &sums, a)).collect();
    loop {
        let alive = (0..count).filter(|a| !groups[*a].is_empty());
        let Some(a) = alive.max_by(|a, b| best[*a].0.total_cmp(&best[*b].0).then(b.cmp(a))) else { break };
        let (likeness, b) = best[a];
        if likeness < SAME {
            break;
        }
        let joining = std::mem::take(&mut groups[b]);
        groups[a].extend(joining);
        for other in 0..count {
            let sum = sums[a * count + other] + sums[b * count + other];
            (sums[a * count + other], sums[other * count + a]) = (sum, sum);
        }
        for at in 0..count {
            if groups[at].is_empty() {
                continue;
            }
            if at == a || best[at].1 == a || best[at].1 == b {
                best[at] = nearest(&groups, &sums, at);
            } else if at < a {
                // The group has grown, and may now be the one that is most alike.
                let average = sums[at * count + a] / (groups[at].len() * groups[a].len()) as f32;
                if average > best[at].0 || average == best[at].0 && a < best[at].1 {
                    best[at] = (average, a);
                }
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_iter().filter(|group| !group.is_empty()).collect();
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups
}
