//! What the model sees of a question: hashed words, pairs of words, stretches of letters, names and synonym sets, and what the
//! sentence encoder makes of it.

use crate::hash::{FNV_START, fnv1a, fnv1a_step};
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::KnowledgeBase;

/// Something that occurs in a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feature {
    /// What it is, hashed.
    pub hash: u64,
    /// How much of it there is.
    pub value: f32,
    /// The block that it belongs to: the model gives each block the same length.
    pub block: u8,
}

/// Number of blocks.
pub const BLOCKS: usize = 2;
/// Words, pairs of words, names and synonym sets.
const WORDS: u8 = 0;
/// Stretches of letters.
const LETTERS: u8 = 1;

/// What the model sees of one question.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// What occurs, sorted by hash.
    pub sparse: Vec<Feature>,
    /// The sentence encoder's vector, of length one.
    pub dense: Vec<f32>,
}

/// Hashes a text with a mark that keeps kinds of features apart (FNV-1a, 64 bits: at a hundred thousand features a
/// collision has a chance of one in a billion).
pub fn hash(kind: u8, text: &str) -> u64 {
    fnv1a(FNV_START, std::iter::once(kind).chain(text.bytes()))
}

/// Hashes a number with a mark.
pub fn hash_number(kind: u8, number: u64) -> u64 {
    fnv1a(FNV_START, std::iter::once(kind).chain(number.to_le_bytes()))
}

/// Lengths of the stretches of letters: from three on they hold stems and endings; longer than five, they repeat the words.
const GRAMS: std::ops::RangeInclusive<usize> = 3..=5;
/// What a pair of neighbours counts against a word.
const PAIR: f32 = 0.8;
/// What occurs in a question, sorted by hash. A slot is filled by an entity of `slot_kind`.
pub fn sparse(base: &KnowledgeBase, interpretation: &Interpretation, slot_kind: &str) -> Vec<Feature> {
    let question = &interpretation.question;
    let mut sparse: Vec<Feature> = Vec::with_capacity(question.words.len() * 16);
    let mut last = hash(b'<', "");
    let mut say = |hash: u64, value: f32, block: u8| sparse.push(Feature { hash, value, block });
    for span in &interpretation.spans {
        let words = &question.words[span.from..span.to];
        let key = match span.mention {
            Mention::Entity(e) => {
                let entity = &base[e];
                say(hash(b'k', &entity.kind), 0.5, WORDS);
                if !entity.on_record {
                    say(hash(b'u', &entity.kind), 1.0, WORDS);
                }
                if entity.on_record { hash_number(b'e', e.index() as u64) } else { hash(b'u', &entity.kind) }
            }
            Mention::Slot => {
                say(hash(b'k', slot_kind), 0.5, WORDS);
                hash_number(b's', 0)
            }
            Mention::Role(r) => hash_number(b'r', r.index() as u64),
            Mention::SynonymSet(c) => hash_number(b'c', c.index() as u64),
            Mention::Word => super::word_key(&words[0].stem),
        };
        say(key, 1.0, WORDS);
        say(hash_number(b'b', last ^ key.rotate_left(17)), PAIR, WORDS);
        last = key;
        if matches!(span.mention, Mention::Entity(_) | Mention::Slot) {
            continue;
        }
        for word in words {
            if !matches!(span.mention, Mention::Word) {
                say(super::word_key(&word.stem), 0.5, WORDS);
            }
            grams(&word.text, &mut |hash| say(hash, 1.0, LETTERS));
        }
    }
    say(hash_number(b'b', last ^ hash(b'>', "").rotate_left(17)), PAIR, WORDS);
    if let Some(kind) = question.expected {
        say(hash(b'q', &kind.as_str().replace('_', "-")), 0.5, WORDS);
    }
    if question.denies {
        say(hash(b'n', ""), 1.0, WORDS);
    }
    for entity in &interpretation.implied {
        say(hash_number(b'e', entity.index() as u64), 0.8, WORDS);
    }
    for office in &interpretation.open_offices {
        say(hash(b'o', ""), 1.0, WORDS);
        say(hash_number(b'o', office.role.index() as u64), 0.5, WORDS);
    }
    sparse.sort_unstable_by_key(|f| f.hash);
    sparse.dedup_by(|later, first| {
        let same = later.hash == first.hash;
        if same {
            // Twice says more than once, but not twice as much.
            first.value = (first.value * first.value + later.value * later.value).sqrt();
        }
        same
    });
    sparse
}

/// Calls `push` with the hash of each stretch of letters of a word, its edges marked.
fn grams(word: &str, push: &mut dyn FnMut(u64)) {
    let letters: Vec<char> = std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')).collect();
    for from in 0..letters.len() {
        let mut hashed = hash(b'g', "");
        for (at, letter) in letters[from..].iter().take(*GRAMS.end()).enumerate() {
            hashed = fnv1a_step(hashed, u64::from(u32::from(*letter)));
            if at + 1 >= *GRAMS.start() {
                push(hashed);
            }
        }
    }
}
