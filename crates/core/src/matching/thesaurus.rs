//! Words near in meaning: the word-vector table between single words, as a thesaurus of the knowledge base's own words.

use crate::english::{Word, WordClass};
use crate::interpretation::{Interpretation, Mention};
use crate::vectors::{Table, byte_dots, normalise};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Cosine of word vectors at which likeness begins to count: more than ninety-nine in a hundred pairs of common words, drawn at
/// random, lie below.
const NEAR: f32 = 0.35;
/// Cosine from which one word can stand for the other: three in four pairs of a word and its inflection lie above.
const SAME: f32 = 0.75;
/// Leading dimensions of the table that nearness is worked out with: half of them order neighbours nearly as all do, in
/// half the time.
const DIMS: usize = 128;

/// The knowledge base's topic words with those that are near to them in meaning.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Thesaurus {
    dims: usize,
    /// Key of each word, in the order of `vectors`.
    keys: Vec<u64>,
    /// Mention vectors times 127, one after the other.
    #[serde(with = "serde_bytes")]
    vectors: Vec<u8>,
    /// Index of each key.
    index: BTreeMap<u64, u16>,
    /// Neighbours of the knowledge base's own words, worked out once.
    known: Vec<Vec<Neighbour>>,
}

/// A word of the knowledge base that is near to another in meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    word: u16,
    /// Nearness times 255.
    nearness: u8,
}

impl Thesaurus {
    /// A thesaurus without a word.
    pub fn new(table: &Table) -> Thesaurus {
        Thesaurus { dims: table.dims().min(DIMS), ..Thesaurus::default() }
    }

    /// Takes in the topic words of some interpretations; names are left out, since no name stands for another.
    pub fn take_in(&mut self, table: &Table, interpretations: &[Interpretation]) {
        if self.dims == 0 {
            return;
        }
        for interpretation in interpretations {
            for span in interpretation.spans.iter().filter(|p| !matches!(p.mention, Mention::Entity(_) | Mention::Slot)) {
                for word in &interpretation.question.words[span.from..span.to] {
                    let key = super::word_key(&word.stem);
                    if word.class != WordClass::Content || self.index.contains_key(&key) || self.keys.len() >= usize::from(u16::MAX) {
                        continue;
                    }
                    if let Some(vector) = leading(table, &word.text, self.dims) {
                        self.index.insert(key, self.keys.len() as u16);
                        self.keys.push(key);
                        self.vectors.extend(vector.iter().map(|v| quantise(*v)));
                    }
                }
            }
        }
    }

    /// Works out which of its words are near to each other, once all are there.
    pub fn relate(&mut self) {
        self.known = self.vectors.chunks_exact(self.dims.max(1)).map(|v| self.search(v)).collect();
    }

    /// Own words near to a vector, nearest first.
    fn search(&self, vector: &[u8]) -> Vec<Neighbour> {
        let mut found = Vec::new();
        byte_dots(vector, &self.vectors, |index, product| {
            let cosine = product as f32 / (127.0 * 127.0);
            if cosine > NEAR {
                found.push(Neighbour { word: index as u16, nearness: (((cosine - NEAR) / (SAME - NEAR)).min(1.0) * 255.0) as u8 });
            }
        });
        found.sort_unstable_by_key(|n| (std::cmp::Reverse(n.nearness), n.word));
        found
    }

    /// The knowledge base's words near to a word, nearest first.
    pub fn near(&self, table: &Table, word: &Word) -> Cow<'_, [Neighbour]> {
        match self.index.get(&super::word_key(&word.stem)) {
            Some(own) => Cow::Borrowed(self.known.get(usize::from(*own)).map_or(&[], Vec::as_slice)),
            None if self.dims == 0 || table.dims() < self.dims => Cow::Borrowed(&[]),
            None => leading(table, &word.text, self.dims)
                .map_or(Cow::Borrowed(&[]), |v| Cow::Owned(self.search(&v.into_iter().map(quantise).collect::<Vec<_>>()))),
        }
    }

    /// How near the nearest of some neighbours is that is wanted: 0 where nearness begins, 1 where one can stand for the other.
    pub fn nearest(&self, neighbours: &[Neighbour], wanted: impl Fn(u64) -> bool) -> f32 {
        let found = neighbours.iter().find(|n| self.keys.get(usize::from(n.word)).is_some_and(|k| wanted(*k)));
        found.map_or(0.0, |n| f32::from(n.nearness) / 255.0)
    }
}

fn quantise(value: f32) -> u8 {
    (value * 127.0).round().clamp(-127.0, 127.0) as i8 as u8
}

/// The leading dimensions of a word's vector, of length one.
fn leading(table: &Table, word: &str, dims: usize) -> Option<Vec<f32>> {
    let mut vector = table.unit(word)?;
    vector.truncate(dims);
    (normalise(&mut vector) > 0.0).then_some(vector)
}
