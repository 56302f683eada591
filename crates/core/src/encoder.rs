//! The sentence encoder: texts become vectors, such that texts of like meaning get vectors of like direction.
//!
//! The network is all-MiniLM-L6-v2 (Reimers and Gurevych, "Sentence-BERT", 2019; Wang and others, "MiniLM", 2020): six layers of BERT's
//! kind (Devlin and others, 2019) over pieces of words. `assets/README.md` tells how its weights became bytes. They are read in place, and
//! nothing else is needed at run time.
//!
//! It is own code because its results have to be the same on every processor (see [`arithmetic`]), and because a general library brings
//! dozens of crates along.

mod arithmetic;
mod network;
mod wordpiece;

use crate::vectors::normalise;
use network::{Cursor, Embeddings, Layers};
use std::sync::LazyLock;
use wordpiece::Vocabulary;

/// Numbers of a vector.
pub const DIMS: usize = 384;
/// Most pieces of words that are read of a text, the two marks at its ends included; the rest is left out.
pub const MAX_PIECES: usize = 128;
/// Marks a file of weights and its version.
const MAGIC: &[u8; 8] = b"FENCODE1";

/// Why weights cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the encoder's weights of this version, or cut short")]
pub struct Malformed;

/// A sentence encoder.
#[derive(Debug)]
pub struct Encoder {
    vocabulary: Vocabulary,
    embeddings: Embeddings,
    layers: Layers,
}

/// A text as vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoding {
    /// The whole text, of length one.
    pub text: Vec<f32>,
    /// Each of its words in its context, of length one; words beyond [`MAX_PIECES`] are missing.
    pub words: Vec<Vec<f32>>,
}

static BUILT_IN: LazyLock<Encoder> =
    LazyLock::new(|| Encoder::read(include_bytes!("../assets/encoder.bin")).expect("assets/encoder.bin is part of the program and tested"));

impl Encoder {
    /// The encoder inside the binary.
    pub fn built_in() -> &'static Encoder {
        &BUILT_IN
    }

    /// Reads weights; layout in `assets/README.md`.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not weights of this version.
    pub fn read(bytes: &'static [u8]) -> Result<Encoder, Malformed> {
        let mut from = Cursor::new(bytes);
        if from.bytes(MAGIC.len())? != MAGIC {
            return Err(Malformed);
        }
        let (count, length) = (from.count()?, from.count()?);
        let vocabulary = std::str::from_utf8(from.bytes(length)?).map_err(|_| Malformed)?;
        let vocabulary = Vocabulary::new(vocabulary, count)?;
        let embeddings = Embeddings::read(&mut from, count)?;
        let layers = Layers::read(&mut from)?;
        if from.is_empty() { Ok(Encoder { vocabulary, embeddings, layers }) } else { Err(Malformed) }
    }

    /// The words of English that are tokens of their own, commonest first by and large.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.vocabulary.words()
    }

    /// Encodes a text that is given as folded words.
    pub fn encode<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Encoding {
        let mut pieces = vec![self.vocabulary.start()];
        // Where the pieces of each word end.
        let mut ends = Vec::new();
        for word in words {
            self.vocabulary.pieces(word, &mut pieces);
            if pieces.len() >= MAX_PIECES {
                pieces.truncate(MAX_PIECES - 1);
                ends.push(pieces.len());
                break;
            }
            ends.push(pieces.len());
        }
        pieces.push(self.vocabulary.end());
        let mut hidden = self.embeddings.look_up(&pieces, |_| 0);
        self.layers.run(&mut hidden);
        let mean = |from: usize, to: usize| {
            let mut sum = vec![0.0; DIMS];
            hidden[from * DIMS..to * DIMS].chunks_exact(DIMS).for_each(|row| sum.iter_mut().zip(row).for_each(|(s, v)| *s += v));
            normalise(&mut sum);
            sum
        };
        let mut from = 1;
        let words = ends.iter().map(|end| mean(std::mem::replace(&mut from, *end), *end)).collect();
        Encoding { text: mean(0, pieces.len()), words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::dot;

    fn text(text: &str) -> Vec<f32> {
        Encoder::built_in().encode(text.split(' ')).text
    }

    /// The figures are those of the network in float32, worked out with NumPy from the weights as published.
    #[test]
    fn agrees_with_the_network_in_float32() {
        let cases: &[(&str, [f32; 8])] = &[
            ("which nato members do not recognise kosovo", [0.01771, 0.00532, -0.0648, 0.01747, 0.01875, -0.06546, 0.02877, -0.10474]),
            ("who is the president of serbia", [-0.05123, 0.00312, -0.03706, 0.01875, -0.01729, 0.00463, 0.07051, 0.03595]),
            ("transfer money to my checking account please", [0.04146, 0.03944, -0.04398, -0.02141, 0.00027, -0.04367, 0.18427, 0.0117]),
            ("voochich met putin in 1999", [-0.07597, 0.00024, -0.02116, -0.02239, -0.05223, 0.02238, 0.03684, 0.07141]),
        ];
        for (words, expected) in cases {
            let found = text(words);
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.012), "{words}: {:?}", &found[..8]);
        }
        let question = text("which nato members do not recognise kosovo");
        for (other, expected) in [
            ("who is the president of serbia", 0.42937),
            ("which countries refuse to acknowledge kosovo", 0.81609),
            ("transfer money to my checking account please", -0.08592),
        ] {
            let likeness = dot(&question, &text(other));
            assert!((likeness - expected).abs() < 0.012, "{other}: {likeness}");
        }
    }

    #[test]
    fn reads_any_words() {
        let encoder = Encoder::built_in();
        let long = "a".repeat(5000);
        let many = vec!["word"; 1000];
        for words in [&[][..], &[""], &["\u{0}"], &["日本"], &[long.as_str()], &["##s"], &["[CLS]"], &many] {
            let encoding = encoder.encode(words.iter().copied());
            assert!(encoding.words.len() <= words.len());
            assert!(encoding.text.iter().chain(encoding.words.iter().flatten()).all(|v| v.is_finite()), "{words:.20?}");
        }
    }

    #[test]
    fn weights_that_are_cut_short_are_refused() {
        let whole: &[u8] = include_bytes!("../assets/encoder.bin");
        for length in [0, 7, 8, 16, 1000, 1 << 20, whole.len() - 1] {
            assert_eq!(Encoder::read(&whole[..length]).err(), Some(Malformed));
        }
    }
}
