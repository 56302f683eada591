//! How alike texts and words are in meaning: vectors of the sentence encoder, kept as bytes.

use crate::encoder::{DIMS, Encoder, Encoding};
use crate::english::WordClass;
use crate::hash::{FNV_START, fnv1a};
use crate::interpretation::{Interpretation, Mention, Span};
use crate::knowledge::KnowledgeBase;
use crate::text::fold;
use crate::vectors::{byte_product_max, normalise};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Vectors of length one in signed bytes, each with what it is multiplied with. Rounding moves a likeness by less than 0.01.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Vectors {
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
    scales: Vec<f32>,
}

impl Vectors {
    /// Adds one.
    pub fn push(&mut self, vector: &[f32]) {
        let scale = vector.iter().fold(f32::MIN_POSITIVE, |most, v| most.max(v.abs())) / 127.0;
        self.bytes.extend(vector.iter().map(|v| (v / scale).round() as i8 as u8));
        self.scales.push(scale);
    }

    /// Adds some of others as they are.
    fn copy(&mut self, others: &Vectors, range: Range<usize>) {
        self.bytes.extend(&others.bytes[range.start * DIMS..range.end * DIMS]);
        self.scales.extend(&others.scales[range]);
    }

    /// The mean of a range of these after each was changed, of length one.
    pub fn mean(&self, range: Range<usize>, change: impl Fn(Vec<f32>) -> Vec<f32>) -> Vec<f32> {
        let mut sum = vec![0.0; DIMS];
        for (bytes, scale) in self.bytes[range.start * DIMS..range.end * DIMS].chunks_exact(DIMS).zip(&self.scales[range]) {
            let vector = bytes.iter().map(|b| f32::from(*b as i8) * scale).collect();
            sum.iter_mut().zip(change(vector)).for_each(|(s, v)| *s += v);
        }
        normalise(&mut sum);
        sum
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// Whether there are this many, all of them whole.
    pub fn are(&self, count: usize) -> bool {
        self.scales.len() == count && count.checked_mul(DIMS) == Some(self.bytes.len()) && self.scales.iter().all(|scale| scale.is_finite())
    }

    /// The greatest cosine of a vector with one of a range of these, -1 to 1; -1 for an empty range.
    pub fn nearest(&self, range: Range<usize>, to: &[f32]) -> f32 {
        let rows = self.bytes.get(range.start * DIMS..range.end * DIMS).unwrap_or_default();
        byte_product_max(to, rows, self.scales.get(range).unwrap_or_default()).max(-1.0)
    }
}

/// Topic words or names from which the part of a question that asks is encoded alone.
const SAYS_SOMETHING: usize = 3;

/// An interpretation as the encoder sees it: what is asked, names as they are written on record.
#[derive(Debug)]
pub(super) struct Wording {
    words: Vec<String>,
    /// For each word the span that it belongs to.
    spans: Vec<usize>,
}

impl Wording {
    /// The words of an interpretation. A slot is filled by the name of a kind.
    pub(super) fn new(base: &KnowledgeBase, interpretation: &Interpretation, slot_kind: &str) -> Wording {
        let question = &interpretation.question;
        // Each word with the span that it belongs to.
        let mut words: Vec<(String, usize)> = Vec::with_capacity(question.words.len());
        let topical = |span: &&Span| span.mention != Mention::Word || question.words[span.from].class == WordClass::Content;
        // "Serbia's army money last year? How much?": where the part that asks says nothing of its own, the rest belongs to it.
        let whole = interpretation.spans.iter().filter(|span| question.focus[span.from]).filter(topical).count() < SAYS_SOMETHING;
        for (number, span) in interpretation.spans.iter().enumerate().filter(|(_, span)| whole || question.focus[span.from]) {
            match span.mention {
                Mention::Entity(e) => words.extend(fold(&base[e].short).split_whitespace().map(|word| (word.to_owned(), number))),
                Mention::Slot => words.push((slot_kind.to_owned(), number)),
                _ => words.extend(question.words[span.from..span.to].iter().map(|word| (word.text.clone(), number))),
            }
        }
        // A word that is typed a hundred times over says it once, and leaves room for the rest.
        words.dedup_by(|later, first| later.0 == first.0);
        let (words, spans) = words.into_iter().unzip();
        Wording { words, spans }
    }

