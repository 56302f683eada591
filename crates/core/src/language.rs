//! Whether a text is written in another language than English.

use crate::english::english;
use crate::question::Question;

/// Share of foreign words from which a text is taken for foreign.
const MOSTLY: f32 = 0.34;

/// Whether the question is in another language; `own` knows the knowledge base's words, so that names do not count.
pub fn is_foreign(question: &Question, own: &dyn Fn(&str) -> bool) -> bool {
    let letters = question.words.iter().flat_map(|w| w.text.chars()).filter(|c| c.is_alphabetic());
    let (latin, other) = letters.fold((0, 0), |(latin, other), c| if is_latin(c) { (latin + 1, other) } else { (latin, other + 1) });
    if other > latin {
        return true;
    }
    let (mut odd, mut english_words, mut counted) = (0, 0, 0);
    for token in &question.tokens {
        let word = token.text.as_str();
        let known = matches!(english().class(word), crate::english::WordClass::Function | crate::english::WordClass::Filler);
        counted += 1;
        // Words that English shares with others speak for neither.
        let shared = english().lists.ambiguous.has(word);
        if known {
            english_words += usize::from(!shared);
        } else if english().foreign.has(word) {
            odd += 1;
        } else if own(word) {
            counted -= 1;
        }
    }
    odd >= 2 && english_words * 2 <= odd && odd as f32 >= MOSTLY * counted as f32
}

fn is_latin(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '\u{c0}'..='\u{24f}')
}
