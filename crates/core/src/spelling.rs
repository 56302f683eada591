//! Typing errors: an unknown word is read as the known word that it most resembles.
//!
//! The knowledge base's own words come before common English; words that are known are never touched. The knowledge base's words are found
//! through a delete index (Garbe's SymSpell, 2012: two words within one edit share a string that lacks one letter of
//! each), English ones by trying every single edit against a hash set; neither cost grows with the vocabulary.

use crate::hash::{FNV_START, fnv1a_step};
use crate::text::fold;
use crate::vectors::Table;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Shorter words are not corrected: among three letters nearly everything is one edit from something else.
pub const MIN_LETTERS: usize = 4;
/// Words of this many letters may have two edits, as one in eight letters is the rate at which people err twice.
pub const TWO_EDITS_FROM: usize = 8;
/// Least Jaro-Winkler similarity of a name found by its sound alone. Pairs in our list of phonetic spellings reach 0.72
/// and more ("calabukov", "kalabukhov"); unrelated names with the same key stay below 0.7.
const SOUND_ALIKE: f64 = 0.72;

/// What a word's commonness (natural logarithm of its count) is worth against one ten-thousandth of Jaro-Winkler
/// similarity: a word seen twenty times makes up for a likeness that is less by 0.045.
const COMMON: f64 = 150.0;

/// Finds the known word that is meant.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Speller {
    /// The knowledge base's words, each with how often it occurs there.
    own: FxHashMap<String, u32>,
    words: Vec<String>,
    /// Hashes of words that lack letters, with the index of the whole word; sorted.
    deletes: Vec<(u64, u16)>,
    /// Single words of names by their sound.
    sounds: BTreeMap<String, Vec<u32>>,
    #[serde(skip)]
    english: FxHashSet<&'static str>,
}

impl Speller {
    /// A speller over the knowledge base's own words (with their counts), single words of names, and the common words of a table.
    pub fn new(own: BTreeMap<String, u32>, names: &BTreeSet<String>, table: &Table) -> Speller {
        let correctable = |w: &&String| w.chars().count() >= MIN_LETTERS && w.chars().all(char::is_alphabetic);
        let words: Vec<String> = own.keys().filter(correctable).take(usize::from(u16::MAX)).cloned().collect();
        let mut deletes = Vec::with_capacity(words.len() * 24);
        let mut sounds: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (index, word) in words.iter().enumerate() {
            each_delete(word, &mut |key| deletes.push((key, index as u16)));
            if names.contains(word) {
                sounds.entry(sound(word)).or_default().push(index as u32);
            }
        }
        deletes.sort_unstable();
        deletes.dedup();
        let own = own.into_iter().collect();
        let mut speller = Speller { own, words, deletes, sounds, english: FxHashSet::default() };
        speller.restore(table);
        speller
    }

    /// Works out what is not kept as bytes.
    pub fn restore(&mut self, table: &Table) {
        self.english = table.words().filter(|w| w.len() >= 2 && w.bytes().all(|b| b.is_ascii_lowercase())).collect();
    }

    /// Whether the word is known: then it is never touched.
    pub fn knows(&self, word: &str) -> bool {
        self.own.contains_key(word) || self.english.contains(word) || crate::english::english().knows(word)
    }

    /// Whether the word is one of the knowledge base's own.
    pub fn owns(&self, word: &str) -> bool {
        self.own.contains_key(word)
    }

    /// What an unknown word most likely stands for; `None` for known words and where nothing is near.
    pub fn correct(&self, word: &str) -> Option<&str> {
        let letters = word.chars().count();
        if !(MIN_LETTERS..=30).contains(&letters) || !word.chars().all(char::is_alphabetic) || self.knows(word) {
            return None;
        }
        if let Some(stem) = word.strip_suffix('s')
            && let Some((own, _)) = self.own.get_key_value(stem)
        {
            return Some(own);
        }
        self.own_word(word, letters).or_else(|| self.english_word(word))
    }

