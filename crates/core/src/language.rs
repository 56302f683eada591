//! Whether a text is written in another language than English.

use crate::english::english;
use crate::question::Question;
use crate::text::fold;
use crate::translation::is_little;
use factotum_wording::Language;

/// Share of foreign words from which a text is taken for foreign.
const MOSTLY: f32 = 0.25;

/// Whether the question is in another language; `own` knows the knowledge base's words, so that names do not count.
pub fn is_foreign(question: &Question, own: &dyn Fn(&str) -> bool) -> bool {
    let letters = question.words.iter().flat_map(|w| w.text.chars()).filter(|c| c.is_alphabetic());
    let (latin, other) = letters.fold((0, 0), |(latin, other), c| if is_latin(c) { (latin + 1, other) } else { (latin, other + 1) });
    if other > latin {
        return true;
    }
    let (mut odd, mut english_words, mut unknown, mut counted) = (0, 0, 0, 0);
    for token in &question.tokens {
        let word = token.text.as_str();
        let known = matches!(english().class(word), crate::english::WordClass::Function | crate::english::WordClass::Filler);
        counted += 1;
        // Words that English shares with others speak for neither.
        let shared = english().lists.ambiguous.has(word);
        if known && !shared {
            english_words += 1;
        } else if known {
            unknown += 1;
        } else if english().foreign.has(word) || is_little_elsewhere(word) && !english().knows(word) {
            odd += 1;
        } else if own(word) {
            counted -= 1;
        } else if !english().knows(word) {
            unknown += 1;
        }
    }
    // No word of English among several is sign enough, if one is known to be of another language.
    let none_is_english = english_words == 0 && unknown + odd == counted;
    (odd >= 2 && english_words * 2 <= odd && odd as f32 >= MOSTLY * counted as f32) || (odd >= 1 && counted >= 3 && none_is_english)
}

/// Whether a word shapes questions in one of the other languages that the program has words of.
fn is_little_elsewhere(word: &str) -> bool {
    Language::ALL.into_iter().any(|language| is_little(word, language))
}

/// The language of a question that is in another one than English, as far as the program has words in it. `own` knows the knowledge base's words, so
/// that names do not count.
pub fn recognise(text: &str, own: &dyn Fn(&str) -> bool) -> Option<Language> {
    let is_own = |word: &&str| own(&fold(word.trim_matches(|c: char| !c.is_alphanumeric())));
    let foreign: Vec<&str> = text.split_whitespace().filter(|word| !is_own(word)).collect();
    let guess = factotum_wording::recognise(&foreign.join(" "));
    let by_words = || {
        let folded: Vec<String> = foreign.iter().map(|word| fold(word.trim_matches(|c: char| !c.is_alphanumeric()))).collect();
        let hits = |list: &crate::english::Words| folded.iter().filter(|word| list.has(word)).count();
        let mut all: Vec<(usize, Option<Language>)> = english().little_words().map(|(language, list)| (hits(list), language)).collect();
        all.sort_by_key(|(hits, _)| std::cmp::Reverse(*hits));
        match all.as_slice() {
            [(first, language), (second, _), ..] if first > second => Some(*language),
            _ => None,
        }
    };
    if guess.reliable { guess.language } else { by_words().unwrap_or(guess.language) }.filter(|language| *language != Language::English)
}

fn is_latin(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '\u{c0}'..='\u{24f}')
}
