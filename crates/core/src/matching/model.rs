//! A linear model over hashed features and a sentence's vector: multinomial logistic regression with an L2 penalty.
//!
//! A feature has weights only for the classes in whose paraphrases it occurs, which keeps the weights of a knowledge base with
//! thousands of intents in memory; it costs 0.1 points of accuracy on CLINC150 and 0.7 on BANKING77, ten paraphrases an intent
//! each. The time of an answer does not grow with the number of paraphrases: a list of class weights for each feature, and the
//! dense part for the classes that these lists leave in the running.

mod training;

use super::features::{BLOCKS, Features};
use crate::vectors::{add_byte_dots, add_bytes, normalise};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

pub use training::Example;

/// Length of the dense block against the sparse blocks, which have length one each: on the validation questions of CLINC150, BANKING77 and
/// COVID-Q, 2.5 to 4 are within half a point of each other, and without the sparse blocks CLINC150 loses 0.8 points.
const DENSE: f32 = 3.0;
/// Classes that are held against each other when scores become probabilities, those that score highest: thousands of classes that nobody
/// means would flatten what the first ones get.
const IN_RUNNING: usize = 96;
/// The learned weights.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Model {
    classes: usize,
    dims: usize,
    /// Mean of the examples' dense parts. What all texts of a record have in common says nothing about any of them.
    common: Vec<f32>,
    /// Hash of each sparse feature, by row.
    hashes: Vec<u64>,
    /// How much a feature counts: the rarer among paraphrases, the more (inverse document frequency, smoothed).
    rarity: Vec<f32>,
    /// Number of each hash's row.
    #[serde(skip)]
    numbers: HashMap<u64, u32, std::hash::BuildHasherDefault<PassThrough>>,
    /// What a question needs of each row, together.
    #[serde(skip)]
    rows: Vec<Row>,
    /// Where each row begins in `entries`, counted in entries.
    starts: Vec<u32>,
    /// Class (two bytes, little end first) and weight (one byte, times the row's scale).
    #[serde(with = "serde_bytes")]
    entries: Vec<u8>,
    /// What the weights of each row are multiplied with.
    scales: Vec<f32>,
    /// The weights of rows that most classes have, written out for every class: a row after the other.
    #[serde(skip)]
    full: Vec<u8>,
    /// Dense weights, a class after the other: one byte each, times the class's scale.
    #[serde(with = "serde_bytes")]
    dense_bytes: Vec<u8>,
    dense_scales: Vec<f32>,
    bias: Vec<f32>,
}

/// One feature, as a question needs it.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    rarity: f32,
    scale: f32,
    /// Where it begins in `entries`, counted in entries; in `full`, counted in rows, if `full`.
    start: u32,
    /// How many entries it has.
    count: u32,
    /// Whether its weights are written out for every class.
    full: bool,
}

/// A row is written out for all classes if more than one in so many has an entry: adding one weight of a list takes as
/// long as adding so many that lie side by side (eight at a time, five instructions; eight instructions for one of a list).
const FULL: usize = 10;
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

impl Model {
    /// Whether its parts fit together, for this many classes.
    pub fn is_sound(&self, classes: usize, dims: usize) -> bool {
        let Model {
            classes: own, dims: own_dims, common, hashes, rarity, starts, entries, scales, dense_bytes, dense_scales, bias, ..
        } = self;
        let features = hashes.len();
        // Without examples nothing is common to them.
        let sizes = (*own, *own_dims) == (classes, dims)
            && (common.len() == dims || common.is_empty())
            && [rarity.len(), scales.len(), starts.len().saturating_sub(1)] == [features; 3]
            && (features == 0 || starts.first() == Some(&0))
            && starts.is_sorted()
            && starts.last().map_or(0, |end| *end as usize).checked_mul(ENTRY) == Some(entries.len())
            && classes.checked_mul(dims) == Some(dense_bytes.len())
            && [dense_scales.len(), bias.len()] == [classes; 2];
        let numbers = [common, rarity, scales, dense_scales, bias].into_iter().flatten().all(|number| number.is_finite());
        let of_classes = entries.chunks_exact(ENTRY).all(|entry| usize::from(u16::from_le_bytes([entry[0], entry[1]])) < classes);
        sizes && numbers && of_classes
    }

