//! Cuts words into the pieces that the network knows: WordPiece (Schuster and Nakajima, 2012), longest piece first.

use super::Malformed;
use rustc_hash::FxHashMap;

/// Longer words become one unknown piece, as in BERT's own tokenizer.
const MAX_LETTERS: usize = 100;
/// Begins a piece that continues a word.
const CONTINUES: &str = "##";

/// The pieces that a network knows.
#[derive(Debug)]
pub(super) struct Vocabulary {
    tokens: Vec<&'static str>,
    /// Pieces that begin a word, by their letters.
    first: FxHashMap<&'static str, u32>,
    /// Pieces that continue one, by their letters.
    further: FxHashMap<&'static str, u32>,
    start: u32,
    end: u32,
    unknown: u32,
}

impl Vocabulary {
    /// `count` tokens, a line each.
    pub(super) fn new(text: &'static str, count: usize) -> Result<Vocabulary, Malformed> {
        let tokens: Vec<&'static str> = text.split('\n').collect();
        let (mut first, mut further) = (FxHashMap::default(), FxHashMap::default());
        for (number, token) in (0..).zip(&tokens) {
            match token.strip_prefix(CONTINUES).filter(|rest| !rest.is_empty()) {
                Some(rest) => further.insert(rest, number),
                None => first.insert(*token, number),
            };
        }
        let [start, end, unknown] = ["[CLS]", "[SEP]", "[UNK]"].map(|mark| first.remove(mark));
        match (start, end, unknown) {
            (Some(start), Some(end), Some(unknown)) if tokens.len() == count => {
                first.remove("[PAD]");
                Ok(Vocabulary { tokens, first, further, start, end, unknown })
            }
            _ => Err(Malformed),
        }
    }

    /// The mark at the beginning of a text.
    pub(super) fn start(&self) -> u32 {
        self.start
    }

    /// The mark at its end.
    pub(super) fn end(&self) -> u32 {
        self.end
    }

    /// Tokens that are words of letters, in the order of the vocabulary: roughly by falling frequency.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.tokens.iter().copied().filter(|t| t.len() > 1 && t.bytes().all(|b| b.is_ascii_lowercase()))
    }

    /// Appends the pieces of a folded word; punctuation inside it stands alone.
    pub(super) fn pieces(&self, word: &str, out: &mut Vec<u32>) {
        let mut rest = word;
        while let Some(mark) = rest.chars().next() {
            let end = rest.find(|c: char| c.is_ascii_punctuation()).unwrap_or(rest.len());
            if end == 0 {
                out.push(self.first.get(&rest[..mark.len_utf8()]).copied().unwrap_or(self.unknown));
                rest = &rest[mark.len_utf8()..];
            } else {
                self.run(&rest[..end], out);
                rest = &rest[end..];
            }
        }
    }

    /// Appends the pieces of a run of letters and digits, or the unknown piece.
    fn run(&self, word: &str, out: &mut Vec<u32>) {
        let before = out.len();
        let mut start = 0;
        let short = word.chars().nth(MAX_LETTERS).is_none();
        while short && start < word.len() {
            let known = if start == 0 { &self.first } else { &self.further };
            let ends = (start + 1..=word.len()).rev().filter(|end| word.is_char_boundary(*end));
            match ends.clone().find_map(|end| known.get(&word[start..end]).map(|piece| (*piece, end))) {
                Some((piece, end)) => {
                    out.push(piece);
                    start = end;
                }
                None => break,
            }
        }
        if start < word.len() {
            out.truncate(before);
            out.push(self.unknown);
        }
    }
}
