//! A linear model over hashed features and word vectors: multinomial logistic regression, learned with AdaGrad
//! (Duchi, Hazan and Singer, 2011) against the classes that are easily confused.
//!
//! Its cost at question time does not grow with the number of phrases: a short list of class weights for each word, and
//! the dense part for the classes that these lists leave in the running.

use super::features::Features;
use crate::vectors::dot;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A phrase with the class that it belongs to.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its class.
    pub class: u32,
    /// What the model sees of it.
    pub features: Features,
}

/// Passes over the phrases. On our own golden questions nothing is gained after ten.
const EPOCHS: usize = 10;
/// AdaGrad's step.
const STEP: f32 = 0.35;
/// Weight of the dense part against the sparse part: both have length one.
const DENSE: f32 = 1.6;
/// How sharp the scores are made before the softmax: features have length one, so raw scores stay small.
const SHARPNESS: f32 = 8.0;
/// Decay of weights at each pass, which stands for an L2 penalty.
const DECAY: f32 = 0.99;
/// Classes that an example is held against: those that score highest for it. With all of them training takes eight times
/// as long on our base and is no better.
const RIVALS: usize = 40;
/// Passes before which the rivals of each example are looked up anew.
const REFRESH: [usize; 3] = [1, 3, 6];
/// Sparse weights below this are dropped after training: they move a score by a hundredth at most.
const NEGLIGIBLE: f32 = 0.02;
/// Classes that the dense part is worked out for.
const IN_RUNNING: usize = 96;
/// Leading dimensions that decide who stays in the running: the table's dimensions are principal components, the first
/// carry the most.
const COARSE: usize = 32;

/// The learned weights.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Model {
    classes: usize,
    dims: usize,
    /// Hash of each sparse feature, by row.
    hashes: Vec<u64>,
    /// Row of each hash.
    #[serde(skip)]
    rows: HashMap<u64, u32, std::hash::BuildHasherDefault<PassThrough>>,
    /// Where each row begins in `entries`, counted in entries.
    starts: Vec<u32>,
    /// Class (two bytes, little end first) and weight (one byte, times the row's scale).
    #[serde(with = "serde_bytes")]
    entries: Vec<u8>,
    /// What the weights of each row are multiplied with.
    scales: Vec<f32>,
    /// Dense weights, a class after the other: one byte each, times the class's scale.
    #[serde(with = "serde_bytes")]
    dense_bytes: Vec<u8>,
    dense_scales: Vec<f32>,
    #[serde(skip)]
    dense: Vec<f32>,
    /// Their leading dimensions.
    #[serde(skip)]
    coarse: Vec<f32>,
    bias: Vec<f32>,
}

/// Bytes of an entry.
const ENTRY: usize = 3;

/// Features are hashes already; hashing them again would only cost time.
#[derive(Debug, Default, Clone, Copy)]
pub struct PassThrough(u64);

impl std::hash::Hasher for PassThrough {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*b);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

/// Weights while they are learned, a class after the other: sparse ones, dense ones, bias.
struct Trainer<'a> {
    width: usize,
    sparse: usize,
    weights: Vec<f32>,
    squares: Vec<f32>,
    inputs: Vec<Vec<(u32, f32)>>,
    examples: &'a [Example],
}

impl Trainer<'_> {
    fn score(&self, class: usize, example: usize) -> f32 {
        let row = &self.weights[class * self.width..(class + 1) * self.width];
        let sparse: f32 = self.inputs[example].iter().map(|(i, v)| row[*i as usize] * v).sum();
        let dense = &self.examples[example].features.dense;
        SHARPNESS * (sparse + DENSE * dot(dense, &row[self.sparse..self.sparse + dense.len()]) + 0.1 * row[self.width - 1])
    }

    /// One step of gradient descent on one example against some classes, its own the first.
    fn learn(&mut self, example: usize, classes: &[u32], scores: &mut Vec<f32>) {
        scores.clear();
        scores.extend(classes.iter().map(|c| self.score(*c as usize, example)));
        softmax(scores);
        scores[0] -= 1.0;
        let dense = &self.examples[example].features.dense;
        let norm: f32 = scores.iter().map(|g| g * g).sum();
        // One learning rate for each feature, shared by the classes: a word seen often moves less.
        let mut rates: Vec<f32> = Vec::with_capacity(self.inputs[example].len());
        for &(i, v) in &self.inputs[example] {
            let square = &mut self.squares[i as usize];
            *square += norm * v * v;
            rates.push(STEP * v / square.sqrt());
        }
        let square = &mut self.squares[self.sparse];
        *square += norm * DENSE * DENSE / dense.len().max(1) as f32;
        let dense_rate = STEP * DENSE / square.sqrt();
        for (class, gradient) in classes.iter().zip(scores.iter()).filter(|(_, g)| g.abs() > 1e-4) {
            let row = &mut self.weights[*class as usize * self.width..(*class as usize + 1) * self.width];
            for (&(i, _), rate) in self.inputs[example].iter().zip(&rates) {
                row[i as usize] -= rate * gradient;
            }
            let step = dense_rate * gradient;
            row[self.sparse..].iter_mut().zip(dense).for_each(|(w, v)| *w -= step * v);
            row[self.width - 1] -= 0.05 * gradient;
        }
    }
}

