//! From evidence to one figure: which candidate is meant, and how likely it answers.
//!
//! Two questions, so two regressions. The *order* says which of the candidates a question means, given that one of them answers it. The
//! *confidence* says how likely the first of them does, whatever the record: here the evidence decides, and what objects can rule out what
//! the model is sure of. Both are fitted by `tools/confidence/fit.py` to several records at once; [`weights`] is what it writes.

mod weights;

use super::evidence::SIGNALS;
use weights::{CONFIDENCE, CONFIDENCE_BIAS, ORDER};

/// What confidence is made of beside the signals: the order's figure, and the distance to the next candidate that would show something
/// else.
const BEYOND_SIGNALS: usize = 2;
/// Distance from which the next candidate is as good as none.
const FAR: f32 = 6.0;

/// How much a candidate is meant, against others for the same question.
pub(super) fn order(signals: &[f32; SIGNALS.len()]) -> f32 {
    ORDER.iter().zip(signals).map(|(w, s)| w * s).sum()
}

/// How likely the first candidate answers, 0 to 1. `lead` is its distance to the next that would show something else, by order.
pub(super) fn confidence(signals: &[f32; SIGNALS.len()], order: f32, lead: f32) -> f32 {
    let beyond = [order / 3.0, lead.min(FAR) / 3.0];
    let sum = CONFIDENCE.iter().zip(signals.iter().chain(&beyond)).map(|(w, s)| w * s).sum::<f32>();
    1.0 / (1.0 + (-(CONFIDENCE_BIAS + sum)).exp())
}
