//! Which facts rest on which sentence of their source.

use crate::article::Article;
use crate::writing::quoted;
use factotum_core::diagnostic::{Code, Diagnostic, Place};
use factotum_core::english::{WordClass, english};
use factotum_core::knowledge::{FactId, KnowledgeBase, SourceId};
use std::collections::HashSet;
use std::ops::Range;

/// Words that a fact and a sentence share, at least, for the fact to rest on it.
const LEAST_SHARED: usize = 2;
/// Share of the best sentence's common words from which a fact rests on another sentence too.
const AS_GOOD: f32 = 0.6;
/// Share of a sentence's words from which a fact rests on it, whatever other sentence has.
const MOST: f32 = 0.6;

/// A sentence with the facts that rest on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Its paragraph.
    pub paragraph: u32,
    /// Counted from 1 within the paragraph.
    pub number: usize,
    /// Bytes of the article.
    pub place: Range<usize>,
    /// The facts, in order.
    pub facts: Vec<FactId>,
}

/// Every sentence of an article, in order, with the facts of its source that rest on it.
///
/// A fact rests on the sentence of its paragraphs with which it has most words in common, and on others that are nearly as close.
pub fn sentences(base: &KnowledgeBase, source: SourceId, article: &Article) -> Vec<Covered> {
    let mut out: Vec<(Covered, HashSet<String>)> = Vec::new();
    for &paragraph in article.paragraphs.keys() {
        for (number, place) in (1..).zip(article.sentences(paragraph)) {
            let words = stems(&article.text[place.clone()]);
            out.push((Covered { paragraph, number, place, facts: Vec::new() }, words));
        }
    }
    for id in FactId::all(base).filter(|id| base[*id].source == source) {
        let fact = &base[id];
        let words = stems(&fact.statement);
        let shared: Vec<usize> = out
            .iter()
            .map(|(s, other)| if fact.paragraphs.contains(&s.paragraph) { words.intersection(other).count() } else { 0 })
            .collect();
        let best = shared.iter().copied().max().unwrap_or(0);
        for ((sentence, other), shared) in out.iter_mut().zip(shared) {
            let close = shared >= LEAST_SHARED && shared as f32 >= best as f32 * AS_GOOD;
            if (shared > 0 && shared == best) || close || shared > 0 && shared as f32 >= other.len() as f32 * MOST {
                sentence.facts.push(id);
            }
        }
    }
    out.into_iter().map(|(sentence, _)| sentence).collect()
}

/// Stems of the words that say something, figures included.
fn stems(text: &str) -> HashSet<String> {
    let words = english().words_of(text).into_iter();
    words.filter(|w| w.class == WordClass::Content || w.text.bytes().any(|b| b.is_ascii_digit())).map(|w| w.stem).collect()
}

/// A note for each sentence on which no fact rests. `file` is the number of the article among the files.
pub fn unused(article: &Article, sentences: &[Covered], file: usize) -> Vec<Diagnostic> {
    let note = |sentence: &Covered| {
        let text = crate::article::plain(&article.text[sentence.place.clone()]);
        let help =
            format!("paste, and say it in your own words:\n[[fact]]\nstatement = {}\nparagraphs = {}", quoted(&text), sentence.paragraph);
        Diagnostic::new(Code::UnusedSentence, Place::new(file, sentence.place.clone()), "no fact rests on this sentence", help)
    };
    sentences.iter().filter(|sentence| sentence.facts.is_empty()).map(note).collect()
}
