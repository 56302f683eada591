//! Written by `tools/confidence/fit.py`.

use super::BEYOND_SIGNALS;
use crate::answering::evidence::SIGNALS;

/// Of each signal.
pub(super) const ORDER: [f32; SIGNALS.len()] = [
    0.264,  // log-probability
    1.639,  // probability
    4.159,  // shared
    -0.504, // opposed
    0.172,  // phrase
    3.816,  // phrase_lead
    -0.056, // statement
    3.759,  // statement_lead
    -3.832, // unanswerable_lead
    -1.863, // centre
    2.192,  // centre_lead
    2.387,  // coverage
    0.604,  // least_word
    0.311,  // leftover
    0.270,  // topics
    0.111,  // answer_type
    0.269,  // mismatch
    -0.190, // not_supplied
    0.345,  // supplied
    -0.358, // year_conflict
    0.537,  // year_missing
    0.392,  // figure_missing
    -0.665, // degree_missing
    -1.550, // figures
    0.281,  // unmatched
    -1.614, // open_office
    -0.473, // polarity
    0.273,  // roles
    -0.268, // paraphrases
    2.097,  // guarded
];
/// Of each signal, then of what is beyond them.
pub(super) const CONFIDENCE: [f32; SIGNALS.len() + BEYOND_SIGNALS] = [
    -1.872, // log-probability
    1.808,  // probability
    0.660,  // shared
    -6.818, // opposed
    -0.580, // phrase
    0.327,  // phrase_lead
    -0.743, // statement
    3.690,  // statement_lead
    -0.020, // unanswerable_lead
    2.971,  // centre
    -1.166, // centre_lead
    1.129,  // coverage
    0.322,  // least_word
    -0.381, // leftover
    0.193,  // topics
    0.055,  // answer_type
    -1.272, // mismatch
    0.486,  // not_supplied
    -0.189, // supplied
    -6.169, // year_conflict
    0.925,  // year_missing
    -1.017, // figure_missing
    -0.187, // degree_missing
    1.535,  // figures
    0.195,  // unmatched
    -1.275, // open_office
    1.416,  // polarity
    0.378,  // roles
    1.070,  // paraphrases
    1.100,  // guarded
    0.409,  // order
    0.098,  // lead
];
/// The constant.
pub(super) const CONFIDENCE_BIAS: f32 = -3.833;
