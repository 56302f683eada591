//! How alike texts and words are in meaning: vectors of the sentence encoder, kept as bytes.

use crate::encoder::{DIMS, Encoder, Encoding};
use crate::english::WordClass;
use crate::interpretation::{Interpretation, Mention, Span};
use crate::knowledge::KnowledgeBase;
use crate::text::fold;
use crate::vectors::{byte_product_max, normalise};
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
pub struct Encoded {
    asked: String,
    encoding: Encoding,
    /// For each word of the encoding the span that it belongs to.
    spans: Vec<usize>,
}

impl Encoded {
    /// Encodes an interpretation. A slot is filled by the name of a kind.
    pub fn new(encoder: &Encoder, base: &KnowledgeBase, interpretation: &Interpretation, slot_kind: &str) -> Encoded {
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
        let (words, spans): (Vec<String>, Vec<usize>) = words.into_iter().unzip();
        Encoded { asked: words.join(" "), encoding: encoder.encode(words.iter().map(String::as_str)), spans }
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
