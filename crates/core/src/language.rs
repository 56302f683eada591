//! Whether a text is written in another language than English.

use crate::english::english;
use crate::question::Question;
use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// Little words of other languages that English does not have; names and borrowed words must not decide.
const FOREIGN: &str = "der die das den dem ein eine ist sind wer wann wo warum wie welche welcher und nicht hat haben fur mit von zu im zum zur wurde worden kosovos \
le la les des du un une est sont qui quand ou pourquoi comment quel quelle quels quelles et pas dans pour avec sur a-t-il ont n'ont \
el los las una es son quien cuando donde por que como cual cuales y en no han ha para con sobre \
il lo gli uno sono chi quando dove perche come quale quali non hanno del della nella \
je su ko kada kad gdje gde zasto kako koji koja koje koliko nije nisu da li u na za sa od protiv \
kush kur ku pse si cili cila cilat sa eshte jane nuk ne te e i me per nga \
o os as um uma quem quando onde porque como qual quais nao sao foi \
wie wat waar waarom wanneer welke het een niet zijn van voor met op \
kim ne zaman nerede neden nasil hangi kac degil mi bir \
kto kiedy gdzie dlaczego jak ktory ktore jest nie czy kdo kdy kde proc jsou";

/// [`FOREIGN`], cut into words once: doing so for each question took a tenth of an answer's time.
static WORDS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| FOREIGN.split_whitespace().collect());

/// Share of foreign words from which a text is taken for foreign.
const MOSTLY: f32 = 0.34;

/// Whether the question is in another language; `own` knows the pack's words, so that names do not count.
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
        let shared = matches!(word, "no" | "me" | "so" | "am" | "on" | "i" | "a" | "as" | "in");
        if known {
            english_words += usize::from(!shared);
        } else if WORDS.contains(word) {
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
