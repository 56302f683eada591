//! What the model sees of a question: hashed words, pairs of words, stretches of letters, names and ideas, and the mean
//! of the word vectors.

use crate::english::Class;
use crate::knowledge::KnowledgeBase;
use crate::reading::{Reading, Unit};
use crate::vectors::{Table, normalise};

/// What the model sees of one question.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// Hash and value of what occurs, sorted by hash; the values have length one together.
    pub sparse: Vec<(u64, f32)>,
    /// Mean of the word vectors, of length one; empty without a table.
    pub dense: Vec<f32>,
}

/// Hashes a text with a mark that keeps kinds of features apart (FNV-1a, 64 bits: at a hundred thousand features a
/// collision has a chance of one in a billion).
pub fn hash(kind: u8, text: &str) -> u64 {
    text.bytes().fold(step(0xcbf2_9ce4_8422_2325, kind), step)
}

/// Hashes a number with a mark.
pub fn hash_number(kind: u8, number: u64) -> u64 {
    number.to_le_bytes().into_iter().fold(step(0xcbf2_9ce4_8422_2325, kind), step)
}

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// Lengths of the stretches of letters: three and four hold stems and endings; longer ones repeat the words.
const GRAMS: std::ops::RangeInclusive<usize> = 3..=4;

/// The features of a reading.
pub fn extract(table: &Table, base: &KnowledgeBase, reading: &Reading) -> Features {
    let question = &reading.question;
    let mut sparse: Vec<(u64, f32)> = Vec::with_capacity(question.words.len() * 10);
    let mut dense = vec![0.0f32; table.dims()];
    let mut last = hash(b'<', "");
    let mut found = false;
    for part in &reading.parts {
        let focus = if question.focus[part.from] { 1.0 } else { 0.3 };
        let words = &question.words[part.from..part.to];
        let key = match part.unit {
            Unit::Entity(e) => {
                let entity = &base.entities[e];
                sparse.push((hash(b'k', &entity.kind), 0.5 * focus));
                if !entity.on_record {
                    sparse.push((hash(b'u', &entity.kind), focus));
                }
                found |= table.add(crate::text::fold(&entity.short).rsplit(' ').next().unwrap_or_default(), 0.7 * focus, &mut dense);
                if entity.on_record { hash_number(b'e', e as u64) } else { hash(b'u', &entity.kind) }
            }
            Unit::Slot => {
                sparse.push((hash(b'k', "country"), 0.5 * focus));
                hash_number(b's', 0)
            }
            Unit::Role(r) => hash_number(b'r', r as u64),
            Unit::Concept(c) => hash_number(b'c', c as u64),
            Unit::Word => super::word_key(&words[0].stem),
        };
        let weight = match (part.unit, words[0].class) {
            (Unit::Word, Class::Function) => 0.5,
            (Unit::Word, Class::Filler) => 0.5,
            _ => 1.0,
        };
        sparse.push((key, weight * focus));
        sparse.push((hash_number(b'b', last ^ key.rotate_left(17)), 0.6 * focus));
        last = key;
        if !matches!(part.unit, Unit::Entity(_) | Unit::Slot) {
            for word in words {
                if !matches!(part.unit, Unit::Word) {
                    sparse.push((super::word_key(&word.stem), 0.5 * focus));
                }
                if word.class == Class::Content {
                    grams(&word.text, &mut |h| sparse.push((h, 0.25 * focus)));
                }
                let weight = match word.class {
                    Class::Content => 1.0,
                    Class::Filler => 0.4,
                    Class::Function => 0.25,
                };
                found |= table.add(&word.text, weight * focus, &mut dense);
            }
        }
    }
    sparse.push((hash_number(b'b', last ^ hash(b'>', "").rotate_left(17)), 0.4));
    if let Some(kind) = question.asked {
        sparse.push((hash(b'q', kind.as_str()), 1.0));
    }
    if question.denies {
        sparse.push((hash(b'n', ""), 1.0));
    }
    for entity in &reading.implied {
        sparse.push((hash_number(b'e', *entity as u64), 0.8));
    }
    for office in &reading.open_offices {
        sparse.push((hash(b'o', ""), 1.0));
        sparse.push((hash_number(b'o', office.role as u64), 0.5));
    }
    sparse.sort_by_key(|(h, _)| *h);
    sparse.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            // Twice says more than once, but not twice as much.
            first.1 = (first.1 * first.1 + later.1 * later.1).sqrt();
        }
        same
    });
    let length = sparse.iter().map(|(_, v)| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    sparse.iter_mut().for_each(|(_, v)| *v /= length);
    if found {
        normalise(&mut dense);
    }
    Features { sparse, dense }
}

/// Calls `push` with the hash of each stretch of letters of a word, its edges marked.
fn grams(word: &str, push: &mut dyn FnMut(u64)) {
    let chars: Vec<char> = std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')).collect();
    for n in GRAMS {
        for window in chars.windows(n) {
            push(window.iter().fold(hash(b'g', ""), |h, c| u32::from(*c).to_le_bytes().into_iter().fold(h, step)));
        }
    }
}