impl Model {
    /// Learns from examples.
    pub fn train(examples: &[Example], classes: usize, dims: usize) -> Model {
        let mut counts: HashMap<u64, u32> = HashMap::new();
        examples.iter().flat_map(|e| &e.features.sparse).for_each(|(h, _)| *counts.entry(*h).or_default() += 1);
        // What occurs once only cannot teach anything about another phrase, unless there are few phrases altogether.
        let least = if examples.len() < 500 { 1 } else { 2 };
        let mut kept: Vec<(u32, u64)> = counts.into_iter().filter(|(_, c)| *c >= least).map(|(h, c)| (c, h)).collect();
        // The commonest lie together, which keeps most of what training touches in the processor's cache.
        kept.sort_unstable_by_key(|(c, h)| (std::cmp::Reverse(*c), *h));
        let kept: Vec<u64> = kept.into_iter().map(|(_, h)| h).collect();
        let mut model = Model { classes, dims, hashes: kept, ..Model::default() };
        model.restore();
        if classes == 0 || examples.is_empty() {
            model.classes = 0;
            return model;
        }
        let inputs = examples.iter().map(|e| model.input(&e.features).collect()).collect();
        let width = model.hashes.len() + dims + 1;
        let mut trainer = Trainer {
            width,
            sparse: model.hashes.len(),
            weights: vec![0.0; width * classes],
            squares: vec![1e-4; model.hashes.len() + 1],
            inputs,
            examples,
        };
        // A fixed order that mixes the classes: a stride that has no factor in common with the number of examples.
        let n = examples.len();
        let stride = (n / 2 + 1..).find(|s| gcd(*s, n) == 1).unwrap_or(1);
        let mut rivals: Vec<Vec<u32>> = examples
            .iter()
            .enumerate()
            .map(|(i, e)| {
                std::iter::once(e.class)
                    .chain(
                        (0..RIVALS.min(classes - 1) as u32)
                            .map(|k| (e.class + 1 + (k * 7919 + i as u32 * 31) % (classes as u32 - 1)) % classes as u32),
                    )
                    .collect()
            })
            .collect();
        let mut scores = Vec::new();
        for epoch in 0..EPOCHS {
            if REFRESH.contains(&epoch) && classes > RIVALS {
                model.keep(&trainer);
                for (example, rivals) in examples.iter().zip(&mut rivals) {
                    let likely =
                        model.top(&example.features, RIVALS + 1).into_iter().map(|(c, _)| c as u32).filter(|c| *c != example.class);
                    *rivals = std::iter::once(example.class).chain(likely.take(RIVALS)).collect();
                }
            }
            for step in 0..n {
                let index = (step * stride + epoch * 7) % n;
                trainer.learn(index, &rivals[index], &mut scores);
            }
            trainer.weights.iter_mut().for_each(|w| *w *= DECAY);
        }
        model.keep(&trainer);
        model
    }