    /// Works out what is not kept as bytes.
    pub fn restore(&mut self) {
        self.numbers = self.hashes.iter().enumerate().map(|(i, h)| (*h, i as u32)).collect();
        self.rows = self.rarity.iter().map(|rarity| Row { rarity: *rarity, ..Row::default() }).collect();
        self.full.clear();
        for ((row, bounds), scale) in self.rows.iter_mut().zip(self.starts.windows(2)).zip(&self.scales) {
            let (start, count) = (bounds[0], bounds[1] - bounds[0]);
            *row = Row { scale: *scale, start, count, full: count as usize * FULL > self.classes, ..*row };
            if row.full {
                row.start = (self.full.len() / self.classes) as u32;
                let first = self.full.len();
                self.full.resize(first + self.classes, 0);
                for entry in self.entries[start as usize * ENTRY..(start + count) as usize * ENTRY].chunks_exact(ENTRY) {
                    self.full[first + usize::from(u16::from_le_bytes([entry[0], entry[1]]))] = entry[2];
                }
            }
        }
    }

    /// How many bytes the weights take.
    pub fn bytes(&self) -> usize {
        let row = size_of::<Row>() + 2 * size_of::<(u64, u32)>() + 5 * size_of::<u32>();
        self.entries.len() + self.full.len() + self.dense_bytes.len() + self.hashes.len() * row
    }

    /// Rows and values of the known features, each block of length one.
    fn input(&self, features: &Features) -> Vec<(u32, f32)> {
        let mut out: Vec<(u32, f32)> = Vec::with_capacity(features.sparse.len());
        let mut blocks: Vec<u8> = Vec::with_capacity(features.sparse.len());
        let mut squares = [0.0f32; BLOCKS];
        for feature in &features.sparse {
            if let Some(&row) = self.numbers.get(&feature.hash) {
                let value = feature.value * self.rows[row as usize].rarity;
                squares[usize::from(feature.block)] += value * value;
                out.push((row, value));
                blocks.push(feature.block);
            }
        }
        let lengths = squares.map(|s| s.sqrt().max(f32::MIN_POSITIVE));
        out.iter_mut().zip(blocks).for_each(|((_, value), block)| *value /= lengths[usize::from(block)]);
        out
    }

    /// A dense part without what is common to all texts of the record, of length one; zeros stay zeros.
    pub fn distinct(&self, mut dense: Vec<f32>) -> Vec<f32> {
        if dense.iter().any(|v| *v != 0.0) {
            dense.iter_mut().zip(&self.common).for_each(|(v, common)| *v -= common);
            normalise(&mut dense);
        }
        dense
    }

    /// The same with the length that the model gives it.
    fn dense_input(&self, dense: Vec<f32>) -> Vec<f32> {
        self.distinct(dense).into_iter().map(|v| v * DENSE).collect()
    }

    /// The `count` most probable classes with their probabilities.
    pub fn top(&self, features: &Features, count: usize) -> Vec<(usize, f32)> {
        if self.classes == 0 { Vec::new() } else { self.ranked(&self.input(features), &self.dense_input(features.dense.clone()), count) }
    }

    /// The same for rows with their values and a dense block that has its length.
    fn ranked(&self, sparse: &[(u32, f32)], dense: &[f32], count: usize) -> Vec<(usize, f32)> {
        let mut scores = self.bias.clone();
        for (number, value) in sparse {
            let row = self.rows[*number as usize];
            let (start, value) = (row.start as usize, value * row.scale);
            if row.full {
                add_bytes(&mut scores, &self.full[start * self.classes..(start + 1) * self.classes], value);
                continue;
            }
            for entry in self.entries[start * ENTRY..(start + row.count as usize) * ENTRY].chunks_exact(ENTRY) {
                scores[usize::from(u16::from_le_bytes([entry[0], entry[1]]))] += value * f32::from(entry[2] as i8);
            }
        }
        let mut running: Vec<(usize, f32)> = scores.into_iter().enumerate().collect();
        add_byte_dots(dense, &self.dense_bytes, &self.dense_scales, &mut running);
        running.sort_unstable_by(better);
        running.truncate(IN_RUNNING);
        let most = running.first().map_or(0.0, |r| r.1);
        let sum: f32 = running.iter().map(|(_, s)| (s - most).exp()).sum();
        running.truncate(count);
        running.iter_mut().for_each(|(_, s)| *s = (*s - most).exp() / sum);
        running
    }
}

/// The order of classes with their scores: best first, no two alike.
fn better(a: &(usize, f32), b: &(usize, f32)) -> std::cmp::Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

/// What the largest weight is 127 times of.
fn scale(weights: &[f32]) -> f32 {
    weights.iter().fold(f32::MIN_POSITIVE, |m, w| m.max(w.abs())) / 127.0
}
