//! One wording of a question, as often as it was asked.

use crate::gap::{Kind, Near};
use factotum_core::hash::hex;
use factotum_core::text;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The id of a wording: a hash of its words, so that it is the same in every file and whatever happened before. Case and punctuation do not
/// count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordingId(pub(crate) i64);

/// Digits of an id that people are shown: two of the thousand wordings that are grouped begin alike once in ten thousand lists.
const SHOWN: usize = 8;

impl WordingId {
    /// The id of a text; `None` if there is no word in it.
    pub fn of(text: &str) -> Option<WordingId> {
        let words: Vec<String> = text::tokens(text).into_iter().map(|token| token.text).collect();
        let first = *Sha256::digest(words.join(" ")).first_chunk::<8>()?;
        (!words.is_empty()).then_some(WordingId(i64::from_be_bytes(first)))
    }

    /// Its first digits, for people.
    pub fn short(self) -> String {
        self.to_string().chars().take(SHOWN).collect()
    }
}

impl fmt::Display for WordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0.to_be_bytes()))
    }
}

impl FromStr for WordingId {
    type Err = &'static str;

    /// All 16 digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(|number| WordingId(number.cast_signed())).ok_or("an id has 16 hexadecimal digits")
    }
}

impl Serialize for WordingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A wording with what became of it when it was asked last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wording {
    /// Its id.
    pub id: WordingId,
    /// The question, redacted.
    pub question: String,
    /// Why it is in the journal.
    pub kind: Kind,
    /// The stable name of the reason, as in `ask --json`; empty for an answer.
    pub reason: String,
    /// What was missing, in words; may be empty.
    pub missing: String,
    /// How likely the nearest question answers it, 0 to 1.
    pub confidence: f32,
    /// The nearest questions, best first.
    pub candidates: Vec<Near>,
    /// Fingerprint of the knowledge base that was asked.
    pub knowledge_base: String,
    /// How often it was asked.
    pub times: u32,
    /// How many people asked it; somebody who asked on two days counts twice.
    pub people: u32,
    /// How often its answer was rated "Not helpful".
    pub not_helpful: u32,
    /// The first and the last day on which it was asked, as YYYY-MM-DD in UTC.
    pub first_day: String,
    /// The last one.
    pub last_day: String,
    /// Whether it was marked as answered since.
    pub answered: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_of_the_words_alone() {
        let id = WordingId::of("Who is Vučić?").expect("words");
        assert_eq!(WordingId::of("who is VUCIC"), Some(id));
        assert_ne!(WordingId::of("who was Vučić?"), Some(id));
        assert_eq!(WordingId::of(" ?! "), None);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.short().len(), SHOWN);
        for bad in ["", "xyz", "0123456789abcde", "0123456789abcdeg", "+123456789abcdef"] {
            assert!(bad.parse::<WordingId>().is_err(), "{bad}");
        }
    }
}