    fn encoded(self, encoder: &Encoder) -> Encoded {
        let encoding = encoder.encode(self.words.iter().map(String::as_str));
        Encoded { asked: self.words.join(" "), encoding, spans: self.spans }
    }

    /// A hash of all that decides which vectors are kept of it.
    fn digest(&self, kept: &[usize]) -> u64 {
        let mut hash = FNV_START;
        for (word, span) in self.words.iter().zip(&self.spans) {
            // No word has a line break.
            hash = fnv1a(hash, word.bytes().chain([b'\n', u8::from(kept.contains(span))]));
        }
        hash
    }
}

/// Texts as vectors, with vectors of some words of each.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Texts {
    texts: Vectors,
    words: Vectors,
    /// For each text where its words end among `words`.
    ends: Vec<u32>,
    /// What is needed to take texts over when a base is learned again.
    #[serde(skip)]
    remembered: Remembered,
}

/// The first texts that were encoded in this process, at most [`REMEMBERED`]. All in two allocations: thousands of small ones between those that learning
/// frees again keep their pages from the system, 18 MB more after each reload of the built-in base.
#[derive(Debug, Default)]
struct Remembered {
    /// A hash of all that decides the vectors of a text.
    digests: Vec<u64>,
    /// Vectors before they were rounded, one after the other: the model is trained on these.
    exact: Vec<f32>,
}

impl Remembered {
    fn push(&mut self, digest: u64, exact: &[f32]) {
        if self.digests.len() < REMEMBERED {
            self.digests.push(digest);
            self.exact.extend(exact);
        }
    }

    fn exact(&self, number: usize) -> &[f32] {
        &self.exact[number * DIMS..(number + 1) * DIMS]
    }
}

/// How many texts of a base are remembered, at 1.5 kB each: a base with more of them is learned in minutes anyway.
const REMEMBERED: usize = 20_000;

impl Texts {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are so many of them, and everything that belongs to them.
    pub(super) fn are(&self, count: usize) -> bool {
        let last = self.ends.last().map_or(0, |end| *end as usize);
        self.texts.are(count) && self.words.are(last) && self.ends.len() == count && self.ends.is_sorted()
    }

    /// The greatest cosine of a vector with one of a range of these, -1 to 1; -1 for an empty range.
    pub(super) fn nearest(&self, range: Range<usize>, to: &[f32]) -> f32 {
        self.texts.nearest(range, to)
    }

    /// The same with the words of a range of these.
    pub(super) fn nearest_word(&self, range: Range<usize>, to: &[f32]) -> f32 {
        self.words.nearest(self.word(range.start)..self.word(range.end), to)
    }

    /// The mean of a range of these after each was changed, of length one.
    pub(super) fn mean(&self, range: Range<usize>, change: impl Fn(Vec<f32>) -> Vec<f32>) -> Vec<f32> {
        self.texts.mean(range, change)
    }

    /// Adds a text with the words of some of its spans, encoded now or `known`; returns its vector.
    pub(super) fn push(&mut self, encoder: &Encoder, known: Option<&Known>, wording: Wording, kept: &[usize]) -> Vec<f32> {
        let digest = wording.digest(kept);
        let exact = match known.and_then(|known| Some((known.texts, *known.numbers.get(&digest)?))) {
            Some((texts, number)) => {
                self.texts.copy(&texts.texts, number..number + 1);
                self.words.copy(&texts.words, texts.word(number)..texts.word(number + 1));
                texts.remembered.exact(number).to_vec()
            }
            None => {
                let encoded = wording.encoded(encoder);
                self.texts.push(encoded.text());
                kept.iter().flat_map(|span| encoded.words(*span)).for_each(|vector| self.words.push(vector));
                encoded.encoding.text
            }
        };
        self.close(digest, &exact);
        exact
    }

