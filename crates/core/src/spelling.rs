//! Typing errors: an unknown word is read as the known word that it most resembles.
//!
//! The knowledge base's own words come before common English; words that are known are never touched. The knowledge base's words are found
//! through a delete index (Garbe's SymSpell, 2012: two words within one edit share a string that lacks one letter of
//! each), English ones by trying every single edit against the dictionary; neither cost grows with the vocabulary.

use crate::dictionary::Grade;
use crate::english::english;
use crate::hash::{FNV_START, fnv1a_step};
use crate::text::fold;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Shorter words are not corrected: among three letters nearly everything is one edit from something else.
pub const MIN_LETTERS: usize = 4;
/// Longer ones are none, or nobody knows what they are.
const MAX_LETTERS: usize = 30;
/// Up to here one letter is so much of a word that it is read as another only for a slip that people make ([`is_slip`]).
const SHORT: usize = 5;
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
    /// Whether words of English are known too, and errors in them corrected.
    english: bool,
}

impl Speller {
    /// A speller over English and the knowledge base's own words (with their counts), among them single words of names.
    pub fn new(own: BTreeMap<String, u32>, names: &BTreeSet<String>) -> Speller {
        Speller { english: true, ..Speller::of_words(own, names) }
    }

    /// A speller that knows the given words only.
    pub fn of_words(own: BTreeMap<String, u32>, names: &BTreeSet<String>) -> Speller {
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
        Speller { own: own.into_iter().collect(), words, deletes, sounds, english: false }
    }

    /// Whether what it refers to is there.
    pub fn is_sound(&self) -> bool {
        let Speller { own: _, words, deletes, sounds, english: _ } = self;
        let known = |index: usize| index < words.len();
        deletes.iter().all(|(_, word)| known(usize::from(*word))) && sounds.values().flatten().all(|word| known(*word as usize))
    }

    /// Whether the word is known: then it is never touched.
    pub fn knows(&self, word: &str) -> bool {
        self.own.contains_key(word) || (self.english && english().knows(word))
    }

    /// Whether the word is one of the knowledge base's own.
    pub fn owns(&self, word: &str) -> bool {
        self.own.contains_key(word)
    }

    /// What an unknown word most likely stands for; `None` for known words and where nothing is near.
    pub fn correct(&self, word: &str) -> Option<String> {
        let letters = word.chars().count();
        if !(MIN_LETTERS..=MAX_LETTERS).contains(&letters) || !word.chars().all(char::is_alphabetic) || self.knows(word) {
            return None;
        }
        if let Some(stem) = word.strip_suffix('s').filter(|stem| self.owns(stem)) {
            return Some(stem.to_owned());
        }
        if let Some(short) = unstretched(word, &|w| self.owns(w).then_some(Grade::COMMONEST)) {
            return Some(short);
        }
        self.own_word(word, letters).map(str::to_owned).or_else(|| self.english_word(word))
    }

    fn own_word(&self, word: &str, letters: usize) -> Option<&str> {
        let mut best: Option<((usize, u64), &str)> = None;
        let mut consider = |index: u32| {
            let candidate = self.words[index as usize].as_str();
            let edits = strsim::osa_distance(word, candidate);
            let allowed = if letters >= TWO_EDITS_FROM && candidate.chars().count() >= TWO_EDITS_FROM - 1 { 2 } else { 1 };
            if edits > allowed || !is_slip(word, candidate) {
                return;
            }
            // Fewest edits; among these likeness with weight on the beginning, and how common the word is in the knowledge base:
            // "reigon" is nearer to "reign", but nine times out of ten it is meant for "region".
            let common = f64::from(self.own.get(candidate).copied().unwrap_or(0) + 1).ln();
            let key = (edits, unlike(word, candidate, common));
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
        // "Lawrows job": a possessive without its apostrophe sounds like the name all the same.
        self.sounds_like(word).or_else(|| self.sounds_like(word.strip_suffix('s').filter(|w| w.len() >= MIN_LETTERS)?))
    }

    /// The name that a word sounds like.
    fn sounds_like(&self, word: &str) -> Option<&str> {
        let alike = self.sounds.get(&sound(word))?;
        let written = by_ear(word);
        let likeness = |name: &str| strsim::jaro_winkler(word, name).max(strsim::jaro_winkler(&written, &by_ear(name)));
        let scored = alike.iter().filter_map(|i| self.words.get(*i as usize)).map(|w| (likeness(w), w.as_str()));
        scored.filter(|(s, _)| *s >= SOUND_ALIKE).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1))).map(|(_, w)| w)
    }

    fn english_word(&self, word: &str) -> Option<String> {
        if !self.english || !word.is_ascii() {
            return None;
        }
        let mut best: Option<(u64, String)> = None;
        each_edit(word.as_bytes(), &mut |candidate| {
            let Ok(candidate) = std::str::from_utf8(candidate) else { return };
            let Some(grade) = english().grade(candidate).filter(|g| g.is_target()) else { return };
            if candidate.len() < MIN_LETTERS || !is_slip(word, candidate) || (word.len() <= SHORT && !candidate.starts_with(&word[..1])) {
                return;
            }
            let unlike = unlike(word, candidate, grade.commonness());
            if best.as_ref().is_none_or(|(u, w)| (unlike, candidate) < (*u, w.as_str())) {
                best = Some((unlike, candidate.to_owned()));
            }
        });
        best.map(|(_, w)| w)
    }
}

