//! What a wording means, as far as grouping needs it: its direction, the names and figures in it, and what kind of thing it asks for.

use factotum_core::answering::Answerer;
use factotum_core::encoder::{DIMS, Encoder};
use factotum_core::english::WordClass;
use factotum_core::grammar::{self, Kind};
use factotum_core::hash::{FNV_START, fnv1a};
use factotum_core::interpretation::{Interpretation, Mention};
use factotum_core::question::Question;
use factotum_core::text::fold;
use factotum_core::vectors::dot;
use std::collections::BTreeSet;

/// Likeness of two wordings from which they mean the same, on average over two groups.
pub(crate) const SAME: f32 = 0.62;

/// A wording as it is compared.
#[derive(Debug, Clone)]
pub(crate) struct Meaning {
    /// Its words as the encoder gets them, names as they are written on record.
    pub words: Vec<String>,
    /// Of length one.
    pub vector: Vec<f32>,
    names: BTreeSet<String>,
    figures: BTreeSet<String>,
    asked: Kind,
    denies: bool,
}

impl Meaning {
    /// Reads a question, without its vector so far; `None` if it cannot be read.
    pub(crate) fn read(answerer: &Answerer, question: &str) -> Option<Meaning> {
        let base = answerer.base();
        let interpretation = answerer.matcher().interpret(base, Question::parse(question).ok()?);
        let asked = grammar::asked(&interpretation.question).kind;
        let denies = interpretation.question.denies;
        let names = interpretation.entities(false).map(|e| base[e].id.clone()).collect();
        let figure = |w: &&factotum_core::english::Word| w.stem.starts_with(|c: char| c.is_ascii_digit());
        let figures = interpretation.question.words.iter().filter(figure).map(|w| w.stem.clone()).collect();
        let words = words(answerer, &interpretation);
        Some(Meaning { words, vector: vec![0.0; DIMS], names, figures, asked, denies })
    }

    /// What its vector depends on.
    pub(crate) fn key(&self) -> i64 {
        fnv1a(FNV_START, self.words.join(" ").bytes()).cast_signed()
    }

    /// Encodes it, which takes milliseconds.
    pub(crate) fn encode(&self) -> Vec<f32> {
        Encoder::built_in().encode(self.words.iter().map(String::as_str)).text
    }

    /// How alike two wordings are in meaning, about 0 to 1.
    pub(crate) fn likeness(&self, other: &Meaning) -> f32 {
        let mut likeness = dot(&self.vector, &other.vector);
        if self.figures != other.figures {
            likeness -= 0.3;
        }
        if self.names != other.names {
            likeness -= 0.2;
        }
        if self.denies != other.denies {
            likeness -= 0.1;
        }
        if self.asked != other.asked && self.asked != Kind::Other && other.asked != Kind::Other {
            likeness -= 0.1;
        }
        likeness
    }
}

/// The words of what is asked.
fn words(answerer: &Answerer, interpretation: &Interpretation) -> Vec<String> {
    let question = &interpretation.question;
    let topical = |from: usize| question.words[from].class == WordClass::Content;
    let focused =
        interpretation.spans.iter().any(|span| question.focus[span.from] && (span.mention != Mention::Word || topical(span.from)));
    let spans = interpretation.spans.iter().filter(|span| !focused || question.focus[span.from]);
    spans
        .flat_map(|span| match span.mention {
            Mention::Entity(e) => fold(&answerer.base()[e].short).split_whitespace().map(str::to_owned).collect(),
            _ => question.words[span.from..span.to].iter().map(|word| word.text.clone()).collect::<Vec<String>>(),
        })
        .collect()
}