    /// Adds a text without words: it is like nothing.
    pub(super) fn push_nothing(&mut self) {
        self.texts.push(&[0.0; DIMS]);
        self.close(FNV_START, &[0.0; DIMS]);
    }

    fn close(&mut self, digest: u64, exact: &[f32]) {
        self.ends.push(self.words.len() as u32);
        self.remembered.push(digest, exact);
    }

    /// Where the words of a text begin.
    fn word(&self, text: usize) -> usize {
        text.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize)
    }
}

/// What was encoded before, to be taken over.
pub(super) struct Known<'a> {
    texts: &'a Texts,
    /// Number of each text, by its hash.
    numbers: FxHashMap<u64, usize>,
}

impl<'a> Known<'a> {
    /// All of these texts.
    pub(super) fn new(texts: &'a Texts) -> Known<'a> {
        Known { texts, numbers: texts.remembered.digests.iter().enumerate().map(|(number, digest)| (*digest, number)).collect() }
    }
}

/// An interpretation with its vectors.
#[derive(Debug)]
pub struct Encoded {
    asked: String,
    encoding: Encoding,
    /// For each word of the encoding the span that it belongs to.
    spans: Vec<usize>,
}

impl Encoded {
    /// Encodes an interpretation.
    pub fn new(encoder: &Encoder, base: &KnowledgeBase, interpretation: &Interpretation) -> Encoded {
        Wording::new(base, interpretation, "").encoded(encoder)
    }

    /// What is asked, as it was encoded.
    pub fn asked(&self) -> &str {
        &self.asked
    }

    /// Of a question that needs no likeness: like nothing.
    pub fn empty() -> Encoded {
        Encoded { asked: String::new(), encoding: Encoding { text: vec![0.0; DIMS], words: Vec::new() }, spans: Vec::new() }
    }

    /// The vector of the whole.
    pub fn text(&self) -> &[f32] {
        &self.encoding.text
    }

    /// Vectors of the words of a span, in their context.
    pub fn words(&self, span: usize) -> impl Iterator<Item = &[f32]> {
        self.encoding.words.iter().zip(&self.spans).filter(move |(_, of)| **of == span).map(|(vector, _)| vector.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wording(words: &[&str]) -> Wording {
        Wording { words: words.iter().map(|word| (*word).to_owned()).collect(), spans: (0..words.len()).collect() }
    }

    #[test]
    fn what_is_known_is_not_encoded_again() {
        let mut before = Texts::default();
        before.push(Encoder::built_in(), None, wording(&["opening", "hours"]), &[0]);
        // Marked, to distinguish it from what the encoder makes of it.
        before.remembered.exact[0] = 42.0;
        let known = Known::new(&before);
        let mut after = Texts::default();
        let mut first = |words: &[&str], kept: &[usize]| after.push(Encoder::built_in(), Some(&known), wording(words), kept)[0];
        assert_eq!(first(&["opening", "hours"], &[0]), 42.0);
        assert_ne!(first(&["opening", "hours"], &[1]), 42.0, "other words are kept");
        assert_ne!(first(&["opening", "hour", "s"], &[0]), 42.0);
        assert_eq!((after.len(), after.words.len()), (3, 3));
    }

    #[test]
    fn what_was_loaded_is_encoded_again() {
        let mut before = Texts::default();
        before.push(Encoder::built_in(), None, wording(&["opening", "hours"]), &[0]);
        let loaded: Texts = postcard::from_bytes(&postcard::to_stdvec(&before).expect("plain values")).expect("as written");
        let again = Texts::default().push(Encoder::built_in(), Some(&Known::new(&loaded)), wording(&["opening", "hours"]), &[0]);
        assert_eq!(again, before.remembered.exact(0));
    }
}