/// How unlike a candidate is to a word, less what its commonness is worth.
fn unlike(word: &str, candidate: &str, common: f64) -> u64 {
    // 2e4: the commonest word is worth less than 2,500, so nothing gets below zero.
    ((1.0 - strsim::jaro_winkler(word, candidate)) * 1e4 - COMMON * common + 2e4) as u64
}

/// Whether a short word can be a slip for another: a letter too many, too few or out of place is one, and so is a vowel for a vowel, a letter
/// beside it on the keyboard, or one that sounds alike. Any other letter makes it another word ("iban" is not "iran").
fn is_slip(word: &str, candidate: &str) -> bool {
    if word.chars().count() > SHORT || word.len() != candidate.len() {
        return true;
    }
    let mut unequal = word.chars().zip(candidate.chars()).filter(|(a, b)| a != b);
    let (Some((a, b)), None) = (unequal.next(), unequal.next()) else { return true };
    let vowel = |c: char| "aeiouy".contains(c);
    let key = |c: char| KEYBOARD.iter().enumerate().find_map(|(row, keys)| Some((row, keys.find(c)?)));
    let beside = key(a).zip(key(b)).is_some_and(|((row, at), (other, behind))| row == other && at.abs_diff(behind) == 1);
    (vowel(a) && vowel(b)) || beside || sound_class(a) == sound_class(b)
}

/// The letters of a keyboard, row by row.
const KEYBOARD: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// A word with letters that were held too long ("wheeen") as the commonest known word; `None` where the word is not stretched, or nothing known
/// comes of it. `grade` says how common a word is.
pub fn unstretched(word: &str, grade: &dyn Fn(&str) -> Option<Grade>) -> Option<String> {
    // Nearly every word is none, so this is looked at before anything else.
    if !word.as_bytes().windows(3).any(|three| three[0] == three[1] && three[1] == three[2]) {
        return None;
    }
    let letters: Vec<char> = word.chars().take(MAX_STRETCHED + 1).collect();
    let mut runs: Vec<(char, usize)> = Vec::new();
    for letter in letters.iter().copied() {
        match runs.last_mut() {
            Some((last, length)) if *last == letter => *length += 1,
            _ => runs.push((letter, 1)),
        }
    }
    let long: Vec<usize> = (0..runs.len()).filter(|at| runs[*at].1 >= 3).collect();
    let stretched = (1..=MAX_RUNS).contains(&long.len()) && runs.len() >= 2 && letters.len() <= MAX_STRETCHED;
    if !stretched || !letters.iter().all(|c| c.is_alphabetic()) || grade(word).is_some() {
        return None;
    }
    // Each long run is one letter or two ("goood" is "good", "wheeen" is "when").
    let shortened = (0..1usize << long.len()).map(|doubled| {
        let length = |at: usize, run: usize| long.iter().position(|l| *l == at).map_or(run, |bit| 1 + (doubled >> bit & 1));
        runs.iter().enumerate().flat_map(|(at, (letter, run))| std::iter::repeat_n(*letter, length(at, *run))).collect::<String>()
    });
    let known = shortened.filter_map(|word| Some((grade(&word).filter(|g| g.is_target())?, word)));
    known.filter(|(_, word)| word.chars().count() >= 2).reduce(|a, b| if b.0 > a.0 { b } else { a }).map(|(_, word)| word)
}

/// Longest word that is taken for a stretched one: people hold a key for a second or two.
const MAX_STRETCHED: usize = 60;
/// Most letters of one word that are held.
const MAX_RUNS: usize = 4;

/// Calls `found` with everything that is one edit away from a word: a letter less, more or another one, and two exchanged.
fn each_edit(word: &[u8], found: &mut dyn FnMut(&[u8])) {
    let mut buffer = Vec::with_capacity(word.len() + 1);
    let mut with = |parts: &[&[u8]]| {
        buffer.clear();
        parts.iter().for_each(|part| buffer.extend_from_slice(part));
        found(&buffer);
    };
    for at in 0..=word.len() {
        let (before, behind) = word.split_at(at);
        if let [first, rest @ ..] = behind {
            with(&[before, rest]);
            if let [second, rest @ ..] = rest {
                with(&[before, &[*second, *first], rest]);
            }
            (b'a'..=b'z').for_each(|letter| with(&[before, &[letter], rest]));
        }
        (b'a'..=b'z').for_each(|letter| with(&[before, &[letter], behind]));
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

/// A name as people write it by ear: the ways in which several languages spell one sound become one letter ("voochich", "wutschitsch" and
/// "vucic" are all *vucic*).
fn by_ear(word: &str) -> String {
    const SPELT: [(&str, &str); 15] = [
        ("tsch", "c"),
        ("tch", "c"),
        ("sch", "s"),
        ("ch", "c"),
        ("cz", "c"),
        ("sh", "s"),
        ("zh", "z"),
        ("sz", "s"),
        ("kh", "k"),
        ("ph", "f"),
        ("oo", "u"),
        ("ou", "u"),
        ("ee", "i"),
        ("w", "v"),
        ("y", "i"),
    ];
    SPELT.iter().fold(fold(word), |word, (spelt, letter)| word.replace(spelt, letter))
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
            other => sound_class(other),
        };
        if !out.ends_with(class) {
            out.push(class);
        }
    }
    out
}

