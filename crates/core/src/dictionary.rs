//! Which words are English, and how common each is: a sorted list inside the program, searched where it lies.
//!
//! The list is made by `tools/make_dictionary.py` from American and British word lists; see `assets/README.md`. Nothing is unpacked at start:
//! a word is found by a binary search over blocks of words, and a walk through one block.

use std::cmp::Ordering;

/// Marks a dictionary file and its version.
const MAGIC: &[u8; 8] = b"FDICT001";
/// Bytes ahead of the blocks' offsets: the mark and two numbers.
const HEADER: usize = 16;
/// Longest word in a dictionary, in bytes.
const LONGEST: usize = 45;

/// What is known of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grade(u8);

impl Grade {
    /// The commonest word.
    pub const COMMONEST: Grade = Grade(u8::MAX);
    /// A word that people use daily and that word lists lack: as common as the 1,500th word.
    pub const EVERYDAY: Grade = Grade(70);

    /// Whether an unknown word may be read as this one: it is in a word list, and not just a name or a piece of a word.
    pub fn is_target(self) -> bool {
        self.0 > 0
    }

    /// How much commoner it is than the rarest, as a natural logarithm of how often it is met: 0 to about 10.
    pub fn commonness(self) -> f64 {
        // The scale of the file: 253 steps for the logarithm of its 21,719 ranks.
        f64::from(self.0.saturating_sub(2)) * (21_719f64.ln() / 253.0)
    }
}

/// A list of words, read in place.
#[derive(Debug, Clone, Copy)]
pub struct Dictionary {
    bytes: &'static [u8],
    blocks: usize,
}

/// Why a dictionary cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a dictionary of this version, or cut short")]
pub struct Malformed;

/// The dictionary inside the program.
pub fn dictionary() -> Dictionary {
    const BYTES: &[u8] = include_bytes!("../assets/dictionary.bin");
    // The file is part of the program and tested; one that cannot be read would know no word.
    Dictionary::read(BYTES).unwrap_or(Dictionary { bytes: &[], blocks: 0 })
}

impl Dictionary {
    /// Reads a dictionary; layout in `assets/README.md`. Looks at its beginning only: what is wrong further on is not found.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes do not begin as a dictionary does.
    pub fn read(bytes: &'static [u8]) -> Result<Dictionary, Malformed> {
        let blocks = number(bytes, 12).ok_or(Malformed)?;
        let whole = bytes.get(..8) == Some(MAGIC) && bytes.len() >= HEADER + 4 * blocks;
        whole.then_some(Dictionary { bytes, blocks }).ok_or(Malformed)
    }

    /// Whether a folded word is in it.
    pub fn knows(self, word: &str) -> bool {
        self.grade(word).is_some()
    }

    /// What is known of a folded word.
    pub fn grade(self, word: &str) -> Option<Grade> {
        let word = word.as_bytes();
        // The last block whose first word is not behind the word.
        let (mut from, mut to) = (0, self.blocks);
        while from < to {
            let middle = from.midpoint(to);
            if self.block(middle).next()?.1.as_slice() <= word { from = middle + 1 } else { to = middle }
        }
        for (grade, entry) in self.block(from.checked_sub(1)?) {
            match entry.as_slice().cmp(word) {
                Ordering::Less => {}
                Ordering::Equal => return Some(grade),
                Ordering::Greater => return None,
            }
        }
        None
    }

    /// Its words with their grades, in order.
    pub fn words(self) -> impl Iterator<Item = (String, Grade)> {
        (0..self.blocks)
            .flat_map(move |block| self.block(block))
            .filter_map(|(g, e)| Some((std::str::from_utf8(e.as_slice()).ok()?.to_owned(), g)))
    }

    fn block(self, index: usize) -> Entries {
        let at = |index: usize| if index < self.blocks { number(self.bytes, HEADER + 4 * index) } else { Some(self.bytes.len()) };
        let range = at(index).zip(at(index + 1)).and_then(|(from, to)| self.bytes.get(from..to));
        Entries { bytes: range.unwrap_or_default(), entry: Entry { bytes: [0; LONGEST], length: 0 } }
    }
}

/// The words of one block.
struct Entries {
    bytes: &'static [u8],
    entry: Entry,
}

/// A word of a block.
#[derive(Clone, Copy)]
struct Entry {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Entry {
    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Iterator for Entries {
    type Item = (Grade, Entry);

    fn next(&mut self) -> Option<(Grade, Entry)> {
        let [grade, shared, further, rest @ ..] = self.bytes else { return None };
        let (shared, length) = (usize::from(*shared), usize::from(*shared) + usize::from(*further));
        let (own, rest) = rest.split_at_checked(usize::from(*further))?;
        self.entry.bytes.get_mut(shared..length)?.copy_from_slice(own);
        self.entry.length = length;
        self.bytes = rest;
        Some((Grade(*grade), self.entry))
    }
}

/// The number of four bytes at a place, little endian.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_one_is_whole() {
        let dictionary = dictionary();
        let words: Vec<(String, Grade)> = dictionary.words().collect();
        assert_eq!(words.len(), number(dictionary.bytes, 8).expect("a number of words"));
        assert!(words.is_sorted_by(|a, b| a.0 < b.0));
        for (word, grade) in words.iter().step_by(7) {
            assert_eq!(dictionary.grade(word), Some(*grade), "{word}");
        }
    }

    #[test]
    fn knows_words_of_both_spellings() {
        for word in ["colour", "color", "expel", "recognise", "recognize", "zebra", "aardvark", "february", "plumbing"] {
            assert!(dictionary().grade(word).is_some_and(Grade::is_target), "{word}");
        }
        for word in ["", "a", "zzzz", "recieve", "budjet", "~", "é", "serbiaa"] {
            assert!(!dictionary().knows(word), "{word}");
        }
        assert!(dictionary().grade("belgrade").is_some_and(|g| !g.is_target()));
        assert!(dictionary().grade("because") > dictionary().grade("mercenary"));
    }

    #[test]
    fn refuses_what_is_none() {
        for bytes in [&b""[..], b"FDICT001", b"FDICT001\x01\0\0\0\x05\0\0\0", b"FDICT002\0\0\0\0\0\0\0\0"] {
            assert!(Dictionary::read(bytes).is_err());
        }
        // Offsets that lead nowhere: no word, and no panic.
        let broken = Dictionary::read(b"FDICT001\x01\0\0\0\x01\0\0\0\xff\0\0\0").expect("a good beginning");
        assert_eq!((broken.grade("word"), broken.words().count()), (None, 0));
    }
}