    fn own_word(&self, word: &str, letters: usize) -> Option<&str> {
        let mut best: Option<((usize, u64), &str)> = None;
        let mut consider = |index: u32| {
            let candidate = self.words[index as usize].as_str();
            let edits = strsim::osa_distance(word, candidate);
            let allowed = if letters >= TWO_EDITS_FROM && candidate.chars().count() >= TWO_EDITS_FROM - 1 { 2 } else { 1 };
            if edits > allowed {
                return;
            }
            // Fewest edits; among these likeness with weight on the beginning, and how common the word is in the knowledge base:
            // "reigon" is nearer to "reign", but nine times out of ten it is meant for "region".
            let common = f64::from(self.own.get(candidate).copied().unwrap_or(0) + 1).ln();
            let unlike = ((1.0 - strsim::jaro_winkler(word, candidate)) * 1e4 - COMMON * common + 1e4) as u64;
            let key = (edits, unlike);
            if best.as_ref().is_none_or(|(b, w)| (key, candidate) < (*b, *w)) {
                best = Some((key, candidate));
            }
        };
        each_delete(word, &mut |key| {
            let start = self.deletes.partition_point(|(k, _)| *k < key);
            self.deletes[start..].iter().take_while(|(k, _)| *k == key).for_each(|(_, i)| consider(u32::from(*i)));
        });
        if let Some((_, word)) = best {
            return Some(word);
        }
        let alike = self.sounds.get(&sound(word))?;
        let scored = alike.iter().map(|i| self.words[*i as usize].as_str()).map(|w| (strsim::jaro_winkler(word, w), w));
        scored.filter(|(s, _)| *s >= SOUND_ALIKE).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1))).map(|(_, w)| w)
    }

    fn english_word(&self, word: &str) -> Option<&str> {
        if !word.is_ascii() {
            return None;
        }
        let bytes = word.as_bytes();
        let mut best: Option<(u64, &'static str)> = None;
        let mut buffer = Vec::with_capacity(bytes.len() + 1);
        let mut consider = |candidate: &[u8]| {
            let Some(found) = std::str::from_utf8(candidate).ok().and_then(|c| self.english.get(c)) else { return };
            let unlike = ((1.0 - strsim::jaro_winkler(word, found)) * 1e4) as u64;
            if found.len() >= MIN_LETTERS && best.is_none_or(|b| (unlike, *found) < b) {
                best = Some((unlike, found));
            }
        };
        for at in 0..=bytes.len() {
            if at < bytes.len() {
                buffer.clear();
                buffer.extend_from_slice(&bytes[..at]);
                buffer.extend_from_slice(&bytes[at + 1..]);
                consider(&buffer);
            }
            if at + 1 < bytes.len() {
                buffer.clear();
                buffer.extend_from_slice(bytes);
                buffer.swap(at, at + 1);
                consider(&buffer);
            }
            for letter in b'a'..=b'z' {
                if at < bytes.len() {
                    buffer.clear();
                    buffer.extend_from_slice(bytes);
                    buffer[at] = letter;
                    consider(&buffer);
                }
                buffer.clear();
                buffer.extend_from_slice(&bytes[..at]);
                buffer.push(letter);
                buffer.extend_from_slice(&bytes[at..]);
                consider(&buffer);
            }
        }
        best.map(|(_, w)| w)
    }
}

/// Calls `push` with a hash of the word, of it without each one letter, and for long words without each two.
fn each_delete(word: &str, push: &mut dyn FnMut(u64)) {
    let chars: Vec<char> = word.chars().collect();
    let hash = |skip: [usize; 2]| {
        let kept = chars.iter().enumerate().filter(|(i, _)| !skip.contains(i)).map(|(_, c)| *c);
        kept.fold(FNV_START, |hash, c| fnv1a_step(hash, u64::from(u32::from(c))))
    };
    let none = usize::MAX;
    push(hash([none, none]));
    for i in 0..chars.len() {
        push(hash([i, none]));
    }
    if (TWO_EDITS_FROM - 1..=20).contains(&chars.len()) {
        for i in 0..chars.len() {
            for j in i + 1..chars.len() {
                push(hash([i, j]));
            }
        }
    }
}

/// How a name sounds, roughly: consonants by class, vowels left out but for a first one.
///
/// After the idea of Soundex (Russell, 1918), with the classes that foreign names need: ch, tch, ć and c sound alike to
/// people who write by ear, and kh is k.
pub fn sound(word: &str) -> String {
    let word = fold(word)
        .replace("tsch", "k")
        .replace("tch", "k")
        .replace("sch", "s")
        .replace("sh", "s")
        .replace("zh", "s")
        .replace("kh", "k")
        .replace("ch", "k")
        .replace("ph", "f");
    let mut out = String::new();
    for (index, c) in word.chars().enumerate() {
        let class = match c {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' if index > 0 => continue,
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' => 'a',
            'h' => 'h',
            'b' | 'p' => 'p',
            'f' | 'v' | 'w' => 'f',
            'c' | 'k' | 'q' | 'g' | 'x' => 'k',
            's' | 'z' | 'j' => 's',
            'd' | 't' => 't',
            'm' | 'n' => 'n',
            other => other,
        };
        if !out.ends_with(class) {
            out.push(class);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speller() -> Speller {
        let words = ["recognise", "vucic", "kalabukhov", "mercenaries", "sanctions", "kosovo", "planes", "plans", "montenegro"];
        let own = words.iter().map(|w| ((*w).to_owned(), 1)).collect();
        let names = ["vucic", "kalabukhov", "kosovo"].map(str::to_owned).into();
        let mut speller = Speller::new(own, &names, &Table::none());
        speller.english = ["there", "weather", "recognition", "budget", "hello"].into_iter().collect();
        speller
    }

    #[test]
    fn corrects_what_is_unknown() {
        let cases = [
            ("recogniss", Some("recognise")),
            ("merceneries", Some("mercenaries")),
            ("voochich", Some("vucic")),
            ("kalabuhov", Some("kalabukhov")),
            ("calabukov", Some("kalabukhov")),
            ("kosovos", Some("kosovo")),
            ("budjet", Some("budget")),
            ("montengro", Some("montenegro")),
            ("plans", None),
            ("weather", None),
            ("xyz", None),
            ("zzzzzzzz", None),
        ];
        let speller = speller();
        for (word, expected) in cases {
            assert_eq!(speller.correct(word), expected, "{word}");
        }
    }
}