/// The consonant that stands for all that sound like it.
fn sound_class(consonant: char) -> char {
    match consonant {
        'b' | 'p' => 'p',
        'f' | 'v' | 'w' => 'f',
        'c' | 'k' | 'q' | 'g' | 'x' => 'k',
        's' | 'z' | 'j' => 's',
        'd' | 't' => 't',
        'm' | 'n' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speller() -> Speller {
        let words = [
            "recognise",
            "vucic",
            "kalabukhov",
            "mercenaries",
            "sanctions",
            "kosovo",
            "planes",
            "plans",
            "montenegro",
            "iran",
            "excel",
            "urban",
            "lavrov",
            "milosevic",
            "podzic",
            "vjosa",
            "osmani",
            "patrushev",
            "region",
            "reign",
        ];
        let own = words.iter().map(|w| ((*w).to_owned(), 1 + u32::from(*w == "region") * 20)).collect();
        let names = ["vucic", "kalabukhov", "kosovo", "lavrov", "milosevic", "podzic", "vjosa", "osmani", "patrushev", "iran"]
            .map(str::to_owned)
            .into();
        Speller::new(own, &names)
    }

    #[test]
    fn corrects_what_is_unknown() {
        let cases = [
            ("recogniss", Some("recognise")),
            ("merceneries", Some("mercenaries")),
            ("voochich", Some("vucic")),
            ("wutschitsch", Some("vucic")),
            ("kalabuhov", Some("kalabukhov")),
            ("calabukov", Some("kalabukhov")),
            ("kalabuchow", Some("kalabukhov")),
            ("lawrows", Some("lavrov")),
            ("miloshevitch", Some("milosevic")),
            ("podzitsch", Some("podzic")),
            ("wjosa", Some("vjosa")),
            ("osmany", Some("osmani")),
            ("osmaniiii", Some("osmani")),
            ("patruschew", Some("patrushev")),
            ("kosovos", Some("kosovo")),
            ("reigon", Some("region")),
            ("budjet", Some("budget")),
            ("elektion", Some("election")),
            ("ambasador", Some("ambassador")),
            ("culdnt", Some("couldnt")),
            ("wednsday", Some("wednesday")),
            ("montengro", Some("montenegro")),
            ("plans", None),
            ("weather", None),
            ("xyz", None),
            ("zzzzzzzz", None),
        ];
        let speller = speller();
        for (word, expected) in cases {
            assert_eq!(speller.correct(word).as_deref(), expected, "{word}");
        }
    }

    /// Words that people use every day, whatever the knowledge base has that looks like them.
    #[test]
    fn leaves_words_alone() {
        let speller = speller();
        for word in [
            "wifi",
            "login",
            "spam",
            "admin",
            "paypal",
            "iban",
            "bots",
            "unban",
            "expel",
            "nitro",
            "gmail",
            "venmo",
            "emote",
            "modmail",
            "webhook",
            "hotfix",
            "potato",
            "podcast",
            "balcony",
            "poutine",
            "tango",
            "logins",
            "unbanned",
            "relogin",
            "cryptobro",
            "sigma",
            "ibans",
        ] {
            assert_eq!(speller.correct(word), None, "{word}");
        }
    }

    #[test]
    fn short_words_are_corrected_for_slips_only() {
        for (word, candidate, expected) in [
            ("iban", "iran", false),
            ("tiem", "time", true),
            ("wuth", "with", true),
            ("gaem", "game", true),
            ("gome", "game", true),
            ("homk", "home", false),
            ("homw", "home", true),
        ] {
            assert_eq!(is_slip(word, candidate), expected, "{word}");
        }
    }

    #[test]
    fn stretched_words_are_long_words_of_one_letter() {
        let known = |w: &str| ["when", "good", "god", "who", "minister", "so"].contains(&w).then_some(Grade::EVERYDAY);
        for (word, expected) in [
            ("wheeeen", Some("when")),
            ("goood", Some("god")),
            ("whoooo", Some("who")),
            ("ministerrrr", Some("minister")),
            ("sssooo", Some("so")),
            ("when", None),
            ("good", None),
            ("xxxx", None),
            ("w3333", None),
        ] {
            assert_eq!(unstretched(word, &known).as_deref(), expected, "{word}");
        }
        assert_eq!(unstretched(&"ab".repeat(100_000), &known), None);
        assert_eq!(unstretched(&"a".repeat(100_000), &known), None);
    }
}