    /// Takes over what was learned, in the form that is quick to ask and small to keep.
    fn keep(&mut self, trainer: &Trainer) {
        let row = |class: usize| &trainer.weights[class * trainer.width..(class + 1) * trainer.width];
        let significant = |class: usize| row(class)[..trainer.sparse].iter().enumerate().filter(|(_, w)| w.abs() >= NEGLIGIBLE);
        self.starts = vec![0; trainer.sparse + 1];
        self.scales = vec![0.0; trainer.sparse];
        for class in 0..self.classes {
            for (feature, weight) in significant(class) {
                self.starts[feature + 1] += 1;
                self.scales[feature] = self.scales[feature].max(weight.abs() / 127.0);
            }
        }
        for feature in 0..trainer.sparse {
            self.starts[feature + 1] += self.starts[feature];
        }
        self.entries = vec![0; self.starts[trainer.sparse] as usize * ENTRY];
        let mut next = self.starts.clone();
        for class in 0..self.classes {
            for (feature, weight) in significant(class) {
                let at = next[feature] as usize * ENTRY;
                let [low, high] = (class as u16).to_le_bytes();
                self.entries[at..at + ENTRY].copy_from_slice(&[low, high, (weight / self.scales[feature]).round() as i8 as u8]);
                next[feature] += 1;
            }
        }
        (self.dense_bytes, self.dense_scales, self.bias) = (Vec::new(), Vec::new(), Vec::new());
        for class in 0..self.classes {
            let dense = &row(class)[trainer.sparse..trainer.sparse + self.dims];
            let scale = dense.iter().fold(f32::MIN_POSITIVE, |m, w| m.max(w.abs())) / 127.0;
            self.dense_bytes.extend(dense.iter().map(|w| (w / scale).round() as i8 as u8));
            self.dense_scales.push(scale * DENSE);
            self.bias.push(0.1 * row(class)[trainer.width - 1]);
        }
        self.restore();
    }

    /// Works out what is not kept as bytes.
    pub fn restore(&mut self) {
        self.rows = self.hashes.iter().enumerate().map(|(i, h)| (*h, i as u32)).collect();
        self.dense.clear();
        self.coarse.clear();
        if self.dims == 0 {
            return;
        }
        for (bytes, scale) in self.dense_bytes.chunks_exact(self.dims).zip(&self.dense_scales) {
            self.dense.extend(bytes.iter().map(|b| f32::from(*b as i8) * scale));
            self.coarse.extend(bytes.iter().take(COARSE).map(|b| f32::from(*b as i8) * scale));
        }
    }

    /// How many bytes the weights take.
    pub fn bytes(&self) -> usize {
        self.entries.len() + (self.dense.len() + self.coarse.len()) * 4 + self.dense_bytes.len() + self.hashes.len() * 32
    }

    fn input<'a>(&'a self, features: &'a Features) -> impl Iterator<Item = (u32, f32)> + 'a {
        features.sparse.iter().filter_map(|(h, v)| self.rows.get(h).map(|r| (*r, *v)))
    }

    /// The `count` most probable classes with their probabilities.
    pub fn top(&self, features: &Features, count: usize) -> Vec<(usize, f32)> {
        if self.classes == 0 {
            return Vec::new();
        }
        let mut scores = self.bias.clone();
        for (row, value) in self.input(features) {
            let row = row as usize;
            let (start, end) = (self.starts[row] as usize * ENTRY, self.starts[row + 1] as usize * ENTRY);
            let value = value * self.scales[row];
            for entry in self.entries[start..end].chunks_exact(ENTRY) {
                scores[usize::from(u16::from_le_bytes([entry[0], entry[1]]))] += value * f32::from(entry[2] as i8);
            }
        }
        let by = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        let coarse = COARSE.min(self.dims);
        let leading = features.dense.get(..coarse).unwrap_or_default();
        let mut running: Vec<(usize, f32)> = scores
            .iter()
            .enumerate()
            .map(|(c, s)| (c, s + self.coarse.get(c * coarse..(c + 1) * coarse).map_or(0.0, |w| dot(leading, w))))
            .collect();
        if running.len() > IN_RUNNING {
            running.select_nth_unstable_by(IN_RUNNING, by);
            running.truncate(IN_RUNNING);
        }
        for (class, score) in &mut running {
            *score = SHARPNESS
                * (scores[*class] + self.dense.get(*class * self.dims..(*class + 1) * self.dims).map_or(0.0, |w| dot(&features.dense, w)));
        }
        running.sort_by(by);
        let most = running.first().map_or(0.0, |r| r.1);
        let sum: f32 = running.iter().map(|(_, s)| (s - most).exp()).sum();
        running.truncate(count);
        running.iter_mut().for_each(|(_, s)| *s = (*s - most).exp() / sum);
        running
    }
}

/// Scores to probabilities.
fn softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for s in scores.iter_mut() {
        *s = (*s - most).exp();
        sum += *s;
    }
    scores.iter_mut().for_each(|s| *s /= sum);
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
